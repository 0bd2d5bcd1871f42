"""E-books: lent for hours, returned by themselves, waited for."""

from datetime import timedelta

from portal.ils.driver import Availability, HoldStage, Refusal
from portal.services.circulation.results import Next
from search.document import DocumentId
from tests.support.circulation import CENTRAL, LIBRARIAN, Library

EBOOK = DocumentId("ebuku.1")


def test_an_ebook_is_lent_for_the_hours_of_its_licence_to_the_second(library: Library) -> None:
    library.licence(EBOOK, loan_hours=36)
    library.close(4, 5)  # the day it is due on is closed, which matters to nobody
    patron = library.patron()
    borrowed = library.circulation.borrow_licence(patron.id, EBOOK, "klik")
    assert borrowed.loan is not None
    assert borrowed.loan.due_at == library.clock.now + timedelta(hours=36)
    assert library.circulation.borrow_licence(patron.id, EBOOK, "klik") == borrowed
    assert library.circulation.borrow_licence(patron.id, EBOOK, "another").refusal is Refusal.ALREADY_YOURS
    assert library.circulation.has_licence_loan(patron.id, EBOOK, borrowed.loan.due_at - timedelta(seconds=1))
    assert not library.circulation.has_licence_loan(patron.id, EBOOK, borrowed.loan.due_at)
    assert not library.circulation.has_licence_loan(library.patron().id, EBOOK, library.clock.now)


def test_it_comes_back_by_itself_and_goes_to_who_waits(library: Library) -> None:
    library.licence(EBOOK)
    reader, waiter, last = library.patrons(3)
    library.circulation.borrow_licence(reader.id, EBOOK, "klik")
    assert library.circulation.borrow_licence(waiter.id, EBOOK, "klik").refusal is Refusal.NO_COPY_FREE
    placed = library.hold(waiter, EBOOK, "")
    assert placed.hold is not None
    assert (placed.hold.is_licence, placed.hold.pickup_branch, placed.hold.place) == (True, "", 1)
    assert placed.hold.expected_on == (library.clock.now + timedelta(hours=48)).date()
    library.hold(last, EBOOK, "")
    library.clock.on(hours=49)
    assert library.jobs.expire().licences == 1
    assert library.jobs.expire().licences == 0
    assert library.circulation.holds(waiter.id)[0].stage is HoldStage.READY
    assert library.desk.pull_list(LIBRARIAN, CENTRAL) == ()
    assert library.circulation.borrow_licence(last.id, EBOOK, "klik").refusal is Refusal.NO_COPY_FREE
    library.clock.on(days=5)
    assert library.jobs.expire().unfetched == 1
    assert library.circulation.borrow_licence(last.id, EBOOK, "klik").done
    assert library.circulation.holds(last.id) == ()
    assert library.desk.hold_shelf(LIBRARIAN, CENTRAL) == ()


def test_what_is_over_is_free_before_any_job_has_run(library: Library) -> None:
    library.licence(EBOOK)
    first, second = library.patrons(2)
    library.circulation.borrow_licence(first.id, EBOOK, "klik")
    library.clock.on(hours=48)
    assert library.circulation.status([EBOOK])[EBOOK].availability is Availability.AVAILABLE
    assert library.circulation.borrow_licence(second.id, EBOOK, "klik").done


def test_giving_it_back_early_serves_the_next(library: Library) -> None:
    library.licence(EBOOK)
    reader, waiter = library.patrons(2)
    library.circulation.borrow_licence(reader.id, EBOOK, "klik")
    library.hold(waiter, EBOOK, "")
    assert library.circulation.return_licence(reader.id, EBOOK)
    assert not library.circulation.return_licence(reader.id, EBOOK)
    assert library.circulation.borrow_licence(waiter.id, EBOOK, "klik").done


def test_it_is_renewed_for_the_same_hours_unless_somebody_waits(library: Library) -> None:
    library.licence(EBOOK, loan_hours=48)
    reader, waiter = library.patrons(2)
    borrowed = library.circulation.borrow_licence(reader.id, EBOOK, "klik")
    assert borrowed.loan is not None
    (renewal,) = library.circulation.renew(reader.id, None, "klik lagi")
    assert renewal.due_at == borrowed.loan.due_at + timedelta(hours=48)
    library.hold(waiter, EBOOK, "")
    library.clock.on(hours=97)
    library.jobs.expire()
    library.circulation.borrow_licence(waiter.id, EBOOK, "klik")
    library.hold(reader, EBOOK, "")
    assert [one.refusal for one in library.circulation.renew(waiter.id, None, "klik lagi")] == [Refusal.ON_HOLD]


def test_so_many_ebooks_and_no_more(library: Library) -> None:
    child = library.patron(category="anak")
    answers = []
    for number in range(3):
        title = DocumentId(f"ebuku.{number}")
        library.licence(title)
        answers.append(library.circulation.borrow_licence(child.id, title, "klik").refusal)
    assert answers == [None, None, Refusal.MAX_LOANS]


def test_a_title_on_paper_and_as_an_ebook_has_two_queues(library: Library) -> None:
    barcode = library.copy(EBOOK)
    (use,) = library.licence(EBOOK)
    reader, on_paper, on_screen = library.patrons(3)
    library.lend(library.patron(), barcode)
    library.circulation.borrow_licence(reader.id, EBOOK, "klik")
    paper, screen = library.hold(on_paper, EBOOK), library.hold(on_screen, EBOOK, "", item_id=use)
    assert paper.hold is not None
    assert screen.hold is not None
    assert [(view.is_licence, view.place) for view in (paper.hold, screen.hold)] == [(False, 1), (True, 1)]
    library.circulation.return_licence(reader.id, EBOOK)
    assert library.circulation.holds(on_paper.id)[0].stage is HoldStage.QUEUED
    assert library.circulation.holds(on_screen.id)[0].stage is HoldStage.READY
    assert library.take_back(barcode).next is Next.HOLD_SHELF


def test_no_licence_lends_nothing(library: Library) -> None:
    assert library.circulation.borrow_licence(library.patron().id, EBOOK, "klik").refusal is Refusal.ITEM_NOT_FOUND
    library.copy(EBOOK)
    assert library.circulation.borrow_licence(library.patron().id, EBOOK, "klik").refusal is Refusal.ITEM_NOT_FOUND
