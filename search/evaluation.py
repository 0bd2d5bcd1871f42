"""How good a ranking is, on judged queries (BEIR's file formats), and whether another one is better."""

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np

from search.document import DocumentId

Measure = Literal["ndcg_at_10", "recall_at_10", "recall_at_100", "mrr_at_10"]
# What two rankings are compared by; recall at 10 says what nDCG at 10 says, more coarsely.
COMPARED: Final[tuple[Measure, ...]] = ("ndcg_at_10", "recall_at_100", "mrr_at_10")

# Sign assignments drawn: p is then known to a hundredth of itself or so where it matters, around 0.05.
ROUNDS: Final = 10_000
# With so few queries that differ, all assignments are gone through instead (2 ** 13 < ROUNDS).
EXACT_UP_TO: Final = 13
_SEED: Final = 20_070_611
_DECIMALS: Final = 4
# How files begin that gzip, zip, xz, bzip2 and zstd have made.
_COMPRESSED: Final = (b"\x1f\x8b", b"PK\x03\x04", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd")
_JUDGEMENT: Final = "expected query-id, corpus-id and score, separated by tabs, on a line of its own"
_SCORE: Final = re.compile(r"-?[0-9]{1,9}")

Judgements = Mapping[str, Mapping[DocumentId, int]]


@dataclass(frozen=True, slots=True)
class CorpusText:
    """A text of a judged corpus."""

    id: DocumentId
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Scores:
    """What one query's ranking is worth, each 0..1."""

    ndcg_at_10: float
    recall_at_10: float
    recall_at_100: float
    mrr_at_10: float

    def of(self, measure: Measure) -> float:
        return float(getattr(self, measure))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Means over the judged queries, each 0..1, and the scores they are means of, by query id."""

    queries: int
    ndcg_at_10: float
    recall_at_10: float
    recall_at_100: float
    mrr_at_10: float
    per_query: Mapping[str, Scores] = field(default_factory=dict, repr=False)

    @property
    def means(self) -> Scores:
        return Scores(self.ndcg_at_10, self.recall_at_10, self.recall_at_100, self.mrr_at_10)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A second ranking beside a first, by one measure, over the queries that both answered.

    difference: mean of second less first. won, lost: queries where the second is better, worse. p: how often
    chance alone would give a mean difference at least as large, either way.
    """

    measure: Measure
    queries: int
    difference: float
    won: int
    lost: int
    p: float

    @property
    def tied(self) -> int:
        return self.queries - self.won - self.lost


def read_corpus(path: Path) -> Iterator[CorpusText]:
    """Lines of {"_id", "title", "text"}. Raises ValueError naming the line that is not one."""
    for row in _rows(path):
        yield CorpusText(DocumentId(row.id), row.text("title"), row.text("text"))


def read_queries(path: Path) -> Mapping[str, str]:
    """Lines of {"_id", "text"}. Raises ValueError naming the line that is not one, or asks under an id that was there."""
    queries: dict[str, str] = {}
    for row in _rows(path):
        if row.id in queries:
            raise ValueError(f"{row.place}: there is another query with the _id {row.id!r} above; give each its own")
        text = row.text("text")
        if not text.strip():
            raise ValueError(f'{row.place}: the query {row.id!r} has no "text"')
        queries[row.id] = text
    return queries


@dataclass(frozen=True, slots=True)
class _Row:
    """An object of a file of them. place: its file and line, for a message."""

    place: str
    id: str
    cells: Mapping[str, object]

    def text(self, name: str) -> str:
        """ "" where there is none. Raises ValueError for what is no text."""
        found = self.cells.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise ValueError(f'{self.place}: "{name}" is no text')
        return found


def _rows(path: Path) -> Iterator[_Row]:
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError) as error:  # the latter of brackets by the thousand
            raise ValueError(f"{place}: not a JSON object with an _id ({error})") from error
        id = cells.get("_id") if isinstance(cells, dict) else None
        if isinstance(id, bool) or not isinstance(id, str | int) or id == "":
            raise ValueError(f"{place}: not a JSON object with an _id (a text or a number)")
        yield _Row(place, str(id), cells)


