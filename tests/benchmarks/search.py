"""What a search costs in both engines, on the same real records with vectors: python -m tests.benchmarks.search [RECORDS]

    --growth FEW MANY   the embedded engine alone, at both sizes: how its p50 grows
    --keep FOLDER       the embedded index is kept there, and used again by the next run

One search is what the portal does for the first page of its results: Discovery.search with words, meaning, translations,
facets, and twenty documents with the reasons why they are there. No two searches that are measured are the same, so no
facet was counted before. CPU is that of whole processes: with Elasticsearch, of its node and of the one that asks. Each
engine is filled and asked in a process of its own, one after the other.

Elasticsearch is one node with 2 GB of heap on the same machine, its Java warmed by WARM_UP searches.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

import numpy as np
from elasticsearch import Elasticsearch

from ingest.pipeline import BATCH_RECORDS
from portal.interpreter import serving
from search.bilingual import lexicon
from search.discovery import RANKED_DEPTH, SEMANTIC_DEPTH, Discovery
from search.engine import Engine
from search.engines.elastic import ElasticEngine
from search.engines.elastic import searcher as elastic_searcher
from search.engines.embedded import EmbeddedEngine
from search.engines.embedded import searcher as embedded_searcher
from search.engines.embedded.columns import Columns
from search.query import Filter, Query
from search.questions import Facets, Keyword, Semantic
from search.schema import FACETS
from search.settings import ServerSettings
from tests.benchmarks.library import DIMENSIONS, Asked, records, searches
from tests.support.catalogue import entries
from tests.support.elasticsearch.node import start_node
from tests.support.embedders import WordEmbedder

RECORDS: Final = 100_000
BATCH: Final = BATCH_RECORDS  # as a load commits them
QUERIES: Final = 400
WARM_UP: Final = 600
CLIENTS: Final = 8
FIVE: Final = ("format", "year", "topic", "contributor", "language")
NEAREST: Final = 10
SHARES: Final = (0.01, 0.15)  # of all records, left by a filter

Figures: TypeAlias = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


class Clock:
    """Wall time of single searches, and CPU time of this process and another one over all of them."""

    def __init__(self, pid: int | None) -> None:
        self._pid = pid
        self._ms: dict[str, list[float]] = defaultdict(list)
        self._before = self._cpu()

    def _cpu(self) -> tuple[float, float]:
        """Seconds of this process with all its threads, and of the other."""
        if self._pid is None:
            return time.process_time(), 0.0
        fields = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return time.process_time(), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def time(self, kind: str, search: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> tuple[T, float]:
        """The answer, and the milliseconds that it took."""
        started = time.perf_counter()
        answer = search(*arguments, **named)
        spent = 1000 * (time.perf_counter() - started)
        self._ms[kind].append(spent)
        return answer, spent

    def figures(self) -> Figures:
        own, other = (1000 * (b - a) for a, b in zip(self._before, self._cpu(), strict=True))
        each = [ms for found in self._ms.values() for ms in found]
        kinds = {kind: statistics.median(found) for kind, found in sorted(self._ms.items())}
        return {
            "p50": statistics.median(each),
            "p95": float(np.quantile(each, 0.95)),
            "own": own / len(each),
            "other": other / len(each),
            "kinds": kinds,
        }


def fill(engine: Engine, count: int, embedder: WordEmbedder) -> float:
    """Seconds that putting and publishing took; reading and making vectors is not counted."""
    spent = 0.0
    made = records(count)
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


def counting(names: Sequence[str]) -> None:
    """From now on, these facets are counted with a search."""
    for module in (elastic_searcher, embedded_searcher):
        setattr(module, "FACETS", tuple(names))  # noqa: B010 - a constant, which is what is measured


def measure(engine: Engine, pid: int | None = None) -> Figures:
    """What searches cost. pid: the process of the server behind the engine."""
    embedder = WordEmbedder(DIMENSIONS)
    discovery = Discovery(engine, embedder, lexicon.shipped)
    for one in searches(WARM_UP, seed=4):
        discovery.search(one.query)
    with serving():  # as the portal does when it has warmed up
        return _measured(engine, embedder, discovery, pid)


def _measured(engine: Engine, embedder: WordEmbedder, discovery: Discovery, pid: int | None) -> Figures:
    asked = searches(3 * QUERIES, seed=3)
    figures: Figures = {"indonesian": sum(one.kind.startswith("Indonesian") for one in asked) / len(asked)}
    for what, names, some in (
        ("page, five facets", FIVE, asked[:QUERIES]),
        ("page, all facets", FACETS, asked[QUERIES : 2 * QUERIES]),
    ):
        counting(names)
        figures[what] = _pages(discovery, some, pid)
    counting(FIVE)
    clock = Clock(pid)
    with outside() as overheads:
        for one in asked[2 * QUERIES :]:
            with overheads.of():
                clock.time(one.kind, _one_round, engine, embedder, one.query)
    figures["one round, five facets"] = clock.figures() | overheads.figures()
    counting(FACETS)
    figures["throughput"] = _throughput(discovery, searches(4 * QUERIES, seed=5)[-QUERIES:])
    figures["found"] = _found(engine, embedder, asked[:100])
    info = engine.info()
    return figures | {"documents": info.documents, "size": info.size_bytes, "memory": resident(os.getpid())}


def _pages(discovery: Discovery, asked: Iterable[Asked], pid: int | None) -> Figures:
    clock = Clock(pid)
    with outside() as overheads:
        for one in asked:
            with overheads.of():
                clock.time(one.kind, discovery.search, one.query)
    return clock.figures() | overheads.figures()


class Outside:
    """How long questions take beyond what Elasticsearch says that it took, and in how many journeys."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self._overheads: list[float] = []
        self._journeys: list[int] = []

    @contextmanager
    def of(self) -> Iterator[None]:
        self.took.clear()
        started = time.perf_counter()
        yield
        self._overheads.append(1000 * (time.perf_counter() - started) - sum(self.took))
        self._journeys.append(len(self.took))

    def figures(self) -> Figures:
        return {"overhead": statistics.median(self._overheads), "rounds": statistics.mean(self._journeys)}


