"""Years and numbers as they are written in a text: "2015", "2010-2015", "2010 s.d. 2015", "dua ribu lima belas", "90-an", "5"."""

import re
from collections.abc import Sequence
from typing import Final

from search.numerals import ROMAN
from search.reading.text import Text

_YEAR: Final = re.compile(r"1[4-9]\d\d|20\d\d")
_NUMBER: Final = re.compile(r"[1-9]\d?|100")
# "1990an", "1990s", "90an", "90s": the tens of the nineteen hundreds where no century is said.
# "1800-an" is a century, "2000s" are years like any other ten, "1900s" may be either.
_DECADE: Final = re.compile(r"(?:(1[4-9])?([1-9]0)|(20)(\d0))(?:an|s)")
_TENS: Final = re.compile(r"(?:1[4-9])?[1-9]0|20\d0|1[4-8]00")
_HUNDREDS: Final = re.compile(r"(1[4-8]00)(?:an|s)")
# "Twenties" are those of two centuries by now.
_TENS_IN_WORDS: Final = {"thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960, "seventies": 1970, "eighties": 1980, "nineties": 1990}  # fmt: skip
# "Dua ribu sepuluh", "seribu sembilan ratus sembilan puluh tujuh": as years are dictated.
_ONES_SPELT: Final = {"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9}  # fmt: skip
_UP_TO_ELEVEN_SPELT: Final = _ONES_SPELT | {"sepuluh": 10, "sebelas": 11}
_THOUSANDS_SPELT: Final = {("dua", "ribu"): 2000, ("seribu", "sembilan", "ratus"): 1900}
_BEFORE_A_YEAR: Final = frozenset(("tahun", "thn", "th"))
# Before "puluhan".
_TENS_SPELT: Final = {"lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9}
_ORDINALS: Final = {"fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20}  # fmt: skip
_ORDINAL: Final = re.compile(r"(?:ke)?(1[5-9]|20)(?:th)?")
_FIRST_CENTURY: Final = 15  # that has printed books
# "17 tahun ke atas", "8 and up": of whom is older or younger than a year of age.
_OF_AGE: Final = frozenset(("tahun", "thn", "th", "years", "year", "yrs", "old", "olds"))
_UPWARDS: Final = (("ke", "atas"), ("keatas",), ("and", "up"), ("and", "over"), ("and", "above"), ("and", "older"), ("or", "older"))  # fmt: skip
_DOWNWARDS: Final = (("ke", "bawah"), ("kebawah",), ("and", "under"), ("and", "below"), ("and", "younger"), ("or", "younger"))  # fmt: skip
# Whom a book is for that suits an age, by the codes of the field "audience"; who is older is no audience of its own.
_TEENS_FROM: Final = 13
_ADULTS_FROM: Final = 18
_OLDEST: Final = 100
# "17+" is said of what is not for children; what it suits is for anyone, which is no audience. Beyond 21 nothing is so meant.
_GROWN_UP_FROM: Final = 17
_GROWN_UP_TO: Final = 21
_TO: Final = (
    ("sampai", "dengan"),
    ("sampai",),
    ("hingga",),
    ("s", "d"),
    ("sd",),
    ("to",),
    ("until",),
    ("dan",),
    ("and",),
    ("till",),
)
_AND_OR: Final = frozenset(("dan", "and", "atau", "or"))
# Between years that are listed, beside a word for "and".
_LISTING: Final = frozenset((",", "/", "&"))
_DASHES: Final = frozenset("-\u2010\u2011\u2012\u2013\u2014")

Years = tuple[int, int]


def year(word: str) -> int | None:
    return int(word) if _YEAR.fullmatch(word) else None


def years_alone(text: Text, i: int) -> list[tuple[int, Years]]:
    found = year(text.words[i])
    end, spelt = (i + 1, found) if found is not None else _spelt_year(text, i)
    return [(end, (spelt, spelt))] if spelt else []


def _spelt_year(text: Text, i: int) -> tuple[int, int]:
    """Where a year in words ends, and which it is, 0 for none. Only "tahun" tells one from a number: "dua ribu satu malam"."""
    words = text.words
    if not i or words[i - 1] not in _BEFORE_A_YEAR:
        return i, 0
    for said, thousands in _THOUSANDS_SPELT.items():
        if tuple(words[i : i + len(said)]) == said:
            end, rest = _below_hundred(words, i + len(said))
            return end, thousands + rest
    return i, 0


def _below_hundred(words: Sequence[str], i: int) -> tuple[int, int]:
    """Where a number in words ends, and what it is; 0 where none stands."""
    first, following = words[i] if i < len(words) else "", words[i + 1] if i + 1 < len(words) else ""
    if first in _ONES_SPELT and following == "belas":
        return i + 2, 10 + _ONES_SPELT[first]
    if first in _ONES_SPELT and following == "puluh":
        ones = _ONES_SPELT.get(words[i + 2], 0) if i + 2 < len(words) else 0
        return i + 2 + (ones > 0), 10 * _ONES_SPELT[first] + ones
    return (i + 1, _UP_TO_ELEVEN_SPELT[first]) if first in _UP_TO_ELEVEN_SPELT else (i, 0)


def years_from_to(text: Text, i: int) -> list[tuple[int, Years]]:
    """Two years with a dash or a word between, put in order."""
    first = year(text.words[i])
    if first is None:
        return []
    k = i + 1
    if k < len(text) and text.between(k).strip() not in _DASHES:
        k = next((k + len(to) for to in _TO if tuple(text.words[k : k + len(to)]) == to), len(text))
        k += k < len(text) and text.words[k] in ("tahun", "thn", "th")
    last = year(text.words[k]) if k < len(text) else None
    return [(k + 1, (min(first, last), max(first, last)))] if last is not None else []


def years_listed(text: Text, i: int) -> list[tuple[int, Years]]:
    """ "2019, 2020 dan 2021", "2019/2020", "2019 or 2020": from the first of them to the last, in any order."""
    return _years_in_a_row(text, i, _LISTING)


def years_side_by_side(text: Text, i: int) -> list[tuple[int, Years]]:
    """ "2019 2021", "2019 2020 2021", and what else lists years."""
    return _years_in_a_row(text, i, _LISTING | {""})


def years_in_words(text: Text, i: int) -> list[tuple[int, Years]]:
    """ "2015 sampai 2018", "2015 to 2018": what no title has for a dash."""
    return [found for found in years_from_to(text, i) if found[0] > i + 2 and text.words[i + 1] not in _AND_OR]


def _years_in_a_row(text: Text, i: int, between: frozenset[str]) -> list[tuple[int, Years]]:
    named: list[int] = []
    k, end = i, i
    while k < len(text) and (found := year(text.words[k])) is not None:
        named.append(found)
        end = k + 1
        k = end + (end < len(text) and text.words[end] in _AND_OR)
        if end < len(text) and k == end and text.between(k).strip() not in between:
            break
    return [(end, (min(named), max(named)))] if len(named) > 1 else []


def decades(text: Text, i: int) -> list[tuple[int, Years]]:
    word, end = text.words[i], i + 1
    if end < len(text) and text.words[end] == "an" and text.between(end) == "-" and _TENS.fullmatch(word):
        word, end = f"{word}an", end + 1
    if word in _TENS_SPELT and text.words[end : end + 1] == ["puluhan"]:
        first = 1900 + 10 * _TENS_SPELT[word]
        return [(end + 1, (first, first + 9))]
    if word in _TENS_IN_WORDS:
        first = _TENS_IN_WORDS[word]
        return [(end, (first, first + 9))]
    if hundred := _HUNDREDS.fullmatch(word):
        first = int(hundred[1])
        return [(end, (first, first + 99))]
    found = _DECADE.fullmatch(word)
    if not found:
        return []
    first = int((found[1] or found[3] or "19") + (found[2] or found[4]))
    return [(end, (first, first + 9))]


def centuries(text: Text, i: int) -> list[tuple[int, Years]]:
    """ "abad ke-19", "abad XIX", "19th century", "nineteenth century": 1801 to 1900."""
    words = text.words
    if words[i] == "abad":
        k = i + 1 + (i + 1 < len(text) and words[i + 1] == "ke")
        number, end = _century(words[k]) if k < len(text) else 0, k + 1
    else:
        number, end = _century(words[i]) if i + 1 < len(text) and words[i + 1] == "century" else 0, i + 2
    return [(end, (100 * number - 99, 100 * number))] if number else []


def _century(word: str) -> int:
    found = _ORDINAL.fullmatch(word)
    number = int(found[1]) if found else _ORDINALS.get(word) or ROMAN.get(word, 0)
    return number if number >= _FIRST_CENTURY else 0


def ages(text: Text, i: int) -> list[tuple[int, tuple[str, ...]]]:
    """ "7", "8-12", "8 to 12": the audiences of these years of age, the longest first."""
    found = numbers(text, i)
    if not found:
        return []
    (end, first), last = found[0], 0
    if _plus(text, end):
        return []
    if end < len(text):
        k = end if text.between(end).strip() in _DASHES else end + (text.words[end] in ("sampai", "to", "and", "dan"))
        if (k > end or text.between(end).strip()) and k < len(text) and (other := numbers(text, k)):
            end, last = other[0]
    last = last or first
    return [(end, _suited(first, last))] if first <= last < _ADULTS_FROM else []


def ages_from_or_to(text: Text, i: int) -> list[tuple[int, tuple[str, ...]]]:
    """ "12+", "12 tahun ke atas", "8 and up", "3 years and under": the audiences of these years of age."""
    end, first, last = _from_or_to(text, i)
    return [(end, _suited(first, min(last, _ADULTS_FROM - 1)))] if end and _fits(first, last) else []


def ages_of_grown_ups(text: Text, i: int) -> list[tuple[int, tuple[str, ...]]]:
    """ "17+", "18 tahun ke atas", "18 and over": the audiences that are younger."""
    end, first, last = _from_or_to(text, i)
    grown_up = end and last == _OLDEST and _GROWN_UP_FROM <= first <= _GROWN_UP_TO
    return [(end, _suited(0, first - 1 if first >= _ADULTS_FROM else _TEENS_FROM - 1))] if grown_up else []


def _fits(first: int, last: int) -> bool:
    return first < _GROWN_UP_FROM if last == _OLDEST else last < _ADULTS_FROM


def _from_or_to(text: Text, i: int) -> tuple[int, int, int]:
    """Where years of age that are open to one side end, and the first and last of them; no end where there are none."""
    found = numbers(text, i)
    if not found:
        return 0, 0, 0
    end, age = found[0]
    up = _plus(text, end)
    while end < len(text) and text.words[end] in _OF_AGE and not text.parted[end]:
        end += 1
    upwards = 0 if up else _length(_UPWARDS, text, end)
    if up or upwards:
        return end + upwards, age, _OLDEST
    downwards = _length(_DOWNWARDS, text, end)
    return (end + downwards, 0, age) if downwards else (0, 0, 0)


def _suited(first: int, last: int) -> tuple[str, ...]:
    return tuple(code for code, fits in (("children", first < _TEENS_FROM), ("teens", last >= _TEENS_FROM)) if fits)


def _plus(text: Text, end: int) -> bool:
    """Whether a plus stands right behind the word before word `end`."""
    return text.raw[text.ends[end - 1] :][:1] == "+"


def _length(phrases: tuple[tuple[str, ...], ...], text: Text, i: int) -> int:
    """How many words the one of `phrases` that stands at word i has, 0 where none does."""
    return next((len(one) for one in phrases if tuple(text.words[i : i + len(one)]) == one), 0)


def numbers(text: Text, i: int) -> list[tuple[int, int]]:
    return [(i + 1, int(text.words[i]))] if _NUMBER.fullmatch(text.words[i]) else []
