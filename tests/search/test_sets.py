"""Counting by sets of records and by asking tantivy for each: the same numbers."""

import random
from pathlib import Path

import numpy as np
import pytest

from search.document import DocumentId
from search.engines.embedded import EmbeddedEngine, searcher, sets
from search.query import Filter
from search.query_language import parse
from tests.support.documents import entry

WORDS = ("laut", "ikan", "karang", "gunung", "sejarah", "membaca", "buku", "anak", "hutan", "hujan", "kota", "fishing")
TEXTS = (
    "", "laut", "ikan laut", '"ikan laut"', "lau*", "-ikan", "laut -ikan", "laut OR gunung", "(laut OR ikan) -hutan", "judul:laut",
    "subjek:ikan", "membaca dan buku", "dibaca", "tahun:1990..1999", "tahun:1990 laut", "a.17", "tiada", "-tiada",
    "laut ikan karang gunung sejarah membaca", "laut laut laut ikan ikan hutan tiada kota hujan", '"laut', "laut OR -ikan",
)  # fmt: skip
FILTERS = (
    (), (Filter("topic", ("laut",)),), (Filter("year", ("1990..1999", "2001")),),
    (Filter("topic", ("laut", "tiada")), Filter("format", ("book",))), (Filter("year", ("2050..2059",)),),
)  # fmt: skip


@pytest.fixture(scope="module", params=["made when asked for", "made by the load"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of several loads, with records that were replaced and removed; "laut" is in more than half of them."""
    index = tmp_path_factory.mktemp("sets") / "index"
    with pytest.MonkeyPatch.context() as changed:
        if request.param == "made by the load":
            changed.setattr(sets, "LEAST_RECORDS", 100)
        fill(EmbeddedEngine(index))
    return index


def fill(engine: EmbeddedEngine) -> None:
    chance = random.Random(3)
    for _ in range(3):
        with engine.updating() as writer:
            put = []
            for number in chance.sample(range(300), 200):
                words = [*chance.sample(WORDS, 3), *(["laut"] if chance.random() < 0.5 else [])]
                chance.shuffle(words)
                topic, year = chance.sample(WORDS, 2), str(chance.randrange(1985, 2005))
                form = chance.choice(["book", "map"])
                put.append(entry(f"a.{number}", " ".join(words), subject=topic, topic=topic, year=year, format=form))
            writer.put(put)
            writer.delete(DocumentId(f"a.{number}") for number in chance.sample(range(300), 20))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("filters", FILTERS)
def test_sets_count_what_a_search_finds(
    index: Path, monkeypatch: pytest.MonkeyPatch, text: str, filters: tuple[Filter, ...]
) -> None:
    query = parse(text, filters)
    also = [DocumentId("a.1"), DocumentId("a.2"), DocumentId("a.none")]
    monkeypatch.setattr(searcher, "FEW_COUNTED", 1_000)
    asked = EmbeddedEngine(index).searcher()
    facets, total = asked.facets(query, also), asked.keyword(query, 0, also).total
    assert total == asked.keyword(query, 1, also).total
    monkeypatch.setattr(searcher, "FEW_COUNTED", -1)
    by_sets = EmbeddedEngine(index).searcher()
    assert by_sets.facets(query, also) == facets
    assert by_sets.keyword(query, 0, also).total == total


def test_a_load_makes_the_sets_of_what_many_records_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "LEAST_RECORDS", 10)
    monkeypatch.setattr(sets, "LEAST_SHARE", 0.5)
    engine = EmbeddedEngine(tmp_path)

    def made() -> dict[tuple[str, str], int]:
        folder = tmp_path / "generations" / engine.searcher().generation / "sets"
        return {term: sets.count_of(bits) for term, bits in sets.open_sets(folder).items()}

    with engine.updating() as writer:
        writer.put(entry(f"a.{n}", "laut dan ikan" if n < 12 else "gunung", format="book") for n in range(20))
    first = {("w_anywhere", "laut"): 12, ("w_anywhere", "ikan"): 12, ("r_format", "book"): 20}
    assert first.items() <= made().items()
    assert not {"dan", "gunung"} & {text for _, text in made()}
    with engine.updating() as writer:
        writer.put(entry(f"a.{n}", "gunung", format="map") for n in range(8))
    assert made()["w_anywhere", "gunung"] == 16
    assert made()["w_anywhere", "laut"] == 4  # counted with those that were replaced, it is frequent still
    with engine.updating() as writer:
        writer.delete(DocumentId(f"a.{n}") for n in range(15))
    assert made() == {}


def test_records_in_several_sets_are_those_of_a_count() -> None:
    chance = np.random.default_rng(5)
    for several in range(1, 10):
        held = chance.random((several, 192)) < 0.5
        parts = [np.packbits(one).view(np.uint64) for one in held]
        for minimum in range(1, several + 1):
            found = sets._in_at_least(parts, minimum)
            assert np.unpackbits(found.view(np.uint8)).tolist() == (held.sum(axis=0) >= minimum).tolist()
