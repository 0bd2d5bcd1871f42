"""Vectors beside the words: segments that are written once, and which of their documents still live.

vectors/<segment>/rows.f32     float32, one row a passage, mapped into memory
vectors/<segment>/passages.npz numbers (of each document), starts (its first row; and the end), pages (of each row)
vectors/<segment>/live.npy     False for a document that was replaced or removed since
and each row in bytes (search.engines.embedded.bytewise)

Documents are known by their record number (search.engines.embedded.columns). All passages are compared by their bytes; the
few that may then be among the nearest are compared as they are.
"""

import io
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from search.engine import Matrix, Vector
from search.engines.embedded.bytewise import ByteRows, in_bytes, open_bytes, write_bytes
from search.engines.embedded.generations import write_durably
from search.engines.embedded.runs import within_runs

MAX_SEGMENTS: Final = 8
MAX_DEAD_SHARE: Final = 0.3
DIGITS: Final = 6  # of a score

# Up to so many passages are compared as they are, without a look at their bytes.
FEW_ROWS: Final = 200
# So many more give work to another thread. Of a million, one thread took 25 ms and two 14.
ROWS_A_THREAD: Final = 125_000
_MOST_THREADS: Final = 4
# A passage is kept unless its bytes say that it is worse than the last of the nearest by so many usual errors. Over a
# million records that kept 57 for the fifty nearest (median).
_ERRORS: Final = 4
# To read a row's bytes from anywhere and compare it takes as long as to compare so many that stand in a row (60 ns, 25).
_JUMP: Final = 3
# So many numbers are multiplied at a time that the library does it in this thread: it would give more of them to
# several threads, which on a busy machine wait for each other and burn twice the time.
_AT_ONCE: Final = 32_768
_BLOCK: Final = 64  # scores, of which the highest stands for them

Numbers: TypeAlias = NDArray[np.int64]
Scores: TypeAlias = NDArray[np.float32]
_T = TypeVar("_T", bound=np.generic)


