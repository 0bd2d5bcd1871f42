"""Days, times and money in words, where the library is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from portal.i18n import Messages

# From so many days before it is due, a loan is said to be due soon.
SOON_DAYS: Final = 3
_SHORT: Final = {"id": "d MMM", "en": "d MMM"}
_MEDIUM: Final = {"id": "d MMM y", "en": "d MMM y"}
_LONG: Final = {"id": "EEEE, d MMMM y", "en": "EEEE, d MMMM y"}


@dataclass(frozen=True, slots=True)
class Days:
    """Tells time for one reader: what time it is, in which zone, in which language."""

    now: datetime
    zone: ZoneInfo
    t: Messages

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def short(self, day: date) -> str:
        """ "3 Des", with its year where that is another one."""
        pattern = _SHORT if day.year == self.today.year else _MEDIUM
        return str(format_date(day, pattern[self.t.language], locale=self.t.language))

    def long(self, day: date) -> str:
        """ "Kamis, 3 Desember 2026"."""
        return str(format_date(day, _LONG[self.t.language], locale=self.t.language))

    def medium(self, day: date) -> str:
        """ "3 Des 2026"."""
        return str(format_date(day, _MEDIUM[self.t.language], locale=self.t.language))

    def time(self, at: datetime) -> str:
        """A day and a time of day, with the name of the zone: "3 Des 2026 15.30 WITA"."""
        there = at.astimezone(self.zone)
        clock = format_time(there, "HH.mm" if self.t.language == "id" else "HH:mm", locale=self.t.language)
        return f"{self.medium(there.date())} {clock} {there.tzname()}"


def rupiah(amount: int, t: Messages) -> str:
    """Money as it is written: "Rp12.500", "Rp12,500"."""
    return t("money.rupiah", n=t.number(amount))


@dataclass(frozen=True, slots=True)
class DueWords:
    """kind: late, soon or later. text: when it is due, in words; note: how soon, "" for later."""

    kind: str
    text: str
    note: str


def due_words(due_at: datetime, days: Days) -> DueWords:
    """When a loan is due, so that no colour is needed to see it."""
    t, left = days.t, (days.of(due_at) - days.today).days
    text = days.long(days.of(due_at))
    if due_at < days.now:
        late = max(1, -left)
        return DueWords("late", text, t.count("due.late", late))
    if left == 0:
        return DueWords("soon", text, t("due.today"))
    if left == 1:
        return DueWords("soon", text, t("due.tomorrow"))
    if left <= SOON_DAYS:
        return DueWords("soon", text, t.count("due.soon", left))
    return DueWords("later", text, "")
