"""Vectors of one byte a dimension: all of them are compared in a third of the time that the exact ones take.

A row is its numbers in whole steps; a step is a 127th of the largest number of its segment (scalar quantization). To round
to steps of s errs by s/√12 on average, so the product of a unit row and a unit vector errs by √((s² + t²)/12), s and t being
their steps. What matters at the end is decided by the exact rows (search.engines.embedded.vectors).

vectors/<segment>/rows.i8      int8, one row a passage, mapped into memory
vectors/<segment>/step.f32     float32, how wide a step is
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numkong
import numpy as np
from numpy.typing import NDArray

from search.engine import Matrix, Vector
from search.engines.embedded.generations import write_durably, write_parts_durably

_MOST: Final = 127
_ROWS_AT_ONCE: Final = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class ByteRows:
    """numbers: shape (rows, dimensions), in steps."""

    numbers: NDArray[np.int8]
    step: float

    def products(self, vector: "ByteRows", rows: NDArray[np.int64] | slice) -> NDArray[np.float32]:
        """About the product of some rows and a vector, which is one row; lets go of the interpreter meanwhile."""
        some = self.numbers[rows]
        found = np.empty(len(some), np.float32)
        numkong.cdist(vector.numbers, some, "dot", out=found[np.newaxis])
        found *= np.float32(self.step * vector.step)
        return found

    def error(self, vector: "ByteRows") -> float:
        """By how much a product is wrong, usually."""
        return math.hypot(self.step, vector.step) / math.sqrt(12)


def in_bytes(vector: Vector) -> ByteRows:
    step = _step(vector)
    return ByteRows(_rounded(vector[np.newaxis], step), step)


def open_bytes(folder: Path, rows: int, dimensions: int) -> ByteRows:
    """rows: how many there are, at least one."""
    numbers = np.memmap(folder / "rows.i8", np.int8, "r", shape=(rows, dimensions))
    return ByteRows(np.asarray(numbers), float(np.fromfile(folder / "step.f32", np.float32)[0]))


def write_bytes(folder: Path, rows: Matrix) -> None:
    blocks = [rows[start : start + _ROWS_AT_ONCE] for start in range(0, len(rows), _ROWS_AT_ONCE)]
    step = max(map(_step, blocks))
    write_parts_durably(folder / "rows.i8", (_rounded(block, step).tobytes() for block in blocks))
    write_durably(folder / "step.f32", np.float32(step).tobytes())


def _step(rows: Matrix | Vector) -> float:
    furthest = max(float(rows.max()), -float(rows.min()), float(np.finfo(np.float32).tiny))
    return float(np.float32(furthest / _MOST))


def _rounded(rows: Matrix, step: float) -> NDArray[np.int8]:
    steps: NDArray[np.float32] = np.rint(rows / np.float32(step))
    return np.clip(steps, -_MOST, _MOST).astype(np.int8)
