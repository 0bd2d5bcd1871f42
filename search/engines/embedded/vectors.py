"""Vectors beside the words: segments that are written once, and which of their documents still live.

vectors/<segment>/rows.f32     float32, one row a passage, mapped into memory
vectors/<segment>/passages.npz starts (first row of each document, and the end), pages (of each row)
vectors/<segment>/ids.json     document ids, in order
vectors/<segment>/live.npy     False for a document that was replaced or removed since

The scan is exact: 100,000 passages of 384 dimensions take about 8 ms on one core.
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
from search.results import Ranked

MAX_SEGMENTS: Final = 8
MAX_DEAD_SHARE: Final = 0.3
# Candidates are checked against filters in slices that grow by this factor.
SLICE_GROWTH: Final = 4
# So many numbers are multiplied at a time that the library does it in this thread: it would give more of them to
# several threads, which on a busy machine wait for each other and burn twice the time.
_AT_ONCE: Final = 32_768

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
    return Segment(folder, ids, starts, pages, live, rows)


class VectorReader:
    """Nearest documents of one generation."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._segments = open_segments(folder, dimensions)
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

    def among(self, vector: Vector, ids: Sequence[DocumentId], depth: int) -> list[Ranked]:
        """The `depth` nearest of `ids`; those without vectors are left out."""
        scored = []
        for id in ids:
            if id in self._places:
                segment, place = self._places[id]
                rows = segment.rows[segment.starts[place] : segment.starts[place + 1]]
                scored.append((float((rows @ vector).max()), id))
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
    count, dimensions = segment.rows.shape
    rows = np.empty(count, np.float32)
    held, step = np.asarray(segment.rows), max(1, _AT_ONCE // dimensions)
    for start in range(0, count, step):
        np.dot(held[start : start + step], vector, out=rows[start : start + step])
    if count == len(segment.ids):  # one passage each
        best: NDArray[np.float32] = rows
    else:
        best = np.maximum.reduceat(rows, segment.starts[:-1])
    best[~segment.live] = -np.inf
    return best


def _best(scores: NDArray[np.float32], size: int) -> NDArray[np.int64]:
    """Places of the `size` highest scores, highest first; equal scores keep their order."""
    if size < len(scores):
        # Everything equal to the lowest kept score takes part, so that slices of any size agree.
        lowest = np.partition(scores, len(scores) - size)[len(scores) - size]
        places = np.flatnonzero(scores >= lowest)
    else:
        places = np.arange(len(scores))
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
