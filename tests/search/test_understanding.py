"""Plain language and chosen filters together make one query."""

from collections.abc import Iterable, Iterator, Set
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.discovery import Discovery
from search.query import Filter, Query
from search.query_language import parse
from search.reading.interpretation import EVERYTHING
from search.schema import RELEVANCE
from search.understanding import Understanding, is_read
from search.understanding import understand as understand_on
from tests.support.documents import entry, loaded
from tests.support.engines import fresh_embedded

TODAY = date(2026, 8, 1)
TEXT = "buku anak tentang gempa setelah 2015"


def understand(
    text: str, filters: Iterable[Filter] = (), sort: str = RELEVANCE, **taken_back: Set[str]
) -> Understanding:
    without, as_words = taken_back.get("without", frozenset()), taken_back.get("as_words", frozenset())
    return understand_on(text, filters, sort, TODAY, without=without, as_words=as_words)


def searched(query: Query) -> list[str]:
    return [clause.text for clause in query.clauses]


def test_what_was_typed_stays_and_what_is_left_is_searched() -> None:
    found = understand(TEXT)
    assert found.query.text == TEXT
    assert searched(found.query) == ["gempa"]
    assert found.query.filters == (Filter("audience", ("children",)), Filter("year", ("2016..",)))
    assert [reading.key for reading in found.readings] == ["audience", "year"]
    assert found.words == "gempa"


def test_a_plain_text_is_read_as_ever() -> None:
    text, filters = 'judul:laut "terumbu karang" -ikan', [Filter("language", ("ind",))]
    assert understand(text, filters, "newest").query == parse(text, filters, "newest")


def test_a_chosen_filter_takes_the_place_of_a_read_one_in_its_field() -> None:
    found = understand(TEXT, [Filter("audience", ("adults",)), Filter("format", ("book",))])
    assert found.query.filters == (
        Filter("audience", ("adults",)),
        Filter("format", ("book",)),
        Filter("year", ("2016..",)),
    )
    assert found.overruled == {"audience"}
    assert [reading.key for reading in found.readings] == ["year"]
    about = found.about("audience")
    assert about is not None
    assert about.key == "audience"


def test_a_chosen_order_takes_the_place_of_a_read_one() -> None:
    read = understand("buku terbaru tentang laut")
    assert (read.query.sort, read.overruled) == ("newest", frozenset())
    chosen = understand("buku terbaru tentang laut", (), "title")
    assert (chosen.query.sort, chosen.overruled) == ("title", frozenset({"sort"}))
    assert chosen.order is not None


def test_a_reading_is_dropped_with_its_words_or_searched_for_as_words() -> None:
    dropped = understand(TEXT, without={"audience"})
    assert (searched(dropped.query), dropped.query.filters) == (["gempa"], (Filter("year", ("2016..",)),))
    words = understand(TEXT, as_words={EVERYTHING})
    assert words.query == parse(TEXT)
    assert not words.readings


def test_the_subject_is_what_nothing_was_read_in() -> None:
    found = understand("buku tentang laut karya Pramoedya Ananta Toer kecuali ikan")
    assert found.subject == "laut"
    assert found.words == "laut pengarang:Pramoedya pengarang:Ananta pengarang:Toer -ikan"
    assert understand("laut -ikan").subject == "laut -ikan"


def test_a_text_too_long_is_cut_and_says_so() -> None:
    assert understand("laut " * 500).query.shortened


@pytest.mark.parametrize(("text", "read"), [(TEXT, True), ("gempa", False), ("saya mencari buku tentang laut", True)])
def test_whether_a_text_is_read_can_be_asked(text: str, read: bool) -> None:
    assert is_read(text, TODAY) is read


SHELF = (
    entry("a.1", "Gempa di Bitung", audience="children", year="2018", language="ind", format="book"),
    entry("a.2", "Gempa dan tsunami", audience="adults", year="2019", language="ind", format="journal"),
    entry("a.3", "Gempa besar", audience=["adults", "teens"], year="2004", language="eng", format="article"),
    entry("a.4", "Gempa kecil", audience="children", year="2001", language="eng", format="map"),
    entry("a.5", "Laut", audience="children", year="2020", language="ind", format="journal"),
)
TEXTS = (
    TEXT,
    "jurnal tentang gempa",
    "buku untuk anak dan remaja tentang gempa",
    "buku tentang gempa dalam bahasa Inggris",
    "buku tentang gempa kecuali tsunami",
    "buku terbaru tentang gempa",
    "gempa",
)
FILTERS = (Filter("audience", ("adults",)), Filter("language", ("ind",)), Filter("year", ("2010..2019",)))


@pytest.fixture(scope="module")
def discovery() -> Iterator[Discovery]:
    with fresh_embedded() as engine:
        with engine.updating() as writer:
            assert not writer.put(SHELF).refused
        yield Discovery(engine)


@given(st.sampled_from(TEXTS), st.sets(st.sampled_from(FILTERS)), st.sets(st.sampled_from(("audience", "year"))))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_choosing_a_facet_value_gives_the_count_that_was_shown_whatever_the_text_filters(
    discovery: Discovery, text: str, filters: set[Filter], without: set[str]
) -> None:
    shown = discovery.search(understand(text, filters, without=without).query)
    for field, values in shown.facets.items():
        others = [chosen for chosen in filters if chosen.field != field]
        for value in values:
            asked = [*others, Filter(field, (value.value,))]
            chosen = discovery.search(understand(text, asked, without=without).query)
            assert chosen.total == value.count, (text, field, value)


@pytest.mark.parametrize(
    ("text", "titles", "named", "subject"),
    [
        ("buku karya ibu hamil", ["Panduan ibu hamil"], [], "ibu hamil"),
        ("buku gizi karya ibu hamil", ["Panduan ibu hamil"], [], "gizi ibu hamil"),
        ("buku karya Andrea Hirata", ["Laskar Pelangi"], ["person"], ""),
        ("buku karya Tere Liye", [], ["person"], ""),
        ("buku pelangi terbitan Bentang", ["Laskar Pelangi"], ["publisher"], "pelangi"),
    ],
)
def test_a_name_that_was_looked_for_anywhere_was_no_name(
    tmp_path: Path, text: str, titles: list[str], named: list[str], subject: str
) -> None:
    engine = loaded(
        tmp_path,
        entry("a.1", "Panduan ibu hamil", contributor="Sari, Dewi"),
        entry("a.2", "Laskar Pelangi", contributor="Hirata, Andrea", publisher="Bentang"),
    )
    found = understand(text)
    page = Discovery(engine).search(found.query)
    searched = found.as_searched(page.query)
    assert [hit.document.title for hit in page.hits] == titles
    assert [reading.kind for reading in searched.readings] == named
    assert searched.subject == subject
