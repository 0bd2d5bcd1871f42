"""Patrons as staff know them: to be found, registered and corrected. Whatever is looked at is written down."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.i18n import LANGUAGES
from portal.services import audit, consents
from portal.services.actors import Actor, require_staff
from portal.services.circulation.people import OF_AGE
from portal.services.consents import Purpose
from portal.services.errors import NotAllowed, NotFound, NotValid
from portal.store.clock import Clock
from portal.store.columns import new_id
from portal.store.database import Database
from portal.store.tables import Branch, Category, Consent, FamilyLink, Patron
from portal.store.tables.people import Role, Standing

MOST_FOUND: Final = 50
LEAST_ASKED: Final = 2
GUARDIAN: Final = "guardian"
FIRST_CARD: Final = "000001"
_CARD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,63}")
_COUNTED: Final = re.compile(r"\d{1,12}")
_EMAIL: Final = re.compile(r"[^@\s<>,;\"']{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().-]{5,24}")


@dataclass(frozen=True, slots=True)
class PatronRow:
    """A patron in a list."""

    id: str
    card_number: str
    name: str
    category: str
    standing: Standing
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A guardian, or a child."""

    id: str
    card_number: str
    name: str


@dataclass(frozen=True, slots=True)
class PatronRecord:
    """All that staff see of a patron, beside loans, holds and fines. has_pin: whether they can sign in."""

    id: str
    card_number: str
    name: str
    category: str
    birth_year: int | None
    home_branch: str
    email: str
    phone: str
    address: str
    language: str
    standing: Standing
    block_reason: str
    note: str
    role: Role
    registered_at: datetime
    expires_on: date | None
    has_pin: bool
    guardians: tuple[Relative, ...]
    children: tuple[Relative, ...]
    agreed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatronDetails:
    """What staff may write of a patron. birth_year: None where it is not known."""

    name: str
    category: str
    home_branch: str
    birth_year: int | None = None
    email: str = ""
    phone: str = ""
    address: str = ""
    language: str = "id"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """A new patron. born: the day, which only decides about the guardian; of it only the year is kept.

    card_number: "" for the next free one. guardian_card: of the parent or guardian who is present, for whoever is under
    18. agreed: what the patron, or the guardian, agreed to.
    """

    details: PatronDetails
    born: date | None = None
    card_number: str = ""
    guardian_card: str = ""
    agreed: tuple[Purpose, ...] = ()


