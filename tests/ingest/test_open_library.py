"""Our map beside what Open Library expects of the same records; docs/open-library.md holds every difference."""

import pytest

from tests.oracles import open_library
from tests.support.shared_data import shared

LEAST_AGREEMENT = 0.94


@pytest.fixture(scope="module", autouse=True)
def records() -> None:
    shared("data/marc/openlibrary")


def test_the_document_says_what_is_the_case() -> None:
    assert open_library.DOCUMENT.read_text(encoding="utf-8") == open_library.report()


def test_every_difference_has_a_verdict_and_every_verdict_a_difference() -> None:
    _, differences = open_library.compared()
    assert {(item.record, item.field) for item in differences} == set(open_library.verdicts())


def test_agreement_does_not_fall() -> None:
    counts, _ = open_library.compared()
    had, agreed = (sum(pair[at] for pair in counts.values()) for at in (0, 1))
    assert had > 700
    assert agreed / had >= LEAST_AGREEMENT
