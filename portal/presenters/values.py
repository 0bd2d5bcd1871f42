"""The fields of a record as rows of values, each leading to whatever carries it too."""

from collections.abc import Iterator, Sequence
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
from search.schema import BY_NAME, FIELDS, Field

DOI_RESOLVER: Final = "https://doi.org/"
# What readers look for stands first, in the order of ISBD's areas: what it is, its edition and publication, its extent
# and series; then what it is about. All other fields follow as the schema has them.
_FIRST: Final = (
    *("title_uniform", "title_other", "format", "material_type", "language", "language_original"),
    *("edition", "publication_place", "publisher", "year", "country", "frequency", "date_span"),
    *("physical", "scale", "duration", "content_type", "media_type", "carrier_type", "series_statement"),
    *("subject", "genre", "place", "era", "audience"),
)
# Of a publication, each with what stands before it (ISBD 4): "Jakarta: Gramedia, 2019 · Indonesia".
_PUBLICATION: Final = {"publication_place": "", "publisher": ": ", "year": ", ", "country": " · "}
# Kinds of material, as INLISLite names them, beside the formats that say as much.
SAID_BY: Final = {
    "monograph": ("book", "ebook", "large_print", "thesis"),
    "electronic": ("ebook", "website", "database", "software"),
    "periodical": ("journal", "newspaper"),
    "cartographic": ("map",),
    "graphic": ("image",),
    "video": ("video",),
    "music": ("music", "score"),
    "sound": ("audio", "audiobook"),
    "mixed": ("kit",),
    "microform": ("microform",),
    "manuscript": ("manuscript",),
    "braille": ("braille",),
    "thesis": ("thesis",),
}
# What RDA tells of every record (336, 337, 338): three short facts for one line.
_TYPES: Final = ("content_type", "media_type", "carrier_type")
# Related records stand where the schema has their titles: after the description, before the numbers.
_NUMBERS_FROM: Final = [field.name for field in FIELDS].index("related_title")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field. href: a search for it, or where it resolves; "" for plain text.

    parts: of a subject heading, each leading to all headings that begin so, or of a publication; they stand in place of
    `text`. before: what stands before it, as a part.
    """

    text: str
    href: str = ""
    external: bool = False
    note: str = ""
    parts: "tuple[Value, ...]" = ()
    before: str = ""


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
    in_table, told = {item.call_number for item in items}, set(document.values("format"))
    rows = []
    for field in _in_order():
        if not field.shown:
            continue
        values = romanised(document, field.name)
        if field.name == "call_number":  # a journal has hundreds, each with its copy
            values = [value for n, value in enumerate(values) if not n or value not in in_table]
        if field.name == "series_statement":
            values = unlike(values)
        if field.name == "material_type":
            values = [value for value in values if told.isdisjoint(SAID_BY.get(value, ()))]
        linked = field.facet or field.linked
        shown = tuple(value_of(field.name, value, linked, state, links, t) for value in values)
        if field.name == "year":
            shown = _with_dates(shown, document)
        if row := some(row_of(field.name, shown, original.get(field.name, ()), t)):
            rows.append(row)
    rows = _types_together(_publication_together(_kinds_together(rows), t), t)
    if document.members:  # who holds it, each under the number it has there
        held = (f"{record.first('source')} ({record.first('control_number')})" for record in document.members)
        rows.append(Row("source", t.label("field", "source"), tuple(map(Value, held))))
    return rows


def _in_order() -> Iterator[Field]:
    yield from (BY_NAME[name] for name in _FIRST)
    yield from (field for field in FIELDS if field.name not in _FIRST)


def _kinds_together(rows: list[Row]) -> list[Row]:
    """What it is in one row: its format, and the kind of material where that says more."""
    told = {row.field: row for row in rows}
    format, material = told.get("format"), told.get("material_type")
    if format is None or material is None:
        return rows
    one = replace(format, values=(*format.values, *material.values))
    return [one if row is format else row for row in rows if row is not material]


def _publication_together(rows: list[Row], t: Messages) -> list[Row]:
    """Place, publisher, year and country as one statement, where it is not to be guessed which of them belong together."""
    told = [row for row in rows if row.field in _PUBLICATION]
    if len(told) < 2 or any(len(row.values) != 1 for row in told):
        return rows
    parts = tuple(
        replace(row.values[0], before=_PUBLICATION[row.field] if number else "") for number, row in enumerate(told)
    )
    statement = Value("".join(part.before + part.text for part in parts), parts=parts)
    original = tuple(dict.fromkeys(text for row in told for text in row.original))
    one = Row("publication", t("record.publication"), (statement,), original)
    return [one if row is told[0] else row for row in rows if row is told[0] or row not in told]


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
    return field == "source" or (field in BY_NAME and FIELDS.index(BY_NAME[field]) > _NUMBERS_FROM)


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
    return tuple(
        Value(name, search, before=" — " if number else "")
        for number, (name, search) in enumerate(zip(names, (*searches, href), strict=True))
    )


def contributors(document: Document, state: SearchState, links: Links, t: Messages) -> tuple[Value, ...]:
    ordered = sorted(document.contributors, key=lambda c: not c.main)
    return tuple(
        Value(c.name, filter_search("contributor", c.name, state, links), note=role_labels(c, t)) for c in ordered
    )