class Patrons:
    """Every method is for staff. Raises NotAllowed for all others, NotFound, NotValid."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    def find(self, actor: Actor, text: str) -> tuple[PatronRow, ...]:
        """Those with this card number, else those whose name or phone holds every word; MOST_FOUND at most, by name."""
        staff = require_staff(actor)
        words = text.split()[:8]
        if len("".join(words)) < LEAST_ASKED:
            return ()
        with self._database.writing() as session:
            known = select(Patron).where(Patron.standing != Standing.WITHDRAWN)
            found = session.scalars(known.where(Patron.card_number == " ".join(words))).all()
            if not found:
                for word in words:
                    known = known.where(or_(_holds(Patron.name, word), _holds(Patron.phone, word), _is_start(word)))
                found = session.scalars(known.order_by(Patron.name, Patron.id).limit(MOST_FOUND)).all()
            audit.record(session, staff, "patron.searched", detail=f"found {len(found)}", at=self._clock())
            return tuple(map(_row, found))

    def by_card(self, actor: Actor, card_number: str) -> str | None:
        """The id of the patron who holds this card, None when it is nobody's."""
        require_staff(actor)
        with self._database.reading() as session:
            return session.scalar(select(Patron.id).where(Patron.card_number == " ".join(card_number.split())[:64]))

    def card_of(self, actor: Actor, patron_id: str) -> str:
        """The number of a patron's card, by which the desk asks for them. Raises NotFound, also for one without a card."""
        require_staff(actor)
        with self._database.reading() as session:
            card = present(session, patron_id).card_number
        if card is None:
            raise NotFound("no card")
        return card

    def record(self, actor: Actor, patron_id: str) -> PatronRecord:
        """What is known of a patron; that it was looked at is written down."""
        staff = require_staff(actor)
        with self._database.writing() as session:
            found = _record(session, present(session, patron_id))
            audit.record(session, staff, "patron.seen", patron_id, at=self._clock())
            return found

    def register(self, actor: Actor, new: Registration) -> str:
        """Add a patron, whose id is given. Nobody gets a PIN by this.

        Raises NotValid: card_taken, guardian_needed, guardian_unknown, and what `edit` raises.
        """
        staff = require_staff(actor)
        try:
            with self._database.writing() as session:
                self._database.deciding(session, "cards")
                now = self._clock()
                details = _checked(session, new.details, now.year)
                guardian = self._guardian(session, new)
                patron = Patron(
                    id=new_id(),
                    card_number=free_card(session, new.card_number),
                    registered_at=now,
                    expires_on=expiry(session, details.category, self._today()),
                    block_reason="",
                    keep_history=Purpose.HISTORY in new.agreed,
                    reminders=Purpose.REMINDERS in new.agreed,
                )
                _put(patron, details)
                patron.birth_year = new.born.year if new.born else details.birth_year
                session.add(patron)
                session.flush()
                for purpose in new.agreed:
                    consents.give(session, patron.id, purpose, now)
                if guardian is not None:
                    session.add(FamilyLink(guardian_id=guardian.id, child_id=patron.id, linked_at=now))
                    session.add(Consent(patron_id=patron.id, purpose=GUARDIAN, version="v1", given_at=now))
                audit.record(session, staff, "patron.registered", patron.id, at=now)
                return patron.id
        except IntegrityError as error:
            raise NotValid("card_taken", "card_number") from error

    def edit(self, actor: Actor, patron_id: str, details: PatronDetails) -> None:
        """Write what staff were told. What is unchanged is not written down as changed.

        Raises NotValid: name_missing, too_long, category_unknown, branch_unknown, email_wrong, phone_wrong, birth_wrong.
        """
        staff = require_staff(actor)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{patron_id}")
            patron = changeable(session, actor, patron_id)
            changed = _put(patron, _checked(session, details, self._clock().year))
            if changed:
                audit.record(session, staff, "patron.changed", patron_id, " ".join(changed), at=self._clock())

    def link(self, actor: Actor, child_id: str, guardian_card: str) -> None:
        """Let a guardian see and renew what a child has borrowed. Raises NotValid: guardian_unknown, guardian_self."""
        staff = require_staff(actor)
        with self._database.writing() as session:
            child = present(session, child_id)
            guardian = _by_card(session, guardian_card)
            if guardian is None:
                raise NotValid("guardian_unknown", "guardian_card")
            if guardian.id == child.id or _are_linked(session, guardian=child.id, child=guardian.id):
                raise NotValid("guardian_self", "guardian_card")
            if not _are_linked(session, guardian=guardian.id, child=child.id):
                session.add(FamilyLink(guardian_id=guardian.id, child_id=child.id, linked_at=self._clock()))
                audit.record(session, staff, "family.linked", child.id, guardian.id, at=self._clock())

    def unlink(self, actor: Actor, child_id: str, guardian_id: str) -> None:
        """End it; no link is no error."""
        staff = require_staff(actor)
        with self._database.writing() as session:
            found = session.get(FamilyLink, (guardian_id, child_id))
            if found is not None:
                session.delete(found)
                audit.record(session, staff, "family.unlinked", child_id, guardian_id, at=self._clock())

    def _guardian(self, session: Session, new: Registration) -> Patron | None:
        """Who answers for a child. A grown-up may have none."""
        today = self._today()
        if new.born is None:
            raise NotValid("birth_missing", "born")
        if new.born > today or new.born.year < today.year - 120:
            raise NotValid("birth_wrong", "born")
        if not new.guardian_card.strip():
            if is_minor(new.born, today):
                raise NotValid("guardian_needed", "guardian_card")
            return None
        guardian = _by_card(session, new.guardian_card)
        if guardian is None or (guardian.birth_year is not None and today.year - guardian.birth_year < OF_AGE):
            raise NotValid("guardian_unknown", "guardian_card")
        return guardian

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()


