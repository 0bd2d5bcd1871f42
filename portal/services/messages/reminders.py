"""Which letters are due: about loans once a day at most, about a hold as soon as something happens to it.

Each letter has a key, so whatever runs twice, or again after a crash, writes it once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from portal.services.circulation.people import OF_AGE, still_minor
from portal.services.messages import letters, outbox
from portal.services.messages.letters import Due, Sender, Words, language_of
from portal.services.messages.outbox import Letter
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import Branch, FamilyLink, Hold, Item, Loan, Message, Patron
from portal.store.tables.circulation import HoldState
from portal.store.tables.people import Standing

# Days before the last day of a loan, and days after it, on which a patron is told.
BEFORE: Final = (3, 1)
AFTER: Final = (1, 3, 7, 14, 28)
# Longer than the portal is ever switched off; what is older is no news.
LOOKS_BACK: Final = timedelta(days=7)
_AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whom a letter goes to. child, child_id: about whose card, where it is a guardian; "" for their own."""

    id: str
    name: str
    email: str
    language: str
    child: str
    child_id: str

    @property
    def key(self) -> str:
        return f"{self.id}:{self.child_id}" if self.child_id else self.id


class Reminders:
    """Writes letters into the outbox, for patrons who have an e-mail address and want to be reminded.

    Of children without an address, their guardians are told until the child is of age.
    """

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo, sender: Sender) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._sender = sender

    def remind(self, since: datetime | None = None) -> int:
        """Write today's letters about loans; how many. since: when this was last done, so that no day is left out."""
        now = self._clock()
        today = self._day(now)
        days = _days(max(self._day(since), self._day(now - LOOKS_BACK)) if since else None, today)
        written = 0
        for reader, loans in self._loans(now):
            late = [loan for loan in loans if loan.due_on < today]
            coming = [loan for loan in loans if today <= loan.due_on <= today + timedelta(days=max(BEFORE))]
            if any(_is_told_on(loan, day) for loan in (*late, *coming) for day in days):
                words = letters.digest(
                    language_of(reader.language), self._sender, reader.name, late, coming, reader.child
                )
                written += self._write([_letter(f"loans:{reader.key}:{today}", "loans", reader, words)], now)
        return written

    def tell_of_holds(self) -> int:
        """Write letters about holds that became ready or ended, where there is none yet; how many."""
        now = self._clock()
        found = {letter.key: letter for letter in (*self._ready(now), *self._ended(now))}
        with self._database.reading() as session:
            for some in _parts(sorted(found)):
                for key in session.scalars(select(Message.key).where(Message.key.in_(some))):
                    del found[key]
        return self._write(found.values(), now)

    def _loans(self, now: datetime) -> Iterable[tuple[_Reader, list[Due]]]:
        """Loans that are late or due soon, by whom is told. E-books go back by themselves."""
        horizon = now + timedelta(days=max(BEFORE) + 1)
        wanted = (
            select(Loan.due_at, Item.title)
            .join(Patron, Patron.id == Loan.patron_id)
            .join(Item, Item.id == Loan.item_id)
            .where(Loan.returned_at.is_(None), Loan.due_at <= horizon, Item.is_licence.is_(False))
            .order_by(Loan.due_at, Loan.id)
        )
        rows = [(reader, Due(row.title, self._day(row.due_at))) for reader, row in self._addressed(wanted, now)]
        rows.sort(key=lambda row: row[0].key)
        for reader, theirs in groupby(rows, key=lambda row: row[0]):
            yield reader, [loan for _, loan in theirs]

    def _ready(self, now: datetime) -> Iterable[Letter]:
        wanted = (
            select(Hold.id.label("hold"), Hold.title, Hold.ready_at, Hold.pickup_until)
            .add_columns(Hold.for_licence, Branch.name.label("branch"))
            .join(Patron, Patron.id == Hold.patron_id)
            .join(Branch, Branch.code == Hold.pickup_branch)
            .where(Hold.state == HoldState.READY, Hold.ready_at > now - LOOKS_BACK)
        )
        for reader, row in self._addressed(wanted, now):
            until = self._day(row.pickup_until) if row.pickup_until else None
            branch = "" if row.for_licence else row.branch
            words = letters.hold_ready(
                language_of(reader.language), self._sender, reader.name, row.title, branch, until, reader.child
            )
            # A hold may be ready twice, where its copy was lost in between.
            key = f"hold_ready:{row.hold}:{row.ready_at:%Y%m%dT%H%M%S}{_to(reader)}"
            yield _letter(key, "hold_ready", reader, words)

    def _ended(self, now: datetime) -> Iterable[Letter]:
        wanted = (
            select(Hold.id.label("hold"), Hold.title, Hold.ready_at)
            .join(Patron, Patron.id == Hold.patron_id)
            .where(Hold.state == HoldState.EXPIRED, Hold.ended_at > now - LOOKS_BACK)
        )
        for reader, row in self._addressed(wanted, now):
            words = letters.hold_expired(
                language_of(reader.language),
                self._sender,
                reader.name,
                row.title,
                was_ready=row.ready_at is not None,
                child=reader.child,
            )
            yield _letter(f"hold_expired:{row.hold}{_to(reader)}", "hold_expired", reader, words)

    def _addressed(self, wanted: Select[*tuple[Any, ...]], now: datetime) -> list[tuple[_Reader, Row[Any]]]:
        """What was asked for of patrons, each with whom to tell; in its order for each of them."""
        year = self._day(now).year
        own = wanted.add_columns(*_reader(Patron)).where(*_reached(Patron))
        child = Patron.name.label("child"), Patron.id.label("child_id")
        through_guardians = (
            wanted.join(FamilyLink, FamilyLink.child_id == Patron.id)
            .join(_Guardian, _Guardian.id == FamilyLink.guardian_id)
            .add_columns(*_reader(_Guardian), *child)
            .where(Patron.email == "", Patron.reminders.is_(True), Patron.standing != Standing.WITHDRAWN)
            .where(still_minor(year), *_reached(_Guardian))
            .where(or_(_Guardian.birth_year.is_(None), _Guardian.birth_year <= year - OF_AGE))
        )
        with self._database.reading() as session:
            found = [(_read(row, "", ""), row) for row in session.execute(own)]
            found += [(_read(row, row.child, row.child_id), row) for row in session.execute(through_guardians)]
        return found

    def _write(self, found: Iterable[Letter], now: datetime) -> int:
        written = 0
        for letter in found:
            try:
                with self._database.writing() as session:
                    written += outbox.write(session, letter, now)
            except IntegrityError:
                continue  # the patron has left meanwhile
        return written

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()


