"""A search text in plain language, read into filters and an order, and the words that are left to search for."""

import re
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeGuard

from search.query import Filter, year_range
from search.query_language import MAX_CHARACTERS, MAX_TERMS, with_our_signs
from search.reading.constructions import Found, Meaning, Order, Words
from search.reading.phrases import Kind, Phrasebook, phrasebook
from search.reading.request import Request, read
from search.reading.services import service
from search.reading.text import Text

# Who writes the query language says what is meant; nothing is read into it. Field names may be unknown here.
_EXPLICIT: Final = re.compile(r'["()*]|(?<!\S)[-+]+\w|(?<!\S)[-+]?[A-Za-z_]{2,20}:\S')
_OPERATORS: Final = re.compile(r"(?<!\S)(?:AND|OR|NOT|DAN|ATAU|BUKAN)(?!\S)")
_FIELD_WORDS: Final = {"contributor": "pengarang", "publisher": "penerbit"}
_EDGES: Final = " ,;?!–—-"
# Given as a key, it takes back all readings.
EVERYTHING: Final = "all"


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a text that was understood.

    key: its name in links; the kind, with a number where there are several of it. spans: half-open ranges of
    characters in the text as it was given. meaning: what it became.
    """

    kind: Kind
    key: str
    spans: tuple[tuple[int, int], ...]
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a text means. rest: what is left to search for, as search.query.parse takes it; the text itself,
    unchanged, where nothing was understood. readings: in the order of the text."""

    rest: str
    readings: tuple[Reading, ...] = ()

    @property
    def filters(self) -> tuple[Filter, ...]:
        return tuple(reading.meaning for reading in self.readings if isinstance(reading.meaning, Filter))

    @property
    def sort(self) -> str:
        """A key of search.schema.SORTS, "" where none was asked for."""
        return next((reading.meaning.sort for reading in self.readings if isinstance(reading.meaning, Order)), "")


def interpret(
    text: str, today: date, without: Set[str] = frozenset(), as_words: Set[str] = frozenset()
) -> Interpretation:
    """What `text` means to someone who asks for it `today`.

    without: keys of readings that do not count, nor do their words: the search becomes wider. as_words: keys
    of readings that are taken back, so that their words are searched for; EVERYTHING leaves the text as it is.
    A text with quotes, brackets, a field, an operator or a sign is left as it is, and so is one that is
    longer than a query can be.

    >>> found = interpret("buku anak tentang gempa setelah 2015", date(2026, 8, 1))
    >>> found.rest, [(one.field, *one.values) for one in found.filters]
    ('gempa', [('audience', 'children'), ('year', '2016..')])
    """
    if EVERYTHING in as_words or service(text):  # "bolehkah saya pinjam buku" asks for no book
        return Interpretation(text)
    understood = _understood(text, today.year)
    if understood is None:
        return Interpretation(text)
    # A text that reads otherwise the second time was no request as we know them.
    if _understood(understood.rest(), today.year) is not None:
        return Interpretation(text)
    return understood.interpretation(without, as_words)


@dataclass(slots=True)
class _Part:
    kind: Kind
    spans: list[tuple[int, int]]  # of words
    meaning: Meaning
    key: str = ""


class _Understood:
    """A text with its request: what it says in all, whatever is taken back of it afterwards."""

    def __init__(self, text: Text, request: Request, book: Phrasebook) -> None:
        self._text, self._book = text, book
        self._cut = list(request.cut)
        self._parts = _parts(request, text)

    def __bool__(self) -> bool:
        return bool(self._parts or self._cut)

    def rest(self, without: Set[str] = frozenset(), as_words: Set[str] = frozenset()) -> str:
        text = self._text
        gone = [False] * len(text)
        said = [span for part in self._parts if part.key not in as_words for span in part.spans]
        for start, end in (*self._cut, *said):
            gone[start:end] = [True] * (end - start)
        for part in self._parts:
            for start, end in part.spans if part.key in as_words else ():
                gone[start:end] = [False] * (end - start)
        for start, _ in said:  # "laut dan [berbahasa Inggris]"
            while (
                start
                and not gone[start - 1]
                and text.words[start - 1] in self._book.connectives
                and text.whole(start - 1, start)
            ):
                start -= 1
                gone[start] = True
        cut = {place for i, out in enumerate(gone) if out for place in range(text.chunk[i], text.last[i] + 1)}
        left = " ".join(text.raw[start:end] for place, (start, end) in enumerate(text.chunks) if place not in cut)
        added = [
            _clause(part.meaning)
            for part in self._parts
            if isinstance(part.meaning, Words) and part.key not in without | as_words
        ]
        return " ".join(filter(None, (left.strip(_EDGES), *added)))

    def interpretation(self, without: Set[str], as_words: Set[str]) -> Interpretation:
        text = self._text
        readings = [
            Reading(
                part.kind,
                part.key,
                tuple((text.starts[s], text.ends[e - 1]) for s, e in sorted(part.spans)),
                part.meaning,
            )
            for part in self._parts
            if part.key not in without | as_words
        ]
        return Interpretation(self.rest(without, as_words), tuple(sorted(readings, key=lambda reading: reading.spans)))


