"""The dialect of Elasticsearch: bodies of its query language, made of our own words only."""

from collections.abc import Sequence
from typing import Any

Clause = dict[str, Any]


class ElasticDialect:
    """Queries of one index. parent: the field that holds the document's id, "" when it is the document itself."""

    def __init__(self, parent: str = "") -> None:
        self._parent = parent

    def everything(self) -> Clause:
        return {"match_all": {}}

    def nothing(self) -> Clause:
        return {"match_none": {}}

    def term(self, name: str, text: str, weight: float) -> Clause:
        return {"term": {name: {"value": text, "boost": weight}}}

    def phrase(self, name: str, words: Sequence[str], weight: float) -> Clause:
        return {"match_phrase": {name: {"query": " ".join(words), "boost": weight}}}

    def beginning(self, name: str, word: str, weight: float) -> Clause:
        return {"prefix": {name: {"value": word, "boost": weight}}}

    def any_of(self, name: str, values: Sequence[str]) -> Clause:
        return {"terms": {name: list(values)}}

    def among(self, ids: Sequence[str]) -> Clause:
        return self.any_of(self._parent, ids) if self._parent else {"ids": {"values": list(ids)}}

    def years(self, name: str, first: int, last: int) -> Clause:
        return {"range": {name: {"gte": first, "lte": last}}}

    def both(self, scored: Clause, filters: Sequence[Clause]) -> Clause:
        return {"bool": {"must": [scored], "filter": list(filters)}}

    def either(self, scored: Clause, added: Clause) -> Clause:
        return self.boolean([], [scored, {"bool": {"filter": [added]}}])

    def boolean(
        self,
        must: Sequence[Clause],
        should: Sequence[Clause] = (),
        must_not: Sequence[Clause] = (),
        minimum: int | None = None,
    ) -> Clause:
        parts = {"must": list(must), "should": list(should), "must_not": list(must_not)}
        body: Clause = {name: clauses for name, clauses in parts.items() if clauses}
        if minimum is not None:
            body["minimum_should_match"] = minimum
        return {"bool": body}

    def best_of(self, queries: Sequence[Clause], tie_breaker: float) -> Clause:
        return {"dis_max": {"queries": list(queries), "tie_breaker": tie_breaker}}
