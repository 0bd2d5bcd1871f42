"""Placing, changing and ending holds: what is decided, whoever asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from portal.ils.driver import HoldRequest, HoldStage, HoldView, Refusal
from portal.services.circulation import loans, people, queue
from portal.services.circulation.work import Work, usable_key
from portal.store.tables import Branch, Hold, Item, Loan, Patron, Rule
from portal.store.tables.circulation import ACTIVE, HoldState
from portal.store.tables.collection import ItemStatus
from search.document import DocumentId

_ORDER: Final = (HoldState.READY, HoldState.IN_TRANSIT, HoldState.QUEUED)
_LATEST: Final = timedelta(days=3650)
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Wish:
    """A hold before it is one: for any copy, for one (`item`), or with `for_licence` for the e-book."""

    copies: tuple[Item, ...]
    item: Item | None
    for_licence: bool


def wish(work: Work, document: str, item_id: str) -> Wish:
    """What a hold on a title would wait for. An e-book is meant where its licence is named, or where there is nothing else."""
    items = list(work.session.scalars(select(Item).where(Item.document_id == document).order_by(Item.id)))
    item = next((item for item in items if item.id == item_id), None)
    for_licence = item.is_licence if item else bool(items) and all(item.is_licence for item in items)
    copies = tuple(copy for copy in items if copy.is_licence == for_licence and (for_licence or item in (None, copy)))
    if item_id and item is None:
        copies = ()
    return Wish(copies, None if for_licence else item, for_licence)


def hold_refusal(work: Work, patron: Patron, document: str, wanted: Wish, branch: str) -> Refusal | None:
    """Why a hold would be refused now, None when it would not. branch: "" where none is chosen yet, and one will do."""
    elsewhere = pickup_branches(work, patron, wanted)
    place = _fetched_at(wanted, branch) or next((branch.code for branch in elsewhere), "")
    allowed = _allowed(work, patron, wanted, place)
    against = people.blocks(work, patron, allowed[0][1] if allowed else None)
    if against:
        return against[0]
    if queue.active_of(work, document, patron.id):
        return Refusal.DUPLICATE
    if _has_it(work, document, patron.id):
        return Refusal.ALREADY_YOURS
    if not allowed:
        return Refusal.BAD_PICKUP if elsewhere else Refusal.NOT_HOLDABLE
    fitting = [(copy, rule) for copy, rule in allowed if not people.too_young(patron, rule, work.today.year)]
    if not fitting:
        return Refusal.AGE
    if any(copy.status is ItemStatus.AVAILABLE and not rule.shelf_holds_allowed for copy, rule in fitting):
        return Refusal.AVAILABLE_NOW
    if people.active_holds(work, patron.id) >= max(rule.max_holds for _, rule in fitting):
        return Refusal.MAX_HOLDS
    if branch and not wanted.for_licence and not _is_pickup(work, branch):
        return Refusal.BAD_PICKUP
    return None


def pickup_branches(work: Work, patron: Patron, wanted: Wish | None) -> list[Branch]:
    """Where this patron can fetch holds, or by the rules this one; the own branch first."""
    branches = work.session.scalars(select(Branch).where(Branch.is_pickup))
    order = sorted(branches, key=lambda branch: (branch.code != patron.home_branch, branch.name, branch.code))
    return [branch for branch in order if wanted is None or _allowed(work, patron, wanted, branch.code)]


def _fetched_at(wanted: Wish, branch: str) -> str:
    """An e-book is fetched nowhere: its licence's own branch stands for that."""
    return wanted.copies[0].branch if wanted.for_licence and wanted.copies else branch


def _allowed(work: Work, patron: Patron, wanted: Wish, branch: str) -> list[tuple[Item, Rule]]:
    """The copies that may be asked for, each with the rule that lets it."""
    rules = [(copy, queue.holdable(work, copy, patron.category, branch)) for copy in wanted.copies]
    return [(copy, rule) for copy, rule in rules if rule is not None]


