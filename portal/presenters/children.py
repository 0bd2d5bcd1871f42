"""The children's view: pictures that lead to topics, and large covers of what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from portal import links as addresses
from portal.i18n import Messages
from portal.links import PlainLinks
from portal.pictures import picture
from portal.presenters.home import CoverLink, cover_link
from portal.presenters.results import ReadLink, read_links
from portal.search_state import SearchState
from search.discovery import MAX_RESULTS_REACHED
from search.document import Document
from search.query import Filter
from search.results import ResultPage

# Few enough to be looked at one by one.
TITLES_SHOWN: Final = 10
# The filter that every search of this view has, whatever its address says.
PINNED: Final = Filter("audience", ("children",))
# In this order on the page; each has a picture, a word and a search in both languages.
TOPICS: Final = (
    "animals",
    "sea",
    "dinosaurs",
    "stories",
    "space",
    "plants",
    "weather",
    "health",
    "science",
    "world",
    "drawing",
)


@dataclass(frozen=True, slots=True)
class ChildrenTopic:
    picture: Markup
    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class ChildrenTitle:
    """A title by its cover. read: where it can be read at once, None for a book to be fetched from its shelf."""

    link: CoverLink
    read: ReadLink | None


@dataclass(frozen=True, slots=True)
class Children:
    """heading: of what is shown. nothing: a search found no title."""

    heading: str
    topics: tuple[ChildrenTopic, ...]
    titles: tuple[ChildrenTitle, ...]
    announce: str
    nothing: bool
    previous: str
    next: str


def pinned(state: SearchState) -> SearchState:
    """What `state` asks for, among the titles for children only."""
    return SearchState(q=state.q, filters=(PINNED,), page=state.page, size=TITLES_SHOWN, hl=state.hl)


def topic_searches(t: Messages) -> Mapping[str, str]:
    """What each topic searches for, by its name."""
    return {name: t(f"children.query_{name}") for name in TOPICS}


def children(page: ResultPage, topics: Sequence[str], state: SearchState, t: Messages) -> Children:
    """topics: names of those that lead somewhere. state: as `pinned` gives it; page: what it finds."""
    searches = topic_searches(t)
    chosen = next((name for name in topics if searches[name] == state.q), "")
    last = min(-(-page.total // page.size), MAX_RESULTS_REACHED // page.size)
    return Children(
        heading=_heading(page, chosen, state, t),
        topics=tuple(
            ChildrenTopic(
                picture(name),
                t(f"children.topic_{name}"),
                addresses.children(t.language, searches[name]),
                name == chosen,
            )
            for name in topics
        ),
        titles=tuple(_title(hit.document, state, t) for hit in page.hits),
        announce=t.count("children.found", page.total) if state.q else "",
        nothing=not page.hits,
        previous=addresses.children(t.language, state.q, page.page - 1) if page.page > 1 else "",
        next=addresses.children(t.language, state.q, page.page + 1) if page.page < last else "",
    )


def _heading(page: ResultPage, chosen: str, state: SearchState, t: Messages) -> str:
    if not state.q:
        return t("children.books")
    if not page.hits:
        return t("children.nothing")
    if chosen:
        return t(f"children.topic_{chosen}")
    return t.count("children.found_for", page.total, query=state.q)


def _title(document: Document, state: SearchState, t: Messages) -> ChildrenTitle:
    href = PlainLinks().record(replace(state, id=document.id, children=True), document.id)
    return ChildrenTitle(cover_link(document, href, t), next(iter(read_links(document, "", t, children=True)), None))
