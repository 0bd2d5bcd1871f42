"""The most frequent of the terms that begin with what was typed, letter by letter as a reader types it."""

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import tantivy
from numpy.typing import NDArray

from search.engines.terms import PART, SUGGEST

# What a reader has typed when the portal first asks.
LETTERS: Final = 2
# Fields times first letters, with room for those of all scripts; of 100,000 records all 300,000 terms are 34 MB.
KEPT: Final = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """Terms in the order of their bytes, one after the other, where each ends, and how many documents have it."""

    data: bytes
    ends: "array[int]"
    documents: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, place: int) -> bytes:
        return self.data[self.ends[place - 1] if place else 0 : self.ends[place]]


class Beginnings:
    """Terms of one generation. Those of the first LETTERS are read when one is first asked for, 3 microseconds each."""

    def __init__(self, records: tantivy.Searcher) -> None:
        self._records = records
        self._of_letters = lru_cache(KEPT)(self._read)

    def most_frequent(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Up to `limit` terms and how many documents have each; equal ones in order of the alphabet.

        prefix: a field, PART, and the beginning of a word.
        """
        read = prefix.index(PART) + len(PART) + LETTERS
        terms, wanted = self._of_letters(prefix[:read]), prefix.encode("utf-8")
        first = bisect_left(terms, wanted)
        end = bisect_left(terms, wanted + b"\xff", first)  # no byte of UTF-8 is that high
        counts = terms.documents[first:end]
        least = np.partition(counts, len(counts) - limit)[len(counts) - limit] if limit < len(counts) else 0
        places = np.flatnonzero(counts >= max(1, least))
        best = places[np.argsort(-counts[places].astype(np.int64), kind="stable")][:limit]
        return [(terms[first + place].decode("utf-8"), int(counts[place])) for place in best.tolist()]

    def _read(self, prefix: str) -> _Terms:
        # The query is there so that deleted documents do not count.
        found = self._records.terms_with_prefix(SUGGEST, prefix, filter_query=tantivy.Query.all_query())
        held = sorted((term.encode("utf-8"), documents) for term, documents in found)
        ends = array("Q", np.cumsum([len(term) for term, _ in held], dtype=np.uint64).tobytes())
        documents = np.array([number for _, number in held], np.uint32)
        return _Terms(b"".join(term for term, _ in held), ends, documents)
