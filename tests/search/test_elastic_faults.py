"""Lost nodes, restarts, full disks and stalled lines, tried on real nodes: nothing acknowledged is lost, no answer is
half an answer, and all goes on by itself."""

import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan

from ingest.ebooks import EbookStore
from ingest.jobs import IngestJob, Progress
from ingest.pipeline import Load
from search.document import DocumentId
from search.engine import Engine, Entry, IndexWriter
from search.engines.elastic import ElasticEngine, cluster, leases
from search.engines.elastic import engine as engine_module
from search.engines.elastic.cluster import READ_TIMEOUT_S, Pause
from search.engines.elastic.state import Names
from search.errors import EngineUnavailable, IndexBusy
from search.query_language import parse
from search.questions import BestPages, Facets, Fetch, Keyword
from search.settings import ServerSettings
from tests.support.documents import entry, unit
from tests.support.elasticsearch.cluster import Cluster
from tests.support.elasticsearch.node import FAST_START, Node, start_node
from tests.support.elasticsearch.proxies import StallingProxy, TlsPasswordProxy
from tests.support.engines import remove_indexes
from tests.support.ports import free_port
from tests.support.records import record, write

pytestmark = pytest.mark.long

ROOT: Final = Path(__file__).resolve().parents[2]
DEADLINE_S: Final = 90.0
BATCH: Final = 40
PACE_S: Final = 0.1  # between batches and between searches, so that a node that starts has a processor to start on
T = TypeVar("T")


def wait_for(what: Callable[[], T], deadline_s: float = DEADLINE_S) -> T:
    """What `what` gives, once it gives something that is true; EngineUnavailable is waited through."""
    deadline = time.monotonic() + deadline_s
    while True:
        try:
            found = what()
        except EngineUnavailable:
            found = None
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {deadline_s:.0f} s: {what}"
        time.sleep(0.05)


class Loading:
    """A load in a thread of its own, that goes on until it is told that it is enough; it notes what is acknowledged."""

    def __init__(self, engine: Engine, *, rebuild: bool = False, pages: Sequence[str] = ()) -> None:
        self.acknowledged: set[str] = set()
        self._engine, self._rebuild, self._pages = engine, rebuild, pages
        self._enough, self._under_way = threading.Event(), threading.Event()

    def __enter__(self) -> "Loading":
        self._pool = ThreadPoolExecutor(1)
        self._result = self._pool.submit(self._run)
        return self

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        self._pool.shutdown()

    def _run(self) -> None:
        with self._engine.rebuilding() if self._rebuild else self._engine.updating() as writer:
            batch = 0
            while not self._enough.wait(PACE_S):
                self._put(writer, batch)
                batch += 1

    def _put(self, writer: IndexWriter, batch: int) -> None:
        ids = [f"b.{batch}.{number}" for number in range(BATCH)]
        entries = [entry(id, "Gunung", pages=self._pages) for id in ids]
        self._under_way.set()
        report = writer.put(entries)
        self._under_way.clear()
        assert not report.refused
        assert set(report.written) == set(ids)
        self.acknowledged.update(report.written)

    def wait_for_more(self, batches: int = 3) -> None:
        """Returns when so much more is acknowledged; raises what the load raised."""
        wanted = len(self.acknowledged) + batches * BATCH
        wait_for(lambda: self._result.done() or len(self.acknowledged) >= wanted)
        if self._result.done():
            self._result.result()

    def kill(self, node: Node) -> None:
        """Kills a node while a batch is under way."""
        self._under_way.wait(DEADLINE_S)
        node.kill()

    def finish(self) -> None:
        """Ends the load; raises what it raised."""
        self._enough.set()
        self._result.result(DEADLINE_S)

    def fail(self) -> None:
        """Waits for what ends the load, and raises it."""
        self._result.result(DEADLINE_S)


