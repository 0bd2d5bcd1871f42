"""What readers give: records, e-books, and what could not be read."""

from dataclasses import dataclass
from typing import Literal

from ingest.record import Record
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
    "unreachable",  # a repository does not answer, or not within limits
    "bad_answer",  # a repository answers what cannot be followed
    "unknown_format",
    "not_indexed",  # the engine refused it
]


RecordFormat = Literal["marc", "marcxml", "marcjson", "marcmaker", "aleph", "oai_dc"]


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """The bytes that should be one record, as cut from a file or a feed.

    complete: nothing is missing at their end. oai_identifier: what a repository calls the record, "" in a file.
    """

    origin: Origin
    format: RecordFormat
    data: bytes
    complete: bool = True
    oai_identifier: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A MARC record as read. `raw` keeps it as it came, or as MARC where it came in another form."""

    origin: Origin
    record: Record
    raw: RawRecord
    oai_identifier: str = ""


@dataclass(frozen=True, slots=True)
class RemovedRecord:
    """A repository's word that a record is gone, by the name it has there."""

    origin: Origin
    oai_identifier: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that could not be read or used. `reason` is a sentence for a cataloguer.

    data: the bytes of a refused record, in this format, so that it can be mended and loaded again. control_number:
    its 001, "" where its bytes do not give it away.
    """

    origin: Origin
    code: RejectCode
    reason: str
    data: bytes = b""
    format: RecordFormat | None = None
    control_number: str = ""


RecordItem = UnreadRecord | SourceRecord | Rejected


@dataclass(frozen=True, slots=True)
class PdfBook:
    """An e-book as read from a PDF.

    sha256 is of the file's bytes. metadata holds "title", "author", "subject", "language",
    "year" where the file states them. Pages are in physical order, also those without text.
    ocr_done: pages without text were given to OCR. pages_by_ocr: how many pages have their text from OCR. ocr_failure: why OCR, which was asked for, gave
    none, as a part of a sentence; "" when it was not needed or did what it could.
    """

    origin: Origin
    sha256: str
    metadata: dict[str, str]
    pages: tuple[Page, ...]
    outline: tuple[Section, ...] = ()
    pages_by_ocr: int = 0
    ocr_failure: str = ""
    ocr_done: bool = False
