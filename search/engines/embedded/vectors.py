"""Vectors beside the words: segments that are written once, and which of their documents still live.

vectors/<segment>/rows.f32     float32, one row a passage, mapped into memory
vectors/<segment>/passages.npz starts (first row of each document, and the end), pages (of each row)
vectors/<segment>/ids.json     document ids, in order
vectors/<segment>/live.npy     False for a document that was replaced or removed since

Under a filter, and up to FEW_ROWS, every passage is compared. Of more, those are whose sketches let them be among the
nearest, or all where these would be many: of 100,000 passages of 256 dimensions that takes 3 to 4 ms, and 10 of all.
"""

import io
import json
import os
import shutil
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.document import DocumentId
from search.engine import Matrix, Vector
from search.engines.embedded.generations import write_durably
from search.engines.embedded.sketches import SPREADS, Sketches, open_sketches, write_sketches
from search.results import Ranked

MAX_SEGMENTS: Final = 8
MAX_DEAD_SHARE: Final = 0.3
# Candidates are checked against filters in slices that grow by this factor.
SLICE_GROWTH: Final = 4
# So many numbers are multiplied at a time that the library does it in this thread: it would give more of them to
# several threads, which on a busy machine wait for each other and burn twice the time.
_AT_ONCE: Final = 32_768
DIGITS: Final = 6  # of a score

# All of so few passages are compared as fast as they are sorted out.
FEW_ROWS: Final = 30_000
# How many passages that seem nearest say how near the nearest are.
_SEEMING: Final = 1_000
# Of a larger share all are compared: reading here and there is slower than in a row.
MOST_SHARE: Final = 1 / 6
_SAMPLED: Final = 16_384  # passages, to find how high the best of them reach

