"""Asking a cluster: every question as one or more bodies of a search, all of a round in one `_msearch`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np

from search import analysis, questions
from search.document import Document, DocumentId, Page, Suggestion, from_json
from search.engine import EVERYTHING, Step
from search.engines.compatibility import require_dimensions
from search.engines.elastic.cluster import Cluster
from search.engines.elastic.dialect import Clause, ElasticDialect
from search.engines.elastic.mapping import SPELLED, Body, readable, unpacked
from search.engines.elastic.state import Names, State
from search.engines.facets import CANDIDATES, COUNTED_AGAIN, MAX_FACET_VALUES, MAX_LISTED_VALUES, facet
from search.engines.selecting import DEMANDS, PAGE_TEXT, Selection, for_pages
from search.engines.spelling import edits_allowed, nearest
from search.engines.terms import (
    ANYWHERE,
    MORE_TERMS,
    ON_SHELF,
    SHELF,
    SUGGEST,
    place_on_shelf,
    suggestion_prefixes,
    suggestions,
)
from search.publications import BEGINNING, Publications, Stamp
from search.query import Filter, Query
from search.questions import A, Answers, Question
from search.results import Beside, FacetValue, Ranked, Ranking, Spelling, Weights
from search.schema import FACETS, RELEVANCE, SORTS
from search.vectors import Vector

# The server's own limit on how far results are fetched (index.max_result_window).
MAX_WINDOW: Final = 10_000
PAGES_AT_ONCE: Final = 1000

# Candidates looked at in each shard for each document wanted, and how many of those are ranked again by whole
# numbers. A catalogue has many texts that are nearly the same, among which the graph loses its way: over 20,000
# records 500 candidates found 79 % of the ten nearest, 2,000 all of them (python -m tests.benchmarks.recall).
CANDIDATES_EACH: Final = 10
MIN_CANDIDATES: Final = 2000
OVERSAMPLE: Final = 3.0

# Equal scores stand in the order of their titles, so that pages of results agree whichever copy answers.
_BY_SCORE: Final = ["_score", {"o_title": "asc"}]

# How the server looks for words near to one: also when that one is known, however many documents hold it, and from its
# first letter on. It lists the nearest of each shard; search.engines.spelling orders them.
_MISSPELT: Final = {
    "field": SPELLED,
    "suggest_mode": "always",
    "max_term_freq": 2**31 - 1,
    "prefix_length": 0,
    "min_word_length": 4,
    "size": 10,
    "shard_size": 50,
    "string_distance": "damerau_levenshtein",
}

# With word statistics of all shards, so that scores do not depend on where a document lies.
_SCORED: Final = {"search_type": "dfs_query_then_fetch"}
# What only counts is kept by the server until its index changes.
_COUNTED: Final = {"search_type": "query_then_fetch"}

_Responses = Sequence[Mapping[str, Any]]


class _Ask:
    """A question made ready: bodies to send, and how their responses are read."""

    def __init__(self, read: Callable[[_Responses], Any], *bodies: tuple[str, Body]) -> None:
        self.read, self.bodies = read, bodies


class ElasticSearcher:
    """A view of what is published under one name. Safe to use from several threads."""

    def __init__(
        self, cluster: Cluster, names: Names, state: State, common: dict[str, float], *, patient: bool = False
    ) -> None:
        """common: how common words are, as far as it was asked for. patient: it is a load that searches, which waits for a
        cluster that is busy or away."""
        self._cluster, self._names, self._state, self._patient = cluster, names, state, patient
        self._common = common
        self._build = Selection(ElasticDialect())
        self._build_pages = Selection(ElasticDialect("parent"), PAGE_TEXT)

    @property
    def embedder(self) -> str:
        return self._state.embedder

    @property
    def publications(self) -> Publications:
        return self._state.publications

    def answer(self, asked: Sequence[Question[Any]]) -> Answers:
        asks = {question: self._ask(question) for question in asked}
        responses = iter(self._search([body for ask in asks.values() for body in ask.bodies]))
        return Answers({q: ask.read([next(responses) for _ in ask.bodies]) for q, ask in asks.items()})

    def keyword(self, query: Query, depth: int, also: Collection[DocumentId] = ()) -> Ranking:
        return self._one(questions.Keyword(query, depth, also))

    def weigh(self, query: Query, ids: Collection[DocumentId]) -> Weights:
        return self._one(questions.Weigh(query, ids))

    def semantic(self, vector: Vector, query: Query, depth: int) -> Ranking:
        return self._one(questions.Semantic(vector, query, depth))

    def facets(self, query: Query, also: Collection[DocumentId] = ()) -> Mapping[str, Sequence[FacetValue]]:
        return self._one(questions.Facets(query, also))

    def facet_values(self, field: str, query: Query, also: Collection[DocumentId] = ()) -> Sequence[FacetValue]:
        chosen = query.chosen.get(field)
        part = _Part(query.lifting(field), [field], chosen, MAX_LISTED_VALUES)
        (response,) = self._search([self._part_body(part, also)])
        return facet(field, self._counts(part, also, response)[field], chosen)

    def fetch(self, ids: Sequence[DocumentId]) -> Sequence[Document]:
        return self._one(questions.Fetch(ids))

    def walk(
        self, after: Stamp = BEGINNING, limit: int = 100, query: Query = EVERYTHING, until: Stamp | None = None
    ) -> Sequence[Step]:
        last = self.publications.last if until is None else min(until, self.publications.last)
        steps: list[Step] = []
        while len(steps) < limit and last > after:
            size = min(limit - len(steps), MAX_WINDOW - 1)
            found = self._stamped(query, {"gt": after, "lte": last}, size + 1)
            steps += found[:size]
            if len(found) <= size:
                break
            after = steps[-1].stamp
            if found[size].stamp == after:  # of two writers, in the same microsecond
                steps = [step for step in steps if step.stamp != after]
                steps += self._stamped(query, {"gte": after, "lte": after}, MAX_WINDOW)
        return tuple(steps)

    def _stamped(self, query: Query, stamps: Body, size: int) -> list[Step]:
        selected = {"bool": {"filter": [self._build.selecting(query), {"range": {"stamp": stamps}}]}}
        body = {"query": selected, "sort": ["stamp"], "size": size, "track_total_hits": False, "_source": False}
        (response,) = self._search([(self._names.records, body)])
        return [Step(DocumentId(hit["_id"]), Stamp(int(hit["sort"][0]))) for hit in response["hits"]["hits"]]

    def languages(self, ids: Sequence[DocumentId]) -> Mapping[DocumentId, Sequence[str]]:
        return self._one(questions.Languages(ids))

    def fingerprints(self, ids: Sequence[DocumentId]) -> Mapping[DocumentId, str]:
        found: dict[DocumentId, str] = {}
        distinct = list(dict.fromkeys(ids))
        for start in range(0, len(distinct), MAX_WINDOW):
            some = self._build.among(distinct[start : start + MAX_WINDOW])
            body = {"query": some, "size": MAX_WINDOW, "track_total_hits": False, "_source": ["fingerprint"]}
            (response,) = self._search([(self._names.records, body)])
            found |= {DocumentId(hit["_id"]): hit["_source"]["fingerprint"] for hit in response["hits"]["hits"]}
        return found

    def best_pages(
        self, query: Query, ids: Sequence[DocumentId], per_document: int = 3
    ) -> Mapping[DocumentId, Sequence[Page]]:
        return self._one(questions.BestPages(query, ids, per_document))

    def pages(self, id: DocumentId, first: int, last: int) -> Sequence[Page]:
        found: list[Page] = []
        own = self._build_pages.among([id])
        while first <= last:
            number = {"range": {"number": {"gte": max(first, 0), "lte": min(last, 2**31 - 1)}}}
            query = {"bool": {"filter": [own, number]}}
            body = {"query": query, "sort": ["number"], "size": PAGES_AT_ONCE, "track_total_hits": False}
            (response,) = self._search([(self._names.pages, body)])
            some = [_page(hit["_source"]) for hit in response["hits"]["hits"]]
            found += some
            if len(some) < PAGES_AT_ONCE:
                break
            first = some[-1].number + 1
        return tuple(found)

    def vector(self, id: DocumentId) -> Vector | None:
        body = {"query": self._build.among([id]), "size": 1, "_source": ["own_vector"]}
        (response,) = self._search([(self._names.records, body)])
        held = [hit["_source"].get("own_vector") for hit in response["hits"]["hits"]]
        return unpacked(held[0]) if held and held[0] else None

    def suggest(self, prefix: str, limit: int) -> Sequence[Suggestion]:
        prefixes = suggestion_prefixes(prefix)
        if not prefixes or limit <= 0:
            return ()
        # A folded word holds letters and digits only, so nothing in a prefix is special to the pattern.
        wish = {"field": SUGGEST, "size": MORE_TERMS * limit, "shard_size": CANDIDATES}
        body = {
            "query": {"bool": {"should": [{"prefix": {SUGGEST: typed}} for typed in prefixes.values()]}},
            "size": 0,
            "track_total_hits": False,
            "aggs": {field: {"terms": {**wish, "include": f"{typed}.*"}} for field, typed in prefixes.items()},
        }
        (response,) = self._search([(self._names.records, body)])
        found: list[Suggestion] = []
        for field in prefixes:
            buckets = response["aggregations"][field]["buckets"]
            found += suggestions(((bucket["key"], int(bucket["doc_count"])) for bucket in buckets), limit)
        return tuple(found)

    def commonness(self, words: Sequence[str]) -> Mapping[str, float]:
        if unknown := [word for word in dict.fromkeys(words) if word not in self._common]:
            self._common |= self._asked_how_common(unknown)
        return {word: self._common[word] for word in words}

    def _asked_how_common(self, words: Sequence[str]) -> Mapping[str, float]:
        # No longer word is in the index, and the server refuses to look for one.
        holding = {
            str(n): {"term": {f"w_{ANYWHERE}": readable(word[: analysis.MAX_WORD_CHARACTERS])}}
            for n, word in enumerate(words)
        }
        aggs = {"holding": {"filters": {"filters": holding}}}
        body = {"query": self._build.matching(Query()), "size": 0, "track_total_hits": True, "aggs": aggs}
        (response,) = self._search([(self._names.records, body)], _COUNTED)
        counts = response["aggregations"]["holding"]["buckets"]
        of_all = int(response["hits"]["total"]["value"]) + 1
        return {word: (int(counts[str(n)]["doc_count"]) + 1) / of_all for n, word in enumerate(words)}

    def spellings(self, words: Sequence[str]) -> Mapping[str, Sequence[Spelling]]:
        return self._one(questions.Spellings(words))

    def shelf(self, call_number: str, id: DocumentId, before: int, after: int) -> Beside:
        key, field = place_on_shelf(call_number, id), f"o_{SHELF}"
        sides = (("desc", before), ("asc", after))
        bodies: list[tuple[str, Body]] = [
            (
                self._names.records,
                {
                    "query": self._build.matching(Query()),
                    "size": min(size, MAX_WINDOW),
                    "sort": [{field: order}],
                    "search_after": [key],
                    "track_total_hits": False,
                    "_source": False,
                },
            )
            for order, size in sides
            if size > 0
        ]
        found = iter(self._search(bodies))
        nearest = [_on_shelf(next(found)) if size > 0 else [] for _, size in sides]
        return Beside(tuple(reversed(nearest[0])), tuple(nearest[1]))

    def _one(self, question: Question[A]) -> A:
        return self.answer([question])[question]

    def _search(self, bodies: Sequence[tuple[str, Body]], manner: Mapping[str, str] = _SCORED) -> _Responses:
        if not bodies:
            return ()
        lines = [line for index, body in bodies for line in ({"index": index, **manner}, body)]
        return self._cluster.search("be searched", lines, patient=self._patient)

    def _ask(self, question: Question[Any]) -> _Ask:
        match question:
            case questions.Keyword():
                return self._ask_keyword(question)
            case questions.Semantic():
                return self._ask_semantic(question)
            case questions.Weigh():
                return self._ask_weigh(question)
            case questions.Facets():
                return self._ask_facets(question)
            case questions.Fetch():
                return self._ask_fetch(question)
            case questions.Languages():
                return self._ask_languages(question)
            case questions.BestPages():
                return self._ask_best_pages(question)
            case questions.Spellings():
                return self._ask_spellings(question)
        raise TypeError(f"not a question an engine can answer: {question!r}")

    def _ask_keyword(self, asked: questions.Keyword) -> _Ask:
        by_score = asked.query.sort == RELEVANCE or asked.query.sort not in SORTS
        order = "desc" if not by_score and SORTS[asked.query.sort][1] else "asc"
        body = {
            "query": self._build.selecting(asked.query, asked.also),
            "size": min(max(0, asked.depth), MAX_WINDOW),
            "sort": _BY_SCORE if by_score else [{f"o_{asked.query.sort}": order}],
            "track_total_hits": True,
            "_source": False,
        }
        return _Ask(lambda responses: _ranking(responses[0]), (self._names.records, body))

    def _ask_semantic(self, asked: questions.Semantic) -> _Ask:
        dimensions = self._state.dimensions
        if not dimensions or asked.depth <= 0:
            return _Ask(lambda _: Ranking((), 0))
        require_dimensions(dimensions, asked.vector)
        depth = min(asked.depth, MAX_WINDOW)
        knn = {
            "field": "passages.vector",
            "query_vector": np.asarray(asked.vector, np.float32).tolist(),
            "k": depth,
            "num_candidates": min(MAX_WINDOW, max(MIN_CANDIDATES, CANDIDATES_EACH * depth)),
            "rescore_vector": {"oversample": OVERSAMPLE},
            "filter": [self._build.chosen(chosen) for chosen in asked.query.filters],
            "inner_hits": {"size": 1, "_source": False, "docvalue_fields": ["passages.page"]},
        }
        body = {"knn": knn, "size": depth, "track_total_hits": False, "_source": False}
        return _Ask(lambda responses: _nearest(responses[0]), (self._names.records, body))

    def _ask_weigh(self, asked: questions.Weigh) -> _Ask:
        if not asked.ids:
            return _Ask(lambda _: Weights({}, frozenset()))
        among = self._build.among(asked.ids)
        words = self._build.both(self._build.selecting(asked.query.without_filters()), among)
        passing = self._build.both(self._build.selecting(asked.query.without_words()), among)
        wish = {"size": min(len(asked.ids), MAX_WINDOW), "track_total_hits": False, "_source": False}

        def read(responses: _Responses) -> Weights:
            scores = {item.id: item.score for item in _ranked(responses[0])}
            return Weights(scores, frozenset(item.id for item in _ranked(responses[1])))

        records = self._names.records
        return _Ask(read, (records, {"query": words, **wish}), (records, {"query": passing, **wish}))

    def _ask_facets(self, asked: questions.Facets) -> _Ask:
        chosen = asked.query.chosen
        open_fields = [name for name in FACETS if name not in chosen]
        closed_fields = [name for name in FACETS if name in chosen]
        parts = [_Part(asked.query, open_fields)] if open_fields else []
        parts += [_Part(asked.query.lifting(name), [name], chosen[name]) for name in closed_fields]

        def read(responses: _Responses) -> Mapping[str, Sequence[FacetValue]]:
            counts: dict[str, dict[str, int]] = {}
            for part, response in zip(parts, responses, strict=True):
                counts |= self._counts(part, asked.also, response)
            return {name: facet(name, counts[name], chosen.get(name)) for name in FACETS}

        return _Ask(read, *(self._part_body(part, asked.also) for part in parts))

    def _part_body(
        self, part: "_Part", also: Collection[DocumentId], only: Mapping[str, Sequence[str]] | None = None
    ) -> tuple[str, Body]:
        names = part.fields if only is None else list(only)
        aggs: Body = {name: _terms(name, None if only is None else only[name], part.most) for name in names}
        if part.chosen is not None and only is None:
            each = {value: self._build.chosen(Filter(part.chosen.field, (value,))) for value in part.chosen.values}
            aggs["chosen"] = {"filters": {"filters": {readable(value): clause for value, clause in each.items()}}}
        query = self._build.selecting(part.query, also)
        return self._names.records, {"query": query, "size": 0, "track_total_hits": False, "aggs": aggs}

    def _counts(
        self, part: "_Part", also: Collection[DocumentId], response: Mapping[str, Any]
    ) -> dict[str, dict[str, int]]:
        """Exact counts: those that several shards could not be sure of are counted again."""
        found = dict(response["aggregations"])
        unsure = {
            name: [bucket["key"] for bucket in found[name]["buckets"]]
            for name in part.fields
            if found[name]["doc_count_error_upper_bound"]
        }
        if unsure:
            (again,) = self._search([self._part_body(part, also, unsure)])
            found |= again["aggregations"]
        listed = {name: found[name]["buckets"][: part.most] for name in part.fields}
        counts = {name: {b["key"]: int(b["doc_count"]) for b in listed[name]} for name in part.fields}
        if part.chosen is not None:
            # Chosen values that are not among the listed: rare ones, and years that are no decade.
            alone = found["chosen"]["buckets"]
            for value in part.chosen.values:
                counts[part.chosen.field].setdefault(value, int(alone[readable(value)]["doc_count"]))
        return counts

    def _ask_fetch(self, asked: questions.Fetch) -> _Ask:
        ids = list(dict.fromkeys(asked.ids))
        if not ids:
            return _Ask(lambda _: ())

        def read(responses: _Responses) -> Sequence[Document]:
            hits = [hit for response in responses for hit in response["hits"]["hits"]]
            documents = {hit["_id"]: self._document(hit["_source"]) for hit in hits}
            return tuple(documents[id] for id in asked.ids if id in documents)

        slices = [ids[start : start + MAX_WINDOW] for start in range(0, len(ids), MAX_WINDOW)]
        wish = {"size": MAX_WINDOW, "track_total_hits": False, "_source": ["json", "stamp"]}
        return _Ask(read, *((self._names.records, {"query": self._build.among(some), **wish}) for some in slices))

    def _document(self, source: Mapping[str, Any]) -> Document:
        return from_json(source["json"], self.publications.date(Stamp(int(source["stamp"]))))

    def _ask_languages(self, asked: questions.Languages) -> _Ask:
        if not asked.ids:
            return _Ask(lambda _: {})
        field = "r_language"
        wish = {"size": MAX_WINDOW, "track_total_hits": False, "_source": False, "docvalue_fields": [field]}

        def read(responses: _Responses) -> Mapping[DocumentId, Sequence[str]]:
            hits = responses[0]["hits"]["hits"]
            return {DocumentId(hit["_id"]): tuple(hit.get("fields", {}).get(field, ())) for hit in hits}

        return _Ask(read, (self._names.records, {"query": self._build.among(asked.ids), **wish}))

    def _ask_spellings(self, asked: questions.Spellings) -> _Ask:
        # No longer word is in the index, and the server refuses to look for one.
        words = [word for word in dict.fromkeys(asked.words) if len(word) <= analysis.MAX_WORD_CHARACTERS]
        unknown: dict[str, Sequence[Spelling]] = dict.fromkeys(asked.words, ())
        if not words:
            return _Ask(lambda _: unknown)
        itself = {str(n): {"term": {SPELLED: word}} for n, word in enumerate(words)}
        body: Body = {
            "size": 0,
            "track_total_hits": False,
            "aggs": {"itself": {"filters": {"filters": itself}}},
            "suggest": {
                str(n): {"text": word, "term": {"max_edits": most, **_MISSPELT}}
                for n, word in enumerate(words)
                if (most := edits_allowed(word))
            },
        }

        def read(responses: _Responses) -> Mapping[str, Sequence[Spelling]]:
            counts = responses[0]["aggregations"]["itself"]["buckets"]
            found = {word: {word: int(counts[str(n)]["doc_count"])} for n, word in enumerate(words)}
            for number, entries in responses[0].get("suggest", {}).items():
                options = (option for entry in entries for option in entry["options"])
                found[words[int(number)]] |= {option["text"]: int(option["freq"]) for option in options}
            return unknown | {word: nearest(word, near) for word, near in found.items()}

        return _Ask(read, (self._names.records, body))

    def _ask_best_pages(self, asked: questions.BestPages) -> _Ask:
        wanted = for_pages(asked.query)
        # A clause without a word asks for nothing.
        if not asked.ids or not any(analysis.plain_words(clause.text) for clause in wanted.clauses):
            return _Ask(lambda _: {})
        own = self._build_pages.among(asked.ids)
        best = {"name": "best", "size": max(1, asked.per_document), "sort": ["_score", "number"]}

        def body(clause: Clause) -> Body:
            query = self._build_pages.both(clause, own)
            collapse = {"field": "parent", "inner_hits": best}
            size = min(len(asked.ids), MAX_WINDOW)
            return {"query": query, "collapse": collapse, "size": size, "track_total_hits": False, "_source": False}

        def read(responses: _Responses) -> Mapping[DocumentId, Sequence[Page]]:
            # Pages with all wanted words; for documents without such a page, with most or any of them.
            found: dict[DocumentId, Sequence[Page]] = {}
            for response in reversed(responses):
                found |= {_parent(hit): _best_pages(hit) for hit in response["hits"]["hits"]}
            return {id: found[id] for id in asked.ids if id in found}

        bodies = [body(self._build_pages.matching(wanted, demand)) for demand in DEMANDS]
        return _Ask(read, *((self._names.pages, made) for made in bodies))


def _on_shelf(response: Mapping[str, Any]) -> list[DocumentId]:
    """What was found along the shelf; those without a call number stand after its end."""
    return [DocumentId(hit["_id"]) for hit in response["hits"]["hits"] if hit["sort"][0].startswith(ON_SHELF)]


class _Part:
    """Facets that are counted under the same search. chosen: the filter on its one field, which is lifted.
    most: how many values of each are listed."""

    def __init__(
        self, query: Query, fields: Sequence[str], chosen: Filter | None = None, most: int = MAX_FACET_VALUES
    ) -> None:
        self.query, self.fields, self.chosen, self.most = query, fields, chosen, most


def _terms(name: str, only: Sequence[str] | None, most: int) -> Body:
    again = COUNTED_AGAIN * most // MAX_FACET_VALUES
    wish: Body = {"field": f"r_{name}", "shard_size": max(CANDIDATES, again)}
    if only is None:
        return {"terms": wish | {"size": again}}
    return {"terms": wish | {"size": most, "include": list(only)}}


def _ranked(response: Mapping[str, Any]) -> list[Ranked]:
    return [Ranked(DocumentId(hit["_id"]), float(hit["_score"] or 0.0)) for hit in response["hits"]["hits"]]


def _ranking(response: Mapping[str, Any]) -> Ranking:
    return Ranking(tuple(_ranked(response)), int(response["hits"]["total"]["value"]))


def _nearest(response: Mapping[str, Any]) -> Ranking:
    found = []
    for hit in response["hits"]["hits"]:
        best = hit["inner_hits"]["passages"]["hits"]["hits"]
        page = int(best[0]["fields"]["passages.page"][0]) if best else 0
        # The server gives (1 + cosine) / 2, so that no score is negative.
        found.append(Ranked(DocumentId(hit["_id"]), 2 * float(hit["_score"]) - 1, page))
    return Ranking(tuple(found), len(found))


def _parent(hit: Mapping[str, Any]) -> DocumentId:
    return DocumentId(hit["fields"]["parent"][0])


def _page(source: Mapping[str, Any]) -> Page:
    return Page(int(source["number"]), source["label"], source["text"], source["section"])


def _best_pages(hit: Mapping[str, Any]) -> tuple[Page, ...]:
    pages = (_page(inner["_source"]) for inner in hit["inner_hits"]["best"]["hits"]["hits"])
    return tuple(sorted(pages, key=lambda page: page.number))
