"""The shelf of one generation: the sort keys of all documents with a call number, in order."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, overload

import numpy as np
import tantivy

from search.document import DocumentId
from search.engines.terms import ON_SHELF, SHELF, place_on_shelf, sorted_id
from search.results import Beside

FIELD: Final = f"o_{SHELF}"


class Shelf:
    """Made with the first question and kept: the library cannot go through the keys of a text from one on. It takes
    0.4 s for 200,000 records, and some fifty bytes of memory for each."""

    def __init__(self, records: tantivy.Searcher) -> None:
        # The query is there so that deleted documents do not count.
        alive = tantivy.Query.all_query()
        most = max(records.num_docs, 1)
        terms = records.terms_with_prefix(FIELD, ON_SHELF, filter_query=alive, limit=most)
        self._keys = _Keys(sorted(key.encode("utf-8") for key, count in terms if count))

    def beside(self, call_number: str, id: DocumentId, before: int, after: int) -> Beside:
        key = place_on_shelf(call_number, id).encode("utf-8")
        first, last = bisect_left(self._keys, key), bisect_right(self._keys, key)
        return Beside(
            self._ids(max(first - max(before, 0), 0), first),
            self._ids(last, min(last + max(after, 0), len(self._keys))),
        )

    def _ids(self, first: int, last: int) -> tuple[DocumentId, ...]:
        return tuple(DocumentId(sorted_id(self._keys[n].decode("utf-8"))) for n in range(first, last))


class _Keys(Sequence[bytes]):
    """Keys in one run of bytes, a third of what a list of them takes."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._data = b"".join(keys)
        self._ends = np.fromiter(accumulate(map(len, keys), initial=0), np.int64, len(keys) + 1)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        return self._data[self._ends[place] : self._ends[place + 1]]
