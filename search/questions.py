"""What can be asked of an index, as values: so that several questions go to a server in one round trip."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from search.document import Document, DocumentId, Page
from search.query import Query
from search.results import FacetValue, Ranking, Spelling, Weights
from search.vectors import Vector

A = TypeVar("A")


@dataclass(frozen=True, eq=False)
class Question(Generic[A]):
    """A question whose answer is an A. What it asks for is said at the method of search.engine.Searcher
    of the same name. Every question is itself only, so it can be looked up in its Answers."""


@dataclass(frozen=True, eq=False)
class Keyword(Question[Ranking]):
    query: Query
    depth: int
    also: Collection[DocumentId] = ()


@dataclass(frozen=True, eq=False)
class Semantic(Question[Ranking]):
    vector: Vector
    query: Query
    depth: int


@dataclass(frozen=True, eq=False)
class Weigh(Question[Weights]):
    query: Query
    ids: Collection[DocumentId]


@dataclass(frozen=True, eq=False)
class Facets(Question[Mapping[str, Sequence[FacetValue]]]):
    query: Query
    also: Collection[DocumentId] = ()


@dataclass(frozen=True, eq=False)
class Fetch(Question[Sequence[Document]]):
    ids: Sequence[DocumentId]


@dataclass(frozen=True, eq=False)
class Languages(Question[Mapping[DocumentId, Sequence[str]]]):
    ids: Sequence[DocumentId]


@dataclass(frozen=True, eq=False)
class BestPages(Question[Mapping[DocumentId, Sequence[Page]]]):
    query: Query
    ids: Sequence[DocumentId]
    per_document: int = 3


@dataclass(frozen=True, eq=False)
class Spellings(Question[Mapping[str, Sequence[Spelling]]]):
    words: Sequence[str]


class Answers:
    """The answers to some questions, each found by its question."""

    def __init__(self, held: Mapping[Question[Any], Any]) -> None:
        self._held = held

    def __getitem__(self, question: Question[A]) -> A:
        answer: A = self._held[question]
        return answer
