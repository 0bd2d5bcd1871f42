"""The forms a title is handed out in, alone or with others, and how each is written."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.readers.writing import MARCXML_NAMESPACE, iso2709, marcxml
from portal.bibliography import spreadsheet
from portal.bibliography.bibtex import BibtexFile
from portal.bibliography.csl import csl_item
from portal.bibliography.reference import reference
from portal.bibliography.ris import ris
from search.document import Document

MOST_EXPORTED: Final = 500  # titles in a file

Write = Callable[[Iterable[Document], str, str], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """name: the ending of its addresses and files. label: what programs and people call it.

    write: the file in pieces, of documents, the portal's public address and a note for whoever reads the file,
    which only forms with comments carry.
    """

    name: str
    label: str
    media_type: str
    write: Write


def _ris(documents: Iterable[Document], base: str, _: str) -> Iterator[bytes]:
    return (ris(reference(document, base)).encode() for document in documents)


def _bibtex(documents: Iterable[Document], base: str, note: str) -> Iterator[bytes]:
    if note:
        yield f"% {note}\n\n".encode()  # whatever stands outside an entry is a comment
    file = BibtexFile()
    for document in documents:
        yield file.entry(reference(document, base)).encode()


def _csl_json(documents: Iterable[Document], base: str, _: str) -> Iterator[bytes]:
    before = "["
    for document in documents:
        yield f"{before}\n{json.dumps(csl_item(reference(document, base)), ensure_ascii=False)}".encode()
        before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"


def _marc(documents: Iterable[Document], _base: str, _note: str) -> Iterator[bytes]:
    return map(iso2709, documents)


def _marcxml(documents: Iterable[Document], _: str, note: str) -> Iterator[bytes]:
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    if note:
        yield f"<!-- {note.replace('--', '- -')} -->\n".encode()
    yield f'<collection xmlns="{MARCXML_NAMESPACE}">\n'.encode()
    for document in documents:
        yield marcxml(document).encode()
    yield b"</collection>\n"


def _csv(documents: Iterable[Document], base: str, _: str) -> Iterator[bytes]:
    yield spreadsheet.header().encode()
    for document in documents:
        yield spreadsheet.row(document, base).encode()


_ALL: Final = (
    Format("ris", "RIS", "application/x-research-info-systems; charset=utf-8", _ris),
    Format("bib", "BibTeX", "application/x-bibtex; charset=utf-8", _bibtex),
    Format("json", "CSL-JSON", "application/vnd.citationstyles.csl+json; charset=utf-8", _csl_json),
    Format("mrc", "MARC 21", "application/marc", _marc),
    Format("xml", "MARCXML", "application/marcxml+xml; charset=utf-8", _marcxml),
    Format("csv", "CSV", "text/csv; charset=utf-8", _csv),
)
FORMATS: Final[Mapping[str, Format]] = {format.name: format for format in _ALL}


def written(documents: Sequence[Document], format: str, base: str = "") -> bytes:
    """The whole file of a few documents, for whoever hands them out in another envelope (unAPI, a mail)."""
    return b"".join(FORMATS[format].write(documents, base, ""))
