"""A Koha for tests: a server of its own that holds every question and answer against a description of Koha's REST API."""
