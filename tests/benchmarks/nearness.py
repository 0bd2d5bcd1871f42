"""How near answers, strangers and typed nonsense come to a question: python -m tests.benchmarks.nearness [MODEL]

From this comes a model's floor: a text below it is no find by its meaning, however few others there are. MODEL: a folder or a name, as in TELUSUR_MODEL.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from ingest.files import find, open_stream
from ingest.mappings.marc21 import to_document
from ingest.passages import record_text
from ingest.readers import marc
from ingest.source import Rejected, SourceRecord
from search.embedding import Embedder
from search.engine import Matrix
from search.evaluation import read_corpus, read_judgements, read_queries
from search.opening import open_embedder
from search.settings import SearchSettings
from tests.support.meaning import SETS
from tests.support.shared_data import shared

RECORDS, QUESTIONS, NONSENSE = 6_000, 400, 400
POINTS = (1, 5, 10, 25, 50, 75, 90, 95, 99)
FLOORS = (0.35, 0.40, 0.43, 0.45, 0.47, 0.50, 0.55)


def catalogue() -> Iterator[str]:
    """Records of US Government publications, as they are embedded; they answer no question of the sets."""
    for file in find([shared("data/marc/gpo_history")]):
        assert not isinstance(file, Rejected)
        with open_stream(file) as (stream, _):
            for record in marc.read(stream, ""):
                document = to_document(record, "b") if isinstance(record, SourceRecord) else record
                if not isinstance(document, Rejected):
                    yield record_text(document)


def nonsense(chance: random.Random) -> str:
    """What fingers type that mean nothing: syllables, or letters."""
    if chance.random() < 0.3:
        return "".join(chance.choice("asdfghjklqwertyuiop") for _ in range(chance.choice((5, 8, 12))))
    syllables = [chance.choice("bcdfghjklmnprstw") + chance.choice("aeiou") for _ in range(9)]
    return " ".join("".join(syllables[n : n + 3]) for n in range(0, 3 * chance.choice((1, 2, 3)), 3))


def nearest(embedder: Embedder, texts: list[str], rows: Matrix) -> list[float]:
    return [float((rows @ embedder.query(text)).max()) for text in texts]


def show(name: str, cosines: list[float]) -> None:
    points = " ".join(f"{value:.2f}" for value in np.percentile(cosines, POINTS))
    kept = " ".join(f"{np.mean(np.array(cosines) >= floor):.3f}" for floor in FLOORS)
    print(f"{name:45} {points} | {kept}", flush=True)


if __name__ == "__main__":
    chance = random.Random(0)
    embedder = open_embedder(SearchSettings(Path(), model=sys.argv[1] if len(sys.argv) > 1 else ""))
    assert embedder is not None
    records = embedder.passages(list(islice(catalogue(), RECORDS)))
    print(f"{embedder.name}; percentiles {POINTS} | share at or above {FLOORS}")
    show("nonsense and records", nearest(embedder, [nonsense(chance) for _ in range(NONSENSE)], records))
    for name, judged in SETS.items():
        with tempfile.TemporaryDirectory() as folder:
            files = judged(Path(folder))
            texts = {text.id: f"{text.title}. {text.text}" for text in read_corpus(files.corpus)}
            queries, judgements = read_queries(files.queries), read_judgements(files.qrels)
        asked = [id for id in queries if judgements.get(id)]
        asked = chance.sample(asked, min(QUESTIONS, len(asked)))
        show(f"{name}: and records", nearest(embedder, [queries[id] for id in asked], records))
        own = [embedder.passages([texts[of] for of, gain in judgements[id].items() if gain > 0]) for id in asked]
        best = [float((rows @ embedder.query(queries[id])).max()) for id, rows in zip(asked, own, strict=True)]
        show(f"{name}: and best answer", best)
