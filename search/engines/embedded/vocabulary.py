"""The words of one generation's names, titles and headings, to find what a misspelt one may mean."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import tantivy
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.engines.spelling import SPELLED_FIELDS, edits_allowed

CACHED: Final = 1024


class Vocabulary:
    """Read whole when it is made, 0.1 s for 100,000 records; words by their length."""

    def __init__(self, records: tantivy.Searcher) -> None:
        self._documents: dict[str, int] = {}
        for field in SPELLED_FIELDS:
            for word, documents in records.terms_with_prefix(f"w_{field}", ""):
                # Of how many documents in all is not known without counting; the fullest field is near enough.
                self._documents[word] = max(documents, self._documents.get(word, 0))
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._documents:
            by_length[len(word)].append(word)
        self._by_length = {length: (words, _letters(words)) for length, words in by_length.items()}
        # Asked for again with every filter and page of a search.
        self._known = lru_cache(CACHED)(self._near)

    def near(self, word: str) -> Mapping[str, int]:
        """Words within the edits that `word` is allowed, itself among them, and how many documents hold each."""
        return self._known(word)

    def _near(self, word: str) -> Mapping[str, int]:
        most = edits_allowed(word)
        found = {word: self._documents[word]} if word in self._documents else {}
        for length in range(len(word) - most, len(word) + most + 1) if most else ():
            if length not in self._by_length:
                continue
            words, letters = self._by_length[length]
            # One letter for another adds a letter to those of a word and takes one away; a letter more or less does one of both.
            alike = np.bitwise_count(letters ^ _letters([word])) <= 2 * most - abs(length - len(word))
            choices = [words[place] for place in np.flatnonzero(alike).tolist()]
            near = process.extract(word, choices, scorer=OSA.distance, score_cutoff=most, limit=None)
            found |= {other: self._documents[other] for other, *_ in near}
        return found


def _letters(words: Sequence[str]) -> NDArray[np.uint32]:
    """The letters that stand in each of some words of one length, a bit for each; rare letters share theirs."""
    codes = np.array(words).view(np.uint32).reshape(len(words), -1)
    letters: NDArray[np.uint32] = np.bitwise_or.reduce(np.uint32(1) << (codes & np.uint32(31)), axis=1)
    return letters
