"""The library's days: when it is open, and the last moment of a day where the library is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)
_LAST: Final = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days on which a branch is closed. weekdays: 0 for Monday.

    A branch that is closed on all seven weekdays is taken for one that is always open: it lends, so its calendar is
    wrong, and a due date that never comes would help nobody.
    """

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset()
    days: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        if len(self.weekdays) > 6:
            return True
        return day.weekday() not in self.weekdays and day not in self.days

    def next_open(self, day: date) -> date:
        """The day itself, or the first open one after it."""
        while not self.is_open(day):
            day += _DAY
        return day

    def add_open(self, day: date, count: int) -> date:
        """The `count`-th open day after `day`, which does not count itself."""
        for _ in range(count):
            day = self.next_open(day + _DAY)
        return day

    def open_days(self, after: date, until: date) -> int:
        """How many open days there are after one day and until another, which counts."""
        return sum(self.is_open(after + _DAY * number) for number in range(1, (until - after).days + 1))

    def day(self, moment: datetime) -> date:
        """The day it is in the library at a moment."""
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """The last second of a day in the library, in UTC."""
        return datetime.combine(day, _LAST, self.zone).astimezone(UTC)

    def due_at(self, start: date, days: int) -> datetime:
        """The end of the day `days` after `start`, or of the first open day after that: all days count, closed ones too."""
        return self.end_of(self.next_open(start + _DAY * days))

    def plain_day(self, start: date, days: int) -> date:
        """The day `days` after `start`, open or not."""
        return start + _DAY * days

    def pickup_until(self, ready: date, days: int) -> datetime:
        """The end of the `days`-th open day after the day a copy became ready: only open days count."""
        return self.end_of(self.add_open(ready, max(days, 1)))
