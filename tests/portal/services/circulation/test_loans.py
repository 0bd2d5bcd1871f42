"""Loans: due dates, renewals, limits, overriding, history."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.ils.driver import LoanView, PatronRef, Refusal
from portal.store.tables import AuditEntry, FamilyLink, Fine, Loan, Patron
from portal.store.tables.people import Standing
from tests.support.circulation import CENTRAL, LAUT, LIBRARIAN, SECOND, Library


def lent(library: Library, patron: PatronRef, barcode: str) -> LoanView:
    answer = library.lend(patron, barcode)
    assert answer.loan is not None, answer.refusals
    return answer.loan


def renewed(library: Library, patron: PatronRef, key: str = "klik") -> list[Refusal | None]:
    return [renewal.refusal for renewal in library.circulation.renew(patron.id, None, key)]


def shown(library: Library, patron: PatronRef) -> list[Refusal | None]:
    return [loan.renewable for loan in library.circulation.loans(patron.id).loans]


# ---- renewing


def test_a_renewal_counts_from_the_due_date_and_once_for_each_click(library: Library) -> None:
    patron = library.patron()
    loan = lent(library, patron, library.copy())
    library.clock.on(days=2)
    (first,) = library.circulation.renew(patron.id, [loan.id], "klik")
    assert first.due_at == loan.due_at + timedelta(days=7)
    assert library.circulation.renew(patron.id, [loan.id], "klik") == (first,)
    assert renewed(library, patron, "another click") == [Refusal.LIMIT_REACHED]


def test_a_loan_due_on_a_closed_day_is_due_on_the_next_open_one(library: Library) -> None:
    library.close(3)  # Thursday
    loan = lent(library, library.patron(), library.copy())
    assert loan.due_at.isoformat() == "2026-12-04T15:59:59+00:00"


def test_reasons_against_a_renewal_are_shown_and_told(library: Library) -> None:
    library.rule(no_renewal_before=3, max_loans=9)
    patron = library.patron()
    lent(library, patron, library.copy())
    assert shown(library, patron) == renewed(library, patron) == [Refusal.TOO_SOON]
    library.clock.on(days=4)
    assert shown(library, patron) == [None]
    library.clock.on(days=4)
    assert shown(library, patron) == renewed(library, patron) == [Refusal.OVERDUE]


@pytest.mark.parametrize(
    ("standing", "refusal"),
    [(Standing.BLOCKED, Refusal.PATRON_BLOCKED), (Standing.CARD_LOST, Refusal.CARD_LOST)],
)
def test_a_blocked_patron_renews_nothing(library: Library, standing: Standing, refusal: Refusal) -> None:
    patron = library.patron()
    lent(library, patron, library.copy())
    with library.database.writing() as session:
        session.get_one(Patron, patron.id).standing = standing
    assert shown(library, patron) == renewed(library, patron) == [refusal]


def test_a_hold_stands_against_a_renewal_unless_other_copies_serve_it(library: Library) -> None:
    first, second = library.copies(number=2)
    reader, other, waiter = library.patrons(3)
    lent(library, reader, first)
    lent(library, other, second)
    library.hold(waiter)
    assert shown(library, reader) == renewed(library, reader) == [Refusal.ON_HOLD]
    # The other copy comes back where nobody fetches it: on its way home it will serve the hold that waits.
    library.circulation.suspend_hold(waiter.id, library.circulation.holds(waiter.id)[0].id, library_day(library, 5))
    assert shown(library, reader) == [None], "who lets others pass lets a renewal pass too"
    library.take_back(second, SECOND)
    library.circulation.suspend_hold(waiter.id, library.circulation.holds(waiter.id)[0].id, None)
    assert library.circulation.holds(waiter.id)[0].place == 1
    assert renewed(library, reader) == [None]


def test_a_hold_on_another_copy_is_no_reason(library: Library) -> None:
    first, second = library.copies(number=2)
    reader, other, waiter = library.patrons(3)
    lent(library, reader, first)
    lent(library, other, second)
    library.hold(waiter, item_id=f"item-{second}")
    assert renewed(library, reader) == [None]
    assert renewed(library, other) == [Refusal.ON_HOLD]


def test_another_patrons_loan_is_none(library: Library) -> None:
    owner, other = library.patrons(2)
    loan = lent(library, owner, library.copy())
    (answer,) = library.circulation.renew(other.id, [loan.id], "klik")
    assert (answer.refusal, answer.due_at) == (Refusal.NOT_FOUND, None)
    assert library.circulation.open_loans(owner.id)[0].renewals == 0


def test_a_guardian_sees_and_renews_what_a_child_has(library: Library) -> None:
    guardian, child = library.patron(), library.patron(category="anak", name="Sania")
    with library.database.writing() as session:
        session.add(FamilyLink(guardian_id=guardian.id, child_id=child.id, linked_at=library.clock.now))
    loan = lent(library, child, library.copy())
    assert [(view.id, view.borrower) for view in library.circulation.loans(guardian.id).loans] == [(loan.id, "Sania")]
    assert renewed(library, guardian) == [None]
    assert library.circulation.loans(child.id).loans[0].borrower == ""
    assert library.circulation.open_loans(guardian.id) == ()


# ---- lending


def test_reasons_against_lending(library: Library) -> None:
    patron = library.patron()
    assert library.lend(patron, "no such barcode").refusal is Refusal.ITEM_NOT_FOUND
    assert library.lend(patron, "x\x00").refusal is Refusal.ITEM_NOT_FOUND
    assert library.lend(patron, library.copy(lendable=False)).refusal is Refusal.ITEM_NOT_LENT
    barcode = library.copy()
    lent(library, patron, barcode)
    assert library.lend(patron, barcode).refusal is Refusal.ALREADY_YOURS
    lost = library.copy()
    library.desk.mark_lost(LIBRARIAN, lost)
    assert library.lend(patron, lost).refusal is Refusal.ITEM_NOT_LENT
    library.rule("umum", "dvd", loan_days=0)
    assert library.lend(patron, library.copy(loan_type="dvd")).refusal is Refusal.NO_RULE


def test_a_librarian_may_lend_more_and_it_is_written_down(library: Library) -> None:
    patron = library.patron(expires_on=library_day(library, -1))
    library.rule(max_loans=0)
    barcode = library.copy()
    refused = library.lend(patron, barcode)
    assert (refused.refusals, refused.overridable) == ((Refusal.CARD_EXPIRED, Refusal.MAX_LOANS), True)
    done = library.lend(patron, barcode, override=True)
    assert done.overridden == (Refusal.CARD_EXPIRED, Refusal.MAX_LOANS)
    with library.database.reading() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "loan.override"))
        assert (entry.actor_id, entry.subject, entry.detail) == (
            LIBRARIAN.patron_id,
            patron.id,
            "card_expired max_loans",
        )


@pytest.mark.parametrize("standing", [Standing.CARD_LOST, Standing.WITHDRAWN])
def test_nobody_lends_on_a_lost_card_or_to_who_has_left(library: Library, standing: Standing) -> None:
    patron = library.patron(standing=standing)
    assert not library.lend(patron, library.copy(), override=True).done


def test_what_lies_for_another_cannot_be_overridden(library: Library) -> None:
    barcode = library.copy()
    library.hold(library.patron())
    answer = library.lend(library.patron(), barcode, override=True)
    assert (answer.refusal, answer.overridable) == (Refusal.HELD_FOR_OTHER, False)


def test_a_copy_on_its_way_home_goes_to_who_waits_first(library: Library) -> None:
    barcode = library.copy()
    library.lend(library.patron(), barcode)
    library.take_back(barcode, SECOND)
    waiter, comer = library.patrons(2)
    library.hold(waiter, branch=SECOND)
    assert library.lend(comer, barcode, SECOND).refusal is Refusal.HELD_FOR_OTHER
    assert library.lend(waiter, barcode, SECOND).fulfilled


def test_the_same_scan_after_the_return_lends_nothing(library: Library) -> None:
    patron, barcode = library.patron(), library.copy()
    first = library.lend(patron, barcode, key="pindai")
    library.take_back(barcode)
    again = library.lend(patron, barcode, key="pindai")
    assert first.loan is not None
    assert again.loan is not None
    assert again.loan.id == first.loan.id
    assert library.circulation.loans(patron.id).total == 0


def test_a_class_set_is_lent_copy_by_copy_with_an_answer_each(library: Library) -> None:
    teacher = library.patron(category="guru")
    barcodes = library.copies("set.1", 30, loan_type="class_set")
    taken = library.copy("set.1", loan_type="class_set")
    library.lend(library.patron(), taken)
    answers = library.desk.check_out_set(
        LIBRARIAN, teacher.card_number, [*barcodes, taken, barcodes[0]], CENTRAL, "set"
    )
    assert [answer.done for answer in answers] == [True] * 30 + [False]
    assert answers[-1].refusal is Refusal.ITEM_ON_LOAN
    again = library.desk.check_out_set(LIBRARIAN, teacher.card_number, barcodes, CENTRAL, "set")
    assert [answer.loan for answer in again] == [answer.loan for answer in answers[:-1]]
    due = {answer.loan.due_at - library.clock.now for answer in again if answer.loan}
    assert [span.days for span in due] == [30]


# ---- what stays


def test_a_finished_loan_is_nobodys_after_a_week_unless_kept(library: Library) -> None:
    keeper, other = library.patron(keep_history=True), library.patron()
    for patron in (keeper, other):
        barcode = library.copy()
        lent(library, patron, barcode)
        library.take_back(barcode)
    assert library.circulation.history(keeper.id).total == 1
    assert library.circulation.history(other.id).total == 0, "not shown to who keeps none"
    library.clock.on(days=6)
    assert library.jobs.anonymise().loans == 0
    library.clock.on(days=1)
    assert library.jobs.anonymise().loans == 1
    assert library.jobs.anonymise().loans == 0
    assert library.circulation.history(keeper.id).loans[0].document_id == LAUT
    assert library.circulation.forget_history(keeper.id) == 1
    assert library.circulation.history(keeper.id).total == 0
    with library.database.reading() as session:
        assert {loan.patron_id for loan in session.scalars(select(Loan))} == {None}


def test_a_loan_that_still_costs_something_stays_until_it_is_paid(library: Library) -> None:
    library.rule(fine_per_day=500)
    patron, barcode = library.patron(keep_history=True), library.copy()
    lent(library, patron, barcode)
    library.clock.on(days=10)
    assert library.take_back(barcode).fine == 1000
    assert library.circulation.forget_history(patron.id) == 0
    (fine,) = library.circulation.fines(patron.id)
    assert fine.title != ""
    library.desk.take_payment(LIBRARIAN, fine.id, 1000, "bayar")
    assert library.circulation.forget_history(patron.id) == 1
    with library.database.reading() as session:
        left = session.scalars(select(Fine)).one()
        assert (left.title, left.loan_id) == ("", None)


def test_holds_that_ended_a_month_ago_are_forgotten(library: Library) -> None:
    library.copy()
    patron = library.patron()
    placed = library.hold(patron)
    assert placed.hold is not None
    library.circulation.cancel_hold(patron.id, placed.hold.id)
    library.clock.on(days=29)
    assert library.jobs.anonymise().holds == 0
    library.clock.on(days=1)
    assert library.jobs.anonymise().holds == 1


def library_day(library: Library, days: int) -> date:
    return (library.clock.now + timedelta(days=days)).date()
