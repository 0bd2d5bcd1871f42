"""Where the words of a page stand on its picture, and which of them a search marks there."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from search.highlight import Matcher
from search.query import Query

# The picture is so many units wide and high, whatever its pixels.
UNITS: Final = 10_000
MAX_MARKS: Final = 500
# A picture is of a white page in every theme; it is laid over the page so that black letters stay black.
_MARK_COLOUR: Final = "#ffd84d"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of letters without a space. Boxes are in UNITS; the origin is the upper left corner.

    joined: it is the second half of a word that a line end broke.
    """

    text: str
    left: int
    top: int
    right: int
    bottom: int
    joined: bool = False


Box = tuple[int, int, int, int]
PageWords = tuple[Piece, ...]


def words_from_json(data: bytes) -> PageWords:
    """The pieces of a page as the child process wrote them; none when it did not get to the end.

    >>> words_from_json(b'[[0,"laut",10,20,30,40]]')
    (Piece(text='laut', left=10, top=20, right=30, bottom=40, joined=False),)
    """
    try:
        plain = json.loads(data)
    except ValueError:
        return ()
    return tuple(
        Piece(text, _within(left), _within(top), _within(right), _within(bottom), bool(joined))
        for joined, text, left, top, right, bottom in plain
    )


def _within(side: int) -> int:
    return min(max(side, 0), UNITS)


def marked_boxes(pieces: PageWords, query: Query) -> tuple[Box, ...]:
    """Where the words of `query` stand, in any form that the text of the page marks too: left, top, right, bottom."""
    if not query.wanted:
        return ()
    text, starts = _running(pieces)
    matcher = Matcher(query)
    boxes: list[Box] = []
    for word in matcher.found_in(text):
        boxes += _boxes(pieces, starts, word.start, word.end)
        if len(boxes) >= MAX_MARKS:
            break
    return tuple(boxes[:MAX_MARKS])


def _running(pieces: PageWords) -> tuple[str, Sequence[int]]:
    """The pieces as one text, broken words whole, and where in it each begins."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for piece in pieces:
        if parts and not piece.joined:
            parts.append(" ")
            length += 1
        starts.append(length)
        parts.append(piece.text)
        length += len(piece.text)
    return "".join(parts), starts


def _boxes(pieces: PageWords, starts: Sequence[int], start: int, end: int) -> Iterator[Box]:
    """The boxes of a stretch of the running text: a word with a comma is a part of its piece, letters taken as equally wide."""
    first = bisect_right(starts, start) - 1
    for index in range(first, len(pieces)):
        piece, begin = pieces[index], starts[index]
        if begin >= end:
            return
        length, width = len(piece.text), piece.right - piece.left
        left = piece.left + width * max(start - begin, 0) // length
        right = piece.left + width * min(end - begin, length) // length
        if right > left:
            yield left, piece.top, right, piece.bottom


def marks_svg(boxes: Sequence[Box]) -> str:
    """The boxes as a picture to lay over the page's."""
    shapes = "".join(
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"/>'
        for left, top, right, bottom in boxes
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {UNITS} {UNITS}" preserveAspectRatio="none" '
        f'fill="{_MARK_COLOUR}">{shapes}</svg>'
    )
