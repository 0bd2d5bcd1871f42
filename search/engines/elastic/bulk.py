"""Actions sent to a cluster in bulks: bounded, a few under way at once, patiently, each refusal with its reason."""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from elastic_transport import ObjectApiResponse
from elasticsearch import Elasticsearch

from search.document import DocumentId
from search.engines.elastic.cluster import SHARD_TIMEOUT, Cluster, Waits
from search.engines.elastic.explaining import BUSY, FORBIDDEN, REFUSED, UNAVAILABLE, is_closed, reason_of
from search.engines.elastic.mapping import Body
from search.engines.elastic.state import Generation, made_anew
from search.errors import EngineUnavailable

logger = logging.getLogger(__name__)

# While the server works on a bulk the next is made; larger ones leave one of the two idle for longer.
BULK_BYTES: Final = 2_000_000
BULK_ACTIONS: Final = 1000
# What a load may have sent without an answer, and so what a busy cluster makes it wait with.
UNDER_WAY: Final = 2
# A document too large for the cluster's memory is refused after this, so that it does not end the load.
GIANT_PATIENCE_S: Final = 10.0
_TOO_LARGE: Final = 413


@dataclass(frozen=True, slots=True)
class Action:
    """One line of a bulk, or two. owner: the document it is for."""

    owner: DocumentId
    lines: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """Where a writer writes: through `records` and `pages`, which lead to the indexes of `generation`.

    alias: those two are aliases, which must not be made indexes by a bulk that comes too late.
    """

    records: str
    pages: str
    generation: Generation
    alias: bool


@dataclass(slots=True)
class Sent:
    """What became of actions. refused: a reason for each owner one of whose actions was refused. growth: how many
    things there are more than before. unsure: actions that were sent twice, so that growth may be off by so many."""

    refused: dict[DocumentId, str] = field(default_factory=dict)
    growth: int = 0
    unsure: int = 0

    def add(self, other: "Sent") -> "Sent":
        self.refused |= other.refused
        self.growth += other.growth
        self.unsure += other.unsure
        return self


def placing(owner: DocumentId, id: str, body: Body) -> Action:
    return Action(owner, _line({"index": {"_id": id}}) + _line(body))


def removal(owner: DocumentId, id: str) -> Action:
    return Action(owner, _line({"delete": {"_id": id}}))


