"""People: command line, pages, messages."""
