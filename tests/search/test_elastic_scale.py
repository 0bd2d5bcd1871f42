"""A cluster as a larger library uses it: several loads at once, and snapshots that bring everything back."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan

from ingest.ebooks import EbookStore
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from ingest.report import IngestReport
from portal.commands.exit_codes import DONE, DONE_WITH_REFUSALS, UNAVAILABLE
from search.document import DocumentId
from search.engine import IndexInfo
from search.engines.elastic import ElasticEngine
from search.errors import IndexMissing
from search.query import Filter, Query
from search.query_language import parse
from search.settings import ServerSettings
from tests.support import documented
from tests.support.catalogue import documents
from tests.support.elasticsearch.node import Node
from tests.support.embedders import LetterEmbedder
from tests.support.engines import remove_indexes
from tests.support.records import record, write

SAMPLES: Final = Path(__file__).resolve().parents[2] / "marc_samples"
TIMEOUT_S: Final = 60.0
SOURCE: Final = "x"  # as the documents of tests.support.catalogue have it
# Made records are spread so that each load shares a part with the next.
MADE: Final = (range(1200), range(1000, 2200), range(2000, 3200))
REAL: Final = (
    ("indonesia.mrc", "gpo_maps.mrc"),
    ("gpo_maps.mrc", "gpo_children.mrc", "loc_marc2bibframe.xml"),
    ("indonesia.mrc", "nist_marc8.mrc", "rusak.mrc"),
)
TEXTS: Final = ("", "laut", "undang-undang", "pemrograman", "coral reefs", "judul:indonesia", "hak -kewajiban")


@dataclass(frozen=True, slots=True)
class Place:
    """A name in the cluster that nobody else uses, empty at first."""

    node: Node
    index: str
    client: Elasticsearch

    @property
    def settings(self) -> ServerSettings:
        return ServerSettings((self.node.url,), index=self.index, shards=2)

    @contextmanager
    def engine(self) -> Iterator[ElasticEngine]:
        """As another process would open it."""
        engine = ElasticEngine(self.settings)
        try:
            yield engine
        finally:
            engine.close()

    def info(self) -> IndexInfo:
        with self.engine() as engine:
            return engine.info()

    def load(self, job: IngestJob, ebooks: Path) -> IngestReport:
        with self.engine() as engine:
            return Load(engine, EbookStore(ebooks), job).run()

    def ids(self) -> set[str]:
        hits = scan(self.client, index=f"{self.index}-records", query={"_source": False})
        return {hit["_id"] for hit in hits}

    def indexes(self) -> set[str]:
        found = self.client.indices.get(index=f"{self.index}-*", expand_wildcards="all", features="aliases")
        return set(found.body)

    def writing(self) -> set[str]:
        """Who has announced that it writes, as a person is told."""
        # 404, 503: the first of them is just making the index.
        client = self.client.options(ignore_status=(404, 503), max_retries=0)
        answer = client.search(index=f"{self.index}-writers", size=100)
        return {hit["_source"]["holder"] for hit in answer.get("hits", {}).get("hits", ())}


@pytest.fixture
def place(elasticsearch_node: Node) -> Iterator[Place]:
    index = f"test-{secrets.token_hex(6)}"
    with Elasticsearch(elasticsearch_node.url, request_timeout=60) as client:
        yield Place(elasticsearch_node, index, client)
    remove_indexes((elasticsearch_node.url,), index)


def slices(folder: Path) -> list[Path]:
    """Three folders for three loads: made records and real ones, some of them in two of the folders."""
    folders = []
    for number, (numbers, names) in enumerate(zip(MADE, REAL, strict=True)):
        own = folder / f"slice-{number}"
        own.mkdir()
        made = [record(f"m{n}", f"Buku nomor {n}", f"Penulis {n % 97}", f"Pokok {n % 31}") for n in numbers]
        write(own / "made.mrc", made)
        for name in names:
            (own / name).write_bytes((SAMPLES / name).read_bytes())
        folders.append(own)
    return folders


def expected_ids(folders: list[Path]) -> set[str]:
    return {str(document.id) for document in documents(folders)}


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not true():
        assert time.monotonic() < deadline, f"still not so after {TIMEOUT_S:.0f} s: {what}"
        time.sleep(0.02)


# --- several loads at once ---


class Loader:
    """`telusur ingest` as a process of its own."""

    def __init__(self, place: Place, folder: Path, *arguments: str) -> None:
        self.log = folder.with_suffix(".log")
        self.report = folder.with_suffix(".json")
        environment = {
            **os.environ,
            "TELUSUR_DATA": str(folder.parent / "data"),
            "TELUSUR_ENGINE": place.node.url,
            "TELUSUR_ENGINE_INDEX": place.index,
            "TELUSUR_ENGINE_SHARDS": "2",
        }
        command = [sys.executable, "-m", "portal.cli", "ingest", str(folder), "--no-embed", "--source", SOURCE]
        command += ["--report", str(self.report), *arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

    @property
    def holder(self) -> str:
        return f"process {self.process.pid} on "

    def code(self) -> int:
        return self.process.wait(TIMEOUT_S)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def counts(self) -> Mapping[str, Any]:
        counts: Mapping[str, Any] = json.loads(self.report.read_text(encoding="utf-8"))
        return counts


@pytest.fixture
def start(place: Place) -> Iterator[Callable[..., Loader]]:
    """Starts loaders; none outlives the test."""
    started: list[Loader] = []

    def starting(folder: Path, *arguments: str) -> Loader:
        started.append(Loader(place, folder, *arguments))
        return started[-1]

    yield starting
    for loader in started:
        loader.process.kill()  # SIGKILL reaches one that is stopped as well
        loader.process.wait()


def test_loads_of_three_processes_meet_in_one_index_and_bar_a_rebuild(
    place: Place, start: Callable[..., Loader], tmp_path: Path
) -> None:
    folders = slices(tmp_path)
    loaders = [start(folder) for folder in folders]
    unseen = list(loaders)

    def all_seen() -> bool:
        writing = " ".join(place.writing())
        for loader in [each for each in unseen if each.holder in writing]:
            unseen.remove(loader)
            if not unseen:
                loader.process.send_signal(signal.SIGSTOP)  # the last to come is held amid its work
        return not unseen

    until(all_seen, "all three loads have announced themselves")
    (tmp_path / "rebuild").mkdir()
    write(tmp_path / "rebuild" / "other.mrc", [record("other", "Lain")])
    rebuild = start(tmp_path / "rebuild", "--rebuild")
    assert rebuild.code() == UNAVAILABLE, rebuild.said()
    in_the_way = [loader for loader in loaders if loader.holder in rebuild.said()]
    assert in_the_way, rebuild.said()
    for loader in loaders:
        loader.process.send_signal(signal.SIGCONT)

    codes = [loader.code() for loader in loaders]
    assert codes == [DONE, DONE, DONE_WITH_REFUSALS], [loader.said() for loader in loaders]
    expected = expected_ids(folders)
    assert place.ids() == expected
    assert place.info().documents == len(expected)
    told = [loader.counts() for loader in loaders]
    assert all(each["indexed"] + each["updated"] + each["unchanged"] for each in told)
    assert sum(each["indexed"] for each in told) >= len(expected)
    assert place.writing() == set()


def test_loads_with_vectors_meet_in_one_index(place: Place, tmp_path: Path) -> None:
    folders = slices(tmp_path)

    jobs = [IngestJob((folder,), SOURCE, LetterEmbedder()) for folder in folders]
    with ThreadPoolExecutor(len(jobs)) as pool:
        reports = list(pool.map(lambda job: place.load(job, tmp_path / "ebooks"), jobs))
    expected = expected_ids(folders)
    assert place.ids() == expected
    info = place.info()
    assert (info.documents, info.passages) == (len(expected), len(expected))
    assert (info.embedder, info.dimensions) == (LetterEmbedder.name, LetterEmbedder.dimensions)
    assert sum(report.outcomes["indexed"] for report in reports) >= len(expected)


# --- snapshots, by the very commands of docs/scaling.md ---


def send(place: Place, marker: str) -> list[Any]:
    return [request.renamed(place.index).send(place.client) for request in documented.requests(marker)]


def load_books(place: Place, folder: Path) -> None:
    """Real records and e-books, with vectors."""
    names = ("indonesia.mrc", "ebooks.mrc", "gpo_ocean_climate.mrc", "telusur-ebook-0002.pdf", "2020-17221.pdf")
    job = IngestJob(tuple(SAMPLES / name for name in names), embedder=LetterEmbedder())
    report = place.load(job, folder)
    assert report.attached == 2
    assert not report.refusals


def answers(place: Place) -> dict[str, Any]:
    """Everything a portal could show of the index."""
    with place.engine() as engine:
        searcher, info, embedder = engine.searcher(), engine.info(), LetterEmbedder()
        everything = [item.id for item in searcher.keyword(Query(), 10_000).items]
        fetched = {document.id: document for document in searcher.fetch(everything)}
        found: dict[str, Any] = {
            "held": (info.documents, info.pages, info.passages, info.embedder, info.dimensions, info.schema_version),
            "documents": fetched,
            "pages": {id: searcher.pages(id, 1, 1000) for id, document in fetched.items() if document.ebook},
            "suggestions": searcher.suggest("ind", 10),
        }
        for text, filters in product(TEXTS, ((), (Filter("language", ("ind",)),))):
            query = parse(text, filters)
            ranking = searcher.keyword(query, 100)
            # Nearest first; those that are equally near may stand in any order.
            nearest = searcher.semantic(embedder.query(text), query, 20)
            found[f"{text} {filters}"] = {
                "words": ([item.id for item in ranking.items], ranking.total),
                "facets": searcher.facets(query),
                "best pages": searcher.best_pages(query, everything),
                "meaning": {(item.id, item.page, round(item.score, 5)) for item in nearest.items},
            }
    return found


@pytest.fixture
def snapshot(place: Place, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What is answered by an index of which there is a snapshot."""
    load_books(place, tmp_path / "ebooks")
    before = answers(place)
    assert before["held"][:2] == (192, 33)
    assert len(before["pages"]) == 2
    made = send(place, "snapshot")
    assert made[-1]["snapshot"]["state"] == "SUCCESS"
    yield before
    place.client.snapshot.delete(repository=place.index, snapshot="*")
    place.client.snapshot.delete_repository(name=place.index)


