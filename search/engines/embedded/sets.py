"""Which records match, one bit a record number: how the many that are found by frequent words are counted.

Finds come out of tantivy as Python objects, 15 ms for 80,000 of them, and to find them takes as long. A term's records
are asked for once for all searches and kept; what a search selects is put together of them. In a larger library the load
asks for those of the most frequent terms:

sets/terms.json    size (how many record numbers there are) and terms ([field, term] of each)
sets/bits.u64      their sets, one after the other
"""

import json
import shutil
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import tantivy
from numpy.typing import NDArray

from search import analysis
from search.engines.embedded.generations import write_durably, write_parts_durably
from search.engines.embedded.queries import TantivyDialect
from search.engines.terms import ANYWHERE, WHOLE, YEARS
from search.query import BODY

MAX_KEPT_BYTES: Final = 64_000_000
MAX_KEPT: Final = 4096

# A load makes no sets for fewer records, whose finds are few; nor of terms that a smaller share of them holds, which would
# take more room than their numbers; nor of more terms of one field, which of e-books have thousands of frequent words. Of
# 100,000 records they are 14 MB and take 2.7 s of CPU, once: later loads add what is new.
LEAST_RECORDS: Final = 50_000
LEAST_SHARE: Final = 1 / 64
MOST_TERMS: Final = 600
_WORDS: Final = tuple(f"{prefix}_{name}" for prefix in ("w", "s") for name in (ANYWHERE, BODY))
_VALUES: Final = tuple(f"r_{field.name}" for field in (*WHOLE, *YEARS))

Bits: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.int64]
_WORD_BITS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class RecordSet:
    """Some records. at_most: says that no more of them are in it, which costs less to know. bits: makes the set."""

    at_most: Callable[[], int]
    bits: Callable[[], Bits]


