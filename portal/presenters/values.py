"""The fields of a record as rows of values, each leading to whatever carries it too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from portal import links as addresses
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.copies import ItemRow
from portal.presenters.originals import VOLUME, OriginalScript, romanised, unlike
from portal.presenters.results import filter_search
from portal.presenters.shortening import MOST_DIVISIONS
from portal.presenters.wording import DIVISION, dates_of, role_labels, value_label
from portal.search_state import SearchState
from search.document import Document
from search.schema import BY_NAME, FIELDS

DOI_RESOLVER: Final = "https://doi.org/"
# What RDA tells of every record (336, 337, 338): three short facts for one line.
_TYPES: Final = ("content_type", "media_type", "carrier_type")
# Related records stand where the schema has their titles: after the description, before the numbers.
_NUMBERS_FROM: Final = [field.name for field in FIELDS].index("related_title")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field. href: a search for it, or where it resolves; "" for plain text.

    parts: of a subject heading, each leading to all headings that begin so; they stand in place of `text`.
    """

    text: str
    href: str = ""
    external: bool = False
    note: str = ""
    parts: "tuple[Value, ...]" = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A field. original: the same in its original script, which stands there alone where `values` is ()."""

    field: str
    label: str
    values: tuple[Value, ...]
    original: tuple[OriginalScript, ...] = ()


def rows_of(
    document: Document,
    items: Sequence[ItemRow],
    original: dict[str, tuple[OriginalScript, ...]],
    state: SearchState,
    links: Links,
    t: Messages,
) -> list[Row]:
    in_table = {item.call_number for item in items}
    rows = []
    for field in FIELDS:
        if not field.shown:
            continue
        values = romanised(document, field.name)
        if field.name == "call_number":  # a journal has hundreds, each with its copy
            values = [value for n, value in enumerate(values) if not n or value not in in_table]
        if field.name == "series_statement":
            values = unlike(values)
        linked = field.facet or field.linked
        shown = tuple(value_of(field.name, value, linked, state, links, t) for value in values)
        if field.name == "year":
            shown = _with_dates(shown, document)
        if row := some(row_of(field.name, shown, original.get(field.name, ()), t)):
            rows.append(row)
    rows = _types_together(rows, t)
    if document.members:  # who holds it, each under the number it has there
        held = (f"{record.first('source')} ({record.first('control_number')})" for record in document.members)
        rows.append(Row("source", t.label("field", "source"), tuple(map(Value, held))))
    return rows


def _types_together(rows: list[Row], t: Messages) -> list[Row]:
    told = [row for row in rows if row.field in _TYPES]
    if len(told) < len(_TYPES):  # of fewer, the line would not say which they are
        return rows
    line = " · ".join(", ".join(value.text for value in row.values) for row in told)
    one = Row(told[0].field, t("record.types"), (Value(line),))
    return [one if row is told[0] else row for row in rows if row is told[0] or row not in told]


def _with_dates(years: tuple[Value, ...], document: Document) -> tuple[Value, ...]:
    """The dates as the record has them, leading to the titles of the year that it counts for."""
    dates = dates_of(document)
    return (replace(years[0], text=dates), *years[1:]) if years else tuple(map(Value, filter(None, (dates,))))


def is_number(field: str) -> bool:
    return field == "source" or FIELDS.index(BY_NAME[field]) > _NUMBERS_FROM


def row_of(field: str, values: tuple[Value, ...], original: tuple[OriginalScript, ...], t: Messages) -> Row:
    label = t("record.contributors") if field == "contributor" else t.label("field", field)
    return Row(field, label if values else t("record.original", label=label), values, original)


def some(row: Row) -> Row | None:
    return row if row.values or row.original else None


def plain_values(document: Document, field: str) -> tuple[Value, ...]:
    return tuple(map(Value, romanised(document, field)))


def value_of(field: str, value: str, linked: bool, state: SearchState, links: Links, t: Messages) -> Value:
    label = value_label(field, value, t)
    if field == "series_statement":
        return Value(label, filter_search("series", value.partition(VOLUME)[0], state, links))
    if linked:
        href = filter_search(field, value, state, links)
        return Value(label, href, parts=_heading_parts(value, href, state, links) if field == "subject" else ())
    if field == "doi" and addresses.is_web_address(DOI_RESOLVER + value):
        return Value(label, DOI_RESOLVER + value, external=True)
    return Value(label)


def _heading_parts(heading: str, href: str, state: SearchState, links: Links) -> tuple[Value, ...]:
    """A heading with divisions, each leading to the headings that begin as far as it."""
    names = heading.split(DIVISION, MOST_DIVISIONS - 1)
    if len(names) < 2:
        return ()
    wider = (" ".join(names[:n]).replace('"', " ") for n in range(1, len(names)))
    searches = [links.search(state.starting_over().asking(f'subject:"{words}"')) for words in wider]
    return tuple(Value(name, search) for name, search in zip(names, (*searches, href), strict=True))


def contributors(document: Document, state: SearchState, links: Links, t: Messages) -> tuple[Value, ...]:
    ordered = sorted(document.contributors, key=lambda c: not c.main)
    return tuple(
        Value(c.name, filter_search("contributor", c.name, state, links), note=role_labels(c, t)) for c in ordered
    )