class Reading:
    """Searches in a thread of its own, each of which must be answered right or not at all."""

    def __init__(self, engine: Engine) -> None:
        self.right = 0
        self.refusals: list[str] = []
        self._engine = engine
        self._expected = wait_for(self._answer)  # nodes that have just started may be too slow for a reader
        self._over = threading.Event()

    def __enter__(self) -> "Reading":
        self._pool = ThreadPoolExecutor(1)
        self._result = self._pool.submit(self._run)
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def end(self) -> None:
        """Ends the searches; raises what was wrong with an answer."""
        self._over.set()
        self._pool.shutdown()
        self._result.result()

    def wait_for_answers(self, answers: int = 3) -> None:
        wanted = self.right + answers
        wait_for(lambda: self._result.done() or self.right >= wanted)
        if self._result.done():
            self._result.result()

    def _run(self) -> None:
        while not self._over.wait(PACE_S):
            try:
                answer = self._answer()
            except EngineUnavailable as told:
                self.refusals.append(str(told))
            else:
                assert answer == self._expected
                self.right += 1

    def _answer(self) -> tuple[object, ...]:
        """All that a page of results is made of, of documents that nobody touches."""
        query = parse("laut")
        ids = [DocumentId(f"a.{number}") for number in range(50)]
        words, fetch = Keyword(query, 100), Fetch(ids)
        facets, pages = Facets(query), BestPages(parse("ikan"), ids)
        answers = self._engine.searcher().answer([words, facets, fetch, pages])
        facet_counts, hits = answers[facets], answers[pages]
        found = sorted(item.id for item in answers[words].items)
        assert len(answers[fetch]) == len(ids)
        assert self._engine.info().documents >= len(UNTOUCHED)  # parts of a load may be seen before it ends
        return answers[words].total, found, facet_counts, hits


UNTOUCHED: Final = [entry(f"a.{n}", "Laut", subject=f"Pokok {n % 7}", pages=["ikan"]) for n in range(50)]


def load(engine: Engine, entries: Sequence[Entry] = UNTOUCHED) -> None:
    with engine.updating() as writer:
        report = writer.put(entries)
    assert not report.refused
    assert len(report.written) == len(entries)


def done(work: Callable[[Engine], None], engine: Engine) -> bool:
    work(engine)
    return True


def rebuild(engine: Engine) -> None:
    with engine.rebuilding() as writer:
        writer.put(UNTOUCHED)


def total(engine: Engine, text: str = "laut") -> int:
    return engine.searcher().keyword(parse(text), 0).total


def counted(engine: Engine, text: str = "laut") -> int:
    """The total as soon as it is told: a reader is not answered at all by nodes that are busy with themselves."""
    return wait_for(lambda: (total(engine, text),))[0]


def ids_in(url: str, index: str) -> list[str]:
    """Every id that an index holds, asked of the cluster itself."""
    with Elasticsearch(url, request_timeout=60) as client:
        return sorted(hit["_id"] for hit in scan(client, index=index, source=False, size=5000))


@contextmanager
def engines(urls: Sequence[str], count: int = 1, shards: int = 1) -> Iterator[tuple[str, list[ElasticEngine]]]:
    """Engines of as many programs over the same indexes, and what the names of these begin with."""
    settings = ServerSettings(tuple(urls), index=f"test-{secrets.token_hex(6)}", shards=shards)
    with ExitStack() as stack:
        stack.callback(remove_indexes, settings.urls, settings.index)
        yield settings.index, [stack.enter_context(closing(ElasticEngine(settings))) for _ in range(count)]


# --- three nodes, of which one is lost ---


def wait_until_copied(cluster: Cluster, indexes: str) -> None:
    """Returns when every shard has its copies: what a node has alone is lost with it until it comes back."""
    with Elasticsearch(cluster.urls[0], request_timeout=60) as client:
        client.cluster.health(index=indexes, wait_for_status="green", timeout="50s")


def holder(cluster: Cluster, records: str) -> Node:
    """The node that has the first primary shard of the records."""
    with Elasticsearch(cluster.urls[0]) as client:
        shards = client.cat.shards(index=records, format="json")
    (name,) = {str(row["node"]) for row in shards if (row["prirep"], row["shard"]) == ("p", "0")}  # type: ignore[index]
    return next(node for node in cluster.nodes if node.name == name)


