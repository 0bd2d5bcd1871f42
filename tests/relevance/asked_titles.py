"""Titles of a real Indonesian library as its readers ask for them: in a request, with who made it, with a slip."""

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.ebooks import EbookStore
from ingest.identity import id_of
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from ingest.readers.columns import load_columns
from search.document import DocumentId
from search.embedding import Embedder
from search.engine import Engine
from tests.relevance.judged import JudgedQuery, JudgedSet, halved, stamp_of
from tests.relevance.known_items import MOST_WORDS, folded, misspelt
from tests.support.shared_data import shared

TABLE: Final = "data/catalog_id/bpk_puska/BukuIndux.csv"
COLUMNS: Final = Path(__file__).parent.parent / "ingest" / "columns" / "bpk.toml"
SOURCE: Final = "bpk"
QUERIES_OF_A_KIND: Final = 60
_SEED: Final = 1963


@dataclass(frozen=True, slots=True)
class _Book:
    """author: the surname, or the body; "" where there is none, as the year."""

    id: DocumentId
    title: str
    author: str
    publisher: str
    year: str


# How a title is asked for, "" where the book lacks what it is asked with.
WAYS: Final[dict[str, Callable[[_Book, random.Random], str]]] = {
    "title": lambda book, _: book.title,
    "with a typo": lambda book, chance: misspelt(book.title, chance),
    "cari buku": lambda book, _: f"cari buku {book.title}",
    "ada buku ...?": lambda book, _: f"ada buku {book.title}?",
    "buku ... ada?": lambda book, _: f"buku {book.title} ada?",
    "mau pinjam buku": lambda book, _: f"mau pinjam buku {book.title}",
    "di mana buku": lambda book, _: f"di mana buku {book.title}",
    "buku tentang": lambda book, _: f"buku tentang {book.title}",
    "do you have": lambda book, _: f"do you have {book.title}",
    "title author": lambda book, _: book.author and f"{book.title} {book.author}",
    "author - title": lambda book, _: book.author and f"{book.author} - {book.title}",
    "title / author": lambda book, _: book.author and f"{book.title} / {book.author}",
    "karya": lambda book, _: book.author and f"{book.title} karya {book.author}",
    "by": lambda book, _: book.author and f"{book.title} by {book.author}",
    "penerbit": lambda book, _: book.publisher and f"{book.title} penerbit {book.publisher}",
    "title (year)": lambda book, _: book.year and f"{book.title} ({book.year})",
}


def asked_titles(of_a_kind: int = QUERIES_OF_A_KIND) -> JudgedSet:
    """Books of the same title are equally right where the author is not said."""
    table = shared(TABLE)
    books = list(_books(table))

    def fill(engine: Engine, embedder: Embedder | None, folder: Path) -> None:
        job = IngestJob((table,), SOURCE, embedder, columns=load_columns(COLUMNS))
        Load(engine, EbookStore(folder / "ebooks"), job).run()

    about = "titles of a real Indonesian library, asked for as its readers do"
    stamp = stamp_of([table.read_bytes(), COLUMNS.read_bytes()])
    return JudgedSet("asked_titles", about, halved(_queries(books, of_a_kind)), fill, stamp, depth=10)


def _books(table: Path) -> Iterator[_Book]:
    """Those with a number of their own: of two with the same the later one is loaded."""
    with table.open(encoding="cp1252", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row[1].strip()]
        numbers = Counter(row[0].strip() for row in rows)
        for row in rows:
            id, title, author, publisher, year = (row[at].strip() for at in (0, 1, 4, 5, 7))
            if numbers[id] == 1:
                year = year if year.isdecimal() else ""
                yield _Book(id_of(SOURCE, id), title, author.partition(",")[0], publisher, year)


def _queries(books: Sequence[_Book], of_a_kind: int) -> Iterator[JudgedQuery]:
    chance = random.Random(_SEED)
    titled: dict[str, list[_Book]] = {}
    for book in books:
        titled.setdefault(folded(book.title), []).append(book)
    usable = [book for book in books if len(folded(book.title).split()) <= MOST_WORDS]
    for kind, way in WAYS.items():
        asked = ((book, way(book, chance).lower()) for book in chance.sample(usable, len(usable)))
        chosen = [(book, text) for book, text in asked if text][:of_a_kind]
        for book, text in chosen:
            by_others = book.author.lower() not in text
            right = [other for other in titled[folded(book.title)] if by_others or other.author == book.author]
            yield JudgedQuery(f"{kind}-{book.id}", text, {other.id: 1 for other in right}, kind, "ind")
