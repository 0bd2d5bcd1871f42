"""Elasticsearch as the engine: aliases that lead to the published indexes, loads that fill or replace them."""

import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

from elasticsearch import Elasticsearch

from search.engine import IndexInfo
from search.engines.compatibility import REBUILD
from search.engines.elastic.bulk import Target
from search.engines.elastic.cluster import WRITE_TIMEOUT_S, Cluster, Waits
from search.engines.elastic.leases import Lease, leased
from search.engines.elastic.mapping import index_settings, page_mappings, record_mappings, vector_properties
from search.engines.elastic.searcher import ElasticSearcher
from search.engines.elastic.state import FIRST, Generation, Names, State, made_anew, state_of
from search.engines.elastic.writer import ElasticWriter
from search.errors import EngineUnavailable, IndexBusy, IndexMissing, SchemaMismatch, SearchError
from search.publications import BEGINNING, Stamp, now
from search.settings import ServerSettings

logger = logging.getLogger(__name__)

# How long a searcher's knowledge of schema and model is trusted; a rebuild is seen after this at the latest.
STATE_S: Final = 5.0
# From the noting of a publication until every portal knows of it: its state may be that old, and clocks differ a little.
KNOWN_WITHIN_US: Final = 10_000_000
_NOTES: Final = 5  # tries to note one beside loads that end at the same time
# After a rebuild, segments are merged into this many a shard: fewer are searched faster, one alone would
# never be merged again with what later loads add.
SEGMENTS: Final = 5
# How long a finished rebuild waits for copies on other nodes, which were made while it wrote, as a rule.
COPIES_TIMEOUT: Final = "30s"
_FIRST_POLL_S, _LAST_POLL_S = 0.05, 2.0
# A load that ends on an error does not wait long for what clears up behind it.
_CLEARING_S: Final = 10.0

# Of which it is kept how common they are: some megabytes.
MOST_WORDS: Final = 50_000


