"""Reading one generation of an embedded index."""

import json
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import numpy as np
import tantivy

from search import analysis
from search.document import Document, DocumentId, Page, Suggestion, from_json
from search.engine import EVERYTHING, Step, Vector, answer_in_turn
from search.engines.compatibility import require_dimensions
from search.engines.embedded.beginnings import Beginnings
from search.engines.embedded.columns import Columns
from search.engines.embedded.generations import Generation
from search.engines.embedded.guard import reading
from search.engines.embedded.queries import TantivyDialect
from search.engines.embedded.read_only import OpenWords
from search.engines.embedded.runs import Places
from search.engines.embedded.sets import RecordSets, count_of, open_sets
from search.engines.embedded.shelf import Shelf
from search.engines.embedded.vectors import Near, VectorReader
from search.engines.embedded.vocabulary import Vocabulary
from search.engines.embedded.writer import count
from search.engines.facets import MAX_LISTED_VALUES, facet
from search.engines.selecting import DEMANDS, PAGE_TEXT, Selection, for_pages
from search.engines.spelling import nearest
from search.engines.terms import ANYWHERE, MORE_TERMS, clean, sorted_id, suggestion_prefixes, suggestions
from search.publications import BEGINNING, Stamp
from search.query import Filter, Query
from search.questions import Answers, Question, Semantic
from search.results import Beside, FacetValue, Ranked, Ranking, Spelling, Weights
from search.schema import FACETS, RELEVANCE, SORTS

MAX_PAGES: Final = 100_000
# What finds no more records is asked of tantivy; of more, the sets of its words are put together.
FEW_COUNTED: Final = 4_000
CACHED_FACETS: Final = 128
CACHED_NEAREST: Final = 128
CACHED_SUGGESTIONS: Final = 512
# Searches of which it is known how many records they find: those that are just answered.
KNOWN_TOTALS: Final = 256