def _has_it(work: Work, document: str, patron_id: str) -> bool:
    statement = select(Loan.id).where(Loan.document_id == document, Loan.patron_id == patron_id, loans.is_out(work))
    return work.session.scalar(statement.limit(1)) is not None


def _is_pickup(work: Work, branch: str) -> bool:
    found = work.session.get(Branch, branch)
    return found is not None and found.is_pickup


def place(work: Work, patron: Patron, request: HoldRequest) -> Hold | Refusal:
    """Place a hold, and give it a copy at once where one is free. The same key again gives the hold it made."""
    key = usable_key(request.key)
    earlier = work.session.scalars(select(Hold).where(Hold.patron_id == patron.id, Hold.key == key)).one_or_none()
    if earlier is not None:
        return earlier if earlier.document_id == request.document_id else Refusal.DUPLICATE
    wanted = wish(work, request.document_id, request.item_id)
    refusal = hold_refusal(work, patron, request.document_id, wanted, request.pickup_branch)
    if refusal is not None:
        return refusal
    if not request.pickup_branch and not wanted.for_licence:
        return Refusal.BAD_PICKUP
    branch = _fetched_at(wanted, request.pickup_branch)
    longest = max(rule.hold_days for _, rule in _allowed(work, patron, wanted, branch))
    expires_on = request.expires_on or work.today + timedelta(days=longest)
    if not work.today <= expires_on <= work.today + _LATEST:
        return Refusal.BAD_DATE
    hold = Hold(
        document_id=request.document_id,
        patron_id=patron.id,
        wanted_item_id=wanted.item.id if wanted.item else None,
        item_id=None,
        pickup_branch=branch,
        from_branch="",
        for_licence=wanted.for_licence,
        state=HoldState.QUEUED,
        number=_next_number(work, request.document_id),
        asked_at=work.now,
        suspended_until=None,
        expires_on=expires_on,
        key=key,
        title=wanted.copies[0].title or request.title[:_LONGEST],
    )
    work.session.add(hold)
    queue.serve(work, request.document_id)
    return hold


def _next_number(work: Work, document: str) -> int:
    return (work.session.scalar(select(func.max(Hold.number)).where(Hold.document_id == document)) or 0) + 1


def suspend(work: Work, hold: Hold, until: date | None) -> Refusal | None:
    """Let others pass until a day, on which it waits again; with None it waits again now."""
    if hold.state is not HoldState.QUEUED:
        return _past_changing(hold)
    if until is not None and not work.today < until <= work.today + _LATEST:
        return Refusal.BAD_DATE
    hold.suspended_until = until
    queue.serve(work, hold.document_id)
    return None


def move(work: Work, hold: Hold, branch: str) -> Refusal | None:
    """Fetch it elsewhere: while it waits for a copy, or while its copy still stands on the shelf."""
    if hold.state not in ACTIVE or (hold.state is not HoldState.QUEUED and not hold.from_branch) or hold.for_licence:
        return _past_changing(hold)
    if not _is_pickup(work, branch):
        return Refusal.BAD_PICKUP
    if hold.state is not HoldState.QUEUED:
        item = work.session.get_one(Item, hold.item_id)
        item.status, item.place = ItemStatus.AVAILABLE, hold.from_branch
        queue.requeue(work, hold)
    hold.pickup_branch = branch
    queue.serve(work, hold.document_id)
    return None


def cancel(work: Work, hold: Hold, *, by_staff: bool = False) -> Refusal | None:
    """End a hold. What is already on its way only staff can stop: it has to be met where it arrives."""
    if hold.state not in ACTIVE:
        return Refusal.ALREADY_DONE
    if hold.state is HoldState.IN_TRANSIT and not hold.from_branch and not by_staff:
        return Refusal.IN_TRANSIT
    queue.end(work, hold, HoldState.CANCELLED)
    return None


