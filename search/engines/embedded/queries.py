"""Query objects of tantivy, built flat from clauses. No text of a user reaches its parser."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal

import tantivy

from search import analysis
from search.document import DocumentId
from search.engines.embedded.words import (
    BODY,
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
from search.matching import Requirements, requirements
from search.query import Clause, Filter, Query, year_range
from search.schema import BY_NAME

_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
_Weights = Sequence[tuple[str, float]]
Demand = Literal["all", "most", "any"]
DEMANDS: Final[tuple[Demand, ...]] = ("all", "most", "any")

# A stem counts this share of the word as it was written. Of a word found in several fields the best
# counts whole, each other one TIE_BREAKER of itself. Tried 0.5 to 1.0 and 0.1 to 0.8 on CISI and
# IDK-MRC (tests/benchmarks/ranking.py): with these, words alone gain a tenth on CISI and lose nothing.
STEM_SHARE: Final = 0.8
TIE_BREAKER: Final = 0.4
# The title is exactly what was typed; begins with it; holds it word by word. Times BM25 of the phrase.
WHOLE_TITLE, TITLE_BEGINS, TITLE_HOLDS = 8.0, 4.0, 4.0
# A shorter number is a word like any other; a longer one may be somebody's ISBN, DOI or control number.
MIN_IDENTIFIER_CHARACTERS: Final = 5
MIN_PREFIX_CHARACTERS: Final = 2

EVERYWHERE: Final[_Weights] = (*((field.name, field.weight) for field in TEXTS), (BODY, BODY_WEIGHT))
PAGE_TEXT: Final[_Weights] = ((BODY, 1.0),)
# `judul:` means any title of the document.
_TOGETHER: Final = {"title": ("title", "title_other")}


class QueryBuilder:
    """Builds queries for one schema. `weights`: where words without a field are looked for."""

    def __init__(self, schema: tantivy.Schema, weights: _Weights = EVERYWHERE) -> None:
        self._schema, self._weights = schema, weights
        self._identifiers = weights is EVERYWHERE

    def selecting(self, query: Query, also: Collection[DocumentId] = ()) -> tantivy.Query:
        """Documents that match the words or are in `also`, under all filters; the score is that of the words."""
        words = tantivy.Query.empty_query() if query.wordless else self.matching(query)
        if also:
            words = tantivy.Query.boolean_query([(_SHOULD, words), (_SHOULD, _unscored(self.among(also)))])
        filters = [(_MUST, _unscored(self._filter(chosen))) for chosen in query.filters]
        return tantivy.Query.boolean_query([(_MUST, words), *filters]) if filters else words

    def filtering(self, query: Query) -> tantivy.Query:
        """Documents under all filters, whatever their words."""
        return self.selecting(query.without_words())

    def among(self, ids: Iterable[DocumentId], field: str = "id") -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, field, [clean(id) for id in ids])

    def both(self, first: tantivy.Query, second: tantivy.Query) -> tantivy.Query:
        """Documents of both; the score is that of the first."""
        return tantivy.Query.boolean_query([(_MUST, first), (_MUST, _unscored(second))])

    def matching(self, query: Query, demand: Demand = "most") -> tantivy.Query:
        """Documents that hold the wanted words and none of the unwanted; all when no word is wanted.

        demand: of many words most are enough, as search.matching says; or all of them, or any one.
        """
        needs = requirements(query)
        parts = self._wanted(needs, demand)
        if not parts:
            parts = [(_MUST, tantivy.Query.all_query())]
        else:
            parts += [(_SHOULD, bonus) for bonus in self._title_bonus(query)]
        parts += [(_MUST_NOT, self._clause(clause)) for clause in needs.unwanted]
        return tantivy.Query.boolean_query(parts)

    def _wanted(self, needs: Requirements, demand: Demand) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        required = [self._group(group) for group in needs.required]
        relaxable = [self._group(group) for group in needs.relaxable]
        optional = [(_SHOULD, self._group(group)) for group in needs.optional]
        if demand == "any" and required + relaxable:
            choice = [(_SHOULD, group) for group in required + relaxable]
            return [(_MUST, tantivy.Query.boolean_query(choice)), *optional]
        parts = [(_MUST, group) for group in required]
        if demand == "all":
            parts += [(_MUST, group) for group in relaxable]
        elif relaxable:
            most = tantivy.Query.boolean_query([(_SHOULD, group) for group in relaxable], needs.minimum)
            parts.append((_MUST, most))
        return parts + optional

    def _group(self, group: tuple[Clause, ...]) -> tantivy.Query:
        return _best_of([self._clause(clause) for clause in group])

    def _clause(self, clause: Clause) -> tantivy.Query:
        found = analysis.plain_words(clause.text)
        field = BY_NAME.get(clause.field or "")
        if field is not None and field.kind == "keyword":
            return _best_of([self._key(field.name, clause.text, 1.0)])
        weights = self._weights if field is None else [(name, 1.0) for name in _TOGETHER.get(field.name, (field.name,))]
        if clause.phrase and len(found) > 1:
            words = _best_of([_boosted(self._phrase(f"w_{name}", found), weight) for name, weight in weights])
        else:
            each = [self._word(word, weights, exact=clause.phrase) for word in found]
            if clause.prefix and len(found[-1]) >= MIN_PREFIX_CHARACTERS:
                each[-1] = _best_of([each[-1], self._beginning(found[-1], weights)])
            words = each[0] if len(each) == 1 else tantivy.Query.boolean_query([(_MUST, one) for one in each])
        if field is None and self._identifiers and _like_identifier(clause.text):
            return _best_of([words, *(self._key(key.name, clause.text, key.weight) for key in KEYS)])
        return words

    def _word(self, word: str, weights: _Weights, exact: bool) -> tantivy.Query:
        stems = () if exact else analysis.stems([word])
        terms = []
        for name, weight in weights:
            terms.append(_boosted(self._term(f"w_{name}", word), weight))
            terms += [_boosted(self._term(f"s_{name}", stem), weight * STEM_SHARE) for stem in stems]
        return _best_of(terms)

    def _beginning(self, word: str, weights: _Weights) -> tantivy.Query:
        # A folded word holds letters and digits only, so nothing in it is special to a pattern.
        return _best_of(
            [
                _boosted(tantivy.Query.regex_query(self._schema, f"w_{name}", f"{clean(word)}.*"), weight)
                for name, weight in weights
            ]
        )

    def _key(self, name: str, text: str, weight: float) -> tantivy.Query:
        return _boosted(_best_of([self._term(f"k_{name}", key) for key in identifier_keys(text)]), weight)

    def _title_bonus(self, query: Query) -> list[tantivy.Query]:
        if not self._identifiers or query.strict or any(clause.alternative for clause in query.clauses):
            return []
        typed = [word for clause in query.wanted for word in analysis.plain_words(clause.text)]
        bonus = [
            _boosted(self._phrase(TITLE_BOUNDS, [OPENING, *typed, CLOSING]), WHOLE_TITLE),
            _boosted(self._phrase(TITLE_BOUNDS, [OPENING, *typed]), TITLE_BEGINS),
        ]
        if len(typed) > 1:
            bonus.append(_boosted(self._phrase("w_title", typed), TITLE_HOLDS))
        return bonus

    def _filter(self, chosen: Filter) -> tantivy.Query:
        field = BY_NAME.get(chosen.field)
        if field is None or field.kind == "stored":
            raise QueryRefused(f"Results cannot be filtered by {chosen.field!r}.")
        if field.kind != "year":
            values = [clean(value) for value in chosen.values]
            return tantivy.Query.term_set_query(self._schema, f"r_{field.name}", values)
        ranges = [found for value in chosen.values if (found := year_range(value))]
        return tantivy.Query.boolean_query([(_SHOULD, self._years(field.name, *found)) for found in ranges])

    def _years(self, name: str, first: int, last: int) -> tantivy.Query:
        if first > last:
            return tantivy.Query.empty_query()
        return tantivy.Query.range_query(self._schema, name, tantivy.FieldType.Unsigned, first, last)

    def _term(self, name: str, text: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, name, clean(text))

    def _phrase(self, name: str, found: Sequence[str]) -> tantivy.Query:
        return tantivy.Query.phrase_query(self._schema, name, [clean(word) for word in found])


def _like_identifier(text: str) -> bool:
    return any(
        len(key) >= MIN_IDENTIFIER_CHARACTERS and any(character.isdigit() for character in key)
        for key in identifier_keys(text)
    )


def _boosted(query: tantivy.Query, weight: float) -> tantivy.Query:
    return tantivy.Query.boost_query(query, weight)


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


def _best_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    if not queries:
        return tantivy.Query.empty_query()
    return queries[0] if len(queries) == 1 else tantivy.Query.disjunction_max_query(queries, TIE_BREAKER)
