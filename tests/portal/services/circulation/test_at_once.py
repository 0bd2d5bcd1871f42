"""Many at once, on both databases: nothing is given away twice, nothing is lost, and nobody sees a stack trace."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest

from portal.ils.driver import HoldRequest, HoldResult, HoldStage, PatronRef, Refusal
from portal.services.errors import NotValid
from portal.store.tables.circulation import FineKind
from search.document import DocumentId
from tests.support.circulation import CENTRAL, LAUT, LIBRARIAN, SECOND, Library
from tests.support.invariants import invariants

THREADS = 12
EBOOK = DocumentId("ebuku.1")
T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Each in a thread of its own, begun together; their answers in order."""
    together = Barrier(len(acts))

    def begun(act: Callable[[], T]) -> T:
        together.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [future.result() for future in [threads.submit(begun, act) for act in acts]]


def assert_sound(library: Library) -> None:
    with library.database.reading() as session:
        assert invariants(session) == []


def click_twice(library: Library, patron: PatronRef, keys: tuple[str, str]) -> Callable[[], list[HoldResult]]:
    return lambda: [
        library.circulation.place_hold(patron.id, HoldRequest(LAUT, branch, key))
        for key, branch in zip(keys, (CENTRAL, CENTRAL), strict=True)
    ]


@pytest.mark.parametrize("same", [True, False], ids=["one button", "two windows"])
def test_two_copies_go_to_two_of_twelve_who_click_twice(library: Library, same: bool) -> None:
    library.copies(number=2)
    patrons = library.patrons(THREADS)
    keys = ("klik", "klik") if same else ("klik 1", "klik 2")
    answers = at_once(*(click_twice(library, patron, keys) for patron in patrons))
    for first, second in answers:
        assert first.hold is not None
        if same:
            assert second.hold is not None
            assert second.hold.id == first.hold.id
        else:
            assert second.refusal is Refusal.DUPLICATE
    holds = [library.circulation.holds(patron.id) for patron in patrons]
    assert [len(found) for found in holds] == [1] * THREADS
    stages = [found[0].stage for found in holds]
    assert stages.count(HoldStage.READY) == 2
    places = [found[0].place for found in holds if found[0].place is not None]
    assert sorted(places) == list(range(1, THREADS - 1))
    assert_sound(library)


def test_the_same_click_in_many_threads_is_one_hold(library: Library) -> None:
    library.copy()
    patron = library.patron()
    request = HoldRequest(LAUT, CENTRAL, "klik")
    placed = at_once(*[lambda: library.circulation.place_hold(patron.id, request)] * THREADS)
    assert len({result.hold.id for result in placed if result.hold}) == 1
    assert all(result.done for result in placed)


def test_the_last_copy_is_lent_once(library: Library) -> None:
    barcode, patrons = library.copy(), library.patrons(THREADS)
    lent = at_once(*(lambda patron=patron: library.lend(patron, barcode) for patron in patrons))
    assert sum(answer.done for answer in lent) == 1
    assert {answer.refusal for answer in lent if not answer.done} == {Refusal.ITEM_ON_LOAN}
    assert_sound(library)


def test_the_same_scan_in_many_threads_is_one_loan(library: Library) -> None:
    barcode, patron = library.copy(), library.patron()
    lent = at_once(*[lambda: library.lend(patron, barcode, key="pindai")] * THREADS)
    assert len({answer.loan.id for answer in lent if answer.loan}) == 1
    assert all(answer.done for answer in lent)


def test_nobody_gets_more_than_allowed_at_many_desks_at_once(library: Library) -> None:
    patron = library.patron()
    barcodes = [library.copy(f"judul.{number}") for number in range(THREADS)]
    lent = at_once(*(lambda barcode=barcode: library.lend(patron, barcode) for barcode in barcodes))
    assert sum(answer.done for answer in lent) == 3
    assert {answer.refusal for answer in lent if not answer.done} == {Refusal.MAX_LOANS}


def test_nobody_has_more_holds_than_allowed_from_many_windows(library: Library) -> None:
    patron = library.patron()
    titles = [f"judul.{number}" for number in range(THREADS)]
    for title in titles:
        library.copy(title)
    placed = at_once(*(lambda title=title: library.hold(patron, title) for title in titles))
    assert sum(result.done for result in placed) == 2
    assert {result.refusal for result in placed if not result.done} == {Refusal.MAX_HOLDS}


def test_an_ebook_is_lent_as_often_as_its_licence_allows(library: Library) -> None:
    library.licence(EBOOK, copies=3)
    patrons = library.patrons(THREADS)
    borrowed = at_once(
        *(lambda patron=patron: library.circulation.borrow_licence(patron.id, EBOOK, "klik") for patron in patrons)
    )
    assert sum(answer.done for answer in borrowed) == 3
    assert {answer.refusal for answer in borrowed if not answer.done} == {Refusal.NO_COPY_FREE}
    assert_sound(library)


