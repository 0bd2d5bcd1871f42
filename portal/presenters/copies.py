"""The table of copies on the record page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from portal.i18n import Messages
from search.document import Document, Item

COPIES_SHOWN: Final = 10
_NUMBER: Final = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A copy in the table of copies. source: whose it is, where the title is held in several catalogues."""

    source: str
    location: str
    call_number: str
    number: str
    barcode: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Column:
    """name: of an attribute of ItemRow."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Copies:
    """The table of copies: the columns that say something; the first rows, and the rest, which are folded."""

    columns: tuple[Column, ...]
    rows: tuple[ItemRow, ...]
    more: tuple[ItemRow, ...]
    more_label: str


def copies(document: Document, t: Messages) -> list[ItemRow]:
    """Copies by where they are and their numbers, those of several sources with their source.

    One without a call number stands under its record's, as INLISLite's do.
    """
    records = document.records
    found = []
    for record in records:
        source = record.first("source") if len(records) > 1 else ""
        own = [_item(item, source, record.first("call_number"), t) for item in record.items if item != _NOTHING]
        found += sorted(own, key=lambda row: [_in_order(text) for text in (row.location, row.call_number, row.number)])
    return found


_NOTHING: Final = Item()


def _item(item: Item, source: str, call_number: str, t: Messages) -> ItemRow:
    return ItemRow(
        source=source,
        location=" · ".join(dict.fromkeys(filter(None, (item.branch, item.location, item.collection)))),
        call_number=item.call_number or call_number,
        number=item.number,
        barcode=item.barcode,
        status=t.label("item_status", item.status),
        note=item.note,
    )


def _in_order(text: str) -> list[tuple[int, str]]:
    """A key that puts "v.9" before "v.10"."""
    parts = _NUMBER.split(text.casefold())
    return [(int(part), "") if n % 2 else (0, part) for n, part in enumerate(parts)]


def table_of(rows: Sequence[ItemRow], t: Messages) -> Copies | None:
    names = [name for name in ItemRow.__slots__ if any(getattr(row, name) for row in rows)]
    if not names:
        return None
    more = tuple(rows[COPIES_SHOWN:])
    return Copies(
        tuple(Column(name, t(f"record.item_{name}")) for name in names),
        tuple(rows[:COPIES_SHOWN]),
        more,
        t.count("record.items_more", len(more)) if more else "",
    )
