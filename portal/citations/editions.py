"""Which edition a title is, as styles have it: a number, whatever words its title page has for it."""

import re
from collections.abc import Mapping
from typing import Final

from portal.bibliography.csl import Item
from portal.i18n import Language
from search.numerals import roman_value

_ENGLISH: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
)  # fmt: skip
_INDONESIAN: Final = (
    "pertama", "kedua", "ketiga", "keempat", "kelima", "keenam", "ketujuh", "kedelapan", "kesembilan", "kesepuluh",
    "kesebelas", "kedua belas",
)  # fmt: skip
_WORDS: Final[Mapping[str, int]] = {
    word: number for words in (_ENGLISH, _INDONESIAN) for number, word in enumerate(words, start=1)
}
# Only what is a number and nothing else: "2nd ed., rev." says more. Printings (Cet. ke-17) are no editions.
_AS_ENGLISH: Final = re.compile(
    rf"(?:the )?({'|'.join(_ENGLISH)}|\d{{1,3}}(?:st|nd|rd|th)) (?:ed|edn|edition)\.?", re.IGNORECASE
)
_AS_INDONESIAN: Final = re.compile(
    rf"(?:edisi |ed |ed\. ?)(?:({'|'.join(_INDONESIAN)})|(?:yang )?(?:ke[- ]?)?(\d{{1,3}}|(?-i:[IVX]{{1,5}})))\.?", re.IGNORECASE
)  # fmt: skip


def with_edition(item: Item, style: str, hl: Language) -> Item:
    """An item whose edition is a number, in the words of the language.

    First editions are not told (APA 9.19, MLA 5.51, Chicago 14.113, Cite Them Right); Citing Medicine tells what is stated.
    """
    number = edition_number(item.get("edition", ""))
    if not number:
        return item
    if number == 1 and style != "vancouver":
        return {name: value for name, value in item.items() if name != "edition"}
    # Of a number the processor makes "3rd ed.", and for Indonesian "3 ed.".
    return item | {"edition": f"Edisi ke-{number}" if hl == "id" else str(number)}


def edition_number(text: str) -> int:
    """0 where a text says more than a number, or something else.

    >>> [edition_number(text) for text in ("Third edition", "2nd ed.", "Edisi kedua", "Ed. ke-3", "Ed. II", "ED.4")]
    [3, 2, 2, 3, 2, 4]
    >>> [edition_number(text) for text in ("2nd ed., rev.", "Cet. ke-17", "Rev. ed.", "Edisi revisi", "Ed. 3, cet. 2")]
    [0, 0, 0, 0, 0]
    """
    if (english := _AS_ENGLISH.fullmatch(text)) is not None:
        said = english[1].lower()
    elif (indonesian := _AS_INDONESIAN.fullmatch(text)) is not None:
        said = (indonesian[1] or indonesian[2]).lower()
    else:
        return 0
    digits = said.rstrip("stndrh")
    return _WORDS.get(said) or (int(digits) if digits.isdecimal() else roman_value(said.upper()) or 0)
