"""What a record asks of the index."""

from dataclasses import dataclass, replace

from ingest import fingerprints
from ingest.identity import id_of
from ingest.mappings.marc21 import document_id, is_deleted, to_document
from ingest.passages import split
from ingest.readers import marc, marcxml
from ingest.readers.formats import READ_ONE
from ingest.source import Origin, Rejected, SourceRecord, UnreadRecord
from search.document import Document, DocumentId, Passage


@dataclass(frozen=True, slots=True)
class Change:
    """A document in place of what the id holds, or (None) its removal.

    passages: those of the record itself; none where no vectors are made.
    """

    origin: Origin
    id: DocumentId
    document: Document | None = None
    passages: tuple[Passage, ...] = ()


def change_of(item: UnreadRecord | SourceRecord | Rejected, source: str, with_passages: bool) -> Change | Rejected:
    """What an item of a file asks for, or why it asks for nothing: read if need be, mapped, and split.

    source: the catalogue's name, as in `to_document`. A refused record has its bytes with it.
    """
    record = _read(item) if isinstance(item, UnreadRecord) else item
    if isinstance(record, SourceRecord):
        if is_deleted(record):
            return Change(record.origin, document_id(record, source))
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


def _with_data(refused: Rejected, item: UnreadRecord | SourceRecord | Rejected) -> Rejected:
    if refused.data or isinstance(item, Rejected):
        return refused
    if isinstance(item, UnreadRecord):
        return replace(refused, data=item.data, format=item.format)
    return replace(refused, data=item.raw.data, format="marcxml" if item.raw.format == "marcxml" else "marc")


def known_as(item: UnreadRecord | SourceRecord | Rejected, source: str) -> tuple[DocumentId, str] | None:
    """The id and the fingerprint of a record, where its bytes tell them without its being read; None else.

    This is what makes a second load of the same file cheap: an unchanged record is neither read nor mapped.
    """
    if isinstance(item, SourceRecord):
        number = next((field.data for field in item.record.fields if field.tag == "001"), "")
        data = item.raw.data
    elif isinstance(item, UnreadRecord) and item.format in _CONTROL_NUMBER:
        number, data = _CONTROL_NUMBER[item.format](item.data), item.data
    else:
        return None
    number = number.replace("#", " ").strip()
    return (id_of(source, number), fingerprints.of_record(data, source)) if number else None


_CONTROL_NUMBER = {"marc": marc.control_number, "marcxml": marcxml.control_number}
