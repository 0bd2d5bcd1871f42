"""Lending and taking back at the desk."""

from portal.ils.driver import HoldStage, Refusal
from portal.services.circulation.results import Next
from tests.support.circulation import LAUT, SECOND, Library


def test_a_copy_goes_out_and_comes_back(library: Library) -> None:
    patron, barcode = library.patron(), library.copy()
    lent = library.lend(patron, barcode)
    assert lent.loan is not None
    assert lent.loan.due_at.isoformat() == "2026-12-03T15:59:59+00:00"  # the end of the day in Bitung
    assert [loan.id for loan in library.circulation.loans(patron.id).loans] == [lent.loan.id]
    returned = library.take_back(barcode)
    assert (returned.next, returned.loan_id, returned.fine) == (Next.SHELF, lent.loan.id, 0)
    assert library.circulation.loans(patron.id).total == 0
    again = library.take_back(barcode)
    assert (again.next, again.loan_id) == (Next.SHELF, "")


def test_a_copy_that_comes_back_goes_to_who_waits(library: Library) -> None:
    reader, waiter = library.patrons(2)
    barcode = library.copy()
    library.lend(reader, barcode)
    placed = library.hold(waiter, branch=SECOND)
    assert placed.hold is not None
    assert (placed.hold.stage, placed.hold.place) == (HoldStage.QUEUED, 1)
    assert library.lend(waiter, barcode).refusal is Refusal.ITEM_ON_LOAN
    returned = library.take_back(barcode)
    assert (returned.next, returned.branch, returned.patron_id) == (Next.TRANSIT, SECOND, waiter.id)
    assert library.take_back(barcode, SECOND).next is Next.HOLD_SHELF
    assert library.lend(reader, barcode, SECOND).refusal is Refusal.HELD_FOR_OTHER
    assert library.lend(waiter, barcode, SECOND).fulfilled
    assert library.circulation.holds(waiter.id) == ()
    assert library.circulation.status([LAUT])[LAUT].holds == 0