class EmbeddedSearcher:
    """A view of one generation; safe to use from several threads."""

    def __init__(self, generation: Generation) -> None:
        manifest = generation.manifest
        self.generation = generation.name
        self.embedder = manifest.embedder
        self.publications = manifest.publications
        self._dimensions = manifest.dimensions
        with reading("be opened"):
            self._open = OpenWords(generation.folder / "words"), OpenWords(generation.folder / "pages")
            records, pages = (found.index for found in self._open)
            self._records, self._pages = (found.searcher for found in self._open)
            self._columns = Columns(generation.folder / "columns")
            self._vectors = VectorReader(generation.folder / "vectors", manifest.dimensions)
            made = open_sets(generation.folder / "sets")
        self._build = Selection(TantivyDialect(self._records, records.schema))
        self._build_pages = Selection(TantivyDialect(self._pages, pages.schema, "parent"), PAGE_TEXT)
        self._record_schema, self._page_schema = records.schema, pages.schema
        self._sets = RecordSets(self._records, records.schema, len(self._columns), made)
        self._build_sets = Selection(self._sets)
        self._tally_of_all = lru_cache(1)(self._count_all)
        self._totals: dict[Query, int] = {}
        # The same facets are asked for with every page of a result; a generation never changes.
        self._cached_facets = lru_cache(CACHED_FACETS)(self._count_facets)
        # A text is as near with every filter and on every page.
        self._cached_nearest = lru_cache(CACHED_NEAREST)(self._nearest_of_all)
        self._shelf = lru_cache(1)(lambda: Shelf(self._records))
        self._vocabulary = lru_cache(1)(lambda: Vocabulary(self._records))
        self._beginnings = Beginnings(self._records)
        self._cached_suggestions = lru_cache(CACHED_SUGGESTIONS)(self._suggest)

    def answer(self, asked: Sequence[Question[Any]]) -> Answers:
        near = [question for question in asked if isinstance(question, Semantic)]
        others = [question for question in asked if not isinstance(question, Semantic)]
        if not (near and others and self._vectors.many):
            return answer_in_turn(self, asked)
        with ThreadPoolExecutor(1) as pool:  # one that is kept would lack its thread in a forked process
            meanwhile = pool.submit(answer_in_turn, self, near)
            answered = answer_in_turn(self, others)
            found = meanwhile.result()
        return Answers({question: (found if question in near else answered)[question] for question in asked})

    def keyword(self, query: Query, depth: int, also: Collection[DocumentId] = ()) -> Ranking:
        with reading("be searched"):
            if depth <= 0:
                return Ranking((), self._total(query, also))
            selected = self._build.selecting(query, also)
            by_score = query.sort == RELEVANCE or query.sort not in SORTS
            found = self._by_score(selected, depth) if by_score else self._by_key(selected, query.sort, depth)
            if not also:
                self._keep_total(query, found.total)
            return found

    def weigh(self, query: Query, ids: Collection[DocumentId]) -> Weights:
        if not ids:
            return Weights({}, frozenset())
        with reading("be searched"):
            among = self._build.among(ids)
            words = self._build.both(self._build.selecting(query.without_filters()), among)
            passing = self._build.both(self._build.selecting(query.without_words()), among) if query.filters else among
            scores = {item.id: item.score for item in self._by_score(words, len(ids)).items}
            return Weights(scores, frozenset(self._ids(passing, len(ids))))

    def semantic(self, vector: Vector, query: Query, depth: int) -> Ranking:
        if not self._dimensions:
            return Ranking((), 0)
        require_dimensions(self._dimensions, vector)
        asked = np.asarray(vector, np.float32)
        with reading("be searched by meaning"):
            found = self._nearest(asked, query, depth)
        return Ranking(tuple(found), len(found))

    def facets(self, query: Query, also: Collection[DocumentId] = ()) -> Mapping[str, Sequence[FacetValue]]:
        with reading("be counted"):
            return dict(self._cached_facets(query, frozenset(also)))

    def facet_values(self, field: str, query: Query, also: Collection[DocumentId] = ()) -> Sequence[FacetValue]:
        chosen, lifted = query.chosen.get(field), query.lifting(field)
        with reading("be counted"):
            tally = self._tally(lifted, also)
            counts = self._columns.most_frequent(tally, [field], MAX_LISTED_VALUES)[field]
            if chosen is not None:
                self._add_chosen(counts, lifted, also, chosen)
        return facet(field, counts, chosen)

    def fetch(self, ids: Sequence[DocumentId]) -> Sequence[Document]:
        with reading("be read"):
            if not ids:
                return ()
            hits = self._records.search(self._build.among(ids), max(1, len(set(ids))), count=False).hits
            stored = (self._records.doc(address) for _, address in hits)
            documents = {document.id: document for document in map(self._document, stored)}
        return tuple(documents[id] for id in ids if id in documents)

    def walk(
        self, after: Stamp = BEGINNING, limit: int = 100, query: Query = EVERYTHING, until: Stamp | None = None
    ) -> Sequence[Step]:
        last = self.publications.last if until is None else min(until, self.publications.last)
        if limit <= 0 or last <= after:
            return ()
        with reading("be walked through"):
            kind = tantivy.FieldType.Unsigned
            stamped = tantivy.Query.range_query(self._record_schema, "stamp", kind, after + 1, last)
            selected = self._build.both(self._build.selecting(query), stamped)
            hits = self._records.search(
                selected, limit, count=False, order_by_field="stamp", order=tantivy.Order.Asc
            ).hits
            ids = self._ids_at([address for _, address in hits])
            return tuple(Step(id, Stamp(int(stamp))) for id, (stamp, _) in zip(ids, hits, strict=True))

    def languages(self, ids: Sequence[DocumentId]) -> Mapping[DocumentId, Sequence[str]]:
        if not ids:
            return {}
        with reading("be read"):
            numbers = self._numbers(self._build.among(ids), len(ids)).tolist()
            values = [self._columns.values(number, "language") for number in numbers]
            return dict(zip(self._columns.ids(numbers), values, strict=True))

    def fingerprints(self, ids: Sequence[DocumentId]) -> Mapping[DocumentId, str]:
        with reading("be read"):
            if not ids:
                return {}
            hits = self._records.search(self._build.among(ids), len(set(ids)), count=False).hits
            stored = [self._records.doc(address) for _, address in hits]
            return {
                DocumentId(str(doc.get_first("id"))): bytes(doc.get_first("fingerprint") or b"").decode("utf-8")
                for doc in stored
            }

    def best_pages(
        self, query: Query, ids: Sequence[DocumentId], per_document: int = 3
    ) -> Mapping[DocumentId, Sequence[Page]]:
        asked = for_pages(query)
        if not any(analysis.words(clause.text) for clause in asked.clauses) or not self._pages.num_docs:
            return {}
        with reading("be searched for pages"):
            # Pages with all wanted words; for documents without such a page, with most or any of them.
            choices = [self._build_pages.matching(asked, demand) for demand in DEMANDS]
            found = {id: self._pages_of(choices, id, per_document) for id in ids if self._has_pages(id)}
        return {id: pages for id, pages in found.items() if pages}

    def pages(self, id: DocumentId, first: int, last: int) -> Sequence[Page]:
        first, last = max(first, 0), min(last, first + MAX_PAGES)
        if last < first:
            return ()
        with reading("be read"):
            number = tantivy.Query.range_query(self._page_schema, "number", tantivy.FieldType.Unsigned, first, last)
            query = self._build.both(self._build_pages.among([id]), number)
            hits = self._pages.search(query, max(1, last - first + 1), count=False).hits
            found = [_page(self._pages.doc(address)) for _, address in hits]
        return tuple(sorted(found, key=lambda page: page.number))

    def vector(self, id: DocumentId) -> Vector | None:
        with reading("be read"):
            numbers = self._numbers(self._build.among([id]), 1).tolist()
            return self._vectors.record(numbers[0]) if numbers else None

    def suggest(self, prefix: str, limit: int) -> Sequence[Suggestion]:
        if limit <= 0:
            return ()
        with reading("be searched"):
            return self._cached_suggestions(tuple(suggestion_prefixes(prefix).values()), limit)

    def commonness(self, words: Sequence[str]) -> Mapping[str, float]:
        field, of_all = f"w_{ANYWHERE}", self._records.num_docs + 1
        with reading("be looked through for words"):
            return {word: min(1.0, (self._records.doc_freq(field, clean(word)) + 1) / of_all) for word in words}

    def spellings(self, words: Sequence[str]) -> Mapping[str, Sequence[Spelling]]:
        with reading("be looked through for a spelling"):
            vocabulary = self._vocabulary()
            return {word: nearest(word, vocabulary.near(word)) for word in words}

    def shelf(self, call_number: str, id: DocumentId, before: int, after: int) -> Beside:
        with reading("be looked through along the shelf"):
            return self._shelf().beside(call_number, id, before, after)

    def _document(self, stored: tantivy.Document) -> Document:
        changed = self.publications.date(Stamp(int(stored.get_first("stamp") or 0)))
        return from_json(bytes(stored.get_first("json") or b"").decode("utf-8"), changed)

    def _by_score(self, selected: tantivy.Query, depth: int) -> Ranking:
        found: Any = self._records.search(selected, max(1, depth), count=True)
        hits = found.hits[: max(0, depth)]
        ids = self._ids_at([address for _, address in hits])
        items = (Ranked(id, float(score)) for id, (score, _) in zip(ids, hits, strict=True))
        return Ranking(tuple(items), int(found.count))

    def _by_key(self, selected: tantivy.Query, sort: str, depth: int) -> Ranking:
        total = count(self._records, selected)
        if depth <= 0 or not total:
            return Ranking((), total)
        # Sort keys are unique (they end in the id), so the first `depth` of them are the first documents.
        # Ordered by key, a segment's first `depth` hold all that can be among the first of all.
        order = "desc" if SORTS[sort][1] else "asc"
        size = min(depth, total)
        wish = {"field": f"o_{sort}", "size": size, "segment_size": size, "order": {"_key": order}}
        buckets = self._aggregate(selected, {"keys": {"terms": wish}})["keys"]["buckets"]
        ids = [DocumentId(sorted_id(bucket["key"])) for bucket in buckets]
        return Ranking(tuple(Ranked(id, 0.0) for id in ids), total)

    def _ids(self, selected: tantivy.Query, limit: int) -> list[DocumentId]:
        hits = self._records.search(selected, max(1, limit), count=False).hits
        return self._ids_at([address for _, address in hits])

    def _ids_at(self, addresses: list[tantivy.DocAddress]) -> list[DocumentId]:
        # A stored record is some thousand bytes of which the id would be ten.
        numbers = self._records.fast_field_values("number", addresses) if addresses else []
        return self._columns.ids([int(number) for number in numbers if number is not None])

    def _aggregate(self, selected: tantivy.Query, wishes: dict[str, Any]) -> dict[str, Any]:
        answer: Any = self._records.aggregate(selected, wishes)
        return dict(json.loads(answer) if isinstance(answer, str) else answer)

    def _nearest(self, vector: Vector, query: Query, depth: int) -> list[Ranked]:
        if not query.filters:
            return self._cached_nearest(vector.tobytes(), depth)
        return self._named(self._vectors.nearest(vector, depth, self._matching(query.without_words())))

    def _nearest_of_all(self, vector: bytes, depth: int) -> list[Ranked]:
        return self._named(self._vectors.nearest(np.frombuffer(vector, np.float32), depth))

    def _named(self, found: Sequence[Near]) -> list[Ranked]:
        ids = self._columns.ids([near.number for near in found])
        return [Ranked(id, near.score, near.page) for id, near in zip(ids, found, strict=True)]

    def _count_facets(self, query: Query, also: frozenset[DocumentId]) -> dict[str, tuple[FacetValue, ...]]:
        chosen = query.chosen
        open_fields = [name for name in FACETS if name not in chosen]
        counts = self._count_values(query, also, open_fields)
        for name in FACETS:
            if name in chosen:
                lifted = query.lifting(name)
                counts |= self._count_values(lifted, also, [name])
                self._add_chosen(counts[name], lifted, also, chosen[name])
        return {name: facet(name, counts[name], chosen.get(name)) for name in FACETS}

    def _count_values(
        self, query: Query, also: Collection[DocumentId], names: Sequence[str]
    ) -> dict[str, dict[str, int]]:
        """The most frequent values of each field with exact counts."""
        return self._columns.most_frequent(self._tally(query, also), names) if names else {}

    def _tally(self, query: Query, also: Collection[DocumentId]) -> Places:
        """How many of the records that match have each value. Each of them costs, so of many the others are counted."""
        total = self._totals.get(query)
        if total is not None and total + len(also) <= FEW_COUNTED:
            return self._columns.tally(self._numbers(self._build.selecting(query, also), total + len(also)))
        selected = self._build_sets.selecting(query, also)
        at_most = selected.at_most()
        if at_most <= FEW_COUNTED:
            return self._columns.tally(self._numbers(self._build.selecting(query, also), at_most))
        found = selected.bits()
        if count_of(found) * 2 <= self._records.num_docs:
            return self._columns.tally(self._sets.numbers(found))
        others = self._sets.everything().bits() & ~found
        return self._tally_of_all() - self._columns.tally(self._sets.numbers(others))

    def _matching(self, query: Query) -> Places:
        """The numbers of the records that match, in order."""
        selected = self._build_sets.selecting(query)
        at_most = selected.at_most()
        if at_most <= FEW_COUNTED:
            return self._numbers(self._build.selecting(query), at_most)
        return self._sets.numbers(selected.bits())

    def _count_all(self) -> Places:
        return self._columns.tally(self._sets.numbers(self._sets.everything().bits()))

    def _total(self, query: Query, also: Collection[DocumentId] = ()) -> int:
        selected = self._build_sets.selecting(query, also)
        if selected.at_most() <= FEW_COUNTED:
            return count(self._records, self._build.selecting(query, also))
        return count_of(selected.bits())

    def _keep_total(self, query: Query, total: int) -> None:
        if len(self._totals) >= KNOWN_TOTALS:
            self._totals.clear()
        self._totals[query] = total

    def _numbers(self, selected: tantivy.Query, limit: int) -> Places:
        """The numbers of the records that match, in order."""
        found: Any = self._records.search(selected, max(1, limit), order_by_field="number", order=tantivy.Order.Asc)
        hits = found.hits  # made anew whenever it is asked for
        return np.fromiter(map(itemgetter(0), hits), np.int64, len(hits))

    def _add_chosen(self, counts: dict[str, int], lifted: Query, also: Collection[DocumentId], chosen: Filter) -> None:
        """Counts chosen values that are not among the listed: rare ones, and years that are no decade."""
        for value in chosen.values:
            if value not in counts:
                alone = _with_filter(lifted, Filter(chosen.field, (value,)))
                counts[value] = self._total(alone, also)

    def _has_pages(self, id: DocumentId) -> bool:
        return bool(self._pages.doc_freq("parent", clean(id)))

    def _pages_of(self, choices: Sequence[tantivy.Query], id: DocumentId, limit: int) -> tuple[Page, ...]:
        own = self._build_pages.among([id])
        for wanted in choices:
            hits = self._pages.search(self._build.both(wanted, own), max(1, limit), count=False).hits
            if hits:
                best = (_page(self._pages.doc(address)) for _, address in hits)
                return tuple(sorted(best, key=lambda page: page.number))
        return ()

    def _suggest(self, prefixes: tuple[str, ...], limit: int) -> tuple[Suggestion, ...]:
        found: list[Suggestion] = []
        for typed in prefixes:
            terms = self._beginnings.most_frequent(typed, MORE_TERMS * limit)
            found += suggestions(terms, limit)
        return tuple(found)


def _with_filter(query: Query, filter: Filter) -> Query:
    return replace(query, filters=(*query.filters, filter))


def _page(stored: tantivy.Document) -> Page:
    def text(name: str) -> str:
        return bytes(stored.get_first(name) or b"").decode("utf-8")

    return Page(int(stored.get_first("number") or 0), text("label"), text("text"), text("section"))
