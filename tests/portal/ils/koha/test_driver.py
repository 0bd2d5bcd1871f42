"""Koha's own ways, seen through the driver; what every driver does is in tests/contract/ils."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal.ils.driver import Availability, Capability, HoldRequest, HoldStage, Refusal
from portal.ils.koha.driver import Koha
from search.document import DocumentId
from tests.support.koha.library import due
from tests.support.koha.process import PIN, SOURCE, KohaProcess

TODAY = datetime.now(UTC).astimezone().date()
SOON = due(TODAY + timedelta(days=3))


def document(biblio: int) -> DocumentId:
    return DocumentId(f"{SOURCE}.{biblio}")


def test_status_of_many_titles_is_asked_once(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    titles = [koha.title(f"Judul {number}", copies=3) for number in range(20)]
    koha.loan(patron, titles[0][1][0], SOON)
    koha.hold(patron, titles[1][0], status="W", item_id=str(titles[1][1][0]), priority=0)
    found = driver.status([document(biblio) for biblio, _ in titles])
    assert koha.operations() == ["token", "list_items", "list_holds", "list_checkouts", "list_libraries"]
    first, second = (found[document(titles[number][0])] for number in (0, 1))
    assert (first.free, second.free, second.holds, len(found)) == (2, 2, 1, 20)
    lent = next(item for item in first.items if item.due_at)
    assert (lent.availability, lent.due_at) == (Availability.UNAVAILABLE, datetime.fromisoformat(SOON))
    assert {item.branch for item in first.items} == {"Perpustakaan Pusat"}


@pytest.mark.parametrize(
    ("fields", "availability", "holdable"),
    [
        ({}, Availability.AVAILABLE, True),
        ({"effective_not_for_loan_status": 1}, Availability.ONSITE, False),
        ({"effective_not_for_loan_status": -1}, Availability.UNAVAILABLE, True),
        ({"lost_status": 2}, Availability.UNAVAILABLE, False),
        ({"withdrawn": 1}, Availability.UNAVAILABLE, False),
        ({"damaged_status": 1}, Availability.UNAVAILABLE, False),
    ],
)
def test_a_copy_is_there_unless_koha_says_otherwise(
    fields: dict[str, Any], availability: Availability, holdable: bool, koha: KohaProcess, driver: Koha
) -> None:
    biblio, _ = koha.title(location="FIK", **fields)
    (item,) = driver.holdings(document(biblio)).items
    assert (item.availability, item.holdable, item.location) == (availability, holdable, "Rak FIK")


def test_codes_stand_for_names_where_koha_is_too_old_to_tell_them(koha: KohaProcess, driver: Koha) -> None:
    biblio, _ = koha.title(location="FIK")
    koha.control(faults=[{"kind": "status", "status": 400, "path": "/items"}])
    assert [item.location for item in driver.holdings(document(biblio)).items] == ["FIK"]
    assert [item.location for item in driver.holdings(document(biblio)).items] == ["FIK"]
    assert koha.operations().count("list_items") == 3


def test_more_copies_than_a_page_holds_are_all_told(koha: KohaProcess, driver: Koha) -> None:
    biblio, _ = koha.title(copies=230)
    assert driver.holdings(document(biblio)).free == 230


def test_titles_come_by_one_question_and_are_kept(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    for number in range(3):
        _, (item,) = koha.title(f"Judul {number} /")
        koha.loan(patron, item, SOON)
    assert {loan.title for loan in driver.loans(patron).loans} == {"Judul 0", "Judul 1", "Judul 2"}
    assert {loan.title for loan in driver.loans(patron).loans} == {"Judul 0", "Judul 1", "Judul 2"}
    assert koha.operations().count("list_biblios") == 1
    assert "get_biblio" not in koha.operations()


def test_loans_cost_one_question_where_nobody_asks_whether_they_can_be_renewed(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    for number in range(3):
        _, (item,) = koha.title(f"Judul {number}")
        koha.loan(patron, item, SOON)
    assert driver.loans(patron, renewals=False).total == 3
    assert "allows_renewal" not in koha.operations()
    assert len(driver.loans(patron).loans) == koha.operations().count("allows_renewal") == 3


def test_titles_come_one_by_one_from_a_koha_without_a_list_of_them(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    _, (item,) = koha.title("Laut Bercerita")
    koha.loan(patron, item, SOON)
    koha.control(faults=[{"kind": "status", "status": 404, "path": "/biblios"}])
    assert [loan.title for loan in driver.loans(patron).loans] == ["Laut Bercerita"]


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [
        ("on_reserve", Refusal.ON_HOLD),
        ("too_many", Refusal.LIMIT_REACHED),
        ("too_soon", Refusal.TOO_SOON),
        ("auto_too_soon", Refusal.TOO_SOON),
        ("overdue", Refusal.OVERDUE),
        ("restriction", Refusal.PATRON_BLOCKED),
        ("auto_too_much_oweing", Refusal.DEBT),
        ("auto_account_expired", Refusal.CARD_EXPIRED),
        ("onsite_checkout", Refusal.ONSITE_ONLY),
        ("recalled", Refusal.RECALLED),
        ("too_unseen", Refusal.MUST_BE_SEEN),
        ("of_a_later_koha", Refusal.OTHER),
    ],
)
def test_koha_s_reason_against_a_renewal_is_named(
    reason: str, refusal: Refusal, koha: KohaProcess, driver: Koha
) -> None:
    patron = koha.patron()
    _, (item,) = koha.title()
    loan = koha.loan(patron, item, SOON)
    koha.control(rules={"renewal": {str(loan): reason}})
    assert driver.loans(patron).loans[0].renewable == refusal
    (renewal,) = driver.renew(patron, [str(loan)], "klik")
    assert (renewal.refusal, renewal.due_at) == (refusal, datetime.fromisoformat(SOON))


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [
        ("tooManyReserves", Refusal.MAX_HOLDS),
        ("tooManyReservesToday", Refusal.MAX_HOLDS),
        ("itemAlreadyOnHold", Refusal.DUPLICATE),
        ("alreadypossession", Refusal.ALREADY_YOURS),
        ("ageRestricted", Refusal.AGE),
        ("notReservable", Refusal.NOT_HOLDABLE),
        ("libraryNotPickupLocation", Refusal.BAD_PICKUP),
        ("of_a_later_koha", Refusal.OTHER),
    ],
)
def test_koha_s_reason_against_a_hold_is_named(reason: str, refusal: Refusal, koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, _ = koha.title()
    koha.control(rules={"hold": {patron.ils_id: reason}})
    assert driver.place_hold(patron, HoldRequest(document(biblio), "PST", "klik")).refusal == refusal


def test_renewing_by_its_old_name_where_the_new_one_is_unknown(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    _, (item,) = koha.title()
    loan = koha.loan(patron, item, SOON)
    koha.control(faults=[{"kind": "status", "status": 404, "path": "/checkouts/{checkout_id}/renewals"}])
    (renewal,) = driver.renew(patron, [str(loan)], "klik")
    assert renewal.done
    assert "renew_by_its_old_name" in koha.operations()


def test_what_has_arrived_is_kept_until_the_end_of_its_day(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, (item,) = koha.title()
    koha.hold(patron, biblio, status="W", priority=0, item_id=str(item), expiration_date="2026-12-03")
    (hold,) = driver.holds(patron)
    assert (hold.stage, hold.place, hold.expires_on, hold.item_id) == (HoldStage.READY, None, None, str(item))
    assert hold.pickup_until == datetime(2026, 12, 3, 15, 59, 59, tzinfo=UTC)


def test_a_hold_on_its_way_is_neither_cancelled_nor_changed(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, (item,) = koha.title()
    hold = str(koha.hold(patron, biblio, status="T", priority=0, item_id=str(item)))
    later = TODAY + timedelta(days=30)
    results = (driver.cancel_hold(patron, hold), driver.suspend_hold(patron, hold, later), driver.move_hold(patron, hold, "AER"))  # fmt: skip
    assert {result.refusal for result in results} == {Refusal.IN_TRANSIT}


def test_cancelling_what_has_arrived_may_be_a_wish_only(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, (item,) = koha.title()
    hold = str(koha.hold(patron, biblio, status="W", priority=0, item_id=str(item)))
    koha.control(rules={"cancellation_requests": True})
    result = driver.cancel_hold(patron, hold)
    assert (result.done, result.pending) == (True, True)
    assert [each.stage for each in driver.holds(patron)] == [HoldStage.READY]


def test_days_of_a_suspension_are_those_of_the_library(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, _ = koha.title()
    hold = str(koha.hold(patron, biblio))
    until = TODAY + timedelta(days=30)
    result = driver.suspend_hold(patron, hold, until)
    assert result.hold is not None
    assert (result.hold.stage, result.hold.suspended_until) == (HoldStage.SUSPENDED, until)


def test_an_attempt_whose_answer_was_lost_is_not_refused_as_a_duplicate(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, _ = koha.title()
    request = HoldRequest(document(biblio), "PST", "klik")
    driver.holds(patron)
    koha.control(faults=[{"kind": "lost", "path": "/holds", "method": "POST"}])
    with pytest.raises(Exception, match="The connection to Koha failed"):
        driver.place_hold(patron, request)
    result = driver.place_hold(patron, request)
    assert result.done
    assert len(driver.holds(patron)) == 1


def test_money_is_whole_rupiah_with_halves_rounded_to_even(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    lines = [(1, 1000.5, 500.5), (2, 1001.5, 1001.5), (3, 2000, 0)]
    rows = [
        {
            "account_line_id": number,
            "patron_id": int(patron.ils_id),
            "amount": amount,
            "amount_outstanding": left,
            "debit_type": "OVERDUE",
            "description": "Laut Bercerita",
            "date": f"2026-11-0{number}T10:00:00+08:00",
        }
        for number, amount, left in lines
    ]
    koha.control(add={"lines": rows})
    assert [(fine.id, fine.amount, fine.balance, fine.reason) for fine in driver.fines(patron)] == [
        ("2", 1002, 1002, "overdue"),
        ("1", 1000, 500, "overdue"),
    ]


def test_blocks_are_told_before_a_hold_is_asked_for(koha: KohaProcess, driver: Koha) -> None:
    biblio, _ = koha.title()
    cases: list[tuple[dict[str, Any], Refusal]] = [
        ({"restricted": True}, Refusal.PATRON_BLOCKED),
        ({"patron_card_lost": True}, Refusal.CARD_LOST),
        ({"expiry_date": "2020-01-01"}, Refusal.CARD_EXPIRED),
        ({"incorrect_address": True}, Refusal.ADDRESS_MISSING),
    ]
    for fields, refusal in cases:
        patron = koha.patron(**fields)
        assert driver.profile(patron).blocks == (refusal,)
        assert driver.check_hold(patron, document(biblio)) == refusal


def test_the_profile_is_what_koha_knows(koha: KohaProcess, driver: Koha) -> None:
    koha.patron(cardnumber="KB-9", address="Jl. 46", city="Bitung", date_of_birth="1990-05-06")
    profile = driver.login("KB-9", PIN)
    assert profile is not None
    assert (profile.name, profile.card_number, profile.home_branch) == ("Maria Wenas", "KB-9", "PST")
    assert (profile.birth_year, profile.address) == (1990, "Jl. 46, Bitung")


def test_only_what_koha_has_no_way_for_is_missing(driver: Koha) -> None:
    assert set(Capability) - driver.capabilities == {Capability.FORGET_HISTORY}


def test_an_old_loan_keeps_its_day_when_its_copy_is_gone(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    _, (item,) = koha.title("Laut Bercerita")
    koha.loan(patron, item, SOON, checkin_date="2026-11-02T10:00:00+08:00")
    koha.loan(patron, item, SOON, item_id=None, checkin_date="2026-11-01T10:00:00+08:00")
    page = driver.history(patron)
    assert [(loan.title, loan.document_id is None) for loan in page.loans] == [("Laut Bercerita", False), ("", True)]
    assert page.loans[0].returned_at == datetime(2026, 11, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize("id", ["", "0", "-1", "1 OR 1=1", "../1", "9" * 30, "١"])
def test_an_id_that_is_no_number_is_nobody_s(id: str, koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    assert driver.cancel_hold(patron, id).refusal == Refusal.NOT_FOUND
    assert driver.renew(patron, [id], "klik")[0].refusal == Refusal.NOT_FOUND


def test_a_day_of_expiry_in_the_past_is_refused(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, _ = koha.title()
    request = HoldRequest(document(biblio), "PST", "klik", expires_on=date(2020, 1, 1))
    assert driver.place_hold(patron, request).refusal == Refusal.BAD_DATE


def test_a_title_is_found_by_its_barcodes_where_the_catalogue_numbers_it_otherwise(
    koha: KohaProcess, caplog: pytest.LogCaptureFixture
) -> None:
    patron = koha.patron()
    laut, (first,) = koha.title("Laut Bercerita")
    bumi, (second,) = koha.title("Bumi Manusia")
    koha.loan(koha.patron(), first, SOON)
    koha.loan(patron, second, SOON)
    # The catalogue gave "Laut Bercerita" the number that "Bumi Manusia" has in Koha; and one more has no copies.
    laut_here, bare = document(bumi), document(laut)
    driver = koha.driver(barcodes={str(laut_here): [f"B{first:05}", "B-gone"]})
    found = driver.status([laut_here, bare])
    assert [item.item_id for item in found[laut_here].items] == [str(first)]
    assert (found[bare].items, found[bare].availability) == ((), Availability.UNKNOWN)
    assert caplog.text.count("titles are found by barcodes alone") == 1
    assert driver.check_hold(patron, bare) == Refusal.NOT_HOLDABLE
    placed = driver.place_hold(patron, HoldRequest(laut_here, "PST", "klik"))
    assert placed.hold is not None
    assert (placed.hold.title, placed.hold.document_id) == ("Laut Bercerita", laut_here)
    assert [(hold.title, hold.document_id) for hold in driver.holds(patron)] == [("Laut Bercerita", None)]
    assert [(loan.title, loan.document_id) for loan in driver.loans(patron).loans] == [("Bumi Manusia", None)]
    driver.close()


def test_numbers_are_believed_once_barcodes_have_shown_that_they_are_koha_s(koha: KohaProcess) -> None:
    patron = koha.patron()
    laut, (first,) = koha.title("Laut Bercerita")
    bumi, (second,) = koha.title("Bumi Manusia")
    koha.loan(patron, second, SOON)
    driver = koha.driver(barcodes={str(document(laut)): [f"B{first:05}"]})
    assert driver.holdings(document(bumi)).items == ()
    assert driver.loans(patron).loans[0].document_id is None
    assert driver.holdings(document(laut)).free == 1
    assert len(driver.holdings(document(bumi)).items) == 1
    assert driver.loans(patron).loans[0].document_id == document(bumi)
    for _ in range(12):
        driver.holdings(document(laut))
    koha.control(add={"items": [{"item_id": first, "biblio_id": bumi, "external_id": f"B{first:05}"}]})
    assert {item.item_id for item in driver.holdings(document(laut)).items} == {str(first), str(second)}
    assert driver.loans(patron).loans[0].document_id == document(bumi)  # one merged title is no other numbering
    driver.close()


def test_what_koha_tells_of_others_is_not_told_on(koha: KohaProcess, driver: Koha) -> None:
    patron, other = koha.patron(), koha.patron()
    biblio, (item,) = koha.title()
    hold, loan = koha.hold(other, biblio), koha.loan(other, item, SOON)
    rows = {name: koha.rows(name) for name in ("holds", "checkouts")}
    for name, ask in (
        ("holds", lambda: driver.holds(patron)),
        ("holds", lambda: driver.cancel_hold(patron, str(hold)).hold or ()),
        ("checkouts", lambda: driver.loans(patron).loans),
        ("checkouts", lambda: driver.history(patron).loans),
    ):
        koha.control(faults=[{"kind": "body", "path": f"/{name}", "body": rows[name]}])
        assert ask() == ()
    koha.control(faults=[{"kind": "body", "path": "/checkouts", "body": rows["checkouts"]}])
    assert driver.renew(patron, [str(loan)], "klik")[0].refusal == Refusal.NOT_FOUND
    assert "renew" not in koha.operations()
    assert "delete_hold" not in koha.operations()