def is_minor(born: date, today: date) -> bool:
    """
    >>> is_minor(date(2008, 11, 27), date(2026, 11, 26)), is_minor(date(2008, 11, 26), date(2026, 11, 26))
    (True, False)
    """
    return (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < OF_AGE


def expiry(session: Session, category: str, since: date) -> date | None:
    """The last day of a membership that begins on a day, None for one that never ends."""
    days = session.get_one(Category, category).membership_days
    return since + timedelta(days=days) if days else None


def present(session: Session, patron_id: str) -> Patron:
    """The patron, as long as they have not left. Raises NotFound."""
    patron = session.get(Patron, patron_id, populate_existing=True)
    if patron is None or patron.standing is Standing.WITHDRAWN:
        raise NotFound("no such patron")
    return patron


def changeable(session: Session, actor: Actor, patron_id: str) -> Patron:
    """The same, for whoever may change it: of staff only admins. Raises NotAllowed, NotFound."""
    patron = present(session, patron_id)
    if patron.role is not Role.PATRON and actor.role is not Role.ADMIN:
        raise NotAllowed("of staff only admins change anything")
    return patron


def free_card(session: Session, wanted: str) -> str:
    """The number asked for, or the one after the highest that is only digits. Raises NotValid."""
    wanted = wanted.strip()
    if wanted:
        if not _CARD.fullmatch(wanted):
            raise NotValid("card_wrong", "card_number")
        if session.scalar(select(Patron.id).where(Patron.card_number == wanted)):
            raise NotValid("card_taken", "card_number")
        return wanted
    cards = select(Patron.card_number).where(func.length(Patron.card_number) <= 12)
    counted = [card for card in session.scalars(cards) if card and _COUNTED.fullmatch(card)]
    if not counted:
        return FIRST_CARD
    highest = max(counted, key=int)
    return str(int(highest) + 1).rjust(len(highest), "0")


def _by_card(session: Session, card: str) -> Patron | None:
    found = select(Patron).where(Patron.card_number == card.strip(), Patron.standing == Standing.ACTIVE)
    return session.scalars(found).one_or_none()


def _are_linked(session: Session, *, guardian: str, child: str) -> bool:
    linked = select(FamilyLink.child_id).where(FamilyLink.guardian_id == guardian, FamilyLink.child_id == child)
    return session.scalar(linked) is not None


def _checked(session: Session, details: PatronDetails, this_year: int) -> PatronDetails:
    """The details without needless blanks. Raises NotValid."""
    texts = {field: " ".join(getattr(details, field).split()) for field in _LONGEST}
    if not texts["name"]:
        raise NotValid("name_missing", "name")
    for field, most in _LONGEST.items():
        if len(texts[field]) > most or not texts[field].isprintable():
            raise NotValid("too_long", field)
    if texts["email"] and not _EMAIL.fullmatch(texts["email"]):
        raise NotValid("email_wrong", "email")
    if texts["phone"] and not _PHONE.fullmatch(texts["phone"]):
        raise NotValid("phone_wrong", "phone")
    if session.get(Category, details.category) is None:
        raise NotValid("category_unknown", "category")
    if session.get(Branch, details.home_branch) is None:
        raise NotValid("branch_unknown", "home_branch")
    if details.birth_year is not None and not this_year - 120 <= details.birth_year <= this_year:
        raise NotValid("birth_wrong", "birth_year")
    language = details.language if details.language in LANGUAGES else LANGUAGES[0]
    return PatronDetails(
        category=details.category,
        home_branch=details.home_branch,
        birth_year=details.birth_year,
        language=language,
        **texts,
    )


_LONGEST: Final = {"name": 200, "email": 254, "phone": 40, "address": 2000, "note": 2000}


def _put(patron: Patron, details: PatronDetails) -> Sequence[str]:
    """The names of what was changed."""
    changed = [field.name for field in fields(details) if getattr(patron, field.name) != getattr(details, field.name)]
    for name in changed:
        setattr(patron, name, getattr(details, name))
    return changed


def _holds(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    return func.lower(column).contains(word.lower(), autoescape=True)


def _is_start(word: str) -> ColumnElement[bool]:
    """A part of a card number is typed from its beginning."""
    return Patron.card_number.startswith(word, autoescape=True)


def _row(patron: Patron) -> PatronRow:
    return PatronRow(
        patron.id, patron.card_number or "", patron.name, patron.category, patron.standing, patron.expires_on
    )


def _record(session: Session, patron: Patron) -> PatronRecord:
    guardians = select(Patron).join(FamilyLink, FamilyLink.guardian_id == Patron.id)
    children = select(Patron).join(FamilyLink, FamilyLink.child_id == Patron.id)
    agreed = select(Consent.purpose).where(Consent.patron_id == patron.id, Consent.withdrawn_at.is_(None))
    return PatronRecord(
        id=patron.id,
        card_number=patron.card_number or "",
        name=patron.name,
        category=patron.category,
        birth_year=patron.birth_year,
        home_branch=patron.home_branch,
        email=patron.email,
        phone=patron.phone,
        address=patron.address,
        language=patron.language,
        standing=patron.standing,
        block_reason=patron.block_reason,
        note=patron.note,
        role=patron.role,
        registered_at=patron.registered_at.astimezone(UTC),
        expires_on=patron.expires_on,
        has_pin=bool(patron.pin_hash),
        guardians=_relatives(session.scalars(guardians.where(FamilyLink.child_id == patron.id))),
        children=_relatives(session.scalars(children.where(FamilyLink.guardian_id == patron.id))),
        agreed=tuple(sorted(set(session.scalars(agreed)))),
    )


def _relatives(patrons: Iterable[Patron]) -> tuple[Relative, ...]:
    found = (Relative(one.id, one.card_number or "", one.name) for one in patrons)
    return tuple(sorted(found, key=lambda one: (one.name, one.id)))
