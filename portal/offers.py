"""What the front pages offer a reader to begin with: looked up once for each generation of the index."""

from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Final

from portal.i18n import Language, messages
from portal.presenters.children import pinned, topic_searches
from portal.presenters.help import trials_of
from portal.search_state import SearchState
from search.discovery import Discovery
from search.document import Document
from search.query import Query

EXAMPLES_SHOWN: Final = 5
NEW_SHOWN: Final = 12


@lru_cache(maxsize=8)
def fruitful_examples(discovery: Discovery, generation: str, hl: Language, today: date) -> tuple[str, ...]:  # noqa: ARG001
    """The first example searches that find what they ask for, so that none leads nowhere; looked up anew for each `generation`."""
    examples = ((q, SearchState(q=q).understood(today).query) for q in messages(hl).list("home.example_queries"))
    return tuple(islice((q for q, query in examples if _finds_all(discovery, query)), EXAMPLES_SHOWN))


@lru_cache(maxsize=8)
def fruitful_trials(discovery: Discovery, generation: str, hl: Language, today: date) -> tuple[tuple[str, str], ...]:
    """Ways of asking, each with a search that finds something, made of a new title; looked up anew for each `generation`."""
    trials = trials_of(new_titles(discovery, generation), messages(hl))
    return tuple((way, q) for way, q in trials if _finds_all(discovery, SearchState(q=q).understood(today).query))


@lru_cache(maxsize=8)
def children_topics(discovery: Discovery, generation: str, hl: Language, today: date) -> tuple[str, ...]:  # noqa: ARG001
    """The topics of the children's view that lead to titles; looked up anew for each `generation`."""
    searches = topic_searches(messages(hl))
    return tuple(
        name
        for name, q in searches.items()
        if _finds_all(discovery, pinned(SearchState(q=q, hl=hl)).understood(today).query)
    )


@lru_cache(maxsize=4)
def new_titles(discovery: Discovery, generation: str) -> tuple[Document, ...]:  # noqa: ARG001
    """The titles that came last, by the day they were added or else by their year; looked up anew for each `generation`."""
    added = discovery.search(Query(sort="added"), "keyword", 1, NEW_SHOWN)
    if added.hits and added.hits[0].document.first("added"):
        return tuple(hit.document for hit in added.hits)
    newest = discovery.search(Query(sort="newest"), "keyword", 1, NEW_SHOWN)
    return tuple(hit.document for hit in newest.hits if hit.document.year)


def _finds_all(discovery: Discovery, query: Query) -> bool:
    """Whether something holds all the words as they stand."""
    page = discovery.search(query, size=1)
    return bool(page.total) and page.typed is None and "loosened" not in page.notices
