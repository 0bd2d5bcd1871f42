"""The tables of words and constructions (id.toml, en.toml), made ready to be found in a text.

All phrases of one sort are one tree of words: finding them takes a step a word, whatever their number.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

from search import analysis
from search.query import Filter
from search.reading import spans
from search.reading.text import Text

LANGUAGES: Final = ("id", "en")

Kind = Literal[
    "audience", "language", "original", "format", "access", "year", "person", "publisher", "unwanted", "sort"
]
# Where a construction counts: anywhere; right before or after the thing asked for; at the end of what is
# said; beside the thing, or at the end where things of its kind are known by their year; where what
# follows has capitals; after a comma.
Place = Literal["anywhere", "before", "after", "end", "dated", "capital", "comma"]
Bare = Literal["yes", "beside", "no", "opened"]
Opening = Literal["openings", "writing_openings", "half_openings", "online_openings"]

T = TypeVar("T")
# What a place in a phrase may be filled with, from word i on: (end, value), the longest first.
Filling = Callable[[Text, int], Iterable[tuple[int, Any]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A construction as the tables have it.

    sure: read in any text, others only in one that asks for something. full: read only after an opening or
    a thing with "tentang". runs_on: more may follow. opposite: what fills its place is not wanted.
    """

    kind: Kind
    value: str = ""
    place: Place = "anywhere"
    sure: bool = False
    full: bool = False
    runs_on: bool = False
    opposite: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """What a request asks for, "buku" or "skripsi".

    genre: its word is searched for. literary: it has authors of a country, so "Japanese" is not its language.
    bare: see id.toml. dated: it is known by its year, as a thesis is.
    """

    filter: Filter | None = None
    genre: bool = False
    literary: bool = False
    bare: Bare = "yes"
    dated: bool = False


class Match(NamedTuple, Generic[T]):
    """A phrase found: where it ends, what it means, what filled its place, and where an open place begins (or -1)."""

    end: int
    value: T
    filled: Any = None
    open: int = -1


class _Node(Generic[T]):
    __slots__ = ("ends", "open", "slots", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node[T]] = {}
        self.slots: dict[str, _Node[T]] = {}
        self.ends: list[T] = []
        self.open: list[T] = []


class Phrases(Generic[T]):
    """Phrases and what each means."""

    def __init__(self, fillings: Mapping[str, Filling] | None = None) -> None:
        self._root: _Node[T] = _Node()
        self._fillings = fillings or {}

    def add(self, notation: str, value: T) -> None:
        """Add what a notation of the tables stands for, in each of its forms."""
        for form in _forms(notation):
            node = self._root
            for word in form:
                if word in ("<name>", "<unwanted>"):
                    node.open.append(value)
                    break
                onward = node.slots if word[0] == "<" else node.words
                node = onward.setdefault(word, _Node())
            else:
                node.ends.append(value)

    def starts(self) -> frozenset[str]:
        """First words of phrases; places at their beginning are not among them."""
        return frozenset(self._root.words)

    def at(self, text: Text, i: int) -> list[Match[T]]:
        """All phrases that begin with word i."""
        root = self._root
        if text.words[i] not in root.words and not root.slots:
            return []
        found: list[Match[T]] = []
        ahead: list[tuple[int, _Node[T], Any]] = [(i, root, None)]
        while ahead:
            k, node, filled = ahead.pop()
            found += [Match(k, value, filled) for value in node.ends]
            if k == len(text.words) or (k > i and text.parted[k]):
                continue
            found += [Match(k, value, filled, k) for value in node.open]
            if (onward := node.words.get(text.words[k])) is not None:
                ahead.append((k + 1, onward, filled))
            for name, onward in node.slots.items():
                ahead += [(end, onward, value) for end, value in self._fillings[name](text, k)]
        return found

    def longest(self, text: Text, i: int) -> Match[T] | None:
        """The longest phrase that begins with word i."""
        return max(self.at(text, i), key=lambda match: match.end, default=None) if i < len(text.words) else None


def _forms(notation: str) -> Iterator[tuple[str, ...]]:
    """Each form of a notation, as folded words and places.

    >>> list(_forms("di_atas|setelah [tahun] <year>"))[:2]
    [('di', 'atas', 'tahun', '<year>'), ('di', 'atas', '<year>')]
    """
    forms: list[tuple[str, ...]] = [()]
    for item, optional in _items(notation):
        ways = [way for part in item for way in (_folded(part),)]
        forms = [form + way for form in forms for way in (*ways, *([()] if optional else []))]
    yield from forms


