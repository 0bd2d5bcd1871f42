"""What a query selects and how its words count: one rule for every engine, spelled in the engine's dialect.

Queries are built from parts that are nested no deeper than search.query_language reads them. No text of a user reaches an engine's own parser.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, Generic, Literal, Protocol, TypeVar

from search import analysis
from search.coded import codes
from search.document import DocumentId
from search.engines.terms import (
    ANYWHERE,
    BODY_WEIGHT,
    CLOSING,
    KEYS,
    OPENING,
    TEXTS,
    TITLE_BOUNDS,
    clean,
    identifier_keys,
)
from search.errors import QueryRefused
from search.matching import MAX_WORDS, Requirements, requirements
from search.query import (
    ANYWAY,
    BODY,
    ID,
    IDENTIFIER,
    MAX_FILTER_CHARACTERS,
    RECORD,
    Alternative,
    Clause,
    Filter,
    Part,
    Query,
    words_of,
    year_range,
)
from search.schema import BY_NAME
from search.titles import titles_named, titles_with_more
from search.web_addresses import names_of

Weights = Sequence[tuple[str, float]]
Demand = Literal["all", "most", "any"]
DEMANDS: Final[tuple[Demand, ...]] = ("all", "most", "any")

# A stem counts this share of the word as it was written. Of a word found in several fields the best
# counts whole, each other one TIE_BREAKER of itself. Tried 0.5 to 1.0 and 0.1 to 0.8 on CISI and
# IDK-MRC (tests/relevance) when words were looked for field by field; not again since all texts are one.
STEM_SHARE: Final = 0.8
TIE_BREAKER: Final = 0.4
# The title is exactly what was typed; begins with it; holds it word by word. Times BM25 of the phrase.
WHOLE_TITLE, TITLE_BEGINS, TITLE_HOLDS = 8.0, 4.0, 4.0
# The call number is what was typed, or goes on behind it: "813 LIY h" before "813 LIY b".
CALL_NUMBER_HOLDS: Final = 4.0
# A shorter number is a word like any other; a longer one may be somebody's ISBN, DOI or control number.
MIN_IDENTIFIER_CHARACTERS: Final = 5
MIN_PREFIX_CHARACTERS: Final = 2
# Who writes the query language does not type a title.
_ASKED_BY_SIGNS: Final = re.compile(r'[":*]|(?:^|\s)[-(]')
# "978", a country and the beginning of a publisher at least; thirteen digits are a whole one.
_BEGUN_ISBN: Final = re.compile(r"97[89][0-9]{4,9}")
CACHED: Final = 64

EVERYWHERE: Final[Weights] = ((ANYWHERE, 1.0), (BODY, BODY_WEIGHT))
IN_RECORDS: Final[Weights] = ((ANYWHERE, 1.0),)
# Words of a phrase have no places in all texts of a record at once.
_TEXT_BY_TEXT: Final[Weights] = tuple((field.name, field.weight) for field in TEXTS)
_PHRASES: Final = {EVERYWHERE: (*_TEXT_BY_TEXT, (BODY, BODY_WEIGHT)), IN_RECORDS: _TEXT_BY_TEXT}
PAGE_TEXT: Final[Weights] = ((BODY, 1.0),)
# What says what a document is about: where a translation must stand (search.query.Alternative.heading).
HEADINGS: Final[Weights] = tuple(
    (name, BY_NAME[name].weight) for name in ("title", "title_uniform", "title_other", "subject", "genre")
)
# Where the initials of a name tell something: its author's, or who it is about.
_HEADED_BY_NAMES: Final = ("contributor", "subject")
NAMES: Final[Weights] = tuple((name, BY_NAME[name].weight) for name in _HEADED_BY_NAMES)
# `judul:` means any title of the document.
_TOGETHER: Final = {"title": ("title", "title_other")}

Q = TypeVar("Q")


class Dialect(Protocol[Q]):
    """An engine's query objects. Names are those of search.engines.terms; every text is clean.

    weight: what a match's BM25 score is multiplied by.
    """

    def everything(self) -> Q: ...

    def nothing(self) -> Q: ...

    def term(self, name: str, text: str, weight: float) -> Q: ...

    def phrase(self, name: str, words: Sequence[str], weight: float) -> Q: ...

    def beginning(self, name: str, word: str, weight: float) -> Q:
        """Words that begin with `word`, which holds letters and digits only; each scores `weight`."""
        ...

    def any_of(self, name: str, values: Sequence[str]) -> Q:
        """Documents with any of these whole terms; the score does not count."""
        ...

    def among(self, ids: Sequence[str]) -> Q: ...

    def years(self, name: str, first: int, last: int) -> Q: ...

    def both(self, scored: Q, filters: Sequence[Q]) -> Q:
        """Documents of all; the score is that of `scored`."""
        ...

    def either(self, scored: Q, added: Q) -> Q:
        """Documents of one or the other; the score is that of `scored`, 0 for the rest."""
        ...

    def boolean(
        self, must: Sequence[Q], should: Sequence[Q] = (), must_not: Sequence[Q] = (), minimum: int | None = None
    ) -> Q:
        """minimum: how many of `should` must match; None when `must` decides alone. Scores add up."""
        ...

    def best_of(self, queries: Sequence[Q], tie_breaker: float) -> Q:
        """Documents of any; the best score and `tie_breaker` of each other one. Two queries at least."""
        ...


class Selection(Generic[Q]):
    """Spells queries in one dialect. `weights`: where words without a field are looked for."""

    def __init__(self, dialect: Dialect[Q], weights: Weights = EVERYWHERE) -> None:
        self._in, self._weights = dialect, weights
        self._of_records = weights is EVERYWHERE
        # One search asks for its words up to five times: ranked, counted, weighed.
        self._matching = lru_cache(CACHED)(self._match)

    def selecting(self, query: Query, also: Collection[DocumentId] = ()) -> Q:
        """Documents that match the words or are in `also`, under all filters; the score is that of the words."""
        words = self._in.nothing() if query.wordless else self.matching(query)
        if also:
            words = self._in.either(words, self.among(also))
        filters = [self.chosen(chosen) for chosen in query.filters]
        return self._in.both(words, filters) if filters else words

    def among(self, ids: Iterable[DocumentId]) -> Q:
        return self._in.among([clean(id) for id in ids])

    def others(self, selected: Q) -> Q:
        """All documents but those."""
        return self._in.boolean([self._in.everything()], [], [selected])

    def both(self, scored: Q, filter: Q) -> Q:
        """Documents of both; the score is that of the first."""
        return self._in.both(scored, [filter])

    def matching(self, query: Query, demand: Demand = "most") -> Q:
        """Documents that hold the wanted words and none of the unwanted; all when no word is wanted.

        demand: of many words most are enough, as search.matching says; or all of them, or any one.
        """
        return self._matching(query.without_filters(), demand)

    def _match(self, query: Query, demand: Demand) -> Q:
        needs = requirements(query)
        must = self._wanted(needs, demand)
        bonus = [*(self._part(part) for part in needs.optional), *self._title_bonus(query)] if must else []
        asked = self._in.boolean(must or [self._in.everything()], bonus, [self._part(part) for part in needs.unwanted])
        titled = self._titled_as_typed(query, needs.unwanted) if must else []
        return self._in.boolean([], [asked, *titled], minimum=1) if titled else asked

    def chosen(self, chosen: Filter) -> Q:
        """Documents under one filter."""
        field = BY_NAME.get(chosen.field)
        if field is None or not field.filterable:
            raise QueryRefused(f"Results cannot be filtered by {chosen.field!r}.")
        if field.kind != "year":
            # No longer value is indexed; an engine may balk at it.
            values = [clean(value) for value in chosen.values if len(value) <= MAX_FILTER_CHARACTERS]
            held = self._in.any_of(f"r_{field.name}", values)
        else:
            ranges = [found for value in chosen.values if (found := year_range(value))]
            years = [self._years(field.name, *found) for found in ranges] or [self._in.nothing()]
            held = self._in.boolean([], years, minimum=1)
        return self.others(held) if chosen.negated else held

    def _wanted(self, needs: Requirements, demand: Demand) -> list[Q]:
        """What must match."""
        required = [self._part(part) for part in needs.required]
        relaxable = [self._part(part) for part in needs.relaxable]
        optional = [self._part(part) for part in needs.optional]
        if demand == "any" and required + relaxable:
            return [self._in.boolean([], required + relaxable + optional, minimum=1)]
        if demand == "all":
            return required + relaxable + optional
        if not relaxable:
            return required
        most = self._in.boolean([], relaxable, minimum=needs.minimum)
        titles = self._titled_by_number(needs) if self._of_records else []
        return [*required, self._in.boolean([], [most, *titles], minimum=1) if titles else most]

    def _titled_by_number(self, needs: Requirements) -> list[Q]:
        """What is called by one of the numbers that are enough for nothing else: "1984" of "distopia 1984"."""
        numbers = [analysis.plain_words(part.text) for part in needs.optional if isinstance(part, Clause)]
        return list(map(self._called, numbers))

    def _part(self, part: Part) -> Q:
        """Documents that the part asks for or, if it is negated, all others."""
        if part.negated:
            return self._in.boolean([self._in.everything()], [], [self._part(replace(part, negated=False))])
        if isinstance(part, Clause):
            return self._clause(part)
        if part.either:
            return self._best_of([self._part(one) for one in part.parts])
        return self._in.boolean(
            [self._part(one) for one in part.parts if not one.negated] or [self._in.everything()],
            [],
            [self._part(replace(one, negated=False)) for one in part.parts if one.negated],
        )

    def _clause(self, clause: Clause) -> Q:
        field = BY_NAME.get(clause.field or "")
        if clause.field == IDENTIFIER:
            number = next(iter(names_of(clause.text)), clause.text)
            return self._best_of([one for key in KEYS for one in self._keys(key.name, number, key.weight)])
        if clause.field == ID:
            id = DocumentId(clause.text)
            return self._in.either(self.among([id]), self._in.any_of("r_record_id", [clean(id)]))
        if field is not None and field.kind == "year":
            span = year_range(clause.text)
            return self._years(field.name, *span) if span else self._in.nothing()
        if field is not None and field.kind == "keyword":
            if field.weight:
                return self._best_of(self._keys(field.name, clause.text, 1.0))
            return self._in.any_of(f"r_{field.name}", [clean(code) for code in codes(field.name, clause.text)])
        if clause.field == BODY:
            weights: Weights = PAGE_TEXT
        elif clause.field == RECORD:
            weights = IN_RECORDS
        elif field is not None:
            weights = [(name, 1.0) for name in _TOGETHER.get(field.name, (field.name,))]
        else:
            weights = self._weights
        own = self._words(clause, weights, field is None and self._of_records)
        if clause.others:
            anywhere = self._of_records and clause.field in (None, RECORD)
            placed = [
                (other, HEADINGS if other.heading and anywhere else NAMES if other.initials and anywhere else weights)
                for other in clause.others
                if self._of_records or not other.initials
            ]
            own = self._best_of([own, *(self._alternative(*one) for one in placed)])
        if clause.implied_in and self._of_records:
            own = self._in.either(own, self._implied(clause.implied_in))
        return own

    def _implied(self, implied_in: str) -> Q:
        """Documents that count as holding a word: all, those of a year, those in a language."""
        if implied_in == ANYWAY:
            return self._in.everything()
        if implied_in.isdecimal():
            return self._years("year", int(implied_in), int(implied_in))
        return self._in.any_of("r_language", [implied_in])

    def _alternative(self, other: Alternative, weights: Weights) -> Q:
        """Words that stand in for a clause; of several each must be there, and those of a name in a row."""
        scaled = [(name, weight * other.weight) for name, weight in weights]
        words = [clean(word) for word in other.words]
        if other.initials:
            return self._best_of([self._in.phrase(f"w_{name}", words, weight) for name, weight in scaled])
        if len(words) == 1:
            return self._word(words[0], scaled, exact=False)
        each = self._in.boolean([self._word(word, scaled, exact=False) for word in words])
        # Apart they are others' names: a Paul, a John and a volume II are no pope.
        return self._in.both(each, [self._in_a_row(words, weights, _HEADED_BY_NAMES)]) if other.of_name else each

    def _in_a_row(self, words: list[str], weights: Weights, turned: Collection[str]) -> Q:
        """turned: fields whose headings may begin with the surname."""
        places = _PHRASES.get(tuple(weights), weights)
        return self._best_of(
            [
                self._in.phrase(f"w_{name}", order, weight)
                for name, weight in places
                for order in (analysis.name_orders(words) if name in turned else [words])
            ]
        )

    def _words(self, clause: Clause, weights: Weights, anywhere: bool) -> Q:
        found = [clean(word) for word in analysis.plain_words(clause.text)]
        if clause.phrase and len(found) > 1:
            words = self._in_a_row(found, weights, ("contributor",))
        else:
            each = [self._word(word, weights, exact=clause.phrase) for word in found]
            if clause.prefix and len(found[-1]) >= MIN_PREFIX_CHARACTERS:
                begun = [self._in.beginning(f"w_{name}", found[-1], weight) for name, weight in weights]
                each[-1] = self._best_of([each[-1], self._best_of(begun)])
            words = each[0] if len(each) == 1 else self._in.boolean(each)
        if anywhere and _like_identifier(clause.text):
            keys = [one for key in KEYS for one in self._keys(key.name, clause.text, key.weight)]
            if isbn := _begun_isbn(clause.text):
                keys.append(self._in.beginning("k_isbn", isbn, BY_NAME["isbn"].weight))
            return self._best_of([words, *keys])
        return words

    def _word(self, word: str, weights: Weights, exact: bool) -> Q:
        stems = [] if exact else analysis.stems([word])
        terms = []
        for name, weight in weights:
            terms.append(self._in.term(f"w_{name}", word, weight))
            terms += [self._in.term(f"s_{name}", stem, weight * STEM_SHARE) for stem in stems]
        return self._best_of(terms)

    def _keys(self, name: str, text: str, weight: float) -> list[Q]:
        return [self._in.term(f"k_{name}", key, weight) for key in identifier_keys(text)]

    def _title_bonus(self, query: Query) -> list[Q]:
        if not self._of_records or query.strict or query.grouped:
            return []
        typed = list(map(clean, words_of(query.wanted)))
        bonus = [
            self._called(typed),
            self._in.phrase(TITLE_BOUNDS, [OPENING, *typed], TITLE_BEGINS),
            *map(self._called, titles_with_more(query.text)),
        ]
        if len(typed) > 1:
            bonus.append(self._in.phrase("w_title", typed, TITLE_HOLDS))
            # All marks of a call number count, also those that are words of grammar.
            if any(word[:1].isdecimal() for word in typed):
                bonus.append(self._in.phrase("w_call_number", typed, CALL_NUMBER_HOLDS))
        return bonus

    def _titled_as_typed(self, query: Query, unwanted: Sequence[Part]) -> list[Q]:
        """What is called exactly what was typed, or asked for, where more was read in that than its words: "Kumpulan Puisi Karya Chairil
        Anwar" may ask for his poems, and is a book, whoever made it; "cari buku Ayahku Bukan Pembohong" keeps no liar out."""
        if not self._of_records or query.grouped or query.within or _ASKED_BY_SIGNS.search(query.text):
            return []
        typed = analysis.plain_words(query.text)
        asked = list(words_of(query.wanted))
        whole = [typed] if typed != asked and 1 < len(typed) <= MAX_WORDS else []
        return [
            self._in.boolean(
                [self._called(title)], [], [self._part(part) for part in unwanted if not _is_within(part, title)]
            )
            for title in (*whole, *titles_named(query.text))
        ]

    def _called(self, title: Sequence[str]) -> Q:
        """Documents with just this title, folded words."""
        return self._in.phrase(TITLE_BOUNDS, [OPENING, *map(clean, title), CLOSING], WHOLE_TITLE)

    def _years(self, name: str, first: int, last: int) -> Q:
        return self._in.years(name, first, last) if first <= last else self._in.nothing()

    def _best_of(self, queries: Sequence[Q]) -> Q:
        if len(queries) > 1:
            return self._in.best_of(queries, TIE_BREAKER)
        return queries[0] if queries else self._in.nothing()


def _is_within(part: Part, title: Sequence[str]) -> bool:
    return isinstance(part, Clause) and set(analysis.plain_words(part.text)) <= set(title)


def _like_identifier(text: str) -> bool:
    return any(
        len(key) >= MIN_IDENTIFIER_CHARACTERS and any(character.isdigit() for character in key)
        for key in identifier_keys(text)
    )


def _begun_isbn(text: str) -> str:
    """The digits of an ISBN that is not whole, "978-602-289": those of a country's publisher; "" for anything else."""
    key = analysis.identifier_keys(text)[0]
    return key if _BEGUN_ISBN.fullmatch(key) else ""


def for_pages(query: Query) -> Query:
    """The words that may stand on a page: unwanted ones, and those asked for in a field of the record, are left out."""
    wanted = replace(query, parts=tuple(part for part in query.parts if not part.negated))
    return wanted.keeping(lambda clause: clause.field in (None, BODY) and not clause.negated)
