"""Lending, renewing and taking back: what is decided, whoever asks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update

from portal.ils.driver import LoanView, Refusal, Renewal
from portal.services.circulation import people, queue
from portal.services.circulation.work import Work, usable_key
from portal.store.tables import Fine, Item, Licence, Loan, Patron, Payment, Rule
from portal.store.tables.circulation import HoldState
from portal.store.tables.collection import ItemStatus
from search.document import DocumentId

_LOST_TO_LENDING: Final = (ItemStatus.LOST, ItemStatus.DAMAGED, ItemStatus.WITHDRAWN)
_BATCH: Final = 500  # SQLite takes so many values in one statement, and more


def open_loan(work: Work, item_id: str) -> Loan | None:
    return work.session.scalars(select(Loan).where(Loan.item_id == item_id, Loan.returned_at.is_(None))).one_or_none()


def is_out(work: Work) -> ColumnElement[bool]:
    """The condition of a loan that runs. An e-book past its due time is back, even if no job has written that yet."""
    licences = select(Item.id).where(Item.is_licence)
    return and_(Loan.returned_at.is_(None), or_(Loan.due_at > work.now, Loan.item_id.not_in(licences)))


def loan_refusals(work: Work, patron: Patron, rule: Rule | None) -> tuple[Refusal, ...]:
    """What the rules say against lending anything under `rule` to a patron, the gravest first."""
    found = list(people.blocks(work, patron, rule))
    if rule is None or not rule.loan_days:
        return (*found, Refusal.NO_RULE)
    if people.too_young(patron, rule, work.today.year):
        found.append(Refusal.AGE)
    if people.loans_under(work, patron, rule) >= rule.max_loans:
        found.append(Refusal.MAX_LOANS)
    return tuple(found)


def unfit(item: Item) -> bool:
    """Whether a copy is lent to nobody."""
    return not item.lendable or item.status in _LOST_TO_LENDING


def lend(work: Work, item: Item, patron: Patron, rule: Rule, *, branch: str, due_at: datetime, key: str) -> Loan:
    """Write the loan; whatever the patron was waiting for of this title is fulfilled by it."""
    loan = Loan(
        item_id=item.id,
        document_id=item.document_id,
        patron_id=patron.id,
        branch=branch,
        category=patron.category,
        loan_type=item.loan_type,
        out_at=work.now,
        due_at=due_at,
        returned_at=None,
        renewals=0,
        renewals_allowed=rule.renewals,
        renew_days=rule.renew_days,
        no_renewal_before=rule.no_renewal_before,
        fine_per_day=rule.fine_per_day,
        grace_days=rule.grace_days,
        renewal_key=key,
    )
    work.session.add(loan)
    item.status = ItemStatus.ON_LOAN
    if not item.is_licence:
        item.place = branch
    queue.forget_unfetched(work, item)
    work.session.flush()
    return loan


def close(work: Work, loan: Loan, item: Item, status: ItemStatus, at: datetime | None = None) -> None:
    """The loan is over; `status` is where that leaves the copy."""
    loan.returned_at = max(at or work.now, loan.out_at)
    item.status = status
    work.session.flush()


def renewal_refusal(work: Work, loan: Loan, patron: Patron, licence: Licence | None) -> Refusal | None:
    """Why renewing a loan would be refused now, None when it would not."""
    rule = work.rule(patron.category, loan.loan_type, loan.branch)
    against = people.blocks(work, patron, rule)
    if against:
        return against[0]
    if work.now > loan.due_at:
        return Refusal.OVERDUE
    if loan.renewals >= loan.renewals_allowed or _has_no_licence(work, loan):
        return Refusal.LIMIT_REACHED
    if _too_soon(work, loan) or new_due(work, loan, licence) <= loan.due_at:
        return Refusal.TOO_SOON
    return Refusal.ON_HOLD if _wanted(work, loan) else None


def _too_soon(work: Work, loan: Loan) -> bool:
    if not loan.no_renewal_before:
        return False
    due = work.calendar(loan.branch).day(loan.due_at)
    return work.today < due - timedelta(days=loan.no_renewal_before)


def _wanted(work: Work, loan: Loan) -> bool:
    """Whether somebody waits for this very copy: who waits and can be served by free ones does not."""
    waiting = [
        (hold, patron)
        for hold, patron in queue.queued(work, loan.document_id)
        if hold.suspended_until is None and hold.patron_id != loan.patron_id
    ]
    lent = work.session.get_one(Item, loan.item_id)
    if not any(queue.can_take(work, hold, patron, lent) for hold, patron in waiting):
        return False
    copies = work.session.scalars(select(Item).where(Item.document_id == loan.document_id))
    free = [item for item in copies if item.status is ItemStatus.AVAILABLE or _coming_home(work, item)]
    wishes = [
        frozenset(item.id for item in free if queue.can_take(work, hold, patron, item)) for hold, patron in waiting
    ]
    return not queue.matched(wishes)


def _coming_home(work: Work, item: Item) -> bool:
    return item.status is ItemStatus.IN_TRANSIT and queue.hold_of(work, item) is None


def new_due(work: Work, loan: Loan, licence: Licence | None) -> datetime:
    """When a loan would be due after a renewal: counted from its due date, so that an early renewal costs no day."""
    if licence is not None:
        return loan.due_at + timedelta(hours=licence.loan_hours)
    calendar = work.calendar(loan.branch)
    return calendar.due_at(calendar.day(loan.due_at), loan.renew_days)


def renew(work: Work, loan: Loan, patron: Patron, key: str) -> Renewal:
    """Renew one loan if the rules let it; the same key again changes nothing and says the same."""
    key = usable_key(key)
    if loan.renewals and loan.renewal_key == key:
        return Renewal(loan.id, loan.due_at)
    licence = licence_of(work, loan)
    refusal = renewal_refusal(work, loan, patron, licence)
    if refusal is None:
        loan.due_at = new_due(work, loan, licence)
        loan.renewals += 1
        loan.renewal_key = key
        work.session.flush()
    return Renewal(loan.id, loan.due_at, refusal)


def licence_of(work: Work, loan: Loan) -> Licence | None:
    """The licence a loan is of, None for a copy."""
    item = work.session.get_one(Item, loan.item_id)
    return work.session.get(Licence, loan.document_id) if item.is_licence else None


def _has_no_licence(work: Work, loan: Loan) -> bool:
    """Whether it is an e-book's whose licence is gone."""
    return licence_of(work, loan) is None and work.session.get_one(Item, loan.item_id).is_licence


