"""One web address asked again and again, within limits: what others answer is not to be trusted."""

import ipaddress
import logging
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event, Thread
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

logger = logging.getLogger(__name__)

_BLOCK_BYTES: Final = 1 << 16
# A gzip of zeros is a thousandth of what it unpacks to; a small one harms nobody.
_RATIO_FROM_BYTES: Final = 1_000_000
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_TRANSIENT: Final = frozenset((429, 500, 502, 503, 504))
_USUAL_PORTS: Final = frozenset((80, 443))
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_LOOK_S: Final = 0.2

Resolve = Callable[[str, int], list[str]]


class OutboundError(Exception):
    """The address gives no answer that can be used; the message is a sentence for a person."""


class StoppedError(Exception):
    """The load was asked to stop while an answer was waited for."""


class _TransientError(Exception):
    """What may be over in a while; wait_s is the server's own word for how long, None without one."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much. answer_s: one whole answer; max_bytes: unpacked; max_ratio: unpacked to packed.

    An address is asked `attempts` times, after first_wait_s, then twice as long each time; one that was never reached
    unreached_attempts times, since its name may be wrong. A server that asks for a longer wait than longest_wait_s is
    left alone until the next load.
    """

    connect_s: float = 10.0
    read_s: float = 60.0
    answer_s: float = 600.0
    max_bytes: int = 50_000_000
    max_ratio: int = 100
    redirects: int = 3
    attempts: int = 5
    unreached_attempts: int = 2
    first_wait_s: float = 2.0
    longest_wait_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the body unpacked."""

    status: int
    body: bytes


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order of preference. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet, whatever form it is written in.

    >>> [is_public(a) for a in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1", "100.64.0.1", "169.254.169.254", "::1")]
    [True, False, False, False, False, False]
    >>> is_public("64:ff9b::7f00:1"), is_public("2002:7f00:1::"), is_public("fe80::1%eth0"), is_public("224.0.0.1")
    (False, False, False, False)
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # Some IPv6 addresses carry an IPv4 one, which is where the bytes go.
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


class Outbound:
    """Asks one address, given by the person who runs the load.

    That address may itself be in the house: libraries harvest their own systems. But one on the open internet leads
    to no private address, neither by a redirect nor by a name that points elsewhere the next time: the connection
    is made to the very address that was checked.
    """

    def __init__(
        self,
        url: str,
        limits: Limits,
        stop: Event,
        resolve: Resolve = addresses_of,
        public: Callable[[str], bool] = is_public,
    ) -> None:
        self._url = url
        self._port = _port(url)
        self._limits = limits
        self._stop = stop
        self._resolve = resolve
        self._is_public = public
        self._from_public: bool | None = None  # known with the first connection
        self._reached = False  # some connection was made
        self._handle: socket.socket | None = None
        self._session = requests.Session()
        # No proxies, passwords or certificates from the environment: they would go to whoever a redirect names.
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": "Telusur (OAI-PMH harvester)", "Accept-Encoding": "gzip"})
        adapter = _Adapter(self._connect)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def close(self) -> None:
        self._session.close()
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def get(self, parameters: Mapping[str, str]) -> Answer:
        """The answer, asked for again while what is wrong may pass. Raises OutboundError, StoppedError."""
        wait_s = self._limits.first_wait_s
        for attempt in range(1, self._limits.attempts + 1):
            if self._stop.is_set():
                raise StoppedError
            try:
                return self._follow(parameters)
            except _TransientError as error:
                asked_s = error.wait_s
                if asked_s is not None and asked_s > self._limits.longest_wait_s:
                    reason = f"{error}, and asks to be left alone for {asked_s:,.0f} seconds. Go on after that."
                    raise OutboundError(reason) from error
                if attempt == self._attempts():
                    advice = "Try again later." if self._reached else "Check the address, or try again later."
                    raise OutboundError(f"{error}, also at attempt {attempt}. {advice}") from error
                logger.warning("%s; attempt %d of %d", error, attempt, self._attempts())
                if self._stop.wait(wait_s if asked_s is None else asked_s):
                    raise StoppedError from error
                wait_s *= 2
        raise AssertionError("the last attempt returns or raises")

    def _attempts(self) -> int:
        most = self._limits.attempts
        return most if self._reached else min(most, self._limits.unreached_attempts)

    def _follow(self, parameters: Mapping[str, str]) -> Answer:
        url = requests.Request("GET", self._url, params=dict(parameters)).prepare().url or ""
        for _ in range(self._limits.redirects + 1):
            answer, target = self._ask(url)
            if target is None:
                return answer
            url = self._checked(url, target)
        raise OutboundError(f"{_place(self._url)} leads on more than {self._limits.redirects} times")

    def _checked(self, url: str, target: str) -> str:
        """Where `url` leads on to. Ports that no web site uses are not tried: a redirect must not search a network."""
        try:
            url = urljoin(url, target)
            host, port = urlsplit(url).hostname, _port(url)
        except ValueError as error:
            raise OutboundError(f"{_place(self._url)} leads to {target!r}, which is no web address") from error
        if urlsplit(url).scheme not in ("http", "https") or not host:
            raise OutboundError(f"{_place(self._url)} leads to {target!r}, which is no web address")
        if port not in _USUAL_PORTS | {self._port}:
            raise OutboundError(f"{_place(self._url)} leads to an unusual port: {_place(url)}")
        return url

    def _ask(self, url: str) -> tuple[Answer, str | None]:
        """One answer, and where it leads on to."""
        overdue = Event()
        try:
            with self._bounded(overdue):
                return self._ask_once(url)
        except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
            self._raise_if_cut(url, overdue)
            raise OutboundError(f"{_place(url)} has no certificate to be trusted: {_cause(error)}") from error
        except (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError) as error:
            raise OutboundError(f"The answer of {_place(url)} is packed and damaged: {_cause(error)}") from error
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError) as error:
            self._raise_if_cut(url, overdue)
            raise _TransientError(f"{_place(url)} does not answer in time") from error
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError) as error:
            raise OutboundError(f"{url!r} is no web address: {error}") from error
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._raise_if_cut(url, overdue)
            raise _TransientError(f"The connection to {_place(url)} failed: {_cause(error)}") from error
        finally:
            if overdue.is_set():
                self.close()

    def _ask_once(self, url: str) -> tuple[Answer, str | None]:
        timeout = (self._limits.connect_s, self._limits.read_s)
        with self._session.get(url, timeout=timeout, stream=True, allow_redirects=False) as response:
            status = response.status_code
            if status in _REDIRECTS and (target := response.headers.get("Location")):
                return Answer(status, b""), target
            if status in _TRANSIENT:
                raise _TransientError(f"{_place(url)} answers HTTP {status}", _retry_after(response.headers))
            return Answer(status, self._body(response.raw, url)), None

    def _body(self, raw: urllib3.HTTPResponse, url: str) -> bytes:
        body = bytearray()
        # read1 gives what one read of the network brought, so that no server can hold us with a byte a minute.
        while block := raw.read1(_BLOCK_BYTES, decode_content=True):
            body += block
            if len(body) > self._limits.max_bytes:
                raise OutboundError(f"The answer of {_place(url)} is larger than {self._limits.max_bytes:,} bytes")
            if len(body) > max(_RATIO_FROM_BYTES, raw.tell() * self._limits.max_ratio):
                raise OutboundError(
                    f"The answer of {_place(url)} unpacks to more than {self._limits.max_ratio} times its size"
                )
        return bytes(body)

    @contextmanager
    def _bounded(self, overdue: Event) -> Iterator[None]:
        """Ends the connection when the answer takes too long as a whole, or the load is stopped."""
        done = Event()
        until = time.monotonic() + self._limits.answer_s

        def watch() -> None:
            while not done.wait(_LOOK_S):
                if self._stop.is_set() or time.monotonic() > until:
                    overdue.set()
                    self._cut()

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
        if overdue.is_set():  # an answer without a length ends well when it is cut
            raise OSError("cut off")

    def _cut(self) -> None:
        if self._handle is not None:
            try:
                self._handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                logger.debug("The connection was already closed")

    def _raise_if_cut(self, url: str, overdue: Event) -> None:
        if self._stop.is_set():
            raise StoppedError
        if overdue.is_set():
            raise OutboundError(f"{_place(url)} takes more than {self._limits.answer_s:,.0f} seconds for an answer")

    def _connect(self, host: str, port: int) -> socket.socket:
        """A connection to one of the host's addresses, once they are all seen to be allowed."""
        addresses = self._resolve(host, port)
        if self._from_public is None:
            self._from_public = any(map(self._is_public, addresses))
        if self._from_public and not all(map(self._is_public, addresses)):
            raise OutboundError(f"{_place(self._url)} leads to {host}, an address in a private network")
        failed: OSError = OSError("no address")
        for address in addresses:
            try:
                made = socket.create_connection((address, port), self._limits.connect_s)
            except OSError as error:
                failed = error
                continue
            self._reached = True
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._handle is not None:
                self._handle.close()
            # A second handle: TLS takes the first one over, and `shutdown` on either ends both.
            self._handle = made.dup()
            return made
        raise failed


class _Adapter(HTTPAdapter):
    """Makes every connection with `connect`, in place of urllib3, which would look the name up once more."""

    def __init__(self, connect: Callable[[str, int], socket.socket]) -> None:
        self._connect = connect
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **keywords: Any) -> None:
        super().init_poolmanager(*args, **keywords)
        connect = self._connect

        # `_new_conn` is urllib3's own place for it; tests would see if a later version called another.
        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return connect(self.host, self.port or 80)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return connect(self.host, self.port or 443)

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, which may be a date; a date is taken against the server's own clock."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _place(url: str) -> str:
    """Scheme and host, without what a URL may hold of names and passwords."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _cause(error: BaseException) -> str:
    """The innermost reason; those around it repeat the URL and name classes."""
    inner: BaseException = error
    while True:
        deeper = inner.__cause__ or inner.__context__
        reason = getattr(inner, "reason", None)
        if isinstance(reason, BaseException):
            deeper = reason
        if deeper is None or deeper is inner:
            break
        inner = deeper
    text = inner.strerror if isinstance(inner, OSError) and inner.strerror else str(inner)
    return text or type(inner).__name__
