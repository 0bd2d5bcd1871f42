"""What is asked, as values: clauses and groups of them, chosen filters, the order of results.

`search.query_language` reads a search box into these, and prints them again.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from search import analysis
from search.schema import BY_NAME, RELEVANCE

MAX_FILTERS: Final = 16
MAX_FILTER_CHARACTERS: Final = 500

Mode = Literal["hybrid", "keyword", "semantic"]
MODES: Final[tuple[Mode, ...]] = ("hybrid", "keyword", "semantic")

# Names a clause may be asked in beside those of search.schema: the pages of e-books; all else of a record; any number or code;
# the id of a document, or of a record that was joined into it.
BODY: Final = "pages"
RECORD: Final = "record"
IDENTIFIER: Final = "identifier"
ID: Final = "id"

# All documents count as holding a word.
ANYWAY: Final = "*"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Words, folded, that mean the same in the other language; together they count `weight` (0..1) of the clause's own.

    heading: they must stand in a title or heading. of_name: another name of the same person, or the letters that it is
    abbreviated to, which tell nothing but in names.
    """

    words: tuple[str, ...]
    weight: float
    heading: bool = False
    of_name: bool = False

    @property
    def initials(self) -> bool:
        return self.of_name and all(len(word) == 1 for word in self.words)

    @property
    def telling(self) -> tuple[str, ...]:
        """The words that tell something by themselves: of "J. K. Rowling" no letter does."""
        return tuple(word for word in self.words if len(word) > 1) if self.of_name else self.words


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: a word or a phrase, in one field or anywhere, wanted or unwanted.

    field: of search.schema, BODY, RECORD, IDENTIFIER, ID, or None for anywhere. prefix: the word was written with a closing `*`.
    others: what may stand in for it (search.bilingual). implied_in: code of a language, a year, or ANYWAY; documents in it, of it,
    or all, count as holding the word (search.implied).
    """

    text: str
    field: str | None = None
    phrase: bool = False
    negated: bool = False
    prefix: bool = False
    others: tuple[Alternative, ...] = ()
    implied_in: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that belong together: any of them is enough when `either`, else all are needed."""

    parts: "tuple[Part, ...]"
    either: bool = False
    negated: bool = False


Part = Clause | Group


@dataclass(frozen=True, slots=True)
class Filter:
    """A chosen facet: the document has at least one of `values` in `field`.

    A value of a "year" field is "2014" or a closed range "2010..2019"; an open end is left out ("2010..").
    negated: the document has none of them.
    """

    field: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A search: its text, the parts read from it (all of them asked for), chosen filters and the order of results.

    shortened: the text was cut at a limit. plain: its signs made no sense together, so it was read as
    words. wordless: the words select nothing by themselves; only documents that a caller adds (`also`)
    are results, as in a search by meaning alone. loose: some of the words are enough, because nothing
    holds them all. within: the field that words without a field were read for, None for anywhere.
    """

    text: str = ""
    parts: tuple[Part, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: str = RELEVANCE
    shortened: bool = False
    plain: bool = False
    wordless: bool = False
    loose: bool = False
    within: str | None = None

    def without_filters(self) -> "Query":
        return replace(self, filters=())

    def without_words(self) -> "Query":
        return replace(self, text="", parts=(), wordless=False)

    def lifting(self, field: str) -> "Query":
        """The same search without what was chosen in `field`: what its siblings are counted against.

        Values that are kept out stay so; none of them is a sibling.
        """
        return replace(self, filters=tuple(f for f in self.filters if f.negated or f.field != field))

    def without(self, filter: Filter) -> "Query":
        """The same search without one of its filters."""
        return replace(self, filters=tuple(f for f in self.filters if f != filter))

    @property
    def chosen(self) -> dict[str, Filter]:
        """By field, the filters of values that documents must have."""
        return {filter.field: filter for filter in self.filters if not filter.negated}

    def by_meaning_only(self) -> "Query":
        return replace(self, wordless=True)

    def loosened(self) -> "Query":
        # Where some words are enough, none may be had for nothing.
        return replace(self.demanding()._changing(lambda clause: replace(clause, implied_in=None)), loose=True)

    def demanding(self) -> "Query":
        """The same search without the words that all documents count as holding."""
        return self.keeping(lambda clause: clause.implied_in != ANYWAY)

    def translated_in_headings(self, *, only: bool) -> "Query":
        """The same search; what stands in for its words must stand in titles and headings, or may stand anywhere."""

        def placed(clause: Clause) -> Clause:
            return replace(
                clause,
                others=tuple(
                    # "IT" is "it" elsewhere
                    one if one.of_name else replace(one, heading=only or all(map(analysis.is_stop_word, one.words)))
                    for one in clause.others
                ),
            )

        return self._changing(placed)

    def as_typed(self) -> "Query":
        """The same search without what may stand in for its words."""
        return self._changing(lambda clause: replace(clause, others=(), implied_in=None))

    def _changing(self, change: Callable[[Clause], Clause]) -> "Query":
        """The same search with each clause, also of groups, as `change` makes it."""
        return replace(self, parts=tuple(_changed(self.parts, change)))

    def keeping(self, wish: Callable[[Clause], bool]) -> "Query":
        """The same search with only the clauses that `wish` keeps; groups left empty go."""
        return replace(self, parts=tuple(_kept(self.parts, wish)))

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause in order; `negated` says whether a document that holds it is kept out, groups considered."""
        return tuple(_leaves(self.parts))

    @property
    def wanted(self) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if not clause.negated)

    @property
    def strict(self) -> bool:
        """The text uses a phrase, a field or an unwanted word, so nothing may be added that lacks them."""
        return any(c.phrase or c.negated or c.field for c in self.clauses)

    @property
    def grouped(self) -> bool:
        """The text uses AND, OR or parentheses."""
        return any(isinstance(part, Group) for part in self.parts)


