"""The way to the cluster: hosts, credentials, time limits, and patience."""

import base64
import http
import logging
import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch

from search.engines.elastic.explaining import BUSY, Explaining, error_types, is_passing
from search.errors import EngineUnavailable, SearchError
from search.settings import ServerSettings

logger = logging.getLogger(__name__)

# A reader waits for this at most, twice where there is a second node to ask.
READ_TIMEOUT_S: Final = 4.0
# After a search found no cluster, those of the next moments are told so at once rather than wait as well.
PAUSE_S: Final = 5.0
# A load waits longer: for a bulk on a busy machine, and for a node that is being replaced.
WRITE_TIMEOUT_S: Final = 60.0
PATIENCE_S: Final = 120.0
# How long the cluster itself waits for a shard that starts or moves, before it says that it has none.
SHARD_TIMEOUT: Final = "30s"
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 15.0
# More threads than ask at once: one that waited for a connection would wait beyond all limits of time.
_CONNECTIONS: Final = 100

DEFAULT_PORT: Final = 9200

T = TypeVar("T")


class Cluster:
    """One Elasticsearch client. Safe to use from several threads; connects when it is first used."""

    def __init__(self, settings: ServerSettings) -> None:
        self._urls = tuple(dict.fromkeys(_with_port(url) for url in settings.urls))
        self.hosts = ", ".join(_address(url) for url in self._urls)
        self.explaining = Explaining(self.hosts, settings.index)
        self._client = _client(settings, self._urls)
        # Made once: to make it takes a quarter of what a whole request costs this process.
        self._reader = self._client.options(request_timeout=READ_TIMEOUT_S, max_retries=0)
        self._pause = Pause()

    def note_index(self) -> None:
        """The index is there: if it is missing from now on, nobody is to be told that it was never made."""
        if not self.explaining.was_there:
            self.explaining = replace(self.explaining, was_there=True)

    def read(self, doing: str, call: Callable[[Elasticsearch], T]) -> T:
        """The answer to a reader's question, soon or not at all. doing: ends "Elasticsearch could not …"."""
        self._pause.require_over()
        started = time.monotonic()
        try:
            answer = self._ask(call)
        except ApiError as error:
            self._pause.end()  # it answers, if not as we like
            raise self.explaining.error(error, doing) from error
        except TransportError as error:
            told = self.explaining.error(error, doing)
            self._pause.begin(told, started)
            raise told from error
        self._pause.end()
        return answer

    def search(
        self, doing: str, lines: Sequence[Mapping[str, Any]], *, patient: bool = False
    ) -> Sequence[Mapping[str, Any]]:
        """The responses to searches, all of them whole. lines: a header and a body of each. patient: asked by a load.

        A node that was lost under a search has copies elsewhere, as a rule: then a reader's is made once more.
        """
        # All or nothing: a count that lacks a shard would be believed.
        whole = {"allow_partial_search_results": False}
        searches = [line if number % 2 else {**line, **whole} for number, line in enumerate(lines)]
        ask = self.write if patient else self.read
        waits, tries = Waits(), 0
        while True:
            responses: list[Mapping[str, Any]]
            responses = ask(doing, lambda client: client.msearch(searches=searches))["responses"]
            failed = next((response for response in responses if "error" in response), None)
            if failed is None:
                return responses
            tries += 1
            status = int(failed["status"])
            passing = status >= http.HTTPStatus.INTERNAL_SERVER_ERROR or (patient and status == BUSY)
            if not passing or not (waits.another() if patient else tries == 1):
                raise self.explaining.answer(status, failed, doing)

    def write(
        self,
        doing: str,
        call: Callable[[Elasticsearch], T],
        patience_s: float = PATIENCE_S,
        timeout_s: float = WRITE_TIMEOUT_S,
    ) -> T:
        """The answer to a load's request, which may be made twice; tried anew while the cluster is busy or away."""
        waits = Waits(patience_s)
        said, untried = "", len(self._urls)
        while True:
            try:
                return call(self._client.options(request_timeout=timeout_s, max_retries=0))
            except (TransportError, ApiError) as error:
                untried -= 1
                if isinstance(error, NoConnection) and is_passing(error) and untried > 0:
                    continue
                told = self.explaining.error(error, doing)
                if not is_passing(error) or not waits.another():
                    raise told from error
                untried = len(self._urls)
                if str(told) != said:
                    said = str(told)
                    logger.warning("%s Trying again.", said)

    def make_index(self, doing: str, index: str, **body: Any) -> None:
        """Makes an index, unless it is there already. Raises EngineUnavailable when no node takes it."""
        try:
            made = self.write(doing, lambda client: client.indices.create(index=index, timeout=SHARD_TIMEOUT, **body))
        except SearchError as error:
            answer = error.__cause__
            if isinstance(answer, ApiError) and "resource_already_exists_exception" in error_types(answer.body):
                return
            raise
        if not made["shards_acknowledged"]:
            raise self.explaining.nowhere(doing)

    def close(self) -> None:
        self._client.close()

    def _ask(self, call: Callable[[Elasticsearch], T]) -> T:
        """Asks node after node until one answers, but waits for two silent ones at most."""
        silent = 0
        for left in reversed(range(len(self._urls) + 1)):
            try:
                return call(self._reader)
            except TlsError:
                raise
            except (NoConnection, ConnectionTimeout) as error:
                silent += isinstance(error, ConnectionTimeout)
                if not left or silent == min(2, len(self._urls)):
                    raise
        raise AssertionError("the last try answers or raises")


