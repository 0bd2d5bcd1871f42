"""Choices beside a text that was read as plain language."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import choosing
from portal.search_state import SearchState
from search.query import Filter
from search.query_language import parse

TODAY = date(2026, 8, 1)
KIDS = SearchState(q="buku anak tentang gempa")
JOURNALS = SearchState(q="jurnal tentang gempa")


def toggled(state: SearchState, field: str, *values: str) -> SearchState:
    for value in values:
        state = choosing.toggled(state, state.understood(TODAY), field, value)
    return state


def filters(state: SearchState) -> tuple[Filter, ...]:
    return state.understood(TODAY).query.filters


def test_a_value_chosen_beside_a_read_one_takes_its_place() -> None:
    state = toggled(KIDS, "audience", "adults")
    assert filters(state) == (Filter("audience", ("adults",)),)
    assert filters(toggled(state, "audience", "children")) == (Filter("audience", ("adults", "children")),)


def test_what_the_text_says_does_not_come_back_when_the_last_value_is_given_up() -> None:
    assert filters(toggled(KIDS, "audience", "adults", "adults")) == ()
    assert filters(toggled(KIDS, "audience", "children")) == ()


def test_of_several_read_values_one_can_be_given_up() -> None:
    assert filters(JOURNALS) == (Filter("format", ("article", "journal")),)
    state = toggled(JOURNALS, "format", "article")
    assert filters(state) == (Filter("format", ("journal",)),)
    assert filters(toggled(state, "format", "journal")) == ()


def test_filters_can_be_lifted_one_or_all_chosen_or_read() -> None:
    state = KIDS.toggling("format", "map").toggling("audience", "adults")
    found = state.understood(TODAY)
    chosen = Filter("audience", ("adults",))
    assert filters(choosing.without_filter(state, found, chosen)) == (Filter("format", ("map",)),)
    assert filters(choosing.without_filters(state, found)) == ()
    assert filters(choosing.without_chosen(state, found)) == ()
    only = KIDS.toggling("format", "map")
    assert filters(choosing.without_chosen(only, only.understood(TODAY))) == (Filter("audience", ("children",)),)


def test_a_value_that_is_kept_out_is_no_longer_chosen_or_read_and_the_other_way_round() -> None:
    without = choosing.kept_out(KIDS, KIDS.understood(TODAY), "audience", "children")
    assert filters(without) == (Filter("audience", ("children",), negated=True),)
    chosen = choosing.toggled(without, without.understood(TODAY), "audience", "children")
    assert filters(chosen) == (Filter("audience", ("children",)),)


def test_keeping_out_another_value_leaves_what_was_read() -> None:
    state = choosing.kept_out(JOURNALS, JOURNALS.understood(TODAY), "format", "map")
    assert filters(state) == (Filter("format", ("article", "journal")), Filter("format", ("map",), negated=True))
    lifted = choosing.without_filter(state, state.understood(TODAY), Filter("format", ("map",), negated=True))
    assert filters(lifted) == (Filter("format", ("article", "journal")),)


def test_what_was_read_as_not_wanted_can_be_lifted() -> None:
    state = SearchState(q="buku anak tentang gempa tapi bukan berbahasa Inggris")
    unwanted = Filter("language", ("eng",), negated=True)
    assert filters(state) == (Filter("audience", ("children",)), unwanted)
    lifted = choosing.without_filter(state, state.understood(TODAY), unwanted)
    assert filters(lifted) == (Filter("audience", ("children",)),)


def test_all_that_was_read_as_not_wanted_is_lifted_together() -> None:
    state = SearchState(q="novel bukan bahasa inggris bukan bahasa belanda")
    (unwanted,) = filters(state)
    assert unwanted == Filter("language", ("dut", "eng"), negated=True)
    assert filters(choosing.without_filter(state, state.understood(TODAY), unwanted)) == ()


def test_a_chosen_value_takes_the_place_of_what_was_read_as_not_wanted_and_it_stays_away() -> None:
    state = SearchState(q="novel bukan bahasa inggris").toggling("language", "ind")
    found = state.understood(TODAY)
    assert filters(state) == (Filter("language", ("ind",)),)
    assert not found.readings
    assert filters(choosing.without_chosen(state, found)) == ()


def test_one_value_alone_takes_the_place_of_what_was_chosen_or_read() -> None:
    found = KIDS.understood(TODAY)
    assert filters(choosing.only(KIDS, found, "audience", "adults")) == (Filter("audience", ("adults",)),)
    assert filters(choosing.only(KIDS, found, "audience")) == ()


def test_a_search_in_a_scope_stays_in_it_and_reads_nothing() -> None:
    state = SearchState(q="buku anak tentang gempa", scope="title")
    found = state.understood(TODAY)
    assert not found.readings
    assert {clause.field for clause in found.query.clauses} == {"title"}
    asked = choosing.asking_for(state, parse("buku anak", within="title"), TODAY)
    assert asked == SearchState(q="buku anak", scope="title")


def test_an_order_that_was_read_is_left_for_relevance() -> None:
    state = SearchState(q="buku terbaru tentang laut")
    found = state.understood(TODAY)
    by_relevance = choosing.ordered(state, found, "relevance").understood(TODAY).query
    assert by_relevance.sort == "relevance"
    assert choosing.ordered(state, found, "title").understood(TODAY).query.sort == "title"


@pytest.mark.parametrize("text", ["gempa", "buku anak tentang gempa", "laut -ikan", "saya mencari buku tentang laut"])
def test_a_search_of_its_own_is_read_as_nothing_else(text: str) -> None:
    query = parse(text, [Filter("language", ("eng",))], "newest")
    asked = choosing.asking_for(SearchState(q="x", page=3, mode="keyword", exact=True), query, TODAY)
    assert asked.understood(TODAY).query == query
    assert (asked.page, asked.mode, asked.exact) == (1, "keyword", False)


@given(
    st.sampled_from([KIDS, JOURNALS, SearchState(q="gempa"), KIDS.dropping("audience")]),
    st.lists(st.sampled_from([("audience", "children"), ("audience", "adults"), ("format", "journal")]), max_size=6),
)
def test_a_toggled_value_always_changes_whether_it_holds(state: SearchState, steps: list[tuple[str, str]]) -> None:
    for field, value in steps:
        held = any(one.field == field and value in one.values for one in filters(state))
        state = toggled(state, field, value)
        holds = any(one.field == field and value in one.values for one in filters(state))
        assert holds != held
