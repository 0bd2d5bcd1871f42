"""Writing entries into a cluster by bulk: in bounded requests, patiently, each refusal with its reason."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from elastic_transport import ObjectApiResponse
from elasticsearch import Elasticsearch

from search.document import DocumentId
from search.engine import Entry, Refused, WriteReport
from search.engines.checking import id_of, problem
from search.engines.elastic.cluster import PATIENCE_S, Cluster, Waits, reason_of
from search.engines.elastic.mapping import Body, page_body, page_id, record_body
from search.engines.elastic.state import Generation
from search.errors import EngineUnavailable, IndexBusy

logger = logging.getLogger(__name__)

# A bulk of this size is what the server's makers advise to start from; larger ones were no faster here.
BULK_BYTES: Final = 5_000_000
BULK_ACTIONS: Final = 1000
BATCH_ENTRIES: Final = 500
# A document too large for the cluster's memory is refused after this, so that it does not end the load.
GIANT_PATIENCE_S: Final = 10.0
_TOO_LARGE, _BUSY, _UNAVAILABLE = 413, 429, 503


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


class ElasticWriter:
    """Adds, replaces and removes documents. A document's pages are written before it, so that what is
    cut off between the two is written again by the next load."""

    def __init__(self, cluster: Cluster, target: Target, embedder: str, dimensions: int) -> None:
        self._cluster, self._target = cluster, target
        self._dimensions = dimensions if embedder else 0
        self._open = True
        self._kept = 0  # documents created less those removed
        self._unsure = 0

    def put(self, entries: Iterable[Entry]) -> WriteReport:
        """Add or replace by id. What is reported as written is on disk on every copy in sync.

        Raises EngineUnavailable when the cluster stays away; what was acknowledged stays.
        """
        written: list[DocumentId] = []
        refused: list[Refused] = []
        for batch in _batches(entries):
            self._require_open()
            sound: dict[DocumentId, Entry] = {}
            for entry in batch:
                reason = problem(entry, self._dimensions)
                if reason:
                    refused.append(Refused(id_of(entry), reason))
                else:
                    sound.pop(entry.document.id, None)  # the later of two entries with one id stands
                    sound[entry.document.id] = entry
            reasons = self._write(list(sound.values()))
            written += [id for id in sound if id not in reasons]
            refused += [Refused(id, reason) for id, reason in reasons.items()]
        return WriteReport(tuple(written), tuple(refused))

    def delete(self, ids: Iterable[DocumentId]) -> int:
        self._require_open()
        known = [id for id in dict.fromkeys(ids) if isinstance(id, str) and id and id.isprintable()]
        before = self._kept
        for start in range(0, len(known), BATCH_ENTRIES):
            some = known[start : start + BATCH_ENTRIES]
            numbers = self._page_numbers(some)
            self._send(self._target.pages, [_removal(id, page_id(id, n)) for id in some for n in numbers.get(id, ())])
            self._send(self._target.records, [_removal(id, id) for id in some])
        return before - self._kept

    def close(self) -> int:
        """Ends writing; gives how many documents there must be at least, in an index that began empty."""
        self._open = False
        return self._kept - self._unsure

    def _require_open(self) -> None:
        if not self._open:
            raise EngineUnavailable("This load is closed; open another one to write more.")

    def _write(self, entries: Sequence[Entry]) -> dict[DocumentId, str]:
        """Gives the reasons of those that were refused."""
        if not entries:
            return {}
        before = self._page_numbers([entry.document.id for entry in entries])
        pages: list[Action] = []
        for entry in entries:
            id = entry.document.id
            stale = set(before.get(id, ())).difference(page.number for page in entry.pages)
            pages += [_removal(id, page_id(id, number)) for number in sorted(stale)]
            pages += [_placing(id, page_id(id, p.number), page_body(entry.document, p)) for p in entry.pages]
        refused = self._send(self._target.pages, pages)
        records = (entry for entry in entries if entry.document.id not in refused)
        placed = [_placing(entry.document.id, entry.document.id, record_body(entry)) for entry in records]
        return refused | self._send(self._target.records, placed)

    def _page_numbers(self, ids: Sequence[DocumentId]) -> dict[DocumentId, list[int]]:
        """Of those documents that have pages, whichever load wrote them, published or not."""
        found = self._cluster.write(
            "be read",
            lambda client: client.mget(index=self._target.records, ids=list(ids), source_includes=["page_numbers"]),
        )
        sources = {hit["_id"]: hit["_source"] for hit in found["docs"] if hit.get("found")}
        return {DocumentId(id): source["page_numbers"] for id, source in sources.items() if source.get("page_numbers")}

    def _send(self, index: str, actions: Sequence[Action]) -> dict[DocumentId, str]:
        """Sends actions in bulks; gives a reason for each owner one of whose actions was refused."""
        refused: dict[DocumentId, str] = {}
        for bulk in _bulks(actions):
            refused |= self._send_bulk(index, bulk, Waits(PATIENCE_S))
        return refused

    def _send_giant(self, index: str, action: Action, reason: str, waits: Waits) -> dict[DocumentId, str]:
        """One action larger than a bulk, which the cluster may never have the memory for."""
        if waits.patience_s > GIANT_PATIENCE_S:
            waits = Waits(GIANT_PATIENCE_S)
        if waits.another():
            return self._send_bulk(index, [action], waits)
        return {action.owner: f"it is too large for the memory of the cluster ({len(action.lines):,} bytes; {reason})"}

    def _send_bulk(self, index: str, bulk: Sequence[Action], waits: Waits) -> dict[DocumentId, str]:
        """One bulk, again and in smaller parts until nothing of it is left that the cluster was too busy for."""
        answer = self._post(index, bulk)
        if answer.meta.status == _TOO_LARGE and len(bulk) == 1:
            return {bulk[0].owner: "it is larger than the cluster takes (http.max_content_length)"}
        if answer.meta.status == _TOO_LARGE:
            return self._send_halves(index, bulk, waits)
        if answer.meta.status == _BUSY:
            self._wait(waits)
            return self._send_halves(index, bulk, waits)
        refused: dict[DocumentId, str] = {}
        busy: list[Action] = []
        for action, item in zip(bulk, (next(iter(item.values())) for item in answer["items"]), strict=True):
            self._require_generation(item)
            if "error" not in item:
                self._kept += _growth(item) if index == self._target.records else 0
            elif item["status"] in (_BUSY, _UNAVAILABLE):
                self._require_not_blocked(item)
                busy.append(action)
            else:
                reason = reason_of(item) or f"status {item['status']}"
                logger.warning("Document %s was refused: %s", action.owner, reason)
                refused[action.owner] = f"the index refuses it: {reason}"
        if busy and len(bulk) == 1 and len(bulk[0].lines) > BULK_BYTES:
            refused |= self._send_giant(index, bulk[0], reason_of(answer["items"][0]["index"]), waits)
        elif busy:
            self._wait(waits)
            refused |= self._send_bulk(index, busy, waits)
        return refused

    def _send_halves(self, index: str, bulk: Sequence[Action], waits: Waits) -> dict[DocumentId, str]:
        middle = -(-len(bulk) // 2)
        halves = [half for half in (bulk[:middle], bulk[middle:]) if half]
        return {id: reason for half in halves for id, reason in self._send_bulk(index, half, waits).items()}

    def _post(self, index: str, actions: Sequence[Action]) -> ObjectApiResponse[Any]:
        body = b"".join(action.lines for action in actions)
        tries = 0

        def send(client: Elasticsearch) -> ObjectApiResponse[Any]:
            nonlocal tries
            tries += 1
            client = client.options(ignore_status=(_TOO_LARGE, _BUSY))
            return client.bulk(index=index, operations=cast(Any, [body]), require_alias=self._target.alias)

        answer = self._cluster.write("be written", send)
        # Of a bulk whose answer was lost, the next one tells no longer what was new.
        self._unsure += len(actions) if tries > 1 else 0
        return answer

    def _wait(self, waits: Waits) -> None:
        if not waits.another():
            raise EngineUnavailable(
                f"Elasticsearch at {self._cluster.hosts} stays too busy to take what is written. What it acknowledged is "
                "kept; run the same load again when it is quieter."
            )

    def _require_generation(self, item: Mapping[str, Any]) -> None:
        ours = (self._target.generation.records, self._target.generation.pages)
        gone = item["status"] == 404 and "error" in item
        if gone or ("error" not in item and item["_index"] not in ours):
            raise IndexBusy(
                "The index was made anew by another load while this one was writing. Run this load again, so that "
                "nothing of it is missing."
            )

    def _require_not_blocked(self, item: Mapping[str, Any]) -> None:
        if item["error"].get("type") == "cluster_block_exception":
            raise self._cluster.explained_answer(item["status"], item, "be written")


def _placing(owner: DocumentId, id: str, body: Body) -> Action:
    return Action(owner, _line({"index": {"_id": id}}) + _line(body))


def _removal(owner: DocumentId, id: str) -> Action:
    return Action(owner, _line({"delete": {"_id": id}}))


def _line(body: Body) -> bytes:
    # Halves of surrogate pairs become "?", as in the embedded engine.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _growth(item: Mapping[str, Any]) -> int:
    return {"created": 1, "deleted": -1}.get(item.get("result", ""), 0)


def _bulks(actions: Sequence[Action]) -> Iterator[list[Action]]:
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


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Bounded, and a book with its thousand pages in a batch of its own with those before it."""
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) >= BATCH_ENTRIES or (isinstance(entry, Entry) and entry.pages):
            yield batch
            batch = []
    if batch:
        yield batch
