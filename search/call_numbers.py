"""The order of a shelf: call numbers as keys whose order as texts is the order of the books.

Dewey numbers go by their class and then as decimals; other numbers by their parts, whole numbers by size. Marks of a
collection before a class ("R 808.87") keep their books together, as libraries that use them shelve them.
"""

import re
from typing import Final

from search.analysis import plain_words

MAX_CALL_NUMBER: Final = 200
_DEWEY: Final = re.compile(r"\s*([^\W\d_]{0,4}\.?)\s*(\d{3})(?:[./](\d[\d/']{0,19}))?(?![\d.])")
# "A 13.2:J 97" of the Superintendent of Documents: what follows the point is a whole number.
_DOCUMENTS: Final = re.compile(r"\s*[A-Z]{1,4}\s*\d{1,5}\.\d{1,5}[\d/.-]{0,20}:")
_CLASS: Final = re.compile(r"\s*([A-Z]{1,3})\s*(\d{1,5})(\.\d{1,10})?", re.IGNORECASE)
_PART: Final = re.compile(r"\d+|[^\W\d_]+")
_NUMBER: Final = re.compile(r"(?<![^\W_])(\d{1,9})")
_DIGITS: Final = 9


def shelf_key(call_number: str) -> str:
    """The key of a call number, "" for one without letters and digits.

    >>> shelf_key("577.789 WEN t")
    '577.789 wen t'
    >>> numbers = ["808.87 ISK a", "808 ABC", "808.9", "R 808.87 ISK", "20.5", "808.87 ISK b", "808.875"]
    >>> sorted(numbers, key=shelf_key)
    ['20.5', '808 ABC', '808.87 ISK a', '808.87 ISK b', '808.875', '808.9', 'R 808.87 ISK']
    >>> sorted(["QC100 .U5753 no.569", "QC100 .U5753 no.1197", "HV8699.U5 G35 2002", "HV8699.U5 G4", "QC9 .A1"], key=shelf_key)
    ['HV8699.U5 G35 2002', 'HV8699.U5 G4', 'QC9 .A1', 'QC100 .U5753 no.569', 'QC100 .U5753 no.1197']
    >>> sorted(["A 13.10:2", "A 13.2:J 97", "A 13.2:J 9", "AE 2.111:"], key=shelf_key)
    ['A 13.2:J 9', 'A 13.2:J 97', 'A 13.10:2', 'AE 2.111:']
    """
    text = call_number[:MAX_CALL_NUMBER]
    if _DOCUMENTS.match(text):
        return " ".join(map(_whole, _PART.findall(_folded(text))))
    if dewey := _DEWEY.match(text):
        mark, number, decimals = dewey.groups()
        found = [_folded(mark), number + (f".{re.sub('[^0-9]', '', decimals)}" if decimals else "")]
        return " ".join(filter(None, (*found, _rest(text[dewey.end() :]))))
    if found_class := _CLASS.match(text):
        letters, number, decimals = found_class.groups()
        return " ".join(
            filter(None, (letters.casefold(), f"{_whole(number)}{decimals or ''}", _rest(text[found_class.end() :])))
        )
    return _rest(text)


def _rest(text: str) -> str:
    """Names and cutters: digits after a letter are decimals ("G35" before "G4"), others numbers of their own."""
    return " ".join(_NUMBER.sub(lambda found: _whole(found[1]), word) for word in plain_words(text))


def _folded(text: str) -> str:
    return " ".join(plain_words(text))


def _whole(part: str) -> str:
    return part.zfill(_DIGITS) if part.isdigit() else part
