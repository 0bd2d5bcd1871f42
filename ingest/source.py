"""What readers give: records, e-books, and what could not be read."""

from dataclasses import dataclass
from typing import Literal

import pymarc

from search.document import Page, RawRecord, Section


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was read: the file, the record's place in it (from 1; 0 for the whole file), its byte offset."""

    file: str
    position: int = 0
    offset: int = 0


RejectCode = Literal[
    "not_marc",  # the file is no MARC at all
    "broken_record",  # one record's structure is damaged
    "too_large",  # beyond a limit that protects the load
    "bad_xml",  # not well-formed, or with a DOCTYPE
    "not_bibliographic",  # authority or holdings record: recognised, set apart
    "no_title",  # nothing to show it by
    "encrypted_pdf",
    "broken_pdf",
    "pdf_limit",  # took more time or memory than a file may
    "unreadable_file",  # the file system would not give it
    "unknown_format",
    "not_indexed",  # the engine refused it
]


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """The bytes that should be one record, as cut from a file. complete: nothing is missing at their end."""

    origin: Origin
    format: Literal["marc", "marcxml"]
    data: bytes
    complete: bool = True


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A MARC record as read. `raw` keeps it as it came."""

    origin: Origin
    record: pymarc.Record
    raw: RawRecord


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that could not be read or used. `reason` is a sentence for a cataloguer."""

    origin: Origin
    code: RejectCode
    reason: str


@dataclass(frozen=True, slots=True)
class PdfBook:
    """An e-book as read from a PDF.

    sha256 is of the file's bytes. metadata holds "title", "author", "subject", "language",
    "year" where the file states them. Pages are in physical order, also those without text.
    """

    origin: Origin
    sha256: str
    metadata: dict[str, str]
    pages: tuple[Page, ...]
    outline: tuple[Section, ...] = ()
