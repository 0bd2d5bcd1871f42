"""Questions to Koha over HTTP: with a key, within limits, and never with a patron's data in what is said of a failure."""

import ipaddress
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from threading import BoundedSemaphore, Lock
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter

from portal.ils.errors import IlsUnavailable
from portal.ils.koha.answers import BadAnswer
from portal.ils.koha.circuit import Circuit

logger = logging.getLogger(__name__)

MAX_BYTES: Final = 4_000_000
PER_PAGE: Final = 100
MAX_PAGES: Final = 20
_BLOCK_BYTES: Final = 1 << 14
_RENEW_EARLY_S: Final = 60.0
_CONNECTIONS: Final = 16
_TEMPORARY: Final = frozenset((502, 503, 504))
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Limits:
    """limit_s: of one question from its first byte out to its last byte in, a second try included.

    at_once: questions that wait for Koha at the same time, so that a slow one never holds all threads of the portal.
    turn_s: how long one more waits for its turn.
    """

    limit_s: float = 5.0
    at_once: int = 8
    turn_s: float = 0.5
    max_bytes: int = MAX_BYTES


class KohaRefused(IlsUnavailable):
    """Koha answers, but not what was asked for. status: of HTTP."""

    def __init__(self, asked: str, status: int) -> None:
        super().__init__(f"Koha refused {asked} (HTTP {status})")
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What Koha said: the status, the body as JSON has it (None without one), and how many there are in all."""

    status: int
    body: Any
    total: int = 0

    @property
    def found(self) -> bool:
        return self.status < 300


def is_safe_address(url: str) -> bool:
    """Whether PINs may be sent there: https, or a machine in the house that is named by its number.

    >>> [is_safe_address(u) for u in ("https://koha.example.org", "http://192.168.1.5:8081", "http://localhost:8081")]
    [True, True, True]
    >>> [is_safe_address(u) for u in ("http://koha.example.org", "http://8.8.8.8", "koha", "https://a:b@koha.org")]
    [False, False, False, False]
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or parts.port == 0:
            return False
        return parts.scheme == "https" or host == "localhost" or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


