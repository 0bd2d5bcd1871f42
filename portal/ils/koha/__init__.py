"""Koha, asked by its REST API, version 1 (Koha 22.11 and later)."""
