"""How fast the shipped model reads, as a ratio to MiniLM where the extra `models` is: python -m tests.benchmarks.embedding

Passages of 150 words, catalogue records, queries. The goal: 3,000 passages a second, a query in less than 1 ms.
"""

import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import cycle, islice

import marc_samples
from ingest.files import find, open_stream
from ingest.mappings.marc21 import to_document
from ingest.passages import split
from ingest.readers import marc
from ingest.source import Rejected, SourceRecord
from search.embedding import Embedder
from search.sentence_embedding import MINILM, SentenceTransformerEmbedder
from search.static_embedding import StaticEmbedder

WORDS = 150
TEXTS = {"shipped": 6_000, "peer": 60}
QUERIES = 2_000


def records() -> list[str]:
    """What the sample records are embedded as."""
    found = []
    for file in find([marc_samples.SAMPLES]):
        if isinstance(file, Rejected) or file.kind != "marc":
            continue
        with open_stream(file) as (stream, _):
            documents = (to_document(i, "b") for i in marc.read(stream, "") if isinstance(i, SourceRecord))
            found += [p.text for d in documents if not isinstance(d, Rejected) for p in split(d, ())]
    return found


def passages(sample: list[str], count: int) -> list[str]:
    """Running words of the records, cut into passages."""
    words = cycle(" ".join(sample).split())
    return [" ".join(islice(words, WORDS)) for _ in range(count)]


def rate(read: Callable[[], object], count: int) -> float:
    """The best of three, in texts a second: what disturbs only slows."""
    best = 0.0
    for _ in range(3):
        started = time.perf_counter()
        read()
        best = max(best, count / (time.perf_counter() - started))
    return best


def rates(embedder: Embedder, sample: list[str], count: int) -> dict[str, float]:
    long, short = passages(sample, count), list(islice(cycle(sample), count))
    asked = [f"{n} {' '.join(text.split()[:4])}" for n, text in enumerate(islice(cycle(sample), min(count, QUERIES)))]
    numbers = iter(range(10**9))
    return {
        f"passages of {WORDS} words": rate(lambda: embedder.passages(long), len(long)),
        "records": rate(lambda: embedder.passages(short), len(short)),
        # Numbered, so that none is remembered.
        "queries": rate(lambda: [embedder.query(f"{next(numbers)} {text}") for text in asked], len(asked)),
    }


if __name__ == "__main__":
    sample = records()
    ours = rates(StaticEmbedder(), sample, TEXTS["shipped"])
    peer = rates(SentenceTransformerEmbedder(MINILM), sample, TEXTS["peer"]) if find_spec("torch") else {}
    for name, now in ours.items():
        beside = f", {now / peer[name]:,.0f} times {MINILM} ({peer[name]:,.0f}/s)" if peer else ""
        print(f"{name}: {now:,.0f}/s ({1000 / now:.3f} ms each){beside}")
