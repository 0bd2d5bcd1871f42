"""Which copy goes to which hold.

`serve` is called wherever a copy may have become free or a hold may have begun to wait, in the same transaction; after
it, no free copy is left that an unsuspended hold of the queue could take.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, update

from portal.services.circulation import people
from portal.services.circulation.work import Work
from portal.store.tables import Hold, Item, Patron, Rule
from portal.store.tables.circulation import ACTIVE, HoldState
from portal.store.tables.collection import ItemStatus

_CIRCULATING = (ItemStatus.AVAILABLE, ItemStatus.ON_LOAN, ItemStatus.HELD, ItemStatus.IN_TRANSIT)


def holdable(work: Work, item: Item, category: str, branch: str) -> Rule | None:
    """The rule by which a patron of a category may get this copy through a hold fetched at `branch`, None when not."""
    if not item.lendable or item.status not in _CIRCULATING:
        return None
    rule = work.rule(category, item.loan_type, branch)
    return rule if rule is not None and rule.holds_allowed else None


def can_take(work: Work, hold: Hold, patron: Patron, item: Item) -> bool:
    """Whether this copy is one the hold waits for, free or not. Old enough is who was so when asking."""
    if item.document_id != hold.document_id or item.is_licence != hold.for_licence:
        return False
    if hold.wanted_item_id not in (None, item.id):
        return False
    rule = holdable(work, item, patron.category, hold.pickup_branch)
    return rule is not None and not people.too_young(patron, rule, hold.asked_at.year)


def queued(work: Work, document: str) -> list[tuple[Hold, Patron]]:
    """The holds of a title that wait, each with its patron, in their order; suspended ones among them."""
    statement = (
        select(Hold, Patron)
        .join(Patron, Patron.id == Hold.patron_id)
        .where(Hold.document_id == document, Hold.state == HoldState.QUEUED)
        .order_by(Hold.number)
    )
    return [(hold, patron) for hold, patron in work.session.execute(statement)]


def places(holds: Iterable[Hold]) -> Mapping[str, int]:
    """The place of each waiting hold among those for the same thing, from 1, by its id."""
    found: dict[str, int] = {}
    count = {True: 0, False: 0}
    for hold in holds:
        count[hold.for_licence] += 1
        found[hold.id] = count[hold.for_licence]
    return found


def serve(work: Work, document: str, in_hand: Item | None = None) -> None:
    """Give the free copies of a title to those who wait for it, the first first. in_hand: the copy staff are holding."""
    work.session.flush()
    free = _free(work, document)
    waiting = [(hold, patron) for hold, patron in queued(work, document) if not _suspended(work, hold)]
    for number, (hold, patron) in enumerate(waiting):
        fitting = [item for item in free if can_take(work, hold, patron, item)]
        if fitting:
            others = {other.wanted_item_id for other, _ in waiting[number + 1 :]}
            chosen = min(fitting, key=lambda item: (item.id in others, item.place != hold.pickup_branch, item.id))
            free.remove(chosen)
            set_aside(work, hold, chosen, taken=chosen is in_hand)


def _free(work: Work, document: str) -> list[Item]:
    statement = select(Item).where(Item.document_id == document, Item.status == ItemStatus.AVAILABLE)
    return list(work.session.scalars(statement))


def _suspended(work: Work, hold: Hold) -> bool:
    """Whether a hold lets others pass. The day it was suspended until is the first on which it waits again."""
    if hold.suspended_until is not None and hold.suspended_until <= work.today:
        hold.suspended_until = None
    return hold.suspended_until is not None


def set_aside(work: Work, hold: Hold, item: Item, *, taken: bool) -> None:
    """Give a free copy to a hold: for its patron where it is, or on its way to where it is fetched. taken: it is in hand."""
    hold.item_id = item.id
    hold.from_branch = "" if taken or item.is_licence else item.place
    if item.is_licence or item.place == hold.pickup_branch:
        make_ready(work, hold, item)
    else:
        hold.state = HoldState.IN_TRANSIT
        item.status, item.place = ItemStatus.IN_TRANSIT, hold.pickup_branch
    work.session.flush()


def make_ready(work: Work, hold: Hold, item: Item) -> None:
    """The copy is there: it is kept so many days for the patron, of an e-book days of any kind, else open ones."""
    category = work.session.scalars(select(Patron.category).where(Patron.id == hold.patron_id)).one()
    rule = work.rule(category, item.loan_type, hold.pickup_branch)
    days = max(rule.pickup_days, 1) if rule else 1
    calendar = work.calendar(hold.pickup_branch)
    hold.state, hold.ready_at = HoldState.READY, work.now
    if item.is_licence:
        hold.pickup_until = calendar.end_of(calendar.plain_day(work.today, days))
    else:
        hold.pickup_until = calendar.pickup_until(work.today, days)
        item.place = hold.pickup_branch
    item.status = ItemStatus.HELD


def forget_unfetched(work: Work, item: Item) -> None:
    """The copy is in hand: it no longer has to be cleared from the shelf of holds."""
    ended = Hold.state.not_in(ACTIVE)
    work.session.execute(update(Hold).where(Hold.item_id == item.id, ended).values(item_id=None))


def active_of(work: Work, document: str, patron_id: str) -> Sequence[Hold]:
    """The patron's active hold on a title, if there is one."""
    return list(
        work.session.scalars(
            select(Hold).where(Hold.document_id == document, Hold.patron_id == patron_id, Hold.state.in_(ACTIVE))
        )
    )


def hold_of(work: Work, item: Item) -> Hold | None:
    """The hold a copy is set aside for or on its way to."""
    states = (HoldState.READY, HoldState.IN_TRANSIT)
    return work.session.scalars(select(Hold).where(Hold.item_id == item.id, Hold.state.in_(states))).one_or_none()


def end(work: Work, hold: Hold, state: HoldState) -> None:
    """End an active hold; a copy it had goes to the next who waits, or is free."""
    item = work.session.get(Item, hold.item_id) if hold.item_id else None
    was, hold.state, hold.ended_at = hold.state, state, work.now
    if item is not None:
        _let_go(hold, item, was)
    work.session.flush()
    serve(work, hold.document_id)


def requeue(work: Work, hold: Hold) -> None:
    """The copy meant for a hold is gone: it waits again, in its old place. The copy's status is the caller's affair."""
    hold.state, hold.item_id, hold.from_branch = HoldState.QUEUED, None, ""
    hold.ready_at = hold.pickup_until = None
    work.session.flush()


def _let_go(hold: Hold, item: Item, was: HoldState) -> None:
    if was is HoldState.READY:
        item.status = ItemStatus.AVAILABLE
    elif hold.from_branch:
        item.status, item.place = ItemStatus.AVAILABLE, hold.from_branch
    # Else it is on its way, and whoever receives it is told what to do with it.
    if was is not HoldState.READY or hold.from_branch or item.is_licence:
        hold.item_id = None
    hold.from_branch = ""


def matched(wishes: Sequence[frozenset[str]]) -> bool:
    """Whether each wish can get one of the copies it would take, no copy twice.

    >>> matched([frozenset("a"), frozenset("ab")])
    True
    >>> matched([frozenset("a"), frozenset("a")])
    False
    """
    owner: dict[str, int] = {}

    def found(wish: int, tried: set[str]) -> bool:
        for copy in wishes[wish] - tried:
            tried.add(copy)
            if copy not in owner or found(owner[copy], tried):
                owner[copy] = wish
                return True
        return False

    return all(found(wish, set()) for wish in range(len(wishes)))
