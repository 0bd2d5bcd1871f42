"""What a reader takes along of a search: the name of its window, and what the history says of it."""

import pytest

from portal.i18n import Language, messages
from portal.presenters.taking import search_title, taking
from portal.search_state import SearchState


@pytest.mark.parametrize(
    ("asked", "hl", "title"),
    [
        ("?q=laut", "id", "laut: hasil pencarian"),
        ("?q=laut&page=2", "id", "laut · Halaman 2: hasil pencarian"),
        ("?q=laut&page=2", "en", "laut · Page 2: search results"),
        ("?q=laut&f.format=map", "id", "laut · Peta: hasil pencarian"),
        ("?q=laut&f.format=map&f.format=book", "en", "laut · Book or Map: search results"),
        ("?q=laut&f.format=map&sort=newest&page=3", "id", "laut · Peta · Tahun terbaru · Halaman 3: hasil pencarian"),
        ("?q=laut&-f.format=map", "id", "laut · bukan Peta: hasil pencarian"),
        ("?q=laut&mode=keyword", "en", "laut · Exact words: search results"),
        ("?q=laut&in=title", "id", "laut · Judul: hasil pencarian"),
        ("?f.format=map&page=2", "en", "All titles · Map · Page 2"),
    ],
)
def test_a_window_is_named_after_what_tells_its_search_from_others(asked: str, hl: Language, title: str) -> None:
    assert search_title(SearchState.from_query_string(asked), messages(hl)) == title


def test_what_is_handed_on_is_the_whole_search_and_not_its_page() -> None:
    taken = taking(79, SearchState.from_query_string("?q=laut&f.format=map&page=2"), "", True, messages("id"))
    assert taken.title == "laut · Peta: hasil pencarian"


def test_the_history_can_be_told_in_either_language() -> None:
    kept = taking(79, SearchState.from_query_string("?q=laut&f.format=map"), "", True, messages("id")).kept
    assert (kept["id"].label, kept["id"].told) == ("laut · Format: Peta", "79 hasil")
    assert (kept["en"].label, kept["en"].told) == ("laut · Format: Map", "79 results")
