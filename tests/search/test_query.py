import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import MAX_CHARACTERS, MAX_TERMS, Clause, Filter, known_filters, parse, year_range


def test_plain_words_are_clauses_in_order() -> None:
    assert parse("terumbu karang").clauses == (Clause("terumbu"), Clause("karang"))


def test_field_words_of_both_languages_mean_one_field() -> None:
    assert parse("judul:laut").clauses == parse("title:laut").clauses == (Clause("laut", "title"),)


def test_unknown_field_is_plain_words() -> None:
    assert parse("jam:tangan").clauses == (Clause("jam tangan"),)


def test_phrase_keeps_its_words_together_even_unclosed() -> None:
    assert parse('"terumbu karang"').clauses == (Clause("terumbu karang", phrase=True),)
    assert parse('"terumbu karang').clauses == (Clause("terumbu karang", phrase=True),)


@pytest.mark.parametrize("text", ["laut -ikan", "laut NOT ikan", "laut BUKAN ikan"])
def test_unwanted_word(text: str) -> None:
    assert parse(text).clauses == (Clause("laut"), Clause("ikan", negated=True))


@pytest.mark.parametrize("text", ["laut OR ikan", "laut ATAU ikan"])
def test_alternative_word(text: str) -> None:
    assert parse(text).clauses == (Clause("laut"), Clause("ikan", alternative=True))


def test_operators_in_small_letters_are_words() -> None:
    assert [c.text for c in parse("laut atau ikan").clauses] == ["laut", "atau", "ikan"]


def test_star_asks_for_the_beginning_of_a_word() -> None:
    assert parse("perpusta*").clauses == (Clause("perpusta", prefix=True),)


def test_long_text_is_cut_and_says_so() -> None:
    query = parse("kata " * 1000)
    assert len(query.clauses) == MAX_TERMS
    assert query.shortened
    assert len(query.text) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    "bomb",
    ["(" * 10_000 + "a" + ")" * 10_000, "NOT " * 20_000, '"' * 50_000, "-" * 50_000, "a:" * 50_000, "\x00" * 1_000_000],
)
def test_no_query_text_takes_long(bomb: str) -> None:
    started = time.perf_counter()
    parse(bomb)
    # A quadratic reader takes seconds on these; 1 s leaves room for a busy machine.
    assert time.perf_counter() - started < 1


@given(st.text(max_size=600))
def test_any_text_is_read_within_limits(text: str) -> None:
    query = parse(text)
    assert len(query.clauses) <= MAX_TERMS
    assert all(any(ch.isalnum() for ch in clause.text) for clause in query.clauses)


@given(st.text(max_size=200))
def test_reading_again_what_was_kept_changes_nothing(text: str) -> None:
    once = parse(text)
    assert parse(once.text).clauses == once.clauses


def test_filters_are_merged_sorted_and_known() -> None:
    filters = [Filter("language", ("ind",)), Filter("format", ("map", "book")), Filter("language", ("eng", "ind"))]
    assert known_filters([*filters, Filter("nothing", ("x",)), Filter("edition", ("1",)), Filter("year", ("x",))]) == (
        Filter("format", ("book", "map")),
        Filter("language", ("eng", "ind")),
    )


@pytest.mark.parametrize("value", ["", "..", "20x", "1..2..3", "12345"])
def test_what_is_no_year_is_none(value: str) -> None:
    assert year_range(value) is None


def test_unknown_sort_falls_back_to_relevance() -> None:
    assert parse("laut", sort="; DROP").sort == "relevance"
