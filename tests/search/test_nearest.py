"""The nearest passages by their bytes and then by themselves, held against a comparison of all as they are."""

import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from search.engine import Matrix, Vector
from search.engines.embedded import vectors
from search.engines.embedded.vectors import MAX_SEGMENTS, VectorReader, VectorWriter

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
    """A segment with one passage a document. first: the number of the first record; those before live on."""
    writer = VectorWriter(folder, rows.shape[1])
    for number, row in enumerate(rows, first):
        writer.add(number, row[np.newaxis], [0])
    writer.close(np.arange(first + len(rows)))


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
    writer.close(np.arange(MANY + 1))
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
    writer.add(MANY, -vector[np.newaxis], [0])
    writer.close(np.setdiff1d(np.arange(MANY + 1), nearest[:2]))
    assert found(tmp_path, vector, 1) == nearest[2:3]
    assert found(tmp_path, vector, 5, nearest[:3]) == nearest[2:3]
    reader = VectorReader(tmp_path, DIMENSIONS)
    assert reader.record(3) is None
    assert reader.record(MANY) == pytest.approx(-vector)


def test_books_of_several_loads_are_found_by_their_best_passage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under filters as well, some of which leave nothing of a segment; also when segments were merged."""
    monkeypatch.setattr(vectors, "FEW_ROWS", 20)
    alive: set[int] = set()
    passages: dict[int, Matrix] = {}
    for load in range(2 * MAX_SEGMENTS):
        gone = CHANCE.choice(sorted(alive), len(alive) // 5, replace=False).tolist() if alive else []
        alive.difference_update(gone)
        writer = VectorWriter(tmp_path, DIMENSIONS)
        for number in range(100 * load, 100 * load + int(CHANCE.integers(1, 60))):
            alive.add(number)
            passages[number] = clustered(int(CHANCE.integers(1, 6)))
            writer.add(number, passages[number], list(range(len(passages[number]))))
        left = sum(len(passages[number]) for number in alive)
        assert writer.close(np.array(sorted(alive))) == left
        assert len(list(tmp_path.iterdir())) <= MAX_SEGMENTS + 1
        vector = clustered(1)[0]
        for some in (alive, {n for n in alive if n < 100}, {n for n in alive if n >= 100 * load}, set(passages)):
            best = {n: float((passages[n] @ vector).max()) for n in some & alive}
            exact = sorted(best, key=lambda number: -best[number])[:10]
            near = VectorReader(tmp_path, DIMENSIONS).nearest(vector, 10, np.array(sorted(some), np.int64))
            assert [one.number for one in near] == exact
            assert [one.page for one in near] == [int(np.argmax(passages[number] @ vector)) for number in exact]
    reader = VectorReader(tmp_path, DIMENSIONS)
    for number in passages:
        own = reader.record(number)
        assert (own is None) == (number not in alive)
        assert own is None or own == pytest.approx(passages[number][0])


def test_no_more_than_a_piece_of_many_near_passages_is_in_memory(tmp_path: Path) -> None:
    rows = unit(clustered(1) + 1e-4 * CHANCE.normal(size=(MANY, DIMENSIONS)))
    written(tmp_path, rows)
    reader, vector = VectorReader(tmp_path, DIMENSIONS), rows[5]
    tracemalloc.start()
    near = reader.nearest(vector, 10)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert near[0].score == pytest.approx(1, abs=1e-5)
    assert most < rows.nbytes / 2


@pytest.mark.parametrize("number", [1, 2, 63, 64, 65, 500, 4_095, 4_096, 5_000])
def test_the_lowest_of_the_highest_is_that_of_a_sort(number: int) -> None:
    for scores in (CHANCE.normal(size=4_096), CHANCE.integers(0, 5, 4_097), np.full(4_200, -np.inf)):
        given = scores.astype(np.float32)
        assert vectors._nth_highest(given, number) == np.sort(given)[-min(number, len(given))]
