"""Copies as the catalogue shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from portal.ils.driver import Availability, Holding, Holdings
from portal.services.circulation import queue
from portal.services.circulation.work import Work
from portal.store.tables import Hold, Item, Loan
from portal.store.tables.circulation import HoldState
from portal.store.tables.collection import ItemStatus
from search.document import DocumentId


def holdings_of(work: Work, documents: Sequence[DocumentId], category: str = "") -> Mapping[DocumentId, Holdings]:
    """The copies of each title in one statement, those at hand first; none where a title has none.

    category: of the patron whose rules say what may be asked for, "" for the rules that hold for every one.
    """
    waiting = (
        select(func.count())
        .select_from(Hold)
        .where(Hold.document_id == Item.document_id, Hold.state == HoldState.QUEUED)
        .correlate(Item)
        .scalar_subquery()
    )
    statement = (
        select(Item, Loan.due_at, waiting)
        .outerjoin(Loan, (Loan.item_id == Item.id) & Loan.returned_at.is_(None))
        .where(Item.document_id.in_(set(documents)), Item.status != ItemStatus.WITHDRAWN)
        .order_by(Item.document_id, Item.branch, Item.location, Item.number, Item.id)
    )
    found: dict[str, list[Holding]] = {}
    holds: dict[str, int] = {}
    licensed: set[str] = set()
    for item, due_at, count in work.session.execute(statement):
        found.setdefault(item.document_id, []).append(_holding(work, item, due_at, category))
        holds[item.document_id] = count
        if item.is_licence:
            licensed.add(item.document_id)
    return {
        document: Holdings(document, tuple(found.get(document, ())), holds.get(document, 0), document in licensed)
        for document in documents
    }


def _holding(work: Work, item: Item, due_at: datetime | None, category: str) -> Holding:
    return Holding(
        item_id=item.id,
        availability=_availability(work, item, due_at),
        branch=item.branch,
        location=item.location,
        call_number=item.call_number,
        number=item.number,
        barcode=item.barcode or "",
        loan_type=item.loan_type,
        due_at=due_at if item.status is ItemStatus.ON_LOAN else None,
        holdable=not item.is_licence and queue.holdable(work, item, category, item.branch) is not None,
        note=item.note,
    )


def _availability(work: Work, item: Item, due_at: datetime | None) -> Availability:
    if item.is_licence and due_at is not None and due_at <= work.now:
        return Availability.AVAILABLE  # it came back by itself, the job has only not written it yet
    if item.status is not ItemStatus.AVAILABLE:
        return Availability.UNAVAILABLE
    return Availability.AVAILABLE if item.lendable else Availability.ONSITE
