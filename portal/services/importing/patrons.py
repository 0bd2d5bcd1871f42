"""Rows of patrons. Nobody gets a PIN by an import: it is set at the desk, in the presence of the patron."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select

from portal.services.importing.batch import Batch
from portal.services.importing.report import Outcome
from portal.services.importing.tables import TableRow
from portal.services.importing.values import (
    UnusableError,
    day_of,
    mail_of,
    number_of_thing,
    phone_of,
    text_of,
    year_of_birth,
)
from portal.store.tables import Patron
from portal.store.tables.people import Standing

_ACTIVE: Final = "active"
_BLOCKED: Final = "blocked"
_NOON: Final = time(12)


@dataclass(slots=True)
class _Wanted:
    """What a row says of a patron; None where it says nothing."""

    values: dict[str, object] = field(default_factory=dict)
    registered: date | None = None
    blocked: bool = False

    def put(self, name: str, value: object) -> None:
        if value not in ("", None):
            self.values[name] = value


class PatronRows:
    """Patrons by their card numbers: new ones are added, those that are there get what the row says otherwise."""

    key: Final = "card_number"

    def __init__(self, batch: Batch, rows: Sequence[TableRow]) -> None:
        self._batch = batch
        cards = {row.get(self.key) for row in rows}
        found = batch.work.session.scalars(select(Patron).where(Patron.card_number.in_(cards)))
        self._known = {patron.card_number: patron for patron in found}

    def key_of(self, row: TableRow) -> str:
        if not row.get(self.key):
            raise UnusableError("there is no card number")
        return number_of_thing(row.get(self.key), "the card number")

    def apply(self, row: TableRow) -> Outcome:
        """Raises UnusableError."""
        card = self.key_of(row)
        patron = self._known.get(card)
        if patron is not None and self._batch.ways.only_new:
            return Outcome.SAME
        wanted = self._wanted(row, patron)
        if patron is None:
            self._known[card] = self._added(card, wanted)
            return Outcome.ADDED
        if patron.standing is Standing.WITHDRAWN:
            raise UnusableError("the patron of this card has left the library; their data was deleted on purpose")
        changed = [name for name, value in wanted.values.items() if getattr(patron, name) != value]
        for name in changed:
            setattr(patron, name, wanted.values[name])
        return Outcome.CHANGED if changed else Outcome.SAME

    def _wanted(self, row: TableRow, patron: Patron | None) -> _Wanted:
        wanted = _Wanted()
        wanted.put("name", text_of(row.get("name"), 200, "the name"))
        if not wanted.values:
            raise UnusableError("there is no name")
        if patron is None or row.has("category"):
            wanted.put("category", self._batch.category(row.get("category")).code)
        if patron is None or row.has("home_branch"):
            wanted.put("home_branch", self._batch.branch(row.get("home_branch")).code)
        wanted.put("birth_year", year_of_birth(row.get("birth"), self._batch.work.today.year))
        wanted.put("email", mail_of(row.get("email")))
        wanted.put("phone", phone_of(row.get("phone")))
        wanted.put("address", text_of(row.get("address"), 2000, "the address"))
        wanted.put("note", text_of(row.get("note"), 2000, "the note"))
        wanted.put("expires_on", day_of(row.get("expires"), "the last day of membership"))
        wanted.registered = day_of(row.get("registered"), "the day of registration")
        wanted.blocked = _is_blocked(row.get("status"))
        return wanted

    def _added(self, card: str, wanted: _Wanted) -> Patron:
        work = self._batch.work
        since = min(wanted.registered or work.today, work.today)
        if since.year < 1900:
            raise UnusableError(f"the day of registration {since} cannot be")
        registered = min(datetime.combine(since, _NOON, work.zone).astimezone(UTC), work.now)
        patron = Patron(card_number=card, registered_at=registered, address="", note="", block_reason="")
        for name, value in wanted.values.items():
            setattr(patron, name, value)
        if patron.expires_on is None:
            days = self._batch.category(patron.category).membership_days
            patron.expires_on = since + timedelta(days=days) if days else None
        patron.standing = Standing.BLOCKED if wanted.blocked else Standing.ACTIVE
        work.session.add(patron)
        return patron


def _is_blocked(status: str) -> bool:
    if status in ("", _ACTIVE):
        return False
    if status == _BLOCKED:
        return True
    raise UnusableError(
        f'the status "{status[:60]}" is not known; say under [patrons.values.status] whether it means active or blocked'
    )
