"""A page of results in bands: each of one kind of thing, under a heading of its own, never mixed.

Another kind (databases, programmes, answers of librarians) is another entry of `bands` and a template of its name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from portal.i18n import Messages
from portal.links import Links
from portal.presenters.results import Card, Results, card
from portal.presenters.wording import begun, way_label
from portal.search_state import SearchState
from search.query import BODY
from search.query_language import SCOPES
from search.results import Hit, Way

# With more results than these nobody is told of e-books that hold only some of the words.
FEW_RESULTS: Final = 5
BOOKS_SHOWN: Final = 3
SHOWN_INSTEAD: Final = 5

Kind = Literal["catalogue", "ebooks"]


@dataclass(frozen=True, slots=True)
class Band:
    """kind: names the template that draws it. heading: "" where the page's own says it all. more: the scope that shows
    all of this kind, "" for none."""

    kind: Kind
    heading: str
    lead: str
    cards: tuple[Card, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Instead:
    """What a search finds without a filter that left nothing: the way there, that search, its first results, and what their
    pages are marked with."""

    way: Way
    state: SearchState
    hits: tuple[Hit, ...]
    words: str


def in_ebooks(state: SearchState) -> bool:
    """Whether the results are e-books by what stands in them."""
    return SCOPES.get(state.scope) == BODY


def wants_more(view: Results, state: SearchState) -> bool:
    """Whether e-books that hold some of the words are worth a look: little was found, and anywhere was looked."""
    return bool(state.q) and not state.scope and state.page == 1 and len(view.cards) <= FEW_RESULTS


def bands(
    view: Results,
    inside: Iterable[Hit],
    words: str,
    state: SearchState,
    links: Links,
    t: Messages,
    instead: Instead | None = None,
) -> tuple[Band, ...]:
    """inside: e-books that are no results. words: what their pages are marked with. instead: shown where nothing was found."""
    made = []
    if instead is not None:
        label = begun(way_label(instead.way, t))
        without = [card(hit, n, instead.words, instead.state, links, t) for n, hit in enumerate(instead.hits, start=1)]
        made.append(Band("catalogue", label, t("band.instead"), tuple(without)))
    beside = tuple(card(hit, number, words, state, links, t) for number, hit in enumerate(inside, start=1))
    if view.cards and in_ebooks(state):
        made.append(Band("ebooks", t("band.ebooks"), "", view.cards))
    elif view.cards:
        made.append(Band("catalogue", t("band.catalogue") if beside else "", "", view.cards))
    if beside:
        more = links.search(state.in_scope("pages"))
        made.append(Band("ebooks", t("band.ebooks"), t("band.ebooks_some"), beside, more))
    return tuple(made)
