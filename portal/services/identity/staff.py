"""The people of the house: who has which role. The first of them is made by whoever runs the commands of the machine."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.services import audit
from portal.services.actors import Actor, require_admin
from portal.services.circulation.rules import FIRST_BRANCH
from portal.services.errors import NotFound, NotValid
from portal.services.identity import pins
from portal.services.identity.sign_in import Identity
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables.people import Branch, Category, Patron, Role, Standing

# Whoever may run commands on the machine may read its database, too.
CONSOLE: Final = Actor("console", Role.ADMIN)
STAFF_CATEGORY: Final = "staff"
MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class NewStaff:
    """pin: "" for whoever has one, or signs in elsewhere. subject: at the provider, "" for none. branch: "" for the only one."""

    card_number: str
    name: str
    role: Role
    pin: str = ""
    branch: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class StaffMember:
    id: str
    card_number: str
    name: str
    role: Role
    branch: str
    has_pin: bool
    is_linked: bool


class Staff:
    """library: names the first branch of a house that has none yet. issuer: of the provider, "" without one."""

    def __init__(self, database: Database, identity: Identity, clock: Clock, library: str, issuer: str) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._library = library
        self._issuer = issuer

    def find(self, actor: Actor, card_number: str) -> StaffMember | None:
        """Whoever has this card, staff or patron; None for nobody."""
        require_admin(actor)
        with self._database.reading() as session:
            person = _with_card(session, card_number)
        return None if person is None else _member(person)

    def all(self, actor: Actor) -> tuple[StaffMember, ...]:
        """Admins first, then by name."""
        require_admin(actor)
        with self._database.reading() as session:
            people = session.scalars(
                select(Patron).where(Patron.role != Role.PATRON).order_by(Patron.role, Patron.name, Patron.id)
            )
            return tuple(_member(person) for person in people)

    def add(self, actor: Actor, new: NewStaff) -> str:
        """The id of a new member of staff; a patron who has the card becomes one, and is signed out.

        Raises NotValid: staff_role, staff_name, staff_card, branch_unknown, branch_missing, oidc_off, oidc_taken,
        pin_missing, last_admin, and what `pins.require_good` refuses.
        """
        require_admin(actor)
        card, name = "".join(new.card_number.split()), " ".join(new.name.split())[:MAX_NAME]
        if new.role is Role.PATRON:
            raise NotValid("staff_role")
        if not card:
            raise NotValid("staff_card")
        if new.subject and not self._issuer:
            raise NotValid("oidc_off")
        hashed = self._hashed(new, card)
        with self._database.writing() as session:
            self._database.deciding(session, "staff", f"card:{card}")
            person = _with_card(session, card)
            if person is None:
                if not name:
                    raise NotValid("staff_name")
                person = Patron(
                    card_number=card,
                    name=name,
                    category=_staff_category(session),
                    home_branch=self._branch(session, new.branch),
                    registered_at=self._clock(),
                )
                session.add(person)
            elif new.branch:
                person.home_branch = self._branch(session, new.branch)
            if new.role is not Role.ADMIN:
                require_other_admin(session, person)
            self._link(session, person, new.subject)
            if hashed:
                person.pin_hash = hashed
            if not (person.pin_hash or person.oidc or person.ils_id or self._identity.asks_the_system):
                raise NotValid("pin_missing")
            person.role = new.role
            session.flush()
            self._identity.sessions.end_all(session, person.id)
            audit.record(session, actor.patron_id, "role.give", person.id, new.role.value, at=self._clock())
            return person.id

    def revoke(self, actor: Actor, patron_id: str) -> None:
        """Make a member of staff a patron again, who is signed out everywhere and no longer known by the provider.

        Raises NotFound, and NotValid (last_admin): without one, nobody could ever make another.
        """
        require_admin(actor)
        with self._database.writing() as session:
            self._database.deciding(session, "staff")
            person = session.get(Patron, patron_id)
            if person is None or person.role is Role.PATRON:
                raise NotFound("no such member of staff")
            require_other_admin(session, person)
            person.role, person.oidc = Role.PATRON, None
            session.flush()
            self._identity.sessions.end_all(session, patron_id)
            audit.record(session, actor.patron_id, "role.take", patron_id, at=self._clock())

    def _hashed(self, new: NewStaff, card: str) -> str:
        if not new.pin:
            return ""
        pins.require_good(new.pin, card, None, least=pins.LEAST_OF_STAFF)
        return self._identity.hasher.hashed(new.pin)

    def _link(self, session: Session, person: Patron, subject: str) -> None:
        if not subject:
            return
        linked = f"{self._issuer} {subject}"
        holder = session.scalar(select(Patron).where(Patron.oidc == linked))
        if holder is not None and holder is not person:
            raise NotValid("oidc_taken")
        person.oidc = linked

    def _branch(self, session: Session, code: str) -> str:
        """The code of a branch that exists; a house without any gets its first one."""
        codes = session.scalars(select(Branch.code).order_by(Branch.code)).all()
        if not codes:
            code = code or FIRST_BRANCH
            session.add(Branch(code=code, name=self._library))
            session.flush()
            return code
        if not code and len(codes) == 1:
            return codes[0]
        if not code:
            raise NotValid("branch_missing")
        if code not in codes:
            raise NotValid("branch_unknown")
        return code


def require_other_admin(session: Session, person: Patron) -> None:
    """Raises NotValid (last_admin) when nobody would be left who may give roles.

    In a transaction that has named "staff" among what it decides about.
    """
    if person.role is not Role.ADMIN:
        return
    others = select(func.count()).where(
        Patron.role == Role.ADMIN, Patron.id != person.id, Patron.standing != Standing.WITHDRAWN
    )
    if not session.scalar(others):
        raise NotValid("last_admin")


def _with_card(session: Session, card_number: str) -> Patron | None:
    return session.scalar(select(Patron).where(Patron.card_number == "".join(card_number.split())))


def _staff_category(session: Session) -> str:
    if session.get(Category, STAFF_CATEGORY) is None:
        session.add(Category(code=STAFF_CATEGORY, name_id="Petugas", name_en="Staff"))
        session.flush()
    return STAFF_CATEGORY


def _member(person: Patron) -> StaffMember:
    return StaffMember(
        person.id,
        person.card_number or "",
        person.name,
        person.role,
        person.home_branch,
        bool(person.pin_hash),
        person.oidc is not None,
    )
