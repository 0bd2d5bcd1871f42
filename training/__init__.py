"""How the shipped Indonesian-English embedding model was made: python -m training --help. No part of the product."""
