"""What pages are called, and which one a reader means."""

from pathlib import Path

import pytest

from portal.reader.page_labels import PageLabels, page_meant
from search.document import DocumentId
from tests.support.closed_book import MEMBERS_ID, library_with_closed_books
from tests.support.small_library import REEF_ID

LABELS = ("i", "ii", "iii", "1", "2", "3", "")


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("iii", 3),
        ("III", 3),
        ("1", 4),
        ("3", 6),
        ("4", 4),
        ("7", 7),
        ("PDF 1", 1),
        ("pdf1", 1),
        ("8", None),
        ("iv", None),
    ],
)
def test_the_printed_number_goes_before_the_place_in_the_file(asked: str, page: int | None) -> None:
    assert page_meant(asked, LABELS) == page


def test_a_book_without_labels_counts_from_one() -> None:
    assert page_meant("2", ("", "", "")) == 2


def test_labels_of_a_whole_book_are_read(tmp_path: Path) -> None:
    discovery = library_with_closed_books(tmp_path).discovery
    labels = PageLabels(discovery)
    book = discovery.document(MEMBERS_ID)
    assert book is not None
    assert labels.of(book) == tuple(str(number) for number in range(101, 119))
    assert labels.of(book) is labels.of(book)
    reef = discovery.document(DocumentId(REEF_ID))
    assert reef is not None
    assert labels.of(reef) == ()
