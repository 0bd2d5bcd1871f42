"""A search text as a patron means it: plain language read first, what is left of it read as a query."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import TypeGuard

from search.query import Filter, Query, known_filters
from search.query_language import kept_text, parse
from search.reading.constructions import Meaning, Order, Words
from search.reading.interpretation import EVERYTHING, Interpretation, Reading, interpret
from search.schema import SORTS


@dataclass(frozen=True, slots=True)
class Understanding:
    """What is searched for, and what was read from the text.

    query: its `text` is what was typed. today: the day it was read for. subject: the words of the text in which
    nothing was read. overruled: keys of readings that do not count, because a filter of
    their field or an order was chosen outright, or because of what was found.
    """

    query: Query
    interpretation: Interpretation
    today: date
    subject: str
    overruled: frozenset[str] = frozenset()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Those that count, in the order of the text."""
        return tuple(one for one in self.interpretation.readings if one.key not in self.overruled)

    @property
    def words(self) -> str:
        """The text that is searched for: the subject, and names and unwanted words in the query language."""
        return self.interpretation.rest

    def about(self, field: str) -> Reading | None:
        """The reading of what is wanted in `field`, whether it counts or not."""
        return next((one for one in self.interpretation.readings if _filters(one, field)), None)

    @property
    def order(self) -> Reading | None:
        """The reading that is an order, whether it counts or not."""
        return next((one for one in self.interpretation.readings if isinstance(one.meaning, Order)), None)

    def as_searched(self, query: Query) -> "Understanding":
        """The same where `query` was searched for in the end: what was read as a name does not count if it was looked for
        anywhere, as nobody is called "ibu hamil" (search.implied.with_names_anywhere).
        """
        asked = {clause.field for clause in query.wanted}
        names = {
            one.key: one.meaning.words
            for one in self.readings
            if _is_name(one.meaning) and one.meaning.field not in asked
        }
        subject = " ".join(filter(None, (self.subject, *chain.from_iterable(names.values()))))
        return replace(self, subject=subject, overruled=self.overruled | names.keys())


def understand(
    text: str,
    filters: Iterable[Filter],
    sort: str,
    today: date,
    *,
    without: Set[str] = frozenset(),
    as_words: Set[str] = frozenset(),
    within: str | None = None,
) -> Understanding:
    """What `text` asks for `today`, under the filters and in the order that were chosen beside it.

    within: the field that was chosen for its words. Who says where to look means the words as they stand, so nothing
    is read from them then.

    A chosen filter takes the place of one read from the text in the same field, and so does a chosen order: what
    was chosen is surer than what was read. So a facet value gives the count that was shown, which was counted
    without the filters of its field wherever they came from. without, as_words: as in
    search.reading.interpretation.interpret.
    """
    as_words = frozenset((EVERYTHING,)) if within else as_words
    read = interpret(text, today, without, as_words)
    chosen = known_filters(filters)
    fields = {one.field for one in chosen if not one.negated}
    overruled = frozenset(
        reading.key
        for reading in read.readings
        if (isinstance(reading.meaning, Filter) and reading.meaning.field in fields)
        or (sort in SORTS and isinstance(reading.meaning, Order))
    )
    added = [one for one in read.filters if one.field not in fields]
    query = parse(read.rest, (*chosen, *added), sort if sort in SORTS else read.sort, within)
    if read.rest != text:
        query = replace(query, text=kept_text(text))
    said = {reading.key for reading in read.readings if isinstance(reading.meaning, Words)}
    subject = interpret(text, today, without | said, as_words).rest if said else read.rest
    return Understanding(query, read, today, subject, overruled)


def is_read(text: str, today: date) -> bool:
    """Whether anything is read from `text` that `search.query_language.parse` alone would not."""
    return interpret(text, today).rest != text


def _is_name(meaning: Meaning) -> TypeGuard[Words]:
    return isinstance(meaning, Words) and not (meaning.unwanted or meaning.negated)


def _filters(reading: Reading, field: str) -> bool:
    return isinstance(reading.meaning, Filter) and reading.meaning.field == field and not reading.meaning.negated
