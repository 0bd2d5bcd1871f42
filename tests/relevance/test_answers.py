"""Answers to questions about the sample e-books: mostly right, rarely wrong, else none."""

from collections import Counter
from pathlib import Path

import pytest

from tests.relevance.answers import Judged, judged, over_samples, questions

# Of 100, 48 were right and one wrong (python -m tests.relevance.answers). A change may cost two right answers, or make
# one more wrong.
LEAST_RIGHT = 46
MOST_WRONG = 2


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    return list(judged(over_samples(Path(tmp_path_factory.mktemp("samples"))), questions()))


def test_answers_are_right_or_there_are_none(answered: list[Judged]) -> None:
    counts = Counter(one.verdict for one in answered)
    wrong = [(one.asked.question, one.first) for one in answered if one.verdict == "wrong"]
    assert len(wrong) <= MOST_WRONG, wrong
    assert counts["right"] >= LEAST_RIGHT, counts


def test_what_the_e_books_do_not_say_has_no_answer(answered: list[Judged]) -> None:
    assert [one.asked.question for one in answered if not one.asked.right and one.first] == []
