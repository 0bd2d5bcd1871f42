"""Ids and facet values by number, through many loads."""

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from search.document import DocumentId
from search.engines.embedded import EmbeddedEngine, searcher
from search.engines.embedded.columns import MAX_SEGMENTS, Columns, ColumnWriter
from search.engines.facets import MAX_FACET_VALUES
from search.query_language import parse
from search.schema import FACETS
from tests.support.documents import entry


def made(chance: random.Random) -> dict[str, tuple[str, ...]]:
    names = chance.sample(FACETS, 4)
    return {name: tuple({f"{name} é{chance.randrange(40)}" for _ in range(chance.randrange(4))}) for name in names}


@pytest.mark.parametrize("loads", [0, 1, 3, 2 * MAX_SEGMENTS])
def test_counts_and_ids_are_those_of_what_was_written(tmp_path: Path, loads: int) -> None:
    chance = random.Random(loads)
    written: list[dict[str, tuple[str, ...]]] = []
    for _ in range(loads):
        writer = ColumnWriter(tmp_path)
        for _ in range(chance.randrange(1, 40)):
            values = made(chance)
            assert writer.add(DocumentId(f"a.{len(written)}"), values) == len(written)
            written.append(values)
        writer.close()
    assert len(list(tmp_path.iterdir())) <= MAX_SEGMENTS
    columns = Columns(tmp_path)
    for size in {0, min(1, len(written)), len(written) // 2, len(written)}:
        numbers = sorted(chance.sample(range(len(written)), size))
        assert columns.ids(numbers) == [f"a.{number}" for number in numbers]
        counted = columns.most_frequent(columns.tally(np.array(numbers, np.int64)), FACETS)
        for name in FACETS:
            assert counted[name] == Counter(value for number in numbers for value in written[number].get(name, ()))


def test_what_is_no_facet_is_not_counted(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path)
    writer.add(DocumentId("a.1"), {"format": ("book",)})
    writer.add(DocumentId("a.2"), {"format": ("globe",), "no facet": ("x",)})
    writer.close()
    columns = Columns(tmp_path)
    assert columns.ids([0, 1]) == ["a.1", "a.2"]
    counted = columns.most_frequent(columns.tally(np.array([0, 1])), ["format", "topic"])
    assert counted == {"format": {"book": 1, "globe": 1}, "topic": {}}


def test_of_many_values_the_most_frequent_are_listed_with_exact_counts(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path)
    for number in range(1000):
        writer.add(DocumentId(f"a.{number}"), {"topic": (f"rare {number}", f"often {number % 50}")})
    writer.close()
    columns = Columns(tmp_path)
    counted = columns.most_frequent(columns.tally(np.arange(1000)), ["topic"])["topic"]
    assert len(counted) == MAX_FACET_VALUES
    assert {value: count for value, count in counted.items() if count > 1} == {f"often {n}": 20 for n in range(50)}


@pytest.mark.parametrize("at_first", [1, 30, 200])
def test_facets_are_the_same_however_many_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_first: int
) -> None:
    monkeypatch.setattr(searcher, "FEW_COUNTED", at_first)
    engine = EmbeddedEngine(tmp_path / "index")
    chance = random.Random(at_first)
    held: dict[str, str] = {}
    for _ in range(4):  # each load replaces and removes some of those before
        with engine.updating() as writer:
            put = {
                f"a.{n}": chance.choice(["laut", "laut", "laut ikan", "gunung"]) for n in chance.sample(range(100), 40)
            }
            held |= put
            writer.put(entry(id, title, topic=[title, id], format=title[0]) for id, title in put.items())
            for id in chance.sample(sorted(held), 5):
                del held[id]
                writer.delete([DocumentId(id)])
    for text in ("", "laut", "ikan", "gunung", "-ikan", "tiada"):
        facets = engine.searcher().facets(parse(text))
        topics = engine.searcher().facet_values("topic", parse(text))
        matching = {
            id: title
            for id, title in held.items()
            if (text.strip("-") in title) is not text.startswith("-") or not text
        }
        assert {v.value: v.count for v in topics} == Counter([*matching, *matching.values()]), text
        assert set(facets["topic"]) <= set(topics)
        assert [v.count for v in facets["topic"]] == [v.count for v in topics][:MAX_FACET_VALUES]
        assert {v.value: v.count for v in facets["format"]} == Counter(title[0] for title in matching.values())
