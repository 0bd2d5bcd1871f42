"""MARC records made field by field, and those of the shared data, as the readers give them."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from ingest.mappings.marc21 import to_document
from ingest.readers import marc, marcxml
from ingest.readers.detect import detect
from ingest.readers.records import control_field, data_field
from ingest.record import Field, Record, to_pymarc
from ingest.source import Origin, Rejected, SourceRecord
from search.document import Document, RawRecord
from tests.support.shared_data import shared

LEADER = "00000nam a2200000 i 4500"


def made(*fields: str, leader: str = LEADER) -> SourceRecord:
    """A record from lines like "245 10 $a Judul : $b anak judul" and "001 inlis-1"."""
    record = Record(leader, [_field(line) for line in fields])
    return SourceRecord(Origin("made.mrc", 1), record, RawRecord("marc", to_pymarc(record).as_marc(), "made.mrc", 1))


def _field(line: str) -> Field:
    tag, rest = line[:3], line[4:]
    if "$" not in rest:
        return control_field(tag, rest)
    indicators, *parts = rest.split("$")
    return data_field(tag, indicators, [(part[0], part[1:].strip()) for part in parts])


def mapped(*fields: str, leader: str = LEADER) -> Document:
    document = to_document(made(*fields, leader=leader), "kota")
    assert isinstance(document, Document)
    return document


def open_file(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path) if path.suffix == ".gz" else path.open("rb"))


def read_file(path: Path) -> Iterator[SourceRecord | Rejected]:
    """What the reader for the file's kind gives; nothing for files that are no MARC."""
    with open_file(path) as file:
        kind = detect(file.read(65_536), path.name)
    if kind in ("marc", "marcxml"):
        with open_file(path) as file:
            yield from (marc if kind == "marc" else marcxml).read(file, path.name)


def shared_documents(path: str) -> list[Document]:
    found = [to_document(item, "uji") for item in read_file(shared(path)) if isinstance(item, SourceRecord)]
    return [item for item in found if isinstance(item, Document)]
