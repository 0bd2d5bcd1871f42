"""The ruler: every judged set by kind and mode, and what changed since an earlier run.

    python -m tests.relevance                                 all sets, words and hybrid
    python -m tests.relevance samples known_items --mode keyword
    python -m tests.relevance --save before.json              … change the ranking …
    python -m tests.relevance --against before.json           differences, with significance
    python -m tests.relevance samples --failures 20           worst queries, with what came instead
    python -m tests.relevance samples --write FOLDER          BEIR's files, for `telusur evaluate`
    python -m tests.relevance --into docs/relevance.md        the tables there, made anew

Filled indexes are kept and taken again while the code that fills them stays the same; --reuse takes the last one anyway.
The embedding model is that of TELUSUR_MODEL.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from portal.settings import read_settings
from search.discovery import Discovery
from search.document import DocumentId
from search.embedding import Embedder
from search.evaluation import Scores, compare, summed_up
from search.opening import open_embedder
from search.query import MODES, Mode
from tests.relevance.judged import JudgedQuery, JudgedSet
from tests.relevance.measuring import Answer, Answers, measure, opened
from tests.relevance.sets import SETS

CACHE: Final = Path(tempfile.gettempdir()) / "telusur-relevance"
DEFAULT_MODES: Final[tuple[Mode, ...]] = ("keyword", "hybrid")
TABLES: Final = "<!-- tables -->"
SIGNIFICANT: Final = 0.05

Earlier = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]  # set, mode, query, measure


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: some queries of a set, and their scores of an earlier run."""

    label: str
    queries: Sequence[JudgedQuery]
    answers: Answers
    earlier: Mapping[str, Scores]


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    if asked.write:
        for name, judged in _judged_sets(asked.sets or SETS):
            print(" ".join(["telusur evaluate", *judged.write(asked.write / name)]))
        return
    if not asked.into:
        _measure(asked)
        return
    told = StringIO()
    with redirect_stdout(told):
        _measure(asked)
    before = asked.into.read_text(encoding="utf-8").split(TABLES)[0]
    asked.into.write_text(f"{before}{TABLES}\n{told.getvalue()}", encoding="utf-8")


def _measure(asked: argparse.Namespace) -> None:
    modes: Sequence[Mode] = tuple(dict.fromkeys(asked.mode or DEFAULT_MODES))
    earlier: Earlier = json.loads(asked.against.read_text(encoding="utf-8")) if asked.against else {}
    kept: dict[str, dict[str, object]] = {}
    embedder = None if set(modes) == {"keyword"} else open_embedder(read_settings().search)
    for name, judged in _judged_sets(asked.sets or SETS):
        started = time.perf_counter()
        with opened(judged, embedder, asked.cache, reuse=asked.reuse) as discovery:
            print(f"{name}: filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
            about = f"{judged.about}; {discovery.info().documents:,} documents, {len(judged.queries):,} queries"
            print(f"\n### {name}: {about}")
            for mode in modes:
                answers = measure(discovery, judged, mode)
                scores = {id: answer.scores for id, answer in answers.items()}
                before = {id: Scores(**found) for id, found in earlier.get(name, {}).get(mode, {}).items()}
                kept.setdefault(name, {})[mode] = {id: asdict(found) for id, found in scores.items()}
                times = sorted(answer.took_ms for answer in answers.values())
                print(f"{name}, {mode}: median {times[len(times) // 2]:.0f} ms a query", file=sys.stderr)
                _print_table(_model(mode, embedder), judged, answers, before)
                _print_worst(discovery, judged, answers, asked.failures)
    if asked.save:
        asked.save.write_text(json.dumps(kept), encoding="utf-8")


def _judged_sets(names: Sequence[str] | Mapping[str, Callable[[], JudgedSet]]) -> Iterator[tuple[str, JudgedSet]]:
    for name in names:
        try:
            yield name, SETS[name]()
        except pytest.skip.Exception as missing:
            print(f"{name}: {missing}", file=sys.stderr)


def _model(mode: Mode, embedder: Embedder | None) -> str:
    """The mode, and what understood the meaning."""
    return mode if mode == "keyword" or embedder is None else f"{mode}, {embedder.name.split('@')[0]}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.relevance", description="Search quality on judged sets.")
    parser.add_argument("sets", nargs="*", choices=[*SETS, []], metavar="SET", help=f"{', '.join(SETS)} (default: all)")
    parser.add_argument("--mode", action="append", choices=MODES, help="may be repeated (default: keyword and hybrid)")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep every query's scores")
    parser.add_argument("--against", type=Path, metavar="FILE", help="show differences from what --save kept")
    parser.add_argument("--failures", type=int, default=0, metavar="N", help="list the N worst queries of each table")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the sets as BEIR's files and stop")
    parser.add_argument("--into", type=Path, metavar="FILE", help=f"write the tables below the line {TABLES} of it")
    parser.add_argument("--reuse", action="store_true", help="take the last filled index, whatever code filled it")
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="FOLDER", help=f"of filled indexes ({CACHE})")
    return parser


