"""The home page: what can be searched for, topics, new titles, and ways into the collection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from portal.covers import cover
from portal.i18n import Messages
from portal.links import Links
from portal.pictures import picture
from portal.presenters.choices import Choice
from portal.presenters.facets import VALUES_SHOWN, FacetItem
from portal.presenters.wording import html_language, names_line, value_label
from portal.search_state import SearchState
from search.document import Document
from search.engine import IndexInfo
from search.results import FacetValue, ResultPage

BROWSED: Final = ("format", "language", "audience", "access")
TOPICS: Final = "dewey_class"
# A picture for each class of Dewey.
_PICTURES: Final = {
    "000": "computers",
    "100": "thought",
    "200": "belief",
    "300": "society",
    "400": "languages",
    "500": "science",
    "600": "technology",
    "700": "arts",
    "800": "literature",
    "900": "places",
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A field of knowledge with its picture; `item` is its word, count and link."""

    picture: Markup
    item: FacetItem


@dataclass(frozen=True, slots=True)
class Shelf:
    """A way into the collection by the values of one facet."""

    label: str
    items: tuple[FacetItem, ...]


@dataclass(frozen=True, slots=True)
class CoverLink:
    """A title as it stands on a shelf."""

    cover: Markup
    title: str
    lang: str
    names: str
    year: str
    href: str


@dataclass(frozen=True, slots=True)
class Home:
    """new: titles that came last; new_all leads to the rest of them."""

    examples: tuple[Choice, ...]
    titles: str
    pages: str
    topics: tuple[Topic, ...]
    new: tuple[CoverLink, ...]
    new_all: str
    shelves: tuple[Shelf, ...]
    all_titles: str


def home(
    everything: ResultPage,
    new: Sequence[Document],
    info: IndexInfo,
    examples: Sequence[str],
    state: SearchState,
    links: Links,
    t: Messages,
) -> Home:
    """everything: a search that asks for nothing, whose facets are topics and shelves. new: titles, the last first."""
    return Home(
        examples=tuple(Choice(q, links.search(state.asking(q))) for q in examples),
        titles=t.count("home.total_titles", info.documents),
        pages=t.count("home.total_pages", info.pages) if info.pages else "",
        topics=_topics(everything, state, links, t),
        new=tuple(cover_link(document, links.record(state, document.id), t) for document in new),
        new_all=links.search(state.sorted_by("added" if new and new[0].first("added") else "newest")),
        shelves=tuple(_shelves(everything, state, links, t)),
        all_titles=links.search(state.sorted_by("title")),
    )


def cover_link(document: Document, href: str, t: Messages) -> CoverLink:
    return CoverLink(
        cover=cover(document, "large"),
        title=document.title,
        lang=html_language(document),
        names=names_line(document, t),
        year=document.first("year"),
        href=href,
    )


def _topics(everything: ResultPage, state: SearchState, links: Links, t: Messages) -> tuple[Topic, ...]:
    found = {value.value: value for value in everything.facets.get(TOPICS, ()) if value.count}
    return tuple(
        Topic(picture(drawn), _item(TOPICS, found[code], t.label("topic", code), state, links, t))
        for code, drawn in _PICTURES.items()
        if code in found
    )


def _shelves(everything: ResultPage, state: SearchState, links: Links, t: Messages) -> list[Shelf]:
    shelves = []
    for field in BROWSED:
        values = [value for value in everything.facets.get(field, ()) if value.count][:VALUES_SHOWN]
        items = tuple(_item(field, value, value_label(field, value.value, t), state, links, t) for value in values)
        if len(items) > 1:
            shelves.append(Shelf(t.label("field", field), items))
    return shelves


def _item(field: str, value: FacetValue, label: str, state: SearchState, links: Links, t: Messages) -> FacetItem:
    return FacetItem(
        label=label,
        count=t.number(value.count),
        name=t.count("facets.value", value.count, label=label),
        href=links.search(state.toggling(field, value.value)),
        chosen=False,
    )
