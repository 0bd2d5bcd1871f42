"""Two columns whose lines a file draws row by row, left and right in turn: found, and put one after the other.

Few files do so (old converters, print drivers that sort a page from top to bottom); pdfium then gives both
halves of a row as one line. Pure geometry, no PDF library.
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Final

from ingest.readers.pdf_text import PlacedLine

Halves = tuple[PlacedLine, PlacedLine]

# Fewer rows are a table, or a heading and its number.
MIN_ROWS: Final = 8
# Of the lines across the middle of a page, so many are rows of both columns.
ROWS_SHARE: Final = 0.6
# A gutter is at least as wide as this part of the height of the type; a word space is a third of it.
GUTTER: Final = 0.8
# Lines of prose fill their column so far, and so many of them go on with a sentence; cells of a table do not.
FILLED: Final = 0.75
GOES_ON: Final = 1 / 3
_SAMPLE: Final = 4


def in_columns(lines: Sequence[PlacedLine], halves: Callable[[int, float], Halves | None]) -> Sequence[PlacedLine]:
    """The lines in the order of reading: as they are, or the columns one by one where they are woven.

    halves: the two parts, on either side of a place, of the line with this index; None when it has no gap there.
    """
    if len(lines) < MIN_ROWS:
        return lines
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    middle = (left + right) / 2
    across = [index for index, line in enumerate(lines) if line.left < middle < line.right]
    if len(across) < MIN_ROWS:
        return lines
    # Some lines tell of nearly every page that it has no gutter.
    sample = across[:: max(1, len(across) // _SAMPLE)]
    if sum(halves(index, middle) is not None for index in sample) < len(sample) / 2:
        return lines
    rows = {index: both for index in across if (both := halves(index, middle)) is not None}
    if len(rows) < max(MIN_ROWS, ROWS_SHARE * len(across)) or not _prose(list(rows.values())):
        return lines
    return _unwoven(lines, middle, rows)


def gap(first: PlacedLine, second: PlacedLine) -> bool:
    """Whether the space between two parts of a line is as wide as a gutter."""
    return second.left - first.right > GUTTER * (first.top - first.bottom)


def _prose(rows: Sequence[Halves]) -> bool:
    return _flows([first for first, _ in rows]) and _flows([second for _, second in rows])


def _flows(column: Sequence[PlacedLine]) -> bool:
    width = max(line.right for line in column) - min(line.left for line in column)
    filled = median(line.right - line.left for line in column) >= FILLED * width
    return filled and sum(line.text[:1].islower() for line in column) >= GOES_ON * len(column)


def _unwoven(lines: Iterable[PlacedLine], middle: float, rows: dict[int, Halves]) -> list[PlacedLine]:
    """The left column, then the right, wherever rows of both follow each other between lines of full width."""
    ordered: list[PlacedLine] = []
    left: list[PlacedLine] = []
    right: list[PlacedLine] = []
    for index, line in enumerate(lines):
        if (both := rows.get(index)) is not None:
            left.append(both[0])
            right.append(both[1])
        elif line.right <= middle:
            left.append(line)
        elif line.left >= middle:
            right.append(line)
        else:
            ordered += [*left, *right, line]
            left, right = [], []
    return [*ordered, *left, *right]
