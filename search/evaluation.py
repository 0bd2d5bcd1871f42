"""How good a ranking is, on judged queries (BEIR's file formats)."""

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.document import DocumentId

Judgements = Mapping[str, Mapping[DocumentId, int]]


@dataclass(frozen=True, slots=True)
class CorpusText:
    """A text of a judged corpus."""

    id: DocumentId
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Means over the judged queries, each 0..1."""

    queries: int
    ndcg_at_10: float
    recall_at_10: float
    recall_at_100: float
    mrr_at_10: float


def read_corpus(path: Path) -> Iterator[CorpusText]:
    """Lines of {"_id", "title", "text"}. Raises ValueError naming the line that is not one."""
    for row in _json_lines(path):
        yield CorpusText(DocumentId(str(row["_id"])), str(row.get("title", "")), str(row.get("text", "")))


def read_queries(path: Path) -> Mapping[str, str]:
    """Lines of {"_id", "text"}."""
    return {str(row["_id"]): str(row["text"]) for row in _json_lines(path)}


def _json_lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if not isinstance(row, dict) or "_id" not in row:
                    raise ValueError('no "_id"')
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: not a JSON object with an _id ({error})") from error
            yield row


def read_judgements(path: Path) -> Judgements:
    """Tab-separated query-id, corpus-id, score, with a heading line; scores of 0 are kept."""
    judged: dict[str, dict[DocumentId, int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), start=1):
            if not row or (number == 1 and not row[-1].lstrip("-").isdigit()):
                continue
            if len(row) != 3 or not row[2].lstrip("-").isdigit():
                raise ValueError(f"{path}, line {number}: expected query-id, corpus-id and score, separated by tabs")
            judged.setdefault(row[0], {})[DocumentId(row[1])] = int(row[2])
    return judged


def evaluate(rank: Callable[[str], Sequence[DocumentId]], queries: Mapping[str, str], judged: Judgements) -> Evaluation:
    """Runs `rank` (ids best first, 100 are enough) over every query that has a relevant document.

    nDCG uses the gain of the judgement itself and log2(rank + 1), as trec_eval and BEIR do.
    """
    ndcg, recall10, recall100, mrr = [], [], [], []
    for id, text in queries.items():
        gains = {document: gain for document, gain in judged.get(id, {}).items() if gain > 0}
        if not gains:
            continue
        ranking = list(rank(text))
        ndcg.append(ndcg_at(10, ranking, gains))
        recall10.append(len(gains.keys() & set(ranking[:10])) / len(gains))
        recall100.append(len(gains.keys() & set(ranking[:100])) / len(gains))
        mrr.append(next((1 / n for n, document in enumerate(ranking[:10], start=1) if document in gains), 0.0))
    count = len(ndcg)
    return Evaluation(
        count, *(round(sum(values) / count, 4) if count else 0.0 for values in (ndcg, recall10, recall100, mrr))
    )


def ndcg_at(depth: int, ranking: Sequence[DocumentId], gains: Mapping[DocumentId, int]) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002).

    >>> ndcg_at(10, ["a", "x", "b"], {"a": 1, "b": 1})
    0.9197207891481876
    """
    found = sum(gains.get(id, 0) / math.log2(n + 1) for n, id in enumerate(ranking[:depth], start=1))
    ideal = sum(gain / math.log2(n + 1) for n, gain in enumerate(sorted(gains.values(), reverse=True)[:depth], start=1))
    return found / ideal if ideal else 0.0