def _print_table(title: str, judged: JudgedSet, answers: Answers, earlier: Mapping[str, Scores]) -> None:
    rows = [
        Row(kind, [query for query in judged.queries if query.kind == kind], answers, earlier) for kind in judged.kinds
    ]
    rows = rows if len(rows) > 1 else []
    rows += [
        Row(half, [query for query in judged.queries if query.half == half], answers, earlier)
        for half in ("dev", "test")
    ]
    rows.append(Row("all", judged.queries, answers, earlier))
    paged = any(answer.page is not None for answer in answers.values())
    print(f"\n**{title}**\n")
    heading = f"| | queries | nDCG@10 | recall@{judged.depth} | MRR@10 | success@1 | @3 | @10 |" + (
        " page |" if paged else ""
    )
    print(heading + (" ΔnDCG@10 | Δrecall | won/lost | p |" if earlier else ""))
    print("| --- |" + " ---: |" * (heading.count("|") - 2 + (4 if earlier else 0)))
    for row in rows:
        print(_line(row, paged=paged, compared=bool(earlier)))


def _line(row: Row, *, paged: bool, compared: bool) -> str:
    scores = {query.id: row.answers[query.id].scores for query in row.queries}
    means = summed_up(scores)
    figures = [means.ndcg_at_10, means.recall_at_100, means.mrr_at_10, *(_success(row, depth) for depth in (1, 3, 10))]
    cells = [row.label, str(len(scores)), *(f"{figure:.3f}" for figure in figures)]
    if paged:
        pages = [answer.page for id in scores if (answer := row.answers[id]).page is not None]
        cells.append(f"{sum(map(bool, pages)) / len(pages):.3f}" if pages else "")
    if compared:
        ndcg, recall = (compare(row.earlier, scores, by) for by in ("ndcg_at_10", "recall_at_100"))
        mark = "*" if ndcg.p < SIGNIFICANT else ""
        cells += [f"{ndcg.difference:+.3f}{mark}", f"{recall.difference:+.3f}"]
        cells += [f"{ndcg.won}/{ndcg.lost}", f"{ndcg.p:.3f}"]
    return f"| {' | '.join(cells)} |"


def _success(row: Row, depth: int) -> float:
    """Share of the queries with a relevant document in the first `depth`."""
    return sum(0 < row.answers[query.id].first <= depth for query in row.queries) / len(row.queries)


def _print_worst(discovery: Discovery, judged: JudgedSet, answers: Answers, count: int) -> None:
    worst = sorted(judged.queries, key=lambda query: (answers[query.id].scores.ndcg_at_10, answers[query.id].first))
    for query in worst[:count]:
        answer = answers[query.id]
        print(f"\n{answer.scores.ndcg_at_10:.3f} {query.id} ({query.kind}, {query.half}): {query.text}")
        _print_titles(discovery, query, answer)


def _print_titles(discovery: Discovery, query: JudgedQuery, answer: Answer) -> None:
    wanted = sorted(query.relevant, key=lambda id: -query.relevant[id])[:5]
    for id in wanted:
        place = answer.ranking.index(id) + 1 if id in answer.ranking else 0
        print(f"    wanted {query.relevant[id]} at {place or 'no place'}: {_title(discovery, id)}")
    for number, id in enumerate(answer.ranking[:5], start=1):
        print(f"    {number}. {'+' if id in query.relevant else ' '} {_title(discovery, id)}")


def _title(discovery: Discovery, id: DocumentId) -> str:
    found = discovery.document(id)
    return f"{id} {found.title[:90] if found else '(not in the index)'}"


if __name__ == "__main__":
    main()
