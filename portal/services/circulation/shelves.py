"""Lists for staff: what to pull from the shelves, what lies ready, what is on its way, what is late."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Select, select

from portal.services.circulation import fines
from portal.services.circulation.results import OverdueEntry, ShelfEntry
from portal.services.circulation.work import Work
from portal.store.tables import Hold, Item, Loan, Patron
from portal.store.tables.circulation import ACTIVE, HoldState
from portal.store.tables.collection import ItemStatus

LONGEST: Final = 1000


def pull_list(work: Work, branch: str) -> tuple[ShelfEntry, ...]:
    """Copies that stand on a branch's shelves and are wanted, in the order of the shelves; `branch` of each: where to."""
    wanted = _with_holds().where(Hold.from_branch == branch, Hold.state.in_((HoldState.READY, HoldState.IN_TRANSIT)))
    order = Item.location, Item.call_number, Item.barcode
    return _entries(work, work.session.execute(wanted.order_by(*order).limit(LONGEST)))


def hold_shelf(work: Work, branch: str) -> tuple[ShelfEntry, ...]:
    """Copies that lie ready at a branch, and those nobody fetched in time or wanted any more, which are to be cleared."""
    ready = (Hold.state == HoldState.READY) & (Hold.from_branch == "") & (Hold.pickup_branch == branch)
    left = Hold.state.not_in(ACTIVE) & (Item.place == branch)
    here = _with_holds().where(ready | left, Item.is_licence.is_(False))
    return _entries(work, work.session.execute(here.order_by(Hold.ready_at, Hold.id).limit(LONGEST)))


def in_transit(work: Work, branch: str) -> tuple[ShelfEntry, ...]:
    """Copies on their way to a branch, for somebody or home; those still on another's shelf are not."""
    coming = (
        select(Item, Hold, Patron)
        .outerjoin(Hold, (Hold.item_id == Item.id) & (Hold.state == HoldState.IN_TRANSIT))
        .outerjoin(Patron, Patron.id == Hold.patron_id)
        .where(Item.status == ItemStatus.IN_TRANSIT, Item.place == branch)
        .where(Hold.id.is_(None) | (Hold.from_branch == ""))
    )
    return _entries(work, work.session.execute(coming.order_by(Item.title, Item.id).limit(LONGEST)))


def overdue(work: Work, branch: str) -> tuple[OverdueEntry, ...]:
    """Loans of a branch that are late, the latest first."""
    late = (
        select(Loan, Item, Patron)
        .join(Item, Item.id == Loan.item_id)
        .join(Patron, Patron.id == Loan.patron_id)
        .where(Loan.branch == branch, Loan.returned_at.is_(None), Loan.due_at < work.now, Item.is_licence.is_(False))
        .order_by(Loan.due_at, Loan.id)
        .limit(LONGEST)
    )
    entries = []
    for loan, item, patron in work.session.execute(late):
        days = fines.late_days(work, loan)
        entries.append(
            OverdueEntry(
                loan_id=loan.id,
                barcode=item.barcode or "",
                title=item.title,
                call_number=item.call_number,
                due_at=loan.due_at,
                days=days,
                owing=fines.overdue_amount(loan, days),
                patron_id=patron.id,
                card_number=patron.card_number or "",
                patron_name=patron.name,
                email=patron.email,
                phone=patron.phone,
                language=patron.language,
            )
        )
    return tuple(entries)


def _with_holds() -> Select[Item, Hold, Patron]:
    return select(Item, Hold, Patron).join(Hold, Hold.item_id == Item.id).join(Patron, Patron.id == Hold.patron_id)


def _entries(work: Work, rows: Iterable[Any]) -> tuple[ShelfEntry, ...]:
    return tuple(_entry(work, item, hold, patron) for item, hold, patron in rows)


def _entry(work: Work, item: Item, hold: Hold | None, patron: Patron | None) -> ShelfEntry:
    ended = hold is not None and hold.state not in ACTIVE
    late = hold is not None and hold.pickup_until is not None and hold.pickup_until < work.now
    return ShelfEntry(
        item_id=item.id,
        barcode=item.barcode or "",
        title=item.title,
        call_number=item.call_number,
        location=item.location,
        branch=item.place,
        document_id=item.document_id,
        hold_id=hold.id if hold else "",
        patron_id=patron.id if patron else "",
        card_number=(patron.card_number or "") if patron else "",
        patron_name=patron.name if patron else "",
        ready_at=hold.ready_at if hold else None,
        pickup_until=hold.pickup_until if hold else None,
        expired=ended or late,
    )
