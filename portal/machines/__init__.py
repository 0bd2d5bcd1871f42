"""What other programs ask the portal for: harvesting, searching, exporting, following. One module a protocol."""