def fulfil(work: Work, item: Item, patron: Patron) -> bool:
    """End the patron's hold on the title of a copy that was just lent to them; whether it was for this very copy."""
    for hold in queue.active_of(work, item.document_id, patron.id):
        if hold.for_licence != item.is_licence:
            continue
        own = hold.item_id == item.id
        if own:
            hold.state, hold.ended_at = HoldState.FULFILLED, work.now
            hold.item_id, hold.from_branch = None, ""
            work.session.flush()
        else:
            queue.end(work, hold, HoldState.FULFILLED)
        return own
    return False


def return_expired_licences(work: Work, document: str) -> int:
    """E-books past their due time come back by themselves, and go to who waits; how many."""
    statement = (
        select(Loan, Item)
        .join(Item, Item.id == Loan.item_id)
        .where(Loan.document_id == document, Loan.returned_at.is_(None), Item.is_licence, Loan.due_at <= work.now)
    )
    over = [(loan, item) for loan, item in work.session.execute(statement)]
    for loan, item in over:
        close(work, loan, item, ItemStatus.AVAILABLE, at=loan.due_at)
    if over:
        queue.serve(work, document)
    return len(over)


def cut(work: Work, finished: Select[str]) -> int:
    """Cut returned loans (`finished` selects their ids) from whoever had them, and from what was charged for them; how many.

    One that still costs something stays until that is settled: both sides may need to know what it was.
    """
    paid = select(func.coalesce(func.sum(Payment.amount), 0)).where(Payment.fine_id == Fine.id).scalar_subquery()
    owing = select(Fine.loan_id).where(Fine.loan_id.is_not(None), Fine.amount > paid)
    ids = list(work.session.scalars(finished.where(Loan.returned_at.is_not(None), Loan.id.not_in(owing))))
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        work.session.execute(update(Fine).where(Fine.loan_id.in_(some)).values(loan_id=None, title=""))
        work.session.execute(update(Loan).where(Loan.id.in_(some)).values(patron_id=None))
    return len(ids)


def loan_views(
    work: Work, loans: Iterable[Loan], names: Mapping[str, str] | None = None, *, renewals: bool = True
) -> tuple[LoanView, ...]:
    """Loans as their borrowers see them, in the given order. names: of children, by id.

    renewals: whether it is worked out why each would not be renewed.
    """
    found: Sequence[Loan] = list(loans)
    items = _items(work, {loan.item_id for loan in found})
    patrons = _patrons(work, {loan.patron_id for loan in found if loan.patron_id})
    views = []
    for loan in found:
        item = items[loan.item_id]
        patron = patrons.get(loan.patron_id or "")
        refusal = None
        if renewals and loan.returned_at is None and patron is not None:
            refusal = renewal_refusal(work, loan, patron, licence_of(work, loan))
        views.append(
            LoanView(
                id=loan.id,
                document_id=DocumentId(loan.document_id),
                title=item.title,
                due_at=loan.due_at,
                out_at=loan.out_at,
                returned_at=loan.returned_at,
                item_id=item.id,
                barcode=item.barcode or "",
                branch=loan.branch,
                renewals=loan.renewals,
                renewals_allowed=loan.renewals_allowed,
                renewable=refusal,
                is_licence=item.is_licence,
                borrower=(names or {}).get(loan.patron_id or "", ""),
            )
        )
    return tuple(views)


def _items(work: Work, ids: set[str]) -> dict[str, Item]:
    return {item.id: item for item in work.session.scalars(select(Item).where(Item.id.in_(ids)))}


def _patrons(work: Work, ids: set[str]) -> dict[str, Patron]:
    return {patron.id: patron for patron in work.session.scalars(select(Patron).where(Patron.id.in_(ids)))}
