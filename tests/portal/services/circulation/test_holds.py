"""Holds: placing, waiting, changing, fetching."""

from datetime import date, timedelta

import pytest

from portal.ils.driver import HoldStage, HoldView, PatronRef, Refusal
from portal.services.circulation.results import Next
from portal.store.tables import Branch, Item, Patron
from portal.store.tables.circulation import FineKind
from portal.store.tables.people import Standing
from search.document import DocumentId
from tests.support.circulation import CENTRAL, LAUT, LIBRARIAN, SECOND, Library
from tests.support.invariants import invariants

TODAY = date(2026, 11, 26)


def only(library: Library, patron: PatronRef) -> HoldView:
    holds = library.circulation.holds(patron.id)
    assert len(holds) == 1
    return holds[0]


def refused(library: Library, patron: PatronRef, **more: str) -> Refusal | None:
    """Why a hold on LAUT is refused, said before and when it is tried."""
    before = library.circulation.check_hold(patron.id, LAUT, more.get("item_id", ""))
    tried = library.hold(patron, **more)
    assert before == tried.refusal or tried.refusal in (Refusal.BAD_PICKUP, Refusal.BAD_DATE)
    return tried.refusal


# ---- a copy on the shelf


def test_a_copy_on_the_shelf_is_ready_at_once_and_to_be_pulled(library: Library) -> None:
    barcode, patron = library.copy(), library.patron()
    library.hold(patron)
    hold = only(library, patron)
    assert hold.stage is HoldStage.READY
    assert hold.pickup_until is not None
    assert hold.pickup_until.date() == TODAY + timedelta(days=3)
    assert [entry.barcode for entry in library.desk.pull_list(LIBRARIAN, CENTRAL)] == [barcode]
    assert library.desk.hold_shelf(LIBRARIAN, CENTRAL) == ()
    assert library.take_back(barcode).next is Next.HOLD_SHELF
    assert library.desk.pull_list(LIBRARIAN, CENTRAL) == ()
    shelf = library.desk.hold_shelf(LIBRARIAN, CENTRAL)
    assert [(entry.barcode, entry.patron_id, entry.expired) for entry in shelf] == [(barcode, patron.id, False)]


def test_days_to_fetch_begin_when_staff_have_pulled_the_copy(library: Library) -> None:
    barcode, patron = library.copy(), library.patron()
    library.hold(patron)
    library.clock.on(days=2)
    library.take_back(barcode)
    until = only(library, patron).pickup_until
    assert until is not None
    assert until.date() == TODAY + timedelta(days=5)
    library.clock.on(days=1)
    library.take_back(barcode)
    assert only(library, patron).pickup_until == until, "scanning it again gives no more days"


def test_a_copy_of_another_branch_goes_on_its_way(library: Library) -> None:
    barcode, patron = library.copy(branch=SECOND), library.patron()
    library.hold(patron, branch=CENTRAL)
    assert only(library, patron).stage is HoldStage.TO_SEND
    assert [entry.barcode for entry in library.desk.pull_list(LIBRARIAN, SECOND)] == [barcode]
    assert library.desk.in_transit(LIBRARIAN, CENTRAL) == ()
    assert library.take_back(barcode, SECOND).next is Next.TRANSIT
    assert only(library, patron).stage is HoldStage.IN_TRANSIT
    assert [entry.patron_id for entry in library.desk.in_transit(LIBRARIAN, CENTRAL)] == [patron.id]
    assert library.desk.receive(LIBRARIAN, barcode, CENTRAL).next is Next.HOLD_SHELF
    assert only(library, patron).stage is HoldStage.READY


def test_a_copy_returned_far_from_home_goes_to_who_waits_and_not_home(library: Library) -> None:
    with library.database.writing() as session:
        session.add(Branch(code="lembeh", name="Cabang Lembeh"))
    barcode, waiter = library.copy(branch=CENTRAL), library.patron()
    library.lend(library.patron(), barcode)
    library.hold(waiter, branch="lembeh")
    returned = library.take_back(barcode, SECOND)
    assert (returned.next, returned.branch, returned.patron_id) == (Next.TRANSIT, "lembeh", waiter.id)
    assert library.desk.receive(LIBRARIAN, barcode, "lembeh").next is Next.HOLD_SHELF


