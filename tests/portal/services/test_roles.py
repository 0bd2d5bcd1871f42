"""Roles by methods: whoever may not do a thing is refused, and nothing has been written by then.

Every public method of every service that takes an actor first is found by itself, so a new one is tested as well.
"""

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path

import pytest

from portal.bootstrap import Accounts
from portal.services.actors import GUEST, Actor
from portal.services.errors import NotAllowed
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.accounts import TurnedClock, accounts_in, add_person
from tests.support.dumps import dump

Method = Callable[..., object]


def services() -> Iterator[type]:
    """The classes of the services that Accounts holds."""
    for kind in typing.get_type_hints(Accounts).values():
        for one in typing.get_args(kind) or (kind,):
            if inspect.isclass(one) and one.__module__.startswith("portal.services"):
                yield one


def methods() -> list[tuple[str, str]]:
    """Field of Accounts and name of the method, for all that take an actor first."""
    hints = typing.get_type_hints(Accounts)
    return [
        (field, name)
        for field, kind in hints.items()
        if kind in set(services())
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and list(inspect.signature(method).parameters)[1:2] == ["actor"]
    ]


# Methods that a patron may call for himself; every other one is for staff. Guests may call none.
FOR_PATRONS = {
    ("identity", "change_pin"),
    ("identity", "end_sessions"),
}
# Methods of staff that librarians may not call.
FOR_ADMINS = {
    ("staff", "add"),
    ("staff", "all"),
    ("staff", "find"),
    ("staff", "revoke"),
}


def dummy(kind: object) -> object:
    """Some value of a type, for a call that must be refused before it looks at any."""
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
    return ()  # some collection


def call(accounts: Accounts, field: str, name: str, actor: Actor) -> object:
    method: Method = getattr(getattr(accounts, field), name)
    hints = typing.get_type_hints(method)
    parameters = list(inspect.signature(method).parameters.values())[1:]
    needed = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    positional = [dummy(hints[p.name]) for p in needed if p.kind is not p.KEYWORD_ONLY]
    keywords = {p.name: dummy(hints[p.name]) for p in needed if p.kind is p.KEYWORD_ONLY}
    result = method(actor, *positional, **keywords)
    return list(result) if isinstance(result, Iterator) else result


@pytest.fixture
def accounts(tmp_path: Path, sqlite_database: Database) -> Accounts:
    return accounts_in(tmp_path, sqlite_database, TurnedClock())


def require_refused(accounts: Accounts, field: str, name: str, actor: Actor) -> None:
    before = dump(accounts.database)
    with pytest.raises(NotAllowed):
        call(accounts, field, name, actor)
    assert dump(accounts.database) == before


@pytest.mark.parametrize(("field", "name"), methods())
def test_guests_are_refused_and_nothing_is_written(accounts: Accounts, field: str, name: str) -> None:
    add_person(accounts.database)
    require_refused(accounts, field, name, GUEST)


@pytest.mark.parametrize(("field", "name"), sorted(set(methods()) - FOR_PATRONS))
def test_patrons_are_refused_what_is_for_staff_and_nothing_is_written(
    accounts: Accounts, field: str, name: str
) -> None:
    require_refused(accounts, field, name, Actor(add_person(accounts.database), Role.PATRON, "pusat"))


@pytest.mark.parametrize(("field", "name"), sorted(FOR_ADMINS))
def test_librarians_are_refused_what_is_for_admins_and_nothing_is_written(
    accounts: Accounts, field: str, name: str
) -> None:
    librarian = add_person(accounts.database, "P-1", Role.LIBRARIAN)
    require_refused(accounts, field, name, Actor(librarian, Role.LIBRARIAN, "pusat"))


@pytest.mark.parametrize(("field", "name"), sorted(set(methods()) - FOR_PATRONS - FOR_ADMINS))
def test_what_is_for_all_staff_refuses_no_librarian(accounts: Accounts, field: str, name: str) -> None:
    """Or it belongs into the table of what is for admins, and then is tested as such."""
    librarian = Actor(add_person(accounts.database, "P-1", Role.LIBRARIAN), Role.LIBRARIAN, "pusat")
    try:
        call(accounts, field, name, librarian)
    except NotAllowed:
        pytest.fail("refused for librarians, but not among FOR_ADMINS")
    except Exception:  # noqa: BLE001, S110 - what becomes of dummies is no matter here
        pass


def test_the_tables_above_name_methods_that_exist() -> None:
    assert set(methods()) >= FOR_PATRONS | FOR_ADMINS
    assert not FOR_PATRONS & FOR_ADMINS
