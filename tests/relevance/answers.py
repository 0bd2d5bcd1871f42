"""Questions about the sample e-books, and whether the first answer to each is right.

python -m tests.relevance.answers    right, wrong and none by round; wrong answers in full

answers.tsv: round, question, and pieces of text, parted by " | ", any of which a right answer holds; no piece where the
e-books do not say it, so that any answer is wrong. Rounds were written one after the other, each before answers to it
had been seen; answering was then tuned with it too.
"""

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import marc_samples
from ingest.ebooks import EbookStore
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from search.bilingual.lexicon import shipped
from search.discovery import Discovery
from search.engines.embedded import EmbeddedEngine
from search.understanding import understand

TABLE = Path(__file__).parent / "answers.tsv"
TODAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Asked:
    round: str
    question: str
    right: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """first: the text of the first answer, "" for none."""

    asked: Asked
    first: str

    @property
    def verdict(self) -> str:
        if not self.first:
            return "none"
        return "right" if any(piece in self.first for piece in self.asked.right) else "wrong"


def questions() -> list[Asked]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Asked(row["round"], row["question"], tuple(filter(None, row["right"].split(" | ")))) for row in rows]


def over_samples(folder: Path) -> Discovery:
    """All samples loaded into an index in `folder`, asked by words and their translations."""
    engine = EmbeddedEngine(folder / "index")
    Load(engine, EbookStore(folder / "ebooks"), IngestJob((marc_samples.SAMPLES,), "contoh")).run()
    return Discovery(engine, None, shipped)


def judged(discovery: Discovery, asked: Iterable[Asked]) -> Iterator[Judged]:
    for each in asked:
        found = discovery.search(understand(each.question, (), "relevance", TODAY).query)
        yield Judged(each, next((answer.text.text for answer in found.answers), ""))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        every = list(judged(over_samples(Path(folder)), questions()))
    counts = Counter((one.asked.round, one.verdict) for one in every)
    for name in sorted({one.asked.round for one in every}):
        told = ", ".join(f"{counts[name, verdict]} {verdict}" for verdict in ("right", "wrong", "none"))
        sys.stdout.write(f"round {name}: {told}\n")
    for one in every:
        if one.verdict == "wrong":
            sys.stdout.write(f"wrong: {one.asked.question}\n       {one.first}\n")


if __name__ == "__main__":
    main()
