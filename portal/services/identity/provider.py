"""An OpenID Connect provider: its document of itself, its keys, and the exchange of a code for a proved subject.

OpenID Connect Core 1.0, 3.1 (code flow) with PKCE (RFC 7636); the token is believed only after its signature, issuer,
audience, time and nonce are.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.settings import OidcSettings
from portal.store.clock import Clock

TIMEOUT_S: Final = 5.0
# The one every provider must have (OpenID Connect Core 15.1). What the token itself asks for is not listened to.
ALGORITHMS: Final = ("RS256",)
LEEWAY_S: Final = 60
SCOPE: Final = "openid profile"
_GOOD_FOR: Final = timedelta(hours=1)
_NEW_KEYS_AFTER: Final = timedelta(minutes=1)


class ProviderAway(Exception):
    """The provider does not answer, or not as one."""


class NotProved(Exception):
    """What came back proves nobody's identity; why is for the log."""


@dataclass(frozen=True, slots=True)
class Proved:
    """subject: who it is, for ever, at this issuer."""

    issuer: str
    subject: str
    claims: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Document:
    """What a provider says of itself (OpenID Connect Discovery 1.0, 3). ending: "" where nobody can sign out there."""

    issuer: str
    authorization: str
    token: str
    jwks: str
    ending: str
    names_itself: bool
    read_at: datetime


class Provider:
    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._document: _Document | None = None
        self._keys: tuple[KeySet, datetime] | None = None

    def address_to_ask(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where a browser is sent to sign in."""
        with self._session(redirect_uri) as session:
            address, _ = session.create_authorization_url(
                self._described().authorization, state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address)

    def prove(self, code: str, issuer: str, redirect_uri: str, nonce: str, verifier: str) -> Proved:
        """Who brought this code. issuer: as the answer named it, "" when it did not (RFC 9207)."""
        document = self._described()
        if (issuer or document.names_itself) and issuer != document.issuer:
            raise NotProved("the answer is of another issuer")
        with self._session(redirect_uri) as session:
            try:
                token = session.fetch_token(
                    document.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    timeout=TIMEOUT_S,
                    allow_redirects=False,
                )
            except AuthlibBaseError as error:
                raise NotProved(f"the code was refused: {error.error}") from None
            except (OSError, ValueError) as error:
                raise ProviderAway(type(error).__name__) from error
        return self._proved(str(token.get("id_token", "")), document, nonce)

    def ending(self, back: str) -> str:
        """Where a browser signs out of the provider too, and comes `back` from; "" where there is no such place."""
        try:
            ending = self._described().ending
        except ProviderAway:
            return ""
        asked = urlencode({"client_id": self.settings.client, "post_logout_redirect_uri": back})
        return f"{ending}{'&' if '?' in ending else '?'}{asked}" if ending else ""

    def _proved(self, id_token: str, document: _Document, nonce: str) -> Proved:
        client = self.settings.client
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": document.issuer},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = self._decoded(id_token, document)
            rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise NotProved(f"the token is refused: {type(error).__name__}") from None
        audience, party = claims["aud"], claims.get("azp", client)
        if party != client or (isinstance(audience, list) and len(audience) > 1 and "azp" not in claims):
            raise NotProved("the token is for another party")
        return Proved(document.issuer, str(claims["sub"]), claims)

    def _decoded(self, id_token: str, document: _Document) -> dict[str, Any]:
        keys, read_at = self._known_keys(document)
        try:
            return jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            # Keys change; whoever makes tokens up must not make us fetch them all the time.
            if self._clock() - read_at < _NEW_KEYS_AFTER:
                raise
        keys, _ = self._known_keys(document, renew=True)
        return jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims

    def _known_keys(self, document: _Document, *, renew: bool = False) -> tuple[KeySet, datetime]:
        with self._lock:
            found = self._keys
        if found is not None and not renew and abs(self._clock() - found[1]) < _GOOD_FOR:
            return found
        plain = self._json(document.jwks)
        try:
            made = KeySet.import_key_set({"keys": [key for key in plain.get("keys", ()) if key.get("kty") == "RSA"]})
        except (JoseError, ValueError, AttributeError, TypeError) as error:
            raise ProviderAway("its keys cannot be read") from error
        with self._lock:
            self._keys = (made, self._clock())
            return self._keys

    def _described(self) -> _Document:
        with self._lock:
            found = self._document
        if found is not None and abs(self._clock() - found.read_at) < _GOOD_FOR:
            return found
        plain = self._json(f"{self.settings.url}/.well-known/openid-configuration")
        issuer = str(plain.get("issuer", ""))
        # Discovery 4.3: the document is that of this very issuer, or somebody else's.
        if issuer.rstrip("/") != self.settings.url:
            raise ProviderAway("its document names another issuer")
        authorization, token, jwks, ending = (
            str(plain.get(name, ""))
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
        )
        if not all(self._may_be_asked(place) for place in (authorization, token, jwks)):
            raise ProviderAway("its document lacks an address, or names one without TLS")
        made = _Document(
            issuer,
            authorization,
            token,
            jwks,
            ending=ending if self._may_be_asked(ending) else "",
            names_itself=plain.get("authorization_response_iss_parameter_supported") is True,
            read_at=self._clock(),
        )
        with self._lock:
            self._document = made
        return made

    def _may_be_asked(self, address: str) -> bool:
        """A provider with TLS has it everywhere; one without is on this machine, for a trial."""
        parts = urlsplit(address)
        return bool(parts.netloc) and parts.scheme in ("https", urlsplit(self.settings.url).scheme)

    def _json(self, address: str) -> Mapping[str, Any]:
        with self._session("") as session:
            try:
                answer = session.get(address, timeout=TIMEOUT_S, allow_redirects=False, withhold_token=True)
                answer.raise_for_status()
                plain = answer.json()
            except (OSError, ValueError) as error:
                logging.getLogger(__name__).warning("The sign-in provider does not answer: %s", type(error).__name__)
                raise ProviderAway(type(error).__name__) from error
        if not isinstance(plain, dict):
            raise ProviderAway("it answers, but not as a provider")
        return plain

    def _session(self, redirect_uri: str) -> OAuth2Session:
        session = OAuth2Session(
            self.settings.client,
            self.settings.secret,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the name of a method
        )
        session.trust_env = False
        return session
