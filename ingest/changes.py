"""What a record asks of the index."""

from dataclasses import dataclass
from typing import Final

from ingest.mappings.marc21 import document_id, is_deleted, to_document
from ingest.passages import split
from ingest.readers import marc, marcxml
from ingest.source import Origin, Rejected, SourceRecord, UnreadRecord
from search.document import Document, DocumentId, Passage

_READ_ONE: Final = {"marc": marc.read_one, "marcxml": marcxml.read_one}


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

    source: the catalogue's name, as in `to_document`.
    """
    record = _READ_ONE[item.format](item) if isinstance(item, UnreadRecord) else item
    if isinstance(record, Rejected):
        return record
    if is_deleted(record):
        return Change(record.origin, document_id(record, source))
    document = to_document(record, source)
    if isinstance(document, Rejected):
        return document
    return Change(record.origin, document.id, document, split(document, ()) if with_passages else ())