def master(cluster: Cluster) -> Node:
    with Elasticsearch(cluster.urls[0]) as client:
        ((row),) = client.cat.master(format="json")
    return next(node for node in cluster.nodes if node.name == row["node"])  # type: ignore[index]


def test_a_load_goes_on_when_a_node_is_lost_and_no_search_is_half_answered(elasticsearch_cluster: Cluster) -> None:
    with engines(elasticsearch_cluster.urls, 2, shards=2) as (index, (writing, reading)):
        load(writing)
        wait_until_copied(elasticsearch_cluster, f"{index}-*")
        node = holder(elasticsearch_cluster, f"{index}-records")
        with Reading(reading) as reader, Loading(writing) as loading:
            loading.wait_for_more()
            reader.wait_for_answers()
            loading.kill(node)
            loading.wait_for_more()
            reader.wait_for_answers()
            node.start(wait=False)
            loading.wait_for_more()
            elasticsearch_cluster.wait_until_whole()
            reader.wait_for_answers()
            loading.finish()
        held = ids_in(elasticsearch_cluster.urls[0], f"{index}-records")
        assert len(held) == len(set(held))
        assert set(held) == loading.acknowledged | {e.document.id for e in UNTOUCHED}
        assert counted(reading, "gunung") == len(loading.acknowledged)
        assert all("Elasticsearch" in told and "start" in told.lower() for told in reader.refusals), set(
            reader.refusals
        )


def test_a_rebuild_during_which_the_master_is_lost_is_published_whole(
    elasticsearch_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "COPIES_TIMEOUT", "1s")
    with engines(elasticsearch_cluster.urls, 2, shards=2) as (index, (writing, reading)):
        load(writing)
        with Reading(reading) as reader, Loading(writing, rebuild=True) as loading:
            loading.wait_for_more()
            wait_until_copied(elasticsearch_cluster, f"{index}-*")
            node = master(elasticsearch_cluster)
            loading.kill(node)
            loading.wait_for_more()
            reader.wait_for_answers()
            reader.end()
            loading.finish()
        held = ids_in(elasticsearch_cluster.nodes[node.name == "node-1"].url, f"{index}-records")
        assert set(held) == loading.acknowledged
        assert counted(reading, "gunung") == reading.info().documents == len(held)
        node.start(wait=False)
        elasticsearch_cluster.wait_until_whole()


def test_what_lies_on_a_lost_node_alone_is_waited_for_and_never_counted_short(elasticsearch_cluster: Cluster) -> None:
    with engines(elasticsearch_cluster.urls, 2, shards=2) as (index, (writing, reading)):
        books = [entry(f"c.{n}", "Batu", pages=["kerikil"]) for n in range(20)]
        load(writing, [*UNTOUCHED, *books])
        with Elasticsearch(elasticsearch_cluster.urls[0]) as client:
            alone = {"auto_expand_replicas": False, "number_of_replicas": 0}
            client.indices.put_settings(index=f"{index}-records", settings=alone)
        node = holder(elasticsearch_cluster, f"{index}-records")
        with Reading(reading) as reader:
            node.kill()
            wait_for(lambda: reader.refusals)
            with ThreadPoolExecutor(1) as pool:
                # Without their pages: those of before must not stay because nobody could tell that they were there.
                loading = pool.submit(load, writing, [replace(book, pages=()) for book in books])
                wait_for(lambda: [name for name in reading.damaged() if f"{index}-records" in name])
                with pytest.raises(EngineUnavailable, match="on no node"):
                    reading.info()
                assert not loading.done()
                node.start(wait=False)
                loading.result(DEADLINE_S)
            elasticsearch_cluster.wait_until_whole()
            reader.end()
        assert (counted(reading), counted(reading, "batu")) == (50, 20)
        assert reading.info().pages == 50
        assert reading.damaged() == []


