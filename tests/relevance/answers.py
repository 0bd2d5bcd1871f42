"""Questions about e-books, and whether the first answer to each is right.

python -m tests.relevance.answers [--books]    right, wrong and none by round; wrong answers in full

answers.tsv is about the sample e-books, book_answers.tsv (--books) about fifteen of shared data beside these, up to 608
pages long, in which most of the words of a question stand on many pages. Both: round, question, and pieces of text, parted by " | ", any of which a right answer holds; no piece where the
e-books do not say it, so that any answer is wrong. Rounds were written one after the other, each before answers to it
had been seen; answering was then tuned with it too.
"""

import argparse
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
from tests.support.shared_data import SHARED

TABLE = Path(__file__).parent / "answers.tsv"
BOOK_TABLE = Path(__file__).parent / "book_answers.tsv"
_BOOKS = (
    *("id_belajar_nodejs", "id_emacs_doc", "id_kuliah_modul", "id_zimera_books", "id_peraturan", "en_open_textbook"),
    *("pdfjs/freeculture.pdf", "pdfjs/tracemonkey.pdf"),
)
BOOKS = tuple(SHARED / "data" / "pdf" / name for name in _BOOKS)
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


def questions(table: Path = TABLE) -> list[Asked]:
    with table.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Asked(row["round"], row["question"], tuple(filter(None, row["right"].split(" | ")))) for row in rows]


def over_samples(folder: Path) -> Discovery:
    """All samples loaded into an index in `folder`, asked by words and their translations."""
    return _over(folder, marc_samples.SAMPLES)


def over_books(folder: Path) -> Discovery:
    """The same with the books of shared data beside them."""
    return _over(folder, marc_samples.SAMPLES, *BOOKS)


def are_there() -> bool:
    """Whether the books of shared data are."""
    return all(book.exists() for book in BOOKS)


def _over(folder: Path, *paths: Path) -> Discovery:
    engine = EmbeddedEngine(folder / "index")
    Load(engine, EbookStore(folder / "ebooks"), IngestJob(paths, "contoh")).run()
    return Discovery(engine, None, shipped)


def judged(discovery: Discovery, asked: Iterable[Asked]) -> Iterator[Judged]:
    for each in asked:
        found = discovery.search(understand(each.question, (), "relevance", TODAY).query)
        yield Judged(each, next((answer.text.text for answer in found.answers), ""))


def main() -> None:
    parser = argparse.ArgumentParser(description="Whether the first answer to each question is right.")
    parser.add_argument("--books", action="store_true", help="about books of shared data, beside the samples")
    over, table = (over_books, BOOK_TABLE) if parser.parse_args().books else (over_samples, TABLE)
    with tempfile.TemporaryDirectory() as folder:
        every = list(judged(over(Path(folder)), questions(table)))
    counts = Counter((one.asked.round, one.verdict) for one in every)
    for name in sorted({one.asked.round for one in every}):
        told = ", ".join(f"{counts[name, verdict]} {verdict}" for verdict in ("right", "wrong", "none"))
        sys.stdout.write(f"round {name}: {told}\n")
    for one in every:
        if one.verdict == "wrong":
            sys.stdout.write(f"wrong: {one.asked.question}\n       {one.first}\n")


if __name__ == "__main__":
    main()
