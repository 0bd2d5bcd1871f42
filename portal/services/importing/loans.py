"""Rows of loans. What came back long ago is left out: who borrowed it is nobody's business any more."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from sqlalchemy import select

from portal.services.circulation.rules import most_specific
from portal.services.importing.batch import Batch
from portal.services.importing.report import Outcome
from portal.services.importing.tables import TableRow
from portal.services.importing.values import UnusableError, amount_of, day_of, is_yes, number_of_thing
from portal.store.tables import Item, Loan, Patron
from portal.store.tables.circulation import Rule
from portal.store.tables.collection import ItemStatus
from portal.store.tables.people import Standing

_NOON: Final = time(12)
_EARLIEST: Final = date(1990, 1, 1)


class LoanRows:
    """Loans that still run, by the copy that is out."""

    key: Final = "barcode"

    def __init__(self, batch: Batch, rows: Sequence[TableRow]) -> None:
        self._batch = batch
        session = batch.work.session
        barcodes = {row.get("barcode") for row in rows}
        cards = {row.get("card_number") for row in rows}
        with_barcode, with_card = Item.barcode.in_(barcodes), Patron.card_number.in_(cards)
        documents = set(session.scalars(select(Item.document_id).where(with_barcode)))
        patrons = set(session.scalars(select(Patron.id).where(with_card)))
        batch.decide([*(f"document:{id}" for id in documents), *(f"patron:{id}" for id in patrons)])
        anew = {"populate_existing": True}
        self._items: Mapping[str | None, Item] = {
            item.barcode: item for item in session.scalars(select(Item).where(with_barcode), execution_options=anew)
        }
        self._patrons: Mapping[str | None, Patron] = {
            one.card_number: one for one in session.scalars(select(Patron).where(with_card), execution_options=anew)
        }
        items = [item.id for item in self._items.values()]
        open_loans = select(Loan).where(Loan.item_id.in_(items), Loan.returned_at.is_(None))
        self._open = {loan.item_id: loan for loan in session.scalars(open_loans, execution_options=anew)}

    def key_of(self, row: TableRow) -> str | None:
        """None for what has come back: the same copy may stand in any number of such rows."""
        if _is_back(row):
            return None
        if not row.get("barcode"):
            raise UnusableError("there is no barcode")
        return number_of_thing(row.get("barcode"), "the barcode")

    def apply(self, row: TableRow) -> Outcome:
        """Raises UnusableError."""
        barcode = self.key_of(row)
        if barcode is None:
            return Outcome.PASSED
        patron, item = self._patron(row), self._item(barcode)
        lent, due = self._days(row)
        loan = self._open.get(item.id)
        if loan is not None:
            return self._again(loan, patron, due)
        if item.status is not ItemStatus.AVAILABLE:
            raise UnusableError(
                f"the copy {barcode} is {item.status.value.replace('_', ' ')} here, so it cannot be lent"
            )
        self._open[item.id] = self._added(row, patron, item, lent, due)
        return Outcome.ADDED

    def _patron(self, row: TableRow) -> Patron:
        if not row.get("card_number"):
            raise UnusableError("there is no card number")
        card = number_of_thing(row.get("card_number"), "the card number")
        patron = self._patrons.get(card)
        if patron is None or patron.standing is Standing.WITHDRAWN:
            raise UnusableError(f"there is no patron with the card {card}; import the patrons first")
        return patron

    def _item(self, barcode: str) -> Item:
        item = self._items.get(barcode)
        if item is None:
            raise UnusableError(
                f"there is no copy with the barcode {barcode}; load the catalogue or import the items first"
            )
        return item

    def _days(self, row: TableRow) -> tuple[date, date]:
        due = day_of(row.get("due"), "the due date")
        if due is None:
            raise UnusableError("there is no due date")
        lent = day_of(row.get("lent"), "the day of the loan") or min(due, self._batch.work.today)
        if lent < _EARLIEST or lent > self._batch.work.today:
            raise UnusableError(f"the day of the loan {lent} cannot be")
        if due < lent:
            raise UnusableError(f"it was due on {due}, before it was lent on {lent}")
        return lent, due

    def _again(self, loan: Loan, patron: Patron, due: date) -> Outcome:
        if loan.patron_id != patron.id:
            raise UnusableError("the copy is out to another patron here")
        due_at = self._batch.work.calendar(loan.branch).end_of(due)
        if loan.due_at == due_at or self._batch.ways.only_new or loan.renewal_key:
            return Outcome.SAME  # what was renewed here is not put back to its first date
        loan.due_at = due_at
        return Outcome.CHANGED

    def _added(self, row: TableRow, patron: Patron, item: Item, lent: date, due: date) -> Loan:
        work = self._batch.work
        rule: Rule | None = most_specific(work.rules, patron.category, item.loan_type, item.branch)
        renewals = amount_of(row.get("renewals") or "0", "the number of renewals", 1_000)
        loan = Loan(
            item_id=item.id,
            document_id=item.document_id,
            patron_id=patron.id,
            branch=item.branch,
            category=patron.category,
            loan_type=item.loan_type,
            out_at=min(datetime.combine(lent, _NOON, work.zone).astimezone(UTC), work.now),
            due_at=work.calendar(item.branch).end_of(due),
            renewals=renewals,
            renewals_allowed=rule.renewals if rule else 0,
            renew_days=rule.renew_days if rule else 0,
            no_renewal_before=rule.no_renewal_before if rule else 0,
            fine_per_day=rule.fine_per_day if rule else 0,
            grace_days=rule.grace_days if rule else 0,
        )
        item.status = ItemStatus.ON_LOAN
        work.session.add(loan)
        work.session.flush()
        return loan


def _is_back(row: TableRow) -> bool:
    if row.get("is_returned"):
        return is_yes(row.get("is_returned"), "whether it is back")
    return day_of(row.get("returned"), "the day it came back") is not None
