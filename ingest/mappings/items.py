"""Copies that a library holds: MARC 852 with 876-878, Koha's 952, INLISLite's 990, and 945, 949 and 999 of others."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.extract import MarcView, indicator, joined
from ingest.mapping import table
from ingest.record import Field
from ingest.transform import iso_date, plain
from search.document import Item

_LOCAL_TAGS: Final = ("945", "949", "999")
_PIECES: Final = ("876", "877", "878")
TAGS: Final = " ".join(("852", *_PIECES, "952", "990", *_LOCAL_TAGS))
_INLIS_NUMBERS: Final = ("INLIS", "0010-")
_FALSE: Final = frozenset(("", "0"))
_LINKING_NUMBER: Final = re.compile(r"[0-9]+")


def items(view: MarcView) -> tuple[Item, ...]:
    """The items of a record, each once; of fields that other systems use otherwise, only those shaped like items."""
    fields = view.fields
    found: list[Item] = []
    if "852" in fields:
        found += _marc_items(view)
    if "952" in fields:
        found += [_koha_item(field) for field in fields["952"] if _is_koha(field)]
    if "990" in fields and _is_inlis(view):
        numbers = [plain(text) for field in fields["990"] for text in field.get_subfields("a")]
        found += [Item(barcode=number) for number in numbers if number]
    for tag in _LOCAL_TAGS:
        if tag in fields:
            found += [item for field in fields[tag] if (item := _local_item(field)) is not None]
    return tuple(_once(found)) if found else ()


def _once(found: Sequence[Item]) -> list[Item]:
    """Each copy once; of two fields about one barcode the later one knows more, the earlier one may know its state."""
    kept: dict[object, Item] = {}
    for item in found:
        key = item.barcode or item
        if key == _NOTHING:
            continue
        known = kept.get(key)
        kept[key] = item if known is None else replace(item, status=item.status or known.status)
    return list(kept.values())


_NOTHING: Final = Item()


def locations(view: MarcView) -> list[str]:
    """The branch of each item that was not withdrawn; its place in the library where no branch is said."""
    return [item.branch or item.location for item in _kept(view) if item.branch or item.location]


def on_shelf(view: MarcView) -> list[str]:
    """ "shelf" where a copy stood there on the day the record was written out; () where nothing says so."""
    return ["shelf"] if any(item.status == "available" for item in view.once(items)) else []


def collections(view: MarcView) -> list[str]:
    return [item.collection for item in _kept(view) if item.collection]


def _kept(view: MarcView) -> list[Item]:
    return [item for item in view.once(items) if item.status != "withdrawn"]


def barcodes(view: MarcView) -> list[str]:
    return [item.barcode for item in view.once(items) if item.barcode]


def item_call_numbers(view: MarcView) -> list[str]:
    return [item.call_number for item in view.once(items) if item.call_number]


def added(view: MarcView) -> list[str]:
    """The day when the first item came (Koha 952 $d), else when the record was made (008/00-05)."""
    if "952" in view.fields:
        days = [field.get("d") for field in view.fields["952"] if _is_koha(field)]
        if dates := sorted(date for day in days if (date := iso_date(day))):
            return dates[:1]
    return [iso_date(view.at("008", 0, 6))]


def _marc_items(view: MarcView) -> list[Item]:
    """An item an 852; where 876-878 describe its pieces, one each."""
    pieces = view.of(*_PIECES)
    found = []
    for field in view.fields["852"]:
        if not field.indicators:
            continue
        holding = Item(
            branch=plain(field.get("b") or field.get("a")),
            location=plain(field.get("c")),
            call_number=plain(joined(field, "khijlm")),
            number=plain(field.get("3") or field.get("t")),
            barcode=plain(field.get("p")),
            note=plain(joined(field, "z")),
        )
        own = [piece for piece in pieces if _belongs(piece, field, view.fields["852"])]
        found += [_piece(piece, holding) for piece in own] or [holding]
    return found


def _belongs(piece: Field, holding: Field, holdings: Sequence[Field]) -> bool:
    """By linking number ($8); a single 852 has all pieces."""
    mine, its = (_LINKING_NUMBER.match(field.get("8")) for field in (piece, holding))
    if mine is not None and its is not None:
        return mine.group() == its.group()
    return len(holdings) == 1


def _piece(field: Field, holding: Item) -> Item:
    return Item(
        branch=holding.branch,
        location=plain(field.get("l")) or holding.location,
        call_number=holding.call_number,
        number=plain(field.get("3") or field.get("t")) or holding.number,
        barcode=plain(field.get("p") or field.get("a")) or holding.barcode,
        status=_status("words", field.get("j")) or ("not_for_loan" if field.get("h") else ""),
        note=plain(joined(field, "z")) or holding.note,
    )


def _is_koha(field: Field) -> bool:
    """Catalogues merged long ago have notes and numbers in 952; an item has a barcode, call number or item type."""
    codes = {code for code, _ in field.subfields}
    return "a" in codes and not codes.isdisjoint("py") and not codes.isdisjoint("opy8")


def _koha_item(field: Field) -> Item:
    held: dict[str, str] = {}
    for code, value in field.subfields:
        held.setdefault(code, plain(value))
    return Item(
        branch=held.get("b") or held.get("a", ""),
        location=held.get("c", ""),
        collection=held.get("8") or held.get("y", ""),
        call_number=held.get("o", ""),
        number=held.get("h") or held.get("t", ""),
        barcode=held.get("p", ""),
        status=_koha_status(held),
        note=held.get("z", ""),
    )


def _koha_status(held: dict[str, str]) -> str:
    for code, status in (("0", "withdrawn"), ("1", "lost"), ("4", "damaged")):
        if held.get(code, "") not in _FALSE:
            return status
    if held.get("q"):  # the day it is due
        return "on_loan"
    loan = held.get("7", "")
    if loan.startswith("-"):  # Koha's own list: negative values are not here yet
        return "on_order"
    return "available" if loan in _FALSE else "not_for_loan"


def _is_inlis(view: MarcView) -> bool:
    if any(text.startswith(_INLIS_NUMBERS) for text in view.control("001")):
        return True
    return any(field.get("a").startswith(_INLIS_NUMBERS) for field in view.of("035"))


def _local_item(field: Field) -> Item | None:
    """Of Millennium (item record in $y) and of Unicorn and Symphony (barcode in $i, library in $m or place in $l)."""
    if not field.indicators:
        return None
    held = dict(reversed(field.subfields))  # of each code the first
    if held.get("y", "").startswith(".i"):
        return Item(
            location=plain(held.get("l", "")),
            call_number=plain(held.get("a", "")),
            number=plain(held.get("c", "")),
            barcode=plain((field.get_subfields("i") or [""])[-1]),  # an older number may stand before it
            status=_status("millennium", held.get("s", "")),
        )
    if not held.get("i") or not (held.get("m") or held.get("l")):
        return None
    where = plain(held.get("k") or held.get("l", ""))
    return Item(
        branch=plain(held.get("m", "")),
        location=where,
        collection=plain(held.get("t", "")),
        call_number=plain(held.get("a", "")),
        number=plain(held.get("c", "") if indicator(field, 1) == " " else ""),
        barcode=plain(held["i"]),
        status=table("items", "symphony").get(where.upper(), ""),
    )


def _status(list_name: str, text: str) -> str:
    """Our code for what a source writes; the source's own word where the table lacks it."""
    text = plain(text)
    return table("items", list_name).get(text.lower(), "" if len(text) < 2 else text)
