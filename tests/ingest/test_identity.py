"""Ids are safe in a URL's path and never shared by two numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.identity import id_of


@pytest.mark.parametrize("number", ["INLIS000000000606729", "ocm00400866", "0010-0514000291", "a_b.c", "12."])
def test_safe_number_stays_as_it_is(number: str) -> None:
    assert id_of("kota", f"  {number} ") == f"kota.{number}"


@pytest.mark.parametrize(
    ("one", "other"), [("OPAC 12", "OPAC/12"), ("книга", "слово"), ("a..b", "a.-b"), (".1", "-1"), ("OPAC 12", "OPAC-12")]
)  # fmt: skip
def test_different_numbers_have_different_ids(one: str, other: str) -> None:
    assert id_of("kota", one) != id_of("kota", other)


@given(st.text(st.characters(), max_size=30))
def test_id_is_safe_in_a_path(number: str) -> None:
    id = id_of("kota", number)
    assert id.isascii()
    assert ".." not in id
    assert all(character.isalnum() or character in "._-" for character in id)
