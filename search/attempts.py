"""Which reading of a search is run: as it was typed, in another spelling, or with some of its words."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from search import analysis, forgiving
from search.bilingual.persons import in_names_beside
from search.document import DocumentId
from search.engine import Searcher
from search.engines.spelling import nearest
from search.forgiving import FEW_FOR_A_SLIP, FEW_HITS, Spellings
from search.highlight import Matcher
from search.implied import (
    THINGS,
    asks,
    with_matter_alone,
    with_names_alone,
    with_names_anywhere,
    with_publisher_named,
    without_by_whom,
)
from search.matching import is_relaxed, is_stop
from search.query import RECORD, Clause, Part, Query, words_of
from search.query_language import without_fields
from search.questions import Keyword, Question, Semantic
from search.questions import Spellings as AskSpellings
from search.results import Ranked, Ranking, Way
from search.schema import RELEVANCE
from search.translating import with_names_of_quoted

# A search that finds more than this finds more than books that happen to hold its words somewhere; of these so many are looked into.
FEW_BOOKS: Final = 50
BOOKS_LOOKED_INTO: Final = 5


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query as it is run, and what was added to it (search.results.ResultPage.also).

    known: those of its words (folded) that are names or words of either language, so that they are spelt right.
    """

    query: Query
    also: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attempt:
    """The query that was run, what its words found, and what is near in meaning to its text.

    also, typed, meant: as in search.results.ResultPage. found: the words find something, filters apart. question: not every
    word had to be found because the text is a question; something holds them all.
    """

    query: Query
    words: Ranking
    nearest: Sequence[Ranked] = ()
    also: tuple[str, ...] = ()
    typed: Query | None = None
    meant: Query | None = None
    found: bool = True
    question: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """How a search is asked: with what beside its words, with what for its meaning, and how deep words are ranked.

    nearness: asks for what is near in meaning to the text of a query; None where that is not looked for. near_from: the score
    from which on it is a result though it holds no word.
    """

    searcher: Searcher
    prepare: Callable[[Query], Prepared]
    nearness: Callable[[Query], Semantic | None]
    near_from: float
    depth: int

    def attempt(self, query: Query, *, exact: bool = False) -> Attempt:
        """The first reading of `query` that finds something. exact: no other spelling is tried.

        Filters do not count for that: they must only narrow what the text alone selects.
        """
        ready = self.prepare(query)
        words, near = Keyword(ready.query, self.depth), self.nearness(query)
        unfiltered = Keyword(ready.query.without_filters(), 0) if query.filters else words
        doubtful = () if exact or query.wordless else forgiving.doubtful_words(query, ready.query, ready.known)
        spellings = AskSpellings(doubtful) if doubtful and is_relaxed(ready.query) else None
        asked: list[Question[Any]] = [words, unfiltered, *([near] if near else []), *([spellings] if spellings else [])]
        answers = self.searcher.answer(list(dict.fromkeys(asked)))
        found = answers[unfiltered].total
        first = Attempt(ready.query, answers[words], answers[near].items if near else (), ready.also, found=found > 0)
        if not found and not query.wordless and (named := self._named_otherwise(first)):
            return named if named.found else self._loosened(named, query)
        # Few titles hold the name of a publisher, so that it looks like a slip: "Erlangga" is no "serangga". Of a long name not some
        # words are meant: "penerbit Gramedia Pustaka Utama"; nor is "penerbit" alone, of "penerbit Antara".
        publisher = with_publisher_named(first.query)
        some = not found or is_relaxed(first.query) or (publisher is not None and all(map(is_stop, publisher.wanted)))
        if some and (published := self._asked_as(first, publisher)):
            return published
        if not (found or exact or query.wordless) and (published := self._published_respelled(query)):
            return published
        if spellings is not None:
            first = self._eased(first, answers[spellings])
        elif doubtful and found < FEW_HITS:
            first = self._respelled(first, query, doubtful, found)
        elif doubtful and found <= FEW_FOR_A_SLIP:
            others = forgiving.without_slips(query, self.searcher.spellings(doubtful))
            first = replace(first, meant=_far_more(found, self._finding(others)))
        if first.typed is not None or query.wordless or is_relaxed(first.query):
            return first
        if not found:
            return self._widened(first) or self._loosened(first, query)
        if found > FEW_BOOKS:
            return first
        # Who asks a question has not chosen words that the answer must hold (docs/decisions/0004-fusion.md).
        if not exact and query.sort == RELEVANCE and asks(query):
            return replace(self._loosened(first, query), question=True)
        return self._loosened(first, query) if self._is_scattered(first) else first

    def _is_scattered(self, first: Attempt) -> bool:
        """Whether the words stand together in no record and on no page: only far apart, in the texts of whole books."""
        query = first.query.without_filters().demanding()
        words = [clause for clause in query.wanted if not is_stop(clause)]
        if query.strict or query.grouped or len(words) < 2:
            return False
        in_records = replace(query, parts=tuple(replace(word, field=RECORD) for word in words))
        if self.searcher.keyword(in_records, 0).total:
            return False
        found = self.searcher.keyword(query, BOOKS_LOOKED_INTO) if first.query.filters else first.words
        books = [book.id for book in found.items[:BOOKS_LOOKED_INTO]]
        matcher = Matcher(query)
        best = (pages[0] for pages in self.searcher.best_pages(query, books, 1).values())
        return not any(matcher.asked_in(analysis.words(page.text)) == matcher.asked for page in best)

    def _named_otherwise(self, first: Attempt) -> Attempt | None:
        """With what persons in quotes are called besides, which nobody may be called there; None where there are none."""
        named, told = with_names_of_quoted(first.query)
        if named == first.query:
            return None
        first = replace(first, query=named, also=(*first.also, *told))
        return self._asked_as(first, named) or first

    def _eased(self, first: Attempt, spellings: Spellings) -> Attempt:
        eased = forgiving.eased(first.query, spellings)
        return first if eased == first.query else replace(first, query=eased, words=self._ranked(eased))

    def _respelled(self, first: Attempt, query: Query, doubtful: Sequence[str], found: int) -> Attempt:
        """The attempt in another spelling, if that finds something where nothing was; else with what it may have meant."""
        spellings = self._known_spellings(doubtful)
        begun = forgiving.begun(query, spellings, doubtful)
        named = _persons_respelled(query, doubtful)
        others = [*named, *forgiving.respelled(query, spellings), *([begun] if begun else [])]
        finding = self._finding(others)
        for other, ready, _ in finding if not found else ():
            if not forgiving.gives_up_known(query, other, spellings):
                near = self.nearness(other)
                nearest = self.searcher.answer([near])[near].items if near else ()
                return Attempt(ready.query, self._ranked(ready.query), nearest, ready.also, typed=query)
        return replace(first, meant=_far_more(found, finding))

    def _published_respelled(self, query: Query) -> Attempt | None:
        """With the nearest spelling of a publisher's name that nothing is of: "penerbit erlanga"; None where none is asked for or near.

        Publishers are no vocabulary to respell other words by, so their names are looked through only here.
        """
        asked = with_publisher_named(query) or query
        words = set(words_of(clause for clause in asked.wanted if clause.field == "publisher"))
        if not words:
            return None
        known: Counter[str] = Counter()
        for value in self.searcher.facet_values("publisher", Query()):
            known.update(dict.fromkeys(analysis.plain_words(value.value), value.count))
        near = {word: nearest(word, known) for word in words}
        for _, ready, _ in self._finding(forgiving.respelled(asked, near)):
            return Attempt(ready.query, self._ranked(ready.query), (), ready.also, typed=query)
        return None

    def _finding(self, others: Sequence[Query]) -> list[tuple[Query, Prepared, int]]:
        """Those of `others` that find something, as they are run, and how much."""
        prepared = [self.prepare(other) for other in others]
        totals = [Keyword(ready.query.without_filters(), 0) for ready in prepared]
        answers = self.searcher.answer(totals)
        each = zip(others, prepared, totals, strict=True)
        return [(other, ready, number) for other, ready, total in each if (number := answers[total].total)]

    def _known_spellings(self, doubtful: Sequence[str]) -> Spellings:
        known = self.searcher.spellings(doubtful)
        halves = [half for word in doubtful if not known.get(word) for pair in forgiving.halves(word) for half in pair]
        return {**self.searcher.spellings(halves), **known} if halves else known

    def _widened(self, first: Attempt) -> Attempt | None:
        """With translations wherever they stand, if they had to stand in headings and that finds something."""
        wider = first.query.translated_in_headings(only=False)
        return self._asked_as(first, wider) if wider != first.query else None

    def _loosened(self, first: Attempt, typed: Query) -> Attempt:
        """With some of the words; with those of a name, where nothing holds them all. Of a question, some are enough at once."""
        some = self._with_some_words(first)
        asked = first.query
        ways: tuple[Query | None, ...] = (None if asks(typed) else with_matter_alone(asked), some)
        if not first.found:
            ways = (
                without_fields(asked),
                without_by_whom(asked),
                *ways,
                with_names_alone(asked),
                with_names_anywhere(asked),
            )
        return next((one for way in ways if (one := self._asked_as(first, way))), first)

    def _asked_as(self, first: Attempt, way: Query | None) -> Attempt | None:
        """The attempt with another query, if there is one that finds something."""
        if way is None or not self.searcher.keyword(way.without_filters(), 0).total:
            return None
        return replace(first, query=way, words=self._ranked(way), found=True)

    def _with_some_words(self, first: Attempt) -> Query | None:
        """The query in which some of the words are enough; None where they are too few for that."""
        loosened = first.query.loosened()
        if not (is_relaxed(loosened) or first.found or self._is_near(first)):
            loosened = replace(loosened, parts=tuple(_apart(loosened.parts, set(analysis.plain_words(loosened.text)))))
        return loosened if is_relaxed(loosened) else None

    def _is_near(self, first: Attempt) -> bool:
        """Whether what is near in meaning to a set phrase says more than what holds one of its words: it is very near, or more
        than a chance find."""
        scores = [item.score for item in first.nearest[:2]]
        very_near = any(score >= (1 + self.near_from) / 2 for score in scores)
        return very_near or any(score >= self.near_from for score in scores[1:])

    def _ranked(self, query: Query) -> Ranking:
        return self.searcher.keyword(query, self.depth)


