"""What admins look over: what staff did, and whether the jobs of the house ran."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.services import audit
from portal.services.actors import Actor, require_admin
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import AuditEntry, Item, Job, Message, Patron
from portal.store.tables.people import Role, Standing

PAGE: Final = 100
ACTIONS_MOST: Final = 200
PEOPLE_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Named:
    """Whom or what an id in an entry stands for, as far as it is still there. name: of staff, or the title of a copy.

    Names of patrons are not told here: whoever wants to know opens their record, which is an entry in its turn.
    """

    kind: Literal["patron", "item"]
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """actor: the name of whoever did it, "" where it is no person we know. subject: an id, or a code.

    about, beside: whom or what the subject and the detail stand for, None where it is nobody and nothing we know.
    """

    number: int
    at: datetime
    actor_id: str
    actor: str
    action: str
    subject: str
    detail: str
    about: Named | None = None
    beside: Named | None = None


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

    def entries(self, actor: Actor, *, before: int = 0, action: str = "", subject: str = "", by: str = "") -> AuditPage:
        """Entries of an action, about a subject, by a person, or all; that they were looked at is an entry, too."""
        admin = require_admin(actor)
        wanted = select(AuditEntry)
        if action:
            wanted = wanted.where(AuditEntry.action == action)
        if subject:
            wanted = wanted.where(AuditEntry.subject == subject)
        if by:
            wanted = wanted.where(AuditEntry.actor_id == by)
        with self._database.writing() as session:
            total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
            shown = wanted.where(AuditEntry.number < before) if before else wanted
            found = session.scalars(shown.order_by(AuditEntry.number.desc()).limit(PAGE)).all()
            people = select(Patron.id, Patron.name).where(Patron.id.in_({entry.actor_id for entry in found}))
            names = dict(session.execute(people).all())
            known = _named(session, {text for entry in found for text in (entry.subject, entry.detail) if text})
            rows = tuple(
                AuditRow(
                    number=one.number,
                    at=one.at,
                    actor_id=one.actor_id,
                    actor=names.get(one.actor_id, ""),
                    action=one.action,
                    subject=one.subject,
                    detail=one.detail,
                    about=known.get(one.subject),
                    beside=known.get(one.detail),
                )
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

    def people(self, actor: Actor) -> tuple[tuple[str, str], ...]:
        """Id and name of those who did what there are entries of, other than patrons with their own account."""
        require_admin(actor)
        with self._database.reading() as session:
            at_work = or_(Patron.role != Role.PATRON, AuditEntry.subject != AuditEntry.actor_id)
            found = select(Patron.id, Patron.name).join(AuditEntry, AuditEntry.actor_id == Patron.id).where(at_work)
            people = session.execute(found.distinct().order_by(Patron.name, Patron.id).limit(PEOPLE_MOST))
            return tuple((id, name) for id, name in people if name)

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


def _named(session: Session, ids: Collection[str]) -> dict[str, Named]:
    """Whom and what these ids stand for; whoever has left, and a use of a licence, has no page to look at."""
    people = select(Patron.id, Patron.name, Patron.role).where(
        Patron.id.in_(ids), Patron.standing != Standing.WITHDRAWN
    )
    copies = select(Item.id, Item.title).where(Item.id.in_(ids), Item.is_licence.is_(False))
    found = [
        Named("patron", id, "" if role is Role.PATRON else name) for id, name, role in session.execute(people).all()
    ]
    found += [Named("item", id, title) for id, title in session.execute(copies).all()]
    return {one.id: one for one in found}
