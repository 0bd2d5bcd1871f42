"""Reading lists and saved searches: whose they are, and how much of them."""

from collections.abc import Callable

import pytest

from portal.services.actors import GUEST, Actor
from portal.services.errors import NotAllowed, NotFound, NotValid
from portal.services.shelves import (
    MAX_NAME,
    MAX_NOTE,
    MOST_ENTRIES,
    MOST_LISTS,
    MOST_SEARCHES,
    ReadingLists,
    SavedSearches,
    search_address,
)
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.accounts import TurnedClock, add_person


@pytest.fixture
def lists(database: Database) -> ReadingLists:
    return ReadingLists(database, TurnedClock())


@pytest.fixture
def searches(database: Database) -> SavedSearches:
    return SavedSearches(database, TurnedClock())


@pytest.fixture
def maria(database: Database) -> Actor:
    return Actor(add_person(database), Role.PATRON)


@pytest.fixture
def other(database: Database) -> Actor:
    return Actor(add_person(database, "BT-0002"), Role.PATRON)


def names(lists: ReadingLists, actor: Actor, id: str) -> list[str]:
    return [entry.document_id for entry in lists.one(actor, id)[1]]


LISTS: dict[str, Callable[[ReadingLists, Actor, str], object]] = {
    "one": lambda lists, who, id: lists.one(who, id),
    "rename": lambda lists, who, id: lists.rename(who, id, "x", ""),
    "delete": lambda lists, who, id: lists.delete(who, id),
    "add": lambda lists, who, id: lists.add(who, id, [("b", "B")]),
    "remove": lambda lists, who, id: lists.remove(who, id, "a"),
    "annotate": lambda lists, who, id: lists.annotate(who, id, "a", "x"),
    "move": lambda lists, who, id: lists.move(who, id, "a", 1),
}


@pytest.mark.parametrize("verb", LISTS.values(), ids=LISTS.keys())
def test_another_patrons_list_is_not_there(
    lists: ReadingLists, maria: Actor, other: Actor, verb: Callable[[ReadingLists, Actor, str], object]
) -> None:
    id = lists.create(maria, "Skripsi")
    lists.add(maria, id, [("a", "A")])
    before = lists.one(maria, id)
    with pytest.raises(NotFound):
        verb(lists, other, id)
    with pytest.raises(NotAllowed):
        verb(lists, GUEST, id)
    assert lists.one(maria, id) == before
    assert lists.all(other) == ()


def test_titles_stand_in_the_order_they_are_put_in(lists: ReadingLists, maria: Actor) -> None:
    id = lists.create(maria, "Skripsi")
    assert lists.add(maria, id, [("a", "A"), ("b", "B"), ("c", "C")]) == 3
    assert lists.add(maria, id, [("b", "B"), ("d", "D")]) == 1
    lists.move(maria, id, "c", 1)
    assert names(lists, maria, id) == ["a", "c", "b", "d"]
    lists.move(maria, id, "a", -2)
    assert names(lists, maria, id) == ["c", "b", "a", "d"]
    lists.move(maria, id, "c", 5)
    lists.remove(maria, id, "b")
    assert names(lists, maria, id) == ["c", "a", "d"]
    lists.annotate(maria, id, "a", " bab 2\r\nhalaman 9 ")
    assert [entry.note for entry in lists.one(maria, id)[1]] == ["", "bab 2\nhalaman 9", ""]


def test_lists_titles_names_and_notes_have_limits(lists: ReadingLists, maria: Actor) -> None:
    id = lists.create(maria, "x" * MAX_NAME, "x" * MAX_NOTE)
    for name in ("", "  ", "x" * (MAX_NAME + 1)):
        with pytest.raises(NotValid, match="name"):
            lists.create(maria, name)
    with pytest.raises(NotValid, match="note"):
        lists.rename(maria, id, "x", "x" * (MAX_NOTE + 1))
    lists.add(maria, id, [(f"k.{n}", "K") for n in range(MOST_ENTRIES)])
    with pytest.raises(NotValid, match="list_full"):
        lists.add(maria, id, [("one more", "K")])
    for n in range(1, MOST_LISTS):
        lists.create(maria, f"Daftar {n}")
    with pytest.raises(NotValid, match="lists_full"):
        lists.create(maria, "one more")


def test_a_deleted_list_takes_its_titles_along(lists: ReadingLists, maria: Actor) -> None:
    id = lists.create(maria, "Skripsi")
    lists.add(maria, id, [("a", "A")])
    lists.delete(maria, id)
    assert lists.all(maria) == ()


def test_a_search_is_saved_once_and_belongs_to_one(searches: SavedSearches, maria: Actor, other: Actor) -> None:
    id = searches.save(maria, "Karang", "/?q=karang&page=4&hl=en")
    assert searches.save(maria, "Lagi", "/cari?q=karang") == id
    assert [one.address for one in searches.all(maria)] == ["/cari?q=karang"]
    with pytest.raises(NotFound):
        searches.rename(other, id, "x")
    with pytest.raises(NotFound):
        searches.delete(other, id)
    refused: list[Callable[[], object]] = [
        lambda: searches.all(GUEST),
        lambda: searches.save(GUEST, "x", "/cari?q=a"),
        lambda: searches.rename(GUEST, id, "x"),
        lambda: searches.delete(GUEST, id),
    ]
    for deed in refused:
        with pytest.raises(NotAllowed):
            deed()
    searches.rename(maria, id, "Terumbu")
    assert [one.name for one in searches.all(maria)] == ["Terumbu"]
    searches.delete(maria, id)
    assert searches.all(maria) == ()


def test_searches_have_a_limit(searches: SavedSearches, maria: Actor) -> None:
    for n in range(MOST_SEARCHES):
        searches.save(maria, f"{n}", f"/cari?q=a{n}")
    with pytest.raises(NotValid, match="searches_full"):
        searches.save(maria, "one more", "/cari?q=more")


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/cari?q=a",
        "//evil.example/cari?q=a",
        "/\\evil.example/cari?q=a",
        "javascript:alert(1)",
        "/akun/data?q=a",
        "/cari",
        "/",
        "cari?q=a",
        "/cari?q=a\r\nSet-Cookie: x",
        "/cari?q=" + "a" * 3_000,
        "http://[",
    ],
)
def test_nothing_but_our_own_results_pages_is_an_address(address: str) -> None:
    with pytest.raises(NotValid):
        search_address(address)
