"""What the cluster's errors mean to a person: what happened, and what to do."""

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, SerializationError, TlsError, TransportError
from elasticsearch import ApiError, UnsupportedProductError

from search.errors import EngineUnavailable, IndexGone, IndexMissing, QueryRefused, SearchError

REFUSED, FORBIDDEN, BUSY, UNAVAILABLE = 401, 403, 429, 503
_PASSING: Final = frozenset({BUSY, 502, UNAVAILABLE, 504})
# What a proxy before the cluster may answer by itself; anything else that no Elasticsearch says is no Elasticsearch.
_OF_A_PROXY: Final = _PASSING | {REFUSED, FORBIDDEN, 407, 413}

_BLOCK: Final = "cluster_block_exception"
_NO_COPY: Final = frozenset(
    {"unavailable_shards_exception", "no_shard_available_action_exception", "search_phase_execution_exception"}
)
_NO_MASTER: Final = frozenset(
    {_BLOCK, "master_not_discovered_exception", "not_master_exception", "process_cluster_event_timeout_exception"}
)
_LOST: Final = frozenset(
    {
        "connect_transport_exception",
        "node_closed_exception",
        "node_disconnected_exception",
        "node_not_connected_exception",
        "receive_timeout_transport_exception",
    }
)
_OF_FULL_DISKS: Final = "read_only_allow_delete"
# The bytes and counts behind the words of a busy cluster, other ones at every try.
_MEASURES: Final = re.compile(r"(?:, data for)? \[[^\[\]]*[=<].*", re.DOTALL)
_TOO_MANY_WORDS: Final = frozenset({"too_many_nested_clauses", "too_many_clauses"})


@dataclass(frozen=True, slots=True)
class Explaining:
    """Errors about one cluster. hosts: as they may be shown. index: what our names in the cluster begin with.
    was_there: the index was found already, so one that is missing was taken away."""

    hosts: str
    index: str
    was_there: bool = False

    def error(self, error: Exception, doing: str) -> SearchError:
        """An error of the client as one of ours. doing: ends "Elasticsearch could not …"."""
        if isinstance(error, UnsupportedProductError | SerializationError) or _is_foreign(error):
            return EngineUnavailable(f"What answers at {self.hosts} is not Elasticsearch. Check TELUSUR_ENGINE.")
        if isinstance(error, ApiError):
            return self.answer(error.status_code, error.body, doing)
        if isinstance(error, TlsError):
            return self._insecure(error)
        if isinstance(error, ConnectionTimeout):
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} did not answer in time; it could not {doing}. Try again; if it stays "
                "so, look at the cluster's health."
            )
        return EngineUnavailable(
            f"Elasticsearch cannot be reached at {self.hosts}; it could not {doing}. Start it, or check TELUSUR_ENGINE "
            "(host, port, http or https)."
        )

    def answer(self, status: int, body: object, doing: str) -> SearchError:
        """An error that came as an answer, or as a part of one."""
        types = set(error_types(body))
        reason = reason_of(body) or f"status {status}"
        if status == REFUSED:
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} refuses the user and password, or the API key. "
                "Check TELUSUR_ENGINE_USER and TELUSUR_ENGINE_PASSWORD, or TELUSUR_ENGINE_API_KEY."
            )
        if "media_type_header_exception" in types or (status == 406 and not types):
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} is of another version; this program speaks to version 9. "
                "Upgrade the cluster, or set TELUSUR_ENGINE=embedded."
            )
        if is_closed(status, body):
            return self._closed(doing, reason)
        if status == FORBIDDEN:
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} could not {doing}: the user, or the API key, may not ({reason}). Give "
                f"the role the privileges that docs/scaling.md names on {self.index}-*."
            )
        if "index_not_found_exception" in types:
            return IndexGone(self.gone()) if self.was_there else IndexMissing(self.missing())
        if types & _TOO_MANY_WORDS:
            return QueryRefused("This search has too many words for the cluster; ask with fewer.")
        if types & _LOST:
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} could not {doing}: one of its nodes was lost under way. Try again, and "
                "start the node that is missing."
            )
        if status == UNAVAILABLE and types & _NO_COPY:
            return self.nowhere(doing)
        if status == UNAVAILABLE and types & _NO_MASTER:
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} could not {doing}: it is starting, or more than half of its nodes are "
                "missing. Start those; it goes on by itself."
            )
        if status == BUSY:
            return EngineUnavailable(
                f"Elasticsearch at {self.hosts} could not {doing}: it is too busy ({_MEASURES.sub('', reason)}). Try again "
                "when it is quieter, or give it more memory."
            )
        if status in (502, UNAVAILABLE, 504) and not types:
            return EngineUnavailable(
                f"What stands before Elasticsearch at {self.hosts} does not reach it ({reason}), so it could not {doing}. "
                "Start Elasticsearch, or see to the proxy."
            )
        return EngineUnavailable(f"Elasticsearch at {self.hosts} could not {doing}: {reason}.")

    def missing(self) -> str:
        return (
            f"There is no index {self.index!r} in Elasticsearch at {self.hosts} yet. Load records with: telusur ingest "
            "PATH (TELUSUR_ENGINE_INDEX names the index)"
        )

    def gone(self) -> str:
        return (
            f"The index {self.index!r} that was in Elasticsearch at {self.hosts} is no longer there. Restore it from a snapshot; "
            "without one, load the records again with: telusur ingest PATH"
        )

    def nowhere(self, doing: str) -> EngineUnavailable:
        """Of a shard that no node has."""
        return EngineUnavailable(
            f"Elasticsearch at {self.hosts} could not {doing}: a part of the index is on no node that is there. Start "
            "the node that is missing; if none is, a disk is too full to take that part, so make room on it."
        )

    def _closed(self, doing: str, reason: str) -> EngineUnavailable:
        """Of an index closed for writing: by the cluster, when a disk is nearly full, or by somebody."""
        block = _OF_FULL_DISKS if _OF_FULL_DISKS in reason.replace("-", "_") else "write"
        lift = f'PUT {self.index}-*/_settings {{"index.blocks.{block}": null}}'
        if block == _OF_FULL_DISKS:
            return EngineUnavailable(
                f"Elasticsearch could not {doing}: the index is closed for writing, most often because a disk is nearly "
                "full (flood-stage watermark). Make room on the disk; the cluster lifts the block by itself. Where there "
                f"is room, somebody closed it; then lift the block: {lift}"
            )
        return EngineUnavailable(
            f"Elasticsearch could not {doing}: somebody has closed the index for writing ({reason}). Lift the block: {lift}"
        )

    def _insecure(self, error: TlsError) -> EngineUnavailable:
        innermost = _causes(error)[-1]
        if isinstance(innermost, ssl.SSLCertVerificationError | ValueError):  # ValueError: urllib3's own check of names
            return EngineUnavailable(
                f"The certificate of Elasticsearch at {self.hosts} is not trusted ({_said(innermost)}). "
                "Name the file of the certificate authority in TELUSUR_ENGINE_CA."
            )
        return EngineUnavailable(
            f"No secure connection to Elasticsearch at {self.hosts} can be made ({_said(innermost)}). Start it, or check "
            "TELUSUR_ENGINE (host, port, http or https)."
        )