class KohaClient:
    """One Koha and one API key. Safe for several threads; connections are kept and used again."""

    def __init__(
        self,
        url: str,
        client: str,
        secret: str,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = f"{url.rstrip('/')}/api/v1"
        self._client, self._secret = client, secret
        self._limits = limits or Limits()
        self._clock = clock
        self._circuit = Circuit(clock)
        self._turns = BoundedSemaphore(self._limits.at_once)
        self._token_lock = Lock()
        self._token, self._token_until = "", 0.0
        self._session = requests.Session()
        # No proxies, passwords or certificates from the environment: the key goes to Koha alone.
        self._session.trust_env = False
        # Nor cookies: a session of Koha's would speak for the key.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=_CONNECTIONS, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        self._session.close()

    def ask(
        self,
        method: str,
        path: str,
        ids: Mapping[str, int] | None = None,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One answer below 500. path: as Koha describes it, "/patrons/{patron_id}"; ids: what stands in its brackets.

        What changes something is asked once only; a GET again where the connection broke. Raises IlsUnavailable.
        """
        asked = f"{method} {path}"
        if not self._turns.acquire(timeout=self._limits.turn_s):
            raise IlsUnavailable(f"Koha is slow, and too many wait for it already: {asked}")
        try:
            return self._ask(method, path, ids, query, body, headers)
        finally:
            self._turns.release()

    def _ask(
        self,
        method: str,
        path: str,
        ids: Mapping[str, int] | None,
        query: Mapping[str, str | int] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        asked = f"{method} {path}"
        until = self._clock() + self._limits.limit_s
        url = self._base + path.format_map({name: quote(str(id), safe="") for name, id in (ids or {}).items()})
        for is_last in (False, True):
            token = self._bearer(until)
            sent = {"Authorization": f"Bearer {token}", **(headers or {})}
            request = requests.Request(
                method, url, params=dict(query or {}), json=None if body is None else dict(body), headers=sent
            )
            answer = self._send(request, asked, until, again=method == "GET")
            if answer.status != 401 or is_last:
                break
            self._forget(token)  # it ended early, as after a restart of Koha: it was not acted upon
        if answer.status == 401 or _lacks_permission(answer):
            raise IlsUnavailable(f"Koha does not let the API key do this: {asked} (HTTP {answer.status})")
        return answer

    def read(self, reader: Callable[[Any], _T], answer: Answer, asked: str) -> _T:
        """What a reader makes of a body. Raises IlsUnavailable where it is not as Koha describes it."""
        try:
            return reader(answer.body)
        except BadAnswer as error:
            raise IlsUnavailable(f"Koha's answer to {asked} is not as it should be: {error}") from error

    def get(
        self,
        path: str,
        reader: Callable[[Any], _T],
        ids: Mapping[str, int] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> _T | None:
        """One thing; None where Koha has none (404). Raises IlsUnavailable."""
        answer = self.ask("GET", path, ids, query)
        if answer.status == 404:
            return None
        self._must_be_found(answer, path)
        return self.read(reader, answer, f"GET {path}")

    def page(
        self,
        path: str,
        reader: Callable[[Any], _T],
        ids: Mapping[str, int] | None = None,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, tuple[_T, ...]]:
        """How many there are, and those of one page; none where Koha knows nothing of what was asked about (404)."""
        answer = self.ask("GET", path, ids, query, headers=headers)
        if answer.status == 404:
            return 0, ()
        self._must_be_found(answer, path)

        def all_of(body: Any) -> tuple[_T, ...]:
            if not isinstance(body, list):
                raise BadAnswer("no list")
            return tuple(map(reader, body))

        found = self.read(all_of, answer, f"GET {path}")
        return max(answer.total, len(found)), found

    def every(
        self,
        path: str,
        reader: Callable[[Any], _T],
        ids: Mapping[str, int] | None = None,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[_T]:
        """Those of all pages, up to a limit that no shelf and no patron comes near."""
        for number in range(1, MAX_PAGES + 1):
            paged = {**(query or {}), "_page": number, "_per_page": PER_PAGE}
            total, found = self.page(path, reader, ids, paged, headers)
            yield from found
            if number * PER_PAGE >= total or not found:
                return

    def _must_be_found(self, answer: Answer, path: str) -> None:
        if not answer.found:
            raise KohaRefused(f"GET {path}", answer.status)

    # ---- the key

    def _bearer(self, until: float) -> str:
        # Who waits here for another's question does not wait longer than for one of its own.
        if not self._token_lock.acquire(timeout=max(0.0, until - self._clock())):
            raise IlsUnavailable("Koha does not answer in time: POST /oauth/token")
        try:
            if not self._token or self._clock() >= self._token_until:
                self._token, lasts_s = self._new_token(until)
                self._token_until = self._clock() + max(lasts_s / 2, lasts_s - _RENEW_EARLY_S)
            return self._token
        finally:
            self._token_lock.release()

    def _forget(self, token: str) -> None:
        with self._token_lock:
            if self._token == token:
                self._token = ""

    def _new_token(self, until: float) -> tuple[str, float]:
        form = {"grant_type": "client_credentials", "client_id": self._client, "client_secret": self._secret}
        asked = "POST /oauth/token"
        request = requests.Request("POST", f"{self._base}/oauth/token", data=form)
        answer = self._send(request, asked, until, again=False)
        body = answer.body if isinstance(answer.body, dict) else {}
        token, lasts = body.get("access_token"), body.get("expires_in")
        if not answer.found:
            raise IlsUnavailable(f"Koha does not know the API key (HTTP {answer.status}); see TELUSUR_ILS_CLIENT")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not isinstance(lasts, int):
            raise IlsUnavailable(f"Koha's answer to {asked} is not as it should be: no token")
        return token, float(lasts)

    # ---- the line

    def _send(self, request: requests.Request, asked: str, until: float, *, again: bool) -> Answer:
        if not self._circuit.may_ask():
            raise IlsUnavailable(f"Koha has failed several times and is left alone for a while: {asked}")
        try:
            answer = self._once_or_twice(request, asked, until, again)
        except IlsUnavailable as error:
            self._circuit.failed()
            logger.warning("%s", error)
            raise
        self._circuit.answered()
        return answer

    def _once_or_twice(self, request: requests.Request, asked: str, until: float, again: bool) -> Answer:
        try:
            answer = self._once(request, asked, until)
            if answer.status not in _TEMPORARY or not again:
                return self._not_broken(answer, asked)
        except requests.exceptions.Timeout as error:
            raise IlsUnavailable(f"Koha does not answer in time: {asked}") from error
        except (requests.exceptions.RequestException, OSError) as error:
            if not again:
                raise IlsUnavailable(f"The connection to Koha failed: {asked} ({type(error).__name__})") from error
        try:
            return self._not_broken(self._once(request, asked, until), asked)
        except (requests.exceptions.RequestException, OSError) as error:
            raise IlsUnavailable(f"The connection to Koha failed, twice: {asked} ({type(error).__name__})") from error

    def _once(self, request: requests.Request, asked: str, until: float) -> Answer:
        left_s = until - self._clock()
        if left_s <= 0:
            raise IlsUnavailable(f"Koha does not answer in time: {asked}")
        prepared = self._session.prepare_request(request)
        # Unpacked is what counts against the limit; unpacking what was never packed takes nothing.
        prepared.headers.update({"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Telusur"})
        with self._session.send(prepared, timeout=left_s, stream=True, allow_redirects=False, verify=True) as response:
            if 300 <= response.status_code < 400:
                raise IlsUnavailable(f"Koha leads to another address: {asked} (HTTP {response.status_code})")
            text = self._text(response, asked, until)
            total = response.headers.get("X-Total-Count", "")
            count = int(total) if total.isascii() and total.isdecimal() and len(total) < 10 else 0
            body = _parsed(text, asked) if response.status_code < 500 else None
            return Answer(response.status_code, body, count)

    def _text(self, response: requests.Response, asked: str, until: float) -> bytes:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise IlsUnavailable(f"Koha's answer to {asked} is packed, which was not asked for")
        text = bytearray()
        for block in response.iter_content(_BLOCK_BYTES):
            text += block
            if len(text) > self._limits.max_bytes:
                raise IlsUnavailable(f"Koha's answer to {asked} is larger than {self._limits.max_bytes:,} bytes")
            if self._clock() > until:
                raise IlsUnavailable(f"Koha does not answer in time: {asked}")
        return bytes(text)

    def _not_broken(self, answer: Answer, asked: str) -> Answer:
        if answer.status >= 500:
            raise IlsUnavailable(f"Koha is not in order: {asked} (HTTP {answer.status})")
        return answer


def _parsed(text: bytes, asked: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise IlsUnavailable(f"Koha's answer to {asked} is no JSON") from error


def _no_number(name: str) -> Decimal:
    raise ValueError(f"{name} is no number of JSON")


def _lacks_permission(answer: Answer) -> bool:
    """Koha says 403 for what its rules of lending refuse, too; only without permission it names those required."""
    return answer.status == 403 and isinstance(answer.body, dict) and "required_permissions" in answer.body


def any_of(field: str, values: Sequence[int | str]) -> str:
    """A query in Koha's terms: those whose field has one of these values.

    >>> any_of("biblio_id", (3, 5))
    '{"biblio_id":[3,5]}'
    """
    return json.dumps({field: list(values)}, separators=(",", ":"))
