"""A made-up library life for `telusur demo`: patrons who are clearly nobody, and what they have borrowed."""
