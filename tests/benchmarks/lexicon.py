"""What the lexicon is worth: python -m tests.benchmarks.lexicon (half a minute)

Questions in one language, passages in the other (754 questions with the same ids in both): nDCG@10 with words
alone, with the lexicon, and with questions in the passages' own language. The engine is a BM25 of some lines over
the product's words and stems, so that what is compared is the lexicon. Weights were chosen on the development
half; the other half was kept for the report. Time and memory of a look-up follow.
"""

import math
import random
import statistics
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from search import analysis
from search.analysis import Language
from search.bilingual import lexicon
from search.bilingual.lexicon import Expansion, Lexicon
from search.document import DocumentId
from search.evaluation import Judgements, ndcg_at, read_corpus, read_judgements, read_queries
from tests.support.shared_data import shared

Scores: TypeAlias = NDArray[np.float64]  # one a passage

SEED: Final = 20


class Passages:
    """BM25 (k1 1.2, b 0.75) over stems, without stop words. Each passage is stemmed in its own language."""

    def __init__(self, texts: Iterable[tuple[str, Language]]) -> None:
        self._found: dict[str, Counter[int]] = defaultdict(Counter)
        self._scores: dict[str, Scores] = {}
        lengths = []
        languages = set()
        for number, (text, language) in enumerate(texts):
            stems = [analysis.stem(word, language) for word in _content(analysis.plain_words(text))]
            languages.add(language)
            lengths.append(len(stems))
            for stem in stems:
                self._found[stem][number] += 1
        self.languages = frozenset(languages)
        self.count = len(lengths)
        self._norm = 1.2 * (0.25 + 0.75 * np.array(lengths) / np.mean(lengths))

    def score(self, words: Iterable[str], languages: Iterable[Language] = analysis.LANGUAGES) -> Scores:
        """Each word by the best of its stems in those of `languages` that there are passages in."""
        stemmed = self.languages.intersection(languages)
        total = np.zeros(self.count)
        for word in _content(words):
            total += np.maximum.reduce([self._score(analysis.stem(word, language)) for language in stemmed])
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

    def score_each(self, expansion: Expansion) -> list[tuple[float, Scores]]:
        """Weight and scores of the translations that are in a language of the passages."""
        offered = [a for a in expansion.alternatives if a.language in self.languages]
        return [(a.weight, self.score(a.words, [a.language])) for a in offered]


def _content(words: Iterable[str]) -> list[str]:
    return [word for word in words if not analysis.is_stop_word(word)]


# A segment's own scores and those of its translations, with their weights, into one.
Combine: TypeAlias = Callable[[Scores, Sequence[tuple[float, Scores]]], Scores]


def best_of(own: Scores, translations: Sequence[tuple[float, Scores]]) -> Scores:
    """The words themselves or their best translation; the first translation counts in full."""
    top = max((weight for weight, _ in translations), default=1.0)
    scores: Scores = np.maximum.reduce([own, *(weight / top * scores for weight, scores in translations)])
    return scores


def best_by_weight(own: Scores, translations: Sequence[tuple[float, Scores]]) -> Scores:
    """The same, each translation by its weight."""
    scores: Scores = np.maximum.reduce([own, *(weight * scores for weight, scores in translations)])
    return scores


def sum_of(own: Scores, translations: Sequence[tuple[float, Scores]]) -> Scores:
    """The words themselves and all their translations by weight, added."""
    return own + sum((weight * scores for weight, scores in translations), np.zeros(len(own)))


def expanded(passages: Passages, known: Lexicon, combine: Combine, words: Sequence[str]) -> Scores:
    expansions = known.expand(words)
    covered = {place for e in expansions for place in range(e.start, e.end)}
    total = passages.score(word for place, word in enumerate(words) if place not in covered)
    for expansion in expansions:
        own = passages.score(words[expansion.start : expansion.end])
        total = total + combine(own, passages.score_each(expansion))
    return total


@dataclass(frozen=True, slots=True)
class Judged:
    """Questions and passages, each of one language, and which passage answers which question."""

    texts: tuple[tuple[str, Language], ...]
    ids: tuple[DocumentId, ...]
    queries: Mapping[str, str]
    judged: Judgements

    def halves(self) -> tuple[list[str], list[str]]:
        """Ids of the questions for development and for the report."""
        ids = sorted(id for id in self.queries if id in self.judged)
        random.Random(SEED).shuffle(ids)
        return ids[: len(ids) // 2], ids[len(ids) // 2 :]

    def report(self, label: str, score: Callable[[Sequence[str]], Scores], start: int = 0) -> None:
        """start: where this set's passages begin among those that `score` knows; others count for nothing."""
        means = []
        for half in self.halves():
            found = []
            for id in half:
                scores = score(analysis.plain_words(self.queries[id]))[start : start + len(self.ids)]
                order = np.argsort(-scores, kind="stable")[:10]
                ranking = [self.ids[place] for place in order if scores[place] > 0]
                found.append(ndcg_at(10, ranking, self.judged[id]))
            means.append(statistics.fmean(found))
        print(f"  {label:44}", *(f"{mean:.3f}" for mean in means))


def read(name: str, language: Language) -> Judged:
    folder = shared("data/ir/cross_language") / name
    texts = list(read_corpus(folder / "corpus.jsonl"))
    return Judged(
        tuple((f"{text.title} {text.text}", language) for text in texts),
        tuple(text.id for text in texts),
        read_queries(folder / "queries.jsonl"),
        read_judgements(folder / "qrels.tsv"),
    )


def print_ranking(known: Lexicon) -> None:
    """nDCG@10 on the development half and on the other."""
    english, indonesian = read("id_questions_en_passages", "en"), read("en_questions_id_passages", "id")
    # Both sets have the same questions, each in the other language than its passages.
    ways: Sequence[Combine] = (best_of, best_by_weight, sum_of)
    for asked, judged, same in (("Indonesian", english, indonesian), ("English", indonesian, english)):
        print(f"{asked} questions, passages of the other language")
        passages = Passages(judged.texts)
        judged.report("words alone", passages.score)
        for combine in ways:
            judged.report(combine.__name__, partial(expanded, passages, known, combine))
        replace(judged, queries=same.queries).report("asked in their own language", passages.score)
    both = Passages((*english.texts, *indonesian.texts))
    for asked, far, near in (("Indonesian", english, indonesian), ("English", indonesian, english)):
        print(f"{asked} questions, passages of both languages in one index")
        for label, judged in (("the other", far), ("the same", replace(near, queries=far.queries))):
            start = 0 if judged.ids == english.ids else len(english.ids)
            judged.report(f"words alone, {label} language's", both.score, start)
            judged.report(f"best_of, {label} language's", partial(expanded, both, known, best_of), start)


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
    for name in ("id_questions_en_passages", "en_questions_id_passages"):
        path = shared("data/ir/cross_language") / name / "queries.jsonl"
        queries = ten_words(read_queries(path).values())
        for query in queries:
            analysis.stems(query)  # stems have a memory of their own
        for asked in ("first asked", "asked again"):
            times = sorted(seconds(partial(known.expand, query), 1) for query in queries)
            middle, high = times[len(times) // 2], times[len(times) * 95 // 100]
            print(f"{name}: ten words, {asked}: median {1e6 * middle:.0f} us, 95 of 100 within {1e6 * high:.0f} us")


if __name__ == "__main__":
    print_ranking(load())
    print_cost()
