"""The way to the cluster: hosts, credentials, time limits, patience, and what its errors mean to a person."""

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from search.errors import EngineUnavailable, IndexMissing, QueryRefused, SearchError
from search.settings import ServerSettings

logger = logging.getLogger(__name__)

# A reader waits for this at most, twice where there is a second node to ask.
READ_TIMEOUT_S: Final = 4.0
# After a search found no cluster, those of the next moments are told so at once rather than wait as well.
PAUSE_S: Final = 5.0
# A load waits longer: for a bulk on a busy machine, and for a node that is being replaced.
WRITE_TIMEOUT_S: Final = 60.0
PATIENCE_S: Final = 120.0
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 15.0

DEFAULT_PORT: Final = 9200
_BUSY: Final = frozenset({429, 502, 503, 504})

T = TypeVar("T")


class Cluster:
    """One Elasticsearch client. Safe to use from several threads; connects when it is first used."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self.hosts = ", ".join(_address(url) for url in settings.urls)
        self._client = _client(settings)
        self._paused: tuple[float, SearchError] | None = None

    def read(self, doing: str, call: Callable[[Elasticsearch], T]) -> T:
        """The answer to a reader's question, soon or not at all. doing: ends "Elasticsearch could not …"."""
        paused = self._paused
        if paused is not None and time.monotonic() < paused[0]:
            raise type(paused[1])(str(paused[1]))
        client = self._client.options(
            request_timeout=READ_TIMEOUT_S, max_retries=1, retry_on_timeout=len(self._settings.urls) > 1
        )
        try:
            answer = call(client)
        except (TransportError, ApiError) as error:
            told = self.explained(error, doing)
            if isinstance(error, NoConnection | ConnectionTimeout):
                self._paused = (time.monotonic() + PAUSE_S, told)
                logger.warning("%s", told)
            raise told from error
        self._paused = None
        return answer

    def write(self, doing: str, call: Callable[[Elasticsearch], T], patience_s: float = PATIENCE_S) -> T:
        """The answer to a load's request, which may be made twice; tried anew while the cluster is busy or away."""
        waits = Waits(patience_s)
        while True:
            try:
                return call(self._client.options(request_timeout=WRITE_TIMEOUT_S, max_retries=0))
            except (TransportError, ApiError) as error:
                if not _passing(error) or not waits.another():
                    raise self.explained(error, doing) from error
                logger.warning("Elasticsearch could not %s (%s); trying again", doing, type(error).__name__)

    def close(self) -> None:
        self._client.close()

    def explained(self, error: Exception, doing: str) -> SearchError:
        """An error of the client as one of ours: what happened, and what to do."""
        if isinstance(error, UnsupportedProductError):
            return EngineUnavailable(f"What answers at {self.hosts} is not Elasticsearch. Check TELUSUR_ENGINE.")
        if isinstance(error, ApiError):
            return self.explained_answer(error.status_code, error.body, doing)
        if isinstance(error, TlsError):
            return EngineUnavailable(
                f"The certificate of Elasticsearch at {self.hosts} is not trusted ({_first_line(error)}). "
                "Name the file of the certificate authority in TELUSUR_ENGINE_CA."
            )
        if isinstance(error, ConnectionTimeout):
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} did not answer in time; it could not {doing}. Try again; if it stays "
                "so, look at the cluster's health."
            )
        return EngineUnavailable(
            f"Elasticsearch cannot be reached at {self.hosts}; it could not {doing}. Start it, or check TELUSUR_ENGINE."
        )

    def explained_answer(self, status: int, body: object, doing: str) -> SearchError:
        """An error that came as an answer, or as a part of one."""
        types = set(_error_types(body))
        if status == 401:
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} refuses the user and password, or the API key. "
                "Check TELUSUR_ENGINE_USER and TELUSUR_ENGINE_PASSWORD, or TELUSUR_ENGINE_API_KEY."
            )
        if types & {"media_type_header_exception"} or (status == 406 and not types):
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} is of another version; this program speaks to version 9. "
                "Upgrade the cluster, or set TELUSUR_ENGINE=embedded."
            )
        if "cluster_block_exception" in types:
            return EngineUnavailable(
                f"Elasticsearch could not {doing}: the index is closed for writing, most often because a disk is nearly "
                "full (flood-stage watermark). Make room on the disk; the cluster lifts the block by itself."
            )
        if status == 403:
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} does not let this user {doing}. Give the role the privileges "
                f"that docs/scaling.md names on {self._settings.index}-*."
            )
        if "index_not_found_exception" in types:
            return IndexMissing(missing_message(self.hosts, self._settings.index))
        if types & {"too_many_nested_clauses", "too_many_clauses"}:
            return QueryRefused("This search has too many words for the cluster; ask with fewer.")
        reason = reason_of(body) or f"status {status}"
        return EngineUnavailable(f"Elasticsearch at {self.hosts} could not {doing}: {reason}.")


@dataclass(slots=True)
class Waits:
    """Pauses that grow and are random in length, so that many loads do not come back at once; `patience_s` in all."""

    patience_s: float
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


def missing_message(hosts: str, index: str) -> str:
    return (
        f"There is no index {index!r} in Elasticsearch at {hosts} yet. Load records with: telusur ingest PATH "
        "(TELUSUR_ENGINE_INDEX names the index)"
    )


def _client(settings: ServerSettings) -> Elasticsearch:
    credentials: dict[str, Any] = {}
    if settings.api_key:
        credentials["api_key"] = settings.api_key
    elif settings.user:
        credentials["basic_auth"] = (settings.user, settings.password)
    if settings.ca:
        credentials["ca_certs"] = settings.ca
    try:
        return Elasticsearch([_with_port(url) for url in settings.urls], http_compress=False, **credentials)
    except (ValueError, OSError) as error:
        raise EngineUnavailable(f"TELUSUR_ENGINE={','.join(settings.urls)} cannot be used: {error}.") from error


def _with_port(url: str) -> str:
    parts = urlsplit(url)
    if parts.port is not None:
        return url
    return parts._replace(netloc=f"{parts.netloc}:{DEFAULT_PORT}").geturl()


def _address(url: str) -> str:
    """A URL as it may be shown: without a path or anything secret."""
    parts = urlsplit(_with_port(url))
    return f"{parts.scheme}://{parts.hostname}:{parts.port}"


def _passing(error: TransportError | ApiError) -> bool:
    """Whether the same request may well succeed a little later."""
    if isinstance(error, TlsError | UnsupportedProductError):
        return False
    if isinstance(error, ApiError):
        return error.status_code in _BUSY and "cluster_block_exception" not in set(_error_types(error.body))
    return isinstance(error, NoConnection | ConnectionTimeout)


def _error_types(body: object) -> Iterable[str]:
    """The types of an error and of everything that caused it."""
    if isinstance(body, Mapping):
        if isinstance(body.get("type"), str):
            yield body["type"]
        for key in ("error", "caused_by", "reason"):
            yield from _error_types(body.get(key))
        for key in ("root_cause", "failed_shards"):
            for cause in body.get(key) or ():
                yield from _error_types(cause)


def reason_of(body: object) -> str:
    """The innermost reason the server gives, one line."""
    reason = ""
    while isinstance(body, Mapping):
        inner = body.get("caused_by") or body.get("error")
        if isinstance(body.get("reason"), str):
            reason = body["reason"]
        if isinstance(inner, str):
            return inner
        if not inner and body.get("failed_shards"):
            inner = body["failed_shards"][0].get("reason")
        body = inner
    return reason.partition("\n")[0][:300]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
