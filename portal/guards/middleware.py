"""What stands before every route: limits on what a visitor may send, and headers on what we send.

Plain ASGI: Starlette's BaseHTTPMiddleware does not see websockets.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.guards.client_address import visitor_of
from portal.i18n import DEFAULT_LANGUAGE, Language

MAX_QUERY_BYTES: Final = 8 * 1024
MAX_BODY_BYTES: Final = 1024 * 1024
# One click is one message; a reader who clicks five times a second is served, a script waits.
MESSAGES_PER_S: Final = 5.0
MESSAGES_AT_ONCE: Final = 20.0
# All sockets of one address together: a school of 200 pupils who click every five seconds sends 40 messages a second.
MESSAGES_AN_ADDRESS_PER_S: Final = 50.0
MESSAGES_AN_ADDRESS_AT_ONCE: Final = 500.0
MAX_SOCKETS: Final = 1000
MAX_SOCKETS_AN_ADDRESS: Final = 200
TRY_AGAIN_LATER: Final = 1013
POLICY_VIOLATION: Final = 1008
# From its first byte to its last; a search form posts nothing at all.
BODY_WITHIN_S: Final = 30.0

ErrorPage = Callable[[Scope], Response]


class SecurityHeaders:
    """Adds headers that the route has not set itself."""

    def __init__(self, app: ASGIApp, headers: Iterable[tuple[str, str]]) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                present = {name.lower() for name, _ in own}
                message = {**message, "headers": own + [h for h in self._headers if h[0] not in present]}
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class KnownPaths:
    """404 for what is no page. Streamlit would answer any path with its frame and status 200, and one that leads out of its
    folder with two bare words."""

    def __init__(self, app: ASGIApp, exact: Iterable[str], under: Sequence[str], not_found: ErrorPage) -> None:
        self._app = app
        self._exact = frozenset(exact)
        self._under = tuple(under)
        self._not_found = not_found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        known = path in self._exact or path.startswith(self._under)
        if scope["type"] != "http" or (known and not leads_out(path)):
            await self._app(scope, receive, send)
        else:
            await _answer(self._not_found, scope, receive, send)


def leads_out(path: str) -> bool:
    r"""Whether a path, unquoted, has a step up or a null byte in it, as no address of ours has.

    >>> leads_out("/berkas/../../etc/passwd"), leads_out("/aset/..\\x"), leads_out("/katalog/a\0.ris"), leads_out("/katalog/a..b")
    (True, True, True, False)
    """
    return "\x00" in path or ".." in path.replace("\\", "/").split("/")


def opened(routes: Iterable[BaseRoute]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The paths that `routes` answer: those written out, and how those with a part to fill in begin.

    >>> opened([Route("/cari", print), Route("/katalog/{id:path}", print), Mount("/aset", print)])
    (frozenset({'/cari'}), ('/katalog/', '/aset/'))
    """
    exact, under = set(), []
    for route in routes:
        assert isinstance(route, Route | Mount)  # noqa: S101 - what has no path could not be let through
        begins, part, _ = route.path.partition("{")
        if isinstance(route, Mount):
            under.append(f"{begins}/")
        elif part:
            under.append(begins)
        else:
            exact.add(begins)
    return frozenset(exact), tuple(dict.fromkeys(under))


class QueryLimit:
    """414 for an address no reader would write."""

    def __init__(self, app: ASGIApp, too_long: ErrorPage) -> None:
        self._app = app
        self._too_long = too_long

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and len(scope.get("query_string", b"")) > MAX_QUERY_BYTES:
            await _answer(self._too_long, scope, receive, send)
        else:
            await self._app(scope, receive, send)


