"""ISBNs: their check digits, and the two forms of one number (ISBN Users' Manual, 7th edition)."""

import re
from collections.abc import Iterable
from typing import Final

_ZERO: Final = ord("0")
_WEIGHTS_10: Final = range(10, 1, -1)
_WEIGHTS_13: Final = (1, 3) * 6
_CHARACTERS: Final = frozenset("0123456789X")
_TEN: Final = re.compile(r"[0-9]{9}[0-9X]")
_THIRTEEN: Final = re.compile(r"97[89][0-9]{10}")


def check_10(nine: str) -> str:
    """The last character of the ISBN-10 that begins with these nine digits, X for ten."""
    return "0123456789X"[-_weighed(nine, _WEIGHTS_10) % 11]


def check_13(twelve: str) -> str:
    """The last digit of the ISBN-13 that begins with these twelve digits."""
    return str(-_weighed(twelve, _WEIGHTS_13) % 10)


def isbn13(text: str) -> str:
    """An ISBN of ten or thirteen places as thirteen digits, "" when it is none or the check digit is wrong.

    >>> isbn13("0-306-40615-2"), isbn13("978-602-03-3295-6"), isbn13("978-602-03-3295-7"), isbn13("080442957x")
    ('9780306406157', '9786020332956', '', '9780804429573')
    """
    key = "".join([character for character in text.upper() if character in _CHARACTERS])
    if _TEN.fullmatch(key):
        return longer(key) if key[9] == check_10(key[:9]) else ""
    return key if _THIRTEEN.fullmatch(key) and key[12] == check_13(key[:12]) else ""


def longer(ten: str) -> str:
    """The ISBN-13 of a sound ISBN-10."""
    body = f"978{ten[:9]}"
    return body + check_13(body)


def isbn10(thirteen: str) -> str:
    """The ISBN-10 of an ISBN-13, as records before 2007 have it; "" where there is none: only 978 has one.

    >>> isbn10("9780306406157"), isbn10("9791090636071")
    ('0306406152', '')
    """
    return thirteen[3:12] + check_10(thirteen[3:12]) if thirteen.startswith("978") else ""


def _weighed(digits: str, weights: Iterable[int]) -> int:
    return sum([weight * (character - _ZERO) for weight, character in zip(weights, digits.encode(), strict=True)])