def _lines(path: Path) -> Iterator[str]:
    """Raises ValueError, since whoever reads on may take an OSError for one of the place that is written to."""
    number = 0
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if number == 1 and line.startswith(_COMPRESSED):
                    raise ValueError(f"{path} is compressed: unpack it, and name the file that was in it.")
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} ({error.object[error.start]:#x}) is not UTF-8"
        raise ValueError(f"{path}, line {number}: {what}. Save the file as UTF-8, or mend that line.") from error
    except OSError as error:
        place = f"{path}, after line {number}:" if number else f"{path}"
        told = f"{place} cannot be read: {error.strerror or error}."
        raise ValueError(f"{told} Name a file that whoever runs this may read, on a disk that is sound.") from error


def read_judgements(path: Path) -> Judgements:
    """Tab-separated query-id, corpus-id, score, with a heading line or without; scores of 0 are kept.

    Raises ValueError naming the line that is not one, or says otherwise than one above.
    """
    judged: dict[str, dict[DocumentId, int]] = {}
    rows = csv.reader(_lines(path), delimiter="\t")
    try:
        for number, row in enumerate(rows, start=1):
            is_judgement = len(row) == 3 and _SCORE.fullmatch(row[2]) is not None
            if not row or (number == 1 and len(row) == 3 and not is_judgement):
                continue
            if not is_judgement:
                raise ValueError(f"{path}, line {rows.line_num}: {_JUDGEMENT}")
            gains, id, gain = judged.setdefault(row[0], {}), DocumentId(row[1]), int(row[2])
            if gains.setdefault(id, gain) != gain:
                raise ValueError(
                    f"{path}, line {rows.line_num}: {row[1]!r} is judged {gains[id]} for {row[0]!r} above, and {gain} here; keep one"
                )
    except csv.Error as error:
        raise ValueError(f"{path}, line {rows.line_num}: {_JUDGEMENT} ({error})") from error
    return judged


def evaluate(rank: Callable[[str], Sequence[DocumentId]], queries: Mapping[str, str], judged: Judgements) -> Evaluation:
    """Runs `rank` (ids best first, 100 are enough) over every query that has a relevant document.

    nDCG uses the gain of the judgement itself and log2(rank + 1), as trec_eval and BEIR do.
    """
    per_query = {}
    for id, text in queries.items():
        gains = {document: gain for document, gain in judged.get(id, {}).items() if gain > 0}
        if gains:
            per_query[id] = score(rank(text), gains)
    return summed_up(per_query)


def score(ranking: Sequence[DocumentId], gains: Mapping[DocumentId, int]) -> Scores:
    """gains: of the relevant documents, at least one, all above 0."""
    return Scores(
        ndcg_at_10=ndcg_at(10, ranking, gains),
        recall_at_10=len(gains.keys() & set(ranking[:10])) / len(gains),
        recall_at_100=len(gains.keys() & set(ranking[:100])) / len(gains),
        mrr_at_10=next((1 / n for n, document in enumerate(ranking[:10], start=1) if document in gains), 0.0),
    )


def summed_up(per_query: Mapping[str, Scores]) -> Evaluation:
    def mean(measure: Measure) -> float:
        values = [scores.of(measure) for scores in per_query.values()]
        return round(sum(values) / len(values), _DECIMALS) if values else 0.0

    return Evaluation(
        queries=len(per_query),
        ndcg_at_10=mean("ndcg_at_10"),
        recall_at_10=mean("recall_at_10"),
        recall_at_100=mean("recall_at_100"),
        mrr_at_10=mean("mrr_at_10"),
        per_query=per_query,
    )


def compare(first: Mapping[str, Scores], second: Mapping[str, Scores], measure: Measure = "ndcg_at_10") -> Comparison:
    """Whether `second` is better than `first`, over the queries in both: `randomisation_test` on their differences."""
    differences = [second[id].of(measure) - first[id].of(measure) for id in first if id in second]
    count = len(differences)
    return Comparison(
        measure=measure,
        queries=count,
        difference=round(sum(differences) / count, _DECIMALS) if count else 0.0,
        won=sum(difference > _EQUAL for difference in differences),
        lost=sum(difference < -_EQUAL for difference in differences),
        p=round(randomisation_test(differences), _DECIMALS),
    )


# Sums of the same fractions in another order differ by this much at most.
_EQUAL: Final = 1e-9


def randomisation_test(differences: Sequence[float]) -> float:
    """Two-sided p of paired differences whose signs chance alone might have turned round.

    Fisher's randomisation test, which Smucker, Allan and Carterette (CIKM 2007) recommend for retrieval; exact
    where few differ, else by sampling from a fixed seed, the observed assignment counted as one of those drawn
    (Davison and Hinkley 1997, 4.2), so that p is never 0.

    >>> randomisation_test([0.1, 0.2, 0.3, 0.4, 0.5]), randomisation_test([0.0, 0.0])
    (0.0625, 1.0)
    """
    moved = np.array([difference for difference in differences if abs(difference) > _EQUAL])
    if not len(moved):
        return 1.0
    least = abs(moved.sum()) - _EQUAL
    if len(moved) <= EXACT_UP_TO:
        assignments = np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved)) & 1
        return float(np.mean(np.abs((1 - 2 * assignments) @ moved) >= least))
    chance = np.random.default_rng(_SEED)
    # A row at a time keeps memory small however many queries there are.
    extreme = sum(
        bool(abs((1 - 2 * chance.integers(0, 2, len(moved), dtype=np.int8)) @ moved) >= least) for _ in range(ROUNDS)
    )
    return (extreme + 1) / (ROUNDS + 1)


def ndcg_at(depth: int, ranking: Sequence[DocumentId], gains: Mapping[DocumentId, int]) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002).

    >>> ndcg_at(10, ["a", "x", "b"], {"a": 1, "b": 1})
    0.9197207891481876
    """
    found = sum(gains.get(id, 0) / math.log2(n + 1) for n, id in enumerate(ranking[:depth], start=1))
    ideal = sum(gain / math.log2(n + 1) for n, gain in enumerate(sorted(gains.values(), reverse=True)[:depth], start=1))
    return found / ideal if ideal else 0.0
