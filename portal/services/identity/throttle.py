"""How often somebody may try to sign in: counted in the store, for cards and addresses that nobody can read there."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables.access import LoginTry

# A clock that went back by more than this is a clock that was set.
_SKEW: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures each next one doubles the wait, from `first` to `most`. Forgotten `after` the last one."""

    free: int
    first: timedelta
    most: timedelta
    after: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long nobody may try after so many failures.

        >>> [CARD.wait(n).seconds for n in (4, 5, 6, 7, 50)]
        [0, 30, 60, 120, 3600]
        """
        if failures < self.free:
            return timedelta(0)
        return min(self.most, self.first * (1 << min(failures - self.free, 20)))


CARD: Final = Limit(5, timedelta(seconds=30), timedelta(hours=1), timedelta(days=1))
# A school stands behind one address: whoever mistypes there must not keep the others out for long.
ADDRESS: Final = Limit(5, timedelta(seconds=1), timedelta(minutes=1), timedelta(minutes=15))


class Throttle:
    """A try is counted as failed before anything is verified, so that a hundred at once are no better than one by one.

    key: of the hashes, from outside the store; without it cards could be found by trying all of them.
    """

    def __init__(self, database: Database, clock: Clock, key: bytes) -> None:
        self._database = database
        self._clock = clock
        self._key = key

    def take(self, card: str, address: str) -> timedelta:
        """Take a try: zero when it may be made, else how long to wait. Cards that nobody has are counted alike."""
        counted = ((self._of("card", card), CARD), (self._of("address", address), ADDRESS))
        with self._database.writing() as session:
            self._database.deciding(session, *(f"try:{key}" for key, _ in counted))
            now = self._clock()
            rows = [(_row(session, key, limit, now), limit) for key, limit in counted]
            wait = max(row.not_before - now for row, _ in rows)
            if wait > timedelta(0):
                return wait
            for row, limit in rows:
                row.failures += 1
                row.last_at, row.not_before = now, now + limit.wait(row.failures)
                session.add(row)
        return timedelta(0)

    def succeeded(self, card: str, address: str) -> None:
        """The try that was taken was none too many: the card's failures are forgotten, of the address this one."""
        keys = self._of("card", card), self._of("address", address)
        with self._database.writing() as session:
            self._database.deciding(session, *(f"try:{key}" for key in keys))
            self.forget(session, card)
            _take_off_one(session, keys[1])

    def give_back(self, card: str, address: str) -> None:
        """The try that was taken could not be made: nothing was verified, so nothing has failed."""
        keys = self._of("card", card), self._of("address", address)
        with self._database.writing() as session:
            self._database.deciding(session, *(f"try:{key}" for key in keys))
            for key in keys:
                _take_off_one(session, key)

    def forget(self, session: Session, card: str) -> None:
        """Begin anew for a card."""
        session.execute(delete(LoginTry).where(LoginTry.key == self._of("card", card)))

    def sweep(self, session: Session) -> int:
        """Drop what has no meaning any more; how many."""
        longest = max(CARD.after, ADDRESS.after)
        gone = session.execute(delete(LoginTry).where(LoginTry.last_at < self._clock() - longest))
        return int(gone.rowcount)  # type: ignore[attr-defined] # of a DELETE it is there

    def _of(self, kind: str, value: str) -> str:
        return hmac.digest(self._key, f"{kind} {value}".encode(), hashlib.sha256).hex()


def _take_off_one(session: Session, key: str) -> None:
    row = session.get(LoginTry, key)
    if row is not None:
        row.failures = max(0, row.failures - 1)
        row.not_before = row.last_at


def _row(session: Session, key: str, limit: Limit, now: datetime) -> LoginTry:
    """What is known of a key now; nothing when it was long ago."""
    row = session.get(LoginTry, key)
    if row is None or now - row.last_at > limit.after:
        if row is None:
            row = LoginTry(key=key)
        row.failures, row.last_at, row.not_before = 0, now, now
    elif row.last_at - now > _SKEW:
        # The clock was set back: what was to end in a minute must not last for days.
        row.last_at, row.not_before = now, now + limit.wait(row.failures)
    return row
