"""What every library system does alike, whichever it is (portal/ils/driver.py)."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from portal.ils.driver import (
    Availability,
    Capability,
    Holdings,
    HoldRequest,
    HoldStage,
    HoldView,
    PatronRef,
    Refusal,
)
from portal.ils.errors import IlsUnsupported
from search.document import DocumentId
from tests.contract.ils.systems import System, able
from tests.support.koha.process import PIN

Ask = Callable[[System, PatronRef, DocumentId], object]
LATER: Final = timedelta(days=40)

VERBS: Final[Mapping[Capability, tuple[Ask, ...]]] = {
    Capability.LOGIN: (
        lambda system, patron, _: system.driver.login(patron.card_number, PIN),
        lambda system, patron, _: system.driver.profile(patron),
    ),
    Capability.LOANS: (lambda system, patron, _: system.driver.loans(patron),),
    Capability.RENEW: (lambda system, patron, _: system.driver.renew(patron, None, "klik"),),
    Capability.HISTORY: (lambda system, patron, _: system.driver.history(patron),),
    Capability.FORGET_HISTORY: (lambda system, patron, _: system.driver.forget_history(patron),),
    Capability.HOLDS: (lambda system, patron, _: system.driver.holds(patron),),
    Capability.PLACE_HOLD: (
        lambda system, patron, document: system.driver.check_hold(patron, document),
        lambda system, patron, _: system.driver.pickup_branches(patron),
        lambda system, patron, document: system.driver.place_hold(patron, HoldRequest(document, system.first, "klik")),
    ),
    Capability.SUSPEND_HOLD: (lambda system, patron, _: system.driver.suspend_hold(patron, "1", date(2027, 1, 1)),),
    Capability.MOVE_HOLD: (lambda system, patron, _: system.driver.move_hold(patron, "1", system.first),),
    Capability.CANCEL_HOLD: (lambda system, patron, _: system.driver.cancel_hold(patron, "1"),),
    Capability.FINES: (lambda system, patron, _: system.driver.fines(patron),),
}


def systems(*capabilities: Capability) -> pytest.MarkDecorator:
    """Run on those that can do these."""
    return pytest.mark.parametrize("system", able(*capabilities), indirect=True)


def wish(system: System, document: DocumentId, key: str = "klik", **more: Any) -> HoldRequest:
    return HoldRequest(document, more.pop("branch", system.first), key, **more)


def held(system: System, patron: PatronRef, document: DocumentId, key: str = "klik") -> HoldView:
    """A hold of the patron on a title, all copies of which are lent to somebody else."""
    result = system.driver.place_hold(patron, wish(system, document, key))
    assert result.hold is not None, result.refusal
    return result.hold


def lent_title(system: System, title: str = "Laut Bercerita") -> DocumentId:
    document = system.title(title=title)
    system.lend(system.patron(), document)
    return document


# ---- capabilities


@pytest.mark.parametrize("capability", VERBS)
def test_a_verb_works_if_and_only_if_a_capability_names_it(system: System, capability: Capability) -> None:
    patron, document = system.patron(), system.title()
    for ask in VERBS[capability]:
        if capability in system.driver.capabilities:
            ask(system, patron, document)
        else:
            with pytest.raises(IlsUnsupported, match=f"{system.driver.name} has no {capability.value}"):
                ask(system, patron, document)


def test_every_capability_has_its_verbs() -> None:
    assert set(VERBS) | {Capability.ITEM_HOLD} == set(Capability)


# ---- copies


def test_status_of_many_titles_is_an_answer_for_each(system: System) -> None:
    documents = [system.title(2), system.title(1), DocumentId("elsewhere.1"), DocumentId("kota.99999999")]
    found = system.driver.status(documents)
    assert set(found) == set(documents)
    assert [found[document].document_id for document in documents] == documents
    for document in documents[2:]:
        assert (found[document].availability, found[document].items) == (Availability.UNKNOWN, ())


def test_no_titles_at_all_are_no_question(system: System) -> None:
    assert dict(system.driver.status([])) == {}


def test_holdings_are_what_status_says(system: System) -> None:
    document = system.title(2)
    assert system.driver.holdings(document) == system.driver.status([document])[document]


@pytest.mark.parametrize("system", [name for name in able() if name != "none"], indirect=True)
def test_a_lent_copy_is_away_until_it_is_back(system: System) -> None:
    document, patron = system.title(2), system.patron()
    before = system.driver.holdings(document)
    assert (before.free, len(before.items), before.availability) == (2, 2, Availability.AVAILABLE)
    system.lend(patron, document)
    lent = system.driver.holdings(document)
    assert lent.free == 1
    (away,) = (item for item in lent.items if item.availability is Availability.UNAVAILABLE)
    assert away.due_at is not None
    assert away.due_at.utcoffset() == timedelta(0)
    assert away.due_at > datetime.combine(system.today(), datetime.min.time(), UTC)
    assert patron.card_number not in repr(lent)
    system.take_back(patron, document)
    assert system.driver.holdings(document).free == 2


@pytest.mark.parametrize("system", [name for name in able() if name != "none"], indirect=True)
def test_copies_have_ids_and_barcodes_of_their_own(system: System) -> None:
    items = system.driver.holdings(system.title(3)).items
    assert len({item.item_id for item in items}) == len({item.barcode for item in items}) == 3


# ---- the patron


@systems(Capability.LOGIN)
def test_card_and_pin_belong_together_or_not(system: System) -> None:
    patron, other = system.patron("KB-1001"), system.patron("KB-1002")
    profile = system.driver.login("KB-1001", PIN)
    assert profile is not None
    assert (profile.ils_id, profile.card_number) == (patron.ils_id, "KB-1001")
    assert system.driver.login("KB-1001", "000000") is None
    assert system.driver.login("KB-9999", PIN) is None
    assert system.driver.login("", PIN) is None
    assert system.driver.login("KB-1001", "") is None
    assert system.driver.profile(other).card_number == "KB-1002"
    assert system.driver.profile(patron) == profile
    assert profile.blocks == ()


# ---- loans


@systems(Capability.LOANS)
def test_loans_are_those_of_the_patron_the_first_due_first(system: System) -> None:
    patron, other = system.patron(), system.patron()
    documents = [system.title(title=f"Judul {number}") for number in range(3)]
    ids = [system.lend(patron, document) for document in documents]
    system.lend(other, system.title(title="Milik orang lain"))
    page = system.driver.loans(patron)
    assert page.total == 3
    assert {loan.id: loan.document_id for loan in page.loans} == dict(zip(ids, documents, strict=True))
    assert {loan.title for loan in page.loans} == {"Judul 0", "Judul 1", "Judul 2"}
    assert [loan.due_at for loan in page.loans] == sorted(loan.due_at for loan in page.loans)
    for loan in page.loans:
        assert loan.due_at.utcoffset() == timedelta(0)
        assert loan.returned_at is None
        assert (loan.renewals, loan.renewable) == (0, None)
        assert loan.barcode


@systems(Capability.LOANS)
def test_pages_of_loans_are_all_of_them_once(system: System) -> None:
    patron = system.patron()
    ids = {system.lend(patron, system.title()) for _ in range(3)}
    first, second, beyond = (system.driver.loans(patron, page, 2) for page in (1, 2, 3))
    assert [len(page.loans) for page in (first, second, beyond)] == [2, 1, 0]
    assert {page.total for page in (first, second, beyond)} == {3}
    assert {loan.id for loan in (*first.loans, *second.loans)} == ids


@systems(Capability.RENEW)
def test_a_renewal_is_for_each_loan_and_in_the_order_asked(system: System) -> None:
    patron, other = system.patron(), system.patron()
    mine = [system.lend(patron, system.title()) for _ in range(2)]
    theirs = system.lend(other, system.title())
    before = {loan.id: loan.due_at for loan in system.driver.loans(patron).loans}
    result = system.driver.renew(patron, [mine[1], theirs, "9876543210", mine[0]], "klik")
    assert [each.loan_id for each in result] == [mine[1], theirs, "9876543210", mine[0]]
    assert [each.refusal for each in result] == [None, Refusal.NOT_FOUND, Refusal.NOT_FOUND, None]
    assert [each.due_at for each in result[1:3]] == [None, None]
    after = {loan.id: loan for loan in system.driver.loans(patron).loans}
    for each in (result[0], result[3]):
        assert each.done
        assert each.due_at is not None
        assert each.due_at == after[each.loan_id].due_at >= before[each.loan_id]
        assert after[each.loan_id].renewals == 1
    assert [loan.renewals for loan in system.driver.loans(other).loans] == [0]


@systems(Capability.RENEW)
def test_all_are_renewed_without_naming_them(system: System) -> None:
    patron = system.patron()
    ids = {system.lend(patron, system.title()) for _ in range(2)}
    result = system.driver.renew(patron, None, "klik")
    assert {each.loan_id for each in result} == ids
    assert all(each.done for each in result)
    assert system.driver.renew(system.patron(), None, "klik") == ()


@systems(Capability.RENEW)
def test_the_same_click_renews_once_and_another_is_refused_at_the_limit(system: System) -> None:
    patron = system.patron()
    loan = system.lend(patron, system.title())
    first = system.driver.renew(patron, [loan], "klik")
    again = system.driver.renew(patron, [loan], "klik")
    assert [each.due_at for each in first] == [each.due_at for each in again]
    assert all(each.done for each in again)
    (seen,) = system.driver.loans(patron).loans
    assert (seen.renewals, seen.renewable, seen.renewals_allowed) == (1, Refusal.LIMIT_REACHED, 1)
    (refused,) = system.driver.renew(patron, [loan], "klik lagi")
    assert (refused.refusal, refused.due_at) == (Refusal.LIMIT_REACHED, first[0].due_at)


@systems(Capability.RENEW, Capability.PLACE_HOLD)
def test_what_another_waits_for_is_not_renewed(system: System) -> None:
    patron, document = system.patron(), system.title()
    loan = system.lend(patron, document)
    held(system, system.patron(), document)
    assert [each.renewable for each in system.driver.loans(patron).loans] == [Refusal.ON_HOLD]
    assert [each.refusal for each in system.driver.renew(patron, [loan], "klik")] == [Refusal.ON_HOLD]


@systems(Capability.LOANS, Capability.RENEW)
def test_loans_are_the_same_where_nobody_asks_whether_they_can_be_renewed(system: System) -> None:
    patron = system.patron()
    for _ in range(2):
        system.lend(patron, system.title())
    system.driver.renew(patron, None, "klik")  # the only time
    with_reasons, without = (system.driver.loans(patron, renewals=told) for told in (True, False))
    assert {loan.renewable for loan in with_reasons.loans} == {Refusal.LIMIT_REACHED}
    assert {loan.renewable for loan in without.loans} == {None}
    assert [(loan.id, loan.due_at, loan.title) for loan in without.loans] == [
        (loan.id, loan.due_at, loan.title) for loan in with_reasons.loans
    ]


@systems(Capability.HISTORY)
def test_returned_loans_are_history_and_no_longer_loans(system: System) -> None:
    patron, document = system.patron(), system.title(title="Bumi Manusia")
    loan = system.lend(patron, document)
    assert system.driver.history(patron).total == 0
    system.take_back(patron, document)
    assert system.driver.loans(patron).total == 0
    page = system.driver.history(patron)
    assert [(each.id, each.title, each.document_id) for each in page.loans] == [(loan, "Bumi Manusia", document)]
    assert page.loans[0].returned_at is not None
    assert page.loans[0].returned_at.utcoffset() == timedelta(0)
    assert system.driver.history(system.patron()).total == 0
    assert system.driver.renew(patron, [loan], "klik")[0].refusal == Refusal.NOT_FOUND


@systems(Capability.FORGET_HISTORY)
def test_history_is_forgotten_by_its_patron_alone(system: System) -> None:
    patron, document = system.patron(), system.title()
    loan = system.lend(patron, document)
    system.take_back(patron, document)
    assert system.driver.forget_history(system.patron(), [loan]) == 0
    assert system.driver.forget_history(patron, [loan]) == 1
    assert system.driver.history(patron).total == 0


# ---- holds


@systems(Capability.PLACE_HOLD)
def test_a_hold_waits_in_its_place(system: System) -> None:
    first, second, document = system.patron(), system.patron(), lent_title(system, "Laut Bercerita")
    assert system.driver.check_hold(first, document) is None
    mine, theirs = held(system, first, document), held(system, second, document)
    assert (mine.stage, mine.place, mine.title) == (HoldStage.QUEUED, 1, "Laut Bercerita")
    assert (theirs.place, theirs.document_id, theirs.pickup_branch) == (2, document, system.first)
    assert mine.asked_at is not None
    assert mine.asked_at.utcoffset() == timedelta(0)
    assert [hold.id for hold in system.driver.holds(first)] == [mine.id]
    assert system.driver.holdings(document).holds == 2


@systems(Capability.PLACE_HOLD)
def test_a_double_click_is_one_hold_and_a_second_wish_a_duplicate(system: System) -> None:
    patron, document = system.patron(), lent_title(system)
    first = system.driver.place_hold(patron, wish(system, document))
    again = system.driver.place_hold(patron, wish(system, document))
    assert first.hold is not None
    assert again.hold is not None
    assert (again.done, again.hold.id) == (True, first.hold.id)
    assert system.driver.place_hold(patron, wish(system, document, "klik lain")).refusal == Refusal.DUPLICATE
    assert system.driver.check_hold(patron, document) == Refusal.DUPLICATE
    assert len(system.driver.holds(patron)) == 1


@systems(Capability.PLACE_HOLD)
def test_clicks_at_the_same_time_are_one_hold(system: System) -> None:
    patron, document = system.patron(), lent_title(system)
    with ThreadPoolExecutor(4) as pool:
        keys = ["klik"] * 4 + ["lain"] * 4
        results = list(pool.map(lambda key: system.driver.place_hold(patron, wish(system, document, key)), keys))
    assert len(system.driver.holds(patron)) == 1
    assert {result.hold.id for result in results if result.done and result.hold} == {system.driver.holds(patron)[0].id}
    assert {result.refusal for result in results} == {None, Refusal.DUPLICATE}


@systems(Capability.PLACE_HOLD)
def test_what_cannot_be_held_is_refused_by_value(system: System) -> None:
    patron, document = system.patron(), lent_title(system)
    refused = {
        "elsewhere": system.driver.place_hold(patron, wish(system, DocumentId("elsewhere.1"))).refusal,
        "no copies": system.driver.place_hold(patron, wish(system, system.title(0), "b")).refusal,
        "nowhere": system.driver.place_hold(patron, wish(system, document, "c", branch="")).refusal,
        "no branch": system.driver.place_hold(patron, wish(system, document, "d", branch="nowhere")).refusal,
    }
    assert refused == {
        "elsewhere": Refusal.NOT_HOLDABLE,
        "no copies": Refusal.NOT_HOLDABLE,
        "nowhere": Refusal.BAD_PICKUP,
        "no branch": Refusal.BAD_PICKUP,
    }
    assert system.driver.holds(patron) == ()


@systems(Capability.PLACE_HOLD)
def test_what_one_has_at_home_is_not_asked_for(system: System) -> None:
    patron, document = system.patron(), system.title()
    system.lend(patron, document)
    assert system.driver.place_hold(patron, wish(system, document)).refusal == Refusal.ALREADY_YOURS


@systems(Capability.ITEM_HOLD)
def test_one_copy_may_be_asked_for(system: System) -> None:
    patron, document, other = system.patron(), system.title(2), system.title()
    system.lend(system.patron(), document)
    (wanted,) = (item for item in system.driver.holdings(document).items if item.due_at)
    (strange,) = system.driver.holdings(other).items
    refused = system.driver.place_hold(patron, wish(system, document, item_id=strange.item_id))
    assert refused.refusal is not None
    result = system.driver.place_hold(patron, wish(system, document, "klik lagi", item_id=wanted.item_id))
    assert result.done
    assert len(system.driver.holds(patron)) == 1


@systems(Capability.CANCEL_HOLD)
def test_a_cancelled_hold_is_gone_and_the_next_moves_up(system: System) -> None:
    first, second, document = system.patron(), system.patron(), lent_title(system)
    mine, theirs = held(system, first, document), held(system, second, document)
    result = system.driver.cancel_hold(first, mine.id)
    assert result.done
    assert result.hold is not None
    assert (result.hold.id, result.hold.stage) == (mine.id, HoldStage.CANCELLED)
    assert system.driver.holds(first) == ()
    assert [(hold.id, hold.place) for hold in system.driver.holds(second)] == [(theirs.id, 1)]
    again = system.driver.cancel_hold(first, mine.id)
    assert again.refusal in (Refusal.ALREADY_DONE, Refusal.NOT_FOUND)
    assert held(system, first, document, "klik lagi").place == 2


@systems(Capability.SUSPEND_HOLD)
def test_a_suspended_hold_lets_others_pass_until_its_day(system: System) -> None:
    patron, document = system.patron(), lent_title(system)
    hold = held(system, patron, document)
    until = system.today() + LATER
    result = system.driver.suspend_hold(patron, hold.id, until)
    assert result.hold is not None
    assert (result.hold.stage, result.hold.suspended_until) == (HoldStage.SUSPENDED, until)
    assert [each.stage for each in system.driver.holds(patron)] == [HoldStage.SUSPENDED]
    again = system.driver.suspend_hold(patron, hold.id, None)
    assert again.hold is not None
    assert (again.hold.stage, again.hold.suspended_until) == (HoldStage.QUEUED, None)
    past = system.driver.suspend_hold(patron, hold.id, system.today() - LATER)
    assert past.refusal == Refusal.BAD_DATE


@systems(Capability.MOVE_HOLD)
def test_a_hold_is_fetched_where_the_patron_says(system: System) -> None:
    patron, document = system.patron(), lent_title(system)
    hold = held(system, patron, document)
    result = system.driver.move_hold(patron, hold.id, system.second)
    assert result.hold is not None
    assert result.hold.pickup_branch == system.second
    assert system.driver.move_hold(patron, hold.id, "nowhere").refusal == Refusal.BAD_PICKUP
    assert [each.pickup_branch for each in system.driver.holds(patron)] == [system.second]


@systems(Capability.CANCEL_HOLD, Capability.SUSPEND_HOLD, Capability.MOVE_HOLD)
def test_another_s_hold_is_as_if_there_were_none(system: System) -> None:
    patron, other, document = system.patron(), system.patron(), lent_title(system)
    theirs = held(system, other, document)
    for id in (theirs.id, "9876543210", ""):
        refusals = {
            system.driver.cancel_hold(patron, id).refusal,
            system.driver.suspend_hold(patron, id, system.today() + LATER).refusal,
            system.driver.move_hold(patron, id, system.second).refusal,
        }
        assert refusals == {Refusal.NOT_FOUND}
    assert system.driver.holds(other) == (theirs,)
    assert system.driver.holds(patron) == ()


@systems(Capability.PLACE_HOLD)
def test_pickup_branches_begin_with_one_s_own(system: System) -> None:
    patron, document = system.patron(), lent_title(system)
    for found in (system.driver.pickup_branches(patron), system.driver.pickup_branches(patron, document)):
        assert [branch.code for branch in found][:2] == [system.first, system.second]
        assert all(branch.name for branch in found)


# ---- fines


@systems(Capability.FINES)
def test_what_is_owed_is_whole_rupiah_and_one_s_own(system: System) -> None:
    patron = system.patron()
    assert system.driver.fines(patron) == ()
    system.owe(patron, 5000)
    (fine,) = system.driver.fines(patron)
    assert (fine.amount, fine.balance) == (5000, 5000)
    assert (type(fine.amount), type(fine.balance)) == (int, int)
    assert fine.charged_at is None or fine.charged_at.utcoffset() == timedelta(0)
    assert system.driver.fines(system.patron()) == ()


def test_nothing_is_known_of_a_title_without_copies() -> None:
    assert Holdings(DocumentId("kota.1")).availability == Availability.UNKNOWN
