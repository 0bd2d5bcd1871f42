"""Roles by methods: whoever may not do a thing is refused, and nothing has been written by then.

Every public method of every service that takes an actor first is found by itself, so a new one is tested as well.
"""

import dataclasses
import inspect
import operator
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Final

import pytest

from portal.bootstrap_accounts import Accounts
from portal.services.actors import GUEST, Actor
from portal.services.errors import NotAllowed
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.accounts import TurnedClock, accounts_in, add_person
from tests.support.databases import Servers
from tests.support.dumps import dump

Method = Callable[..., object]


def services(holder: type = Accounts, path: str = "") -> Iterator[tuple[str, type]]:
    """Where Accounts holds a service, also where it may be None or within another holder of services, and its class."""
    for field, kind in typing.get_type_hints(holder).items():
        for one in typing.get_args(kind) or (kind,):
            if inspect.isclass(one) and one.__module__.startswith("portal.services"):
                yield f"{path}{field}", one
                yield from services(one, f"{path}{field}.") if dataclasses.is_dataclass(one) else ()


def methods() -> list[tuple[str, str]]:
    """Field of Accounts and name of the method, for all that take an actor first."""
    return [
        (field, name)
        for field, kind in services()
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and list(inspect.signature(method).parameters)[1:2] == ["actor"]
    ]


# Who may call a method at the least, where that is not a librarian. GUESTS: whoever has not signed in may ask, too.
GUESTS: Final = None
LEAST: Final[Mapping[tuple[str, str], Role | None]] = {
    ("lending", "reading_until"): GUESTS,
    ("lending", "state"): GUESTS,
    ("identity", "change_pin"): Role.PATRON,
    ("identity", "end_sessions"): Role.PATRON,
    ("lending", "borrow"): Role.PATRON,
    ("lending", "give_back"): Role.PATRON,
    ("lending", "stop_waiting"): Role.PATRON,
    ("lending", "wait"): Role.PATRON,
    ("personal_data", "settle"): Role.LIBRARIAN,
    ("personal_data", "waiting"): Role.LIBRARIAN,
    ("backroom.administration", "add_days"): Role.ADMIN,
    ("backroom.administration", "put_branch"): Role.ADMIN,
    ("backroom.administration", "put_category"): Role.ADMIN,
    ("backroom.administration", "put_rule"): Role.ADMIN,
    ("backroom.administration", "put_weekdays"): Role.ADMIN,
    ("backroom.administration", "remove_branch"): Role.ADMIN,
    ("backroom.administration", "remove_category"): Role.ADMIN,
    ("backroom.administration", "remove_day"): Role.ADMIN,
    ("backroom.administration", "remove_rule"): Role.ADMIN,
    ("backroom.oversight", "actions"): Role.ADMIN,
    ("backroom.oversight", "broken"): Role.ADMIN,
    ("backroom.oversight", "entries"): Role.ADMIN,
    ("backroom.oversight", "jobs"): Role.ADMIN,
    ("backroom.oversight", "letters_given_up"): Role.ADMIN,
    ("backroom.oversight", "people"): Role.ADMIN,
    ("housekeeping", "confirm_clock"): Role.ADMIN,
    ("staff", "add"): Role.ADMIN,
    ("staff", "all"): Role.ADMIN,
    ("staff", "find"): Role.ADMIN,
    ("staff", "revoke"): Role.ADMIN,
}
# Services of what is one's own: their methods are for patrons, unless the table says otherwise.
OWN: Final = {"my_library", "due_feed", "reading_lists", "saved_searches", "personal_data"}
RANKS: Final = (GUESTS, Role.PATRON, Role.LIBRARIAN, Role.ADMIN)


def rank_of(field: str, name: str) -> int:
    return RANKS.index(LEAST.get((field, name), Role.PATRON if field in OWN else Role.LIBRARIAN))


def dummy(kind: object) -> object:
    """Some value of a type, for a call that must be refused before it looks at any."""
    kind = getattr(kind, "__supertype__", kind)  # of a NewType
    simple: Mapping[object, object] = {
        str: "x",
        int: 1,
        bool: False,
        float: 1.0,
        bytes: b"x",
        date: date(2026, 3, 2),
        datetime: datetime(2026, 3, 2, tzinfo=UTC),
        object: None,
    }
    if kind in simple:
        return simple[kind]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return None if type(None) in typing.get_args(kind) else dummy(typing.get_args(kind)[0])
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return next(iter(kind))
    if inspect.isclass(kind) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        needed = (f for f in dataclasses.fields(kind) if f.default is f.default_factory is dataclasses.MISSING)
        return kind(**{field.name: dummy(hints[field.name]) for field in needed})
    return tuple(dummy(one) for one in typing.get_args(kind)[:1])  # some collection, of one


def call(accounts: Accounts, field: str, name: str, actor: Actor) -> object:
    method: Method = operator.attrgetter(f"{field}.{name}")(accounts)
    hints = typing.get_type_hints(method)
    parameters = list(inspect.signature(method).parameters.values())[1:]
    needed = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    positional = [dummy(hints[p.name]) for p in needed if p.kind is not p.KEYWORD_ONLY]
    keywords = {p.name: dummy(hints[p.name]) for p in needed if p.kind is p.KEYWORD_ONLY}
    result = method(actor, *positional, **keywords)
    return list(result) if isinstance(result, Iterator) else result


@dataclasses.dataclass
class House:
    """Services, and somebody of each role."""

    accounts: Accounts
    actors: Mapping[Role | None, Actor]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_databases: Servers) -> Iterator[House]:
    """One for all: who is refused changes nothing in it, and what the others do with dummies is no matter."""
    database = Database(sqlite_databases.new_url())
    actors: dict[Role | None, Actor] = {GUESTS: GUEST}
    for role in Role:
        actors[role] = Actor(add_person(database, f"X-{role}", role), role, "pusat")
    yield House(accounts_in(tmp_path_factory.mktemp("house"), database, TurnedClock()), actors)
    database.close()


@pytest.mark.parametrize(
    ("field", "name", "role"),
    [(field, name, role) for field, name in methods() for role in RANKS[: rank_of(field, name)]],
)
def test_whoever_may_not_is_refused_and_nothing_is_written(
    house: House, field: str, name: str, role: Role | None
) -> None:
    before = dump(house.accounts.database)
    with pytest.raises(NotAllowed):
        call(house.accounts, field, name, house.actors[role])
    assert dump(house.accounts.database) == before


@pytest.mark.parametrize(("field", "name"), methods())
def test_whoever_may_is_not_refused(house: House, field: str, name: str) -> None:
    """Or the table of who may is wrong, and what stands there is tested for too few."""
    actor = house.actors[RANKS[rank_of(field, name)]]
    try:
        call(house.accounts, field, name, actor)
    except NotAllowed:
        pytest.fail(f"{actor.role} is refused; say in LEAST who may")
    except Exception:  # noqa: BLE001, S110 - what becomes of dummies is no matter here
        pass


def test_every_service_of_the_accounts_is_looked_at() -> None:
    assert {"identity", "staff", "desk", "backroom.administration", "lending", "housekeeping", *OWN} <= {
        field for field, _ in methods()
    }
    assert set(LEAST) <= set(methods())
