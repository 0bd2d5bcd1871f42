"""Copies in the hands of staff: what becomes of one that was scanned, and of one that is gone."""

from portal.services.circulation import fines, loans, queue
from portal.services.circulation.results import CheckIn, Next
from portal.services.circulation.work import Work
from portal.store.tables import Hold, Item, Loan, Patron
from portal.store.tables.circulation import HoldState
from portal.store.tables.collection import ItemStatus

GONE = (ItemStatus.LOST, ItemStatus.DAMAGED, ItemStatus.WITHDRAWN)


def take_in(work: Work, item: Item, branch: str) -> CheckIn:
    """A copy was scanned at a branch: its loan ends, and it goes to its shelf, to a patron who waits, or on its way."""
    loan = loans.open_loan(work, item.id)
    days = amount = 0
    if loan is not None:
        days, amount = fines.charge_overdue(work, loan, item)
        loans.close(work, loan, item, ItemStatus.AVAILABLE)
    if item.status in GONE:
        return _told(work, item, Next.ASIDE, branch)
    step = _route(work, item, branch)
    if loan is None:
        return _told(work, item, step, item.place)
    borrower = loan.patron_id or ""
    return _told(work, item, step, item.place, loan_id=loan.id, borrower_id=borrower, late_days=days, fine=amount)


def _route(work: Work, item: Item, branch: str) -> Next:
    queue.forget_unfetched(work, item)
    hold = queue.hold_of(work, item)
    if hold is not None:
        return _towards(work, item, hold, branch)
    item.status, item.place = ItemStatus.AVAILABLE, branch
    queue.serve(work, item.document_id, in_hand=item)
    if item.status is ItemStatus.HELD:
        return Next.HOLD_SHELF
    if item.status is ItemStatus.AVAILABLE and item.branch != branch:
        item.status, item.place = ItemStatus.IN_TRANSIT, item.branch
    return Next.TRANSIT if item.status is ItemStatus.IN_TRANSIT else Next.SHELF


def _towards(work: Work, item: Item, hold: Hold, branch: str) -> Next:
    """The copy is somebody's already: it is kept here if it is fetched here, else it goes there."""
    was_on_its_shelf, hold.from_branch = bool(hold.from_branch), ""
    if branch == hold.pickup_branch:
        if hold.state is HoldState.IN_TRANSIT or was_on_its_shelf:
            queue.make_ready(work, hold, item)  # its days begin now that it can be fetched
        return Next.HOLD_SHELF
    hold.state, hold.ready_at, hold.pickup_until = HoldState.IN_TRANSIT, None, None
    item.status, item.place = ItemStatus.IN_TRANSIT, hold.pickup_branch
    return Next.TRANSIT


def _told(
    work: Work,
    item: Item,
    step: Next,
    branch: str,
    *,
    loan_id: str = "",
    borrower_id: str = "",
    late_days: int = 0,
    fine: int = 0,
) -> CheckIn:
    work.session.flush()
    hold = queue.hold_of(work, item)
    patron = work.session.get(Patron, hold.patron_id) if hold else None
    return CheckIn(
        barcode=item.barcode or "",
        next=step,
        title=item.title,
        call_number=item.call_number,
        location=item.location,
        branch=branch,
        hold_id=hold.id if hold else "",
        patron_id=patron.id if patron else "",
        card_number=(patron.card_number or "") if patron else "",
        patron_name=patron.name if patron else "",
        pickup_until=hold.pickup_until if hold else None,
        loan_id=loan_id,
        borrower_id=borrower_id,
        late_days=late_days,
        fine=fine,
    )


def told_aside(work: Work, item: Item, borrower_id: str, fine: int) -> CheckIn:
    """What the desk is told of a copy that goes to nobody."""
    return _told(work, item, Next.ASIDE, item.place, borrower_id=borrower_id, fine=fine)


def put_away(work: Work, item: Item, status: ItemStatus) -> Loan | None:
    """A copy is lost, damaged or withdrawn: its loan ends, its hold waits again. The loan, None where it was not lent."""
    loan = loans.open_loan(work, item.id)
    hold = queue.hold_of(work, item)
    if loan is not None:
        fines.charge_overdue(work, loan, item)
        loans.close(work, loan, item, status)
    if hold is not None:
        queue.requeue(work, hold)
    queue.forget_unfetched(work, item)
    item.status = status
    queue.serve(work, item.document_id)
    return loan


def bring_back(work: Work, item: Item, branch: str) -> CheckIn:
    """A lost, damaged or withdrawn copy is there again and fit to be lent."""
    if item.status in GONE:
        item.status, item.place = ItemStatus.AVAILABLE, branch
    return take_in(work, item, branch)
