"""Both engines on the same records with vectors, beside each other: python -m tests.benchmarks.engines [RECORDS]

The embedded engine is the peer: ratios are Elasticsearch / embedded, of one run. Each engine is filled and
asked in a process of its own, one after the other; Elasticsearch is one node with 2 GB of heap on the same
machine. Searches are the questions the portal asks: a first page with all facets, twenty documents fetched.

Records are real ones from the shared data, taken again under other ids where there are too few. Vectors have
384 dimensions and are made of the words of each text (tests.support.embedders.WordEmbedder): near ones share
words, so they lie in clusters as a language model's do, and cost no model.
"""

import json
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from elasticsearch import Elasticsearch

from search.discovery import SEMANTIC_DEPTH, Discovery
from search.document import Document, DocumentId
from search.engine import Engine
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine
from search.query import Filter, Query
from search.query_language import parse
from search.questions import Facets, Fetch, Keyword
from search.settings import ServerSettings
from tests.support.catalogue import documents, entries
from tests.support.elasticsearch.node import start_node
from tests.support.embedders import WordEmbedder
from tests.support.shared_data import SHARED

RECORDS: Final = 100_000
BATCH: Final = 1000
DIMENSIONS: Final = 384
QUERIES: Final = 200
WARM_UP: Final = 600
CLIENTS: Final = (1, 8)
SOURCES: Final = [
    SHARED / "data/marc" / name for name in ("gpo_collections", "gpo_monthly", "gpo_history", "openlibrary")
]


@dataclass(frozen=True)
class Asked:
    """A search as readers ask it. chosen: a facet value it is narrowed by."""

    text: str
    chosen: Filter


def catalogue(count: int) -> Iterator[Document]:
    """`count` documents; from the second time round with ids of their own."""
    given, copy = 0, 0
    while given < count:
        for document in documents(SOURCES):
            yield document if not copy else replace(document, id=DocumentId(f"{document.id}-{copy}"))
            given += 1
            if given >= count:
                return
        copy += 1


def searches(count: int) -> list[Asked]:
    """One to three words of titles, names and subjects, with a format to choose."""
    chance = random.Random(3)
    found = []
    for document in islice(documents(SOURCES), 0, count * 40, 40):
        words = [word for word in document.title.split() if word.isalpha() and len(word) > 3]
        texts = [" ".join(words[: chance.randint(1, 3)]), document.first("subject"), document.first("contributor")]
        text = chance.choice([text for text in texts if text] or ["history"])
        found.append(Asked(text, Filter("format", (document.first("format") or "book",))))
    return found


def fill(engine: Engine, count: int, embedder: WordEmbedder) -> float:
    """Seconds that putting and publishing took; reading and making vectors is not counted."""
    spent = 0.0
    made = catalogue(count)
    load = engine.rebuilding(embedder.name, embedder.dimensions)
    writer = load.__enter__()
    done = 0
    while batch := list(islice(made, BATCH)):
        ready = entries(batch, embedder)
        started = time.perf_counter()
        report = writer.put(ready)
        spent += time.perf_counter() - started
        assert not report.refused, report.refused[:3]
        done += len(batch)
        print(f"\r{done:,}", end="", file=sys.stderr, flush=True)
    started = time.perf_counter()
    load.__exit__(None, None, None)
    print(file=sys.stderr)
    return spent + time.perf_counter() - started


def ways(engine: Engine, embedder: WordEmbedder) -> dict[str, Callable[[Asked], object]]:
    """What is timed, by name."""
    discovery = Discovery(engine, embedder)

    def keyword(asked: Asked) -> object:
        searcher, query = engine.searcher(), parse(asked.text)
        words = Keyword(query, 20)
        ranked = searcher.answer([words, Facets(query)])[words]
        return searcher.answer([Fetch([item.id for item in ranked.items])])

    def semantic(asked: Asked) -> object:
        return engine.searcher().semantic(embedder.query(asked.text), Query(filters=(asked.chosen,)), SEMANTIC_DEPTH)

    def hybrid(asked: Asked) -> object:
        return discovery.search(parse(asked.text), "hybrid")

    return {"keyword + all facets": keyword, "semantic with a filter": semantic, "hybrid, the whole page": hybrid}


def times(way: Callable[[Asked], object], asked: Sequence[Asked], clients: int) -> dict[str, float]:
    """Milliseconds of single searches, and searches a second of all clients together."""

    def timed(one: Asked) -> float:
        started = time.perf_counter()
        way(one)
        return 1000 * (time.perf_counter() - started)

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        each = list(pool.map(timed, asked))
    total = time.perf_counter() - started
    cuts = statistics.quantiles(each, n=20)
    return {"p50": cuts[9], "p95": cuts[18], "per_second": len(each) / total}


