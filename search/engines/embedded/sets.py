"""Which records match, one bit a record number: how the many that are found by frequent words are counted.

Finds come out of tantivy as Python objects, 15 ms for 80,000 of them, and to find them takes as long. A term's records
are asked for once for all searches and kept; what a search selects is put together of them.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import itemgetter
from typing import Any, Final, TypeAlias

import numpy as np
import tantivy
from numpy.typing import NDArray

from search.engines.embedded.queries import TantivyDialect

MAX_KEPT_BYTES: Final = 64_000_000
MAX_KEPT: Final = 4096

Bits: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.int64]
_WORD_BITS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class RecordSet:
    """Some records. at_most: no more of them are in it, which costs less to know. bits: makes the set."""

    at_most: int
    bits: Callable[[], Bits]


class RecordSets:
    """A dialect (search.engines.selecting.Dialect) whose queries are sets; weights mean nothing to it.

    size: how many record numbers there are.
    """

    def __init__(self, records: tantivy.Searcher, schema: tantivy.Schema, size: int) -> None:
        self._records, self._size = records, size
        self._in = TantivyDialect(schema)
        self._words = -(-size // _WORD_BITS)
        kept = MAX_KEPT_BYTES // max(1, self._words * _WORD_BITS // 8)
        self._kept_everything = lru_cache(1)(self._everything)
        self._kept = lru_cache(min(MAX_KEPT, max(_WORD_BITS, kept)))(self._of)

    def numbers(self, bits: Bits) -> Numbers:
        """The numbers of the records in a set, in order."""
        return np.flatnonzero(np.unpackbits(bits.view(np.uint8), count=self._size))

    def everything(self) -> RecordSet:
        return RecordSet(self._records.num_docs, self._kept_everything)

    def nothing(self) -> RecordSet:
        return RecordSet(0, lambda: np.zeros(self._words, np.uint64))

    def term(self, name: str, text: str, weight: float) -> RecordSet:  # noqa: ARG002
        return RecordSet(self._holding(name, text), lambda: self._kept(TantivyDialect.term, name, text, 1.0))

    def phrase(self, name: str, words: Sequence[str], weight: float) -> RecordSet:  # noqa: ARG002
        at_most = min(self._holding(name, word) for word in words)
        return RecordSet(at_most, lambda: self._kept(TantivyDialect.phrase, name, tuple(words), 1.0))

    def beginning(self, name: str, word: str, weight: float) -> RecordSet:  # noqa: ARG002
        return RecordSet(self._records.num_docs, lambda: self._kept(TantivyDialect.beginning, name, word, 1.0))

    def any_of(self, name: str, values: Sequence[str]) -> RecordSet:
        at_most = sum(self._holding(name, value) for value in values)
        return RecordSet(at_most, lambda: self._kept(TantivyDialect.any_of, name, tuple(values)))

    def among(self, ids: Sequence[str]) -> RecordSet:
        return RecordSet(  # not kept: those of another search are others
            len(ids), lambda: self._of(TantivyDialect.among, tuple(ids))
        )

    def years(self, name: str, first: int, last: int) -> RecordSet:
        return RecordSet(self._records.num_docs, lambda: self._kept(TantivyDialect.years, name, first, last))

    def both(self, scored: RecordSet, filters: Sequence[RecordSet]) -> RecordSet:
        return self.boolean([scored, *filters])

    def either(self, scored: RecordSet, added: RecordSet) -> RecordSet:
        return self.best_of([scored, added], 0.0)

    def boolean(
        self,
        must: Sequence[RecordSet],
        should: Sequence[RecordSet] = (),
        must_not: Sequence[RecordSet] = (),
        minimum: int | None = None,
    ) -> RecordSet:
        needed = list(must) if minimum is None else [*must, _in_some(should, minimum)]
        others = list(must_not)

        def bits() -> Bits:
            found = reduce(np.bitwise_and, [part.bits() for part in needed])
            return reduce(lambda left, other: left & ~other.bits(), others, found)

        return RecordSet(min(part.at_most for part in needed), bits)

    def best_of(self, queries: Sequence[RecordSet], tie_breaker: float) -> RecordSet:  # noqa: ARG002
        return _in_some(queries, 1)

    def _holding(self, name: str, text: str) -> int:
        """How many documents hold a term, those counted that were replaced since."""
        return int(self._records.doc_freq(name, text))

    def _everything(self) -> Bits:
        return self._packed(self._found(tantivy.Query.all_query(), self._records.num_docs))

    def _of(self, query: Callable[..., tantivy.Query], *arguments: Hashable) -> Bits:
        asked, half = query(self._in, *arguments), self._records.num_docs // 2
        found = self._found(asked, half)
        if found.count <= half:
            return self._packed(found)
        others = self._in.boolean([self._in.everything()], [], [asked])
        return self._kept_everything() & ~self._packed(self._found(others, half))

    def _found(self, query: tantivy.Query, limit: int) -> Any:
        return self._records.search(query, max(1, limit), order_by_field="number", order=tantivy.Order.Asc)

    def _packed(self, found: Any) -> Bits:
        hits = found.hits  # made anew whenever it is asked for
        mask = np.zeros(self._words * _WORD_BITS, np.bool_)
        mask[np.fromiter(map(itemgetter(0), hits), np.int64, len(hits))] = True
        return np.packbits(mask).view(np.uint64)


def count_of(bits: Bits) -> int:
    """How many records are in a set."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


def _in_some(parts: Sequence[RecordSet], minimum: int) -> RecordSet:
    """Records that are in `minimum` of the parts, one at least."""

    def bits() -> Bits:
        if minimum == 1:
            return reduce(np.bitwise_or, [part.bits() for part in parts])
        times = np.sum([np.unpackbits(part.bits().view(np.uint8)) for part in parts], axis=0, dtype=np.uint16)
        return np.packbits(times >= minimum).view(np.uint64)

    return RecordSet(sum(part.at_most for part in parts) // minimum, bits)
