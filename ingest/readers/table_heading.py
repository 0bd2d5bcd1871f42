"""Which row of a table holds the names of its columns, and by which map they are read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ingest.readers.columns import TableMapping
from ingest.readers.foreign import clean
from ingest.readers.rows import Row

_TOLD_COLUMNS: Final = 10
_TOLD_CHARACTERS: Final = 40
# "1", "(1)", "1." or, as a spreadsheet's number, "1.0".
_NUMBER: Final = re.compile(r"\s*\(?([0-9]{1,3})(?:\.0?)?\)?\s*")
_LEAST_COUNTED: Final = 3  # the second of a series may be called "2"


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of columns, the number of the row that they end in, and the rows as they stand there.

    Two rows are one heading where cells were merged: "Terbitan" over "Kota" and "Tahun", with "Judul" beside them.
    """

    names: tuple[str, ...]
    number: int
    rows: frozenset[tuple[str, ...]]


def find_heading(maps: Iterable[TableMapping], top: Sequence[Row]) -> tuple[TableMapping, Heading] | None:
    """The map that fits best, and the heading that it fits; None when none does."""
    found = [(mapping, heading) for mapping in maps for heading in _headings(top)]
    # Two rows are one heading only where that has more names than any single row.
    best = max(found, key=lambda one: (one[0].fit(one[1].names), -len(one[1].rows)), default=None)
    return best if best is not None and best[0].fit(best[1].names) else None


def _headings(top: Sequence[Row]) -> Iterator[Heading]:
    for row in top:
        yield Heading(row.cells, row.number, frozenset((row.cells,)))
    for upper, lower in pairwise(top):
        if upper.number + 1 == lower.number:
            yield Heading(stacked(upper.cells, lower.cells), lower.number, frozenset((upper.cells, lower.cells)))


def stacked(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """
    >>> stacked(("No", "Judul", "Terbitan", ""), ("", "", "Kota", "Tahun"))
    ('No', 'Judul', 'Kota', 'Tahun')
    """
    width = max(len(upper), len(lower))
    above, below = ((*cells, *[""] * (width - len(cells))) for cells in (upper, lower))
    return tuple(one or other for one, other in zip(below, above, strict=True))


def numbers_columns(cells: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a row counts the columns of these names, each or all but one of them, and holds nothing else.

    >>> numbers_columns(("(1)", "(2)", "(3)", ""), ("No", "Judul", "Pengarang", ""))
    True
    >>> numbers_columns(("1", "2", "", "2024"), ("No", "Judul", "Pengarang", "Tahun"))
    False
    """
    numbers = [found[1] if (found := _NUMBER.fullmatch(cell)) else "" for cell in cells if cell]
    named = sum(1 for name in names if name.strip())
    return len(numbers) >= max(_LEAST_COUNTED, named - 1) and numbers == [str(n + 1) for n in range(len(numbers))]


class NamelessColumns:
    """Columns that hold something under no name, so that nobody could say what becomes of it."""

    def __init__(self, heading: Sequence[str]) -> None:
        self._width = len(heading)
        self._nameless = [place for place, name in enumerate(heading) if not name.strip()]
        self._found: dict[int, tuple[int, str]] = {}

    def look(self, row: Row) -> None:
        """Note what stands first in each of them."""
        if len(row.cells) > self._width:
            self._nameless += range(self._width, len(row.cells))
            self._width = len(row.cells)
        for place in self._nameless:
            if place < len(row.cells) and row.cells[place]:
                self._found.setdefault(place, (row.number, row.cells[place]))

    def told(self) -> str:
        """A sentence for the report, "" where there are none."""
        places = sorted(self._found)[:_TOLD_COLUMNS]
        held = "; ".join(
            f'{letters(place)} ("{clean(text)[:_TOLD_CHARACTERS]}" in row {number})'
            for place in places
            for number, text in [self._found[place]]
        )
        more = len(self._found) - len(places)
        if not held:
            return ""
        return f"These columns have no name, so they are not loaded: {held}{f' and {more:,} more' if more else ''}."


def letters(place: int) -> str:
    """A column as a spreadsheet calls it.

    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    name, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
