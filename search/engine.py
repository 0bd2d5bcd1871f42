"""The seam: what any engine does. Nothing above it knows which engine runs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from search import questions
from search.document import Document, DocumentId, Page, Passage, Suggestion
from search.publications import BEGINNING, Publications, Stamp
from search.query import Query
from search.questions import Answers, Question
from search.results import Beside, FacetValue, Ranking, Spelling, Weights
from search.vectors import Matrix, Vector

__all__ = [
    "Engine",
    "Entry",
    "IndexInfo",
    "IndexWriter",
    "Matrix",
    "Refused",
    "Searcher",
    "Step",
    "Vector",
    "WriteReport",
]


EVERYTHING: Final = Query()


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with everything that is indexed for it.

    vectors: one row a passage, in order; None when the load runs without embedding.
    """

    document: Document
    pages: tuple[Page, ...] = ()
    passages: tuple[Passage, ...] = ()
    vectors: Matrix | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that the engine could not write, and why, in words."""

    id: DocumentId
    reason: str


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What became of one `put`: ids written, in order, and refusals."""

    written: tuple[DocumentId, ...]
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A document on a walk through the index, and the stamp of its last change."""

    id: DocumentId
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds. embedder is the name its vectors were made by, "" when it has none.

    generation names the published state; it changes with every publication.
    """

    engine: str
    schema_version: int
    embedder: str
    dimensions: int
    documents: int
    pages: int
    passages: int
    generation: str
    size_bytes: int


class IndexWriter(Protocol):
    def put(self, entries: Iterable[Entry]) -> WriteReport:
        """Add or replace by id. A bad entry is refused in the report, never raised; the rest is written."""
        ...

    def delete(self, ids: Iterable[DocumentId]) -> int:
        """Remove by id; gives how many were there."""
        ...


class Searcher(Protocol):
    """A view of the published index. That of an exclusive engine stays the same while writers go on;
    that of a shared one follows what is published."""

    @property
    def embedder(self) -> str:
        """The name of the model that made this generation's vectors, "" when it has none."""
        ...

    def answer(self, asked: Sequence[Question[Any]]) -> Answers:
        """The answers to all of `asked`, from a server in one round trip. Where a rebuild is published in its midst, some are of
        the index before and some of the new one.
        """
        ...

    def keyword(self, query: Query, depth: int, also: Collection[DocumentId] = ()) -> Ranking:
        """The `depth` best documents that match the words and filters of `query`, in the order of
        `query.sort` (score 0.0 unless by relevance). `also` adds documents that pass the filters
        whether or not the words match. A query without wanted words matches all. `total` is exact.
        """
        ...

    def weigh(self, query: Query, ids: Collection[DocumentId]) -> Weights:
        """Which of `ids` match the words of `query`, with their scores on `keyword`'s scale, and which
        pass its filters. A wordless query matches none by words."""
        ...

    def semantic(self, vector: Vector, query: Query, depth: int) -> Ranking:
        """The `depth` nearest documents, best passage each, nearest first.

        vector: shape (dimensions,), unit length; score is cosine, -1..1. Filters of `query`
        apply; its text does not. `total` counts the items returned.
        Raises SchemaMismatch if dimensions differ.
        """
        ...

    def facets(self, query: Query, also: Collection[DocumentId] = ()) -> Mapping[str, Sequence[FacetValue]]:
        """For each facet field its values, most frequent first, with exact counts.

        Counts the documents that match the words, or are in `also`, under the filters of all
        *other* fields, so a chosen value still shows its siblings. Chosen values are always
        listed, with count 0 if need be. "year" gives decades as ranges ("2010..2019"), newest first.
        """
        ...

    def facet_values(self, field: str, query: Query, also: Collection[DocumentId] = ()) -> Sequence[FacetValue]:
        """All values of one facet, counted and ordered as by `facets`: of very many the most frequent thousands."""
        ...

    def fetch(self, ids: Sequence[DocumentId]) -> Sequence[Document]:
        """The documents of `ids` that exist, in that order."""
        ...

    @property
    def publications(self) -> Publications:
        """When what this view shows was published; it dates the stamps of `walk`."""
        ...

    def walk(
        self, after: Stamp = BEGINNING, limit: int = 100, query: Query = EVERYTHING, until: Stamp | None = None
    ) -> Sequence[Step]:
        """The next documents by the stamps of their last change, those that match the words and filters of `query`.

        Only stamps later than `after`, to go on from the last step of the walk before, and no later than `until`; what
        is not published yet is left out. Whoever walks to the end meets every document that did not change meanwhile
        once, and those that did at their new place. Fewer than `limit` steps are the last. Several writers may have
        given one stamp; those are not parted, so there may be a few steps more than `limit`.
        """

    def languages(self, ids: Sequence[DocumentId]) -> Mapping[DocumentId, Sequence[str]]:
        """The values of "language" of those of `ids` that exist; far cheaper than the documents."""
        ...

    def fingerprints(self, ids: Sequence[DocumentId]) -> Mapping[DocumentId, str]:
        """`Document.fingerprint` of those of `ids` that exist; far cheaper than the documents."""
        ...

    def best_pages(
        self, query: Query, ids: Sequence[DocumentId], per_document: int = 3
    ) -> Mapping[DocumentId, Sequence[Page]]:
        """For each document the best e-book pages for the words of `query`, in page order. A page must hold all
        wanted words if any page of the document does."""
        ...

    def pages(self, id: DocumentId, first: int, last: int) -> Sequence[Page]:
        """Pages `first`..`last` (from 1, both included) of a document's e-book, in order."""
        ...

    def vector(self, id: DocumentId) -> Vector | None:
        """The vector of the record itself (passage 0), None without vectors."""
        ...

    def suggest(self, prefix: str, limit: int) -> Sequence[Suggestion]:
        """Up to `limit` titles, then contributors, then subjects that begin with `prefix`, folded; the most frequent
        of each first. A name may be begun with the given name, a heading with any of its parts."""
        ...

    def shelf(self, call_number: str, id: DocumentId, before: int, after: int) -> Beside:
        """The documents that stand next to a place on the shelf, by their first call numbers (search.call_numbers).

        The place is that of the document `id` with `call_number`, whether or not there is one; "" as id is before all
        that have that number. What stands there itself is in neither part, nor is what has no call number.
        """
        ...

    def commonness(self, words: Sequence[str]) -> Mapping[str, float]:
        """For each folded word the share of documents whose record holds it, (held + 1) / (all + 1), at most 1: so a word
        that none holds is rare, and not 0. What changed lately may not count yet.
        """
        ...

    def spellings(self, words: Sequence[str]) -> Mapping[str, Sequence[Spelling]]:
        """For each folded word those of the index that are near to it, nearest first: itself with distance 0 if
        titles, names or headings hold it, and what a slip or two of the pen makes of it."""
        ...