def _leaves(parts: Iterable[Part], negated: bool = False) -> Iterator[Clause]:
    # No deeper than a query is read (search.query_language.MAX_DEPTH).
    for part in parts:
        if isinstance(part, Group):
            yield from _leaves(part.parts, negated != part.negated)
        else:
            yield replace(part, negated=not part.negated) if negated else part


def _changed(parts: Iterable[Part], change: Callable[[Clause], Clause]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Group):
            yield replace(part, parts=tuple(_changed(part.parts, change)))
        else:
            yield change(part)


def _kept(parts: Iterable[Part], wish: Callable[[Clause], bool]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Group):
            left = tuple(_kept(part.parts, wish))
            if left:
                yield replace(part, parts=left)
        elif wish(part):
            yield part


def words_of(clauses: Iterable[Clause]) -> Iterator[str]:
    """The words of some clauses, folded, in their order."""
    return (word for clause in clauses for word in analysis.plain_words(clause.text))


def known_filters(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """`filters` merged by field and put in order, without unknown fields, empty or oversized values.

    In a field, what is chosen stands before what is kept out.
    """
    merged: dict[tuple[str, bool], dict[str, None]] = {}
    for chosen in filters:
        known = BY_NAME.get(chosen.field)
        if known is None or not known.filterable:
            continue
        for value in chosen.values:
            if value and len(value) <= MAX_FILTER_CHARACTERS and (known.kind != "year" or year_range(value)):
                merged.setdefault((chosen.field, chosen.negated), {})[value] = None
    kept = [
        Filter(field, tuple(sorted(values)[:MAX_FILTERS]), negated)
        for (field, negated), values in sorted(merged.items(), key=lambda item: item[0])
    ]
    return tuple(kept[:MAX_FILTERS])


_YEARS = re.compile(r"(\d{1,4})?(\.\.)?(\d{1,4})?", re.ASCII)


def year_range(value: str) -> tuple[int, int] | None:
    """First and last year a filter value means, both included; None when it is not one.

    >>> year_range("2014"), year_range("2010..2019"), year_range("2010.."), year_range("x")
    ((2014, 2014), (2010, 2019), (2010, 9999), None)
    """
    match = _YEARS.fullmatch(value)
    if match is None or not (match[1] or match[3]):
        return None
    if match[2] is None:
        return (int(match[1]), int(match[1])) if match[1] and not match[3] else None
    return int(match[1] or 0), int(match[3] or 9999)