def test_a_copy_somebody_asked_for_by_itself_is_left_for_them(library: Library) -> None:
    first, second = library.copies(number=2)
    reader, for_one, for_any = library.patrons(3)
    library.lend(reader, first)
    library.lend(library.patron(), second)
    library.hold(for_any)
    library.hold(for_one, item_id=f"item-{first}")
    library.take_back(second)
    library.take_back(first)
    assert only(library, for_any).item_id == f"item-{second}"
    assert only(library, for_one).item_id == f"item-{first}"


# ---- refusals


def test_reasons_against_a_hold(library: Library) -> None:
    copy = library.copy()
    assert refused(library, library.patron(standing=Standing.BLOCKED)) is Refusal.PATRON_BLOCKED
    assert refused(library, library.patron(standing=Standing.CARD_LOST)) is Refusal.CARD_LOST
    assert refused(library, library.patron(expires_on=TODAY - timedelta(days=1))) is Refusal.CARD_EXPIRED
    assert refused(library, library.patron(expires_on=TODAY), branch="nowhere") is Refusal.BAD_PICKUP
    reader = library.patron()
    library.lend(reader, copy)
    assert refused(library, reader) is Refusal.ALREADY_YOURS
    waiter = library.patron()
    assert refused(library, waiter) is None
    assert refused(library, waiter) is Refusal.DUPLICATE
    assert library.hold(library.patron(), "no.such.title").refusal is Refusal.NOT_HOLDABLE
    assert library.hold(library.patron(), item_id="no such copy").refusal is Refusal.NOT_HOLDABLE


def test_reading_room_copies_cannot_be_asked_for(library: Library) -> None:
    library.copy(lendable=False)
    assert refused(library, library.patron()) is Refusal.NOT_HOLDABLE


def test_a_debt_stands_against_a_hold_until_it_is_paid(library: Library) -> None:
    library.copy()
    library.rule(max_fines=10_000)
    patron = library.patron()
    fine = library.desk.charge(LIBRARIAN, patron.card_number, FineKind.OTHER, 10_000)
    assert refused(library, patron) is Refusal.DEBT
    assert library.circulation.profile(patron.id).blocks == (Refusal.DEBT,)
    library.desk.take_payment(LIBRARIAN, fine.id, 1, "bayar")
    assert refused(library, patron) is None


def test_an_age_stands_against_a_hold_by_the_year_of_birth(library: Library) -> None:
    library.copy()
    library.rule(age_min=18)
    assert refused(library, library.patron(birth_year=2009)) is Refusal.AGE
    assert refused(library, library.patron(birth_year=2008)) is None
    assert refused(library, library.patron(birth_year=None)) is None


def test_so_many_holds_and_no_more(library: Library) -> None:
    patron = library.patron()
    for title in ("judul.1", "judul.2"):
        library.copy(title)
        assert library.hold(patron, title).done
    library.copy()
    assert refused(library, patron) is Refusal.MAX_HOLDS


def test_a_rule_may_keep_what_is_on_the_shelf_for_who_comes(library: Library) -> None:
    library.rule(shelf_holds_allowed=False)
    barcode = library.copy()
    assert refused(library, library.patron()) is Refusal.AVAILABLE_NOW
    library.lend(library.patron(), barcode)
    assert refused(library, library.patron()) is None


def test_where_no_rule_lets_it_be_fetched_is_a_bad_pickup(library: Library) -> None:
    library.copy()
    library.rule(branch=SECOND, holds_allowed=False)
    patron = library.patron()
    assert [branch.code for branch in library.circulation.pickup_branches(patron.id, LAUT)] == [CENTRAL]
    assert refused(library, patron, branch=SECOND) is Refusal.BAD_PICKUP
    library.rule(holds_allowed=False)
    assert refused(library, patron, branch=SECOND) is Refusal.NOT_HOLDABLE


@pytest.mark.parametrize("days", [-1, 4000])
def test_a_hold_that_ends_before_it_begins_or_never_is_refused(library: Library, days: int) -> None:
    library.copy()
    placed = library.hold(library.patron(), expires_on=TODAY + timedelta(days=days))
    assert placed.refusal is Refusal.BAD_DATE


def test_a_click_on_another_title_with_an_old_key_is_refused(library: Library) -> None:
    library.copy()
    library.copy("judul.2")
    patron = library.patron()
    first = library.hold(patron, key="klik")
    assert library.hold(patron, key="klik") == first
    assert library.hold(patron, "judul.2", key="klik").refusal is Refusal.DUPLICATE


# ---- waiting


