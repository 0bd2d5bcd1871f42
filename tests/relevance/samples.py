"""The judged set over marc_samples: two tables that a librarian can open, read and mend.

queries.tsv: id, kind, language, half (dev, test) and the text as it is typed. judgements.tsv: query, grade, control
number, pages (of an e-book, with blanks between) and, for whoever reads it, the title. docs/relevance.md says what the
grades mean.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, get_args

import marc_samples
from ingest.ebooks import EbookStore
from ingest.identity import id_of
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from search.document import DocumentId
from search.embedding import Embedder
from search.engine import Engine
from tests.relevance.judged import Half, JudgedQuery, JudgedSet, stamp_of

# As `telusur demo` names them, so that its index can be judged with the files that `--write` makes.
SOURCE: Final = "contoh"
QUERIES: Final = Path(__file__).with_name("queries.tsv")
JUDGEMENTS: Final = Path(__file__).with_name("judgements.tsv")
GRADES: Final = (1, 2, 3)


def samples() -> JudgedSet:
    relevant: dict[str, dict[DocumentId, int]] = {}
    pages: dict[str, set[tuple[DocumentId, int]]] = {}
    for row in read_table(JUDGEMENTS):
        id = id_of(SOURCE, row["record"])
        relevant.setdefault(row["query"], {})[id] = int(row["grade"])
        pages.setdefault(row["query"], set()).update((id, int(page)) for page in row["pages"].split())
    queries = tuple(
        JudgedQuery(
            row["id"],
            row["text"],
            relevant[row["id"]],
            row["kind"],
            row["language"],
            _half(row["half"]),
            frozenset(pages[row["id"]]),
        )
        for row in read_table(QUERIES)
    )
    files = sorted(path for path in marc_samples.SAMPLES.iterdir() if path.is_file() and path.suffix != ".py")
    stamp = stamp_of(part for path in files for part in (path.name, path.read_bytes()))
    about = "what readers ask, judged by reading the sample records"
    return JudgedSet("samples", about, queries, _fill, stamp)


def read_table(path: Path) -> Iterator[Mapping[str, str]]:
    """Rows of a tab-separated table by its headings."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _half(text: str) -> Half:
    for half in get_args(Half):
        if half == text:
            return half  # type: ignore[no-any-return]
    raise ValueError(f"{QUERIES.name}: {text!r} is neither dev nor test")


def _fill(engine: Engine, embedder: Embedder | None, folder: Path) -> None:
    Load(engine, EbookStore(folder / "ebooks"), IngestJob((marc_samples.SAMPLES,), SOURCE, embedder)).run()