@contextmanager
def outside() -> Iterator[Outside]:
    measured, unmeasured = Outside(), Elasticsearch.msearch

    def msearch(self: Elasticsearch, **arguments: Any) -> Any:
        answer = unmeasured(self, **arguments)
        measured.took.append(answer["took"])
        return answer

    Elasticsearch.msearch = msearch  # type: ignore[method-assign]
    try:
        yield measured
    finally:
        Elasticsearch.msearch = unmeasured  # type: ignore[method-assign]


def _one_round(engine: Engine, embedder: WordEmbedder, query: Query) -> object:
    """Words, meaning and facets asked together: with Elasticsearch, one _msearch."""
    text = " ".join(clause.text for clause in query.wanted)
    near = Semantic(embedder.query(text), query.without_filters(), SEMANTIC_DEPTH)  # all its words alike
    return engine.searcher().answer([Keyword(query, RANKED_DEPTH), near, Facets(query)])


def _throughput(discovery: Discovery, asked: Sequence[Asked]) -> float:
    """Pages a second of CLIENTS at once."""
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda one: discovery.search(one.query), asked))
    return len(asked) / (time.perf_counter() - started)


def _found(engine: Engine, embedder: WordEmbedder, asked: Sequence[Asked]) -> Figures:
    """Scores of the nearest records, without a filter and under filters that leave SHARES of all."""
    searcher = engine.searcher()
    total = searcher.keyword(Query(), 0).total
    values = [
        (value.count / total, Filter(name, (value.value,)))
        for name, found in searcher.facets(Query()).items()
        for value in found
    ]
    filters = [min(values, key=lambda pair: abs(pair[0] - share)) for share in SHARES]
    found: Figures = {}
    for share, chosen in [*((share, (one,)) for share, one in filters), (1.0, ())]:
        query = Query(filters=chosen)
        clock = Clock(None)
        vectors = [embedder.query(one.query.text) for one in asked]
        nearest = [clock.time("", searcher.semantic, vector, query, NEAREST)[0] for vector in vectors]
        ids = {item.id for item in searcher.keyword(query, 10_000_000).items} if engine.exclusive else ()
        found[f"{share:.1%}"] = {
            "scores": [[item.score for item in ranking.items] for ranking in nearest],
            "p50": clock.figures()["p50"],
            "ids": list(ids),
        }
    return found


