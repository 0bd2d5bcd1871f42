"""Filters and years."""

import pytest

from search.query import Filter, known_filters, year_range
from search.query_language import parse


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