Allowed = Callable[[Sequence[DocumentId]], AbstractSet[DocumentId]]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One segment in memory; rows stay on disk until they are read."""

    folder: Path
    ids: tuple[DocumentId, ...]
    starts: NDArray[np.int64]
    pages: NDArray[np.int32]
    live: NDArray[np.bool_]
    rows: NDArray[np.float32]
    sketches: Sketches
    dead_rows: NDArray[np.int64]

    @property
    def live_rows(self) -> int:
        return int(np.diff(self.starts)[self.live].sum())


def open_segments(folder: Path, dimensions: int) -> list[Segment]:
    """The segments under `folder`, oldest first."""
    if not folder.is_dir() or not dimensions:
        return []
    return [_open(inner, dimensions) for inner in sorted(folder.iterdir()) if inner.is_dir()]


def _open(folder: Path, dimensions: int) -> Segment:
    ids = tuple(DocumentId(id) for id in json.loads((folder / "ids.json").read_text("utf-8")))
    with np.load(folder / "passages.npz", allow_pickle=False) as arrays:
        starts, pages = arrays["starts"], arrays["pages"]
    live = np.load(folder / "live.npy", allow_pickle=False)
    rows = np.memmap(folder / "rows.f32", np.float32, "r", shape=(len(pages), dimensions))
    dead_rows = np.flatnonzero(np.repeat(~live, np.diff(starts)))
    return Segment(folder, ids, starts, pages, live, rows, open_sketches(folder, *rows.shape), dead_rows)


class VectorReader:
    """Nearest documents of one generation."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._segments = open_segments(folder, dimensions)
        self._rows = sum(len(segment.pages) for segment in self._segments)
        self._first_rows = np.cumsum([0, *(len(segment.pages) for segment in self._segments)])[:-1]
        self._starts = np.concatenate(
            [
                np.empty(0, np.int64),
                *(first + segment.starts[:-1] for first, segment in zip(self._first_rows, self._segments, strict=True)),
            ]
        )
        self._spreads = np.concatenate([np.empty(0, np.float32), *(s.sketches.spreads for s in self._segments)])
        self._ids = [id for segment in self._segments for id in segment.ids]
        self._places = {
            id: (segment, place)
            for segment in self._segments
            for place, id in enumerate(segment.ids)
            if segment.live[place]
        }

    def nearest(self, vector: Vector, depth: int, allowed: Allowed | None) -> list[Ranked]:
        """The `depth` nearest documents by their best passage, nearest first, ties in order of writing.

        allowed: which of some ids may be found; None when all may.
        """
        if not self._places or depth <= 0:
            return []
        sketched = self._sketched(vector, depth) if allowed is None else None
        if sketched is not None:
            places, near = sketched
            order = np.argsort(-near, kind="stable")[:depth]
            return [self._ranked(self._ids[places[n]], float(near[n]), vector) for n in order]
        scores = np.concatenate([_document_scores(segment, vector) for segment in self._segments])
        total = len(self._places)
        found: list[Ranked] = []
        seen, size = 0, depth
        while seen < total and len(found) < depth:
            size = min(size, total)
            best = _best(scores, size)[seen:]
            candidates = [self._ids[place] for place in best]
            kept = set(candidates) if allowed is None else allowed(candidates)
            found += [
                self._ranked(id, float(scores[place]), vector)
                for id, place in zip(candidates, best, strict=True)
                if id in kept
            ][: depth - len(found)]
            seen, size = size, size * SLICE_GROWTH
        return found

    def _sketched(self, vector: Vector, depth: int) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        """Places and scores of the documents that may be among the `depth` nearest, in order of writing.

        None where too many would have to be looked at, or too few documents are among what seems nearest.
        """
        if self._rows < FEW_ROWS:
            return None
        likely = np.concatenate([_likely(segment, vector) for segment in self._segments])
        sample = likely[:: max(1, self._rows // _SAMPLED)]
        seeming = likely >= _nth(sample, min(len(sample), round(_SEEMING * len(sample) / self._rows)))
        if np.count_nonzero(seeming) > self._rows * MOST_SHARE:
            return None
        _, first = self._looked_at(np.flatnonzero(seeming), vector)
        if len(first) < depth:
            return None
        # In the place of the guesses: how near each may be at the best.
        likely += SPREADS * self._spreads
        chosen = seeming | (likely >= _nth(first, depth))
        if np.count_nonzero(chosen) > self._rows * MOST_SHARE:
            return None
        return self._looked_at(np.flatnonzero(chosen), vector)

    def _looked_at(self, rows: NDArray[np.int64], vector: Vector) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Places and scores of the documents of some rows, by these rows; in order of writing."""
        cuts = np.searchsorted(rows, self._first_rows)
        scores = [
            _products(np.asarray(segment.rows)[some - first], vector)
            for segment, first, some in zip(self._segments, self._first_rows, np.split(rows, cuts[1:]), strict=True)
        ]
        documents = np.searchsorted(self._starts, rows, side="right") - 1
        firsts = np.flatnonzero(np.diff(documents, prepend=-1))
        return documents[firsts], np.maximum.reduceat(np.concatenate(scores), firsts)

    def among(self, vector: Vector, ids: Sequence[DocumentId], depth: int) -> list[Ranked]:
        """The `depth` nearest of `ids`; those without vectors are left out."""
        scored = []
        for id in ids:
            if id in self._places:
                segment, place = self._places[id]
                rows = segment.rows[segment.starts[place] : segment.starts[place + 1]]
                scored.append((round(float((rows @ vector).max()), DIGITS), id))
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        return [self._ranked(id, score, vector) for score, id in scored[:depth]]

    def record(self, id: DocumentId) -> Vector | None:
        """The vector of the record itself (its page is 0)."""
        if id not in self._places:
            return None
        segment, place = self._places[id]
        first, end = segment.starts[place], segment.starts[place + 1]
        own = np.flatnonzero(segment.pages[first:end] == 0)
        return np.array(segment.rows[first + own[0]]) if len(own) else None

    def _ranked(self, id: DocumentId, score: float, vector: Vector) -> Ranked:
        segment, place = self._places[id]
        first, end = segment.starts[place], segment.starts[place + 1]
        best = int(np.argmax(segment.rows[first:end] @ vector)) if end - first > 1 else 0
        return Ranked(id, score, int(segment.pages[first + best]))


def _document_scores(segment: Segment, vector: Vector) -> NDArray[np.float32]:
    rows = _products(np.asarray(segment.rows), vector)
    if len(rows) == len(segment.ids):  # one passage each
        best: NDArray[np.float32] = rows
    else:
        best = np.maximum.reduceat(rows, segment.starts[:-1])
    best[~segment.live] = -np.inf
    return best


def _products(rows: NDArray[np.float32], vector: Vector) -> NDArray[np.float32]:
    count, dimensions = rows.shape
    found, step = np.empty(count, np.float32), max(1, _AT_ONCE // dimensions)
    for start in range(0, count, step):
        np.dot(rows[start : start + step], vector, out=found[start : start + step])
    # The last digits depend on where a row stands; equal rows are equally near.
    return np.round(found, DIGITS, out=found)


def _likely(segment: Segment, vector: Vector) -> NDArray[np.float32]:
    likely = segment.sketches.likely(vector)
    likely[segment.dead_rows] = -np.inf
    return likely


def _nth(scores: NDArray[np.float32], number: int) -> np.float32:
    """The lowest of the `number` highest scores."""
    lowest: np.float32 = np.partition(scores, len(scores) - number)[len(scores) - number]
    return lowest


def _best(scores: NDArray[np.float32], size: int) -> NDArray[np.int64]:
    """Places of the `size` highest scores, highest first; equal scores keep their order."""
    # Everything equal to the lowest kept score takes part, so that slices of any size agree.
    places = np.flatnonzero(scores >= _nth(scores, size)) if size < len(scores) else np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:size]


class VectorWriter:
    """Adds a segment to a folder that belongs to an unpublished generation."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder, self._dimensions = folder, dimensions
        self._old = open_segments(folder, dimensions)
        self._live = [segment.live.copy() for segment in self._old]
        self._places = {
            id: (number, place)
            for number, segment in enumerate(self._old)
            for place, id in enumerate(segment.ids)
            if segment.live[place]
        }
        names = [int(segment.folder.name) for segment in self._old]
        self._new = _SegmentFiles(folder / f"{max(names, default=0) + 1:06d}")

    def remove(self, id: DocumentId) -> None:
        """Nothing of the document `id` is found any more."""
        number, place = self._places.pop(id, (-1, -1))
        if number == len(self._old):
            self._new.live[place] = False
        elif number >= 0:
            self._live[number][place] = False

    def add(self, id: DocumentId, rows: Matrix, pages: Sequence[int]) -> None:
        """Replaces the vectors of `id`: one row a passage, with the page it starts on."""
        self.remove(id)
        if len(pages):
            self._places[id] = (len(self._old), len(self._new.ids))
            self._new.append(id, rows, pages)

    def close(self) -> int:
        """Puts all on disk, merging segments when they are many or mostly dead; gives the rows that live."""
        self._new.close()
        for segment, live in zip(self._old, self._live, strict=True):
            if not np.array_equal(segment.live, live):
                write_durably(segment.folder / "live.npy", _npy(live))
        segments = open_segments(self._folder, self._dimensions)
        stale = _to_merge(segments)
        if stale:
            merged = _SegmentFiles(self._folder / f"{int(segments[-1].folder.name) + 1:06d}")
            for segment in stale:
                for place in np.flatnonzero(segment.live):
                    first, end = segment.starts[place], segment.starts[place + 1]
                    merged.append(segment.ids[place], segment.rows[first:end], segment.pages[first:end].tolist())
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
        self._starts, self._pages = [0], list[int]()
        self.ids: list[DocumentId] = []
        self.live: list[bool] = []

    def append(self, id: DocumentId, rows: Matrix, pages: Sequence[int]) -> None:
        if self._out is None:
            self._folder.mkdir(parents=True)
            self._out = (self._folder / "rows.f32").open("wb")
        self._out.write(np.ascontiguousarray(rows, np.float32).tobytes())
        self._pages.extend(pages)
        self._starts.append(len(self._pages))
        self.ids.append(id)
        self.live.append(True)

    def close(self) -> None:
        if self._out is None:
            return
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        rows = np.memmap(self._folder / "rows.f32", np.float32, "r").reshape(len(self._pages), -1)
        write_sketches(self._folder, rows)
        arrays = io.BytesIO()
        np.savez(arrays, starts=np.array(self._starts, np.int64), pages=np.array(self._pages, np.int32))
        write_durably(self._folder / "passages.npz", arrays.getvalue())
        write_durably(self._folder / "live.npy", _npy(np.array(self.live, np.bool_)))
        write_durably(self._folder / "ids.json", json.dumps(self.ids).encode())

    def abandon(self) -> None:
        if self._out is not None:
            self._out.close()


def _npy(array: NDArray[np.bool_]) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()