class Pause:
    """The time after a search that found no cluster. Then one goes ahead to see; the others are told what it was told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: SearchError | None = None
        self._over = 0.0
        self._answered = 0.0

    def require_over(self) -> None:
        with self._lock:
            if self._told is None:
                return
            if time.monotonic() < self._over:
                raise type(self._told)(str(self._told))
            self._over = time.monotonic() + 2 * READ_TIMEOUT_S

    def begin(self, told: SearchError, asked: float) -> None:
        """asked: when what failed began. Others were answered since: then it is that one question's affair."""
        with self._lock:
            if self._answered > asked:
                return
            if self._told is None and self._answered:
                logger.warning("%s", told)
            self._told, self._over = told, time.monotonic() + PAUSE_S

    def end(self) -> None:
        with self._lock:
            if self._told is not None and self._answered:
                logger.warning("Elasticsearch answers again.")
            self._told, self._answered = None, time.monotonic()


@dataclass(slots=True)
class Waits:
    """Pauses that grow and are random in length, so that many loads do not come back at once; `patience_s` in all."""

    patience_s: float = PATIENCE_S
    _started: float = 0.0
    _longest: float = _FIRST_WAIT_S

    def another(self) -> bool:
        """Waits and says True, or says False when patience is at its end."""
        now = time.monotonic()
        self._started = self._started or now
        if now - self._started >= self.patience_s:
            return False
        time.sleep(random.uniform(0.1, 1.0) * self._longest)  # noqa: S311 - spreads load, guards nothing
        self._longest = min(2 * self._longest, _LONGEST_WAIT_S)
        return True


def _client(settings: ServerSettings, urls: tuple[str, ...]) -> Elasticsearch:
    options: dict[str, Any] = {"http_compress": False, "connections_per_node": _CONNECTIONS}
    if settings.api_key:
        options["api_key"] = _api_key(settings.api_key)
    elif settings.user:
        options["basic_auth"] = base64.b64encode(f"{settings.user}:{settings.password}".encode()).decode()
    if settings.ca:
        options["ca_certs"] = _authority(settings.ca, urls)
    try:
        return Elasticsearch(list(urls), **options)
    except ValueError as error:
        hosts = ", ".join(_address(url) for url in urls)
        raise EngineUnavailable(f"Elasticsearch at {hosts} cannot be used: {error}. Check TELUSUR_ENGINE.") from error


def _api_key(key: str) -> str:
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise EngineUnavailable(
            "TELUSUR_ENGINE_API_KEY is no API key: it holds a space or another character that none has. Use what the "
            'cluster gave as "encoded".'
        )
    return key


def _authority(path: str, urls: tuple[str, ...]) -> str:
    if not all(url.startswith("https://") for url in urls):
        raise EngineUnavailable(
            "TELUSUR_ENGINE_CA is set, but TELUSUR_ENGINE has a URL that does not begin with https://. Correct one of them."
        )
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        why = error.strerror if not isinstance(error, ssl.SSLError) else "it holds no certificate in PEM format"
        raise EngineUnavailable(
            f"TELUSUR_ENGINE_CA={path} cannot be used: {why}. Name the file of the certificate authority."
        ) from error
    return path


def _with_port(url: str) -> str:
    """`url` with its port said, and no slash at the end."""
    parts = urlsplit(url.rstrip("/"))
    if parts.port is not None:
        return parts.geturl()
    return parts._replace(netloc=f"{parts.netloc}:{DEFAULT_PORT}").geturl()


def _address(url: str) -> str:
    """A URL as it may be shown: without a path or anything secret."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port}"
