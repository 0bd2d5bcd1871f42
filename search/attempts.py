"""Which reading of a search is run: as it was typed, in another spelling, or with some of its words."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
class Prepared:
    """A query as it is run, and what was added to it (search.results.ResultPage.also)."""

    query: Query
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """The query that was run, what its words found, and what is near in meaning to its text.

    also, typed, meant: as in search.results.ResultPage.
    """

    query: Query
    words: Ranking
    nearest: Sequence[Ranked] = ()
    also: tuple[str, ...] = ()
    typed: Query | None = None
    meant: Query | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """How a search is asked: with what beside its words, with what for its meaning, and how deep words are ranked.

    nearness: asks for what is near in meaning to the text of a query; None where that is not looked for.
    """

    searcher: Searcher
    prepare: Callable[[Query], Prepared]
    nearness: Callable[[Query], Semantic | None]
    depth: int

    def attempt(self, query: Query, *, exact: bool = False) -> Attempt:
        """The first reading of `query` that finds something. exact: no other spelling is tried.

        Filters do not count for that: they must only narrow what the text alone selects.
        """
        ready = self.prepare(query)
        words, near = Keyword(ready.query, self.depth), self.nearness(query)
        unfiltered = Keyword(ready.query.without_filters(), 0) if query.filters else words
        doubtful = () if exact or query.wordless else forgiving.doubtful_words(query, ready.query)
        spellings = AskSpellings(doubtful) if doubtful and is_relaxed(ready.query) else None
        asked: list[Question[Any]] = [words, unfiltered, *([near] if near else []), *([spellings] if spellings else [])]
        answers = self.searcher.answer(list(dict.fromkeys(asked)))
        first = Attempt(ready.query, answers[words], answers[near].items if near else (), ready.also)
        found = answers[unfiltered].total
        if spellings is not None:
            first = self._eased(first, answers[spellings])
        elif doubtful and found < FEW_HITS:
            first = self._respelled(first, query, doubtful, found)
        if not found and first.typed is None and not query.wordless and not is_relaxed(first.query):
            return self._loosened(first)
        return first

    def _eased(self, first: Attempt, spellings: Spellings) -> Attempt:
        eased = forgiving.eased(first.query, spellings)
        return first if eased == first.query else replace(first, query=eased, words=self._ranked(eased))

    def _respelled(self, first: Attempt, query: Query, doubtful: Sequence[str], found: int) -> Attempt:
        """The attempt in another spelling, if that finds something where nothing was; else with what it may have meant."""
        spellings = self._known_spellings(doubtful)
        begun = forgiving.begun(query, spellings)
        others = [*forgiving.respelled(query, spellings), *([begun] if begun else [])]
        prepared = [self.prepare(other) for other in others]
        totals = [Keyword(ready.query.without_filters(), 0) for ready in prepared]
        answers = self.searcher.answer(totals)
        for other, ready, total in zip(others, prepared, totals, strict=True):
            number = answers[total].total
            if number and not found:
                near = self.nearness(other)
                nearest = self.searcher.answer([near])[near].items if near else ()
                return Attempt(ready.query, self._ranked(ready.query), nearest, ready.also, typed=query)
            if found and number >= found * forgiving.FAR_MORE:
                return replace(first, meant=other)
        return first

    def _known_spellings(self, doubtful: Sequence[str]) -> Spellings:
        known = self.searcher.spellings(doubtful)
        halves = [half for word in doubtful if not known.get(word) for pair in forgiving.halves(word) for half in pair]
        return {**self.searcher.spellings(halves), **known} if halves else known

    def _loosened(self, first: Attempt) -> Attempt:
        loosened = first.query.loosened()
        if is_relaxed(loosened) and self.searcher.keyword(loosened.without_filters(), 0).total:
            return replace(first, query=loosened, words=self._ranked(loosened))
        return first

    def _ranked(self, query: Query) -> Ranking:
        return self.searcher.keyword(query, self.depth)


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