class AllowedHosts:
    """400 for a request to another host than the library's: addresses in answers are made of its name.

    hosts: names without port, () for any. A Host header that is none, or stands twice, is refused in any case.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str], refused: ErrorPage) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_ours(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await _answer(self._refused, scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        found = _HOST.fullmatch(named[0]) if len(named) == 1 else None
        # Whoever watches over the portal from its own machine calls it by these names.
        return found is not None and (not self._hosts or found["name"].lower() in self._hosts | _OWN_NAMES)


_HOST: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_OWN_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


class BodyLimit:
    """413 for a request body beyond MAX_BODY_BYTES, whether announced or not; 408 for one that takes too long to come."""

    def __init__(self, app: ASGIApp, within_s: float = BODY_WITHIN_S) -> None:
        self._app = app
        self._within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if scope["method"] in ("GET", "HEAD") and headers.keys().isdisjoint((b"content-length", b"transfer-encoding")):
            await self._app(scope, receive, send)  # nothing comes
            return
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > MAX_BODY_BYTES:
            await Response(status_code=413)(scope, receive, send)
            return
        taken = 0
        started = whole = False
        end = time.monotonic() + self._within_s

        async def limited() -> Message:
            nonlocal taken, whole
            if whole:  # what comes now is that the visitor has gone, whenever that is
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, end - time.monotonic()))
            except TimeoutError:
                raise BodyTooSlowError from None
            taken += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if taken > MAX_BODY_BYTES:
                raise BodyTooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, limited, watched)
        except BodyTooLargeError:
            if not started:
                await Response(status_code=413)(scope, receive, send)
        except BodyTooSlowError:
            if not started:
                await Response(status_code=408, headers={"Connection": "close"})(scope, receive, send)


class BodyTooLargeError(Exception):
    """More body came than a request may have."""


class BodyTooSlowError(Exception):
    """The body of a request did not come in time."""


class SocketGuard:
    """Keeps one visitor's websocket from taking the portal away from all others.

    Streamlit reads each message on the event loop and waits there for a script to start: 500
    messages from one socket held every other request for 19 s (measured), so messages are taken in
    no faster than a person clicks, and sockets are counted.
    """

    def __init__(self, app: ASGIApp, most: int = MAX_SOCKETS, most_an_address: int = MAX_SOCKETS_AN_ADDRESS) -> None:
        self._app = app
        self._most = most
        self._most_an_address = most_an_address
        self._open: Counter[str] = Counter()
        self._buckets: dict[str, TokenBucket] = {}  # of addresses with open sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        address = visitor_of(scope)
        if self._open.total() >= self._most or self._open[address] >= self._most_an_address:
            await receive()
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return
        bucket = TokenBucket(MESSAGES_PER_S, MESSAGES_AT_ONCE)
        together = self._buckets.setdefault(
            address, TokenBucket(MESSAGES_AN_ADDRESS_PER_S, MESSAGES_AN_ADDRESS_AT_ONCE)
        )

        async def paced() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                now = time.monotonic()
                await asyncio.sleep(max(bucket.wait_s(now), together.wait_s(now)))
            return message

        self._open[address] += 1
        try:
            await self._app(scope, paced, send)
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address], self._buckets[address]


class TokenBucket:
    """A rate with a reserve: `burst` at once, then `rate` a second."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at: float | None = None

    def wait_s(self, now: float) -> float:
        """Take a token at time `now` (s); how long to wait for it.

        >>> bucket = TokenBucket(rate=5, burst=2)
        >>> [bucket.wait_s(0.0) for _ in range(4)]
        [0.0, 0.0, 0.2, 0.4]
        """
        if self._at is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)


async def _answer(page: ErrorPage, scope: Scope, receive: Receive, send: Send) -> None:
    await page(scope)(scope, receive, send)


def first_param(scope: Scope, name: str) -> str:
    """A parameter of an address that may be anything, "" when it is not there."""
    text = scope.get("query_string", b"")[:MAX_QUERY_BYTES].decode("latin-1")
    return next(iter(parse_qs(text).get(name, ())), "")


def asked_language(scope: Scope) -> Language:
    """The language that an address asks for, of a request that need not be one that can be read."""
    return "en" if first_param(scope, "hl") == "en" else DEFAULT_LANGUAGE