class Near(NamedTuple):
    """A document by its record number, the product of its best passage, and the page on which that begins."""

    number: int
    score: float
    page: int


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One segment in memory; rows stay on disk until they are read."""

    folder: Path
    numbers: Numbers
    starts: Numbers
    pages: NDArray[np.int32]
    live: NDArray[np.bool_]
    rows: Matrix
    bytes: ByteRows

    @property
    def live_rows(self) -> int:
        return int(np.diff(self.starts)[self.live].sum())


def open_segments(folder: Path, dimensions: int) -> list[Segment]:
    """The segments under `folder`, oldest first."""
    if not folder.is_dir() or not dimensions:
        return []
    return [_open(inner, dimensions) for inner in sorted(folder.iterdir()) if inner.is_dir()]


def _open(folder: Path, dimensions: int) -> Segment:
    with np.load(folder / "passages.npz", allow_pickle=False) as arrays:
        numbers, starts, pages = arrays["numbers"], arrays["starts"], arrays["pages"]
    live = np.load(folder / "live.npy", allow_pickle=False)
    rows = np.asarray(np.memmap(folder / "rows.f32", np.float32, "r", shape=(len(pages), dimensions)))
    return Segment(folder, numbers, starts, pages, live, rows, open_bytes(folder, *rows.shape))


class VectorReader:
    """Nearest documents of one generation."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._segments = segments = open_segments(folder, dimensions)
        self._firsts = np.cumsum([0, *(len(segment.pages) for segment in segments)])
        self._numbers = _joined([np.empty(0, np.int64), *(segment.numbers for segment in segments)])
        self._pages = _joined([np.empty(0, np.int32), *(segment.pages for segment in segments)])
        live = _joined([np.empty(0, np.bool_), *(segment.live for segment in segments)])
        passages = _joined([np.empty(0, np.int64), *(np.diff(segment.starts) for segment in segments)])
        self._starts = np.cumsum(np.append(0, passages))
        self._documents = np.repeat(np.arange(len(live)), passages)
        self._one_each = len(live) == len(self._pages)
        self._live_rows = np.flatnonzero(np.repeat(live, passages))
        self._live_firsts = _firsts(self._documents[self._live_rows])
        # -1 for a record without vectors.
        self._places = np.full(self._numbers.max(initial=-1) + 1, -1, np.int64)
        self._places[self._numbers[live]] = np.flatnonzero(live)

    @property
    def many(self) -> bool:
        """There are so many that comparing them takes long, most of it without the interpreter."""
        return len(self._pages) >= 2 * ROWS_A_THREAD

    def nearest(self, vector: Vector, depth: int, among: Numbers | None = None) -> list[Near]:
        """The `depth` nearest documents by their best passage, nearest first, ties in order of writing.

        among: numbers of the records that may be found, in order; None when all may.
        """
        rows = self._live_rows if among is None else self._rows_of(among)
        if depth <= 0 or not len(rows):
            return []
        if len(rows) > FEW_ROWS:
            rows = self._likely(rows, vector, depth)
        return self._looked_at(rows, vector, depth)

    def record(self, number: int) -> Vector | None:
        """The vector of the record itself (its page is 0)."""
        rows = self._rows_of(np.array([number]))
        own = rows[self._pages[rows] == 0][:1]
        return next((np.array(segment.rows[found][0]) for segment, found in self._by_segment(own)), None)

    def _rows_of(self, numbers: Numbers) -> Numbers:
        """The rows of those records that have any, in order."""
        places = self._places[numbers[numbers < len(self._places)]]
        return within_runs(self._starts, np.sort(places[places >= 0]))

    def _likely(self, rows: Numbers, vector: Vector, depth: int) -> Numbers:
        """Those that may be the best passage of one of the `depth` nearest documents."""
        asked = in_bytes(vector)
        about = self._by_bytes(rows, asked)
        doubt = _ERRORS * max(segment.bytes.error(asked) for segment in self._segments)
        if self._one_each:
            return rows[about >= _nth_highest(about, depth) - doubt]
        firsts = self._live_firsts if rows is self._live_rows else _firsts(self._documents[rows])
        best = np.maximum.reduceat(about, firsts)
        chosen = np.flatnonzero(about >= _nth_highest(best, depth) - doubt)
        # Of a book with many near passages those that may be its best.
        books = np.searchsorted(firsts, chosen, side="right") - 1
        return rows[chosen[about[chosen] >= best[books] - doubt]]

    def _by_bytes(self, rows: Numbers, asked: ByteRows) -> Scores:
        """About the product of each row."""
        if len(rows) * _JUMP <= len(self._pages):
            return _joined([segment.bytes.products(asked, own) for segment, own in self._by_segment(rows)])
        about = self._products_of_all(asked)
        return about if len(rows) == len(about) else about[rows]

    def _products_of_all(self, asked: ByteRows) -> Scores:
        threads = min(len(self._pages) // ROWS_A_THREAD, os.cpu_count() or 1, _MOST_THREADS)
        if threads < 2:
            return _joined([segment.bytes.products(asked, slice(None)) for segment in self._segments])
        # After each block a thread waits until another lets go of the interpreter, so they are few.
        each = -(-len(self._pages) // threads)
        blocks = [
            (segment.bytes, slice(start, start + each))
            for segment in self._segments
            for start in range(0, len(segment.pages), each)
        ]
        with ThreadPoolExecutor(threads) as pool:  # one that is kept would lack its threads in a forked process
            return _joined(list(pool.map(lambda block: block[0].products(asked, block[1]), blocks)))

    def _by_segment(self, rows: Numbers) -> Iterator[tuple[Segment, Numbers]]:
        """rows: in order. Those of each segment that has any, counted from its first."""
        cuts = np.searchsorted(rows, self._firsts)
        for segment, first, start, end in zip(self._segments, self._firsts, cuts, cuts[1:], strict=False):
            if end > start:
                yield segment, rows[start:end] - first

    def _products(self, rows: Numbers, vector: Vector) -> Scores:
        """The product of each row and a vector. They may be very many: a piece of them at a time is in memory."""
        step, found = max(1, _AT_ONCE // len(vector)), np.empty(len(rows), np.float32)
        start = 0
        for segment, own in self._by_segment(rows):
            for first in range(0, len(own), step):
                some = own[first : first + step]
                np.dot(segment.rows[some], vector, out=found[start : start + len(some)])
                start += len(some)
        # The last digits depend on where a row stands; equal rows are equally near.
        return np.round(found, DIGITS, out=found)

    def _looked_at(self, rows: Numbers, vector: Vector, depth: int) -> list[Near]:
        """The `depth` nearest documents by some rows."""
        scores, documents = self._products(rows, vector), self._documents[rows]
        by_document = np.lexsort((-scores, documents))
        best = by_document[_firsts(documents[by_document])]
        numbers = self._numbers[documents[best]]
        order = np.lexsort((numbers, -scores[best]))[:depth]
        best, numbers = best[order], numbers[order]
        pages = self._pages[rows[best]]
        return list(map(Near, numbers.tolist(), scores[best].tolist(), pages.tolist()))


def _firsts(values: Numbers) -> Numbers:
    """Where a value is not that before it."""
    return np.flatnonzero(np.diff(values, prepend=-1))


def _joined(parts: Sequence[NDArray[_T]]) -> NDArray[_T]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _nth_highest(scores: NDArray[np.float32], number: int) -> np.float32:
    """The lowest of the `number` highest scores; of all, where there are no more."""
    whole = len(scores) // _BLOCK * _BLOCK
    if whole >= number * _BLOCK:
        # As many blocks hold at least that many scores as high as the lowest of their highest.
        highest = scores[:whole].reshape(_BLOCK, -1).max(axis=0)
        scores = scores[scores >= _nth_highest(highest, number)]
    number = min(number, len(scores))
    lowest: np.float32 = np.partition(scores, len(scores) - number)[len(scores) - number]
    return lowest


class VectorWriter:
    """Adds a segment to a folder that belongs to an unpublished generation."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder, self._dimensions = folder, dimensions
        names = [int(held.name) for held in folder.iterdir()] if folder.is_dir() else []
        self._new = _SegmentFiles(folder / f"{max(names, default=0) + 1:06d}")

    def add(self, number: int, rows: Matrix, pages: Sequence[int]) -> None:
        """The vectors of the record with this number: one row a passage, with the page it starts on."""
        if len(pages):
            self._new.append(number, rows, pages)

    def close(self, alive: Numbers) -> int:
        """Puts all on disk, merging segments when they are many or mostly dead; gives the rows that live.

        alive: numbers of the records that can still be found.
        """
        self._new.close()
        segments = []
        for segment in open_segments(self._folder, self._dimensions):
            live = np.isin(segment.numbers, alive)
            if not np.array_equal(segment.live, live):
                write_durably(segment.folder / "live.npy", _npy(live))
            segments.append(replace(segment, live=live))
        stale = _to_merge(segments)
        if stale:
            merged = _SegmentFiles(self._folder / f"{int(segments[-1].folder.name) + 1:06d}")
            for segment in stale:
                for place in np.flatnonzero(segment.live):
                    first, end = segment.starts[place], segment.starts[place + 1]
                    merged.append(
                        int(segment.numbers[place]), segment.rows[first:end], segment.pages[first:end].tolist()
                    )
            merged.close()
            for segment in stale:
                shutil.rmtree(segment.folder)
        return sum(segment.live_rows for segment in segments)

    def abandon(self) -> None:
        """Lets go of the files; the caller removes the folder."""
        self._new.abandon()


def _to_merge(segments: list[Segment]) -> list[Segment]:
    """Segments to write anew as one: those mostly dead; when there are too many, also the smaller ones."""
    if len(segments) > MAX_SEGMENTS:
        total = sum(len(segment.pages) for segment in segments)
        return [s for s in segments if len(s.pages) * 2 <= total or _dead_share(s) > MAX_DEAD_SHARE]
    return [segment for segment in segments if _dead_share(segment) > MAX_DEAD_SHARE]


def _dead_share(segment: Segment) -> float:
    return 1 - segment.live_rows / len(segment.pages)


class _SegmentFiles:
    """A segment being written; its folder appears with the first document."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._out: io.BufferedWriter | None = None
        self._numbers, self._starts, self._pages = list[int](), [0], list[int]()

    def append(self, number: int, rows: Matrix, pages: Sequence[int]) -> None:
        if self._out is None:
            self._folder.mkdir(parents=True)
            self._out = (self._folder / "rows.f32").open("wb")
        self._out.write(np.ascontiguousarray(rows, np.float32).tobytes())
        self._pages.extend(pages)
        self._starts.append(len(self._pages))
        self._numbers.append(number)

    def close(self) -> None:
        if self._out is None:
            return
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        rows = np.memmap(self._folder / "rows.f32", np.float32, "r").reshape(len(self._pages), -1)
        write_bytes(self._folder, rows)
        numbers, starts = np.array(self._numbers, np.int64), np.array(self._starts, np.int64)
        arrays = io.BytesIO()
        np.savez(arrays, numbers=numbers, starts=starts, pages=np.array(self._pages, np.int32))
        write_durably(self._folder / "passages.npz", arrays.getvalue())
        write_durably(self._folder / "live.npy", _npy(np.ones(len(numbers), np.bool_)))

    def abandon(self) -> None:
        if self._out is not None:
            self._out.close()


def _npy(array: NDArray[np.bool_]) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()
