"""One reader a file format: bytes in, SourceRecord, PdfBook or Rejected out.

A MARC reader also cuts: `cut` gives each record's bytes, `read_one` reads them, here or in another process.
"""