def measure(engine: Engine, count: int) -> dict[str, Any]:
    embedder = WordEmbedder(DIMENSIONS)
    figures: dict[str, Any] = {"load_s": fill(engine, count, embedder)}
    asked = searches(QUERIES)
    for name, way in ways(engine, embedder).items():
        for one in islice(asked * (WARM_UP // QUERIES + 1), WARM_UP if not engine.exclusive else 50):
            way(one)
        for clients in CLIENTS:
            figures[f"{name}, {clients} at once"] = times(way, asked, clients)
    info = engine.info()
    figures |= {"size": info.size_bytes, "documents": info.documents, "passages": info.passages}
    searcher = engine.searcher()
    nearest = (searcher.semantic(embedder.query(one.text), Query(), 10).items for one in asked)
    figures["nearest"] = [[item.score for item in items] for items in nearest]
    figures["memory"] = resident(os.getpid())
    return figures


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def embedded(folder: Path, count: int, out: Path) -> None:
    """The memory is that of a process which opens the index and searches; filling was another one's."""
    engine = EmbeddedEngine(folder / "index")
    figures = measure(engine, count)
    out.write_text(json.dumps(figures), encoding="utf-8")


def elastic(url: str, count: int, out: Path) -> None:
    engine = ElasticEngine(ServerSettings((url,), index="benchmark"))
    figures = measure(engine, count)
    engine.close()
    out.write_text(json.dumps(figures), encoding="utf-8")


def searching_only(folder: Path, out: Path) -> None:
    engine = EmbeddedEngine(folder / "index")
    embedder = WordEmbedder(DIMENSIONS)
    for way in ways(engine, embedder).values():
        for one in searches(50):
            way(one)
    out.write_text(json.dumps(resident(os.getpid())), encoding="utf-8")


@contextmanager
def in_a_process(function: Callable[..., None], *arguments: object) -> Iterator[Any]:
    """What `function` wrote to the file that is its last argument."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "figures.json")
        process = multiprocessing.get_context("spawn").Process(target=function, args=(*arguments, out))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{function.__name__} ended with {process.exitcode}")
        yield json.loads(out.read_text(encoding="utf-8"))


def run(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with in_a_process(embedded, root, count) as peer, in_a_process(searching_only, root) as memory:
            peer["memory"] = memory
        with start_node(root / "node", heap="2g") as node:
            with in_a_process(elastic, node.url, count) as figures:
                figures["client"], figures["memory"] = figures["memory"], resident(node.pid)
            with Elasticsearch(node.url) as client:
                vectors = client.indices.stats(index="benchmark-records", metric="dense_vector")["_all"]["primaries"]
                parts = {name: client.indices.stats(index=f"benchmark-{name}")["_all"] for name in ("records", "pages")}
            report(peer, figures)
            print("\nvectors:", json.dumps(vectors["dense_vector"]))
            for name, stats in parts.items():
                print(f"{name}: {stats['total']['store']['size_in_bytes'] / 1e6:,.1f} MB on disk")


def recall(exact: Sequence[Sequence[float]], found: Sequence[Sequence[float]]) -> float:
    """The share of finds as near as the last of the exact ones; by scores, since equal ones may change places."""
    pairs = [(one, other) for one, other in zip(exact, found, strict=True) if one]
    return statistics.mean(sum(score >= one[-1] - 1e-4 for score in other) / len(one) for one, other in pairs)


def report(peer: dict[str, Any], figures: dict[str, Any]) -> None:
    count = peer["documents"]
    print(f"{count:,} records, {peer['passages']:,} passages with vectors of {DIMENSIONS} dimensions\n")
    print("| | embedded | Elasticsearch | ratio |\n| --- | --- | --- | --- |")
    rates = [count / each["load_s"] for each in (peer, figures)]
    print(f"| loading, records/s | {rates[0]:,.0f} | {rates[1]:,.0f} | {rates[1] / rates[0]:.2f} |")
    for name in (name for name in peer if name.endswith("at once")):
        one, other = peer[name], figures[name]
        for key, unit in (("p50", "ms"), ("p95", "ms"), ("per_second", "searches/s")):
            what = f"{name}: {key.replace('per_second', 'throughput')}, {unit}"
            print(f"| {what} | {one[key]:,.1f} | {other[key]:,.1f} | {other[key] / one[key]:.2f} |")
    for name, key in (("index on disk, MB", "size"), ("memory of the serving process, MB", "memory")):
        one, other = peer[key] / 1e6, figures[key] / 1e6
        print(f"| {name} | {one:,.0f} | {other:,.0f} | {other / one:.2f} |")
    print(
        f"\nOf the ten nearest by exact search Elasticsearch finds {recall(peer['nearest'], figures['nearest']):.1%}."
    )
    print(f"Memory of the process that asks Elasticsearch: {figures['client'] / 1e6:,.0f} MB.")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
