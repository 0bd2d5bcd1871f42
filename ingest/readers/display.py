"""A stored record read back for showing: tags, indicators and subfields as a cataloguer knows them."""

import io
from dataclasses import dataclass

from ingest.readers import marc, marcxml
from ingest.record import Record
from ingest.source import SourceRecord
from search.document import RawRecord


@dataclass(frozen=True, slots=True)
class MarcLine:
    """One field. A control field has a value, a data field subfields (code, value); the leader stands as "LDR"."""

    tag: str
    indicators: str = ""
    value: str = ""
    subfields: tuple[tuple[str, str], ...] = ()


def marc_lines(raw: RawRecord) -> list[MarcLine]:
    """The fields of a record in its own order, [] when it cannot be read back or there is none."""
    record = stored_record(raw)
    if record is None:
        return []
    lines = [MarcLine("LDR", value=record.leader)]
    for field in record.fields:
        lines.append(MarcLine(field.tag, field.indicators, field.data, tuple(field.subfields)))
    return lines


def stored_record(raw: RawRecord) -> Record | None:
    """The record, None when it cannot be read back. Read by the readers that read it first, so it is understood the same way."""
    if raw.format == "pdf":
        return None
    read = marcxml.read if raw.format == "marcxml" else marc.read
    first = next(read(io.BytesIO(raw.data), raw.file), None)
    return first.record if isinstance(first, SourceRecord) else None
