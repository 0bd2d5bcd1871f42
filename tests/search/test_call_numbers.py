"""Keys of call numbers, whose order is that of a shelf."""

from hypothesis import given
from hypothesis import strategies as st

from search.call_numbers import shelf_key
from tests.support.references import sample_documents


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 10**6)), min_size=2, max_size=2))
def test_dewey_numbers_stand_in_their_order_as_decimals(classes: list[tuple[int, int]]) -> None:
    texts = [f"{whole:03d}.{part}" for whole, part in classes]
    assert sorted(texts, key=shelf_key) == sorted(texts, key=float) or float(texts[0]) == float(texts[1])


@given(st.text(max_size=400))
def test_any_text_has_a_key_that_is_its_own_key_again(text: str) -> None:
    key = shelf_key(text)
    assert len(key) <= 2_000
    assert "\x00" not in key
    assert key == key.strip()


def test_a_class_stands_before_its_divisions_and_they_before_the_next() -> None:
    numbers = ["599", "599 ANA", "599 BUD", "599.0", "599.09 ANA", "599.1", "599.10", "600", "600.1"]
    mixed = [*numbers[4:], *numbers[:4]]
    assert sorted(mixed, key=lambda number: (shelf_key(number), number)) == numbers


def test_real_numbers_of_one_scheme_stay_together() -> None:
    numbers = {number for document in sample_documents() for number in document.values("call_number")}
    keyed = sorted(numbers, key=shelf_key)
    assert all(shelf_key(number) for number in numbers)
    documents = [n for n, number in enumerate(keyed) if number.startswith("I 19.76:")]
    assert len(documents) > 3
    assert documents == list(range(documents[0], documents[-1] + 1))
