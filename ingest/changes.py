"""What a record asks of the index."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ingest import fingerprints
from ingest.identity import id_of
from ingest.mappings.marc21 import document_id, is_deleted, is_hidden, to_document
from ingest.passages import split
from ingest.readers import aleph, marc, marcjson, marcmaker, marcxml
from ingest.readers.formats import READ_ONE
from ingest.source import Origin, RecordFormat, RecordItem, Rejected, SourceRecord, UnreadRecord
from search.document import Document, DocumentId, Passage


@dataclass(frozen=True, slots=True)
class Change:
    """A document in place of what the id holds, or (None) its removal.

    passages: those of the record itself; none where no vectors are made. hidden: it is removed since its library hides it.
    """

    origin: Origin
    id: DocumentId
    document: Document | None = None
    passages: tuple[Passage, ...] = ()
    hidden: bool = False


def change_of(item: RecordItem, source: str, with_passages: bool) -> Change | Rejected:
    """What an item of a file asks for, or why it asks for nothing: read if need be, mapped, and split.

    source: the catalogue's name, as in `to_document`. A refused record has its bytes with it.
    """
    record = _read(item) if isinstance(item, UnreadRecord) else item
    if isinstance(record, SourceRecord):
        if is_deleted(record):
            return Change(record.origin, document_id(record, source))
        if is_hidden(record):
            return Change(record.origin, document_id(record, source), hidden=True)
        document = to_document(record, source)
        if isinstance(document, Document):
            return Change(record.origin, document.id, document, split(document, ()) if with_passages else ())
        refused = document
    else:
        refused = record
    return _with_data(refused, item)


def _read(item: UnreadRecord) -> SourceRecord | Rejected:
    record = READ_ONE[item.format](item)
    if isinstance(record, SourceRecord) and item.oai_identifier:
        return replace(record, oai_identifier=item.oai_identifier)
    return record


def _with_data(refused: Rejected, item: RecordItem) -> Rejected:
    if refused.data or isinstance(item, Rejected):
        return refused
    if isinstance(item, UnreadRecord):
        return replace(refused, data=item.data, format=item.format)
    return replace(refused, data=item.raw.data, format="marcxml" if item.raw.format == "marcxml" else "marc")


@dataclass(frozen=True, slots=True)
class Known:
    """A record whose id and fingerprint are known before it is mapped. item: the record, read if that had to be."""

    item: UnreadRecord | SourceRecord
    id: DocumentId
    fingerprint: str


def known(item: RecordItem, source: str) -> Known | Rejected:
    """The record with its id and fingerprint, from its bytes where they give them away, else by reading it.

    This is what makes a second load of the same file cheap: an unchanged record is not mapped, and as a rule not read.
    """
    if isinstance(item, Rejected):
        return item
    if isinstance(item, UnreadRecord) and (number := _control_number(item.format, item.data)):
        fingerprint = fingerprints.of_record(item.data, source, item.oai_identifier)
        return Known(item, id_of(source, number), fingerprint)
    record = _read(item) if isinstance(item, UnreadRecord) else item
    if isinstance(record, Rejected):
        return _with_data(record, item)
    fingerprint = fingerprints.of_record(record.raw.data, source, record.oai_identifier)
    return Known(record, document_id(record, source), fingerprint)


def numbered(refused: Rejected) -> Rejected:
    """The refusal with its record's number, by which a cataloguer finds it, where the bytes give it away."""
    if refused.format is None or not refused.data:
        return refused
    number = _control_number(refused.format, refused.data) or _written_number(refused.format, refused.data)
    return replace(refused, control_number=number)


def _written_number(format: RecordFormat, data: bytes) -> str:
    """The number as it stands in a record that cannot be read: good enough to look for, and not to make an id of."""
    found = _WRITTEN_NUMBER[format](data) if format in _WRITTEN_NUMBER else b""
    try:
        number = found.decode("utf-8").translate(_BLANKS).strip()
    except UnicodeDecodeError:
        return ""
    return number if number.isprintable() else ""


def _control_number(format: RecordFormat, data: bytes) -> str:
    number = _CONTROL_NUMBER[format](data) if format in _CONTROL_NUMBER else ""
    return number.replace("#", " ").strip()


_CONTROL_NUMBER: Final[Mapping[RecordFormat, Callable[[bytes], str]]] = {
    "marc": marc.control_number,
    "marcxml": marcxml.control_number,
}
_WRITTEN_NUMBER: Final[Mapping[RecordFormat, Callable[[bytes], bytes]]] = {
    "marc": marc.written_number,
    "marcmaker": marcmaker.written_number,
    "aleph": aleph.written_number,
    "marcjson": marcjson.written_number,
}
_BLANKS: Final = str.maketrans("#\\^", "   ")  # as text forms write them
