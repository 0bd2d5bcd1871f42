"""Patrons, items, loans and rules from tables of other systems: one row in, one value or one refusal out."""
