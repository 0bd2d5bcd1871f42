"""A stretch of shelf: titles side by side in the order of their call numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal import links as addresses
from portal.covers import cover
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.wording import html_language
from portal.search_state import SearchState
from search.document import Document


@dataclass(frozen=True, slots=True)
class Shelved:
    """A title on the shelf. here: it is the one whose neighbours the others are."""

    title: str
    lang: str
    call_number: str
    cover: Markup
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """left, right: where the shelf goes on, "" at its ends. start: what was asked for, "" for no place at all.
    place: how many of the titles stand before it, -1 where one of them is itself what was asked for."""

    titles: tuple[Shelved, ...]
    left: str
    right: str
    start: str
    home: str
    place: int


def shelf_row(
    before: Sequence[Document],
    here: Document | None,
    after: Sequence[Document],
    start: str,
    state: SearchState,
    links: Links,
    t: Messages,
) -> ShelfRow:
    """here: the title that stands at the place itself, if one does."""
    middle = () if here is None else (here,)
    shelved = tuple(_shelved(document, document is here, state, links) for document in (*before, *middle, *after))
    return ShelfRow(
        titles=shelved,
        left=_from(before[0], t) if before else "",
        right=_from(after[-1], t) if after else "",
        start=start,
        home=links.search(state.starting_over()),
        place=len(before) if here is None and start else -1,
    )


def _from(document: Document, t: Messages) -> str:
    return addresses.shelf(document.first("call_number"), document.id, t.language)


def _shelved(document: Document, here: bool, state: SearchState, links: Links) -> Shelved:
    return Shelved(
        title=document.title,
        lang=html_language(document),
        call_number=document.first("call_number"),
        cover=cover(document),
        href=links.record(state.starting_over(), document.id),
        here=here,
    )
