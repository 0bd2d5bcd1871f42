"""The one question the portal and the command line ask: search, and what hangs on a result."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final

from search import analysis
from search.answering import BOOKS_READ, PAGES_OF_A_BOOK, PAGES_READ, is_question, looked_for, may_define
from search.answering import answers as answers_in
from search.attempts import Asking, Attempt, Prepared, ways_out
from search.bilingual.lexicon import Lexicon
from search.document import Document, DocumentId, Page, Suggestion
from search.embedding import Embedder
from search.engine import Engine, IndexInfo, Searcher
from search.errors import QueryRefused
from search.explain import Explaining, likeness
from search.forgiving import MAX_SPELLED
from search.fusion import SHARES, SHARES_OF_MANY_WORDS, Shares, weighted, word_shares
from search.highlight import Matcher, page_hit
from search.implied import asks, with_implied, with_little_filling
from search.matching import is_relaxed, is_stop
from search.query import BODY, Clause, Filter, Group, Mode, Query, words_of
from search.query_language import parse
from search.questions import Answers, BestPages, Facets, Fetch, Keyword, Languages, Semantic, Weigh
from search.results import (
    Answer,
    FacetValue,
    Highlight,
    Hit,
    Notice,
    PageHit,
    Ranked,
    Ranking,
    ResultPage,
    Scores,
    Weights,
)
from search.schema import RELEVANCE
from search.telling import FEWEST_WORDS, telling
from search.translating import TRANSLATED_FIELDS, as_spelled_today, meant, translated

# A reader who is not served by the first thousand narrows the search; a crawler must not page for ever.
MAX_RESULTS_REACHED: Final = 1000
# How deep keyword ranking is fetched before fusion; deeper pages fetch MAX_RESULTS_REACHED.
RANKED_DEPTH: Final = 200

# How many are results of a search by meaning alone, which has no others: as many as can be paged through, so that under a narrow
# filter those are not missing that are near enough.
DEPTH_BY_MEANING: Final = MAX_RESULTS_REACHED

# What counts as near in meaning beside words: at least the model's floor, and at least NEAR of the nearest one's cosine.
SEMANTIC_DEPTH: Final = 50
SEMANTIC_NEAR: Final = 0.5
# In a search by meaning alone, this share of the model's floor.
FLOOR_BY_MEANING: Final = 0.6

# What documents are alike by, beside the words of their titles: a field and how many of its values count.
_ALIKE_IN: Final = (("subject", 4), ("contributor", 1), ("series", 1))
_TITLED_IN: Final = ("title", "subject")
ALIKE_DEPTH: Final = 30
# What two documents have in common counts as much in their likeness as their meaning.
ALIKE_SHARES: Final = Shares(0.5, 0.5, 0.5)

# Documents with pages that can be read.
_WITH_TEXT: Final = Filter("access", ("fulltext",))

Finds = Mapping[DocumentId, Ranked]


class Discovery:
    """Searches one engine by words and meaning, and says why each hit is there.

    embedder: None for words only. lexicon: gives what words are called in the other language, which are then
    looked for as well; called with the first search that has words. may_quote: whose e-book's text may be shown to
    whoever asks, None for all; a book that may not is found by its text and gives none of it away. The set of results depends on the text and the catalogue alone and filters only
    narrow it, so choosing a facet value gives exactly the count that was shown.
    """

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder | None = None,
        lexicon: Callable[[], Lexicon] | None = None,
        may_quote: Callable[[Document], bool] | None = None,
    ) -> None:
        self._may_quote = may_quote or _everything
        self._engine = engine
        self._embedder = embedder
        self._lexicon = lexicon

    def info(self) -> IndexInfo:
        return self._engine.info()

    def search(
        self, query: Query, mode: Mode = "hybrid", page: int = 1, size: int = 20, *, exact: bool = False
    ) -> ResultPage:
        """One page of results. exact: as it is typed, in no other spelling.

        Raises QueryRefused beyond MAX_RESULTS_REACHED, and what Engine.searcher raises.
        """
        if page < 1 or size < 1 or page * size > MAX_RESULTS_REACHED:
            raise QueryRefused(
                f"Only the first {MAX_RESULTS_REACHED} results can be paged through; narrow the search with a filter."
            )
        started = time.perf_counter()
        text, found = query.text, self._found(query, mode, page * size, exact)
        searcher, embedder, query, finds, total = found.searcher, found.embedder, found.query, found.finds, found.total
        tried, ran, ranked = found.tried, found.ran, found.ranked
        facets = Facets(query, finds)
        look = _Look(query, found.parts.of(ranked[(page - 1) * size : page * size]))
        answers = searcher.answer([facets, *look.questions])
        return ResultPage(
            query=query,
            mode=ran,
            page=page,
            size=size,
            total=total,
            hits=(hits := self._quotable(look.hits(searcher, answers, finds, _floor(embedder, query)))),
            facets=answers[facets],
            notices=_notices(query, total, mode, ran, question=tried.question),
            typed=tried.typed,
            meant=tried.meant,
            also=tried.also,
            answers=tuple(one for one in _answers(searcher, query, hits) if self._may_quote(one.document))
            if hits and page == 1 and query.wanted and is_question(text)
            else (),
            ways=() if total else ways_out(searcher, query, finds, found.prepare),
            took_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def facet_values(
        self, field: str, query: Query, mode: Mode = "hybrid", *, exact: bool = False
    ) -> Sequence[FacetValue]:
        """All values of one facet of a search, counted as its results are. Raises what Engine.searcher raises."""
        found = self._found(query, mode, 0, exact)
        return found.searcher.facet_values(field, found.query, found.finds)

    def found(
        self, query: Query, mode: Mode = "hybrid", first: int = 1, last: int = 1, *, exact: bool = False
    ) -> tuple[Sequence[DocumentId], int]:
        """The ids of results `first` to `last` (from 1), as `search` orders them, and how many there are: for a fraction
        of its cost, with nothing looked at. Beyond MAX_RESULTS_REACHED there are none."""
        last = min(last, MAX_RESULTS_REACHED)
        if last < max(first, 1):
            return (), 0
        found = self._found(query, mode, last, exact)
        return tuple(id for id, _ in found.ranked[max(first, 1) - 1 : last]), found.total

    def documents(self, ids: Sequence[DocumentId]) -> Sequence[Document]:
        """Those of `ids` that exist, in that order."""
        return self._engine.searcher().fetch(ids)

    def _found(self, query: Query, mode: Mode, reach: int, exact: bool) -> "_Found":
        """reach: how far down the results are wanted."""
        searcher = self._engine.searcher()
        embedder = self._usable_embedder(searcher)
        ran: Mode = mode if embedder is not None else "keyword"
        if ran == "semantic" and query.wanted:
            query = query.by_meaning_only()
        depth = RANKED_DEPTH if reach <= RANKED_DEPTH else MAX_RESULTS_REACHED
        asked_by = embedder if ran != "keyword" else None
        prepare = partial(self._prepared, implied=mode != "keyword" and not exact)
        near_from = embedder.floor if embedder is not None else 0.0
        asking = Asking(searcher, prepare, lambda asked: self._nearness(searcher, asked_by, asked), near_from, depth)
        tried = asking.attempt(query, exact=exact)
        query, words = tried.query, tried.words
        by_field = query.sort != RELEVANCE and tried.found
        finds, weights = _weighed(searcher, embedder, query, words, tried.nearest, by_field=by_field)
        passing = {id: item for id, item in finds.items() if id in weights.passing}
        word_scores = {id: weights.words[id] for id in passing if id in weights.words}
        total = words.total + len(passing) - len(word_scores)
        by_words = {item.id: item.score for item in words.items} | word_scores if _is_scored(query) else {}
        shares = SHARES_OF_MANY_WORDS if is_relaxed(query) and not query.wordless else SHARES
        on_page = frozenset(id for id, item in passing.items() if item.page)
        parts = _Parts(by_words, {id: item.score for id, item in passing.items()}, shares, on_page)
        ranked = _ranked(searcher, query, words, parts, depth)
        return _Found(searcher, embedder, ran, tried, query, finds, parts, prepare, ranked, total)

    def _nearness(self, searcher: Searcher, embedder: Embedder | None, query: Query) -> Semantic | None:
        """What is near in meaning to the text, whatever the filters; None for a text that means nothing."""
        if embedder is None:
            return None
        words = meant(query)
        if self._lexicon is not None:
            words = as_spelled_today(words, self._lexicon())
        # A number is looked up, not understood; its neighbours in meaning are noise.
        if not any(ch.isalpha() for ch in words) or not self._means_something(searcher, embedder, words):
            return None
        depth = DEPTH_BY_MEANING if query.wordless else SEMANTIC_DEPTH
        return Semantic(embedder.query(words, _told(searcher, embedder, words)), query.without_filters(), depth)

    def _means_something(self, searcher: Searcher, embedder: Embedder, text: str) -> bool:
        """Whether the model knows a word of the text, or has learnt it in pieces: one of the lexicon, or one like "Liye" that is
        in the library's titles, names or headings. Of other scripts than Latin it has no pieces either."""
        if embedder.knows(text):
            return True
        words = [word for word in analysis.plain_words(text) if word.isascii() and not word.isdigit()][:MAX_SPELLED]
        lexicon = self._lexicon() if self._lexicon is not None else None
        if lexicon is not None and lexicon.words_among(words):
            return True
        return any(near and not near[0].distance for near in searcher.spellings(words).values()) if words else False

    def _quotable(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The hits without the pages of e-books that may not be quoted."""
        return tuple(replace(hit, pages=()) if hit.pages and not self._may_quote(hit.document) else hit for hit in hits)

    def _prepared(self, query: Query, *, implied: bool) -> Prepared:
        """implied: what the language of a document says counts too; who asks for words alone means those that stand there."""
        if query.wordless or not query.wanted:
            return Prepared(query)
        ready = Prepared(query)
        if self._lexicon is not None:
            lexicon = self._lexicon()
            names = lexicon.names_among(words_of(query.wanted))
            # In a name a word may be a slip all the same: the "lie" of "novel karya tere lie" is none.
            known = lexicon.words_among(words_of(one for one in query.wanted if one.field in TRANSLATED_FIELDS))
            ready = Prepared(*translated(query, lexicon), names | known)
        asked = with_little_filling(ready.query) if implied and asks(query) else ready.query
        if query.sort != RELEVANCE:  # what is weakly translated would come first if it is the newest
            asked = asked.translated_in_headings(only=True)
        return replace(ready, query=with_implied(asked) if implied else asked)

    def document(self, id: DocumentId) -> Document | None:
        """The document with this id, or the one that the record with this id was joined into."""
        return self.standing_for([id]).get(id)

    def standing_for(self, ids: Sequence[DocumentId]) -> Mapping[DocumentId, Document]:
        """What `document` gives for each of `ids`, in that order, without those that nothing stands for."""
        searcher = self._engine.searcher()
        found = {document.id: document for document in searcher.fetch(ids)}
        if missing := tuple(id for id in ids if id and id not in found):
            joined = searcher.keyword(Query(filters=(Filter("record_id", missing),)), len(missing)).items
            for document in searcher.fetch([item.id for item in joined]):
                found |= {DocumentId(id): document for id in document.values("record_id") if id in missing}
        return {id: found[id] for id in ids if id in found}

    def shelf(
        self, call_number: str, id: DocumentId, before: int, after: int
    ) -> tuple[Sequence[Document], Sequence[Document]]:
        """The documents that stand before and after a place on the shelf, as `Searcher.shelf` has it."""
        searcher = self._engine.searcher()
        beside = searcher.shelf(call_number, id, before, after)
        found = searcher.fetch([*beside.before, *beside.after])
        split = sum(document.id in beside.before for document in found)
        return found[:split], found[split:]

    def pages(self, id: DocumentId, first: int, last: int) -> Sequence[Page]:
        return self._engine.searcher().pages(id, first, last)

    def page_hits(self, id: DocumentId, query: Query, most: int = 50, *, lent: bool = False) -> Sequence[PageHit]:
        """The matching pages of one e-book, in page order; none of one that may not be quoted. lent: to whoever asks,
        whom it may be quoted to then."""
        searcher = self._engine.searcher()
        if not lent and not all(map(self._may_quote, searcher.fetch([id]))):
            return ()
        matcher = Matcher(query)
        return tuple(page_hit(page, matcher) for page in searcher.best_pages(query, [id], most).get(id, ()))

    def inside(self, query: Query, known: Collection[DocumentId], limit: int) -> tuple[Hit, ...]:
        """E-books whose pages hold some of the words of `query`, under its filters, without those that are `known`."""
        words = [one for one in query.wanted if one.field in (None, BODY) and not is_stop(one)]
        if len(words) < 2:  # who holds one word of one is a result
            return ()
        some = Group(tuple(replace(one, field=BODY, others=()) for one in words), either=True)
        asked = Query(parts=(some,), filters=query.filters)
        searcher = self._engine.searcher()
        ranked = [item for item in searcher.keyword(asked, limit + len(known)).items if item.id not in known][:limit]
        look = _Look(asked, {item.id: Scores(item.score) for item in ranked})
        return self._quotable(look.hits(searcher, searcher.answer(look.questions), {}, 0.0))

    def suggest(self, prefix: str, limit: int = 8) -> Sequence[Suggestion]:
        return self._engine.searcher().suggest(prefix, limit)

    def similar(self, id: DocumentId, limit: int = 6) -> tuple[Hit, ...]:
        """Documents like one: near in meaning, of the same author, series or subjects; most alike first, each with why."""
        searcher = self._engine.searcher()
        found = next(iter(searcher.fetch([id])), None)
        if found is None:
            return ()
        embedder = self._usable_embedder(searcher)
        vector = (
            searcher.vector(id) if embedder is not None and _understands(embedder, found.values("language")) else None
        )
        near: Finds = {}
        if vector is not None and embedder is not None:
            nearest = searcher.semantic(vector, Query(), ALIKE_DEPTH).items
            near = {item.id: item for item in nearest if item.id != id and item.score >= embedder.floor}
        alike = _likeness(found)
        sharing = searcher.keyword(alike, ALIKE_DEPTH).items if alike.parts else ()
        scores = {item.id: item.score for item in sharing if item.id != id}
        if near and alike.parts:  # many share a heading; which of them are among the first says nothing
            scores |= searcher.weigh(alike, [other for other in near if other not in scores]).words
        parts = _Parts(scores, {other: item.score for other, item in near.items()}, ALIKE_SHARES)
        best = parts.of(parts.fused()[:limit])
        documents, explaining = searcher.fetch(list(best)), Explaining(alike)
        return tuple(
            Hit(
                other,
                best[other.id].fused,
                likeness(found, other, other.id in near) or explaining.reasons(other, (), None),
                Highlight(other.title),
                scores=best[other.id],
            )
            for other in documents
        )

    def _usable_embedder(self, searcher: Searcher) -> Embedder | None:
        """The embedder, if the index holds vectors of its model."""
        if self._embedder is None or searcher.embedder != self._embedder.name:
            return None
        return self._embedder


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search found, before anything of it is looked at. ranked: ids with their scores, best first."""

    searcher: Searcher
    embedder: Embedder | None
    ran: Mode
    tried: Attempt
    query: Query
    finds: Finds
    parts: "_Parts"
    prepare: Callable[[Query], Prepared]
    ranked: Sequence[tuple[DocumentId, float]]
    total: int


def _everything(document: Document) -> bool:  # noqa: ARG001 - the shape of a rule
    return True


def _floor(embedder: Embedder | None, query: Query) -> float:
    """How near a document must be for that to be a result's reason. Who asks by meaning alone is told what is nearest, even if that is
    not very near."""
    floor = embedder.floor if embedder is not None else 0.0
    return floor * FLOOR_BY_MEANING if query.wordless else floor


def _told(searcher: Searcher, embedder: Embedder, text: str) -> Mapping[str, float] | None:
    """What the words of a question tell of it; None where they are too few to differ."""
    words = analysis.plain_words(text) if embedder.weighs_words else []
    if len(words) < FEWEST_WORDS:
        return None
    return telling(words, searcher.commonness(list(dict.fromkeys(words))))


def _weighed(
    searcher: Searcher,
    embedder: Embedder | None,
    query: Query,
    words: Ranking,
    nearest: Sequence[Ranked],
    *,
    by_field: bool,
) -> tuple[Finds, Weights]:
    """Which of the nearest are results by their meaning, and what words and filters say of them.

    words: what the words of `query` found. by_field: nothing is a result by its meaning alone: in the order of a field what
    is barely near would stand among what was asked for, and first if it is the newest.
    """
    if embedder is None or not nearest:
        return {}, Weights({}, frozenset())
    least = max(_floor(embedder, query), SEMANTIC_NEAR * nearest[0].score)
    near = {item.id for item in nearest if item.score >= least}
    ids = [item.id for item in nearest]
    known, unknown = _weights_in(query, words, ids)
    weigh = Weigh(query, unknown)
    languages = Languages(list(near) if embedder.languages is not None else [])
    answers = searcher.answer([weigh, languages])
    weights = Weights({**known.words, **answers[weigh].words}, known.passing | answers[weigh].passing)
    # To the model, all texts of a language it does not know look alike; only their words may speak for them.
    strangers = {id for id, codes in answers[languages].items() if not _understands(embedder, codes)}
    alone = near if query.wordless else set() if query.strict or by_field else near - strangers
    # A document that has the words is ranked by its meaning too, however far that is.
    return {item.id: item for item in nearest if item.id in alone or item.id in weights.words}, weights


def _weights_in(query: Query, words: Ranking, ids: Sequence[DocumentId]) -> tuple[Weights, Sequence[DocumentId]]:
    """What `words`, the ranking of `query`, says of `ids` already, and those of which it says nothing."""
    if not _is_scored(query):
        return Weights({}, frozenset()), ids
    scores = {item.id: item.score for item in words.items}
    known = {id: scores[id] for id in ids if id in scores}
    if len(words.items) == words.total and not query.filters:  # the others lack the words, and nothing else is asked
        return Weights(known, frozenset(ids)), ()
    return Weights(known, frozenset(known)), [id for id in ids if id not in known]


def _ranked(
    searcher: Searcher,
    query: Query,
    words: Ranking,
    parts: "_Parts",
    depth: int,
) -> list[tuple[DocumentId, float]]:
    """Results best first, down to `depth`."""
    if query.sort != RELEVANCE:
        by_field = searcher.keyword(query, depth, also=parts.cosines.keys()) if parts.cosines else words
        return [(item.id, item.score) for item in by_field.items]
    if not query.wanted:  # nothing asked: browse in the engine's order
        return [(item.id, 0.0) for item in words.items]
    return parts.fused()


def _is_scored(query: Query) -> bool:
    """Whether words score: something is asked for, and the order is not by a field."""
    return query.sort == RELEVANCE and bool(query.wanted)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is fused: scores of words, and cosines, those of an e-book's page apart."""

    words: Mapping[DocumentId, float]
    cosines: Mapping[DocumentId, float]
    shares: Shares
    on_page: Collection[DocumentId] = ()

    def fused(self) -> list[tuple[DocumentId, float]]:
        return weighted(self.words, self.cosines, self.shares, self.on_page)

    def of(self, ranked: Sequence[tuple[DocumentId, float]]) -> Mapping[DocumentId, Scores]:
        shares = word_shares(self.words, self.shares)
        return {
            id: Scores(self.words.get(id), round(shares.get(id, 0.0), 6), self.cosines.get(id), fused)
            for id, fused in ranked
        }


class _Look:
    """A look at the documents on one page of results: what is asked for them, and the hits made of the answers."""

    def __init__(self, query: Query, scores: Mapping[DocumentId, Scores]) -> None:
        self._query, self._scores = query, scores
        ids = list(scores)
        self._fetch = Fetch(ids)
        self._pages = BestPages(query, ids if query.wanted else [])
        self.questions = (self._fetch, self._pages)

    def hits(self, searcher: Searcher, answers: Answers, finds: Finds, floor: float) -> tuple[Hit, ...]:
        """floor: how near a document must be for its nearness to be a reason."""
        best, matcher, explaining = answers[self._pages], Matcher(self._query), Explaining(self._query)
        hits = []
        for document in answers[self._fetch]:
            near = finds.get(document.id)
            near = near if near is not None and near.score >= floor else None
            pages = tuple(page_hit(page, matcher) for page in best.get(document.id, ()))
            if not pages and near is not None and near.page:
                pages = _near_pages(searcher, self._query, document.id, near.page)
            hits.append(
                Hit(
                    document,
                    self._scores[document.id].fused,
                    explaining.reasons(document, pages, near),
                    explaining.title(document),
                    explaining.summary(document),
                    pages,
                    self._scores[document.id],
                )
            )
        return tuple(hits)


def _understands(embedder: Embedder, languages: Sequence[str]) -> bool:
    """Whether the model knows one of a document's languages; a document that names none is given the chance."""
    return embedder.languages is None or not languages or not embedder.languages.isdisjoint(languages)


def _answers(searcher: Searcher, query: Query, hits: Sequence[Hit]) -> tuple[Answer, ...]:
    """What the best pages of the e-books that match best say to a question, and those of the best results."""
    asked = [one for one in (may_define(query), looked_for(query)) if one is not None]
    in_books = [Keyword(replace(one, filters=(*one.filters, _WITH_TEXT)), BOOKS_READ) for one in asked]
    found = searcher.answer(in_books)
    books = [[book.id for book in found[one].items] for one in in_books]
    fetch = Fetch(list(dict.fromkeys(chain.from_iterable(books))))
    best = [BestPages(one, ids, PAGES_OF_A_BOOK) for one, ids in zip(asked, books, strict=True)]
    answered = searcher.answer([fetch, *best])
    documents = {document.id: document for document in (*answered[fetch], *(hit.document for hit in hits))}
    pages = {(id, page.number): page for one in best for id in one.ids for page in answered[one].get(id, ())}
    places = dict.fromkeys((*pages, *((hit.document.id, page.page) for hit in hits for page in hit.pages)))
    read = list(places)[:PAGES_READ]
    return answers_in(query, [(documents[id], page) for id, n in read for page in _page(searcher, pages, id, n)])


def _page(
    searcher: Searcher, read: Mapping[tuple[DocumentId, int], Page], id: DocumentId, number: int
) -> Sequence[Page]:
    """One page of an e-book, from those that are read already where it is among them."""
    return (read[id, number],) if (id, number) in read else searcher.pages(id, number, number)


def _near_pages(searcher: Searcher, query: Query, id: DocumentId, page: int) -> tuple[PageHit, ...]:
    """The page a passage near in meaning starts on, as a hit without marked words."""
    return tuple(page_hit(near, query) for near in searcher.pages(id, page, page))


def _notices(query: Query, total: int, asked: Mode, ran: Mode, *, question: bool) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    if asked != ran:
        notices.append("keyword_only")
    if total and not query.wordless and (query.loose or is_relaxed(query)):
        notices.append("question" if question else "loosened" if query.loose else "relaxed")
    if query.shortened:
        notices.append("shortened")
    if query.plain:
        notices.append("plain")
    if query.text.strip() and not query.clauses and not parse(query.text).clauses:
        notices.append("no_words")
    return tuple(notices)


def _likeness(document: Document) -> Query:
    """A search for any of the document's subject headings, its first author, its series, or its title's words in a title
    or heading: in a note they say nothing."""
    phrases = [(field, value) for field, most in _ALIKE_IN for value in document.values(field)[:most]]
    clauses = (
        *(Clause(value, field, phrase=True) for field, value in phrases),
        *(Clause(document.title, field) for field in _TITLED_IN),
    )
    clauses = tuple(clause for clause in clauses if any(ch.isalnum() for ch in clause.text))
    return Query(parts=clauses if len(clauses) < 2 else (Group(clauses, either=True),))
