"""What Excel makes of cells that it takes for numbers or days, where what stood there cannot be told any more."""

import re
from collections.abc import Sequence
from typing import Final

from ingest.readers.columns import ValueKind
from ingest.readers.foreign import clean
from search.isbn import isbn13

_TOLD_ROWS: Final = 2
_TOLD_CHARACTERS: Final = 20
# What Excel makes of a long number: the digits that matter are gone.
_SCIENTIFIC: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
# The same damage saved as a whole number; real ISBNs that end in so many zeros are one in a million.
_LOST_DIGITS: Final = re.compile(r"[0-9]{7}0{6}")
_LOST_FOUR: Final = re.compile(r"[0-9]{9}0{4}")
# Programs that read Excel's files write a number with what follows its point: "9789790000000.0".
_FRACTION: Final = re.compile(r"(?<=[0-9]{8})\.0+$")
# With a sign and two digits, unlike a number that somebody gave to a shelf: "1E3".
_POWER: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2}")
# As it writes them; in capitals three letters are an author's: "MAR-01".
_MONTH: Final = (
    "(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm](?:ay|ei)|[Jj]u[nl]|[Aa]ug|[Aa]g[uts]|[Ss]ep|[Oo][ck]t|[Nn]ov|[Dd]e[cs])"
)
_DAY: Final = re.compile(
    rf"(?:19|20)[0-9]{{2}}-[01][0-9]-[0-3][0-9](?:[ T]00:00(?::00)?)?|[0-3]?[0-9]/[0-3]?[0-9]/(?:19|20)[0-9]{{2}}"
    rf"|[0-3]?[0-9]-{_MONTH}(?:-(?:[0-9]{{2}}){{1,2}})?|{_MONTH}-(?:[0-9]{{2}}){{1,2}}"
)
ISBN_KINDS: Final = frozenset[ValueKind](("isbn", "isbn or issn"))
_WHAT: Final = {
    "isbn": "ISBNs that Excel destroyed",
    "call number": "Call numbers that Excel made days or powers of ten",
}
_STEP: Final = {
    "isbn": "",
    "call number": " Make the column text in Excel (Format Cells), type them again, and load it again.",
}


def without_fraction(number: str) -> str:
    """
    >>> without_fraction("9789794070963.0"), without_fraction("979-407-096-3")
    ('9789794070963', '979-407-096-3')
    """
    return _FRACTION.sub("", number)


def is_destroyed(text: str) -> bool:
    """Whether a number is what Excel leaves of an ISBN that it took for a number.

    >>> [is_destroyed(text) for text in ("9.78979E+12", "9789790000000", "9786020330000", "9789794070963")]
    [True, True, True, False]
    """
    if _SCIENTIFIC.fullmatch(text):
        return True
    digits = re.sub(r"[\s-]", "", without_fraction(text))
    return bool(_LOST_DIGITS.fullmatch(digits) or (_LOST_FOUR.fullmatch(digits) and not isbn13(digits)))


def is_day(text: str) -> bool:
    """Whether a call number is what Excel leaves of "1-2" or "8E2".

    >>> [is_day(text) for text in ("1-Feb", "2004-01-02 00:00:00", "Jan-98", "8.08E+02", "02/01/2004")]
    [True, True, True, True, True]
    >>> [is_day(text) for text in ("R 005.1 ANA b", "2X1.3", "813 MAR-2010", "1-Feb ANA", "959.8")]
    [False, False, False, False, False]
    >>> [is_day(text) for text in ("2-1", "20.5", "1E3", "2E10", "MAR-01", "Mar-001")]
    [False, False, False, False, False, False]
    """
    return bool(_DAY.fullmatch(text) or _POWER.fullmatch(text))


class Damage:
    """The first cells of a table that Excel spoiled, by what they were."""

    def __init__(self) -> None:
        self._first: dict[str, list[tuple[int, str]]] = {what: [] for what in _WHAT}
        self._more = dict.fromkeys(_WHAT, 0)

    def note(self, what: str, row: int, text: str) -> None:
        """what: "isbn" or "call number"."""
        if len(self._first[what]) < _TOLD_ROWS:
            self._first[what].append((row, text))
        else:
            self._more[what] += 1

    def told(self) -> list[str]:
        """Sentences for the report."""
        return [
            f"{_WHAT[what]} are left out: {_numbered(first, self._more[what], with_text=bool(_STEP[what]))}.{_STEP[what]}"
            for what, first in self._first.items()
            if first
        ]


def _numbered(first: Sequence[tuple[int, str]], more: int, *, with_text: bool) -> str:
    """Rows for a sentence: "row 3", "rows 3 and 17", "rows 3, 17 and 40 more"."""
    parts = [f'{row} ("{clean(text)[:_TOLD_CHARACTERS]}")' if with_text else str(row) for row, text in first]
    parts += [f"{more:,} more"] if more else []
    listed = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    return f"{'rows' if len(parts) > 1 else 'row'} {listed}"