def exact(folder: Path, embedder: WordEmbedder, asked: Sequence[Asked], ids: Sequence[str]) -> list[list[float]]:
    """Cosines of the NEAREST of `ids`, by a scan of every vector there is in the index, over its own files."""
    (generation,) = [found for found in (folder / "index/generations").iterdir() if (found / "manifest.json").exists()]
    allowed, columns = set(ids), Columns(generation / "columns")
    scores = []
    segments = [found for found in (generation / "vectors").iterdir() if found.is_dir()]
    vectors = np.stack([embedder.query(one.query.text) for one in asked])
    for segment in segments:
        rows = np.fromfile(segment / "rows.f32", np.float32).reshape(-1, embedder.dimensions)
        with np.load(segment / "passages.npz") as arrays:
            held = columns.ids(arrays["numbers"].tolist())
        assert len(held) == len(rows)  # one passage a record
        scores.append(rows[[place for place, id in enumerate(held) if id in allowed]] @ vectors.T)
    together = np.concatenate(scores)
    return [sorted(column.tolist(), reverse=True)[:NEAREST] for column in together.T]


def recall(exact: Sequence[Sequence[float]], found: Sequence[Sequence[float]]) -> float:
    """The share of finds as near as the last of the exact ones; by scores, since equal ones may change places."""
    pairs = [(one, other) for one, other in zip(exact, found, strict=True) if one]
    return statistics.mean(sum(score >= one[-1] - 1e-4 for score in other) / len(one) for one, other in pairs)


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def fill_embedded(folder: Path, count: int, out: Path) -> None:
    engine = EmbeddedEngine(folder / "index")
    out.write_text(json.dumps(fill(engine, count, WordEmbedder(DIMENSIONS))), encoding="utf-8")


def measure_embedded(folder: Path, out: Path) -> None:
    figures = measure(EmbeddedEngine(folder / "index"))
    embedder, asked = WordEmbedder(DIMENSIONS), searches(3 * QUERIES, seed=3)[:100]
    for found in figures["found"].values():
        found["exact"] = exact(folder, embedder, asked, found.pop("ids"))
    out.write_text(json.dumps(figures), encoding="utf-8")


def measure_elastic(url: str, count: int, pid: int, out: Path) -> None:
    engine = ElasticEngine(ServerSettings((url,), index="benchmark"))
    load_s = fill(engine, count, WordEmbedder(DIMENSIONS))
    figures = measure(engine, pid) | {"load_s": load_s}
    engine.close()
    out.write_text(json.dumps(figures), encoding="utf-8")


