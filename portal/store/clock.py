"""What time it is. Everything that asks is given a clock, so that tests can turn it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now, in UTC and aware of it."""
    return datetime.now(UTC)
