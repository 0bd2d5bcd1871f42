"""One transaction at one moment."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.services.circulation.calendars import Calendar
from portal.services.circulation.rules import most_specific
from portal.store.clock import Clock
from portal.store.columns import EVERY, new_id
from portal.store.database import Database
from portal.store.tables import ClosedDay, ClosedWeekday, Rule

_KEY: Final = 64
_TEXT: Final = 200


class Work:
    """A transaction, the time in it, and the rules and calendars, which it reads once."""

    def __init__(self, session: Session, now: datetime, zone: ZoneInfo) -> None:
        self.session = session
        self.now = now
        self.zone = zone
        self._calendars: dict[str, Calendar] = {}

    @cached_property
    def today(self) -> date:
        """The day in the library."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self.session.scalars(select(Rule)))

    def rule(self, category: str, loan_type: str, branch: str) -> Rule | None:
        return most_specific(self.rules, category, loan_type, branch)

    def calendar(self, branch: str) -> Calendar:
        """When a branch is open."""
        if branch not in self._calendars:
            places = (branch, EVERY)
            weekdays = self.session.scalars(select(ClosedWeekday.weekday).where(ClosedWeekday.branch.in_(places)))
            days = self.session.scalars(select(ClosedDay.day).where(ClosedDay.branch.in_(places)))
            self._calendars[branch] = Calendar(self.zone, frozenset(weekdays), frozenset(days))
        return self._calendars[branch]


def usable_key(key: str) -> str:
    """The key of a click as it is kept: long ones shortened, and where there is none, one that never comes again.

    >>> usable_key("klik 1")
    'klik 1'
    >>> len(usable_key("x" * 65)), usable_key("") == usable_key("")
    (64, False)
    """
    return key if 0 < len(key) <= _KEY else sha256(key.encode()).hexdigest() if key else new_id()


def is_id(text: str) -> bool:
    """Whether a text from outside can be an id or number at all; PostgreSQL takes some characters in no text."""
    return 0 < len(text) <= _TEXT and text.isprintable()


class Transactions:
    """Where pieces of work begin: on which database, and at what time."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self.database = database
        self.clock = clock
        self.zone = zone

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """What was true at one moment; nothing may be changed in it."""
        with self.database.reading() as session:
            yield Work(session, self.clock(), self.zone)

    @contextmanager
    def deciding(self, patrons: Iterable[str] = (), documents: Iterable[str] = ()) -> Iterator[Work]:
        """Nobody else decides about these patrons and titles meanwhile; all of it is written, or nothing.

        Rows are to be read inside only: what was read before may have changed.
        """
        things = [*(f"patron:{id}" for id in patrons), *(f"document:{id}" for id in documents)]
        with self.database.writing() as session:
            self.database.deciding(session, *things)
            yield Work(session, self.clock(), self.zone)
