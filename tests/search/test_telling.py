from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from search.telling import FEWEST_WORDS, telling

WORDS = st.lists(
    st.sampled_from(["karang", "informasi", "di", "yang", "laut", "perpustakaan"]), min_size=1, max_size=60
)
SHARES = st.floats(1e-7, 1.0)


def ratio(length: int) -> float:
    """How many times as much as a word that half of the catalogue holds a rare one tells in a question of so many words."""
    words = ["karang", *["informasi"] * (length - 1)]
    told = telling(words, {"karang": 0.001, "informasi": 0.5})
    return told["karang"] / told["informasi"]


@given(WORDS, st.dictionaries(st.text(max_size=5), SHARES), st.data())
def test_each_word_tells_something_and_a_rarer_one_no_less(
    words: list[str], others: dict[str, float], data: st.DataObject
) -> None:
    commonness = others | {word: data.draw(SHARES) for word in words}
    told = telling(words, commonness)
    assert told.keys() == set(words)
    assert all(weight > 0 for weight in told.values())
    by_commonness = sorted(told, key=lambda word: commonness[word])
    assert [told[word] for word in by_commonness] == sorted(told.values(), reverse=True)


def test_rarity_counts_the_more_the_longer_a_question_is_and_not_without_end() -> None:
    lengths = [FEWEST_WORDS, 8, 16, 25]
    assert [ratio(length) for length in lengths] == sorted(map(ratio, lengths))
    assert 1 < ratio(FEWEST_WORDS) < 1.3
    assert ratio(25) > 3
    assert isclose(ratio(25), ratio(500))
