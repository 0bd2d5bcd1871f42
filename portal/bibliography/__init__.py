"""A title as other programs take it: reference managers, spreadsheets, search engines, catalogues."""
