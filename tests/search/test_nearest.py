"""The nearest of so many passages that most are ruled out by their sketches, held against a comparison with all."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from search.document import DocumentId
from search.engine import Matrix, Vector
from search.engines.embedded.vectors import FEW_ROWS, VectorReader, VectorWriter

DIMENSIONS = 96  # not a multiple of what a word of bits holds
MANY = FEW_ROWS + 5_000
CHANCE = np.random.default_rng(7)


def unit(rows: NDArray[Any]) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / lengths, np.float32)


def clustered(count: int) -> Matrix:
    """Texts of a catalogue are like this: many are near to each other."""
    centres = CHANCE.normal(size=(200, DIMENSIONS))
    return unit(centres[CHANCE.integers(0, 200, count)] + 0.8 * CHANCE.normal(size=(count, DIMENSIONS)))


def written(folder: Path, rows: Matrix, names: Sequence[str] = ()) -> None:
    """A segment with one passage a document. names: ids; numbers where none are given."""
    writer = VectorWriter(folder, rows.shape[1])
    for number, row in enumerate(rows):
        writer.add(DocumentId(names[number] if names else str(number)), row[np.newaxis], [0])
    writer.close()


def found(folder: Path, vector: Vector, depth: int) -> list[str]:
    return [item.id for item in VectorReader(folder, len(vector)).nearest(vector, depth, None)]


def test_the_ten_nearest_are_found(tmp_path: Path) -> None:
    rows = clustered(MANY)
    written(tmp_path, rows[:20_000])
    written(tmp_path, rows[20_000:], [str(number) for number in range(20_000, MANY)])
    reader = VectorReader(tmp_path, DIMENSIONS)
    asked = unit(rows[CHANCE.integers(0, MANY, 100)] + 0.1 * CHANCE.normal(size=(100, DIMENSIONS)))
    shares = []
    for vector in asked:
        ranked = reader.nearest(vector, 10, None)
        scores = rows @ vector
        assert [item.score for item in ranked] == pytest.approx(
            [float(scores[int(item.id)]) for item in ranked], abs=1e-6
        )
        exact = set(np.argsort(-scores)[:10].tolist())
        shares.append(len(exact & {int(item.id) for item in ranked}) / 10)
    assert np.mean(shares) >= 0.99


def test_of_equal_vectors_the_first_written_come_first(tmp_path: Path) -> None:
    written(tmp_path, np.repeat(clustered(1), MANY, axis=0))
    vector = clustered(1)[0]
    assert found(tmp_path, vector, 5) == ["0", "1", "2", "3", "4"]


def test_vectors_of_which_signs_tell_nothing_are_compared_themselves(tmp_path: Path) -> None:
    rows = np.zeros((MANY, DIMENSIONS), np.float32)
    rows[np.arange(MANY), CHANCE.integers(0, DIMENSIONS, MANY)] = 1
    rows[77] = 0
    written(tmp_path, rows)
    vector = unit(CHANCE.normal(size=(1, DIMENSIONS)))[0]
    best = np.flatnonzero(rows[:, np.argmax(vector)])[:10]
    assert found(tmp_path, vector, 10) == [str(number) for number in best]


def test_a_book_with_most_of_the_near_passages_hides_no_other(tmp_path: Path) -> None:
    vector = clustered(1)[0]
    book = unit(vector + 0.05 * CHANCE.normal(size=(8_000, DIMENSIONS)))
    others = clustered(MANY)
    writer = VectorWriter(tmp_path, DIMENSIONS)
    writer.add(DocumentId("book"), book, list(range(1, len(book) + 1)))
    for number, row in enumerate(others):
        writer.add(DocumentId(str(number)), row[np.newaxis], [0])
    writer.close()
    first, *rest = VectorReader(tmp_path, DIMENSIONS).nearest(vector, 6, None)
    assert (first.id, first.page) == ("book", int(np.argmax(book @ vector)) + 1)
    assert [int(item.id) for item in rest] == np.argsort(-(others @ vector))[:5].tolist()


def test_what_was_replaced_or_removed_is_not_found(tmp_path: Path) -> None:
    rows = clustered(MANY)
    written(tmp_path, rows)
    vector = rows[3]
    assert found(tmp_path, vector, 1) == ["3"]
    writer = VectorWriter(tmp_path, DIMENSIONS)
    writer.remove(DocumentId("3"))
    second = int(np.argsort(-(rows @ vector))[1])
    writer.add(DocumentId(str(second)), -vector[np.newaxis], [0])
    writer.close()
    third = int(np.argsort(-(rows @ vector))[2])
    assert found(tmp_path, vector, 1) == [str(third)]
