"""Library systems behind one Protocol (`driver.py`): our own circulation, Koha, SLiMS, or none."""
