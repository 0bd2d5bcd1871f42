"""Mapping tables, read and edited by cataloguers."""
