"""What is true of loans, holds and fines at every moment, whatever was done and in whatever order."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.services.circulation.rules import most_specific
from portal.store.columns import EVERY
from portal.store.tables import ClosedDay, ClosedWeekday, Fine, Hold, Item, Loan, Patron, Payment, Rule
from portal.store.tables.circulation import ACTIVE, HoldState
from portal.store.tables.collection import ItemStatus
from tests.support.circulation import WITA


def invariants(session: Session, overridden: Collection[str] = (), zone: ZoneInfo = WITA) -> list[str]:
    """What is broken, in words; [] when all holds. overridden: patrons whom a librarian lent more than the rules let."""
    items = {item.id: item for item in session.scalars(select(Item))}
    loans = list(session.scalars(select(Loan)))
    holds = list(session.scalars(select(Hold)))
    patrons = {patron.id: patron for patron in session.scalars(select(Patron))}
    rules = list(session.scalars(select(Rule)))
    return [
        *_loans_and_copies_agree(items, loans),
        *_holds_and_copies_agree(items, holds),
        *_each_patron_waits_once_for_a_title(holds),
        *_nobody_waits_for_what_they_have(items, loans, holds),
        *_numbers_are_not_shared(holds),
        *_nobody_waits_for_a_free_copy(items, holds, patrons, rules),
        *_nothing_is_due_on_a_closed_day(session, items, loans, zone),
        *_no_fine_is_overpaid(session),
        *_nobody_has_too_many(loans, patrons, rules, overridden),
        *_nothing_is_left_of_cut_loans(session, loans),
    ]


def _loans_and_copies_agree(items: dict[str, Item], loans: list[Loan]) -> Iterator[str]:
    lent = Counter(loan.item_id for loan in loans if loan.returned_at is None)
    for id, item in items.items():
        if lent[id] > 1:
            yield f"{id} is lent {lent[id]} times at once"
        if (lent[id] > 0) is not (item.status is ItemStatus.ON_LOAN):
            yield f"{id} is {item.status.value} and has {lent[id]} open loans"
    for loan in loans:
        if loan.patron_id is None and loan.returned_at is None:
            yield f"loan {loan.id} is open and nobody's"
        if loan.returned_at is not None and loan.returned_at < loan.out_at:
            yield f"loan {loan.id} ended before it began"
        if loan.renewals > loan.renewals_allowed:
            yield f"loan {loan.id} was renewed {loan.renewals} times"


def _holds_and_copies_agree(items: dict[str, Item], holds: list[Hold]) -> Iterator[str]:
    kept: dict[str, list[Hold]] = defaultdict(list)
    for hold in holds:
        if hold.state in (HoldState.READY, HoldState.IN_TRANSIT):
            item = items.get(hold.item_id or "")
            if item is None:
                yield f"hold {hold.id} is {hold.state.value} without a copy"
                continue
            kept[item.id].append(hold)
            expected = ItemStatus.HELD if hold.state is HoldState.READY else ItemStatus.IN_TRANSIT
            if item.status is not expected:
                yield f"hold {hold.id} is {hold.state.value} and its copy {item.status.value}"
            if item.document_id != hold.document_id or hold.wanted_item_id not in (None, item.id):
                yield f"hold {hold.id} got a copy it did not wait for"
            if item.is_licence is not hold.for_licence:
                yield f"hold {hold.id} got a copy for an e-book, or an e-book for a copy"
            if not item.is_licence and item.place != hold.pickup_branch:
                yield f"hold {hold.id} is fetched at {hold.pickup_branch}, its copy at {item.place}"
        if hold.state is HoldState.QUEUED and (hold.item_id or hold.from_branch or hold.ready_at or hold.pickup_until):
            yield f"hold {hold.id} waits and has a copy"
        if (hold.state is HoldState.READY) and (hold.ready_at is None or hold.pickup_until is None):
            yield f"hold {hold.id} is ready without a time to fetch it"
        if (hold.state in ACTIVE) is not (hold.ended_at is None):
            yield f"hold {hold.id} is {hold.state.value} and ended {hold.ended_at}"
    for id, item in items.items():
        if len(kept[id]) > 1:
            yield f"{id} is kept for {len(kept[id])} holds"
        if item.status is ItemStatus.HELD and not kept[id]:
            yield f"{id} is held for nobody"


def _each_patron_waits_once_for_a_title(holds: list[Hold]) -> Iterator[str]:
    count = Counter((hold.document_id, hold.patron_id) for hold in holds if hold.state in ACTIVE)
    yield from (f"{who} waits {number} times for {title}" for (title, who), number in count.items() if number > 1)


def _nobody_waits_for_what_they_have(items: dict[str, Item], loans: list[Loan], holds: list[Hold]) -> Iterator[str]:
    had = {
        (loan.document_id, loan.patron_id, items[loan.item_id].is_licence) for loan in loans if loan.returned_at is None
    }
    for hold in holds:
        if hold.state in ACTIVE and (hold.document_id, hold.patron_id, hold.for_licence) in had:
            yield f"hold {hold.id} waits for what its patron has"


def _numbers_are_not_shared(holds: list[Hold]) -> Iterator[str]:
    """So that the places told to patrons, counted along these numbers, are 1 to n without gaps or repeats."""
    count = Counter((hold.document_id, hold.number) for hold in holds)
    yield from (f"number {number} of {title} twice" for (title, number), times in count.items() if times > 1)


def _nobody_waits_for_a_free_copy(
    items: dict[str, Item], holds: list[Hold], patrons: dict[str, Patron], rules: list[Rule]
) -> Iterator[str]:
    free = [item for item in items.values() if item.status is ItemStatus.AVAILABLE and item.lendable]
    for hold in holds:
        if hold.state is not HoldState.QUEUED or hold.suspended_until is not None:
            continue
        category = patrons[hold.patron_id].category
        for item in free:
            rule = most_specific(rules, category, item.loan_type, hold.pickup_branch)
            wanted = item.document_id == hold.document_id and hold.wanted_item_id in (None, item.id)
            if wanted and item.is_licence is hold.for_licence and rule is not None and rule.holds_allowed:
                yield f"hold {hold.id} waits while {item.id} is free"


def _nothing_is_due_on_a_closed_day(
    session: Session, items: dict[str, Item], loans: list[Loan], zone: ZoneInfo
) -> Iterator[str]:
    weekdays = {(row.branch, row.weekday) for row in session.scalars(select(ClosedWeekday))}
    days = {(row.branch, row.day) for row in session.scalars(select(ClosedDay))}
    for loan in loans:
        if loan.returned_at is not None or items[loan.item_id].is_licence:
            continue
        local = loan.due_at.astimezone(zone)
        if any((place, local.weekday()) in weekdays or (place, local.date()) in days for place in (loan.branch, EVERY)):
            yield f"loan {loan.id} is due on {local.date()}, which is closed"
        if (local.hour, local.minute, local.second) != (23, 59, 59):
            yield f"loan {loan.id} is due at {local.time()}"


def _no_fine_is_overpaid(session: Session) -> Iterator[str]:
    paid = Counter[str]()
    for payment in session.scalars(select(Payment)):
        paid[payment.fine_id] += payment.amount
    yield from (
        f"fine {fine.id} of {fine.amount} was paid with {paid[fine.id]}"
        for fine in session.scalars(select(Fine))
        if paid[fine.id] > fine.amount
    )


def _nobody_has_too_many(
    loans: list[Loan], patrons: dict[str, Patron], rules: list[Rule], overridden: Collection[str]
) -> Iterator[str]:
    had: Counter[tuple[str, str, str, str, int]] = Counter()
    for loan in loans:
        if loan.returned_at is None and loan.patron_id is not None and loan.patron_id not in overridden:
            rule = most_specific(rules, patrons[loan.patron_id].category, loan.loan_type, loan.branch)
            if rule is None:
                yield f"loan {loan.id} has no rule"
                continue
            had[loan.patron_id, rule.category, rule.loan_type, rule.branch, rule.max_loans] += 1
    yield from (f"{key[0]} has {number} of {key[4]}" for key, number in had.items() if number > key[4])


def _nothing_is_left_of_cut_loans(session: Session, loans: list[Loan]) -> Iterator[str]:
    cut = {loan.id for loan in loans if loan.patron_id is None}
    yield from (
        f"fine {fine.id} tells who had loan {fine.loan_id}"
        for fine in session.scalars(select(Fine))
        if fine.loan_id in cut
    )
