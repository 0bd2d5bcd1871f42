"""What is owed in rupiah, and what is paid of it."""

from datetime import date

import pytest

from portal.ils.driver import PatronRef
from portal.services.errors import NotFound, NotValid
from portal.store.tables.circulation import FineKind
from tests.support.circulation import LIBRARIAN, Library


def late(library: Library, patron: PatronRef, days: float) -> str:
    """The barcode of a copy lent on Thursday 26 November for a week, and so many days later."""
    barcode = library.copy()
    assert library.lend(patron, barcode).done
    library.clock.on(days=7 + days)
    return barcode


def test_a_late_return_costs_open_days_less_the_days_of_grace_once(library: Library) -> None:
    library.close(6, days=(date(2026, 12, 4),))
    library.rule(fine_per_day=500)
    patron = library.patron()
    barcode = late(library, patron, days=5)  # Friday and Sunday closed: Saturday, Monday, Tuesday count
    returned = library.take_back(barcode)
    assert (returned.late_days, returned.fine) == (3, 1000)
    assert library.take_back(barcode).fine == 0
    (fine,) = library.circulation.fines(patron.id)
    assert (fine.amount, fine.balance, fine.reason, fine.days) == (1000, 1000, "overdue", 3)


def test_nothing_is_owed_within_the_days_of_grace_or_by_default(library: Library) -> None:
    patron = library.patron()
    assert library.take_back(late(library, patron, days=9)).fine == 0
    library.rule(fine_per_day=500)
    returned = library.take_back(late(library, patron, days=1))
    assert (returned.late_days, returned.fine) == (1, 0)
    assert library.circulation.fines(patron.id) == ()


def test_the_last_second_of_the_due_day_is_in_time(library: Library) -> None:
    library.rule(fine_per_day=500, grace_days=0)
    barcode = late(library, library.patron(), days=0)
    library.clock.now = library.clock.now.replace(hour=15, minute=59, second=59)
    assert library.take_back(barcode).late_days == 0
    second = late(library, library.patron(), days=0)
    library.clock.now = library.clock.now.replace(hour=16, minute=0, second=0)  # midnight in the library
    assert library.take_back(second).fine == 500


def test_the_rule_of_the_day_it_was_lent_counts(library: Library) -> None:
    library.rule(fine_per_day=500, grace_days=0)
    barcode = late(library, library.patron(), days=2)
    library.rule(fine_per_day=9000)
    assert library.take_back(barcode).fine == 1000


def test_the_overdue_list_tells_what_it_would_cost(library: Library) -> None:
    library.rule(fine_per_day=500)
    patron = library.patron(phone="0812")
    barcode = late(library, patron, days=3)
    (entry,) = library.desk.overdue_list(LIBRARIAN, "pusat")
    assert (entry.barcode, entry.days, entry.owing, entry.phone) == (barcode, 3, 1000, "0812")
    assert library.take_back(barcode).fine == entry.owing


def test_a_payment_takes_no_more_than_is_left_and_once_for_each_key(library: Library) -> None:
    patron = library.patron()
    fine = library.desk.charge(LIBRARIAN, patron.card_number, FineKind.DAMAGED, 10_000, title="Laut", note="basah")
    assert library.desk.take_payment(LIBRARIAN, fine.id, 4000, "bayar 1").balance == 6000
    assert library.desk.take_payment(LIBRARIAN, fine.id, 4000, "bayar 1").balance == 6000
    for amount in (0, -1, 6001):
        with pytest.raises(NotValid):
            library.desk.take_payment(LIBRARIAN, fine.id, amount, "bayar 2")
    assert library.desk.waive(LIBRARIAN, fine.id, "lepas").balance == 0
    assert library.circulation.fines(patron.id) == ()
    other = library.desk.charge(LIBRARIAN, patron.card_number, FineKind.OTHER, 100)
    with pytest.raises(NotValid):
        library.desk.take_payment(LIBRARIAN, other.id, 100, "bayar 1")
    with pytest.raises(NotFound):
        library.desk.take_payment(LIBRARIAN, "no such fine", 100, "bayar 3")


@pytest.mark.parametrize("amount", [0, -5, 100_000_001])
def test_what_cannot_be_charged(library: Library, amount: int) -> None:
    patron = library.patron()
    with pytest.raises(NotValid):
        library.desk.charge(LIBRARIAN, patron.card_number, FineKind.OTHER, amount)
    with pytest.raises(NotValid):
        library.desk.charge(LIBRARIAN, patron.card_number, FineKind.OVERDUE, 100)


def test_a_lost_copy_is_charged_to_who_had_it_once(library: Library) -> None:
    patron, barcode = library.patron(), library.copy()
    library.lend(patron, barcode)
    assert library.desk.mark_lost(LIBRARIAN, barcode, 75_000).fine == 75_000
    assert library.desk.mark_lost(LIBRARIAN, barcode, 75_000).fine == 0
    assert [(fine.amount, fine.reason) for fine in library.circulation.fines(patron.id)] == [(75_000, "lost")]
    assert library.circulation.open_loans(patron.id) == ()