class RecordSets:
    """A dialect (search.engines.selecting.Dialect) whose queries are sets; weights mean nothing to it.

    size: how many record numbers there are. made: sets by field and term that the load has made.
    """

    def __init__(
        self,
        records: tantivy.Searcher,
        schema: tantivy.Schema,
        size: int,
        made: Mapping[tuple[str, str], Bits] | None = None,
    ) -> None:
        self._records, self.size, self._made = records, size, made or {}
        self._in = TantivyDialect(records, schema)
        self._holding = self._in.holding  # one search asks for the same up to four times
        self._words = -(-size // _WORD_BITS)
        kept = MAX_KEPT_BYTES // max(1, self._words * _WORD_BITS // 8)
        self._kept_everything = lru_cache(1)(self._everything)
        self._nothing = np.zeros(self._words, np.uint64)
        self._kept = lru_cache(min(MAX_KEPT, max(_WORD_BITS, kept)))(self._of)

    def numbers(self, bits: Bits) -> Numbers:
        """The numbers of the records in a set, in order."""
        held = np.flatnonzero(bits)
        if 2 * len(held) > len(bits):
            return np.flatnonzero(np.unpackbits(bits.view(np.uint8), count=self.size))
        places = np.flatnonzero(np.unpackbits(bits[held].view(np.uint8)))
        return held[places // _WORD_BITS] * _WORD_BITS + places % _WORD_BITS

    def everything(self) -> RecordSet:
        return RecordSet(self._number_of_all, self._kept_everything)

    def nothing(self) -> RecordSet:
        return RecordSet(lambda: 0, lambda: self._nothing)

    def term(self, name: str, text: str, weight: float) -> RecordSet:  # noqa: ARG002
        def bits() -> Bits:
            made = self._made.get((name, text))
            if made is not None:
                return made
            # Most words are in few fields, and nothing need be looked for in the others.
            return self._kept(TantivyDialect.term, name, text, 1.0) if self._holding(name, text) else self._nothing

        return RecordSet(lambda: self._holding(name, text), bits)

    def phrase(self, name: str, words: Sequence[str], weight: float) -> RecordSet:  # noqa: ARG002
        return RecordSet(
            lambda: min(self._holding(name, word) for word in words),
            lambda: self._kept(TantivyDialect.phrase, name, tuple(words), 1.0),
        )

    def beginning(self, name: str, word: str, weight: float) -> RecordSet:  # noqa: ARG002
        return RecordSet(self._number_of_all, lambda: self._kept(TantivyDialect.beginning, name, word, 1.0))

    def any_of(self, name: str, values: Sequence[str]) -> RecordSet:
        if values and all((name, value) in self._made for value in values):
            return _in_some([self.term(name, value, 1.0) for value in values], 1)
        return RecordSet(
            lambda: sum(self._holding(name, value) for value in values),
            lambda: self._kept(TantivyDialect.any_of, name, tuple(values)),
        )

    def among(self, ids: Sequence[str]) -> RecordSet:
        return RecordSet(  # not kept: those of another search are others
            lambda: len(ids), lambda: self._of(TantivyDialect.among, tuple(ids))
        )

    def years(self, name: str, first: int, last: int) -> RecordSet:
        decade = self._made.get((f"r_{name}", f"{first}..{last}"))
        if decade is not None:
            return RecordSet(self._number_of_all, lambda: decade)
        return RecordSet(self._number_of_all, lambda: self._kept(TantivyDialect.years, name, first, last))

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

        return RecordSet(lambda: min(part.at_most() for part in needed), bits)

    def best_of(self, queries: Sequence[RecordSet], tie_breaker: float) -> RecordSet:  # noqa: ARG002
        return _in_some(queries, 1)

    def frequent(self) -> list[tuple[str, str]]:
        """Fields and terms that readers ask for and many records hold; none in a small library."""
        documents = self._number_of_all()
        if documents < LEAST_RECORDS:
            return []
        least = max(1, int(documents * LEAST_SHARE))
        return [
            (name, text)
            for name in (*_WORDS, *_VALUES)
            for text, holding in self._records.terms_with_prefix(name, "", limit=MOST_TERMS)
            if holding >= least and not (name in _WORDS and (len(text) == 1 or analysis.is_stop_word(text)))
        ]

    def continued(self, name: str, text: str, bits: Bits, first: int) -> Bits:
        """The set of a term of which `bits` was the set when `first` was the next record number."""
        held = np.pad(bits, (0, self._words - len(bits))) & self.everything().bits()
        # Numbers are never given again, so those before are as they were or gone.
        added = self._in.both(self._in.term(name, text, 1.0), [self._in.years("number", first, self.size)])
        return held | self._packed(self._found(added, self.size - first))

    def _number_of_all(self) -> int:
        return int(self._records.num_docs)

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


def write_sets(folder: Path, sets: RecordSets) -> None:
    """Keeps the sets of frequent terms; those that are there, of an earlier state, are made up to date."""
    held, first = _held(folder)
    shutil.rmtree(folder, ignore_errors=True)
    terms = sets.frequent()
    if not terms:
        return
    folder.mkdir()
    made = (
        sets.continued(*term, held[term], first) if term in held else sets.term(*term, 1.0).bits() for term in terms
    )
    write_parts_durably(folder / "bits.u64", (bits.tobytes() for bits in made))
    write_durably(folder / "terms.json", json.dumps({"size": sets.size, "terms": terms}).encode())


def open_sets(folder: Path) -> dict[tuple[str, str], Bits]:
    """What `write_sets` has made."""
    return _held(folder)[0]


def _held(folder: Path) -> tuple[dict[tuple[str, str], Bits], int]:
    """The sets by field and term, and of how many record numbers they are."""
    if not folder.is_dir():
        return {}, 0
    told = json.loads((folder / "terms.json").read_text("utf-8"))
    terms = [(name, text) for name, text in told["terms"]]
    bits = np.memmap(folder / "bits.u64", np.uint64, "r", shape=(len(terms), -(-told["size"] // _WORD_BITS)))
    return dict(zip(terms, np.asarray(bits), strict=True)), told["size"]


def count_of(bits: Bits) -> int:
    """How many records are in a set."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


def _in_some(parts: Sequence[RecordSet], minimum: int) -> RecordSet:
    """Records that are in `minimum` of the parts, one at least."""

    def bits() -> Bits:
        if minimum == 1:
            return reduce(np.bitwise_or, [part.bits() for part in parts])
        return _in_at_least([part.bits() for part in parts], minimum)

    return RecordSet(lambda: sum(part.at_most() for part in parts) // minimum, bits)


def _in_at_least(parts: Sequence[Bits], minimum: int) -> Bits:
    """Records that are in `minimum` of the parts, which are counted in binary: one set for each digit."""
    digits: list[Bits] = []  # the lowest first
    for number, part in enumerate(parts, start=1):
        carried = part
        for place, digit in enumerate(digits):
            digits[place], carried = digit ^ carried, digit & carried
        if len(digits) < number.bit_length():
            digits.append(carried)
    if minimum >> len(digits):
        return np.zeros_like(parts[0])
    more, equal = np.zeros_like(parts[0]), np.full_like(parts[0], np.iinfo(np.uint64).max)
    for place, digit in reversed(list(enumerate(digits))):
        if minimum >> place & 1:
            equal = equal & digit
        else:
            more, equal = more | equal & digit, equal & ~digit
    return more | equal
