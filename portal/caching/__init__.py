"""What need not be done twice: searches and pages of one generation of the index, copies that browsers hold."""