_Guardian: Final = aliased(Patron)


def _reader(who: type[Patron]) -> tuple[ColumnElement[str], ...]:
    return (
        who.id.label("reader_id"),
        who.name.label("reader_name"),
        who.email.label("reader_email"),
        who.language.label("reader_language"),
    )


def _reached(who: type[Patron]) -> tuple[ColumnElement[bool], ...]:
    return who.email != "", who.reminders.is_(True), who.standing != Standing.WITHDRAWN


def _read(row: Row[Any], child: str, child_id: str) -> _Reader:
    return _Reader(row.reader_id, row.reader_name, row.reader_email, row.reader_language, child, child_id)


def _to(reader: _Reader) -> str:
    """The end of a key that several guardians have letters by."""
    return f":{reader.id}" if reader.child_id else ""


def _letter(key: str, kind: str, reader: _Reader, words: Words) -> Letter:
    return Letter(key, kind, reader.email, words.subject, words.body, reader.id)


def _days(after: date | None, today: date) -> Sequence[date]:
    """The days since `after`, today the last of them; today alone where nothing came before."""
    if after is None or after >= today:
        return (today,)
    return [after + timedelta(days=n) for n in range(1, (today - after).days + 1)]


def _is_told_on(loan: Due, day: date) -> bool:
    """
    >>> due = Due("", date(2026, 11, 27))
    >>> [n for n in range(1, 31) if _is_told_on(due, date(2026, 11, n))]
    [24, 26, 28, 30]
    """
    left = (loan.due_on - day).days
    return left in BEFORE or -left in AFTER


def _parts(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    """SQLite takes so many values in one statement, not any number."""
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
