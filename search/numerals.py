"""Roman numerals: those of volumes, school years and centuries, and what any of them is worth."""

from collections.abc import Mapping
from typing import Final

_TO_TWENTY: Final = (
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x",
    "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx",
)  # fmt: skip
# In small letters.
ROMAN: Final[Mapping[str, int]] = {numeral: number for number, numeral in enumerate(_TO_TWENTY, start=1)}
_DIGITS: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


def roman_value(numeral: str) -> int:
    """The value of a numeral in capitals or small letters, also one that takes away more than is usual, as old imprints do.
    KeyError for what is none.

    >>> roman_value("MDCCCXCIV"), roman_value("xl"), roman_value("MDIIC")
    (1894, 40, 1598)
    """
    values = [_DIGITS[letter] for letter in numeral.lower()]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
