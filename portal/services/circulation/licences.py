"""E-books lent by licence: each simultaneous use is an item, lent for hours instead of days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.ils.driver import LoanView, Refusal
from portal.services.circulation import loans, queue
from portal.services.circulation.work import Work, usable_key
from portal.store.tables import Item, Licence, Loan, Patron
from portal.store.tables.circulation import HoldState
from portal.store.tables.collection import ItemStatus


@dataclass(frozen=True, slots=True)
class Borrowed:
    """The loan of an e-book, or why there is none."""

    loan: LoanView | None = None
    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        return self.loan is not None


def borrow(work: Work, patron: Patron, document: str, key: str) -> Borrowed:
    """Lend a free use, or the one that is kept for this patron; the same key again gives the loan it made."""
    loans.return_expired_licences(work, document)
    key = usable_key(key)
    for loan in _own(work, patron.id, document):
        if loan.returned_at is None or loan.renewal_key == key:
            yours = None if loan.renewal_key == key else Refusal.ALREADY_YOURS
            return Borrowed(loans.loan_views(work, [loan])[0] if yours is None else None, yours)
    licence = work.session.get(Licence, document)
    if licence is None:
        return Borrowed(refusal=Refusal.ITEM_NOT_FOUND)
    item = _use(work, patron.id, document)
    if item is None:
        return Borrowed(refusal=Refusal.NO_COPY_FREE)
    rule = work.rule(patron.category, item.loan_type, item.branch)
    refusals = loans.loan_refusals(work, patron, rule)
    if refusals or rule is None:
        return Borrowed(refusal=refusals[0])
    due_at = work.now + timedelta(hours=licence.loan_hours)
    loan = loans.lend(work, item, patron, rule, branch=item.branch, due_at=due_at, key=key)
    loans.fulfil(work, item, patron)
    return Borrowed(loans.loan_views(work, [loan])[0])


def give_back(work: Work, patron_id: str, document: str) -> bool:
    """End the patron's loan of an e-book; the next who waits gets it."""
    for loan in _own(work, patron_id, document):
        if loan.returned_at is None:
            loans.close(work, loan, work.session.get_one(Item, loan.item_id), ItemStatus.AVAILABLE)
            queue.serve(work, document)
            return True
    return False


def loan_until(work: Work, patron_id: str, document: str, now: datetime) -> datetime | None:
    """Until when the patron may read an e-book, None when not at all. The due time counts, not whether a job has run."""
    statement = (
        select(Loan.due_at)
        .join(Item, Item.id == Loan.item_id)
        .where(
            Loan.patron_id == patron_id,
            Loan.document_id == document,
            Loan.returned_at.is_(None),
            Item.is_licence,
            Loan.due_at > now,
        )
    )
    return work.session.scalars(statement).first()


def _own(work: Work, patron_id: str, document: str) -> list[Loan]:
    statement = (
        select(Loan)
        .join(Item, Item.id == Loan.item_id)
        .where(Loan.patron_id == patron_id, Loan.document_id == document, Item.is_licence)
        .order_by(Loan.returned_at.is_not(None), Loan.out_at.desc())
    )
    return list(work.session.scalars(statement))


def _use(work: Work, patron_id: str, document: str) -> Item | None:
    """The use kept for the patron's ready hold, else a free one."""
    for hold in queue.active_of(work, document, patron_id):
        if hold.for_licence and hold.state is HoldState.READY:
            return work.session.get_one(Item, hold.item_id)
    free = select(Item).where(
        Item.document_id == document, Item.is_licence, Item.lendable, Item.status == ItemStatus.AVAILABLE
    )
    return work.session.scalars(free.order_by(Item.id).limit(1)).first()
