"""The shelf, in every engine: what stands next to a place, by call number."""

from collections.abc import Iterator

import pytest

from search.discovery import Discovery
from search.document import DocumentId
from search.engine import Engine, Entry, Searcher
from search.query import Query
from search.results import Beside
from tests.contract.test_engine import load
from tests.support.documents import entry
from tests.support.engines import Fresh

NOWHERE = DocumentId("")
# In the order of the shelf; the two that share a number stand by their ids.
NUMBERS = {
    "a.dewey-20": "20.5", "a.class": "577 WEN", "a.long": "577.68 ABC", "a.twin-1": "577.7 WEN t",
    "a.twin-2": "577.7 WEN t", "a.z": "577.789 AAA", "a.100": "808 ISK a", "a.lc-9": "QC9 .A1",
    "a.lc-100": "QC100 .U5 no.9", "a.lc-100b": "QC100 .U5 no.10", "a.jawi": "ر 100",
}  # fmt: skip
ORDER = list(NUMBERS)


@pytest.fixture(scope="module")
def searcher(fresh: Fresh) -> Iterator[Searcher]:
    with fresh() as engine:
        yield load(engine, *shelved(), entry("a.none", "Tanpa nomor"), entry("a.empty", "Kosong", call_number="..."))


def shelved() -> list[Entry]:
    return [entry(id, f"Judul {id}", call_number=number) for id, number in sorted(NUMBERS.items())]


def beside(searcher: Searcher, id: str, before: int = 3, after: int = 3) -> Beside:
    return searcher.shelf(NUMBERS[id], DocumentId(id), before, after)


@pytest.mark.parametrize("id", ORDER)
def test_neighbours_stand_in_the_order_of_the_shelf(searcher: Searcher, id: str) -> None:
    place = ORDER.index(id)
    expected = Beside(
        tuple(map(DocumentId, ORDER[max(place - 3, 0) : place])), tuple(map(DocumentId, ORDER[place + 1 : place + 4]))
    )
    assert beside(searcher, id) == expected


def test_one_can_walk_along_the_whole_shelf(searcher: Searcher) -> None:
    walked, at = [ORDER[0]], ORDER[0]
    while after := beside(searcher, at, 0, 2).after:
        walked += after
        at = after[-1]
    assert walked == ORDER


def test_a_place_between_books_is_one_too(searcher: Searcher) -> None:
    found = searcher.shelf("577.7", NOWHERE, 2, 2)
    assert found == Beside(
        (DocumentId("a.class"), DocumentId("a.long")), (DocumentId("a.twin-1"), DocumentId("a.twin-2"))
    )
    assert searcher.shelf("577.7 WEN t", NOWHERE, 1, 1).after == (DocumentId("a.twin-1"),)


def test_at_its_ends_the_shelf_is_empty(searcher: Searcher) -> None:
    assert searcher.shelf("", NOWHERE, 5, 1) == Beside((), (DocumentId(ORDER[0]),))
    assert searcher.shelf("zzzz", NOWHERE, 0, 0) == Beside()
    assert beside(searcher, ORDER[-1], 0, 9).after == ()


def test_any_text_is_a_place(searcher: Searcher) -> None:
    for text in ("\x00", "'\"\\", "9" * 5_000, "\ud800", "*:*", "\U0010ffff"):
        found = searcher.shelf(text, NOWHERE, 50, 50)
        assert len(found.before) + len(found.after) == len(ORDER), text


def test_sorting_by_call_number_is_the_order_of_the_shelf(fresh: Fresh) -> None:
    with fresh() as engine:
        load(engine, *shelved())
        ranking = engine.searcher().keyword(Query(sort="call_number"), 50)
        assert [item.id for item in ranking.items] == ORDER


def test_what_is_gone_or_moved_leaves_its_place(engine: Engine) -> None:
    load(engine, entry("a.1", call_number="100"), entry("a.2", call_number="200"), entry("a.3", call_number="300"))
    with engine.updating() as writer:
        writer.delete([DocumentId("a.2")])
        writer.put([entry("a.1", call_number="400")])
    assert engine.searcher().shelf("", NOWHERE, 0, 9).after == (DocumentId("a.3"), DocumentId("a.1"))


def test_the_documents_of_both_sides_are_told_apart(engine: Engine) -> None:
    load(engine, *shelved())
    before, after = Discovery(engine).shelf("577.7 WEN t", DocumentId("a.twin-1"), 2, 1)
    assert [document.id for document in before] == ["a.class", "a.long"]
    assert [document.id for document in after] == ["a.twin-2"]