def test_a_place_in_the_queue_and_a_day_to_expect_it(library: Library) -> None:
    barcode = library.copy()
    library.lend(library.patron(), barcode)
    first, second, third = library.patrons(3)
    for patron in (first, second, third):
        library.hold(patron)
    library.circulation.suspend_hold(second.id, only(library, second).id, TODAY + timedelta(days=30))
    shown = [only(library, patron) for patron in (first, second, third)]
    assert [hold.place for hold in shown] == [1, 2, 3]
    assert [hold.expected_on for hold in shown] == [TODAY + timedelta(7), None, TODAY + timedelta(14)]
    library.clock.on(days=8)
    assert only(library, first).expected_on is None, "an overdue copy promises nothing"


def test_who_is_suspended_lets_others_pass_and_keeps_the_place(library: Library) -> None:
    barcode = library.copy()
    library.lend(library.patron(), barcode)
    first, second = library.patrons(2)
    library.hold(first)
    library.hold(second)
    until = TODAY + timedelta(days=5)
    library.circulation.suspend_hold(first.id, only(library, first).id, until)
    library.take_back(barcode)
    assert (only(library, first).stage, only(library, first).place) == (HoldStage.SUSPENDED, 1)
    assert only(library, second).stage is HoldStage.READY
    library.lend(second, barcode)
    library.clock.on(days=5)
    assert library.jobs.expire().resumed == 1
    assert only(library, first).stage is HoldStage.QUEUED
    library.take_back(barcode)
    assert only(library, first).stage is HoldStage.READY


def test_waiting_again_gets_a_free_copy_at_once(library: Library) -> None:
    barcode, patron = library.copy(), library.patron()
    library.lend(library.patron(), barcode)
    library.hold(patron)
    library.circulation.suspend_hold(patron.id, only(library, patron).id, TODAY + timedelta(days=5))
    library.take_back(barcode)
    assert only(library, patron).stage is HoldStage.SUSPENDED
    assert library.circulation.suspend_hold(patron.id, only(library, patron).id, None).done
    assert only(library, patron).stage is HoldStage.READY


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_suspending_until_a_day_that_is_no_good(library: Library, days: int) -> None:
    patron = library.patron()
    library.lend(library.patron(), library.copy())
    library.hold(patron)
    until = TODAY + timedelta(days=days)
    assert library.circulation.suspend_hold(patron.id, only(library, patron).id, until).refusal is Refusal.BAD_DATE


def test_moving_a_hold_while_it_waits_and_while_its_copy_is_on_the_shelf(library: Library) -> None:
    patron, barcode = library.patron(), library.copy()
    library.hold(patron)
    assert library.circulation.move_hold(patron.id, only(library, patron).id, "nowhere").refusal is Refusal.BAD_PICKUP
    assert library.circulation.move_hold(patron.id, only(library, patron).id, SECOND).done
    assert (only(library, patron).stage, only(library, patron).pickup_branch) == (HoldStage.TO_SEND, SECOND)
    library.take_back(barcode)
    assert library.circulation.move_hold(patron.id, only(library, patron).id, CENTRAL).refusal is Refusal.IN_TRANSIT
    library.take_back(barcode, SECOND)
    assert library.circulation.move_hold(patron.id, only(library, patron).id, CENTRAL).refusal is Refusal.ALREADY_DONE


# ---- cancelling


def test_a_cancelled_copy_goes_to_the_next(library: Library) -> None:
    library.copy()
    first, second = library.patrons(2)
    library.hold(first)
    library.hold(second)
    hold = only(library, first)
    cancelled = library.circulation.cancel_hold(first.id, hold.id)
    assert cancelled.hold is not None
    assert cancelled.hold.stage is HoldStage.CANCELLED
    assert only(library, second).stage is HoldStage.READY
    assert library.circulation.cancel_hold(first.id, hold.id).refusal is Refusal.ALREADY_DONE


def test_what_is_on_its_way_only_staff_can_stop(library: Library) -> None:
    barcode, patron = library.copy(branch=SECOND), library.patron()
    library.hold(patron)
    hold = only(library, patron)
    library.take_back(barcode, SECOND)
    assert library.circulation.cancel_hold(patron.id, hold.id).refusal is Refusal.IN_TRANSIT
    assert library.desk.cancel_hold(LIBRARIAN, hold.id).done
    arrived = library.desk.receive(LIBRARIAN, barcode, CENTRAL)
    assert (arrived.next, arrived.branch, arrived.patron_id) == (Next.TRANSIT, SECOND, "")
    assert library.take_back(barcode, SECOND).next is Next.SHELF


