"""Whatever patrons, staff and the clock do, in whatever order: what is always true stays true."""

import os
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.ils.driver import HoldRequest, HoldResult, HoldStage, HoldView, LoanView, PatronRef, Refusal
from portal.services.circulation.jobs import Housekeeping
from portal.store.columns import new_id
from portal.store.database import Database
from portal.store.tables.circulation import FineKind
from search.document import DocumentId
from tests.support.circulation import CENTRAL, LIBRARIAN, NOON, SECOND, Library
from tests.support.databases import Servers
from tests.support.invariants import invariants

TWO, ONE, EBOOK, MIXED = map(DocumentId, ("dua.1", "satu.1", "ebuku.1", "campur.1"))
TITLES = (TWO, ONE, EBOOK, MIXED)
HOLIDAY = date(2026, 12, 3)  # the day on which what is lent on the first day would be due

who = st.integers(0, 4)
title = st.sampled_from(TITLES)
copy = st.integers(0, 4)
branch = st.sampled_from((CENTRAL, SECOND))
key = st.sampled_from(("klik 1", "klik 2", "")).map(lambda text: text or new_id())
days = st.integers(1, 12)
number = st.integers(0, 20)  # of one among those there are, counted round


class Lending(RuleBasedStateMachine):
    """Two branches, five patrons, five copies and two uses of e-books: small, so that everybody gets in each other's way."""

    servers: Servers

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.servers.new_url())
        self.library = Library(self.database)
        self.overridden: set[str] = set()

    @initialize()
    def open(self) -> None:
        library = self.library
        library.close(6, days=(HOLIDAY,))
        library.close(1, branch=SECOND)
        library.rule(fine_per_day=500, max_holds=3)
        library.rule("anak", max_loans=1, max_fines=1000, shelf_holds_allowed=False)
        library.rule("guru", branch=SECOND, holds_allowed=False)
        categories = ("umum", "umum", "anak", "guru", "umum")
        self.patrons: list[PatronRef] = [
            library.patron(category=category, keep_history=number == 4) for number, category in enumerate(categories)
        ]
        self.barcodes = [
            *library.copies(TWO),
            *library.copies(TWO, branch=SECOND),
            *library.copies(ONE),
            *library.copies(MIXED),
            *library.copies(TWO, lendable=False),
        ]
        self.items = [f"item-{barcode}" for barcode in self.barcodes]
        self.uses = [*library.licence(EBOOK, 1), *library.licence(MIXED, 1)]
        # From the first step on somebody waits for something.
        library.lend(self.patrons[4], self.barcodes[2])
        library.circulation.borrow_licence(self.patrons[4].id, EBOOK, "klik 1")
        for wanted in (ONE, EBOOK):
            library.hold(self.patrons[0], wanted)
            library.hold(self.patrons[1], wanted)

    # ---- the desk

    @rule(who=who, copy=copy, branch=branch, key=key, override=st.booleans())
    def lend(self, who: int, copy: int, branch: str, key: str, override: bool) -> None:
        patron = self.patrons[who]
        lent = self.library.lend(patron, self.barcodes[copy], branch, key, override=override)
        if lent.overridden:
            self.overridden.add(patron.id)
        if lent.loan is not None:
            assert lent.loan.id in {loan.id for loan in self.library.circulation.open_loans(patron.id)} or key

    @rule(number=number, branch=branch)
    def take_back_what_is_lent(self, number: int, branch: str) -> None:
        lent = [loan.barcode for loan in self._loans() if loan.barcode]
        if lent:
            self.library.take_back(lent[number % len(lent)], branch)

    @rule(copy=copy, branch=branch)
    def take_back(self, copy: int, branch: str) -> None:
        first = self.library.take_back(self.barcodes[copy], branch)
        again = self.library.take_back(self.barcodes[copy], branch)
        assert (first.next, first.branch, first.patron_id) == (again.next, again.branch, again.patron_id)
        assert (again.loan_id, again.fine) == ("", 0)

    @rule(copy=copy, branch=branch)
    def receive(self, copy: int, branch: str) -> None:
        self.library.desk.receive(LIBRARIAN, self.barcodes[copy], branch)

    @rule(copy=copy, branch=branch, charge=st.sampled_from((0, 50_000)), what=st.sampled_from("ldff"))
    def lose_and_find(self, copy: int, branch: str, charge: int, what: str) -> None:
        barcode = self.barcodes[copy]
        if what == "f":
            self.library.desk.mark_found(LIBRARIAN, barcode, branch)
        elif what == "d":
            self.library.desk.mark_damaged(LIBRARIAN, barcode, charge)
        else:
            self.library.desk.mark_lost(LIBRARIAN, barcode, charge)

    @rule(number=number)
    def cancel_at_the_desk(self, number: int) -> None:
        holds = self._holds()
        if holds:
            assert self.library.desk.cancel_hold(LIBRARIAN, holds[number % len(holds)][1].id).done

    @rule(number=number, branch=branch)
    def fetch(self, number: int, branch: str) -> None:
        """Somebody comes for what lies ready."""
        ready = [(patron, hold) for patron, hold in self._holds() if hold.stage is HoldStage.READY]
        if ready:
            patron, hold = ready[number % len(ready)]
            if hold.is_licence:
                self.library.circulation.borrow_licence(patron.id, DocumentId(str(hold.document_id)), new_id())
            else:
                self.library.lend(patron, hold.item_id.removeprefix("item-"), branch)

    @rule(who=who, amount=st.integers(1, 3000), key=key, waived=st.booleans())
    def pay(self, who: int, amount: int, key: str, waived: bool) -> None:
        self.library.desk.charge(LIBRARIAN, self.patrons[who].card_number, FineKind.OTHER, 700)
        for fine in self.library.circulation.fines(self.patrons[who].id)[:2]:
            if waived:
                self.library.desk.waive(LIBRARIAN, fine.id, key + fine.id)
            else:
                self.library.desk.take_payment(LIBRARIAN, fine.id, min(amount, fine.balance), key + fine.id)

    # ---- patrons

    @rule(who=who, title=st.sampled_from((ONE, EBOOK, TWO)))
    def queue_up(self, who: int, title: DocumentId) -> None:
        self.library.hold(self.patrons[who], title)

    @rule(who=who, title=title, branch=branch, key=key, item=st.none() | st.integers(0, 6))
    def hold(self, who: int, title: DocumentId, branch: str, key: str, item: int | None) -> None:
        item_id = "" if item is None else [*self.items, *self.uses][item]
        request = HoldRequest(title, branch, key, item_id=item_id)
        patron = self.patrons[who]
        foretold = self.library.circulation.check_hold(patron.id, title, item_id)
        placed = self.library.circulation.place_hold(patron.id, request)
        again = self.library.circulation.place_hold(patron.id, request)
        if placed.hold is not None:
            assert again == placed
        if foretold is None:
            here = {branch.code for branch in self.library.circulation.pickup_branches(patron.id, title)}
            elsewhere = placed.refusal is Refusal.BAD_PICKUP and (branch not in here or item_id)
            assert placed.done or elsewhere or key.startswith("klik"), "a hold was promised and then refused"

    @rule(number=number, days=st.none() | days)
    def suspend(self, number: int, days: int | None) -> None:
        until = None if days is None else self._today() + timedelta(days=days)
        self._with_hold(number, lambda id, hold: self.library.circulation.suspend_hold(id, hold, until))

    @rule(number=number, branch=branch)
    def move(self, number: int, branch: str) -> None:
        self._with_hold(number, lambda id, hold: self.library.circulation.move_hold(id, hold, branch))

    @rule(number=number)
    def cancel(self, number: int) -> None:
        self._with_hold(number, self.library.circulation.cancel_hold)

    @rule(who=who, key=key)
    def renew(self, who: int, key: str) -> None:
        patron = self.patrons[who].id
        shown = {loan.id: loan for loan in self.library.circulation.open_loans(patron)}
        for renewal in self.library.circulation.renew(patron, None, key):
            before = shown[renewal.loan_id]
            assert renewal.due_at is not None
            assert renewal.due_at >= before.due_at
            if not key.startswith("klik"):
                assert renewal.refusal == before.renewable, "what is shown and what is done differ"
                assert renewal.done is (renewal.due_at > before.due_at)

    @rule(who=who, title=st.sampled_from((EBOOK, MIXED)), key=key)
    def borrow(self, who: int, title: DocumentId, key: str) -> None:
        patron = self.patrons[who].id
        self.library.circulation.borrow_licence(patron, title, key)

    @rule(number=number)
    def give_back(self, number: int) -> None:
        reading = [
            (patron.id, title)
            for patron in self.patrons
            for title in (EBOOK, MIXED)
            if self.library.circulation.has_licence_loan(patron.id, title, self.library.clock.now)
        ]
        if not reading:
            return
        patron, title = reading[number % len(reading)]
        assert self.library.circulation.return_licence(patron, title)
        assert not self.library.circulation.has_licence_loan(patron, title, self.library.clock.now)

    @rule(who=who)
    def forget(self, who: int) -> None:
        patron = self.patrons[who].id
        self.library.circulation.forget_history(patron)
        left = self.library.circulation.history(patron).total
        assert left == 0 or self.library.circulation.fines(patron), "only what still costs something stays"

    # ---- time

    @rule(hours=st.sampled_from((1, 7, 24, 25, 80, 200, 300, -1, -30, -90)))
    def wait(self, hours: int) -> None:
        """Also backwards: clocks of machines are set."""
        self.library.clock.on(hours=hours)

    @rule(days=days)
    def turn_to_midnight(self, days: int) -> None:
        """The last second of a day in the library, and the first of the next."""
        self.library.clock.now = NOON.replace(hour=15, minute=59, second=59) + timedelta(days=days)
        self.library.jobs.expire()
        self.library.clock.now += timedelta(seconds=1)

    @rule(forward=st.integers(0, 3))
    def housekeeping(self, forward: int) -> None:
        jobs: Housekeeping = self.library.jobs
        now = self.library.clock.now + timedelta(days=forward)
        jobs.expire(now)
        assert not any(vars_of(jobs.expire(now))), "what was done is done again"
        jobs.anonymise(now)
        assert not any(vars_of(jobs.anonymise(now)))

    # ---- what is always true

    @invariant()
    def all_is_well(self) -> None:
        with self.database.reading() as session:
            assert invariants(session, self.overridden) == []

    @invariant()
    def places_are_counted_without_gaps(self) -> None:
        if not hasattr(self, "patrons"):
            return
        told: dict[tuple[str, bool], list[int]] = {}
        for _, hold in self._holds():
            if hold.place is not None:
                told.setdefault((str(hold.document_id), hold.is_licence), []).append(hold.place)
        for places in told.values():
            assert sorted(places) == list(range(1, len(places) + 1))

    def teardown(self) -> None:
        self.database.close()

    # ---- what the rules share

    def _with_hold(self, number: int, act: Callable[[str, str], HoldResult]) -> None:
        holds = self._holds()
        if holds:
            patron, hold = holds[number % len(holds)]
            other = next(one for one in self.patrons if one != patron)
            assert act(other.id, hold.id).hold is None, "another patron's hold"
            assert self._holds() == holds
            act(patron.id, hold.id)

    def _holds(self) -> list[tuple[PatronRef, HoldView]]:
        return [(patron, hold) for patron in self.patrons for hold in self.library.circulation.holds(patron.id)]

    def _loans(self) -> list[LoanView]:
        return [loan for patron in self.patrons for loan in self.library.circulation.open_loans(patron.id)]

    def _today(self) -> date:
        return (self.library.clock.now + timedelta(hours=8)).date()


def vars_of(counts: object) -> list[int]:
    return [getattr(counts, name) for name in counts.__slots__]  # type: ignore[attr-defined]


@pytest.mark.timeout(900)
def test_lending_is_never_wrong(sqlite_databases: Servers) -> None:
    _run(sqlite_databases, examples=50)


@pytest.mark.timeout(900)
def test_lending_is_never_wrong_on_a_server(postgresql_databases: Servers) -> None:
    with postgresql_databases.for_one_test():
        _run(postgresql_databases, examples=8)


def _run(servers: Servers, examples: int) -> None:
    """The same orders at every run, so that a change is judged and not chance; TELUSUR_TRIES asks for so many others."""
    tries = os.environ.get("TELUSUR_TRIES")
    machine = type("LendingHere", (Lending,), {"servers": servers})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(tries or examples),
            derandomize=not tries,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
