"""Where a search is marked on the picture of a page."""

import json

import pytest

from portal.reader.page_words import MAX_MARKS, UNITS, Piece, marked_boxes, marks_svg, words_from_json
from search.query_language import parse


def line(*words: str, top: int = 100) -> tuple[Piece, ...]:
    """Words one beside the other, a letter 100 wide."""
    pieces, left = [], 0
    for word in words:
        pieces.append(Piece(word, left, top, left + 100 * len(word), top + 50))
        left += 100 * (len(word) + 1)
    return tuple(pieces)


def test_a_word_is_marked_where_it_stands() -> None:
    assert marked_boxes(line("Laut", "biru"), parse("biru")) == ((500, 100, 900, 150),)


def test_other_forms_of_a_word_are_marked_as_in_the_text() -> None:
    assert len(marked_boxes(line("Perpustakaan", "pustaka", "buku-buku"), parse("buku"))) == 1
    assert len(marked_boxes(line("menulis", "tulisan", "meja"), parse("menulis"))) == 2


def test_a_comma_is_no_part_of_the_word() -> None:
    assert marked_boxes(line("(laut),"), parse("laut")) == ((100, 100, 500, 150),)


def test_a_word_that_a_line_end_breaks_is_marked_on_both_lines() -> None:
    halves = (Piece("perpus", 900, 100, 1500, 150), Piece("takaan", 0, 200, 600, 250, joined=True))
    assert marked_boxes(halves, parse("perpustakaan")) == ((900, 100, 1500, 150), (0, 200, 600, 250))


def test_no_search_marks_nothing() -> None:
    assert marked_boxes(line("laut"), parse("")) == ()
    assert marked_boxes((), parse("laut")) == ()


def test_a_page_of_one_word_is_marked_so_often_and_no_more() -> None:
    assert len(marked_boxes(line("laut") * 2000, parse("laut"))) == MAX_MARKS


@pytest.mark.parametrize("data", [b"", b"[[0", b"\xff\xfe"])
def test_what_did_not_come_to_an_end_has_no_words(data: bytes) -> None:
    assert words_from_json(data) == ()


def test_boxes_lie_inside_the_picture() -> None:
    (piece,) = words_from_json(json.dumps([[0, "laut", -50, -1, 99_999, 500]]).encode())
    assert (piece.left, piece.top, piece.right) == (0, 0, UNITS)


def test_marks_are_a_picture_as_wide_as_the_page() -> None:
    svg = marks_svg(((1, 2, 11, 22),))
    assert '<rect x="1" y="2" width="10" height="20"/>' in svg
    assert f'viewBox="0 0 {UNITS} {UNITS}"' in svg
