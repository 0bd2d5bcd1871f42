"""The outbox: letters wait here until they are sent, over every crash.

A letter is sent at least once. Twice only when a process dies between the server's yes and the note of it; both copies
then carry the same Message-ID.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.services.messages.errors import NotSent, PostUnavailable
from portal.store.clock import Clock
from portal.store.columns import new_id
from portal.store.database import Database
from portal.store.tables import Message

# Longer than a server may take over one letter (smtp.TIMEOUT_S for each of its answers).
LEASE: Final = timedelta(minutes=10)
# After each failure; after the last the letter is given up. Greylisting lets the second or third through.
DELAYS: Final = tuple(timedelta(minutes=m) for m in (2, 10, 30, 120, 360, 720, 1440))
# What nobody could deliver for so long is no news any more.
STALE: Final = timedelta(days=5)
KEPT: Final = timedelta(days=30)
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """key: what it is about, 200 characters at most. id: of its row, "" before it has one."""

    key: str
    kind: str
    recipient: str
    subject: str
    body: str
    patron_id: str | None = None
    id: str = ""
    written_at: datetime | None = None


class Post(Protocol):
    """Whoever carries letters away."""

    def send(self, letter: Letter) -> None:
        """Raises NotSent for this letter, PostUnavailable where none can be sent now."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of letters in one run. delayed: will be tried again."""

    sent: int = 0
    delayed: int = 0
    given_up: int = 0
    is_post_away: bool = False

    def __str__(self) -> str:
        away = "; the mail server could not be used" if self.is_post_away else ""
        return f"sent {self.sent}, delayed {self.delayed}, given up {self.given_up}{away}"


def write(session: Session, letter: Letter, now: datetime) -> bool:
    """Put a letter into the outbox in the caller's transaction; False where one with its key is there already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Message).values(
        id=new_id(),
        key=letter.key,
        patron_id=letter.patron_id,
        kind=letter.kind,
        recipient=letter.recipient,
        subject=letter.subject[:500],
        body=letter.body[:20_000],
        written_at=now,
        not_before=now,
        attempts=0,
        problem="",
    )
    done = session.execute(statement.on_conflict_do_nothing(index_elements=["key"]).returning(Message.id))
    return done.first() is not None


class Outbox:
    """Sends what waits. Several processes may do it at once: each letter is in the hands of one."""

    def __init__(self, database: Database, clock: Clock, post: Post) -> None:
        self._database = database
        self._clock = clock
        self._post = post

    def drain(self, most: int = MOST) -> Drained:
        """Send what waits, the oldest first; a post that is away ends it, and what waits goes on waiting."""
        sent = delayed = given_up = 0
        try:
            for _ in range(most):
                claimed = self._claim()
                if claimed is None:
                    break
                letter, lease = claimed
                try:
                    self._post.send(letter)
                except NotSent as error:
                    is_last = self._failed(letter, lease, error)
                    given_up += is_last
                    delayed += not is_last
                except PostUnavailable as error:
                    self._released(letter, lease, str(error))
                    logging.getLogger(__name__).warning("Letters cannot be sent now: %s", error)
                    return Drained(sent, delayed, given_up, is_post_away=True)
                else:
                    self._sent(letter, lease)
                    sent += 1
        finally:
            self._post.close()
        return Drained(sent, delayed, given_up)

    def clean(self) -> int:
        """Drop what was sent or given up long ago; how many letters."""
        before = self._clock() - KEPT
        with self._database.writing() as session:
            old = delete(Message).where(or_(Message.sent_at < before, Message.given_up_at < before))
            return len(session.execute(old.returning(Message.id)).all())

    def _claim(self) -> tuple[Letter, datetime] | None:
        now = self._clock()
        waiting = select(Message).where(*_waiting(now)).order_by(Message.not_before, Message.id).limit(1)
        with self._database.reading() as session:  # most often there is nothing, and nobody has to wait for that
            if session.scalars(waiting).first() is None:
                return None
        with self._database.writing() as session:
            row = session.scalars(waiting.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            row.claimed_until = now + LEASE
            letter = Letter(
                row.key, row.kind, row.recipient, row.subject, row.body, row.patron_id, row.id, row.written_at
            )
            return letter, row.claimed_until

    def _sent(self, letter: Letter, lease: datetime) -> None:
        """What it said, and to which address, is nobody's business any more."""
        self._note(letter, lease, sent_at=self._clock(), claimed_until=None, problem="", body="", recipient="")

    def _failed(self, letter: Letter, lease: datetime, error: NotSent) -> bool:
        """Whether it was given up."""
        now = self._clock()
        with self._database.reading() as session:
            attempts = (session.scalar(select(Message.attempts).where(Message.id == letter.id)) or 0) + 1
        is_last = error.is_final or attempts > len(DELAYS)
        later = now if is_last else now + DELAYS[attempts - 1]
        self._note(
            letter, lease, attempts=attempts, problem=str(error)[:2000], claimed_until=None, not_before=later,
            given_up_at=now if is_last else None,
        )  # fmt: skip
        return is_last

    def _released(self, letter: Letter, lease: datetime, problem: str) -> None:
        now = self._clock()
        is_stale = letter.written_at is not None and now - letter.written_at > STALE
        self._note(letter, lease, claimed_until=None, problem=problem[:2000], given_up_at=now if is_stale else None)

    def _note(self, letter: Letter, lease: datetime, **values: object) -> None:
        """Only while it is ours: after the lease another may have it in hand."""
        ours = Message.id == letter.id, Message.claimed_until == lease
        with self._database.writing() as session:
            session.execute(update(Message).where(*ours).values(**values))


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """A time further ahead than any we set was set by a clock that was wrong; it holds no letter back."""
    return (
        Message.sent_at.is_(None),
        Message.given_up_at.is_(None),
        or_(Message.not_before <= now, Message.not_before > now + max(DELAYS)),
        or_(Message.claimed_until.is_(None), Message.claimed_until <= now, Message.claimed_until > now + LEASE),
    )