def test_another_patrons_hold_is_none(library: Library) -> None:
    library.copy()
    owner, other = library.patrons(2)
    library.hold(owner)
    hold = only(library, owner).id
    for tried in (
        library.circulation.cancel_hold(other.id, hold),
        library.circulation.suspend_hold(other.id, hold, TODAY + timedelta(days=1)),
        library.circulation.move_hold(other.id, hold, SECOND),
        library.circulation.cancel_hold(owner.id, "x\x00"),
    ):
        assert (tried.refusal, tried.hold) == (Refusal.NOT_FOUND, None)
    assert only(library, owner).stage is HoldStage.READY


# ---- time


def test_what_nobody_fetched_goes_to_the_next_and_is_to_be_cleared(library: Library) -> None:
    barcode = library.copy()
    first, second = library.patrons(2)
    library.hold(first)
    library.hold(second)
    library.take_back(barcode)
    library.clock.now = library.clock.now.replace(hour=15, minute=59, second=59) + timedelta(days=3)
    assert library.jobs.expire().unfetched == 0, "the last second still counts"
    library.clock.on(hours=1)
    assert library.desk.hold_shelf(LIBRARIAN, CENTRAL)[0].expired
    assert library.jobs.expire().unfetched == 1
    assert library.jobs.expire().unfetched == 0
    assert only(library, second).stage is HoldStage.READY
    assert [entry.patron_id for entry in library.desk.pull_list(LIBRARIAN, CENTRAL)] == [second.id]
    library.clock.on(days=9)
    library.jobs.expire()
    left = library.desk.hold_shelf(LIBRARIAN, CENTRAL)
    assert library.circulation.status([LAUT])[LAUT].free == 1
    assert [(entry.barcode, entry.patron_id, entry.expired) for entry in left] == [(barcode, first.id, True)]
    library.take_back(barcode)
    assert library.desk.hold_shelf(LIBRARIAN, CENTRAL) == ()


def test_a_clock_that_jumps_back_frees_no_hold_twice(library: Library) -> None:
    library.copy()
    first, second, third = library.patrons(3)
    for patron in (first, second, third):
        library.hold(patron)
    library.clock.on(days=5)
    library.jobs.expire()
    library.clock.on(days=-5)
    library.jobs.expire()
    library.clock.on(days=5)
    library.jobs.expire()
    assert only(library, second).stage is HoldStage.READY
    assert only(library, third).stage is HoldStage.QUEUED


def test_a_hold_lives_sixty_days(library: Library) -> None:
    patron = library.patron()
    library.lend(library.patron(), library.copy())
    library.hold(patron)
    library.clock.on(days=60)
    assert library.jobs.expire().holds == 0
    library.clock.on(days=1)
    assert library.jobs.expire().holds == 1
    assert library.circulation.holds(patron.id) == ()


def test_a_copy_the_catalogue_brings_goes_to_who_waits(library: Library) -> None:
    patron = library.patron()
    library.lend(library.patron(), library.copy())
    library.hold(patron)
    library.copy()
    library.jobs.expire()
    assert only(library, patron).stage is HoldStage.READY


def test_a_lost_copy_sends_its_hold_back_to_its_place(library: Library) -> None:
    barcode = library.copy()
    first, second = library.patrons(2)
    library.hold(first)
    library.hold(second)
    library.desk.mark_lost(LIBRARIAN, barcode)
    assert [only(library, patron).place for patron in (first, second)] == [1, 2]
    assert library.desk.mark_found(LIBRARIAN, barcode, CENTRAL).patron_id == first.id


def test_taking_another_copy_fulfils_the_hold(library: Library) -> None:
    first, second = library.copies(number=2)
    patron, next_one, third = library.patrons(3)
    library.hold(patron)
    kept = only(library, patron).item_id
    other = second if kept == f"item-{first}" else first
    assert library.lend(patron, other).done
    assert library.circulation.holds(patron.id) == ()
    library.hold(next_one)
    assert only(library, next_one).item_id == kept
    assert library.lend(third, kept.removeprefix("item-")).refusal is Refusal.HELD_FOR_OTHER
    with library.database.reading() as session:
        assert invariants(session) == []
        assert session.get_one(Item, kept).document_id == LAUT
        assert session.get_one(Patron, patron.id).keep_history is False


def test_the_branch_of_the_patron_is_offered_first(library: Library) -> None:
    patron = library.patron(home_branch=SECOND)
    assert [branch.code for branch in library.circulation.pickup_branches(patron.id)] == [SECOND, CENTRAL]
    assert library.circulation.pickup_branches(patron.id, DocumentId("no.title")) == ()