def is_passing(error: TransportError | ApiError) -> bool:
    """Whether the same request may well succeed a little later."""
    if isinstance(error, TlsError):
        # A server that ends while the two greet each other; a certificate does not get better by waiting.
        return any(isinstance(e, ssl.SSLEOFError | ssl.SSLZeroReturnError) for e in _causes(error))
    if isinstance(error, ApiError):
        return error.status_code in _PASSING and not is_closed(error.status_code, error.body)
    return isinstance(error, NoConnection | ConnectionTimeout)


def is_closed(status: int, body: object) -> bool:
    """Whether an index is closed for writing. A cluster that is starting gives the same type with status 503."""
    return status in (FORBIDDEN, BUSY) and _BLOCK in error_types(body)


def error_types(body: object) -> Iterator[str]:
    """The types of an error and of everything that caused it."""
    if isinstance(body, Mapping):
        if isinstance(body.get("type"), str):
            yield body["type"]
        for key in ("error", "caused_by", "reason"):
            yield from error_types(body.get(key))
        for key in ("root_cause", "failed_shards"):
            for cause in body.get(key) or ():
                yield from error_types(cause)


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


def _is_foreign(error: Exception) -> bool:
    """Whether an answer is one that neither Elasticsearch nor a proxy before it gives."""
    if not isinstance(error, ApiError) or error.status_code in _OF_A_PROXY:
        return False
    of_ours = error.meta.headers.get("x-elastic-product", "") == "Elasticsearch"
    return not of_ours and not set(error_types(error.body))


def _causes(error: BaseException) -> list[BaseException]:
    """The error and those it was made of, outermost first."""
    found: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and inner not in found:
        found.append(inner)
        within = next((arg for arg in inner.args if isinstance(arg, BaseException)), None)
        inner = within or inner.__cause__ or inner.__context__
    return found


def _said(error: BaseException) -> str:
    """What OpenSSL says, without the place in its source."""
    text = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    return str(text).replace("_", " ").lower().partition("\n")[0][:200]
