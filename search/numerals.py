"""Roman numerals as volumes, school years and centuries bear them, in small letters."""

from collections.abc import Mapping
from typing import Final

_TO_TWENTY: Final = (
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x",
    "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx",
)  # fmt: skip
ROMAN: Final[Mapping[str, int]] = {numeral: number for number, numeral in enumerate(_TO_TWENTY, start=1)}