def _past_changing(hold: Hold) -> Refusal:
    return Refusal.IN_TRANSIT if hold.state is HoldState.IN_TRANSIT else Refusal.ALREADY_DONE


def hold_views(work: Work, holds: Iterable[Hold]) -> tuple[HoldView, ...]:
    """Holds as their patrons see them: those to be fetched first, then those on their way, then those that wait."""
    found = sorted(holds, key=lambda hold: (_rank(hold), hold.asked_at, hold.id))
    queues = {
        hold.document_id: queue.queued(work, hold.document_id) for hold in found if hold.state is HoldState.QUEUED
    }
    places = {document: queue.places(hold for hold, _ in waiting) for document, waiting in queues.items()}
    expected = {document: _expected(work, document, waiting) for document, waiting in queues.items()}
    return tuple(
        HoldView(
            id=hold.id,
            document_id=DocumentId(hold.document_id),
            title=hold.title,
            stage=_stage(hold),
            pickup_branch="" if hold.for_licence else hold.pickup_branch,
            place=places.get(hold.document_id, {}).get(hold.id),
            expected_on=expected.get(hold.document_id, {}).get(hold.id),
            asked_at=hold.asked_at,
            expires_on=hold.expires_on,
            suspended_until=hold.suspended_until,
            pickup_until=hold.pickup_until if hold.state is HoldState.READY else None,
            item_id=hold.item_id or hold.wanted_item_id or "",
            is_licence=hold.for_licence,
        )
        for hold in found
    )


def _rank(hold: Hold) -> int:
    return _ORDER.index(hold.state) if hold.state in _ORDER else len(_ORDER)


def _stage(hold: Hold) -> HoldStage:
    if hold.state is HoldState.QUEUED and hold.suspended_until is not None:
        return HoldStage.SUSPENDED
    if hold.state is HoldState.IN_TRANSIT and hold.from_branch:
        return HoldStage.TO_SEND
    return HoldStage(hold.state.value)


def _expected(work: Work, document: str, waiting: Sequence[tuple[Hold, Patron]]) -> Mapping[str, date]:
    """When each waiting hold may get a copy, by its id: by the due dates of what is lent, and a loan for everyone before.

    An overdue copy promises nothing, and a suspended hold lets others pass: both are left out.
    """
    statement = (
        select(Item, Loan.due_at)
        .outerjoin(Loan, (Loan.item_id == Item.id) & Loan.returned_at.is_(None))
        .where(Item.document_id == document)
    )
    free_at: list[tuple[datetime, str, Item]] = []
    for item, due_at in work.session.execute(statement):
        moment = _free_at(work, item, due_at)
        if moment is not None:
            free_at.append((moment, item.id, item))
    found: dict[str, date] = {}
    for hold, patron in waiting:
        if hold.suspended_until is not None:
            continue
        fitting = [entry for entry in free_at if queue.can_take(work, hold, patron, entry[2])]
        if fitting:
            entry = min(fitting, key=lambda entry: entry[:2])
            moment, _, item = entry
            found[hold.id] = work.calendar(hold.pickup_branch).day(moment)
            free_at.remove(entry)
            free_at.append((moment + _loan_time(work, item, patron.category), item.id, item))
    return found


def _free_at(work: Work, item: Item, due_at: datetime | None) -> datetime | None:
    """When a copy may be there for the next, None where nothing can be said."""
    if item.status is ItemStatus.ON_LOAN:
        return due_at if due_at is not None and due_at > work.now else None
    hold = queue.hold_of(work, item)
    if hold is None:
        return work.now if item.status in (ItemStatus.AVAILABLE, ItemStatus.IN_TRANSIT) else None
    category = work.session.scalars(select(Patron.category).where(Patron.id == hold.patron_id)).one()
    return (hold.pickup_until or work.now) + _loan_time(work, item, category)


def _loan_time(work: Work, item: Item, category: str) -> timedelta:
    rule = work.rule(category, item.loan_type, item.branch)
    return timedelta(days=rule.loan_days if rule else 0)
