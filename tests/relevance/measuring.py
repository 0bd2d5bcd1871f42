"""Judged sets measured as readers search: the index filled by a load, asked through Discovery, in each mode."""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from search.bilingual.lexicon import shipped
from search.discovery import Discovery
from search.document import DocumentId
from search.embedding import Embedder
from search.engines.embedded import EmbeddedEngine
from search.evaluation import Scores, score
from search.query import Mode, Query
from search.results import ResultPage
from search.schema import RELEVANCE
from search.understanding import understand
from tests.relevance.judged import JudgedQuery, JudgedSet

TODAY: Final = date(2026, 11, 1)  # for "the last five years"
SHOWN: Final = 10  # hits on the page that a reader is given, whose pages of e-books are looked at
ROOT: Final = Path(__file__).resolve().parents[2]
# What only asks and never writes: a change here leaves a filled index as it is.
ASKING: Final = frozenset(
    f"search/{name}.py"
    for name in (
        "query", "query_language", "questions", "attempts", "forgiving", "translating", "bilingual/lexicon",
        "bilingual/terms", "bilingual/synonyms", "numerals", "discovery", "fusion", "matching", "explain", "highlight", "results", "evaluation", "answering",
        "understanding", "titles", "telling", "settings", "opening", "engines/selecting", "engines/facets", "engines/checking", "engines/spelling",
        "engines/embedded/queries", "engines/embedded/searcher", "engines/embedded/vocabulary", "engines/embedded/sets",
        "engines/embedded/beginnings",
    )
)  # fmt: skip
KEPT_INDEXES: Final = 8  # of one set, those last used: several checkouts may be measured at once


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one query. first: place of the first relevant document, 0 when it is not in the ranking.

    page: whether the e-book stood in the first SHOWN with a right page; None where no page is judged. took_ms: of the search
    for that page.
    """

    scores: Scores
    ranking: tuple[DocumentId, ...]
    first: int
    page: bool | None
    took_ms: float


Answers = Mapping[str, Answer]  # by query id


def measure(discovery: Discovery, judged: JudgedSet, mode: Mode) -> Answers:
    """Raises ValueError when the mode cannot run: figures of another one under its name would mislead."""
    return {query.id: _answer(discovery, query, mode, judged.depth) for query in judged.queries}


def scored(discovery: Discovery, judged: JudgedSet, mode: Mode) -> Mapping[str, Scores]:
    """What `measure` gives as scores, by query id, for a tenth of its time: of no query a page is made but of the first."""
    _page(discovery, _asked(judged.queries[0]), mode)
    return {
        query.id: score(_ranking(discovery, _asked(query), mode, judged.depth), query.relevant)
        for query in judged.queries
    }


def _asked(query: JudgedQuery) -> Query:
    return understand(query.text, (), RELEVANCE, TODAY).query


def _page(discovery: Discovery, asked: Query, mode: Mode) -> ResultPage:
    found = discovery.search(asked, mode, 1, SHOWN)
    if found.mode != mode:
        raise ValueError(f"{mode} cannot run: the index has no vectors")
    return found


def _ranking(discovery: Discovery, asked: Query, mode: Mode, depth: int) -> tuple[DocumentId, ...]:
    return tuple(discovery.found(asked, mode, 1, depth)[0])


def _answer(discovery: Discovery, query: JudgedQuery, mode: Mode, depth: int) -> Answer:
    asked = _asked(query)
    started = time.perf_counter()
    found = _page(discovery, asked, mode)
    took_ms = 1000 * (time.perf_counter() - started)
    # Of what stands below the page only the order is judged: marking words in it would take four fifths of the time.
    ranking = _ranking(discovery, asked, mode, depth)
    shown = {(hit.document.id, page.page) for hit in found.hits for page in hit.pages}
    return Answer(
        scores=score(ranking, query.relevant),
        ranking=ranking,
        first=next((n for n, id in enumerate(ranking, start=1) if id in query.relevant), 0),
        page=bool(shown & query.pages) if query.pages else None,
        took_ms=took_ms,
    )


@contextmanager
def opened(judged: JudgedSet, embedder: Embedder | None, cache: Path, *, reuse: bool = False) -> Iterator[Discovery]:
    """The set's index, filled if the cache has none that this code would fill the same way.

    reuse: take the newest one whatever code filled it.
    """
    model = hashlib.sha256(embedder.name.encode()).hexdigest()[:8] if embedder else "words"
    family = f"{judged.name}-{model}-{judged.stamp}"
    before = sorted(cache.glob(f"{family}-*[0-9a-f]"), key=lambda path: path.stat().st_mtime, reverse=True)
    folder = before[0] if reuse and before else cache / f"{family}-{code_stamp()}"
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
        part.mkdir(parents=True)
        judged.fill(EmbeddedEngine(part / "index"), embedder, part)
        try:
            part.rename(folder)
        except OSError:  # another run was quicker with the same
            shutil.rmtree(part)
        for old in before[KEPT_INDEXES - 1 :]:
            shutil.rmtree(old, ignore_errors=True)
    os.utime(folder)
    yield Discovery(EmbeddedEngine(folder / "index"), embedder, shipped)


def code_stamp() -> str:
    """A digest of all code and tables that decide what stands in an index."""
    digest = hashlib.sha256()
    for path in _writing_code():
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _writing_code() -> Sequence[Path]:
    found = [path for floor in ("search", "ingest") for path in (ROOT / floor).rglob("*") if path.is_file()]
    written = [path for path in found if path.suffix != ".pyc" and "elastic" not in path.parts]
    return sorted(path for path in written if path.relative_to(ROOT).as_posix() not in ASKING)
