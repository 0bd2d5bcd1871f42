"""The record page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.readers.display import MarcLine, marc_lines
from portal import links as addresses
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.results import FoundPage, ReadLink, filter_search, found_pages, read_links
from portal.presenters.wording import html_language, names_line, role_labels, value_label
from portal.search_state import SearchState
from search.document import Document
from search.results import Hit, PageHit
from search.schema import FIELDS

DOI_RESOLVER: Final = "https://doi.org/"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field. href: a search for it, or where it resolves; "" for plain text."""

    text: str
    href: str = ""
    external: bool = False
    note: str = ""


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
    read: tuple[ReadLink, ...]
    related: tuple[Value, ...]
    ebook: EbookView | None
    marc: tuple[MarcLine, ...]
    has_marc: bool
    origin: str
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
    raw = document.raw
    has_marc = raw is not None and raw.format != "pdf" and bool(raw.data)
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
            OriginalScript(t.label("field", v.field), v.text, "rtl" if v.right_to_left else "auto")
            for v in document.vernacular
        ),
        read=tuple(link for link in read_links(document, state.q, t) if link.external),
        related=_related(document),
        ebook=_ebook(document, found, state.q, t),
        marc=tuple(marc_lines(raw)) if raw is not None and has_marc else (),
        has_marc=has_marc,
        origin=t("record.source_file", file=raw.file, position=raw.position)
        if raw and raw.file and raw.position
        else "",
        similar=tuple(_neighbour(hit.document, state, links, t) for hit in similar),
        query=state.q,
        back=links.search(state.closing()),
        back_label=t("record.back" if came_from_results else "record.back_home"),
        permalink=addresses.permalink(document.id, t.language),
    )


def _rows(document: Document, state: SearchState, links: Links, t: Messages) -> list[Row]:
    rows = []
    for field in FIELDS:
        values = document.values(field.name)
        if not field.shown or not values:
            continue
        shown = tuple(_value(field.name, value, field.facet, state, links, t) for value in values)
        rows.append(Row(field.name, t.label("field", field.name), shown))
    return rows


def _value(field: str, value: str, facet: bool, state: SearchState, links: Links, t: Messages) -> Value:
    label = value_label(field, value, t)
    if facet:
        return Value(label, filter_search(field, value, state, links))
    if field == "doi" and addresses.is_web_address(DOI_RESOLVER + value):
        return Value(label, DOI_RESOLVER + value, external=True)
    return Value(label)


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
