"""A record as long as a page can be: a feed may send one of some megabytes, and a browser has to draw it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar

from search.document import Document

# Above what real records have; a journal's copies are folded on the page, so there may be more of them.
MOST_VALUES: Final = 300
MOST_ITEMS: Final = 2_000
MAX_TEXT: Final = 20_000
# Of a subject heading; each leads to a search of its own that names all those before it.
MOST_DIVISIONS: Final = 12
# Of a search as long as a page its beginning is enough to know it by; the box has the whole.
MOST_REPEATED: Final = 200
CUT: Final = "…"

T = TypeVar("T")


def shortened(document: Document) -> tuple[Document, bool]:
    """The record with no more of anything than a page can hold, and whether something was left out."""
    members = tuple(shortened(member)[0] for member in document.members[:MOST_VALUES])
    short = replace(
        document,
        fields={name: tuple(map(clipped, values[:MOST_VALUES])) for name, values in document.fields.items()},
        contributors=tuple(replace(c, name=clipped(c.name)) for c in document.contributors[:MOST_VALUES]),
        links=_first(document.links, MOST_VALUES),
        vernacular=tuple(replace(v, text=clipped(v.text)) for v in document.vernacular[:MOST_VALUES]),
        items=_first(document.items, MOST_ITEMS),
        related=_first(document.related, MOST_VALUES),
        members=members,
    )
    # `members` are made anew, so they are compared by what they say.
    return short, short != document


def clipped(text: str, most: int = MAX_TEXT) -> str:
    """
    >>> clipped("terumbu karang", 8)
    'terumbu…'
    """
    return text if len(text) <= most else text[: most - 1] + CUT


def _first(values: Sequence[T], most: int) -> tuple[T, ...]:
    return tuple(values[:most])
