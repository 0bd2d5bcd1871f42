"""What the vector graph of Elasticsearch finds of the exact nearest: python -m tests.benchmarks.recall [RECORDS]

The exact scan of the embedded engine is the peer: of its ten nearest, the share that is found by each number of
candidates, over the records, vectors and searches of tests.benchmarks.search.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from search.engines.elastic import searcher
from search.query import Query
from tests.benchmarks.library import DIMENSIONS, records, searches
from tests.benchmarks.search import BATCH, recall
from tests.support.catalogue import entries
from tests.support.elasticsearch.node import start_node
from tests.support.embedders import WordEmbedder
from tests.support.engines import fresh_elastic

RECORDS: Final = 20_000
QUERIES: Final = 200
CANDIDATES: Final = (100, 500, 2000, 5000)


def run(count: int) -> None:
    embedder = WordEmbedder(DIMENSIONS)
    documents = list(records(count))
    asked = [embedder.query(one.query.text) for one in searches(QUERIES)]
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        start_node(Path(folder), heap="2g") as node,
        fresh_elastic(node.url) as engine,
    ):
        with engine.rebuilding(embedder.name, embedder.dimensions) as writer:
            for start in range(0, count, BATCH):
                batch = entries(documents[start : start + BATCH], embedder)
                writer.put(batch)
                rows += [entry.vectors for entry in batch if entry.vectors is not None]
        matrix = np.concatenate(rows)
        exact = [np.sort(matrix @ vector)[-10:][::-1].tolist() for vector in asked]
        print(f"{count:,} records, {len(asked)} searches\n\n| candidates | found | p50, ms |\n| --- | --- | --- |")
        for candidates in CANDIDATES:
            searcher.MIN_CANDIDATES, searcher.CANDIDATES_EACH = candidates, 1  # type: ignore[misc]  # what is measured
            found, times = [], []
            for vector in asked:
                started = time.perf_counter()
                ranking = engine.searcher().semantic(vector, Query(), 10)
                times.append(1000 * (time.perf_counter() - started))
                found.append([item.score for item in ranking.items])
            print(f"| {candidates:,} | {recall(exact, found):.0%} | {statistics.median(times):.1f} |")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