def test_a_snapshot_brings_back_what_was_lost(place: Place, snapshot: dict[str, Any]) -> None:
    place.client.indices.delete(index=sorted(place.indexes()))
    with pytest.raises(IndexMissing):
        place.info()
    send(place, "restore")
    assert answers(place) == snapshot


def test_loads_go_on_after_a_restore(place: Place, snapshot: dict[str, Any], tmp_path: Path) -> None:
    place.client.indices.delete(index=sorted(place.indexes()))
    send(place, "restore")
    later = write(tmp_path / "later.mrc", [record("later", "Sesudah cadangan")])
    job = IngestJob((later, SAMPLES / "indonesia.mrc"), embedder=LetterEmbedder())
    report = place.load(job, tmp_path / "ebooks")
    assert (report.outcomes["indexed"], report.outcomes["unchanged"]) == (1, 139)
    assert place.ids() == {*snapshot["documents"], "katalog.later"}


def test_a_snapshot_takes_the_place_of_what_is_published(
    place: Place, snapshot: dict[str, Any], tmp_path: Path
) -> None:
    with place.engine() as engine, engine.updating() as writer:  # a load that should not have been
        writer.delete([DocumentId("katalog.telusur-ebook-0002"), *list(snapshot["documents"])[:50]])
    assert answers(place) != snapshot
    send(place, "restore beside")
    assert answers(place) == snapshot

    # The next rebuild takes away what served before.
    source = write(tmp_path / "a.mrc", [record("a", "Sesudah")])
    place.load(IngestJob((source,), rebuild=True), tmp_path / "ebooks")
    assert place.ids() == {"katalog.a"}
    assert len(place.indexes()) == 3  # records, pages, writers


# --- what patrons ask ---


def test_no_search_is_logged(place: Place) -> None:
    with place.engine() as engine, engine.updating():
        pass
    slow_log, query_log = send(place, "logs")
    assert slow_log == {}
    assert query_log == {"defaults": {"elasticsearch": {"querylog": {"enabled": "false"}}}}
