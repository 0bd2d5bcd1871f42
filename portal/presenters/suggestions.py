"""What is offered while a reader types: titles, names and headings that begin so, each as a link to a search."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from portal.i18n import Messages
from portal.links import Links
from portal.search_state import SearchState, in_one_line
from search.document import Suggestion
from search.engines.terms import SUGGESTED
from search.query import Filter

FEWEST_LETTERS: Final = 2
MOST_LETTERS: Final = 100
OF_A_KIND: Final = 5
# Which kinds a scope asks for. What has no kind of its own has no suggestions either.
KINDS: Final[Mapping[str, Sequence[str]]] = {
    "": SUGGESTED,
    "title": ("title",),
    "author": ("contributor",),
    "subject": ("subject",),
}


def typed(text: str) -> str:
    """What of a text in the box is looked for; "" when it is too short to mean anything.

    >>> typed(" la"), typed("l "), typed("laut ")
    ('la', '', 'laut ')
    """
    begun = in_one_line(text).lstrip()[:MOST_LETTERS]
    return begun if len(begun.rstrip()) >= FEWEST_LETTERS else ""


def suggestions(
    found: Iterable[Suggestion], text: str, state: SearchState, links: Links, t: Messages
) -> dict[str, Any]:
    """Plain JSON values. "label" and "announce" are for screen readers; an item's "count" is how many titles have it."""
    groups = []
    held = list(found)
    for kind in KINDS.get(state.scope, ()):
        items = [
            {
                "text": one.text,
                "count": t.count("suggest.titles", one.count) if kind != "title" else "",
                "href": links.search(_meant(one, state)),
            }
            for one in held
            if one.field == kind
        ][:OF_A_KIND]
        if items:
            groups.append({"kind": kind, "label": t.label("field", kind), "items": items})
    number = sum(len(group["items"]) for group in groups)
    return {
        "query": text,
        "label": t("suggest.label"),
        "announce": t.count("suggest.announce", number) if number else t("suggest.none"),
        "groups": groups,
    }


def _meant(one: Suggestion, state: SearchState) -> SearchState:
    if one.field == "title":
        words = " ".join(one.text.replace('"', " ").split())
        return state.starting_over().in_scope("title").asking(f'"{words}"')
    return state.starting_over((Filter(one.field, (one.text,)),))
