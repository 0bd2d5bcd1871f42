"""The book of what staff did and looked at. Entries are only added, and each seals the one before it.

Whoever changes or takes out an entry breaks the chain after it. The oldest ones go when they have been kept long enough,
so the chain begins at the first that is there. Entries cut off at either end are not missed by the chain alone: numbers
and digests, printed or kept elsewhere now and then, tell of them.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from portal.store.tables.access import AuditEntry

FIRST: Final = "0" * 64
# Of the advisory lock that whoever adds an entry holds until its transaction ends (PostgreSQL).
_LOCK: Final = 7_354_874
_AT_ONCE: Final = 500


def record(session: Session, actor_id: str, action: str, subject: str = "", detail: str = "", *, at: datetime) -> None:
    """Add an entry in the transaction of what it tells of. detail: codes and ids, never names, cards or titles.

    The last thing a transaction does: its lock is held to the end, and one that then waits for another could wait for ever.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = session.execute(
        select(AuditEntry.number, AuditEntry.digest).order_by(AuditEntry.number.desc()).limit(1)
    ).one_or_none()
    number, previous = (1, FIRST) if last is None else (last.number + 1, last.digest)
    entry = AuditEntry(
        number=number, at=at, actor_id=actor_id, action=action, subject=subject, detail=detail, previous=previous
    )
    entry.digest = _digest(entry)
    session.add(entry)
    session.flush()


def verify(session: Session) -> int | None:
    """The number of the first entry that is not as it was written, or stands after a gap; None when all are whole."""
    first = session.execute(select(AuditEntry.number, AuditEntry.previous).order_by(AuditEntry.number).limit(1)).first()
    number, previous = (0, FIRST) if first is None or first.number <= 1 else (first.number - 1, first.previous)
    while True:
        following = select(*AuditEntry.__table__.c).where(AuditEntry.number > number).order_by(AuditEntry.number)
        entries = session.execute(following.limit(_AT_ONCE)).all()
        for entry in entries:
            number += 1
            if entry.number != number or entry.previous != previous or entry.digest != _digest(entry):
                return number
            previous = entry.digest
        if not entries:
            return None


def forget(session: Session, before: datetime) -> int:
    """Drop the oldest entries, up to the first that was written at `before` or later; how many.

    The newest stays whatever its age: the next one is sealed to it.
    """
    kept = session.scalar(select(func.min(AuditEntry.number)).where(AuditEntry.at >= before))
    if kept is None:
        kept = session.scalar(select(func.max(AuditEntry.number)))
    if kept is None:
        return 0
    old = delete(AuditEntry).where(AuditEntry.number < kept).returning(AuditEntry.number)
    return len(session.execute(old).all())


def _digest(entry: AuditEntry | Row[Any]) -> str:
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [entry.previous, entry.number, at, entry.actor_id, entry.action, entry.subject, entry.detail]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