def in_a_process(function: Callable[..., None], *arguments: object) -> Any:
    """What `function` wrote to the file that is its last argument."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "figures.json")
        process = multiprocessing.get_context("spawn").Process(target=function, args=(*arguments, out))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{function.__name__} ended with {process.exitcode}")
        return json.loads(out.read_text(encoding="utf-8"))


def embedded_figures(folder: Path, count: int) -> Figures:
    """A process fills the index, if it is not there, and another one searches it."""
    held = folder / str(count)
    held.mkdir(parents=True, exist_ok=True)
    load_s = None if (held / "index").exists() else in_a_process(fill_embedded, held, count)
    figures: Figures = in_a_process(measure_embedded, held)
    return figures | {"load_s": load_s}


def elastic_figures(folder: Path, count: int) -> Figures:
    with start_node(folder / "node", heap="2g") as node:
        figures: Figures = in_a_process(measure_elastic, node.url, count, node.pid)
        return figures | {"memory": resident(node.pid)}


def report(one: Figures, other: Figures) -> None:
    """one: of the embedded engine. other: of Elasticsearch."""
    print(f"{one['documents']:,} records, one passage each with a vector of {DIMENSIONS} dimensions\n")
    print("| | embedded | Elasticsearch | ratio |\n| --- | --- | --- | --- |")

    def row(what: str, first: float | None, second: float, digits: int = 1) -> None:
        ratio = f"{first / second:.2f}" if first is not None and second else ""
        shown = f"{first:,.{digits}f}" if first is not None else "kept"
        print(f"| {what} | {shown} | {second:,.{digits}f} | {ratio} |")

    for what in ("one round, five facets", "page, five facets", "page, all facets"):
        first, second = one[what], other[what]
        row(f"{what}: p50, ms", first["p50"], second["p50"])
        row(f"{what}: p95, ms", first["p95"], second["p95"])
        row(f"{what}: CPU, ms", first["own"], second["own"] + second["other"])
        row(f"{what}: CPU, ms, without the one that asks Elasticsearch", first["own"], second["other"])
    for kind, ms in one["page, all facets"]["kinds"].items():
        row(f"page, all facets, {kind}: p50, ms", ms, other["page, all facets"]["kinds"][kind])
    row(f"page, all facets, {CLIENTS} at once: searches/s", one["throughput"], other["throughput"])
    rates = [count and figures["documents"] / count for figures in (one, other) for count in [figures["load_s"]]]
    row("loading, records/s", rates[0], rates[1], 0)
    row("index on disk, MB", one["size"] / 1e6, other["size"] / 1e6, 0)
    row("memory of the process that serves, MB", one["memory"] / 1e6, other["memory"] / 1e6, 0)
    for share, found in one["found"].items():
        first, second = (recall(found["exact"], each["found"][share]["scores"]) for each in (one, other))
        row(f"of the {NEAREST} nearest, found under a filter of {share}", first, second, 3)
        row("... p50, ms", found["p50"], other["found"][share]["p50"])
    page = other["page, all facets"]
    print(
        f"\nOf one round with Elasticsearch {other['one round, five facets']['overhead']:.1f} ms (p50) are not what it says it "
        f"took.\nOf a page with Elasticsearch {page['overhead']:.1f} ms (p50) are not what it says it took, in "
        f"{page['rounds']:.1f} journeys; {page['own']:.1f} ms is CPU of the process that asks."
    )


def growth(folder: Path, few: int, many: int) -> None:
    print("| records | what | p50, ms | p95, ms | CPU, ms | memory, MB | index, MB |\n| --- " + "| --- " * 6 + "|")
    found = {count: embedded_figures(folder, count) for count in (few, many)}
    for what in ("one round, five facets", "page, five facets", "page, all facets"):
        for count, figures in found.items():
            each = figures[what]
            print(
                f"| {count:,} | {what} | {each['p50']:.1f} | {each['p95']:.1f} | {each['own']:.1f} "
                f"| {figures['memory'] / 1e6:,.0f} | {figures['size'] / 1e6:,.0f} |"
            )
        print(f"| ratio | {what} | {found[many][what]['p50'] / found[few][what]['p50']:.1f} | | | | |", flush=True)


def main(arguments: Sequence[str]) -> None:
    wish = argparse.ArgumentParser(prog="python -m tests.benchmarks.search")
    wish.add_argument("records", type=int, nargs="?", default=RECORDS)
    wish.add_argument("--growth", type=int, nargs=2, metavar=("FEW", "MANY"))
    wish.add_argument("--keep", type=Path)
    wish.add_argument("--embedded", action="store_true", help="leave Elasticsearch out")
    given = wish.parse_args(arguments)
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        if given.growth:
            growth(folder, *given.growth)
        elif given.embedded:
            figures = embedded_figures(folder, given.records)
            report(figures, figures | {"load_s": 1})
        else:
            report(embedded_figures(folder, given.records), elastic_figures(Path(made), given.records))


if __name__ == "__main__":
    main(sys.argv[1:])