class BulkSender:
    """Sends actions to the indexes of one target."""

    def __init__(self, cluster: Cluster, target: Target) -> None:
        self._cluster, self._target = cluster, target

    def send(self, index: str, actions: Iterable[Action]) -> Sent:
        """Sends all, made as they are needed; returns when the cluster has answered for each.

        Raises EngineUnavailable when the cluster stays away or busy, IndexBusy when its index was made anew.
        """
        sent = Sent()
        under_way: deque[_Delivery] = deque()
        try:
            for bulk in _bulks(actions):
                under_way.append(_Delivery(self._deliver, index, bulk))
                if len(under_way) >= UNDER_WAY:
                    sent.add(under_way.popleft().result())
            while under_way:
                sent.add(under_way.popleft().result())
        except Exception:
            for delivery in under_way:  # nothing is written any more once the failure is told
                delivery.join()
            raise
        return sent

    def _deliver(self, index: str, bulk: Sequence[Action]) -> Sent:
        return self._send(index, bulk, Waits())

    def _send(self, index: str, bulk: Sequence[Action], waits: Waits) -> Sent:
        """One bulk, again and in smaller parts until nothing of it is left that the cluster was too busy for."""
        answer, sent = self._post(index, bulk)
        status = answer.meta.status
        if status == _TOO_LARGE and len(bulk) == 1:
            sent.refused[bulk[0].owner] = "it is larger than the cluster takes (http.max_content_length)"
            return sent
        if status in (_TOO_LARGE, BUSY):
            if status == BUSY:
                self._wait(waits, BUSY, answer.body)
            return self._send_halves(index, bulk, waits)
        items = [next(iter(item.values())) for item in answer["items"]]
        busy: list[tuple[Action, Mapping[str, Any]]] = []
        for action, item in zip(bulk, items, strict=True):
            self._require_generation(item)
            if "error" not in item:
                sent.growth += _growth(item)
            elif _concerns_all(item):
                raise self._stopped(item["status"], item)
            elif item["status"] in (BUSY, UNAVAILABLE):
                busy.append((action, item))
            else:
                reason = reason_of(item) or f"status {item['status']}"
                logger.warning("Document %s was refused: %s", action.owner, reason)
                sent.refused[action.owner] = f"the index refuses it: {reason}"
        return sent.add(self._send_again(index, busy, len(bulk), waits)) if busy else sent

    def _send_again(
        self, index: str, busy: Sequence[tuple[Action, Mapping[str, Any]]], size: int, waits: Waits
    ) -> Sent:
        action, item = busy[0]
        if size == 1 and len(action.lines) > BULK_BYTES and item["status"] == BUSY:
            return self._send_giant(index, action, reason_of(item), waits)
        self._wait(waits, item["status"], item)
        return self._send(index, [action for action, _ in busy], waits)

    def _send_giant(self, index: str, action: Action, reason: str, waits: Waits) -> Sent:
        """One action larger than a bulk, which the cluster may never have the memory for."""
        if waits.patience_s > GIANT_PATIENCE_S:
            waits = Waits(GIANT_PATIENCE_S)
        if waits.another():
            return self._send(index, [action], waits)
        told = f"it is too large for the memory of the cluster ({len(action.lines):,} bytes; {reason})"
        return Sent({action.owner: told})

    def _send_halves(self, index: str, bulk: Sequence[Action], waits: Waits) -> Sent:
        middle = -(-len(bulk) // 2)
        sent = Sent()
        for half in (bulk[:middle], bulk[middle:]):
            if half:
                sent.add(self._send(index, half, waits))
        return sent

    def _post(self, index: str, actions: Sequence[Action]) -> tuple[ObjectApiResponse[Any], Sent]:
        body = b"".join(action.lines for action in actions)
        tries = 0

        def post(client: Elasticsearch) -> ObjectApiResponse[Any]:
            nonlocal tries
            tries += 1
            return client.options(ignore_status=(_TOO_LARGE, BUSY)).bulk(
                index=index,
                operations=cast(Any, [body]),
                require_alias=self._target.alias,
                timeout=SHARD_TIMEOUT,
            )

        answer = self._cluster.write("be written", post)
        # Of a bulk whose answer was lost, the next one tells no longer what was new.
        return answer, Sent(unsure=len(actions) if tries > 1 else 0)

    def _wait(self, waits: Waits, status: int, answer: object) -> None:
        if is_closed(status, answer) or not waits.another():
            raise self._stopped(status, answer)
        logger.warning("%s Trying again.", self._cluster.explaining.answer(status, answer, "be written"))

    def _stopped(self, status: int, answer: object) -> EngineUnavailable:
        return EngineUnavailable(str(self._cluster.explaining.answer(status, answer, "be written")))

    def _require_generation(self, item: Mapping[str, Any]) -> None:
        ours = (self._target.generation.records, self._target.generation.pages)
        gone = item["status"] == 404 and "error" in item
        if gone or ("error" not in item and item["_index"] not in ours):
            raise made_anew()


class _Delivery(threading.Thread):
    """One bulk on its way. A daemon: a load that is broken off does not wait for a cluster that is silent."""

    def __init__(self, deliver: Callable[[str, Sequence[Action]], Sent], index: str, bulk: Sequence[Action]) -> None:
        super().__init__(name="telusur-bulk", daemon=True)
        self._deliver, self._index, self._bulk = deliver, index, bulk
        self._sent: Sent | None = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._sent = self._deliver(self._index, self._bulk)
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            self._error = error

    def result(self) -> Sent:
        self.join()
        if self._error is not None:
            raise self._error
        assert self._sent is not None  # noqa: S101 - one of the two is there when the thread has ended
        return self._sent


def _concerns_all(item: Mapping[str, Any]) -> bool:
    """Whether an action failed for what would fail any other one as well."""
    return item["status"] in (REFUSED, FORBIDDEN) or is_closed(item["status"], item)


def _line(body: Body) -> bytes:
    # Halves of surrogate pairs become "?", as in the embedded engine.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _growth(item: Mapping[str, Any]) -> int:
    return {"created": 1, "deleted": -1}.get(item.get("result", ""), 0)


def _bulks(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """Actions in requests of BULK_BYTES and BULK_ACTIONS at most; a larger one alone."""
    bulk: list[Action] = []
    size = 0
    for action in actions:
        if bulk and (size + len(action.lines) > BULK_BYTES or len(bulk) >= BULK_ACTIONS):
            yield bulk
            bulk, size = [], 0
        bulk.append(action)
        size += len(action.lines)
    if bulk:
        yield bulk
