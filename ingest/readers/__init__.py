"""One reader a file format: bytes in, SourceRecord, PdfBook or Rejected out."""