class ElasticEngine:
    """One catalogue in one cluster. Several loads may update it at once; a rebuild is alone."""

    exclusive = False

    def __init__(self, settings: ServerSettings) -> None:
        self._cluster = Cluster(settings)
        self._names = Names(settings.index)
        self._shards = settings.shards
        self._lock = threading.Lock()
        self._known: tuple[float, State] | None = None
        self._loads = 0  # that are open
        # How common words were found to be, in which index as of which publication.
        self._common: tuple[tuple[str, Stamp], dict[str, float]] | None = None

    def info(self) -> IndexInfo:
        state = self._state()
        state.require_same_schema()
        records, pages = self._names.records, self._names.pages
        passages = {"passages": {"nested": {"path": "passages"}}}
        all_of: dict[str, Any] = {"size": 0, "track_total_hits": True}
        counted = self._cluster.search(
            "be counted", [{"index": records}, {**all_of, "aggs": passages}, {"index": pages}, all_of]
        )
        stats = self._cluster.read(
            "be measured",
            lambda client: client.indices.stats(index=[records, pages], metric="store", level="shards"),
        )
        return IndexInfo(
            engine="elasticsearch",
            schema_version=state.schema_version,
            embedder=state.embedder,
            dimensions=state.dimensions,
            documents=int(counted[0]["hits"]["total"]["value"]),
            pages=int(counted[1]["hits"]["total"]["value"]),
            passages=int(counted[0]["aggregations"]["passages"]["doc_count"]),
            generation=f"{state.index}.{_changes(stats)}",
            size_bytes=int(stats["_all"]["total"]["store"]["size_in_bytes"]),
        )

    def damaged(self) -> list[str]:
        """Published indexes a part of which is on no node that is there."""
        self._read_state(self._cluster.read)  # of an index that is gone the cluster's health would wait for long
        health = self._cluster.read(
            "be examined",
            lambda client: client.cluster.health(index=[self._names.records, self._names.pages], level="indices"),
        )
        red = sorted(name for name, index in health["indices"].items() if index["status"] == "red")
        return [
            f"{name} (a shard of it is on no node that is there: start that node, or restore a snapshot)"
            for name in red
        ]

    def searcher(self) -> ElasticSearcher:
        """One that is opened while a load of this engine is open belongs to that load, and is as patient."""
        patient = self._loads > 0
        state = self._fresh_state() if patient else self._state()
        state.require_same_schema()
        # While a load writes, counts change without a publication.
        common = {} if patient else self._common_in(state)
        return ElasticSearcher(self._cluster, self._names, state, common, patient=patient)

    def _common_in(self, state: State) -> dict[str, float]:
        if state.publications.last == BEGINNING:
            return {}
        held, key = self._common, (state.index, state.publications.last)
        if held is None or held[0] != key or len(held[1]) > MOST_WORDS:
            held = self._common = key, {}
        return held[1]

    @contextmanager
    def updating(self, embedder: str = "", dimensions: int = 0) -> Iterator[ElasticWriter]:
        with leased(self._cluster, self._names, "update"), self._loading():
            self._make_first()
            state = self._fresh_state()
            state.require_same_schema()
            state.require_same_model(embedder, dimensions)
            if embedder and not state.embedder:
                state = self._take_model(state, embedder, dimensions)
            if not self._names.are_of(state.index):
                raise self._names.foreign(state.index)
            generation = self._names.generation(state.index.removeprefix(f"{self._names.records}-"))
            target = Target(self._names.records, self._names.pages, generation, alias=True)
            writer = ElasticWriter(self._cluster, target, embedder, dimensions)
            try:
                yield writer
            finally:
                writer.close()
                self._forget_state()
            upto = now()
            self._refresh(self._names.records, self._names.pages)
            if self._fresh_state().index != generation.records:
                raise made_anew()
            self._note(generation, writer.opened, upto)

    @contextmanager
    def rebuilding(self, embedder: str = "", dimensions: int = 0) -> Iterator[ElasticWriter]:
        with leased(self._cluster, self._names, "rebuild") as lease, self._loading():
            self._require_ours()
            self._remove_unpublished()
            stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime())
            generation = self._names.generation(f"{stamp}-{secrets.token_hex(3)}")
            try:
                self._make(generation, State(generation.records, embedder=embedder, dimensions=dimensions))
                target = Target(generation.records, generation.pages, generation, alias=False)
                writer = ElasticWriter(self._cluster, target, embedder, dimensions)
                yield writer
                self._publish(generation, writer.close(), lease)
            except BaseException:
                with suppress(SearchError):
                    self._remove([generation.records, generation.pages], 0, _CLEARING_S)
                raise

    def close(self) -> None:
        """Ends the connections."""
        self._cluster.close()

    @contextmanager
    def _loading(self) -> Iterator[None]:
        with self._lock:
            self._loads += 1
        try:
            yield
        finally:
            with self._lock:
                self._loads -= 1

    def _state(self) -> State:
        known = self._known
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        return self._read_state(self._cluster.read)

    def _fresh_state(self) -> State:
        return self._read_state(self._cluster.write)

    def _state_of(self, index: str, ask: Any) -> State:
        found = ask(
            "be opened",
            lambda client: client.indices.get_mapping(index=index, filter_path="*.mappings._meta,error,status"),
        )
        state = state_of(found) if len(found) == 1 else None
        if state is None or not state.layout:
            raise self._names.foreign(index)
        return state

    def _read_state(self, ask: Any) -> State:
        state = self._state_of(self._names.records, ask)
        self._cluster.note_index()
        with self._lock:
            self._known = (time.monotonic() + STATE_S, state)
        return state

    def _forget_state(self) -> None:
        with self._lock:
            self._known = None

    def _make_first(self) -> None:
        """The first generation, if nothing is published yet; of several loads at once the first makes it."""
        with suppress(IndexMissing):
            self._fresh_state()
            return
        self._require_ours()
        first = self._names.generation(FIRST)
        self._make(first, State(first.records), published=True)

    def _make(self, generation: Generation, state: State, *, published: bool = False) -> None:
        # Pages first: an alias on records is what says that there is an index.
        for alias, index, mappings in (
            (self._names.pages, generation.pages, page_mappings()),
            (self._names.records, generation.records, record_mappings(state.meta())),
        ):
            if alias == self._names.records and state.dimensions:
                passages = mappings["properties"]["passages"]["properties"]
                passages |= vector_properties(state.dimensions)["passages"]["properties"]
            aliases: dict[str, Any] | None = {alias: {}} if published else None
            settings = index_settings(self._shards)
            self._cluster.make_index("be made", index, mappings=mappings, settings=settings, aliases=aliases)

    def _take_model(self, state: State, embedder: str, dimensions: int) -> State:
        """Makes the index hold vectors of this model. Raises SchemaMismatch when another load was quicker with another."""
        wanted = replace(state, embedder=embedder, dimensions=dimensions)
        answer = self._cluster.write(
            "take vectors",
            lambda client: client.options(ignore_status=400).indices.put_mapping(
                index=state.index, properties=vector_properties(dimensions), meta=wanted.meta()
            ),
        )
        taken = self._fresh_state()
        taken.require_same_model(embedder, dimensions)
        if answer.meta.status == 400:
            raise SchemaMismatch(
                f"The index takes no vectors of {dimensions} dimensions ({answer['error']['reason']}). {REBUILD}"
            )
        return taken

    def _note(self, generation: Generation, since: Stamp, upto: Stamp) -> None:
        """Says in the index that what a load wrote from `since` to `upto` is published."""
        for _ in range(_NOTES):
            state = self._state_of(generation.records, self._cluster.write)
            noted = state.publications.followed_by(upto, Stamp(now() + KNOWN_WITHIN_US), since)
            if noted == state.publications:
                break
            meta = replace(state, publications=noted).meta()
            self._cluster.write("be dated", partial(_put_meta, generation.records, meta))
        self._forget_state()

    def _publish(self, generation: Generation, least: int, lease: Lease) -> None:
        """Makes `generation` the published one, if it holds at least `least` documents."""
        self._merge(generation)
        self._refresh(generation.records, generation.pages)
        held = self._count(generation.records)
        if held < least:
            raise EngineUnavailable(
                f"Only {held} of {least} documents are in the new index, so it is not published; the old one serves."
            )
        if lease.lost:
            raise IndexBusy("This load could not say that it is alive for too long, so its index is not published.")
        self._await_copies(generation)
        self._note(generation, BEGINNING, now())
        before = self._published()
        actions: list[dict[str, Any]] = [{"remove": {"index": index, "alias": alias}} for index, alias in before]
        actions += [
            {"add": {"index": generation.records, "alias": self._names.records}},
            {"add": {"index": generation.pages, "alias": self._names.pages}},
        ]
        self._cluster.write("be published", lambda client: client.indices.update_aliases(actions=actions))
        self._forget_state()
        with suppress(SearchError):  # what stays is removed by the next rebuild
            self._remove([index for index, _ in before if self._names.are_of(index)])

    def _merge(self, generation: Generation) -> None:
        """Merges the new indexes; a merge of hours is waited for."""
        started = self._cluster.write(
            "be merged",
            lambda client: client.perform_request(
                "POST",
                f"/{generation.records},{generation.pages}/_forcemerge",
                params={"max_num_segments": SEGMENTS, "wait_for_completion": "false"},
                headers={"accept": "application/json"},
            ),
        )
        pause_s = _FIRST_POLL_S
        while not self._is_done(started["task"]):
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LAST_POLL_S)

    def _await_copies(self, generation: Generation) -> None:
        """Gives the new indexes time for a copy on a second node, where there is one, before the old ones go."""
        answer = self._cluster.write(
            "be copied",
            lambda client: client.options(ignore_status=408).cluster.health(
                index=[generation.records, generation.pages], wait_for_status="green", timeout=COPIES_TIMEOUT
            ),
        )
        if answer["timed_out"]:
            logger.warning("The new index is published before every part of it has a copy on a second node.")

    def _is_done(self, task: str) -> bool:
        answer = self._cluster.write(
            "be merged",
            lambda client: client.options(ignore_status=404).perform_request(
                "GET", f"/_tasks/{task}", headers={"accept": "application/json"}
            ),
        )
        # 404: the node that knew of it is gone. The index is whole without, only slower to search until it is merged.
        return bool(answer.get("completed", answer.meta.status == 404))

    def _count(self, index: str) -> int:
        """How many documents there are, all shards counted."""
        (answer,) = self._cluster.search(
            "be counted", [{"index": index}, {"size": 0, "track_total_hits": True}], patient=True
        )
        return int(answer["hits"]["total"]["value"])

    def _published(self) -> list[tuple[str, str]]:
        """(index, alias) of what is published, none or two."""
        answer = self._cluster.write(
            "be looked up",
            lambda client: client.options(ignore_status=404).indices.get_alias(
                name=[self._names.records, self._names.pages]
            ),
        )
        found = {key: value for key, value in answer.body.items() if isinstance(value, dict) and "aliases" in value}
        return [(index, alias) for index, value in found.items() for alias in value["aliases"]]

    def _refresh(self, *indexes: str) -> None:
        waits = Waits()
        while True:
            answer = self._cluster.write("be made visible", lambda client: client.indices.refresh(index=list(indexes)))
            if not answer["_shards"]["failed"]:
                return
            if not waits.another():
                raise self._cluster.explaining.nowhere("be made visible")

    def _require_ours(self) -> None:
        """Raises SchemaMismatch where a rebuild would take the place of what another program made."""
        found = self._cluster.write(
            "be looked up",
            lambda client: client.indices.get(
                index=[self._names.records, self._names.pages], features="aliases", ignore_unavailable=True
            ),
        )
        for index in found.body:
            if not self._names.are_of(index):
                raise self._names.foreign(index)

    def _remove_unpublished(self) -> None:
        """What rebuilds that were killed left behind; the caller holds the lease of a rebuild."""
        published = {index for index, _ in self._published()}
        patterns = [f"{self._names.records}-*", f"{self._names.pages}-*"]
        found = self._cluster.write(
            "be looked up", lambda client: client.indices.get(index=patterns, features="aliases")
        )
        left = [name for name in found.body if name not in published and self._names.are_of(name)]
        if left:
            logger.info("Removing indexes that were never published: %s", ", ".join(left))
            self._remove(left)

    def _remove(self, indexes: list[str], patience_s: float = 30.0, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        if indexes:
            self._cluster.write(
                "be removed",
                lambda client: client.options(ignore_status=404).indices.delete(index=indexes),
                patience_s,
                timeout_s,
            )


def _put_meta(index: str, meta: Mapping[str, Any], client: Elasticsearch) -> None:
    client.indices.put_mapping(index=index, meta=meta)


def _changes(stats: Any) -> int:
    """How many changes the indexes have seen: their highest sequence numbers, one of each shard, added up."""
    highest: dict[tuple[str, str], int] = {}
    for index, body in stats["indices"].items():
        for shard, copies in body.get("shards", {}).items():
            # A copy that is just being made has none yet.
            numbers = [int(copy["seq_no"]["max_seq_no"]) + 1 for copy in copies if "seq_no" in copy]
            highest[index, shard] = max(numbers, default=0)
    return sum(highest.values())