def _items(notation: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The words of a notation in order, each with its alternatives, and whether it may be missing.

    Several words in one pair of brackets are missing together: they become one of the alternatives.
    """
    for number, piece in enumerate(notation.replace("]", "[").split("[")):
        if number % 2 == 0:
            for item in piece.split():
                yield tuple(item.split("|")), False
        elif piece.strip():
            ways: list[tuple[str, ...]] = [()]
            for item in piece.split():
                ways = [(*way, part) for way in ways for part in item.split("|")]
            yield tuple("_".join(way) for way in ways), True


def _folded(part: str) -> tuple[str, ...]:
    if part.startswith("<") and part.endswith(">"):
        return (part,)
    return tuple(
        word
        for piece in part.split("_")
        for word in ((piece,) if piece.startswith("<") else tuple(w.text for w in analysis.words(piece)))
    )


@dataclass(frozen=True, slots=True, eq=False)
class Phrasebook:
    """All tables, of both languages."""

    constructions: Phrases[Rule]
    things: Phrases[Thing]
    openings: Phrases[Opening]
    before_things: Phrases[None]
    after_things: Phrases[None]
    about: Phrases[None]
    closings: Phrases[None]
    purposes: Phrases[None]
    authorship_openings: Phrases[None]
    authorship_half_openings: Phrases[None]
    authorship_closings: Phrases[None]
    not_things: Phrases[None]
    after_subject: Phrases[None]
    connectives: frozenset[str]
    goes_on: frozenset[str]
    negators: frozenset[str]
    languages: frozenset[str]
    guards: Mapping[str, frozenset[str]]


@cache
def phrasebook() -> Phrasebook:
    """The tables, read once (some 90 ms)."""
    both = tables()
    audiences = _vocabulary((code, word) for t in both for code, words in t["audience"].items() for word in words)
    languages = _vocabulary((code, word) for t in both for code, words in t["language"].items() for word in words)
    tongues = _vocabulary((code, word) for code, words in both[1]["language"].items() for word in words)
    numbers = _vocabulary((value, word) for t in both for word, value in t["numbers"].items())
    things = _vocabulary((_thing(entry), word) for t in both for entry in t["thing"] for word in entry["words"])
    formats = _vocabulary(
        (_thing(entry).filter, word)
        for t in both
        for entry in t["thing"]
        if "field" in entry
        for word in entry["words"]
    )
    constructions: Phrases[Rule] = Phrases(
        {
            "<year>": spans.years_alone,
            "<years>": lambda text, i: spans.years_from_to(text, i) + spans.years_listed(text, i),
            "<year_to_year>": spans.years_in_words,
            "<year_year>": spans.years_side_by_side,
            "<decade>": spans.decades,
            "<century>": spans.centuries,
            "<number>": lambda text, i: spans.numbers(text, i) or _one(numbers, text, i),
            "<age>": spans.ages,
            "<ages>": spans.ages_from_or_to,
            "<grown_ages>": spans.ages_of_grown_ups,
            "<audience>": lambda text, i: _several(audiences, text, i),
            "<language>": lambda text, i: _several(languages, text, i),
            "<tongue>": lambda text, i: _several(tongues, text, i),
            "<format>": lambda text, i: _one(formats, text, i),
        }
    )
    for table in both:
        for entry in table["construction"]:
            rule = Rule(**{name: value for name, value in entry.items() if name != "say"})
            for notation in entry["say"]:
                constructions.add(notation, rule)
    return Phrasebook(
        constructions=constructions,
        things=things,
        openings=_openings(both),
        before_things=_plain(both, "before_things"),
        after_things=_plain(both, "after_things"),
        about=_plain(both, "about"),
        closings=_plain(both, "closings"),
        purposes=_plain(both, "purposes"),
        authorship_openings=_plain(both, "authorship_openings"),
        authorship_half_openings=_plain(both, "authorship_half_openings"),
        authorship_closings=_plain(both, "authorship_closings"),
        not_things=_vocabulary((None, word) for t in both for word in t["guards"]["not_things"]),
        after_subject=_vocabulary((None, word) for word in both[1]["request"]["after_subject"]),
        connectives=frozenset(word for t in both for word in t["request"]["connectives"]),
        goes_on=frozenset(word for t in both for word in t["request"]["goes_on"]),
        negators=frozenset(word for t in both for word in t["request"]["negators"]),
        languages=languages.starts() | {"bahasa"},
        guards={
            name: frozenset(word for t in both for word in t["guards"][name])
            for name in (
                "not_names",
                "not_publishers",
                "no_titles",
                "questions",
                "studies",
                "eras",
                "of_language",
                "not_unwanted",
                "not_doubled",
            )
        },
    )


@cache
def tables() -> tuple[Mapping[str, Any], ...]:
    """The tables as they stand in their files, Indonesian first."""
    return tuple(_table(language) for language in LANGUAGES)


def _table(language: str) -> Mapping[str, Any]:
    return tomllib.loads((files("search.reading") / f"{language}.toml").read_text(encoding="utf-8"))


def _thing(entry: Mapping[str, Any]) -> Thing:
    chosen = Filter(entry["field"], tuple(entry["values"])) if "field" in entry else None
    return Thing(chosen, **{name: value for name, value in entry.items() if name not in ("field", "values", "words")})


def _vocabulary(entries: Iterable[tuple[T, str]]) -> Phrases[T]:
    made: Phrases[T] = Phrases()
    for value, words in entries:
        made.add(words, value)
    return made


def _plain(tables: Iterable[Mapping[str, Any]], name: str) -> Phrases[None]:
    return _vocabulary((None, words) for table in tables for words in table["request"][name])


def _openings(tables: Iterable[Mapping[str, Any]]) -> Phrases[Opening]:
    names: tuple[Opening, ...] = ("openings", "writing_openings", "half_openings", "online_openings")
    return _vocabulary((name, words) for table in tables for name in names for words in table["request"][name])


_JOINERS: Final = frozenset(("dan", "atau", "and", "or"))
_MOST_TOGETHER: Final = 4


def _one(vocabulary: Phrases[T], text: Text, i: int) -> list[tuple[int, T]]:
    found = vocabulary.longest(text, i)
    return [(found.end, found.value)] if found else []


def _several(vocabulary: Phrases[T], text: Text, i: int) -> list[tuple[int, tuple[T, ...]]]:
    """ "anak", "anak dan remaja", "anak/remaja": the values together."""
    values: list[T] = []
    end = i
    while len(values) < _MOST_TOGETHER and (found := vocabulary.longest(text, end)):
        values.append(found.value)
        end = found.end
        reached = end
        if end < len(text) and text.words[end] in _JOINERS and not text.parted[end]:
            end += 1
        elif end == len(text) or "/" not in text.between(end):
            break
    return [(reached, tuple(dict.fromkeys(values)))] if values else []
