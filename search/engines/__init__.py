"""Engines behind the seam of `search.engine`; each is imported only when it is named."""
