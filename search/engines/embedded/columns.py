"""Ids and facet values of every record beside the words, by the number that the record has in the index.

columns/<segment>/ids.utf8      ids, one after the other; ids.ends (uint64): where each ends
columns/<segment>/values.u32    what each record is counted by, places in the list of all values; values.ends: where
                                those of each record end
columns/<segment>/names.utf8    values that no segment before has; names.ends, and names.facet (uint8, place in FACETS)

A record's number is its place in all segments one after the other. It is never given again, so rows of records that
were replaced, or not written in the end, stay until the index is made anew; nothing finds them.
"""

import shutil
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.document import DocumentId
from search.engines.embedded.generations import write_durably
from search.engines.embedded.runs import Places, within_runs
from search.engines.facets import MAX_FACET_VALUES
from search.schema import FACETS

MAX_SEGMENTS: Final = 8
CACHED_NAMES: Final = 32_768
_FACET: Final = {name: place for place, name in enumerate(FACETS)}

_Held: TypeAlias = dict[str, NDArray[Any]]
_TYPES: Final[Mapping[str, type[np.unsignedinteger[Any]]]] = {
    "ids.utf8": np.uint8, "ids.ends": np.uint64,
    "values.u32": np.uint32, "values.ends": np.uint64,
    "names.utf8": np.uint8, "names.ends": np.uint64, "names.facet": np.uint8,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """Texts in one run of UTF-8."""

    data: NDArray[np.uint8]
    ends: NDArray[np.uint64]

    def __getitem__(self, place: int) -> str:
        start = int(self.ends[place - 1]) if place else 0
        return self.data[start : int(self.ends[place])].tobytes().decode("utf-8")

    def at(self, places: Sequence[int]) -> list[str]:
        """Those at some places, in their order; of many twice as fast as one by one."""
        wanted, data = np.asarray(places, np.int64), self.data.data
        starts = np.where(wanted > 0, self.ends[wanted - 1], 0).tolist()
        return [str(data[start:end], "utf-8") for start, end in zip(starts, self.ends[wanted].tolist(), strict=True)]


class Columns:
    """The columns of one generation; most of them are read as they are needed, when there is one segment."""

    def __init__(self, folder: Path) -> None:
        held = _read(folder)
        self._ids = _Texts(held["ids.utf8"], held["ids.ends"])
        names = _Texts(held["names.utf8"], held["names.ends"])
        # The most frequent values are those of nearly every search.
        self._name = lru_cache(CACHED_NAMES)(names.__getitem__)
        self._facet = held["names.facet"]
        self._values = held["values.u32"]
        self._starts = np.append(np.int64(0), held["values.ends"].astype(np.int64))

    def __len__(self) -> int:
        """How many record numbers were given."""
        return len(self._starts) - 1

    def ids(self, numbers: Sequence[int]) -> list[DocumentId]:
        return list(map(DocumentId, self._ids.at(numbers))) if numbers else []

    def values(self, number: int, facet: str) -> tuple[str, ...]:
        """What a record is counted by in one facet."""
        held = self._values[self._starts[number] : self._starts[number + 1]]
        return tuple(self._name(value) for value in held[self._facet[held] == _FACET[facet]].tolist())

    def tally(self, numbers: Places) -> Places:
        """How many of these records have each value there is. numbers: without repeats."""
        return np.bincount(self._values[within_runs(self._starts, numbers)], minlength=len(self._facet))

    def most_frequent(
        self, counts: Places, facets: Sequence[str], most: int = MAX_FACET_VALUES
    ) -> dict[str, dict[str, int]]:
        """The `most` values of each facet that are most frequent in a tally, with their counts."""
        present = np.flatnonzero(counts)
        order = np.argsort(self._facet[present], kind="stable")
        present = present[order]
        first = np.searchsorted(self._facet[present], range(len(FACETS) + 1))
        values = {name: present[first[_FACET[name]] : first[_FACET[name] + 1]] for name in facets}
        return {name: self._named(values[name], counts, most) for name in facets}

    def _named(self, values: Places, counts: Places, most: int) -> dict[str, int]:
        numbers = counts[values]
        if len(values) > most:
            least = np.partition(numbers, len(numbers) - most)[len(numbers) - most]
            # All that are more frequent than the last, and of its equals those that were written first.
            more, equal = np.flatnonzero(numbers > least), np.flatnonzero(numbers == least)
            kept = np.concatenate([more, equal[: most - len(more)]])
            values, numbers = values[kept], numbers[kept]
        return {self._name(value): count for value, count in zip(values.tolist(), numbers.tolist(), strict=True)}


class ColumnWriter:
    """Adds a segment to a folder that belongs to an unpublished generation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        held = _read(folder)
        self._first = len(held["ids.ends"])
        names = _Texts(held["names.utf8"], held["names.ends"])
        self._known = {(facet, names[place]): place for place, facet in enumerate(held["names.facet"].tolist())}
        self._held_names = len(self._known)
        self._ids, self._id_ends = bytearray(), array("Q")
        self._values, self._value_ends = array("I"), array("Q")

    @property
    def next(self) -> int:
        """The number that the next record gets."""
        return self._first + len(self._id_ends)

    def add(self, id: DocumentId, values: Mapping[str, Sequence[str]]) -> int:
        """Gives the record's number. values: whole values by field; those of facets are kept."""
        number = self.next
        self._ids += id.encode("utf-8")
        self._id_ends.append(len(self._ids))
        for name, held in values.items():
            facet = _FACET.get(name)
            if facet is not None:
                self._values.extend(self._known.setdefault((facet, value), len(self._known)) for value in held)
        self._value_ends.append(len(self._values))
        return number

    def close(self) -> None:
        """Puts all on disk, as one segment when they are many."""
        if not self._id_ends:
            return
        names = list(self._known)[self._held_names :]
        texts = [name.encode("utf-8") for _, name in names]
        segments = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        folder = self._folder / f"{1 + max((int(held.name) for held in segments), default=0):06d}"
        added: _Held = {
            "ids.utf8": np.frombuffer(self._ids, np.uint8),
            "ids.ends": np.frombuffer(self._id_ends, np.uint64),
            "values.u32": np.array(self._values, np.uint32),
            "values.ends": np.frombuffer(self._value_ends, np.uint64),
            "names.utf8": np.frombuffer(b"".join(texts), np.uint8),
            "names.ends": np.cumsum([len(text) for text in texts], dtype=np.uint64),
            "names.facet": np.array([facet for facet, _ in names], np.uint8),
        }
        if len(segments) >= MAX_SEGMENTS:
            added = _joined([_read(self._folder), added])
        else:
            segments = []
        folder.mkdir(parents=True)
        for name, column in added.items():
            if len(column):  # nothing can be mapped of an empty file
                write_durably(folder / name, column.tobytes())
        for segment in segments:
            shutil.rmtree(segment)


def _read(folder: Path) -> _Held:
    """All segments as one."""
    segments = sorted(folder.iterdir()) if folder.is_dir() else []
    return _joined([{name: _mapped(segment / name, kind) for name, kind in _TYPES.items()} for segment in segments])


def _mapped(path: Path, kind: type[np.unsignedinteger[Any]]) -> NDArray[Any]:
    return np.asarray(np.memmap(path, kind, "r")) if path.exists() else np.empty(0, kind)


def _joined(segments: Sequence[_Held]) -> _Held:
    if len(segments) == 1:
        return segments[0]
    joined = {
        name: np.concatenate([np.empty(0, kind), *(held[name] for held in segments)]) for name, kind in _TYPES.items()
    }
    for run, ends in (("ids.utf8", "ids.ends"), ("values.u32", "values.ends"), ("names.utf8", "names.ends")):
        shifts = np.cumsum([0, *(len(held[run]) for held in segments)], dtype=np.uint64)
        shifted = [held[ends] + shift for held, shift in zip(segments, shifts, strict=False)]
        joined[ends] = np.concatenate([np.empty(0, np.uint64), *shifted])
    return joined
