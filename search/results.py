"""What comes back from a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from search.document import Document, DocumentId
from search.query import Filter, Mode, Query


class Ranked(NamedTuple):
    """A document in a ranking. page: the page (from 1) its best passage starts on, 0 for the record itself."""

    id: DocumentId
    score: float
    page: int = 0


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents best first, and how many match in all (also those beyond the depth asked for)."""

    items: tuple[Ranked, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Of some documents: the keyword scores of those that match the words, whatever the filters; and
    those that pass the filters, whatever their words."""

    words: Mapping[DocumentId, float]
    passing: frozenset[DocumentId]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A text and the half-open character ranges in it that match, in order and not overlapping."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PageHit:
    """A page of an e-book that matches: physical number from 1, printed label, and the words around."""

    page: int
    label: str
    snippet: Highlight
    section: str = ""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, how many of the results carry it, and whether it is chosen now."""

    value: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word of the index near to a typed one: about how many documents hold it, and how many edits it is away."""

    word: str
    documents: int
    distance: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a hit is there. kind "words": `words` of the query stand in `field` ("pages" for the
    e-book's text); "translation": what the other language calls them does; "meaning": its text is near
    in meaning (`page` says where, 0 for the record); "shared": it has `words` in `field` as the document
    does that it is like."""

    kind: Literal["words", "translation", "meaning", "shared"]
    field: str = ""
    words: tuple[str, ...] = ()
    page: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    """What each part gave to a hit's place.

    words: the engine's score of its words, of no fixed scale; None where they are no reason. words_share: what
    that is of the fused score, 0..1. cosine: its nearness in meaning, -1..1; None where that is no reason.
    fused: what results are sorted by when the order is by relevance, 0..1.
    """

    words: float | None = None
    words_share: float = 0.0
    cosine: float | None = None
    fused: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A result: the document, its fused score 0..1, why it is there, the pages that match, and its scores."""

    document: Document
    score: float
    reasons: tuple[Reason, ...] = ()
    title: Highlight = Highlight("")
    snippet: Highlight = Highlight("")
    pages: tuple[PageHit, ...] = ()
    scores: Scores = Scores()


Notice = Literal[
    "keyword_only",  # the index or the installation has no vectors; words only
    "relaxed",  # not every word of a long text had to match
    "question",  # nor had every word of a question
    "loosened",  # no document has all the words, so some were enough
    "shortened",  # the text was longer than the limit
    "plain",  # signs of the query language made no sense together and were passed over
    "no_words",  # the text has nothing to look for, so no document is kept out by it
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an e-book says to a question, in its own words: where it stands, and how much of the question it holds (0..1)."""

    document: Document
    page: int
    label: str
    section: str
    text: Highlight
    score: float


@dataclass(frozen=True, slots=True)
class Way:
    """A search that demands less than one without results, and how many results it has.

    kind: one "filter" is gone, all "filters" are, or some `words`, as they were read; or all words may stand "anywhere", in any
    order.
    """

    kind: Literal["filter", "filters", "anywhere", "words"]
    filter: Filter | None
    words: tuple[str, ...]
    query: Query
    total: int = 0


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of results. page counts from 1; total counts all results; took_ms is wall time.

    `mode` is what was really run, which is "keyword" when no vectors were there. typed: the search as it was
    asked for, when `query` is another spelling of it that finds more. meant: a spelling that would find far
    more. ways: out of a search without results. also: what was looked for besides, in the other language or as other
    words for the same.
    answers: passages that answer, on the first page of results for a question.
    """

    query: Query
    mode: Mode
    page: int
    size: int
    total: int
    took_ms: float
    hits: tuple[Hit, ...]
    facets: Mapping[str, Sequence[FacetValue]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    typed: Query | None = None
    meant: Query | None = None
    ways: tuple[Way, ...] = ()
    also: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands on a shelf around a place: ids before it and after it, each in the order of the shelf."""

    before: tuple[DocumentId, ...] = ()
    after: tuple[DocumentId, ...] = ()
