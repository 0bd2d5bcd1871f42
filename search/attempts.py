"""Which reading of a search is run: as it was typed, in another spelling, or with some of its words."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from search import forgiving
from search.document import DocumentId
from search.engine import Searcher
from search.forgiving import FEW_HITS, Spellings
from search.matching import is_relaxed
from search.query import Query
from search.questions import Keyword, Question, Semantic
from search.questions import Spellings as AskSpellings
from search.results import Ranked, Ranking, Way


@dataclass(frozen=True, slots=True)
class Attempt:
    """The query that was run, what its words found, and what is near in meaning to the text as it was typed.

    typed, meant: as in search.results.ResultPage.
    """

    query: Query
    words: Ranking
    nearest: Sequence[Ranked] = ()
    typed: Query | None = None
    meant: Query | None = None


def attempt(
    searcher: Searcher, query: Query, nearness: Callable[[Query], Semantic | None], depth: int, *, exact: bool = False
) -> Attempt:
    """The first reading of `query` that finds something. exact: no other spelling is tried.

    nearness: asks for what is near in meaning to the text of a query; None where that is not looked for.

    Filters do not count for that: they must only narrow what the text alone selects.
    """
    words, near = Keyword(query, depth), nearness(query)
    unfiltered = Keyword(query.without_filters(), 0) if query.filters else words
    doubtful = () if exact or query.wordless else forgiving.doubtful_words(query)
    spellings = AskSpellings(doubtful) if doubtful and is_relaxed(query) else None
    asked: list[Question[Ranking]] = list(dict.fromkeys([words, unfiltered, *([near] if near else [])]))
    answers = searcher.answer([*asked, *([spellings] if spellings else [])])
    first = Attempt(query, answers[words], answers[near].items if near else ())
    found = answers[unfiltered].total
    if spellings is not None:
        eased = forgiving.eased(query, answers[spellings])
        first = first if eased == query else replace(first, query=eased, words=searcher.keyword(eased, depth))
    elif doubtful and found < FEW_HITS:
        first, found = _respelled(searcher, first, _known_spellings(searcher, doubtful), found, depth)
        if first.typed is not None and (near := nearness(first.query)):
            first = replace(first, nearest=searcher.answer([near])[near].items)
    if not found and not query.wordless and not is_relaxed(first.query):
        return _loosened(searcher, first, depth)
    return first


def ways_out(searcher: Searcher, query: Query, finds: Collection[DocumentId] = ()) -> tuple[Way, ...]:
    """Searches that demand less and find something.

    finds: what is a result by its meaning, whatever the filters. It counts where only filters go; with other words
    something else would be near, so there the words alone are counted.
    """
    ways = forgiving.ways_out(query)
    totals = [Keyword(way.query, 0, () if way.kind == "words" else finds) for way in ways]
    answers = searcher.answer(totals)
    counted = [replace(way, total=answers[total].total) for way, total in zip(ways, totals, strict=True)]
    return tuple(way for way in counted if way.total)


def _respelled(searcher: Searcher, first: Attempt, spellings: Spellings, found: int, depth: int) -> tuple[Attempt, int]:
    """The attempt in another spelling if that finds something where nothing was; else with what it may have meant."""
    for other in (forgiving.respelled(first.query, spellings), forgiving.begun(first.query, spellings)):
        if other is None:
            continue
        total = searcher.keyword(other.without_filters(), 0).total
        if total and not found:
            return replace(first, query=other, words=searcher.keyword(other, depth), typed=first.query), total
        if found and total >= found * forgiving.FAR_MORE:
            return replace(first, meant=other), found
    return first, found


def _known_spellings(searcher: Searcher, doubtful: Sequence[str]) -> Spellings:
    spellings = searcher.spellings(doubtful)
    halves = [half for word in doubtful if not spellings.get(word) for pair in forgiving.halves(word) for half in pair]
    return {**searcher.spellings(halves), **spellings} if halves else spellings


def _loosened(searcher: Searcher, first: Attempt, depth: int) -> Attempt:
    loosened = first.query.loosened()
    if is_relaxed(loosened) and searcher.keyword(loosened.without_filters(), 0).total:
        return replace(first, query=loosened, words=searcher.keyword(loosened, depth))
    return first
