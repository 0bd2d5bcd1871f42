"""Rows of copies. The catalogue tells which title a copy is of; a table of copies tells the rest."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from ingest.identity import id_of
from portal.services.circulation.queue import serve
from portal.services.collection.loan_types import BOOK, loan_type
from portal.services.importing.batch import Batch
from portal.services.importing.report import Outcome
from portal.services.importing.tables import TableRow
from portal.services.importing.values import UnusableError, code_of, number_of_thing, text_of
from portal.store.tables import Item
from portal.store.tables.collection import ItemStatus

_NOT_LENT: Final = "not_lent"
# What a table may say of a copy; lent or held it is only by a loan or a hold.
_STATUSES: Final = (ItemStatus.AVAILABLE, ItemStatus.LOST, ItemStatus.DAMAGED, ItemStatus.WITHDRAWN)
_TEXTS: Final = (("location", 200), ("call_number", 200), ("number", 64), ("note", 2000))


class ItemRows:
    """Copies by their barcodes."""

    key: Final = "barcode"

    def __init__(self, batch: Batch, rows: Sequence[TableRow]) -> None:
        self._batch = batch
        session = batch.work.session
        barcodes = {row.get(self.key) for row in rows}
        known = select(Item.document_id).where(Item.barcode.in_(barcodes))
        documents = {*session.scalars(known), *filter(None, map(self._document, rows))}
        batch.decide(f"document:{document}" for document in documents)
        found = session.scalars(
            select(Item).where(Item.barcode.in_(barcodes)).execution_options(populate_existing=True)
        )
        self._known = {item.barcode: item for item in found}

    def key_of(self, row: TableRow) -> str:
        if not row.get(self.key):
            raise UnusableError("there is no barcode")
        return number_of_thing(row.get(self.key), "the barcode")

    def apply(self, row: TableRow) -> Outcome:
        """Raises UnusableError."""
        barcode = self.key_of(row)
        item = self._known.get(barcode)
        if item is not None and self._batch.ways.only_new:
            return Outcome.SAME
        wanted = self._wanted(row, item)
        status, lendable = _status_of(row.get("status"))
        if item is None:
            self._known[barcode] = self._added(
                barcode, row, wanted, status or ItemStatus.AVAILABLE, lendable is not False
            )
            return Outcome.ADDED
        if lendable is not None:
            wanted["lendable"] = lendable
        if status is not None and status is not item.status and item.status in _STATUSES:
            wanted["status"] = status
        changed = [name for name, value in wanted.items() if getattr(item, name) != value]
        for name in changed:
            setattr(item, name, wanted[name])
        if {"status", "lendable", "loan_type"}.intersection(changed):
            serve(self._batch.work, item.document_id)
        return Outcome.CHANGED if changed else Outcome.SAME

    def _document(self, row: TableRow) -> str:
        number = row.get("document")
        if not number:
            return ""
        source = self._batch.ways.source
        return number if number.startswith(f"{source}.") else str(id_of(source, number))

    def _wanted(self, row: TableRow, item: Item | None) -> dict[str, object]:
        wanted: dict[str, object] = {}
        for name, most in _TEXTS:
            if text := text_of(row.get(name), most, f"the {name.replace('_', ' ')}"):
                wanted[name] = text
        if row.has("loan_type") and (code := loan_type_of(row.get("loan_type"))):
            wanted["loan_type"] = code
        if row.has("branch") or item is None:
            branch = self._batch.branch(row.get("branch")).code
            wanted["branch"] = branch
            # Where it is now is for loans and holds to say, once there are any.
            if item is not None and item.status is ItemStatus.AVAILABLE and item.place == item.branch:
                wanted["place"] = branch
        return wanted

    def _added(
        self, barcode: str, row: TableRow, wanted: dict[str, object], status: ItemStatus, lendable: bool
    ) -> Item:
        document = self._document(row)
        if not document:
            raise UnusableError(
                "no record of the catalogue has this copy, and the row names none; load the catalogue with its copies first"
            )
        title = text_of(row.get("title"), 2000, "the title") or self._title(document)
        item = Item(document_id=document, barcode=barcode, title=title, note="", added_at=self._batch.work.now)
        for name, value in wanted.items():
            setattr(item, name, value)
        item.place, item.status, item.lendable = item.branch, status, lendable
        self._batch.work.session.add(item)
        serve(self._batch.work, document)
        return item

    def _title(self, document: str) -> str:
        other = select(Item.title).where(Item.document_id == document, Item.title != "").limit(1)
        return self._batch.work.session.scalar(other) or ""


def loan_type_of(name: str) -> str:
    """The loan type of a collection: by the words that catalogues use for one, else a code made of its name.

    >>> loan_type_of("Referensi"), loan_type_of("Buku Anak")
    ('reference', 'buku-anak')
    """
    known = loan_type([name], [])
    return code_of(name) if known == BOOK else known


def _status_of(text: str) -> tuple[ItemStatus | None, bool | None]:
    """Where a copy is, and whether it is lent; None for what the text says nothing of."""
    if not text:
        return None, None
    if text == _NOT_LENT:
        return None, False
    if text in _STATUSES:
        return ItemStatus(text), True if text == ItemStatus.AVAILABLE else None
    raise UnusableError(
        f'the status "{text[:60]}" is not known; say under [items.values.status] whether it means available, not_lent, '
        "lost, damaged or withdrawn"
    )
