"""The nearest passages by their bytes and then by themselves, held against a comparison of all as they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from search.engine import Matrix, Vector
from search.engines.embedded import vectors
from search.engines.embedded.vectors import VectorReader, VectorWriter

DIMENSIONS = 96
MANY = 35_000
CHANCE = np.random.default_rng(7)


@pytest.fixture(params=["in one thread", "in several"], autouse=True)
def _ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many passages are compared both ways, though it would take more for the second."""
    if request.param == "in several":
        monkeypatch.setattr(vectors, "ROWS_A_THREAD", 9_000)


def unit(rows: NDArray[Any]) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / lengths, np.float32)


def clustered(count: int) -> Matrix:
    """Texts of a catalogue are like this: many are near to each other."""
    centres = CHANCE.normal(size=(200, DIMENSIONS))
    return unit(centres[CHANCE.integers(0, 200, count)] + 0.8 * CHANCE.normal(size=(count, DIMENSIONS)))


def written(folder: Path, rows: Matrix, first: int = 0) -> None:
    """A segment with one passage a document. first: the number of the first record."""
    writer = VectorWriter(folder, rows.shape[1])
    for number, row in enumerate(rows, first):
        writer.add(number, row[np.newaxis], [0])
    writer.close()


def found(folder: Path, vector: Vector, depth: int, among: Sequence[int] | None = None) -> list[int]:
    numbers = None if among is None else np.array(among, np.int64)
    return [near.number for near in VectorReader(folder, len(vector)).nearest(vector, depth, numbers)]


def test_the_ten_nearest_are_found(tmp_path: Path) -> None:
    rows = clustered(MANY)
    written(tmp_path, rows[:20_000])
    written(tmp_path, rows[20_000:], 20_000)
    reader = VectorReader(tmp_path, DIMENSIONS)
    asked = unit(rows[CHANCE.integers(0, MANY, 100)] + 0.1 * CHANCE.normal(size=(100, DIMENSIONS)))
    for vector in asked:
        near = reader.nearest(vector, 10)
        scores = rows @ vector
        assert [one.score for one in near] == pytest.approx([float(scores[one.number]) for one in near], abs=1e-6)
        assert [one.number for one in near] == np.argsort(-scores)[:10].tolist()


@pytest.mark.parametrize("share", [0.001, 0.01, 0.15, 0.9])
def test_the_ten_nearest_of_some_records_are_found(tmp_path: Path, share: float) -> None:
    rows = clustered(MANY)
    written(tmp_path, rows)
    some = np.flatnonzero(CHANCE.random(MANY) < share)
    beyond = MANY + 3  # a record that has no vectors
    for vector in clustered(20):
        exact = some[np.argsort(-(rows[some] @ vector))[:10]].tolist()
        assert found(tmp_path, vector, 10, [*some.tolist(), beyond]) == exact


def test_no_more_are_found_than_there_are(tmp_path: Path) -> None:
    written(tmp_path, clustered(300))
    vector = clustered(1)[0]
    assert sorted(found(tmp_path, vector, 1000)) == list(range(300))
    assert sorted(found(tmp_path, vector, 1000, [7, 8, 200, 300])) == [7, 8, 200]
    assert found(tmp_path, vector, 1000, []) == found(tmp_path, vector, 0) == []


def test_of_equal_vectors_the_first_written_come_first(tmp_path: Path) -> None:
    written(tmp_path, np.repeat(clustered(1), MANY, axis=0))
    vector = clustered(1)[0]
    assert found(tmp_path, vector, 5) == [0, 1, 2, 3, 4]


def test_vectors_of_one_number_and_of_none_are_compared(tmp_path: Path) -> None:
    rows = np.zeros((MANY, DIMENSIONS), np.float32)
    rows[np.arange(MANY), CHANCE.integers(0, DIMENSIONS, MANY)] = 1
    rows[77] = 0
    written(tmp_path, rows)
    vector = unit(CHANCE.normal(size=(1, DIMENSIONS)))[0]
    best = np.flatnonzero(rows[:, np.argmax(vector)])[:10]
    assert found(tmp_path, vector, 10) == best.tolist()


def test_a_book_with_most_of_the_near_passages_hides_no_other(tmp_path: Path) -> None:
    vector = clustered(1)[0]
    book = unit(vector + 0.05 * CHANCE.normal(size=(8_000, DIMENSIONS)))
    others = clustered(MANY)
    writer = VectorWriter(tmp_path, DIMENSIONS)
    for number, row in enumerate(others):
        writer.add(number, row[np.newaxis], [0])
    writer.add(MANY, book, list(range(1, len(book) + 1)))
    writer.close()
    first, *rest = VectorReader(tmp_path, DIMENSIONS).nearest(vector, 6)
    assert (first.number, first.page) == (MANY, int(np.argmax(book @ vector)) + 1)
    assert [near.number for near in rest] == np.argsort(-(others @ vector))[:5].tolist()


def test_what_was_replaced_or_removed_is_not_found(tmp_path: Path) -> None:
    rows = clustered(MANY)
    written(tmp_path, rows)
    vector = rows[3]
    nearest = np.argsort(-(rows @ vector)).tolist()
    assert found(tmp_path, vector, 1) == nearest[:1] == [3]
    writer = VectorWriter(tmp_path, DIMENSIONS)
    writer.remove(nearest[:2])
    writer.add(MANY, -vector[np.newaxis], [0])
    writer.close()
    assert found(tmp_path, vector, 1) == nearest[2:3]
    assert found(tmp_path, vector, 5, nearest[:3]) == nearest[2:3]
    reader = VectorReader(tmp_path, DIMENSIONS)
    assert reader.record(3) is None
    assert reader.record(MANY) == pytest.approx(-vector)
