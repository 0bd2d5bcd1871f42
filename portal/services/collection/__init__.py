"""The copies on the shelf as the catalogue tells of them (MARC 852, 952, 990), and how each is lent."""
