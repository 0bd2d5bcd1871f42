"""`telusur evaluate`: how good the ranking is on judged queries, each mode by itself and against the others.

What is measured is what patrons get, with other spellings and translations; only plain language is not read, since
judgements are of subjects and know no filters, unless it is asked for: then the two can be compared.
"""

import json
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from ingest.corpus import entries_of
from portal.bootstrap import local_day, open_services
from portal.commands.exit_codes import DONE, WRONG_USE
from portal.commands.terminal import printable
from portal.settings import read_settings
from search.bilingual.lexicon import shipped
from search.discovery import Discovery
from search.document import DocumentId
from search.embedding import Embedder
from search.engine import Engine
from search.errors import EngineUnavailable, IndexBusy
from search.evaluation import (
    COMPARED,
    Comparison,
    CorpusText,
    Evaluation,
    Judgements,
    Scores,
    compare,
    read_corpus,
    read_judgements,
    read_queries,
)
from search.evaluation import evaluate as measure
from search.opening import open_embedder, open_engine
from search.query import MODES, Mode, Query
from search.query_language import parse
from search.schema import RELEVANCE
from search.settings import SearchSettings
from search.understanding import understand

DEPTH: Final = 100  # of the ranking that is judged: what recall at 100 needs
_LOOKED_UP: Final = 500  # ids in one question to the engine
_HEADINGS: Final = {
    "ndcg_at_10": "nDCG@10",
    "recall_at_10": "recall@10",
    "recall_at_100": "recall@100",
    "mrr_at_10": "MRR@10",
}


@dataclass(frozen=True, slots=True)
class _Measured:
    """A mode's figures, and the mode that really ran: without vectors every mode is by words."""

    evaluation: Evaluation
    ran: Mode


def evaluate(arguments: Namespace) -> int:
    """Raises SearchError, SettingsError."""
    modes: Sequence[Mode] = tuple(dict.fromkeys(arguments.modes or MODES))
    try:
        queries, judged = _asked(arguments)
        with _catalogue(arguments.corpus, words_only=set(modes) == {"keyword"}) as (engine, embedder):
            documents = engine.info().documents
            _tell_of_missing(engine, judged)
            discovery = Discovery(engine, embedder, shipped)
            read = _in_plain_language if arguments.plain_language else parse
            measured = {mode: _measured(discovery, mode, read, queries, judged) for mode in modes}
    except ValueError as error:
        print(f"telusur: {error}", file=sys.stderr)
        return WRONG_USE
    for mode, result in measured.items():
        if result.ran != mode:
            print(f"There are no vectors: {mode} was by words only.", file=sys.stderr)
    comparisons = {
        (first, second): [
            compare(measured[first].evaluation.per_query, measured[second].evaluation.per_query, by) for by in COMPARED
        ]
        for first, second in combinations(modes, 2)
    }
    if arguments.json:
        print(json.dumps(_answer(documents, measured, comparisons)))
    else:
        _print_tables(documents, measured, comparisons, queries if arguments.per_query else {})
    return DONE


def _asked(arguments: Namespace) -> tuple[Mapping[str, str], Judgements]:
    """The queries and what is known to answer them. Raises ValueError for what cannot be read, or would measure nothing."""
    try:
        queries, judged = read_queries(arguments.queries), read_judgements(arguments.qrels)
        _require_judged(queries, judged, arguments)
        _tell_of_unasked(queries, judged, arguments.queries)
    except OSError as error:
        raise ValueError(f"{error.filename or 'a file'} cannot be read: {error.strerror or error}.") from error
    return queries, {id: gains for id, gains in judged.items() if id in queries}


def _tell_of_unasked(queries: Mapping[str, str], judged: Judgements, asked_in: Path) -> None:
    """What is judged and not asked is not measured, which may be meant, or the files are of two halves."""
    unasked = [id for id in judged if id not in queries]
    if unasked:
        print(
            f"{len(unasked):,} of {len(judged):,} judged queries are not in {asked_in}, for example {unasked[0]!r}; "
            "they are not measured.",
            file=sys.stderr,
        )


def _require_judged(queries: Mapping[str, str], judged: Judgements, arguments: Namespace) -> None:
    """Raises ValueError where there would be nothing to measure, OSError where there is no corpus of that name."""
    if not any(gain > 0 for id in queries for gain in judged.get(id, {}).values()):
        raise ValueError(
            f"{arguments.qrels} names a relevant document for none of the {len(queries):,} queries in {arguments.queries}: see "
            "that they belong together, and that both have the same ids"
        )
    if arguments.corpus is not None:
        arguments.corpus.open("rb").close()  # before an index is begun that it would be read into


@contextmanager
def _catalogue(corpus: Path | None, *, words_only: bool) -> Iterator[tuple[Engine, Embedder | None]]:
    """What is searched: the loaded index, or `corpus` in a passing index of its own in the same engine."""
    settings = read_settings()
    if corpus is None:
        services = open_services(settings, words_only=words_only)
        if services.embedder_problem:
            print(services.embedder_problem, file=sys.stderr)
        yield services.engine, services.embedder
        return
    embedder = None if words_only else open_embedder(settings.search)
    with passing_index(settings.search, read_corpus(corpus), embedder) as engine:
        yield engine, embedder


