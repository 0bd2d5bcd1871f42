"""Texts a second by batch size, against the library's own default of 32: python -m tests.benchmarks.embedding"""

import time
from itertools import islice

import marc_samples
from ingest.files import find, open_stream
from ingest.mappings.marc21 import to_document
from ingest.passages import split
from ingest.readers import marc
from ingest.source import Rejected, SourceRecord
from search import embedding

TEXTS = 300
LIBRARY_DEFAULT = 32


def texts() -> list[str]:
    """What the sample records are embedded as."""
    found = []
    for file in find([marc_samples.SAMPLES]):
        if isinstance(file, Rejected) or file.kind != "marc":
            continue
        with open_stream(file) as (stream, _):
            documents = (to_document(i, "b") for i in marc.read(stream, "") if isinstance(i, SourceRecord))
            found += [p.text for d in documents if not isinstance(d, Rejected) for p in split(d, ())]
    return list(islice(found, TEXTS))


def rate(embedder: embedding.Embedder, sample: list[str], batch: int) -> float:
    embedding.BATCH = batch  # type: ignore[misc]  # what is measured
    started = time.perf_counter()
    embedder.passages(sample)
    return len(sample) / (time.perf_counter() - started)


if __name__ == "__main__":
    sample, model = texts(), embedding.SentenceTransformerEmbedder()
    rate(model, sample[:32], LIBRARY_DEFAULT)
    base = rate(model, sample, LIBRARY_DEFAULT)
    print(f"{len(sample)} records; batch {LIBRARY_DEFAULT} (the library's default): {base:.0f} texts/s")
    for size in (8, 16, 64):
        now = rate(model, sample, size)
        print(f"batch {size:2}: {now:.0f} texts/s, {now / base:.2f} of the default")
