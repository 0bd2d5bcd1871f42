"""What the lexicon is worth: python -m tests.benchmarks.lexicon (half a minute)

Questions in one language, passages in the other (754 questions with the same ids in both): nDCG@10 with words
alone, with the lexicon, and with questions in the passages' own language. The engine is a BM25 of some lines over
the product's words and stems, so that what is compared is the lexicon. Weights were chosen on the development
half; the other half was kept for the report. Time and memory of a look-up follow.
"""

import json
import math
import random
import statistics
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from search import analysis
from search.analysis import Language
from search.bilingual import lexicon
from search.bilingual.lexicon import Expansion, Lexicon
from search.document import DocumentId
from search.evaluation import Judgements, ndcg_at, read_judgements, read_queries
from tests.support.shared_data import shared

Scores: TypeAlias = NDArray[np.float64]  # one a passage

SEED: Final = 20
DIRECTIONS: Final[Sequence[tuple[str, Language, str]]] = (
    ("id_questions_en_passages", "en", "en_questions_en_passages"),
    ("en_questions_id_passages", "id", "id_questions_en_passages"),
)


class Passages:
    """BM25 (k1 1.2, b 0.75) over the stems of one language, without stop words."""

    def __init__(self, texts: Iterable[str], language: Language) -> None:
        self.language = language
        self._found: dict[str, Counter[int]] = defaultdict(Counter)
        lengths = []
        for number, text in enumerate(texts):
            stems = self._stems(analysis.plain_words(text))
            lengths.append(len(stems))
            for stem in stems:
                self._found[stem][number] += 1
        self.count = len(lengths)
        self._norm = 1.2 * (0.25 + 0.75 * np.array(lengths) / np.mean(lengths))
        self._scores: dict[str, Scores] = {}

    def _stems(self, words: Iterable[str]) -> list[str]:
        return [analysis.stem(word, self.language) for word in words if not analysis.is_stop_word(word)]

    def score(self, words: Iterable[str]) -> Scores:
        total = np.zeros(self.count)
        for stem in self._stems(words):
            total += self._score(stem)
        return total

    def _score(self, stem: str) -> Scores:
        if stem not in self._scores:
            scores = np.zeros(self.count)
            if found := self._found.get(stem):
                places = np.fromiter(found.keys(), np.int64)
                counts = np.fromiter(found.values(), np.float64)
                rarity = math.log(1 + (self.count - len(found) + 0.5) / (len(found) + 0.5))
                scores[places] = rarity * counts * 2.2 / (counts + self._norm[places])
            self._scores[stem] = scores
        return self._scores[stem]


Combine: TypeAlias = Callable[[Passages, Sequence[str], Expansion], Scores]


def best_of(passages: Passages, words: Sequence[str], expansion: Expansion) -> Scores:
    """The segment's own words or its best translation; the first translation counts in full."""
    own = passages.score(words[expansion.start : expansion.end])
    offered = [a for a in expansion.alternatives if a.language == passages.language]
    top = max((a.weight for a in offered), default=1.0)
    scores: Scores = np.maximum.reduce([own, *(a.weight / top * passages.score(a.words) for a in offered)])
    return scores


def best_by_weight(passages: Passages, words: Sequence[str], expansion: Expansion) -> Scores:
    """The same, each translation by its weight."""
    own = passages.score(words[expansion.start : expansion.end])
    offered = [a for a in expansion.alternatives if a.language == passages.language]
    scores: Scores = np.maximum.reduce([own, *(a.weight * passages.score(a.words) for a in offered)])
    return scores


def sum_of(passages: Passages, words: Sequence[str], expansion: Expansion) -> Scores:
    """The segment's own words and all its translations by weight, added."""
    total = passages.score(words[expansion.start : expansion.end])
    for alternative in expansion.alternatives:
        if alternative.language == passages.language:
            total = total + alternative.weight * passages.score(alternative.words)
    return total


def expanded(passages: Passages, known: Lexicon, combine: Combine, words: Sequence[str]) -> Scores:
    expansions = known.expand(words)
    covered = {place for e in expansions for place in range(e.start, e.end)}
    total = passages.score(word for place, word in enumerate(words) if place not in covered)
    for expansion in expansions:
        total = total + combine(passages, words, expansion)
    return total


@dataclass(frozen=True, slots=True)
class Judged:
    passages: Passages
    ids: tuple[DocumentId, ...]
    queries: dict[str, str]
    judged: Judgements

    def halves(self) -> tuple[list[str], list[str]]:
        """Ids of the questions for development and for the report."""
        ids = sorted(id for id in self.queries if id in self.judged)
        random.Random(SEED).shuffle(ids)
        return ids[: len(ids) // 2], ids[len(ids) // 2 :]

    def ndcg(self, ids: Sequence[str], score: Callable[[Sequence[str]], Scores]) -> float:
        return statistics.fmean(self._ndcg(id, score(analysis.plain_words(self.queries[id]))) for id in ids)

    def _ndcg(self, id: str, scores: Scores) -> float:
        order = np.argsort(-scores, kind="stable")[:10]
        return ndcg_at(10, [self.ids[place] for place in order if scores[place] > 0], self.judged[id])


def read(folder: Path, language: Language) -> Judged:
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    passages = Passages((f"{row['title']} {row['text']}" for row in rows), language)
    return Judged(
        passages,
        tuple(DocumentId(row["_id"]) for row in rows),
        dict(read_queries(folder / "queries.jsonl")),
        read_judgements(folder / "qrels.tsv"),
    )


def print_ranking(known: Lexicon) -> None:
    """nDCG@10 on the development half and on the other."""
    root = shared("data/ir/cross_language")
    for name, language, same in DIRECTIONS:
        judged = read(root / name, language)
        passages = judged.passages
        ways: dict[str, Callable[[Sequence[str]], Scores]] = {"words alone": passages.score}
        for combine in (best_of, best_by_weight, sum_of):
            ways[combine.__name__] = partial(expanded, passages, known, combine)
        for label, score in ways.items():
            print(f"{name}: {label:36}", *(f"{judged.ndcg(half, score):.3f}" for half in judged.halves()))
        judged.queries.update(read_queries(root / same / "queries.jsonl"))
        halves = judged.halves()
        print(f"{name}: {'asked in their own language':36}", *(f"{judged.ndcg(h, passages.score):.3f}" for h in halves))


def seconds(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def load() -> Lexicon:
    lexicon._shipped.clear()
    return lexicon.shipped()


def ten_words(queries: Iterable[str]) -> list[list[str]]:
    words = [word for query in queries for word in analysis.plain_words(query)]
    return [words[place : place + 10] for place in range(0, len(words) - 9, 10)]


def print_cost() -> None:
    print(f"load, best of 5: {1000 * seconds(load, 5):.0f} ms")
    tracemalloc.start()
    known = load()
    print(f"memory: {tracemalloc.get_traced_memory()[0] / 2**20:.1f} MB")
    tracemalloc.stop()
    for name, _, _ in DIRECTIONS:
        queries = ten_words(dict(read_queries(shared("data/ir/cross_language") / name / "queries.jsonl")).values())
        for query in queries:
            analysis.stems(query)  # stems have a memory of their own
        for asked in ("first asked", "asked again"):
            times = sorted(seconds(partial(known.expand, query), 1) for query in queries)
            middle, high = times[len(times) // 2], times[len(times) * 95 // 100]
            print(f"{name}: ten words, {asked}: median {1e6 * middle:.0f} us, 95 of 100 within {1e6 * high:.0f} us")


if __name__ == "__main__":
    print_ranking(load())
    print_cost()