def test_renewing_against_a_new_hold_one_of_both_was_first(library: Library) -> None:
    for turn in range(8):
        title = f"judul.{turn}"
        reader, waiter = library.patrons(2)
        lent = library.lend(reader, library.copy(title))
        assert lent.loan is not None
        renewed: list[object] = []

        def renew(patron: str = reader.id, told: list[object] = renewed) -> None:
            told.extend(library.circulation.renew(patron, None, "klik"))

        def hold(patron: PatronRef = waiter, wanted: str = title) -> None:
            assert library.hold(patron, wanted).done

        at_once(renew, hold)
        loan = library.circulation.open_loans(reader.id)[0]
        assert loan.renewable in (Refusal.ON_HOLD, Refusal.LIMIT_REACHED)
        assert (loan.renewals, loan.renewable) in ((0, Refusal.ON_HOLD), (1, Refusal.LIMIT_REACHED))
    assert_sound(library)


def test_a_copy_comes_back_while_its_hold_is_cancelled(library: Library) -> None:
    for turn in range(8):
        title = f"judul.{turn}"
        reader, waiter, next_one = library.patrons(3)
        barcode = library.copy(title)
        library.lend(reader, barcode)
        first, second = library.hold(waiter, title), library.hold(next_one, title)
        assert first.hold is not None
        assert second.hold is not None
        cancelled: list[HoldResult] = []

        def cancel(patron: str = waiter.id, hold: str = first.hold.id, told: list[HoldResult] = cancelled) -> None:
            told.append(library.circulation.cancel_hold(patron, hold))

        def take_back(barcode: str = barcode) -> None:
            assert library.take_back(barcode).done

        at_once(cancel, take_back)
        assert cancelled[0].done
        assert library.circulation.holds(waiter.id) == ()
        assert [hold.stage for hold in library.circulation.holds(next_one.id)] == [HoldStage.READY]
    assert_sound(library)


def test_two_tills_take_no_more_than_is_owed(library: Library) -> None:
    patron = library.patron()
    fine = library.desk.charge(LIBRARIAN, patron.card_number, FineKind.LOST, 50_000)

    def pay(key: str) -> bool:
        try:
            return library.desk.take_payment(LIBRARIAN, fine.id, 20_000, key).taken == 20_000
        except NotValid:
            return False

    assert sum(at_once(*(lambda key=f"bayar {n}": pay(key) for n in range(THREADS)))) == 2
    assert [view.balance for view in library.circulation.fines(patron.id)] == [10_000]


def test_jobs_of_two_processes_at_once_free_each_hold_once(library: Library) -> None:
    for number in range(4):
        library.copy(f"judul.{number}")
        first, second = library.patrons(2)
        library.hold(first, f"judul.{number}")
        library.hold(second, f"judul.{number}")
    library.clock.on(days=10)
    runs = at_once(*[library.jobs.expire] * 4)
    assert sum(run.unfetched for run in runs) == 4
    assert_sound(library)


@pytest.mark.timeout(600)
def test_a_storm_of_everything(library: Library) -> None:
    titles = ["judul.1", "judul.2", "judul.3"]
    barcodes = [library.copy(title, branch=branch) for title in titles for branch in (CENTRAL, SECOND)]
    library.licence(EBOOK, copies=2)
    library.rule(fine_per_day=500, max_holds=4)
    patrons = library.patrons(8)

    def act(seed: int) -> Sequence[str]:
        dice = random.Random(seed)
        done = []
        for _ in range(15):
            patron, barcode, title = dice.choice(patrons), dice.choice(barcodes), dice.choice([*titles, EBOOK])
            branch = dice.choice((CENTRAL, SECOND))
            choice = dice.choice(
                ("lend", "back", "hold", "cancel", "renew", "borrow", "give", "lose", "find", "expire", "suspend")
            )
            done.append(choice)
            holds = library.circulation.holds(patron.id)
            if choice == "lend":
                library.lend(patron, barcode, branch)
            elif choice == "back":
                library.take_back(barcode, branch)
            elif choice == "hold":
                library.hold(patron, title, branch)
            elif choice == "cancel" and holds:
                library.circulation.cancel_hold(patron.id, holds[0].id)
            elif choice == "suspend" and holds:
                library.circulation.suspend_hold(patron.id, holds[0].id, None)
            elif choice == "renew":
                library.circulation.renew(patron.id, None, f"klik {seed}")
            elif choice == "borrow":
                library.circulation.borrow_licence(patron.id, EBOOK, f"klik {dice.random()}")
            elif choice == "give":
                library.circulation.return_licence(patron.id, EBOOK)
            elif choice == "lose":
                library.desk.mark_lost(LIBRARIAN, barcode, 1000)
            elif choice == "find":
                library.desk.mark_found(LIBRARIAN, barcode, branch)
            else:
                library.jobs.expire()
        return done

    at_once(*(lambda seed=seed: act(seed) for seed in range(THREADS)))
    assert_sound(library)