def _persons_respelled(query: Query, doubtful: Sequence[str]) -> tuple[Query, ...]:
    """With the names of known persons, which need not be those that the index has: "bung karni" asks for Sukarno."""
    words = list(words_of(query.wanted))
    beside = {word: in_names_beside(words, words.index(word)) for word in doubtful}
    return forgiving.respelled(query, {word: nearest(word, dict.fromkeys(near, 1)) for word, near in beside.items()})


def _apart(parts: Iterable[Part], typed: Collection[str]) -> Iterator[Part]:
    """The words of set phrases each by itself, as they were typed; of what "WHO" is short for they were not."""
    for part in parts:
        words = analysis.plain_words(part.text) if isinstance(part, Clause) else ()
        if isinstance(part, Clause) and part.others and not part.phrase and all(word in typed for word in words):
            apart = part.text.split()  # of "buku braille" not all that says "buku"
            telling = [word for word in apart if analysis.fold(word) not in THINGS] or apart
            yield from (replace(part, text=word, others=()) for word in telling)
        else:
            yield part


def _far_more(found: int, finding: Sequence[tuple[Query, Prepared, int]]) -> Query | None:
    """The first other query that finds so much more that it may be what was meant."""
    return next((other for other, _, number in finding if number >= found * forgiving.FAR_MORE), None)


def ways_out(
    searcher: Searcher, query: Query, finds: Collection[DocumentId], prepare: Callable[[Query], Prepared]
) -> tuple[Way, ...]:
    """Searches that demand less and find something.

    finds: what is a result by its meaning, whatever the filters. It counts where only filters go; with other words
    something else would be near, so there the words alone are counted. prepare: makes a query as it is run of one as it is read.
    """
    ways = forgiving.ways_out(query)
    totals = [
        Keyword(prepare(way.query).query, 0)
        if way.kind == "anywhere"  # its words were read anew
        else Keyword(way.query, 0, () if way.kind == "words" else finds)
        for way in ways
    ]
    answers = searcher.answer(totals)
    counted = [replace(way, total=answers[total].total) for way, total in zip(ways, totals, strict=True)]
    return tuple(way for way in counted if way.total)
