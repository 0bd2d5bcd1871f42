"""Constructions of the tables found in a text, and what each becomes: a filter, words of the search, an order."""

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from search.analysis import GIVEN_NAMES, HONORIFICS, is_initials, is_stop_word
from search.query import Filter
from search.reading.phrases import Match, Phrasebook, Rule
from search.reading.spans import Years, year
from search.reading.text import Text

# A name or an unwanted subject of more words is a sentence that was not understood.
MAX_NAME_WORDS: Final = 5
MAX_UNWANTED_WORDS: Final = 3
# "The last 50 years" are what a book is about.
MOST_LAST_YEARS: Final = 30
# A year may be announced before it comes: the mapping reads years up to two from now, so does this.
YEARS_AHEAD: Final = 2
_ACCESS: Final = {"online": ("online", "fulltext"), "fulltext": ("fulltext",)}
_ALTERNATIVES: Final = frozenset(("dan", "atau", "and", "or", "maupun"))
_EDGES: Final = ".,;:?!"
# Degrees behind a name, which a catalogue leaves out; one of few letters without points may be a name ("Se", "Mm").
_DEGREE: Final = re.compile(
    r"(?:[SM]\.[A-Z]{1,4}(?:\.[A-Z]{1,3})?|A\.Md|Ph\.?D|[SM](?:Pd|Si|Hum|Kom|Sos|Ag|Kes))\.?,?", re.IGNORECASE
)
# Behind a comma these are degrees without points, too: "Kasmir, SE., MM".
_DEGREE_APART: Final = re.compile(r"(?:S[EHPT]|M[AHMPT]|MBA|Lc|Ak|Ns)\.?,?")
# "bukan ebook", "not theses".
_NOT_THESE: Final = Rule("format")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the search: in one field, or unwanted anywhere. Several unwanted words in one are a phrase.

    negated: of a field, in which they must not stand one after the other.
    """

    words: tuple[str, ...]
    field: str | None = None
    negated: bool = False

    @property
    def unwanted(self) -> bool:
        return self.field is None


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the results, a key of search.schema.SORTS; there is none that is not wanted."""

    sort: str
    negated: ClassVar[bool] = False


Meaning = Filter | Words | Order


@dataclass(frozen=True, slots=True)
class Construction:
    """A construction in a text, from word `start` to before word `end`.

    titled: it has a capital where a sentence has none, so it may be part of a title.
    """

    rule: Rule
    start: int
    end: int
    meaning: Meaning
    titled: bool

    @property
    def negated(self) -> bool:
        return self.meaning.negated


