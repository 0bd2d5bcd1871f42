"""Days of the library: due dates, days to fetch, late days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portal.services.circulation.calendars import Calendar

WITA = ZoneInfo("Asia/Makassar")
THURSDAY = date(2026, 11, 26)
OPEN = Calendar(WITA)
NO_SUNDAYS = Calendar(WITA, frozenset({6}))
NYEPI = Calendar(WITA, frozenset({6}), frozenset({date(2026, 12, 3), date(2026, 12, 4)}))

calendars = st.builds(
    Calendar,
    st.sampled_from((WITA, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"))),
    st.frozensets(st.integers(0, 6)),
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 3, 1)), max_size=30),
)
dates = st.dates(date(2025, 12, 1), date(2026, 4, 1))


def test_a_loan_is_due_in_the_last_second_of_its_day_in_the_library() -> None:
    assert OPEN.due_at(THURSDAY, 7) == datetime(2026, 12, 3, 15, 59, 59, tzinfo=UTC)


def test_a_due_date_rolls_over_closed_days() -> None:
    assert NYEPI.due_at(THURSDAY, 7) == datetime(2026, 12, 5, 15, 59, 59, tzinfo=UTC)
    assert NO_SUNDAYS.due_at(THURSDAY, 3).astimezone(WITA).date() == date(2026, 11, 30)


def test_a_copy_is_kept_for_open_days_only() -> None:
    assert NO_SUNDAYS.pickup_until(date(2026, 11, 27), 3).astimezone(WITA).date() == date(2026, 12, 1)
    assert OPEN.pickup_until(THURSDAY, 0).astimezone(WITA).date() == date(2026, 11, 27)


def test_late_days_are_open_days() -> None:
    assert NO_SUNDAYS.open_days(date(2026, 11, 28), date(2026, 11, 28)) == 0
    assert NO_SUNDAYS.open_days(date(2026, 11, 28), date(2026, 11, 29)) == 0
    assert NO_SUNDAYS.open_days(date(2026, 11, 28), date(2026, 12, 1)) == 2
    assert NO_SUNDAYS.open_days(date(2026, 12, 1), date(2026, 11, 28)) == 0


def test_a_library_that_is_always_closed_still_says_a_day() -> None:
    shut = Calendar(WITA, frozenset(range(7)))
    assert shut.due_at(THURSDAY, 7) == OPEN.due_at(THURSDAY, 7)
    assert shut.pickup_until(THURSDAY, 3) == OPEN.pickup_until(THURSDAY, 3)


def test_midnight_belongs_to_the_day_that_begins() -> None:
    end = OPEN.end_of(THURSDAY)
    assert OPEN.day(end) == THURSDAY
    assert OPEN.day(end + timedelta(seconds=1)) == date(2026, 11, 27)


@given(calendars, dates, st.integers(0, 60))
def test_what_is_due_is_due_on_an_open_day_not_too_soon(calendar: Calendar, start: date, days: int) -> None:
    due = calendar.due_at(start, days)
    day = calendar.day(due)
    assert calendar.is_open(day)
    assert day >= start + timedelta(days=days)
    assert calendar.open_days(start + timedelta(days=days) - timedelta(days=1), day) == 1, "the first open day"
    assert calendar.day(due + timedelta(seconds=1)) == day + timedelta(days=1)


@given(calendars, dates, st.integers(1, 20))
def test_so_many_open_days_lie_before_the_last_to_fetch(calendar: Calendar, ready: date, days: int) -> None:
    last = calendar.day(calendar.pickup_until(ready, days))
    assert calendar.is_open(last)
    assert calendar.open_days(ready, last) == days
