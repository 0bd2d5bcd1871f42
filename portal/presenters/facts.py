"""What a reader looks for first on a record page: what edition it is, where it stands and whether it is there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from portal.i18n import Messages
from portal.presenters.wording import dates_of
from search.document import Document, Item

MOST_CONTENTS: Final = 2_000
CONTENTS_SHOWN: Final = 12
_AVAILABLE: Final = frozenset(("available", "not_for_loan"))
# How notes of contents part their titles (505, ISBD 7.7).
_BETWEEN_PARTS: Final = re.compile(r"\s+--\s+|\s*;\s+(?=(?:bab|chapter|bagian|part)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """edition: how and by whom it was published, on a line. availability: of its copies, in words; free: one can be
    had now. Each is "" where nothing is known."""

    edition: str
    call_number: str
    availability: str
    free: bool
    place: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts that the record names, the first of them and the rest, which is folded."""

    shown: tuple[str, ...]
    more: tuple[str, ...]
    more_label: str


def facts(document: Document, t: Messages) -> Facts:
    items = [item for record in document.records for item in record.items]
    free = next((item for item in items if item.status in _AVAILABLE), None)
    here = free or next(iter(items), None)
    return Facts(
        edition=_edition(document),
        call_number=(here.call_number if here is not None else "") or document.first("call_number"),
        availability=_availability(items, t),
        free=free is not None,
        place=" · ".join(dict.fromkeys(filter(None, (here.branch, here.location)))) if here is not None else "",
    )


def _edition(document: Document) -> str:
    publication = ", ".join(filter(None, (document.first("publisher"), dates_of(document))))
    place = document.first("publication_place")
    published = f"{place}: {publication}" if place and publication else place or publication
    return " · ".join(filter(None, (document.first("edition"), published, document.first("physical"))))


def _availability(items: Sequence[Item], t: Messages) -> str:
    """Of copies whose state is known; otherwise only how many there are."""
    if not items:
        return ""
    known = [item for item in items if item.status]
    if not known:
        return t.count("record.copies", len(items))
    free = sum(item.status == "available" for item in known)
    if free:
        return t.count("record.available", free, total=t.number(len(items)))
    if all(item.status == "not_for_loan" for item in known):
        return t.label("item_status", "not_for_loan")
    return t("record.none_available", total=t.number(len(items)))


def contents(document: Document, t: Messages) -> Contents | None:
    """The contents note as a list, as long as it has parts.

    A note of one part stays what it is: a sentence.
    """
    parts = [part.strip(" .-") for text in document.values("contents") for part in _BETWEEN_PARTS.split(text)]
    found = [part for part in parts if part][:MOST_CONTENTS]
    if not found:
        return None
    more = tuple(found[CONTENTS_SHOWN:])
    return Contents(tuple(found[:CONTENTS_SHOWN]), more, t.count("record.contents_more", len(more)) if more else "")
