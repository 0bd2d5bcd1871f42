"""Indonesian and English: what a query's words are called in the other language."""
