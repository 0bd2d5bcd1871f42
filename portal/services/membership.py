"""A patron's standing and card: blocked and let in again, lost and given anew, and good for another year."""

from collections.abc import Callable
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.services import audit
from portal.services.actors import Actor, require_staff
from portal.services.errors import NotValid
from portal.services.patrons import changeable, expiry, free_card
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import Patron
from portal.store.tables import Session as SignIn
from portal.store.tables.people import Standing

MAX_REASON: Final = 500
# Who came blocked from another system has no reason here.
_UNTOLD: Final = "–"


class Membership:
    """Every method is for staff, and written down. Raises NotAllowed for all others, NotFound, NotValid."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    def block(self, actor: Actor, patron_id: str, reason: str) -> None:
        """Lend nothing to a patron until it is taken back. reason: the patron reads it too. Raises NotValid: reason_missing."""
        reason = " ".join(reason.split())

        def blocked(_: Session, patron: Patron) -> None:
            if not reason or len(reason) > MAX_REASON or not reason.isprintable():
                raise NotValid("reason_missing", "reason")
            patron.block_reason = reason
            if patron.standing is not Standing.CARD_LOST:  # which lends nothing either, and lasts until there is a card
                patron.standing = Standing.BLOCKED

        self._done(actor, patron_id, "patron.blocked", blocked)

    def unblock(self, actor: Actor, patron_id: str) -> None:
        def unblocked(_: Session, patron: Patron) -> None:
            if patron.standing is Standing.CARD_LOST:
                raise NotValid("card_needed", "card_number")
            patron.standing, patron.block_reason = Standing.ACTIVE, ""

        self._done(actor, patron_id, "patron.unblocked", unblocked)

    def card_lost(self, actor: Actor, patron_id: str) -> None:
        """Whoever found the card can do nothing with it: nothing is lent by it, and whoever is signed in is signed out."""

        def lost(session: Session, patron: Patron) -> None:
            if patron.standing is Standing.BLOCKED:
                patron.block_reason = patron.block_reason or _UNTOLD  # it goes on with the next card
            patron.standing = Standing.CARD_LOST
            self._sign_out(session, patron)

        self._done(actor, patron_id, "card.lost", lost)

    def new_card(self, actor: Actor, patron_id: str, card_number: str = "") -> str:
        """Give a card with another number, "" for the next free one; the old number is nobody's from now on.

        Raises NotValid: card_taken, card_wrong.
        """

        def given(session: Session, patron: Patron) -> None:
            patron.card_number = free_card(session, card_number)
            if patron.standing is Standing.CARD_LOST:
                patron.standing = Standing.BLOCKED if patron.block_reason else Standing.ACTIVE
            self._sign_out(session, patron)
            session.flush()

        try:
            return self._done(actor, patron_id, "card.given", given).card_number or ""
        except IntegrityError as error:
            raise NotValid("card_taken", "card_number") from error

    def renew(self, actor: Actor, patron_id: str) -> date | None:
        """Prolong a membership by its category's time, from its last day or, when that has gone by, from today."""

        def renewed(session: Session, patron: Patron) -> None:
            today = self._clock().astimezone(self._zone).date()
            patron.expires_on = expiry(session, patron.category, max(today, patron.expires_on or today))

        return self._done(actor, patron_id, "membership.renewed", renewed).expires_on

    def _done(self, actor: Actor, patron_id: str, action: str, change: Callable[[Session, Patron], None]) -> Patron:
        staff = require_staff(actor)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{patron_id}", "cards")
            patron = changeable(session, actor, patron_id)
            change(session, patron)
            audit.record(session, staff, action, patron_id, at=self._clock())
            return patron

    def _sign_out(self, session: Session, patron: Patron) -> None:
        its = SignIn.patron_id == patron.id
        session.execute(update(SignIn).where(its, SignIn.revoked_at.is_(None)).values(revoked_at=self._clock()))
