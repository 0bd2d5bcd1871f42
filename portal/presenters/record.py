"""The record page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.readers.display import MarcLine, marc_lines
from portal import links as addresses
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.results import FoundPage, ReadLink, filter_search, found_pages, read_links
from portal.presenters.wording import html_language, names_line, role_labels, value_label
from portal.search_state import SearchState
from search.document import Document, Item
from search.results import Hit, PageHit
from search.schema import FIELDS

DOI_RESOLVER: Final = "https://doi.org/"
# As the mapping writes them: parts of a subject heading, a series before its volume.
DIVISION: Final = " -- "
VOLUME: Final = " ; "


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
    field: str
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class OriginalScript:
    label: str
    text: str
    direction: str
    lang: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A copy in the table of copies."""

    location: str
    call_number: str
    number: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class OutlineItem:
    title: str
    page: int
    level: int
    href: str


@dataclass(frozen=True, slots=True)
class EbookView:
    """The e-book of a record. found: its pages that match the search the record was opened from."""

    pages: str
    without_text: str
    open: str
    file: str
    outline: tuple[OutlineItem, ...]
    found: tuple[FoundPage, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    title: str
    lang: str
    about: str
    href: str


@dataclass(frozen=True, slots=True)
class SourceMarc:
    """A record as it came; no lines where it cannot be read back. source: its catalogue, where there are several."""

    source: str
    lines: tuple[MarcLine, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class RecordView:
    id: str
    title: str
    lang: str
    responsibility: str
    about: tuple[str, ...]
    summary: tuple[str, ...]
    contributors: tuple[Value, ...]
    rows: tuple[Row, ...]
    vernacular: tuple[OriginalScript, ...]
    items: tuple[ItemRow, ...]
    relations: tuple[Row, ...]
    read: tuple[ReadLink, ...]
    related: tuple[Value, ...]
    ebook: EbookView | None
    marc: tuple["SourceMarc", ...]
    similar: tuple[Neighbour, ...]
    query: str
    back: str
    back_label: str
    permalink: str


def record(
    document: Document, found: Sequence[PageHit], similar: Sequence[Hit], state: SearchState, links: Links, t: Messages
) -> RecordView:
    """found: the e-book's pages that match `state`'s text."""
    came_from_results = not state.closing().is_home
    return RecordView(
        id=document.id,
        title=document.title,
        lang=html_language(document),
        responsibility=document.first("responsibility"),
        about=tuple(filter(None, (value_label("format", document.first("format"), t), document.first("year")))),
        summary=document.values("summary"),
        contributors=_contributors(document, state, links, t),
        rows=tuple(_rows(document, state, links, t)),
        vernacular=tuple(
            OriginalScript(
                t.label("field", v.field),
                v.text,
                "rtl" if v.right_to_left else "auto",
                f"und-{v.script}" if v.script else "",
            )
            for v in document.vernacular
        ),
        items=tuple(_item(item, t) for item in document.items),
        relations=_relations(document, state, links, t),
        read=tuple(link for link in read_links(document, state.q, t) if link.external),
        related=_related(document),
        ebook=_ebook(document, found, state.q, t),
        marc=tuple(_marc(document, t)),
        similar=tuple(_neighbour(hit.document, state, links, t) for hit in similar),
        query=state.q,
        back=links.search(state.closing()),
        back_label=t("record.back" if came_from_results else "record.back_home"),
        permalink=addresses.permalink(document.id, t.language),
    )


def _marc(document: Document, t: Messages) -> Iterator[SourceMarc]:
    for record in document.members or (document,):
        raw = record.raw
        if raw is not None and raw.format != "pdf" and raw.data:
            origin = t("record.source_file", file=raw.file, position=raw.position) if raw.file and raw.position else ""
            yield SourceMarc(record.first("source") if document.members else "", tuple(marc_lines(raw)), origin)


def _rows(document: Document, state: SearchState, links: Links, t: Messages) -> list[Row]:
    rows = []
    for field in FIELDS:
        values = document.values(field.name)
        if not field.shown or not values:
            continue
        linked = field.facet or field.linked
        shown = tuple(_value(field.name, value, linked, state, links, t) for value in values)
        rows.append(Row(field.name, t.label("field", field.name), shown))
    if document.members:  # who holds it, each under the number it has there
        held = (f"{record.first('source')} ({record.first('control_number')})" for record in document.members)
        rows.append(Row("source", t.label("field", "source"), tuple(map(Value, held))))
    return rows


def _value(field: str, value: str, linked: bool, state: SearchState, links: Links, t: Messages) -> Value:
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
    names = heading.split(DIVISION)
    if len(names) < 2:
        return ()
    wider = (" ".join(names[:n]).replace('"', " ") for n in range(1, len(names)))
    searches = [links.search(state.starting_over().asking(f'subject:"{words}"')) for words in wider]
    return tuple(Value(name, search) for name, search in zip(names, (*searches, href), strict=True))


def _item(item: Item, t: Messages) -> ItemRow:
    location = " · ".join(dict.fromkeys(filter(None, (item.branch, item.location, item.collection))))
    return ItemRow(location, item.call_number, item.number, t.label("item_status", item.status), item.note)


def _relations(document: Document, state: SearchState, links: Links, t: Messages) -> tuple[Row, ...]:
    """Related records by kind, in the order of the record, each with a search that finds it if it is here."""
    rows: dict[str, list[Value]] = {}
    for item in document.related:
        title = item.title or item.name or item.issn or item.isbn or item.control_numbers[0]
        named = f"{item.name}. {title}" if item.name and item.title else title
        note = " · ".join(filter(None, (item.part, item.note)))
        number = item.issn or item.isbn
        words = title.replace('"', " ")
        wanted = number or (f'title:"{words}"' if item.title else f'"{words}"')
        rows.setdefault(item.kind, []).append(
            Value(named, links.search(state.starting_over().asking(wanted)), note=note)
        )
    return tuple(Row(kind, t.label("relation", kind), tuple(values)) for kind, values in rows.items())


def _contributors(document: Document, state: SearchState, links: Links, t: Messages) -> tuple[Value, ...]:
    ordered = sorted(document.contributors, key=lambda c: not c.main)
    return tuple(
        Value(c.name, filter_search("contributor", c.name, state, links), note=role_labels(c, t)) for c in ordered
    )


def _related(document: Document) -> tuple[Value, ...]:
    """Links about the title. Cover pictures lie on other servers, which must not learn who reads what here."""
    return tuple(
        Value(link.label or link.url, link.url.strip(), external=True)
        for link in document.links
        if link.kind == "related" and addresses.is_web_address(link.url)
    )


def _ebook(document: Document, found: Sequence[PageHit], q: str, t: Messages) -> EbookView | None:
    book = document.ebook
    if book is None:
        return None
    return EbookView(
        pages=t.count("record.ebook_pages", book.page_count),
        without_text=t.count("record.ebook_no_text", book.pages_without_text) if book.pages_without_text else "",
        open=addresses.reader(document.id, 1, t.language, q),
        file=addresses.pdf(document.id),
        outline=outline(document, q, t),
        found=found_pages(document.id, found, q, t),
    )


def outline(document: Document, q: str, t: Messages) -> tuple[OutlineItem, ...]:
    if document.ebook is None:
        return ()
    return tuple(
        OutlineItem(s.title, s.page, min(s.level, 4), addresses.reader(document.id, s.page, t.language, q))
        for s in document.ebook.outline
    )


def _neighbour(document: Document, state: SearchState, links: Links, t: Messages) -> Neighbour:
    about = (names_line(document, t), document.first("year"), value_label("format", document.first("format"), t))
    return Neighbour(
        document.title, html_language(document), " · ".join(filter(None, about)), links.record(state, document.id)
    )
