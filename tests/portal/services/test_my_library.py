"""What patrons may do with what they have borrowed, and with nobody else's."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from portal.ils.driver import HoldRequest, PatronRef, Refusal
from portal.ils.local import LocalSystem
from portal.services.actors import GUEST, Actor
from portal.services.errors import NotAllowed, NotFound
from portal.services.my_library import MyLibrary
from portal.store.database import Database
from portal.store.tables import Consent, FamilyLink
from portal.store.tables.people import Role
from search.document import DocumentId
from tests.support.circulation import LAUT, SECOND, WITA, Library


def no_pins(card: str, pin: str) -> None:
    """Nobody signs in here."""


@pytest.fixture
def lending(database: Database) -> Library:
    return Library(database)


@pytest.fixture
def mine(lending: Library) -> MyLibrary:
    system = LocalSystem(lending.circulation, no_pins)
    return MyLibrary(lending.database, system, lending.clock, WITA)


def actor(patron: PatronRef) -> Actor:
    return Actor(patron.id, Role.PATRON)


Verb = Callable[[MyLibrary, Actor], object]
VERBS: dict[str, Verb] = {
    "profile": lambda mine, who: mine.profile(who),
    "home_branch": lambda mine, who: mine.home_branch(who),
    "children": lambda mine, who: mine.children(who),
    "loans": lambda mine, who: mine.loans(who),
    "renew": lambda mine, who: mine.renew(who, "x", "k"),
    "renew_all": lambda mine, who: mine.renew_all(who, "k"),
    "keeps_history": lambda mine, who: mine.keeps_history(who),
    "switch_history": lambda mine, who: mine.switch_history(who, True),
    "history": lambda mine, who: mine.history(who),
    "forget": lambda mine, who: mine.forget(who, "x"),
    "forget_all": lambda mine, who: mine.forget_all(who),
    "holds": lambda mine, who: mine.holds(who),
    "check_hold": lambda mine, who: mine.check_hold(who, LAUT),
    "pickup_branches": lambda mine, who: mine.pickup_branches(who),
    "place_hold": lambda mine, who: mine.place_hold(who, HoldRequest(LAUT, "", "k")),
    "cancel_hold": lambda mine, who: mine.cancel_hold(who, "x"),
    "suspend_hold": lambda mine, who: mine.suspend_hold(who, "x", None),
    "move_hold": lambda mine, who: mine.move_hold(who, "x", SECOND),
    "fines": lambda mine, who: mine.fines(who),
    "payments": lambda mine, who: mine.payments(who),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())
def test_guests_may_do_nothing(mine: MyLibrary, verb: Verb) -> None:
    with pytest.raises(NotAllowed):
        verb(mine, GUEST)


def test_every_verb_is_tried_for_guests() -> None:
    public = {name for name in vars(MyLibrary) if not name.startswith("_")} - {"capabilities", "today", "branches"}
    assert public == set(VERBS)


def test_a_hold_without_a_branch_is_fetched_at_home(mine: MyLibrary, lending: Library) -> None:
    patron = lending.patron(home_branch=SECOND)
    lending.copy()
    result = mine.place_hold(actor(patron), HoldRequest(LAUT, "", "k"))
    assert result.hold is not None
    assert result.hold.pickup_branch == SECOND


def test_another_patrons_loan_and_hold_are_not_there(mine: MyLibrary, lending: Library) -> None:
    owner, other = lending.patrons(2)
    lending.lend(owner, lending.copy("lain"))
    lending.copy()
    held = lending.hold(owner).hold
    assert held is not None
    loan = mine.loans(actor(owner)).loans[0].id
    tomorrow = mine.today() + timedelta(days=1)
    for deed in (
        lambda: mine.renew(actor(other), loan, "k"),
        lambda: mine.cancel_hold(actor(other), held.id),
        lambda: mine.suspend_hold(actor(other), held.id, tomorrow),
        lambda: mine.suspend_hold(actor(other), held.id, tomorrow - timedelta(days=9)),
        lambda: mine.move_hold(actor(other), held.id, SECOND),
        lambda: mine.loans(actor(other), owner.id),
        lambda: mine.renew_all(actor(other), "k", owner.id),
        lambda: mine.forget(actor(other), loan),
    ):
        with pytest.raises(NotFound):
            deed()


def test_a_guardian_renews_for_a_child_and_a_child_not_for_a_guardian(mine: MyLibrary, lending: Library) -> None:
    guardian, child = lending.patrons(2)
    with lending.database.writing() as session:
        session.add(FamilyLink(guardian_id=guardian.id, child_id=child.id, linked_at=lending.clock()))
    lending.lend(child, lending.copy())
    seen = mine.loans(actor(guardian)).loans
    assert [loan.borrower for loan in seen] == [mine.children(actor(guardian))[0].name]
    assert mine.renew(actor(guardian), seen[0].id, "k").done
    assert not mine.children(actor(child))
    with pytest.raises(NotFound):
        mine.loans(actor(child), guardian.id)


def test_whoever_has_come_of_age_is_nobodys_child_any_more(mine: MyLibrary, lending: Library) -> None:
    year = mine.today().year
    guardian = lending.patron()
    minor, grown_up = lending.patron(birth_year=year - 17), lending.patron(birth_year=year - 18)
    with lending.database.writing() as session:
        for child in (minor, grown_up):
            session.add(FamilyLink(guardian_id=guardian.id, child_id=child.id, linked_at=lending.clock()))
    lending.lend(grown_up, lending.copy())
    loan = mine.loans(actor(grown_up)).loans[0].id
    assert [one.id for one in mine.children(actor(guardian))] == [minor.id]
    assert mine.loans(actor(guardian)).total == 0
    for deed in (
        lambda: mine.loans(actor(guardian), grown_up.id),
        lambda: mine.renew(actor(guardian), loan, "k"),
        lambda: mine.renew_all(actor(guardian), "k", grown_up.id),
    ):
        with pytest.raises(NotFound):
            deed()


def test_a_day_in_the_past_or_beyond_a_year_is_refused(mine: MyLibrary, lending: Library) -> None:
    patron = lending.patron()
    lending.lend(lending.patron(), lending.copy())
    held = lending.hold(patron).hold
    assert held is not None
    for days in (-1, 0, 366):
        result = mine.suspend_hold(actor(patron), held.id, mine.today() + timedelta(days=days))
        assert result.refusal is Refusal.BAD_DATE
    assert mine.suspend_hold(actor(patron), held.id, mine.today() + timedelta(days=365)).done


def test_history_kept_is_agreed_to_and_given_up_is_forgotten(mine: MyLibrary, lending: Library) -> None:
    patron = lending.patron()
    mine.switch_history(actor(patron), True)
    for document in ("a", "b"):
        copy = lending.copy(document)
        lending.lend(patron, copy)
        lending.take_back(copy)
    loans = mine.history(actor(patron)).loans
    assert len(loans) == 2
    mine.forget(actor(patron), loans[0].id)
    assert mine.history(actor(patron)).total == 1
    mine.switch_history(actor(patron), False)
    mine.switch_history(actor(patron), True)
    assert mine.history(actor(patron)).total == 0
    with lending.database.reading() as session:
        given = sorted(session.query(Consent), key=lambda one: one.withdrawn_at is None)
    assert [one.withdrawn_at is None for one in given] == [False, True]


def test_the_day_is_that_of_the_library(mine: MyLibrary, lending: Library) -> None:
    lending.clock.on(hours=12.5)  # half past midnight in Bitung, afternoon in UTC
    assert mine.today().isoformat() == "2026-11-27"


def test_check_tells_what_placing_would(mine: MyLibrary, lending: Library) -> None:
    patron = lending.patron()
    lending.lend(patron, lending.copy())
    assert mine.check_hold(actor(patron), DocumentId(LAUT)) is Refusal.ALREADY_YOURS