@contextmanager
def passing_index(settings: SearchSettings, texts: Iterator[CorpusText], embedder: Embedder | None) -> Iterator[Engine]:
    """An index of `texts` in the engine of `settings`, gone afterwards; the library's own is not touched.

    Raises IndexBusy where another evaluation in the same cluster takes its place, EngineUnavailable without room for it.
    """
    if settings.server is None:
        with _passing_folder() as folder:
            engine = open_engine(replace(settings, data=folder))
            _index(engine, texts, embedder)
            yield engine
        return
    engine = open_engine(replace(settings, server=replace(settings.server, index=f"{settings.server.index}-evaluate")))
    _index(engine, texts, embedder)
    ours = engine.info().generation
    taken = False
    try:
        yield engine
    finally:
        taken = engine.info().generation != ours
        if not taken:
            with engine.rebuilding():
                pass  # the seam has no word for removing an index; an empty one costs a cluster little
    if taken:
        raise IndexBusy(
            "Another evaluation took the place of this one in the cluster; start it again when that has ended."
        )


@contextmanager
def _passing_folder() -> Iterator[Path]:
    try:
        # A load that broke off may be ending while its folder is removed: that must not hide why it did.
        folder = tempfile.TemporaryDirectory(prefix="telusur-evaluate-", ignore_cleanup_errors=True)
    except OSError as error:  # of a full disk Python says that there is no folder
        raise EngineUnavailable(
            f"There is no room for the index of the corpus: {error.strerror or error}. Make room on the disk, or name a folder "
            "on another by TMPDIR, and run the command again."
        ) from error
    with folder as name:
        yield Path(name)


def _index(engine: Engine, texts: Iterator[CorpusText], embedder: Embedder | None) -> None:
    name, dimensions = (embedder.name, embedder.dimensions) if embedder else ("", 0)
    with engine.rebuilding(name, dimensions) as writer:
        for batch in entries_of(texts, embedder):
            writer.put(batch)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)  # ends the line of dots


def _tell_of_missing(engine: Engine, judged: Judgements) -> None:
    """Judgements of documents that are not there cannot be met: most likely the files are of another catalogue."""
    relevant = list(dict.fromkeys(id for gains in judged.values() for id, gain in gains.items() if gain > 0))
    searcher = engine.searcher()
    found: set[DocumentId] = set()
    for start in range(0, len(relevant), _LOOKED_UP):
        found |= searcher.fingerprints(relevant[start : start + _LOOKED_UP]).keys()
    missing = [id for id in relevant if id not in found]
    if relevant and not found:
        raise ValueError(
            f"none of the {len(relevant):,} relevant documents is in the index, for example {missing[0]!r}"
        )
    if missing:
        print(
            f"{len(missing):,} of {len(relevant):,} relevant documents are not in the index, for example {missing[0]!r}; "
            "they count as not found.",
            file=sys.stderr,
        )


def _in_plain_language(text: str) -> Query:
    return understand(text, (), RELEVANCE, local_day()).query


def _measured(
    discovery: Discovery, mode: Mode, read: Callable[[str], Query], queries: Mapping[str, str], judged: Judgements
) -> _Measured:
    ran = mode

    def rank(text: str) -> list[DocumentId]:
        nonlocal ran
        page = discovery.search(read(text), mode, 1, DEPTH)
        ran = page.mode
        return [hit.document.id for hit in page.hits]

    return _Measured(measure(rank, queries, judged), ran)


_Comparisons = Mapping[tuple[Mode, Mode], Sequence[Comparison]]


def _answer(documents: int, measured: Mapping[Mode, _Measured], comparisons: _Comparisons) -> Mapping[str, Any]:
    return {
        "documents": documents,
        "modes": {
            mode: {
                "queries": result.evaluation.queries,
                **asdict(result.evaluation.means),
                "ran": result.ran,
                "per_query": {
                    id: {name: round(value, 4) for name, value in asdict(scores).items()}
                    for id, scores in result.evaluation.per_query.items()
                },
            }
            for mode, result in measured.items()
        },
        "comparisons": [
            {"first": first, "second": second, **asdict(comparison), "tied": comparison.tied}
            for (first, second), each in comparisons.items()
            for comparison in each
        ],
    }


def _print_tables(
    documents: int, measured: Mapping[Mode, _Measured], comparisons: _Comparisons, queries: Mapping[str, str]
) -> None:
    """queries: texts of those whose own figures are printed too."""
    print(f"{documents:,} documents, {next(iter(measured.values())).evaluation.queries:,} judged queries")
    print(f"{'mode':10}{_headings()}")
    for mode, result in measured.items():
        print(f"{mode:10}{_figures(result.evaluation.means)}")
    for (first, second), each in comparisons.items():
        print(f"\n{second} against {first} (paired randomisation test)")
        for c in each:
            print(
                f"  {_HEADINGS[c.measure]:11} {c.difference:+.4f}  p = {c.p:.4f}  "
                f"won {c.won:,}, lost {c.lost:,}, tied {c.tied:,}"
            )
    for mode, result in measured.items() if queries else ():
        print(f"\n{mode:10}{_headings()}  query")
        for id, scores in result.evaluation.per_query.items():
            print(f"{'':10}{_figures(scores)}  {printable(id)}  {printable(' '.join(queries[id].split())[:60])}")


def _headings() -> str:
    return "".join(f"{heading:>11}" for heading in _HEADINGS.values())


def _figures(scores: Scores) -> str:
    return "".join(f"{getattr(scores, measure):11.4f}" for measure in _HEADINGS)
