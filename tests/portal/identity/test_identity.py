"""Signing in, sessions and PINs, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from portal.bootstrap_accounts import Accounts, open_accounts
from portal.ils.driver import Capability, Profile
from portal.ils.errors import IlsUnavailable
from portal.ils.none import NoSystem
from portal.services import audit
from portal.services.actors import Actor
from portal.services.errors import NotAllowed, NotFound, NotValid
from portal.services.identity.pins import Hasher, must_change
from portal.services.identity.sessions import key_of
from portal.services.identity.sign_in import Identity, Refused, Welcome, WhyNot
from portal.settings import read_settings
from portal.store.database import Database
from portal.store.secret_key import secret_key
from portal.store.tables.access import AuditEntry, LoginTry, Session
from portal.store.tables.people import Patron, Role, Standing
from tests.support.accounts import PIN, TurnedClock, accounts_in, add_person
from tests.support.dumps import dump

HERE = "192.0.2.1"


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def accounts(tmp_path: Path, database: Database, clock: TurnedClock) -> Accounts:
    return accounts_in(tmp_path, database, clock)


@pytest.fixture
def identity(accounts: Accounts) -> Identity:
    return accounts.identity


def welcomed(identity: Identity, card: str = "BT-0001", pin: str = PIN) -> str:
    found = identity.sign_in(card, pin, HERE)
    assert isinstance(found, Welcome), found
    return found.secret


# ---- sessions


def test_only_the_hash_of_the_cookie_is_kept(identity: Identity, database: Database) -> None:
    add_person(database)
    secret = welcomed(identity)
    assert len(secret) >= 43  # 256 bits
    assert secret not in repr(dump(database))
    assert key_of(secret) in repr(dump(database))


def test_signing_in_kills_the_session_that_was_there(identity: Identity, database: Database) -> None:
    add_person(database)
    old = welcomed(identity)
    found = identity.sign_in("BT-0001", PIN, HERE, replacing=old)
    assert isinstance(found, Welcome)
    assert found.secret != old
    assert identity.find(old) is None
    assert identity.find(found.secret) is not None


def test_a_cookie_nobody_gave_out_is_nobodys(identity: Identity, database: Database) -> None:
    add_person(database)
    for made_up in ("", "x", "a" * 43, "a" * 5000, "' OR 1=1 --", "\0"):
        assert identity.find(made_up) is None
    found = identity.sign_in("BT-0001", PIN, HERE, replacing="a" * 43)
    assert isinstance(found, Welcome)
    assert identity.find("a" * 43) is None


def test_a_session_ends_when_idle_and_at_the_end_of_its_time(
    identity: Identity, database: Database, clock: TurnedClock
) -> None:
    add_person(database)
    secret = welcomed(identity)
    for _ in range(12 * 6 - 1):
        clock.turn(minutes=10)
        assert identity.find(secret) is not None
    clock.turn(minutes=10)
    assert identity.find(secret) is None
    secret = welcomed(identity)
    clock.turn(minutes=15, seconds=1)
    assert identity.find(secret) is None


def test_staff_may_be_idle_for_longer_and_are_out_after_eight_hours(
    identity: Identity, database: Database, clock: TurnedClock
) -> None:
    add_person(database, "P-1", Role.LIBRARIAN)
    secret = welcomed(identity, "P-1")
    for _ in range(8 * 2 - 1):
        clock.turn(minutes=30)
        assert identity.find(secret) is not None
    clock.turn(minutes=30)
    assert identity.find(secret) is None


def test_a_clock_that_goes_back_lets_no_session_live_longer(
    identity: Identity, database: Database, clock: TurnedClock
) -> None:
    add_person(database)
    secret = welcomed(identity)
    clock.turn(seconds=-3)
    assert identity.find(secret) is not None  # two machines are never quite of one time
    clock.turn(days=-2)
    assert identity.find(secret) is None


def test_the_time_it_was_seen_never_goes_back(identity: Identity, database: Database, clock: TurnedClock) -> None:
    add_person(database)
    secret = welcomed(identity)
    clock.turn(minutes=10)
    identity.find(secret)
    seen = clock.at
    clock.turn(seconds=-2)
    identity.find(secret)
    with database.reading() as session:
        assert session.scalars(select(Session.seen_at)).all() == [seen]


def test_signing_out_ends_one_session_and_no_other(identity: Identity, database: Database) -> None:
    add_person(database)
    here, there = welcomed(identity), welcomed(identity)
    identity.sign_out(here)
    assert identity.find(here) is None
    assert identity.find(there) is not None


def test_all_sessions_of_a_person_can_be_ended_by_that_person_and_admins(
    identity: Identity, database: Database
) -> None:
    maria = add_person(database)
    johan = add_person(database, "BT-0002")
    secrets = [welcomed(identity), welcomed(identity)]
    with pytest.raises(NotFound):
        identity.end_sessions(Actor(johan, Role.PATRON), maria)
    with pytest.raises(NotFound):
        identity.end_sessions(Actor(johan, Role.LIBRARIAN), maria)
    assert identity.find(secrets[0]) is not None
    identity.end_sessions(Actor(maria, Role.PATRON), maria)
    assert [identity.find(secret) for secret in secrets] == [None, None]


def test_a_role_that_changed_ends_the_session(identity: Identity, database: Database) -> None:
    person = add_person(database)
    secret = welcomed(identity)
    with database.writing() as session:
        session.execute(update(Patron).where(Patron.id == person).values(role=Role.ADMIN))
    assert identity.find(secret) is None


def test_who_has_left_is_signed_in_nowhere(identity: Identity, database: Database) -> None:
    person = add_person(database)
    secret = welcomed(identity)
    with database.writing() as session:
        session.execute(update(Patron).where(Patron.id == person).values(standing=Standing.WITHDRAWN))
    assert identity.find(secret) is None
    assert identity.sign_in("BT-0001", PIN, HERE) == Refused(WhyNot.WRONG)


def test_old_sessions_and_failures_are_swept_away(identity: Identity, database: Database, clock: TurnedClock) -> None:
    add_person(database)
    welcomed(identity)
    identity.sign_in("BT-0001", "000000", HERE)
    clock.turn(days=3)
    kept = welcomed(identity)
    with database.writing() as session:
        # The address counts anew since the second sign-in, so that only the card's row is old.
        assert identity.sweep(session) == 1
    assert identity.find(kept) is not None


# ---- guessing


def test_unknown_cards_wrong_pins_and_cards_without_a_pin_are_answered_alike_and_cost_the_same(
    identity: Identity, database: Database
) -> None:
    add_person(database)
    add_person(database, "BT-0002", pin_hash="")
    answers = []
    for number, card in enumerate(("BT-0001", "BT-9999", "BT-0002", "")):
        before = identity.hasher.verified
        answers.append((identity.sign_in(card, "000000", f"192.0.2.{number}"), identity.hasher.verified - before))
    assert answers == [(Refused(WhyNot.WRONG), 1)] * 4


def test_who_is_throttled_is_told_so_whether_there_is_such_a_card_or_not(
    identity: Identity, database: Database
) -> None:
    add_person(database)

    def told(card: str) -> list[object]:
        return [identity.sign_in(card, "000000", f"{card} {n}") for n in range(8)]

    assert told("BT-0001") == told("BT-9999")
    assert told("BT-0001")[-1] == Refused(WhyNot.TOO_MANY, timedelta(seconds=30))


def test_a_thousand_tries_from_a_hundred_addresses_verify_twenty_at_most(
    identity: Identity, database: Database, clock: TurnedClock
) -> None:
    add_person(database)
    before = identity.hasher.verified
    for number in range(1000):
        identity.sign_in("BT-0001", f"{number:06d}", f"198.51.100.{number % 100}")
        clock.turn(seconds=1)
    assert identity.hasher.verified - before <= 20


def test_a_hundred_tries_at_once_are_no_better_than_one_by_one(identity: Identity, database: Database) -> None:
    add_person(database)
    before = identity.hasher.verified
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: identity.sign_in("BT-0001", f"{n:06d}", f"198.51.100.{n}"), range(100)))
    assert identity.hasher.verified - before == 5


def test_the_right_pin_does_not_help_while_the_card_waits_and_does_afterwards(
    identity: Identity, database: Database, clock: TurnedClock
) -> None:
    add_person(database)
    for number in range(5):
        identity.sign_in("BT-0001", "000000", f"198.51.100.{number}")
    assert identity.sign_in("BT-0001", PIN, HERE) == Refused(WhyNot.TOO_MANY, timedelta(seconds=30))
    clock.turn(seconds=31)
    assert isinstance(identity.sign_in("BT-0001", PIN, HERE), Welcome)
    # Whoever signed in begins anew.
    assert identity.sign_in("BT-0001", "000000", "198.51.100.99") == Refused(WhyNot.WRONG)


def test_one_address_may_not_try_card_after_card(identity: Identity) -> None:
    answers = [identity.sign_in(f"BT-{number}", "000000", HERE) for number in range(10)]
    assert answers[:5] == [Refused(WhyNot.WRONG)] * 5
    assert all(isinstance(answer, Refused) and answer.why is WhyNot.TOO_MANY for answer in answers[5:])
    assert isinstance(answers[-1], Refused)
    assert answers[-1].wait <= timedelta(minutes=1)


def test_the_count_survives_a_restart(accounts: Accounts, database: Database, clock: TurnedClock) -> None:
    add_person(database)
    for number in range(5):
        accounts.identity.sign_in("BT-0001", "000000", f"198.51.100.{number}")
    again = accounts_in(accounts.settings.data, database, clock)
    assert again.identity.sign_in("BT-0001", PIN, HERE) == Refused(WhyNot.TOO_MANY, timedelta(seconds=30))


def test_neither_card_nor_address_can_be_read_where_failures_are_counted(
    identity: Identity, database: Database
) -> None:
    identity.sign_in("BT-0001", "000000", HERE)
    with database.reading() as session:
        kept = session.scalars(select(LoginTry.key)).all()
    assert len(kept) == 2
    assert all(len(key) == 64 for key in kept)
    assert not {key_of(word) for word in ("BT-0001", HERE, "card BT-0001", f"address {HERE}")} & set(kept)


def test_a_clock_that_was_wrong_for_a_while_locks_no_card_for_days(
    identity: Identity, database: Database, clock: TurnedClock
) -> None:
    add_person(database)
    clock.turn(days=400)
    for number in range(6):
        identity.sign_in("BT-0001", "000000", f"198.51.100.{number}")
    clock.turn(days=-400)
    assert isinstance(identity.sign_in("BT-0001", PIN, HERE), Refused)
    clock.turn(hours=1, seconds=1)
    assert isinstance(identity.sign_in("BT-0001", PIN, HERE), Welcome)


# ---- PINs


def test_a_pin_hashed_with_old_parameters_is_hashed_anew_as_the_portal_is_run(
    database: Database, tmp_path: Path
) -> None:
    url = database.url.set(drivername=database.url.get_backend_name()).render_as_string(hide_password=False)
    accounts = open_accounts(read_settings({"TELUSUR_DATA": str(tmp_path), "TELUSUR_DATABASE": url}))
    person = add_person(database, pin_hash=PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PIN))
    welcomed(accounts.identity)
    with database.reading() as session:
        assert session.get_one(Patron, person).pin_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    welcomed(accounts.identity)
    accounts.database.close()


def test_a_changed_pin_ends_all_sessions_and_is_the_only_one_that_works(identity: Identity, database: Database) -> None:
    person = add_person(database)
    secret = welcomed(identity)
    identity.change_pin(Actor(person, Role.PATRON), PIN, "314159")
    assert identity.find(secret) is None
    assert identity.sign_in("BT-0001", PIN, HERE) == Refused(WhyNot.WRONG)
    welcomed(identity, pin="314159")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("000000", "314159", "pin_wrong"),
        (PIN, PIN, "pin_same"),
        (PIN, "123456", "pin_weak"),
        (PIN, "31415", "pin_short"),
    ],
)
def test_a_pin_that_cannot_be_changed_stays(
    identity: Identity, database: Database, old: str, new: str, code: str
) -> None:
    person = add_person(database)
    with pytest.raises(NotValid) as refused:
        identity.change_pin(Actor(person, Role.PATRON), old, new)
    assert refused.value.code == code
    welcomed(identity)


def test_nobody_can_guess_the_old_pin_from_an_open_session(identity: Identity, database: Database) -> None:
    person = add_person(database)
    codes = []
    for number in range(8):
        with pytest.raises(NotValid) as refused:
            identity.change_pin(Actor(person, Role.PATRON), f"{number:06d}", "314159")
        codes.append(refused.value.code)
    assert codes == ["pin_wrong"] * 5 + ["pin_wait"] * 3


def test_a_pin_that_staff_set_meanwhile_is_not_overwritten_by_who_knew_the_old_one(
    identity: Identity, database: Database
) -> None:
    person, chief = add_person(database), add_person(database, "P-1", Role.ADMIN)

    class Interrupted(Hasher):
        """While a PIN is made sure of, the desk sets another one."""

        def matches(self, pin: str, kept: str) -> bool:
            found = super().matches(pin, kept)
            identity.hasher = Hasher()
            identity.set_pin(Actor(chief, Role.ADMIN), person, "602214")
            return found

    identity.hasher = Interrupted()
    with pytest.raises(NotValid, match="pin_wrong"):
        identity.change_pin(Actor(person, Role.PATRON), PIN, "314159")
    assert isinstance(identity.sign_in("BT-0001", "314159", HERE), Refused)
    assert isinstance(identity.sign_in("BT-0001", "602214", HERE), Welcome)


def test_a_pin_from_the_desk_is_good_for_one_sign_in_and_for_three_days(
    identity: Identity, database: Database, clock: TurnedClock
) -> None:
    person = add_person(database)
    desk = Actor(add_person(database, "P-1", Role.LIBRARIAN), Role.LIBRARIAN)
    before = welcomed(identity)
    for number in range(6):
        identity.sign_in("BT-0001", "000000", f"198.51.100.{number}")
    pin = identity.reset_pin(desk, person)
    assert identity.find(before) is None
    found = identity.sign_in("BT-0001", pin, HERE)  # at once: what was counted is forgotten
    assert isinstance(found, Welcome)
    assert found.must_change_pin
    held = identity.find(found.secret)
    assert held is not None
    assert held.must_change_pin
    identity.change_pin(held.actor, pin, "314159")
    with database.reading() as session:
        assert not must_change(session.get_one(Patron, person).pin_hash)
    pin = identity.reset_pin(desk, person)
    clock.turn(days=3, seconds=1)
    assert identity.sign_in("BT-0001", pin, HERE) == Refused(WhyNot.WRONG)


def test_a_librarian_sets_no_pin_of_staff(identity: Identity, database: Database) -> None:
    librarian = Actor(add_person(database, "P-1", Role.LIBRARIAN), Role.LIBRARIAN)
    boss = add_person(database, "P-2", Role.ADMIN)
    before = dump(database)
    with pytest.raises(NotAllowed):
        identity.set_pin(librarian, boss, "83729461")
    with pytest.raises(NotFound):
        identity.set_pin(librarian, "nobody", "83729461")
    assert dump(database) == before
    identity.set_pin(Actor(boss, Role.ADMIN), librarian.patron_id, "83729461")


# ---- another library system


class Elsewhere(NoSystem):
    """A library system that knows one patron, and may be away."""

    name = "elsewhere"
    capabilities = frozenset({Capability.LOGIN})

    def __init__(self) -> None:
        self.profile_ = Profile("77", "K-1", "Johan Lasut", category="S", home_branch="CPL", birth_year=1990)
        self.is_away = self.signs_in_by_name = False
        self.asked: list[str] = []

    def login(self, card_number: str, pin: str) -> Profile | None:
        self.asked.append(card_number)
        if self.is_away:
            raise IlsUnavailable("away")
        known = self.signs_in_by_name or card_number == self.profile_.card_number
        return self.profile_ if known and pin == "koha-pin" else None


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def other(tmp_path: Path, database: Database, clock: TurnedClock, elsewhere: Elsewhere) -> Identity:
    return Identity(database, elsewhere, clock, 900, secret_key(tmp_path / "key"))


def test_another_system_is_asked_and_its_patron_gets_a_row_here(other: Identity, elsewhere: Elsewhere) -> None:
    found = other.find(welcomed(other, "K-1", "koha-pin"))
    assert found is not None
    assert (found.patron.ils_id, found.patron.card_number, found.name) == ("77", "K-1", "Johan Lasut")
    assert found.patron.id != "77"
    # A new card, another name: the same person.
    elsewhere.profile_ = Profile("77", "K-2", "Johan L.")
    again = other.find(welcomed(other, "K-2", "koha-pin"))
    assert again is not None
    assert (again.patron.id, again.name) == (found.patron.id, "Johan L.")
    assert other.sign_in("K-2", "wrong", HERE) == Refused(WhyNot.WRONG)


class Crowd(NoSystem):
    """A library system whose patrons all sign in at the same moment, of categories and branches nobody here has seen."""

    name = "elsewhere"
    capabilities = frozenset({Capability.LOGIN})

    def __init__(self, number: int) -> None:
        self._together = Barrier(number)

    def login(self, card_number: str, pin: str) -> Profile | None:
        self._together.wait(60)
        kind = card_number.partition("-")[0]
        return Profile(card_number, card_number, "Johan Lasut", category=f"K{kind}", home_branch=f"C{kind}")


def test_first_sign_ins_that_bring_the_same_new_category_and_branch_all_succeed(
    tmp_path: Path, database: Database, clock: TurnedClock
) -> None:
    number = 6
    identity = Identity(database, Crowd(number), clock, 900, secret_key(tmp_path / "key"))
    for kind in range(5):
        with ThreadPoolExecutor(number) as pool:
            cards = [f"{kind}-{n}" for n in range(number)]
            found = list(pool.map(lambda card: identity.check_pin(card, "koha-pin"), cards))
        assert None not in found
        assert len(set(found)) == number


@pytest.mark.parametrize("card", ["\0", "K-1\0", "BT-0001\0"])
def test_a_card_with_what_no_text_can_hold_is_wrong(
    other: Identity, elsewhere: Elsewhere, identity: Identity, database: Database, card: str
) -> None:
    add_person(database)
    assert identity.sign_in(card, PIN, HERE) == Refused(WhyNot.WRONG)
    assert other.sign_in(card, "koha-pin", HERE) == Refused(WhyNot.WRONG)
    assert elsewhere.asked == []


def test_a_system_that_is_away_is_told_as_such_and_nobody_is_signed_in(
    other: Identity, elsewhere: Elsewhere, database: Database
) -> None:
    elsewhere.is_away = True
    assert other.sign_in("K-1", "koha-pin", HERE) == Refused(WhyNot.AWAY)
    with database.reading() as session:
        assert not session.scalars(select(Session)).all()


def test_a_system_that_is_away_makes_no_card_wait(other: Identity, elsewhere: Elsewhere) -> None:
    elsewhere.is_away = True
    assert {other.sign_in("K-1", "koha-pin", HERE) for _ in range(20)} == {Refused(WhyNot.AWAY)}
    elsewhere.is_away = False
    welcomed(other, "K-1", "koha-pin")


def test_staff_who_were_added_by_card_are_found_when_they_sign_in(other: Identity, database: Database) -> None:
    person = add_person(database, "K-1", Role.LIBRARIAN, pin_hash="")
    found = other.find(welcomed(other, "K-1", "koha-pin"))
    assert found is not None
    assert (found.actor.patron_id, found.actor.role) == (person, Role.LIBRARIAN)


def test_no_card_of_another_system_opens_an_account_with_a_pin_of_ours(
    other: Identity, elsewhere: Elsewhere, database: Database
) -> None:
    boss = add_person(database, "ADMIN", Role.ADMIN)
    elsewhere.profile_ = Profile("13", "ADMIN", "Somebody")
    elsewhere.signs_in_by_name = True
    assert other.sign_in("ADMIN", "koha-pin", HERE) == Refused(WhyNot.WRONG)
    found = other.find(welcomed(other, "somebody", "koha-pin"))
    assert found is not None
    assert found.actor.patron_id != boss
    assert found.actor.role is Role.PATRON


def test_a_pin_kept_elsewhere_is_not_set_here(other: Identity, database: Database) -> None:
    found = other.find(welcomed(other, "K-1", "koha-pin"))
    assert found is not None
    with pytest.raises(NotValid, match="pin_elsewhere"):
        other.change_pin(found.actor, "koha-pin", "314159")
    desk = Actor(add_person(database, "P-1", Role.LIBRARIAN), Role.LIBRARIAN)
    with pytest.raises(NotValid, match="pin_elsewhere"):
        other.reset_pin(desk, found.patron.id)


def test_too_many_tries_do_not_reach_the_other_system(other: Identity, elsewhere: Elsewhere) -> None:
    for number in range(20):
        other.sign_in("K-1", "wrong", f"198.51.100.{number}")
    assert len(elsewhere.asked) == 5


# ---- what is written down


def test_deeds_with_pins_are_written_down(identity: Identity, database: Database) -> None:
    person = add_person(database)
    desk = add_person(database, "P-1", Role.LIBRARIAN)
    identity.reset_pin(Actor(desk, Role.LIBRARIAN), person)
    with database.reading() as session:
        rows = session.execute(select(AuditEntry.actor_id, AuditEntry.action, AuditEntry.subject))
        assert [tuple(row) for row in rows] == [(desk, "pin.set", person)]
        assert audit.verify(session) is None
