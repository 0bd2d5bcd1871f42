"""Days, times and sums as the desk reads them."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from portal.i18n import Messages


@dataclass(frozen=True, slots=True)
class Moments:
    """For one language, where the library is."""

    zone: ZoneInfo
    t: Messages

    def day(self, day: date | datetime | None) -> str:
        """A day with its weekday; "" for None."""
        if day is None:
            return ""
        local = day.astimezone(self.zone).date() if isinstance(day, datetime) else day
        return str(format_date(local, "EEE, d MMM yyyy", locale=self.t.language))

    def time(self, moment: datetime | None) -> str:
        """A day and the hour; "" for None."""
        if moment is None:
            return ""
        return str(format_datetime(moment.astimezone(self.zone), "d MMM yyyy HH.mm", locale=self.t.language))

    def rupiah(self, amount: int) -> str:
        return f"Rp{self.t.number(amount)}"
