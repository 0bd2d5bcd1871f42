"""The dialect of tantivy: query objects, never its parser (which dies of deep nesting).

Three terms in four that a search asks for are held by no document: a word in each of the headings, a stem in each language.
tantivy would look for them in every segment, so what cannot match is left out.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import tantivy

LOOKED_UP: Final = 200
KNOWN_TERMS: Final = 4096

_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


class TantivyDialect:
    """Queries of what one searcher searches. key: the field that holds the document's id.

    holding: how many documents hold a term of a field, those counted that were replaced since.
    """

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, key: str = "id") -> None:
        self._schema, self._key = schema, key
        self.holding = lru_cache(KNOWN_TERMS)(searcher.doc_freq)
        self._nothing = tantivy.Query.empty_query()

    def everything(self) -> tantivy.Query:
        return tantivy.Query.all_query()

    def nothing(self) -> tantivy.Query:
        return self._nothing

    def term(self, name: str, text: str, weight: float) -> tantivy.Query:
        if not self.holding(name, text):
            return self._nothing
        return tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, name, text), weight)

    def phrase(self, name: str, words: Sequence[str], weight: float) -> tantivy.Query:
        if not all(self.holding(name, word) for word in words):
            return self._nothing
        return tantivy.Query.boost_query(tantivy.Query.phrase_query(self._schema, name, list(words)), weight)

    def beginning(self, name: str, word: str, weight: float) -> tantivy.Query:
        return tantivy.Query.boost_query(tantivy.Query.regex_query(self._schema, name, f"{word}.*"), weight)

    def any_of(self, name: str, values: Sequence[str]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, name, list(values))

    def among(self, ids: Sequence[str]) -> tantivy.Query:
        # A set walks through all terms of the field; a page of results is looked up twice as fast one by one.
        if len(ids) > LOOKED_UP:
            return self.any_of(self._key, ids)
        each = [(_SHOULD, tantivy.Query.term_query(self._schema, self._key, id, "basic")) for id in ids]
        return _unscored(tantivy.Query.boolean_query(each)) if each else self.nothing()

    def years(self, name: str, first: int, last: int) -> tantivy.Query:
        return tantivy.Query.range_query(self._schema, name, tantivy.FieldType.Unsigned, first, last)

    def both(self, scored: tantivy.Query, filters: Sequence[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(_MUST, scored), *((_MUST, _unscored(filter)) for filter in filters)])

    def either(self, scored: tantivy.Query, added: tantivy.Query) -> tantivy.Query:
        return tantivy.Query.boolean_query([(_SHOULD, scored), (_SHOULD, _unscored(added))])

    def boolean(
        self,
        must: Sequence[tantivy.Query],
        should: Sequence[tantivy.Query] = (),
        must_not: Sequence[tantivy.Query] = (),
        minimum: int | None = None,
    ) -> tantivy.Query:
        if self._nothing in must:
            return self._nothing
        wanted = [(_MUST, one) for one in must] + [(_SHOULD, one) for one in self._possible(should)]
        parts = wanted + [(_MUST_NOT, one) for one in self._possible(must_not)]
        if minimum is not None:
            return tantivy.Query.boolean_query(parts, minimum) if wanted else self._nothing
        return tantivy.Query.boolean_query(parts) if wanted else self._nothing

    def best_of(self, queries: Sequence[tantivy.Query], tie_breaker: float) -> tantivy.Query:
        possible = self._possible(queries)
        if len(possible) > 1:
            return tantivy.Query.disjunction_max_query(possible, tie_breaker)
        return possible[0] if possible else self._nothing

    def _possible(self, queries: Sequence[tantivy.Query]) -> list[tantivy.Query]:
        return [query for query in queries if query is not self._nothing]


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