class Engine(Protocol):
    @property
    def exclusive(self) -> bool:
        """Whether one writer at a time is let in, and an update is published whole or not at all.

        A shared engine lets several update at once. What it acknowledged stays even if the load fails
        later; all of it is visible on clean exit, parts may be before. A rebuild is alone, and published
        whole, in either.
        """
        ...

    def info(self) -> IndexInfo:
        """Raises IndexMissing when nothing was ever published."""
        ...

    def damaged(self) -> Sequence[str]:
        """Parts of the index that are not as they were written, by name; () when all is whole. Reads everything."""
        ...

    def searcher(self) -> Searcher:
        """A view of the newest published generation. Raises IndexMissing, SchemaMismatch, EngineUnavailable."""
        ...

    def updating(self, embedder: str = "", dimensions: int = 0) -> AbstractContextManager[IndexWriter]:
        """Change the index in place; visible to new searchers on clean exit, as `exclusive` says.

        embedder, dimensions: the model that makes this load's vectors, "" without. Raises
        IndexBusy if a rebuild, or in an exclusive engine any writer, is open anywhere; SchemaMismatch
        if the index holds another model's vectors.
        """
        ...

    def rebuilding(self, embedder: str = "", dimensions: int = 0) -> AbstractContextManager[IndexWriter]:
        """A new, empty generation, published on clean exit only; until then the old one serves.

        Raises IndexBusy if any other writer is open anywhere.
        """
        ...


def answer_in_turn(searcher: Searcher, asked: Sequence[Question[Any]]) -> Answers:
    """What `Searcher.answer` is where a question costs no journey."""
    return Answers({question: _answer(searcher, question) for question in asked})


def _answer(searcher: Searcher, question: Question[Any]) -> Any:
    match question:
        case questions.Keyword():
            return searcher.keyword(question.query, question.depth, question.also)
        case questions.Semantic():
            return searcher.semantic(question.vector, question.query, question.depth)
        case questions.Weigh():
            return searcher.weigh(question.query, question.ids)
        case questions.Facets():
            return searcher.facets(question.query, question.also)
        case questions.Fetch():
            return searcher.fetch(question.ids)
        case questions.Languages():
            return searcher.languages(question.ids)
        case questions.BestPages():
            return searcher.best_pages(question.query, question.ids, question.per_document)
        case questions.Spellings():
            return searcher.spellings(question.words)
    raise TypeError(f"not a question an engine can answer: {question!r}")
