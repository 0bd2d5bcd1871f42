"""Signing in by a provider: the way there and back, and whose account a proved subject opens."""

import base64
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select

from portal.services import audit
from portal.services.identity.provider import NotProved, Proved, Provider, ProviderAway
from portal.services.identity.sign_in import Identity, Refused, Welcome
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables.people import Patron, Role, Standing

GOOD_FOR: Final = timedelta(minutes=10)
CARD_CLAIM: Final = "card_number"


class Unproved(StrEnum):
    """FAILED: nobody's identity is proved. UNKNOWN: it is, but opens no account here. AWAY: the provider does not answer."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Departure:
    """address: of the provider, where the browser goes. keeping: what its cookie holds until it comes back."""

    address: str
    keeping: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a browser brought back: the answer's parameters, and what its cookie kept."""

    code: str
    state: str
    issuer: str
    keeping: str


class Oidc:
    """key: of this installation; nonce and verifier come from it and the state, so that no browser has to keep them."""

    def __init__(self, database: Database, identity: Identity, provider: Provider, clock: Clock, key: bytes) -> None:
        self._database = database
        self._identity = identity
        self._provider = provider
        self._clock = clock
        self._key = key

    @property
    def is_for_patrons(self) -> bool:
        """Whether everybody signs in by it, not staff alone."""
        return self._provider.settings.for_patrons

    def depart(self, redirect_uri: str, lanjut: str) -> Departure | Unproved:
        """lanjut: the page to come back to in the end."""
        state = secrets.token_urlsafe(32)
        ends = int((self._clock() + GOOD_FOR).timestamp())
        try:
            address = self._provider.address_to_ask(
                redirect_uri, state, self._derived("nonce", state), self._derived("verifier", state)
            )
        except ProviderAway:
            return Unproved.AWAY
        kept = f"{state} {ends} {lanjut}"
        return Departure(address, f"{_plain(kept.encode())}.{self._derived('keeping', kept)}")

    def arrive(self, arrival: Arrival, redirect_uri: str, replacing: str) -> tuple[Welcome | Unproved, str]:
        """A session for whoever comes back proved, and the page to go on to."""
        kept = self._kept(arrival.keeping)
        if kept is None or not arrival.code or not hmac.compare_digest(kept[0].encode(), arrival.state.encode()):
            return Unproved.FAILED, ""
        state, lanjut = kept
        try:
            proved = self._provider.prove(
                arrival.code,
                arrival.issuer,
                redirect_uri,
                self._derived("nonce", state),
                self._derived("verifier", state),
            )
        except NotProved as error:
            logging.getLogger(__name__).warning("A sign-in by the provider was refused: %s", error)
            return Unproved.FAILED, lanjut
        except ProviderAway:
            return Unproved.AWAY, lanjut
        patron_id = self._account_of(proved)
        if patron_id is None:
            return Unproved.UNKNOWN, lanjut
        found = self._identity.begin(patron_id, replacing, by_provider=True)
        return (Unproved.UNKNOWN if isinstance(found, Refused) else found), lanjut

    def ending(self, back: str) -> str:
        """Where to sign out of the provider as well, "" where that cannot be."""
        return self._provider.ending(back)

    def _account_of(self, proved: Proved) -> str | None:
        """Whose account it is. Staff were linked by hand; a card number that a provider tells makes nobody staff."""
        linked = f"{self._provider.settings.url} {proved.subject}"
        with self._database.reading() as session:
            person = session.scalar(select(Patron).where(Patron.oidc == linked))
        if person is not None:
            return person.id if person.role is not Role.PATRON or self.is_for_patrons else None
        card = proved.claims.get(CARD_CLAIM)
        if not self.is_for_patrons or not isinstance(card, str) or not card:
            return None
        with self._database.writing() as session:
            self._database.deciding(session, f"card:{card}")
            person = session.scalar(
                select(Patron).where(
                    Patron.card_number == card,
                    Patron.role == Role.PATRON,
                    Patron.oidc.is_(None),
                    Patron.standing != Standing.WITHDRAWN,
                )
            )
            if person is None:
                return None
            person.oidc = linked
            session.flush()
            audit.record(session, person.id, "oidc.link", person.id, at=self._clock())
            return person.id

    def _kept(self, keeping: str) -> tuple[str, str] | None:
        """State and page to go on to, from a cookie that we made and that is not too old."""
        text, _, seal = keeping.partition(".")
        try:
            kept = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        except ValueError:
            return None
        if not hmac.compare_digest(seal.encode(), self._derived("keeping", kept).encode()):
            return None
        state, ends, lanjut = kept.split(" ", 2)
        return (state, lanjut) if self._clock() < datetime.fromtimestamp(int(ends), UTC) else None

    def _derived(self, use: str, text: str) -> str:
        return _plain(hmac.digest(self._key, f"oidc {use} {text}".encode(), hashlib.sha256))


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
