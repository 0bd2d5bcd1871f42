"""Sessions: who is signed in, by a cookie of which only the hash is kept."""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Update, delete, or_, select, update
from sqlalchemy.orm import Session

from portal.ils.driver import PatronRef
from portal.services.actors import Actor
from portal.services.identity.pins import must_change
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.errors import StoreUnavailable
from portal.store.tables import access
from portal.store.tables.people import Patron, Role, Standing

SECRET_BYTES: Final = 32
PATRONS_FOR: Final = timedelta(hours=12)
STAFF_FOR: Final = timedelta(hours=8)
# A desk is left alone for longer than a public PC, but not for a lunch hour.
STAFF_IDLE_S: Final = 30 * 60
# Seen more than this in the future, a session is of before the clock went back: it ends, rather than last for longer.
_SKEW: Final = timedelta(seconds=5)
_KEPT_FOR: Final = timedelta(days=1)
_BY_PROVIDER: Final = "o."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in. must_change_pin: may do nothing else before."""

    actor: Actor
    patron: PatronRef
    name: str
    form_token: str
    language: str
    must_change_pin: bool


class Sessions:
    """One row for each sign-in. Every look at it is a look into the store, so an end is an end everywhere at once."""

    def __init__(self, database: Database, clock: Clock, idle_s: int) -> None:
        self._database = database
        self._clock = clock
        self._idle_s = idle_s

    def begin(self, session: Session, patron: Patron, replacing: str = "", *, by_provider: bool = False) -> str:
        """The secret of a new session's cookie. replacing: of the old one, which is dead from now on."""
        now, secret = self._clock(), secrets.token_urlsafe(SECRET_BYTES)
        if by_provider:
            secret = _BY_PROVIDER + secret
        if replacing:
            self.end(session, replacing)
        is_staff = patron.role is not Role.PATRON
        session.add(
            access.Session(
                key=key_of(secret),
                patron_id=patron.id,
                role=patron.role,
                form_token=secrets.token_urlsafe(SECRET_BYTES),
                began_at=now,
                seen_at=now,
                expires_at=now + (STAFF_FOR if is_staff else PATRONS_FOR),
                idle_s=STAFF_IDLE_S if is_staff else self._idle_s,
            )
        )
        return secret

    def find(self, secret: str) -> SignedIn | None:
        """Who holds this cookie now; asked at every request. None for nobody, whatever the reason."""
        if not secret or len(secret) > 2 * SECRET_BYTES:
            return None
        key, now = key_of(secret), self._clock()
        with self._database.reading() as session:
            found = session.execute(
                select(access.Session, Patron)
                .join(Patron, Patron.id == access.Session.patron_id)
                .where(access.Session.key == key)
            ).one_or_none()
        if found is None:
            return None
        row, patron = found
        if not _lives(row, now) or row.role is not patron.role or patron.standing is Standing.WITHDRAWN:
            return None
        self._touch(row, now)
        return signed_in(patron, row.form_token)

    def end(self, session: Session, secret: str) -> None:
        session.execute(_revoking(self._clock()).where(access.Session.key == key_of(secret)))

    def end_all(self, session: Session, patron_id: str) -> None:
        session.execute(_revoking(self._clock()).where(access.Session.patron_id == patron_id))

    def sweep(self, session: Session) -> int:
        """Drop the rows of sessions that ended a day ago; how many."""
        before = self._clock() - _KEPT_FOR
        old = or_(access.Session.expires_at < before, access.Session.revoked_at < before)
        return int(session.execute(delete(access.Session).where(old)).rowcount)  # type: ignore[attr-defined] # of a DELETE

    def _touch(self, row: access.Session, now: datetime) -> None:
        """Note that it was seen, a few times in its idle limit and never at an earlier time than before."""
        if now - row.seen_at < timedelta(seconds=min(60, row.idle_s / 10)):
            return
        try:
            with self._database.writing() as session:
                session.execute(
                    update(access.Session)
                    .where(access.Session.key == row.key, access.Session.seen_at < now)
                    .values(seen_at=now)
                )
        except StoreUnavailable:
            # A full disk shall not keep anybody from reading; the session ends sooner, that is all.
            logging.getLogger(__name__).warning("It could not be noted that a session was used.")


def is_by_provider(secret: str) -> bool:
    """Whether this session began at a provider, where the person is still signed in when it ends."""
    return secret.startswith(_BY_PROVIDER)


def key_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def signed_in(patron: Patron, form_token: str) -> SignedIn:
    return SignedIn(
        Actor(patron.id, patron.role, patron.home_branch),
        reference_of(patron),
        patron.name,
        form_token,
        patron.language,
        must_change(patron.pin_hash),
    )


def reference_of(patron: Patron) -> PatronRef:
    return PatronRef(patron.id, patron.ils_id or patron.id, patron.card_number or "")


def _lives(row: access.Session, now: datetime) -> bool:
    idle = now - row.seen_at
    return row.revoked_at is None and now < row.expires_at and -_SKEW <= idle <= timedelta(seconds=row.idle_s)


def _revoking(now: datetime) -> Update:
    return update(access.Session).where(access.Session.revoked_at.is_(None)).values(revoked_at=now)
