"""Writing entries into a cluster: what is sound, pages before their record, what became of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from elastic_transport import ObjectApiResponse
from elasticsearch import Elasticsearch

from search.document import DocumentId
from search.engine import Entry, Refused, WriteReport
from search.engines.checking import sift
from search.engines.elastic.bulk import Action, BulkSender, Target, placing, removal
from search.engines.elastic.cluster import Cluster, Waits
from search.engines.elastic.explaining import UNAVAILABLE, error_types
from search.engines.elastic.mapping import page_body, page_id, record_body
from search.errors import EngineUnavailable
from search.publications import Stamps, now

BATCH_ENTRIES: Final = 500


class ElasticWriter:
    """Adds, replaces and removes documents. A document's pages are written before it, so that what is
    cut off between the two is written again by the next load."""

    def __init__(self, cluster: Cluster, target: Target, embedder: str, dimensions: int) -> None:
        self._cluster, self._target = cluster, target
        self._sender = BulkSender(cluster, target)
        self._dimensions = dimensions if embedder else 0
        self.opened = now()
        self._stamps = Stamps(self.opened)
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
            sound, unsound = sift(batch, self._dimensions)
            refused += unsound
            reasons = self._write(sound)
            written += [entry.document.id for entry in sound if entry.document.id not in reasons]
            refused += [Refused(id, reason) for id, reason in reasons.items()]
        return WriteReport(tuple(written), tuple(refused))

    def delete(self, ids: Iterable[DocumentId]) -> int:
        self._require_open()
        known = [id for id in dict.fromkeys(ids) if isinstance(id, str) and id and id.isprintable()]
        before = self._kept
        for start in range(0, len(known), BATCH_ENTRIES):
            some = known[start : start + BATCH_ENTRIES]
            numbers = self._page_numbers(some)
            self._send(self._target.pages, (removal(id, page_id(id, n)) for id in some for n in numbers.get(id, ())))
            self._send(self._target.records, (removal(id, id) for id in some))
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
        refused = self._send(self._target.pages, _page_actions(entries, before))
        records = (entry for entry in entries if entry.document.id not in refused)
        placed = (
            placing(entry.document.id, entry.document.id, record_body(entry, self._stamps.next())) for entry in records
        )
        return refused | self._send(self._target.records, placed)

    def _page_numbers(self, ids: Sequence[DocumentId]) -> dict[DocumentId, list[int]]:
        """Of those documents that have pages, whichever load wrote them, published or not."""
        sources: dict[str, Mapping[str, Any]] = {}
        left, waits = list(ids), Waits()
        while left:
            found = self._cluster.write("be read", partial(self._ask_page_numbers, left))["docs"]
            sources |= {hit["_id"]: hit["_source"] for hit in found if hit.get("found")}
            # Of a shard that is on no node just now, nobody knows whether the document is there. An index that is
            # gone was made anew: what is written next says so.
            unknown = [hit for hit in found if "error" in hit and "index_not_found_exception" not in error_types(hit)]
            left = [hit["_id"] for hit in unknown]
            if left and not waits.another():
                raise self._cluster.explaining.answer(UNAVAILABLE, unknown[0], "be read")
        return {DocumentId(id): source["page_numbers"] for id, source in sources.items() if source.get("page_numbers")}

    def _ask_page_numbers(self, ids: Sequence[str], client: Elasticsearch) -> ObjectApiResponse[Any]:
        return client.mget(index=self._target.records, ids=list(ids), source_includes=["page_numbers"])

    def _send(self, index: str, actions: Iterable[Action]) -> dict[DocumentId, str]:
        """Gives a reason for each document one of whose actions was refused."""
        sent = self._sender.send(index, actions)
        if index == self._target.records:
            self._kept += sent.growth
            self._unsure += sent.unsure
        return sent.refused


def _page_actions(entries: Iterable[Entry], before: Mapping[DocumentId, Iterable[int]]) -> Iterator[Action]:
    """What brings the pages of `entries` up to date. before: the numbers of the pages that are there."""
    for entry in entries:
        id = entry.document.id
        stale = set(before.get(id, ())).difference(page.number for page in entry.pages)
        yield from (removal(id, page_id(id, number)) for number in sorted(stale))
        yield from (placing(id, page_id(id, page.number), page_body(entry.document, page)) for page in entry.pages)


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