def test_hosts_that_are_dead_from_the_start_cost_no_answer(elasticsearch_cluster: Cluster) -> None:
    dead = [f"http://127.0.0.1:{free_port()}" for _ in range(3)]
    with engines([*dead, elasticsearch_cluster.urls[0]]) as (_, (engine,)):
        load(engine)
        rebuild(engine)
        for _ in range(30):
            assert total(engine) == 50
        assert engine.info().documents == 50


# --- one node ---

_DISK: Final = "cluster.routing.allocation.disk"
_MARKS: Final = ("low", "high", "flood_stage")


@pytest.fixture(scope="module")
def own_node(elasticsearch_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node whose tests may kill it, and start it again before they end. Its disk is full when one byte is free."""
    settings = {f"{_DISK}.watermark.{mark}": "1b" for mark in _MARKS}
    with start_node(
        tmp_path_factory.mktemp("own-node"),
        settings={f"{_DISK}.threshold_enabled": True, "cluster.info.update.interval": "10s", **settings},
        java_options=FAST_START,
    ) as node:
        yield node


def set_marks(node: Node, mark: str | None) -> None:
    with Elasticsearch(node.url, request_timeout=60) as client:
        client.cluster.put_settings(persistent={f"{_DISK}.watermark.{each}": mark for each in _MARKS})


@contextmanager
def full_disk(node: Node) -> Iterator[None]:
    set_marks(node, "1%")  # of the disk may be used
    try:
        yield
    finally:
        set_marks(node, None)


def test_a_load_waits_for_a_node_that_is_killed_and_started_and_loses_nothing(own_node: Node) -> None:
    with engines([own_node.url], 2) as (index, (writing, reading)):
        load(writing)
        with Loading(writing, pages=["batu"]) as loading, Reading(reading) as reader:
            loading.wait_for_more()
            loading.kill(own_node)
            held = len(loading.acknowledged)
            wait_for(lambda: reader.refusals)
            time.sleep(4)  # and it takes as long to start
            assert len(loading.acknowledged) <= held + BATCH
            own_node.start()
            loading.wait_for_more()
            reader.wait_for_answers()
            loading.finish()
        assert set(ids_in(own_node.url, f"{index}-records")) == loading.acknowledged | {
            e.document.id for e in UNTOUCHED
        }
        assert len(ids_in(own_node.url, f"{index}-pages")) == len(loading.acknowledged) + 50
        assert all("cannot be reached" in told or "starting" in told or "no node" in told for told in reader.refusals)


def test_a_load_ends_at_once_when_the_disk_is_full_and_searching_goes_on(own_node: Node) -> None:
    with engines([own_node.url], 2) as (index, (engine, other)):
        load(engine)
        with Loading(engine) as loading, full_disk(own_node):
            with pytest.raises(EngineUnavailable, match="Make room on the disk"):
                loading.fail()
            assert total(other) == 50
            assert other.info().documents >= 50
            for start in (load, rebuild):
                began = time.monotonic()
                with pytest.raises(EngineUnavailable, match="disk"):
                    start(other)
                assert time.monotonic() - began < 5
        wait_for(lambda: done(load, other))
        assert set(ids_in(own_node.url, f"{index}-records")) >= loading.acknowledged


def test_a_first_load_into_a_full_cluster_is_told_of_the_disk(own_node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SHARD_TIMEOUT", "2s")
    with full_disk(own_node):
        # The cluster looks at its disks every ten seconds; until then it takes another index.
        told = wait_for(lambda: complaint_of_a_first_load(own_node))
        assert "disk" in told
    with engines([own_node.url]) as (_, (engine,)):
        wait_for(lambda: done(load, engine))
        assert total(engine) == 50


def complaint_of_a_first_load(node: Node) -> str:
    """What a load into an index of its own is told, "" when it succeeds."""
    with engines([node.url]) as (_, (engine,)):
        try:
            load(engine)
        except EngineUnavailable as told:
            return str(told)
    return ""


def test_a_merge_that_no_node_knows_of_any_more_is_not_waited_for(elasticsearch_node: Node) -> None:
    """Its node was lost; the next node to be asked knows only that."""
    with engines([elasticsearch_node.url]) as (_, (engine,)):
        for task in ("oTUltX4IQMOUUVeiohTt8A:1", "oTUltX4IQMOUUVeiohTt8A:999999999"):
            assert engine._is_done(task)


# --- a line that is stalled or cut ---


@pytest.mark.parametrize("mode", ["stall", "refuse"])
def test_a_search_is_told_soon_the_next_ones_at_once_and_later_ones_are_answered_again(
    elasticsearch_stalling: StallingProxy, mode: str
) -> None:
    with engines([elasticsearch_stalling.url]) as (_, (engine,)):
        load(engine)
        assert total(engine) == 50
        elasticsearch_stalling.mode = mode  # type: ignore[assignment]
        began = time.monotonic()
        with pytest.raises(EngineUnavailable, match="in time" if mode == "stall" else "cannot be reached"):
            total(engine)
        assert time.monotonic() - began < 2 * READ_TIMEOUT_S
        asked = elasticsearch_stalling.unanswered
        for ask in (engine.searcher, engine.info, engine.damaged):
            with pytest.raises(EngineUnavailable):
                ask().keyword(parse("laut"), 1)  # type: ignore[union-attr]
        assert elasticsearch_stalling.unanswered == asked > 0
        elasticsearch_stalling.mode = "pass"
        assert wait_for(lambda: total(engine)) == 50


def test_of_many_searches_through_a_stall_none_waits_longer_than_one(
    elasticsearch_stalling: StallingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PAUSE_S", 1.0)

    def seconds(engine: Engine) -> float:
        began = time.monotonic()
        with pytest.raises(EngineUnavailable):
            total(engine)
        return time.monotonic() - began

    with engines([elasticsearch_stalling.url]) as (_, (engine,)), ThreadPoolExecutor(40) as pool:
        load(engine)
        assert total(engine) == 50
        elasticsearch_stalling.mode = "stall"
        assert max(pool.map(seconds, [engine] * 40)) < 2 * READ_TIMEOUT_S
        time.sleep(cluster.PAUSE_S)
        asked = elasticsearch_stalling.unanswered
        after_the_pause = sorted(pool.map(seconds, [engine] * 40))
        assert elasticsearch_stalling.unanswered == asked + 1  # one went ahead to see
        assert after_the_pause[-1] < 2 * READ_TIMEOUT_S
        assert after_the_pause[-2] < READ_TIMEOUT_S / 2  # and nobody waits for what it sees
        elasticsearch_stalling.mode = "pass"
        assert wait_for(lambda: total(engine)) == 50


def test_a_slow_search_is_its_own_affair_while_others_are_answered() -> None:
    pause, told = Pause(), EngineUnavailable("It did not answer in time.")
    asked = time.monotonic()
    pause.end()
    pause.begin(told, asked)
    pause.require_over()
    pause.begin(told, time.monotonic())
    with pytest.raises(EngineUnavailable, match="in time"):
        pause.require_over()


@pytest.mark.parametrize("mode", ["stall", "refuse"])
def test_a_load_waits_through_a_cut_line_and_completes(elasticsearch_stalling: StallingProxy, mode: str) -> None:
    with engines([elasticsearch_stalling.url]) as (index, (engine,)):
        with Loading(engine) as loading:
            loading.wait_for_more()
            elasticsearch_stalling.mode = mode  # type: ignore[assignment]
            held = len(loading.acknowledged)
            time.sleep(2)
            assert len(loading.acknowledged) <= held + BATCH
            elasticsearch_stalling.mode = "pass"
            loading.wait_for_more()
            loading.finish()
        assert set(ids_in(elasticsearch_stalling.url, f"{index}-records")) == loading.acknowledged


def test_a_job_that_compares_with_what_is_there_waits_as_its_writer_does(
    elasticsearch_stalling: StallingProxy, tmp_path: Path
) -> None:
    """A job searches as well as it writes; it is not a reader who must be answered soon."""
    records = write(tmp_path / "a.mrc", [record(str(number), "Gunung") for number in range(2000)])
    cut, mended = threading.Event(), threading.Timer(3, setattr, (elasticsearch_stalling, "mode", "pass"))

    def cut_once(progress: Progress) -> None:
        if progress.read >= 700 and not cut.is_set():  # within the second batch
            cut.set()
            elasticsearch_stalling.mode = "refuse"
            mended.start()

    with engines([elasticsearch_stalling.url]) as (_, (engine,)):
        job = IngestJob((records,))
        assert Load(engine, EbookStore(tmp_path), job).run().outcomes["indexed"] == 2000
        assert Load(engine, EbookStore(tmp_path), job, cut_once).run().outcomes["unchanged"] == 2000
        mended.join()
        assert total(engine, "gunung") == 2000


def test_a_load_gives_up_when_the_cluster_stays_away_and_does_not_hang(
    elasticsearch_stalling: StallingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start in ("updating", "rebuilding"):
        with engines([elasticsearch_stalling.url]) as (_, (engine,)):
            load(engine)
            with pytest.raises(EngineUnavailable, match="cannot be reached"), getattr(engine, start)() as writer:  # noqa: PT012
                monkeypatch.setattr(cluster.Waits, "another", lambda _: False)  # patience is at its end
                elasticsearch_stalling.mode = "refuse"
                began = time.monotonic()
                writer.put([entry("b.1", "Gunung")])
            assert time.monotonic() - began < 5
            monkeypatch.undo()
            elasticsearch_stalling.mode = "pass"


def test_a_load_that_is_broken_off_in_a_stall_ends_soon(
    elasticsearch_stalling: StallingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engines([elasticsearch_stalling.url]) as (_, (engine,)):
        load(engine)
        monkeypatch.setattr(leases, "LEASE_S", 1.2)  # renewed five times a second: one is under way when the load ends
        monkeypatch.setattr(leases, "_TIMEOUT_S", 2.0)
        with pytest.raises(KeyboardInterrupt), engine.updating():  # noqa: PT012 - the load fails as a whole
            elasticsearch_stalling.mode = "stall"
            time.sleep(1)
            began = time.monotonic()
            raise KeyboardInterrupt
        assert time.monotonic() - began < 6
        elasticsearch_stalling.mode = "pass"


def test_a_load_over_tls_waits_for_a_proxy_that_is_started_anew(elasticsearch_node: Node, tmp_path: Path) -> None:
    with TlsPasswordProxy(elasticsearch_node.url, tmp_path) as proxy:
        index = f"test-tls-{free_port()}"
        settings = ServerSettings((proxy.url,), api_key=proxy.api_key, ca=str(proxy.ca_certs), index=index)
        with closing(ElasticEngine(settings)) as engine:
            with Loading(engine) as loading:
                for _ in range(3):
                    loading.wait_for_more()
                    proxy.stop()
                    proxy.start()
                loading.wait_for_more()
                loading.finish()
            assert set(ids_in(elasticsearch_node.url, f"{index}-records")) == loading.acknowledged
        remove_indexes((elasticsearch_node.url,), index)


# --- refusals ---


def test_what_the_cluster_refuses_is_told_with_its_reason_and_its_neighbours_are_written(
    elasticsearch_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    zero = np.zeros(2, np.float32)
    with engines([elasticsearch_node.url]) as (index, (engine,)):
        load(engine, [])
        with Elasticsearch(elasticsearch_node.url) as client:
            client.indices.put_settings(index=f"{index}-records", settings={"mapping.nested_objects.limit": 5})
        with engine.updating("model", 2) as writer:
            report = writer.put(
                [
                    entry("a.1", "Laut", vectors=[unit(1, 0)]),
                    entry("a.zero", "Laut", vectors=[unit(1, 0), zero]),
                    entry("a.2", "Laut", vectors=[unit(0, 1)]),
                    entry("a.many", "Laut", pages=["ikan"] * 9, vectors=[unit(1, 1)] * 10),
                    entry("a.3", "Laut", pages=["ikan"]),
                ]
            )
        assert report.written == ("a.1", "a.2", "a.3")
        reasons = {refused.id: refused.reason for refused in report.refused}
        assert set(reasons) == {"a.zero", "a.many"}
        assert "magnitude" in reasons[DocumentId("a.zero")]
        assert "nested" in reasons[DocumentId("a.many")]
        assert total(engine) == 3


# --- leases ---

KILLED_LOAD: Final = """
import sys, time
from search.engines.elastic import ElasticEngine
from search.settings import ServerSettings
with ElasticEngine(ServerSettings((sys.argv[1],), index=sys.argv[2])).updating():
    print("open", flush=True)
    time.sleep(600)
"""


def ends_of_leases(node: Node, index: str) -> dict[str, float]:
    """Until when each lease holds, in seconds since 1970, by its id."""
    with Elasticsearch(node.url) as client:
        hits = client.search(index=f"{index}-writers")["hits"]["hits"]
    return {hit["_id"]: hit["_source"]["until"] for hit in hits}


def test_the_lease_of_a_killed_load_bars_a_rebuild_until_it_runs_out_and_never_an_update(
    elasticsearch_node: Node,
) -> None:
    with engines([elasticsearch_node.url]) as (index, (engine,)):
        load(engine)
        command = [sys.executable, "-c", KILLED_LOAD, elasticsearch_node.url, index]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"open\n"
            process.send_signal(signal.SIGKILL)
            process.wait()
        with pytest.raises(IndexBusy, match=f"process {process.pid}"):
            rebuild(engine)
        load(engine)
        with pytest.raises(IndexBusy, match=f"process {process.pid}"):
            rebuild(engine)
        ((lease, until),) = ends_of_leases(elasticsearch_node, index).items()
        assert until - time.time() <= leases.LEASE_S
        with Elasticsearch(elasticsearch_node.url) as client:  # two minutes later
            client.update(index=f"{index}-writers", id=lease, doc={"until": time.time()}, refresh=True)
        rebuild(engine)
        assert total(engine) == 50


def test_a_lease_is_renewed_while_its_load_lives(elasticsearch_node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_S", 6.0)  # renewed each second; a slow machine may take some for that
    with engines([elasticsearch_node.url], 2) as (index, (engine, other)):
        load(engine)
        with engine.updating():
            (first,) = ends_of_leases(elasticsearch_node, index).values()
            while time.time() < first + 1:
                with pytest.raises(IndexBusy):
                    rebuild(other)
                time.sleep(PACE_S)
        rebuild(other)


def test_a_cluster_that_is_away_is_told_once_and_not_for_every_try_to_renew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(leases, "LEASE_S", 0.06)
    monkeypatch.setattr(leases, "_AGAIN_S", 0.01)
    tries = threading.Semaphore(0)

    class Counted(leases.Lease):
        def __init__(self) -> None:
            away = cluster.Cluster(ServerSettings((f"http://127.0.0.1:{free_port()}",)))
            super().__init__(away, Names("uji"), "update")
            self._until = time.time()  # it was had while the cluster was there

        def renew(self, patience_s: float = cluster.PATIENCE_S) -> None:
            tries.release()
            super().renew(patience_s)

    with Counted().kept():
        for _ in range(5):
            assert tries.acquire(timeout=60)
    told = [one for one in caplog.records if "could not be renewed" in one.message]
    assert len(told) == 1


def test_a_rebuild_whose_lease_ran_out_is_not_published(
    elasticsearch_stalling: StallingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one may have begun meanwhile, and would be undone by this one."""
    with engines([elasticsearch_stalling.url]) as (_, (engine,)):
        load(engine)
        monkeypatch.setattr(leases, "LEASE_S", 1.2)
        with pytest.raises(IndexBusy, match="not published"), engine.rebuilding() as writer:  # noqa: PT012
            writer.put([entry("b.1", "Gunung")])
            monkeypatch.setattr(leases.Lease, "renew", lambda *_, **__: None)
            time.sleep(1.5)
        assert (total(engine), total(engine, "gunung")) == (50, 0)