class Found:
    """What stands in a text: all constructions by the word they begin with, words for "about", a closing.

    An end is told from right to left: a construction is complete only where the text ends or is parted, or
    something else that is understood begins. "untuk anak" is one in "buku untuk anak", not in "untuk anak autis".
    """

    def __init__(self, text: Text, book: Phrasebook, this_year: int) -> None:
        self._text, self._book, self._this_year = text, book, this_year
        size = len(text)
        self.about = [0] * (size + 1)  # where the word for "about" that begins here ends, or 0
        self.closing = [False] * size + [True]  # nothing but politeness, or what it is for, from here on
        self.beside: list[Construction | None] = [None] * (size + 1)  # right after a thing
        self.within: list[Construction | None] = [None] * (size + 1)
        self.before: list[Construction | None] = [None] * (size + 1)  # right before one
        for i in range(size - 1, -1, -1):
            self._look_at(i)

    def _look_at(self, i: int) -> None:
        text, book = self._text, self._book
        if (about := book.about.longest(text, i)) is not None:
            self.about[i] = about.end
        self.closing[i] = any(
            self.closing[match.end] for match in (*book.closings.at(text, i), *book.purposes.at(text, i))
        )
        if i + 1 < len(text) and not text.parted[i + 1]:
            if text.words[i] in book.negators:
                self._negate(i)
            elif text.words[i] in book.connectives and text.words[i + 1] in book.negators:
                self._contrast(i)
        for match in sorted(book.constructions.at(text, i), key=_longest_first):
            rule = match.value
            free = [place for place in self._places(rule) if place[i] is None]
            if free and (made := self._complete(i, match)) is not None:
                for place in free:
                    place[i] = made

    def _negate(self, i: int) -> None:
        """What begins after word i, which says "not", is meant as what is not wanted: "bukan untuk anak", "not ebooks"."""
        for place in (self.beside, self.within, self.before):
            one = place[i + 1]
            if one is None or one.rule.kind == "unwanted" or isinstance(one.meaning, Order):
                continue
            if self._text.whole(i, one.end):
                place[i] = replace(one, start=i, meaning=replace(one.meaning, negated=not one.meaning.negated))
        thing = self._book.things.longest(self._text, i + 1)
        if self.within[i] is not None or thing is None or thing.value.filter is None:
            return
        if self._text.whole(i, thing.end) and self.ends_at(thing.end):
            self.within[i] = Construction(_NOT_THESE, i, thing.end, replace(thing.value.filter, negated=True), False)

    def _contrast(self, i: int) -> None:
        """ "tapi bukan untuk anak": what is not wanted begins with the word before the one for "not"."""
        for place in (self.beside, self.within):
            one = place[i + 1]
            if one is not None and one.negated and self._text.whole(i, one.end):
                place[i] = replace(one, start=i)

    def _places(self, rule: Rule) -> tuple[list[Construction | None], ...]:
        match rule.place:
            case "before":
                return (self.before,)
            case "after":
                return (self.beside,)
            case "dated":
                return (self.beside, self.within)
            case _:
                return (self.within,)

    def _complete(self, i: int, match: Match[Rule]) -> Construction | None:
        """The construction of a match, if it ends where something ends and means something."""
        text, rule = self._text, match.value
        if rule.place == "comma" and "," not in text.between(i):
            return None
        if rule.value == "until" and i and year(text.words[i - 1]):
            return None  # "2015 sampai 2018"
        if text.doubled(i) and text.words[i] in self._book.guards["not_doubled"]:
            return None  # "oleh-oleh" is no "oleh"
        joined = i and not text.parted[i] and text.words[i - 1] in self._book.connectives
        if rule.kind == "person" and rule.sure and joined:
            return None  # "hidup dan karya Hamka" is about him
        end = match.end if match.open < 0 else self._open_end(match.open, rule)
        # A name ends by itself, and before a thing there is the thing.
        ends = match.open >= 0 or rule.runs_on or rule.place == "before"
        if not end or not text.whole(i, end) or not (ends or self._ends(end, rule)):
            return None
        meaning = self._meaning(match, end)
        if meaning is None:
            return None
        if match.open >= 0 and rule.kind == "person":
            end = self._past_degrees(end)
        literal = range(i, match.open if match.open >= 0 else end)
        names = self._book.languages
        titled = any(text.capital[k] and k and not text.parted[k] and text.words[k] not in names for k in literal)
        return Construction(rule, i, end, meaning, titled)

    def ends_at(self, i: int) -> bool:
        """Whether the text ends or is parted before word i, or something that is understood begins there."""
        text = self._text
        if self.closing[i] or text.parted[i] or self.within[i] is not None or self.about[i]:
            return True
        return text.words[i] in self._book.connectives and self.within[i + 1] is not None

    def _ends(self, i: int, rule: Rule) -> bool:
        if self.ends_at(i) or (rule.place in ("after", "dated") and self.beside[i] is not None):
            return True
        goes_on = rule.kind in ("year", "language", "access") and rule.place != "after"
        return goes_on and self._text.words[i] in self._book.goes_on

    def _open_end(self, start: int, rule: Rule) -> int:
        """Where a name or an unwanted subject that begins with word `start` ends, 0 if it runs too far."""
        for end in range(start + 1, min(start + MAX_NAME_WORDS, len(self._text)) + 1):
            if self.ends_at(end) or (rule.kind != "unwanted" and self.bare_year(end) is not None):
                return end
        return 0

    def _past_degrees(self, i: int) -> int:
        """Where the degrees behind a name end that ends before word i: "Sugiyono, S.Pd., M.Pd", "Kasmir, SE., MM"."""
        text = self._text
        while i < len(text):
            start, end = text.chunks[text.chunk[i]]
            said = text.raw[start:end]
            if not _DEGREE.fullmatch(said) and not (text.parted[i] and _DEGREE_APART.fullmatch(said)):
                break
            i = next((k for k in range(i, len(text)) if text.starts[k] >= end), len(text))
        return i

    def bare_year(self, i: int) -> Construction | None:
        """The year that stands at word i, as in "terbitan Gramedia 2015"."""
        one = self.beside[i]
        return one if one is not None and one.rule.kind == "year" and one.rule.place == "after" else None

    def _meaning(self, match: Match[Rule], end: int) -> Meaning | None:
        rule, filled = match.value, match.filled
        match rule.kind:
            case "audience":
                return Filter("audience", filled, negated=rule.opposite)
            case "language":
                return Filter("language", filled)
            case "original":
                return Filter("language_original", filled)
            case "format":
                return Filter("format", (rule.value,)) if rule.value else filled
            case "access":
                return Filter("access", _ACCESS[rule.value])
            case "year":
                years = self._years(rule.value, filled)
                return Filter("year", (years,)) if years else None
            case "person":
                return self._name(match.open, end, "contributor", rule.place == "capital")
            case "publisher":
                return self._name(match.open, end, "publisher", False)
            case "unwanted":
                return self._unwanted(match.open, end)
            case "sort":
                return Order(rule.value)

    def _years(self, sense: str, filled: Years | int | None) -> str:
        """A span of years as a filter has it, "" for none that can be."""
        now = self._this_year
        if sense == "this":
            return str(now)
        if sense == "previous":
            return str(now - 1)
        if sense == "last ten":
            return f"{now - 10}.."
        if isinstance(filled, int):
            if filled > MOST_LAST_YEARS:
                return ""
            # "5 tahun terakhir" in 2026 is 2021 and later, as in the year facet that Blacklight ships ("within 5
            # years"): five whole years, and what has appeared of this one.
            return f"{now - filled}.."
        first, last = filled or (0, 0)
        if last > now + YEARS_AHEAD:
            return ""
        spans = {"after": f"{first + 1}..", "since": f"{first}..", "before": f"..{first - 1}", "until": f"..{first}"}
        return spans.get(sense) or (f"{first}..{last}" if first < last else str(first))

    def _name(self, start: int, end: int, field: str, in_capitals: bool) -> Words | None:
        text, guards = self._text, self._book.guards
        start = self._past_honorifics(start, end)
        not_names = guards["not_names" if field == "contributor" else "not_publishers"]
        for k in range(start + self._is_name_too(start, end), end):
            initial = len(text.words[k]) == 1 and text.raw[text.starts[k]].isupper()
            if not initial and (text.words[k] in not_names or not text.words[k].isalpha()):
                return None
            if in_capitals and not (initial or text.capital[k]):
                return None
        if in_capitals and end - start < 2:
            return None
        said = text.said(start, end).split()
        while len(said) > 1 and _DEGREE.fullmatch(said[-1]):
            said.pop()
        return Words(tuple(filter(None, map(_bare, said))), field)

    def _past_honorifics(self, start: int, end: int) -> int:
        """Where the name begins: "Quraish Shihab" of "Ustadz Quraish Shihab", "Sukarno" of "Ir. Sukarno", but "Gus Dur" whole: who is
        called by one word is called so with its honorific."""
        words, name = self._text.words, start
        while name + 1 < end and words[name] in HONORIFICS:
            name += 1
        called = start < name == end - 1 and not is_stop_word(words[name - 1])
        return name - 1 if called else name

    def _is_name_too(self, start: int, end: int) -> bool:
        """Whether a name begins with a word of grammar: "buku karya Dan Brown", "novel karya dan brown", but not "kehidupan, karya
        dan pemikiran Hamka" or "novel, karya dan kritik"."""
        text, book = self._text, self._book
        if start + 1 >= end or text.words[start] not in GIVEN_NAMES:
            return False
        if text.capital[start] and not text.capital[start - 1]:
            return True
        thing = book.things.longest(text, start - 2) if start > 1 and not text.parted[start - 1] else None
        return thing is not None and thing.value.literary and thing.end == start - 1

    def _unwanted(self, start: int, end: int) -> Words | None:
        text = self._text
        if text.words[start] in self._book.guards["not_unwanted"]:
            return None
        phrases: list[str] = []
        first = start
        for k in range(start, end + 1):
            if k < end and text.words[k] not in _ALTERNATIVES:
                continue
            if not first < k <= first + MAX_UNWANTED_WORDS:
                return None
            phrases.append(" ".join(text.said(first, k).split()).strip(_EDGES))
            first = k + 1
        return Words(tuple(phrases))


def _bare(piece: str) -> str:
    """A piece of a name without the signs around it; "H." stays the initial that it is."""
    bare = piece.strip(_EDGES)
    return f"{bare}." if len(bare) == 1 and is_initials(piece[:2]) else bare


def _longest_first(match: Match[Rule]) -> tuple[int, bool]:
    """What counts only beside some things comes after what is as long and counts anywhere."""
    return -match.end if match.open < 0 else -match.open, match.value.place == "dated"
