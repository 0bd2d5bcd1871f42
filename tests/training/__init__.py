"""How the shipped Indonesian-English embedding model was made: python -m tests.training --help. No part of the product."""
