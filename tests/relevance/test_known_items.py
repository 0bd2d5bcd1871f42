"""The known-item test is made the same way every time, and calls right what a reader cannot tell apart."""

import random

import pytest

from tests.relevance.judged import JudgedSet
from tests.relevance.known_items import MOST_WORDS, folded, known_items, misspelt

FEW = 2_000


@pytest.fixture(scope="module")
def few() -> JudgedSet:
    return known_items(FEW, 30)


def test_is_made_the_same_way_every_time(few: JudgedSet) -> None:
    again = known_items(FEW, 30)
    assert (again.queries, again.stamp) == (few.queries, few.stamp)


def test_asks_thirty_times_in_each_way_and_short(few: JudgedSet) -> None:
    assert len(few.kinds) == 4
    assert all(len([query for query in few.queries if query.kind == kind]) == 30 for kind in few.kinds)
    titles = [query.text for query in few.queries if query.kind == "title"]
    assert max(len(folded(title).split()) for title in titles) <= MOST_WORDS
    assert not any(title.endswith((" /", " :")) for title in titles)


def test_the_record_itself_is_always_right(few: JudgedSet) -> None:
    assert all(query.id.split("-", 1)[1] in query.relevant for query in few.queries)


@pytest.mark.parametrize("seed", range(50))
def test_a_typo_is_one_edit_in_one_long_word(seed: int) -> None:
    words = ["Coral", "reefs", "of", "the", "Lembeh", "strait"]
    typed = misspelt(" ".join(words), random.Random(seed)).split()
    (changed,) = [n for n, word in enumerate(words) if typed[n] != word]
    assert len(words[changed]) >= 5
    assert abs(len(typed[changed]) - len(words[changed])) <= 1
    assert len(typed) == len(words)


def test_no_typo_where_every_word_is_short() -> None:
    assert misspelt("war and sea", random.Random(0)) == ""
