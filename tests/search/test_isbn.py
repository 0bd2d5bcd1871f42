"""One number in its two forms, and what is none; whoever needs an ISBN comes to the same one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import transform
from ingest.imprint import isbns_in
from search.analysis import identifier_keys
from search.isbn import check_10, check_13, isbn10, isbn13

NINE = st.text("0123456789", min_size=9, max_size=9)


@given(NINE)
def test_both_forms_are_one_number_for_all_who_read_it(nine: str) -> None:
    ten = nine + check_10(nine)
    thirteen = isbn13(ten)
    assert isbn10(thirteen) == ten
    assert isbn13(thirteen) == thirteen
    assert transform.isbn(ten) == transform.isbn(thirteen) == (thirteen, ten)
    assert identifier_keys(ten) == (ten.lower(), thirteen)
    assert list(isbns_in(f"ISBN {ten}.")) == [thirteen]


@given(NINE, st.sampled_from(["978", "979"]), st.integers(1, 9))
def test_a_wrong_check_digit_is_no_isbn(nine: str, prefix: str, slip: int) -> None:
    twelve = prefix + nine
    right = check_13(twelve)
    assert isbn13(twelve + right) == twelve + right
    assert isbn13(f"{twelve}{(int(right) + slip) % 10}") == ""


@pytest.mark.parametrize("text", ["", "ISBN", "978-602-03-3295", "12345678901234", "X234567890", "2000000000008"])
def test_what_is_no_isbn_is_none(text: str) -> None:
    assert isbn13(text) == ""
