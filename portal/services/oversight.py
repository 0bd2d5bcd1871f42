"""What admins look over: what staff did, and whether the jobs of the house ran."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from portal.services import audit
from portal.services.actors import Actor, require_admin
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import AuditEntry, Job, Message, Patron

PAGE: Final = 100
ACTIONS_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class AuditRow:
    """actor: the name of whoever did it, "" where it is no person we know. subject: an id, or a code."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, the last first. before: the number to ask on with, 0 at the end."""

    rows: tuple[AuditRow, ...]
    total: int
    before: int


@dataclass(frozen=True, slots=True)
class JobRow:
    name: str
    seen_at: datetime | None
    done_at: datetime | None
    outcome: str


class Oversight:
    """Every method is for admins. Raises NotAllowed for all others."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def entries(self, actor: Actor, *, before: int = 0, action: str = "", subject: str = "") -> AuditPage:
        """Entries of an action or about a subject, or all; that they were looked at is an entry, too."""
        admin = require_admin(actor)
        wanted = select(AuditEntry)
        if action:
            wanted = wanted.where(AuditEntry.action == action)
        if subject:
            wanted = wanted.where(AuditEntry.subject == subject)
        with self._database.writing() as session:
            total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
            shown = wanted.where(AuditEntry.number < before) if before else wanted
            found = session.scalars(shown.order_by(AuditEntry.number.desc()).limit(PAGE)).all()
            people = select(Patron.id, Patron.name).where(Patron.id.in_({entry.actor_id for entry in found}))
            names = dict(session.execute(people).all())
            rows = tuple(
                AuditRow(one.number, one.at, names.get(one.actor_id, ""), one.action, one.subject, one.detail)
                for one in found
            )
            audit.record(session, admin, "audit.seen", at=self._clock())
        return AuditPage(rows, total, rows[-1].number if len(rows) == PAGE else 0)

    def actions(self, actor: Actor) -> tuple[str, ...]:
        """The actions there are entries of."""
        require_admin(actor)
        with self._database.reading() as session:
            found = select(AuditEntry.action).distinct().order_by(AuditEntry.action).limit(ACTIONS_MOST)
            return tuple(session.scalars(found))

    def broken(self, actor: Actor) -> int | None:
        """The number of the first entry that is not as it was written, None when all are whole."""
        require_admin(actor)
        with self._database.reading() as session:
            return audit.verify(session)

    def letters_given_up(self, actor: Actor) -> int:
        """How many letters could not be sent and are not tried again, of those that are still kept."""
        require_admin(actor)
        with self._database.reading() as session:
            lost = select(func.count()).select_from(Message).where(Message.given_up_at.is_not(None))
            return session.scalar(lost) or 0

    def jobs(self, actor: Actor) -> tuple[JobRow, ...]:
        """The jobs of the house, and when each ran last."""
        require_admin(actor)
        with self._database.reading() as session:
            return tuple(
                JobRow(job.name, job.seen_at, job.done_at, job.outcome)
                for job in session.scalars(select(Job).order_by(Job.name))
            )
