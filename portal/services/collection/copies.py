"""What a catalogue says of a title's copies, in the terms of circulation."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.services.collection.loan_types import NOT_LENT, loan_type
from portal.store.tables.collection import ItemStatus
from search.document import Document, DocumentId, Item

MAX_BARCODE: Final = 64
# A copy that was never here before begins as its record says; one that is lent elsewhere can have no loan of ours.
_BEGINS_AS: Final = {
    "lost": ItemStatus.LOST,
    "damaged": ItemStatus.DAMAGED,
    "withdrawn": ItemStatus.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy as the catalogue tells of it. branch: its name there, "" for none. loan_type, lendable, status, note: what
    it begins with, before staff decide."""

    barcode: str
    document_id: DocumentId
    title: str
    branch: str
    location: str
    call_number: str
    number: str
    loan_type: str
    lendable: bool
    status: ItemStatus
    note: str


@dataclass(frozen=True, slots=True)
class Told:
    """The copies of a title that can be lent by their barcodes, and how many of the others there are, by reason:
    no_barcode, long_barcode, twice (in this same title), on_order."""

    copies: tuple[Copy, ...]
    others: Mapping[str, int]


def told_of(document: Document) -> Told:
    copies: dict[str, Copy] = {}
    others: Counter[str] = Counter()
    for record in document.records:
        for item in record.items:
            if reason := _unusable(item):
                others[reason] += 1
                continue
            copy = _copy(document, record, item)
            others["twice"] += copy.barcode in copies
            copies.setdefault(copy.barcode, copy)
    return Told(tuple(copies.values()), +others)


def _unusable(item: Item) -> str:
    barcode = _text(item.barcode, MAX_BARCODE + 1)
    if not barcode:
        return "no_barcode"
    if len(barcode) > MAX_BARCODE:
        return "long_barcode"
    return "on_order" if item.status == "on_order" else ""


def _copy(document: Document, record: Document, item: Item) -> Copy:
    kind = loan_type((item.collection, item.location), record.values("format"))
    place = dict.fromkeys(filter(None, (item.location, item.collection)))
    return Copy(
        barcode=_text(item.barcode, MAX_BARCODE),
        document_id=document.id,
        title=_text(document.title, 2000),
        branch=_text(item.branch, 200),
        location=_text(" · ".join(place), 200),
        call_number=_text(item.call_number or record.first("call_number"), 200),
        number=_text(item.number, 64),
        loan_type=kind,
        lendable=kind not in NOT_LENT and item.status != "not_for_loan",
        status=_BEGINS_AS.get(item.status, ItemStatus.AVAILABLE),
        note=_text(item.note, 2000),
    )


def _text(text: str, most: int) -> str:
    """As a column takes it: no store keeps NUL, and PostgreSQL keeps no lone surrogate."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:most].strip()
