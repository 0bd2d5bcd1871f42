"""Signing in with card number and PIN, and everything that is done with PINs afterwards."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.ils.driver import Capability, ILSDriver, Profile
from portal.ils.errors import IlsUnavailable
from portal.services import audit
from portal.services.actors import Actor, require_patron, require_staff
from portal.services.errors import NotAllowed, NotFound, NotValid
from portal.services.identity import pins
from portal.services.identity.sessions import Sessions, SignedIn
from portal.services.identity.shadows import keep_shadow
from portal.services.identity.throttle import Throttle
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables.people import Patron, Role, Standing

MAX_CARD: Final = 64
# What the first sign-ins of two patrons of another system may both bring: a category, a branch, a card.
_COLLISIONS: Final = 3


class WhyNot(StrEnum):
    """Why nobody was signed in. WRONG: card and PIN do not belong together; whether there is such a card is not told.

    TOO_MANY: of a card or an address there were too many failures, whether there is such a card or not. AWAY: the
    library system, which knows the PINs, does not answer.
    """

    WRONG = "wrong"
    TOO_MANY = "too_many"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Welcome:
    """secret: for the cookie, told this once."""

    secret: str
    must_change_pin: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """wait: how long to wait before the next try, with TOO_MANY."""

    why: WhyNot
    wait: timedelta = timedelta(0)


class Identity:
    """Who is who. PINs are kept here where lending is our own, and asked of the library system where it is another's."""

    def __init__(
        self,
        database: Database,
        ils: ILSDriver,
        clock: Clock,
        idle_s: int,
        key: bytes,
        hasher: pins.Hasher | None = None,
    ) -> None:
        self._database = database
        self._ils = ils
        self._clock = clock
        self.hasher = hasher or pins.Hasher()
        self.sessions = Sessions(database, clock, idle_s)
        self.throttle = Throttle(database, clock, key)

    # ---- signing in and out, which need nobody to be signed in

    def sign_in(self, card: str, pin: str, address: str, replacing: str = "") -> Welcome | Refused:
        """A new session for whoever has this card and its PIN. address: the visitor's; replacing: the cookie until now."""
        card = "".join(card.split())[:MAX_CARD]
        wait = self.throttle.take(card, address)
        if wait:
            return Refused(WhyNot.TOO_MANY, wait)
        try:
            patron_id = self._verified(card, pin)
        except IlsUnavailable:
            logging.getLogger(__name__).warning("The library system did not answer when somebody signed in.")
            self.throttle.give_back(card, address)
            return Refused(WhyNot.AWAY)
        if patron_id is None:
            return Refused(WhyNot.WRONG)
        self.throttle.succeeded(card, address)
        return self.begin(patron_id, replacing)

    def begin(self, patron_id: str, replacing: str = "", *, by_provider: bool = False) -> Welcome | Refused:
        """A session for somebody whose identity is proved. by_provider: by one where a sign-out is due as well."""
        with self._database.writing() as session:
            patron = session.get(Patron, patron_id)
            if patron is None or patron.standing is Standing.WITHDRAWN:
                return Refused(WhyNot.WRONG)
            secret = self.sessions.begin(session, patron, replacing, by_provider=by_provider)
            if patron.role is not Role.PATRON:
                audit.record(session, patron.id, "sign_in", patron.id, at=self._clock())
            return Welcome(secret, pins.must_change(patron.pin_hash))

    def find(self, secret: str) -> SignedIn | None:
        """Who is signed in by this cookie."""
        return self.sessions.find(secret)

    def sign_out(self, secret: str) -> None:
        with self._database.writing() as session:
            self.sessions.end(session, secret)

    def check_pin(self, card: str, pin: str) -> str | None:
        """The patron's id, or None when card and PIN do not belong together. Failures are counted by `sign_in` alone."""
        return self._verified(card, pin)

    def _verified(self, card: str, pin: str) -> str | None:
        if not card.isprintable():  # PostgreSQL takes no NUL in a text, and no card has any such character
            self.hasher.matches(pin, "")
            return None
        with self._database.reading() as session:
            patron = session.scalar(select(Patron).where(Patron.card_number == card)) if card else None
        kept = "" if patron is None else patron.pin_hash
        # Always once, so that no answer comes sooner for a card that nobody has.
        matches = self.hasher.matches(pin, kept)
        if self.asks_the_system and not kept:
            profile = self._ils.login(card, pin)
            return None if profile is None else self._shadow(profile)
        if patron is None or not matches or pins.has_lapsed(kept, self._clock()):
            return None
        if self.hasher.is_outdated(kept):
            self._rehash(patron.id, kept, pin)
        return patron.id

    @property
    def asks_the_system(self) -> bool:
        """Whether PINs of patrons are kept by another library system."""
        return self._ils.name != "local" and Capability.LOGIN in self._ils.capabilities

    def _shadow(self, profile: Profile) -> str:
        """The row of a patron of the other system. Others may bring the same new category, branch or card just then."""
        for _ in range(_COLLISIONS):
            with suppress(IntegrityError):
                return self._shadow_once(profile)
        return self._shadow_once(profile)

    def _shadow_once(self, profile: Profile) -> str:
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{profile.ils_id}")
            return keep_shadow(session, profile, self._clock())

    def _rehash(self, patron_id: str, kept: str, pin: str) -> None:
        hashed = self.hasher.hashed(pin)
        made = pins.once_like(kept, hashed)
        with self._database.writing() as session:
            # Unless it was changed in between.
            session.execute(update(Patron).where(Patron.id == patron_id, Patron.pin_hash == kept).values(pin_hash=made))

    # ---- PINs

    def change_pin(self, actor: Actor, old: str, new: str) -> None:
        """Change one's own PIN and end all one's sessions; whoever did it begins a new one.

        Raises NotValid: pin_wrong for the old one, pin_elsewhere where the library system keeps it, and what
        `pins.require_good` refuses; with too many wrong ones pin_wait.
        """
        patron_id = require_patron(actor)
        with self._database.reading() as session:
            patron = session.get_one(Patron, patron_id)
        if not patron.pin_hash:
            raise NotValid("pin_elsewhere")
        if self.throttle.take(patron_id, f"pin of {patron_id}"):
            raise NotValid("pin_wait", "old")
        if not self.hasher.matches(old, patron.pin_hash):
            raise NotValid("pin_wrong", "old")
        self.throttle.succeeded(patron_id, f"pin of {patron_id}")
        _require_good(new, patron)
        if old == new:
            raise NotValid("pin_same", "new")
        hashed = self.hasher.hashed(new)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{patron_id}")
            unchanged = select(Patron.id).where(Patron.id == patron_id, Patron.pin_hash == patron.pin_hash)
            if session.scalar(unchanged) is None:  # staff have set another one while the old one was made sure of
                raise NotValid("pin_wrong", "old")
            session.execute(update(Patron).where(Patron.id == patron_id).values(pin_hash=hashed))
            self.sessions.end_all(session, patron_id)
            audit.record(session, patron_id, "pin.change", patron_id, at=self._clock())

    def set_pin(self, actor: Actor, patron_id: str, pin: str) -> None:
        """Give a patron a PIN that is to be changed at the first sign-in; ends that person's sessions.

        Librarians do so for patrons, admins for everybody. Raises NotAllowed, NotFound, NotValid.
        """
        require_staff(actor)
        with self._database.reading() as session:
            patron = session.get(Patron, patron_id)
        _require_may_set(actor, patron)
        if patron is None or patron.standing is Standing.WITHDRAWN:
            raise NotFound("no such patron")
        if self.asks_the_system and patron.role is Role.PATRON:
            raise NotValid("pin_elsewhere")
        _require_good(pin, patron)
        now, hashed = self._clock(), self.hasher.hashed(pin)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{patron_id}")
            _require_may_set(actor, session.get(Patron, patron_id))
            session.execute(update(Patron).where(Patron.id == patron_id).values(pin_hash=pins.once(hashed, now)))
            self.sessions.end_all(session, patron_id)
            self.throttle.forget(session, patron.card_number or "")
            audit.record(session, actor.patron_id, "pin.set", patron_id, at=now)

    def reset_pin(self, actor: Actor, patron_id: str) -> str:
        """The same with a PIN drawn by lot, which is given to be told to the patron."""
        pin = pins.one_time_pin()
        self.set_pin(actor, patron_id, pin)
        return pin

    def end_sessions(self, actor: Actor, patron_id: str) -> None:
        """Sign a person out everywhere: oneself, or as an admin anybody. Raises NotFound."""
        require_patron(actor)
        if patron_id != actor.patron_id and actor.role is not Role.ADMIN:
            raise NotFound("no such patron")
        with self._database.writing() as session:
            self.sessions.end_all(session, patron_id)
            audit.record(session, actor.patron_id, "sessions.end", patron_id, at=self._clock())

    def sweep(self, session: Session) -> int:
        """Drop sessions and failures that are over; how many rows. For the jobs of the house."""
        return self.sessions.sweep(session) + self.throttle.sweep(session)


def _require_good(pin: str, patron: Patron) -> None:
    least = pins.LEAST if patron.role is Role.PATRON else pins.LEAST_OF_STAFF
    pins.require_good(pin, patron.card_number, patron.birth_year, least=least)


def _require_may_set(actor: Actor, patron: Patron | None) -> None:
    """A librarian who could set an admin's PIN would be one."""
    if patron is not None and patron.role is not Role.PATRON and actor.role is not Role.ADMIN:
        raise NotAllowed("admin only")
