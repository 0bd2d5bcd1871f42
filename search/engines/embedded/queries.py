"""The dialect of tantivy: query objects, never its parser (which dies of deep nesting)."""

from collections.abc import Sequence
from typing import Final

import tantivy

LOOKED_UP: Final = 200

_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


class TantivyDialect:
    """Queries of one schema. key: the field that holds the document's id."""

    def __init__(self, schema: tantivy.Schema, key: str = "id") -> None:
        self._schema, self._key = schema, key

    def everything(self) -> tantivy.Query:
        return tantivy.Query.all_query()

    def nothing(self) -> tantivy.Query:
        return tantivy.Query.empty_query()

    def term(self, name: str, text: str, weight: float) -> tantivy.Query:
        return tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, name, text), weight)

    def phrase(self, name: str, words: Sequence[str], weight: float) -> tantivy.Query:
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
        parts = [(_MUST, one) for one in must] + [(_SHOULD, one) for one in should]
        parts += [(_MUST_NOT, one) for one in must_not]
        if minimum is None:
            return tantivy.Query.boolean_query(parts)
        return tantivy.Query.boolean_query(parts, minimum)

    def best_of(self, queries: Sequence[tantivy.Query], tie_breaker: float) -> tantivy.Query:
        return tantivy.Query.disjunction_max_query(list(queries), tie_breaker)


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