def _understood(text: str, this_year: int) -> _Understood | None:
    if len(text) > MAX_CHARACTERS or _EXPLICIT.search(with_our_signs(text)):
        return None
    book = phrasebook()
    if _OPERATORS.search(text) and not text.isupper():
        return None
    words = Text(text)
    if not words.words or len(words) > MAX_TERMS:
        return None
    request = read(words, Found(words, book, this_year), book)
    understood = _Understood(words, request, book) if request else None
    if not understood or len(understood.rest()) > MAX_CHARACTERS:
        return None
    return understood


def _parts(request: Request, text: Text) -> list[_Part]:
    """The parts of a request in the order of the text; what says the same twice is one."""
    found: list[_Part] = []
    if request.thing:
        meaning, span = request.thing
        found.append(_Part("format", [span], meaning))
    if request.online:
        found.append(_Part("access", [request.online], Filter("access", ("online", "fulltext"))))
    found += [_Part(one.rule.kind, [(one.start, one.end)], one.meaning) for one in request.taken]
    wanted = {
        (part.meaning.field, value) for part in found if _is_wanted(part.meaning) for value in part.meaning.values
    }
    found = [_without_wanted(part, wanted, text) for part in found]
    kept: list[_Part] = []
    for part in sorted(found, key=lambda part: part.spans):
        same = next((other for other in kept if _joined(other, part)), None)
        if same is None and not any(_contradicts(other, part) for other in kept):
            kept.append(part)
    counts: dict[str, int] = {}
    for part in kept:
        counts[part.kind] = number = counts.get(part.kind, 0) + 1
        part.key = part.kind if number == 1 else f"{part.kind}.{number}"
    return kept


def _is_wanted(meaning: Meaning) -> TypeGuard[Filter]:
    return isinstance(meaning, Filter) and not meaning.negated


def _without_wanted(part: _Part, wanted: Set[tuple[str, str]], text: Text) -> _Part:
    """What is not wanted without what is: of "artikel bukan jurnal" no articles; as words where nothing else is left."""
    meaning = part.meaning
    if not isinstance(meaning, Filter) or not meaning.negated:
        return part
    left = tuple(value for value in meaning.values if (meaning.field, value) not in wanted)
    if meaning.field == "access" and ("format", "ebook") in wanted:
        left = ()  # all that is an e-book can be read online
    if left == meaning.values:
        return part
    if left:
        return _Part(part.kind, part.spans, replace(meaning, values=left))
    (start, end) = part.spans[0]
    return _Part("unwanted", part.spans, Words((text.said(start + 1, end).strip(_EDGES),)))


def _joined(one: _Part, other: _Part) -> bool:
    """Add `other` to `one` where they say the same, or where two spans of years have years in common."""
    if one.meaning != other.meaning:
        if one.kind != "year" or other.kind != "year":
            return False
        years = _common_years(one.meaning, other.meaning)
        if years is None:
            return False
        one.meaning = years
    one.spans += other.spans
    return True


def _common_years(one: Meaning, other: Meaning) -> Filter | None:
    """ "setelah 2010 sebelum 2015": 2011..2014."""
    if not isinstance(one, Filter) or not isinstance(other, Filter) or one.negated or other.negated:
        return None
    bounds = [year_range(value) for value in (*one.values, *other.values)]
    first = max(bound[0] for bound in bounds if bound)
    last = min(bound[1] for bound in bounds if bound)
    if first > last:
        return None
    open_start, open_end = first == 0, last == 9999
    if first == last:
        return Filter("year", (str(first),))
    return Filter("year", (f"{'' if open_start else first}..{'' if open_end else last}",))


def _contradicts(one: _Part, other: _Part) -> bool:
    """Two filters on one field would be either of them, two orders none: the first counts. What is not wanted may be more."""
    if isinstance(one.meaning, Order) and isinstance(other.meaning, Order):
        return True
    return (
        isinstance(one.meaning, Filter)
        and isinstance(other.meaning, Filter)
        and one.meaning.field == other.meaning.field
        and not one.meaning.negated
        and not other.meaning.negated
    )


def _clause(words: Words) -> str:
    if words.field is None:
        return " ".join(f'-"{phrase}"' if " " in phrase else f"-{phrase}" for phrase in words.words)
    if words.negated:
        return f'-{_FIELD_WORDS[words.field]}:"{" ".join(words.words)}"'
    # Word by word: the catalogue has "Toer, Pramoedya Ananta".
    return " ".join(f"{_FIELD_WORDS[words.field]}:{word}" for word in words.words)
