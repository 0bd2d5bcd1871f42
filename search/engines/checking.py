"""What an entry must be before any engine is given it."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from search.document import (
    Contributor,
    Document,
    DocumentId,
    Ebook,
    Item,
    OnlineAccess,
    Page,
    Passage,
    RawRecord,
    Related,
    Vernacular,
)
from search.engine import Entry, Refused
from search.engines.terms import encoded
from search.schema import BY_NAME

# Elasticsearch takes ids of 512 bytes; a page's id is its document's with a number behind.
MAX_ID_BYTES: Final = 500
MAX_NUMBER: Final = 2**31 - 1


def sift(batch: Iterable[Entry], dimensions: int) -> tuple[list[Entry], list[Refused]]:
    """The entries that can be indexed, one an id, and the refusals of the others. dimensions: as in `problem`."""
    sound: dict[DocumentId, Entry] = {}
    refused = []
    for entry in batch:
        reason = problem(entry, dimensions)
        if reason:
            refused.append(Refused(_id_of(entry), reason))
        else:
            sound.pop(entry.document.id, None)  # the later of two entries with one id stands
            sound[entry.document.id] = entry
    return list(sound.values()), refused


def problem(entry: Entry, dimensions: int) -> str:
    """Why `entry` cannot be indexed, "" when it can. Types are checked: an engine may drop a whole batch for one.

    dimensions: of this load's vectors, 0 when it has none.
    """
    if not isinstance(entry, Entry) or not isinstance(entry.document, Document):
        return "it is not a document"
    return (
        _problem_of_document(entry.document)
        or _problem_of_pages(entry.pages)
        or _problem_of_vectors(entry.passages, entry.vectors, dimensions)
    )


def _problem_of_document(document: Document) -> str:
    id = document.id
    if not isinstance(id, str) or not 0 < len(encoded(id)) <= MAX_ID_BYTES or not id.isprintable():
        return f"its id must be 1 to {MAX_ID_BYTES} bytes of printable characters"
    if not isinstance(document.fields, Mapping):
        return "its fields are not a table of names and values"
    for name, values in document.fields.items():
        if name not in BY_NAME:
            return f"no field {name!r} in search.schema.FIELDS"
        if not isinstance(values, tuple) or not all(isinstance(value, str) for value in values):
            return f"the values of {name!r} must be a tuple of texts"
    for name, kind in _MEMBERS.items():
        members = getattr(document, name)
        if not isinstance(members, tuple) or not all(isinstance(member, kind) for member in members):
            return f"its {name} must be a tuple of {kind.__name__}"
    if not isinstance(document.ebook, Ebook | None) or not isinstance(document.raw, RawRecord | None):
        return "its e-book or its record as it came is of the wrong kind"
    return ""


_MEMBERS: Final[Mapping[str, type]] = {
    "contributors": Contributor,
    "links": OnlineAccess,
    "vernacular": Vernacular,
    "items": Item,
    "related": Related,
    "members": Document,
}


def _problem_of_pages(pages: tuple[Page, ...]) -> str:
    for page in pages:
        if not isinstance(page, Page) or not _is_number(page.number) or page.number < 1:
            return "a page needs a whole number from 1"
        if not all(isinstance(text, str) for text in (page.label, page.section, page.text)):
            return f"label, section and text of page {page.number} must be texts"
    return "" if len({page.number for page in pages}) == len(pages) else "two pages have the same number"


def _problem_of_vectors(passages: tuple[Passage, ...], vectors: object, dimensions: int) -> str:
    if vectors is None:
        return ""
    if not dimensions:
        return "it has vectors, but this load names no embedding model"
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind != "f":
        return "its vectors must be a matrix of floating point numbers"
    if vectors.shape != (len(passages), dimensions):
        return f"its vectors have the shape {vectors.shape}, not {(len(passages), dimensions)}"
    with np.errstate(over="ignore"):
        finite = bool(np.isfinite(vectors.astype(np.float32, copy=False)).all())  # as an engine keeps them
    if not finite:
        return "its vectors hold a value that is no finite number"
    if not all(isinstance(p, Passage) and _is_number(p.first_page) and p.first_page >= 0 for p in passages):
        return "a passage needs a whole page number from 0"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER


def _id_of(entry: object) -> DocumentId:
    document = getattr(entry, "document", None)
    return DocumentId(str(getattr(document, "id", "")))
