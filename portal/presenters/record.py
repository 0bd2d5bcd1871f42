"""The record page."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup

from ingest.readers.display import MarcLine, marc_lines
from portal import links as addresses
from portal.covers import cover
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.copies import Copies, ItemRow, copies, table_of
from portal.presenters.results import FoundPage, ReadLink, filter_search, found_pages, read_links
from portal.presenters.trail import Trail
from portal.presenters.wording import html_language, names_line, reason_sentence, role_labels, value_label
from portal.search_state import SearchState
from search.document import Document, Vernacular
from search.results import Hit, PageHit
from search.schema import BY_NAME, FIELDS

DOI_RESOLVER: Final = "https://doi.org/"
# As the mapping writes them: parts of a subject heading, a series before its volume.
DIVISION: Final = " -- "
VOLUME: Final = " ; "
# Related records stand where the schema has their titles: after the description, before the numbers.
_NUMBERS_FROM: Final = [field.name for field in FIELDS].index("related_title")
# Where a field in original script is shown, if not in its own row.
_ROW_OF: Final = {"series": "series_statement"}
# Fields that are searched in parts of what stands in original script, and of which fields there.
_SEARCHED_IN: Final = {"note": frozenset(("publisher", "series")), "title_other": frozenset(("title_other",))}
_WORD: Final = re.compile(r"\w+")
_VOLUME_WORD: Final = re.compile(r"\b(?:no|nomor|vol|v|jil|jilid)\b\.?")


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
class OriginalScript:
    """A text in its original script. direction and lang: as HTML has them."""

    text: str
    direction: str
    lang: str


@dataclass(frozen=True, slots=True)
class Row:
    """A field. original: the same in its original script, which stands there alone where `values` is ()."""

    field: str
    label: str
    values: tuple[Value, ...]
    original: tuple[OriginalScript, ...] = ()


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
    """A title that is like the one shown, and why it is."""

    title: str
    lang: str
    about: str
    reason: str
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
    cover: Markup
    title: str
    lang: str
    original_titles: tuple[OriginalScript, ...]
    responsibility: str
    about: tuple[str, ...]
    summary: Row | None
    contributors: Row | None
    rows: tuple[Row, ...]
    copies: Copies | None
    relations: tuple[Row, ...]
    numbers: tuple[Row, ...]
    read: tuple[ReadLink, ...]
    related: tuple[Value, ...]
    ebook: EbookView | None
    marc: tuple["SourceMarc", ...]
    similar: tuple[Neighbour, ...]
    query: str
    back: str
    back_label: str
    permalink: str
    trail: Trail | None = None


def record(
    document: Document,
    found: Sequence[PageHit],
    similar: Sequence[Hit],
    words: str,
    state: SearchState,
    links: Links,
    t: Messages,
) -> RecordView:
    """found: the e-book's pages that match `words`, what is left of `state`'s text to search for."""
    came_from_results = not state.closing().is_home
    items = copies(document, t)
    original = _original(document)
    rows = _rows(document, items, original, state, links, t)
    placed = {row.field for row in rows} | {"title", "summary", "contributor"}
    elsewhere = [_row(name, (), original[name], t) for name in original if name not in placed]
    return RecordView(
        id=document.id,
        cover=cover(document, "large"),
        title=document.title,
        lang=html_language(document),
        original_titles=original.get("title", ()),
        responsibility=document.first("responsibility"),
        about=tuple(filter(None, (value_label("format", document.first("format"), t), document.first("year")))),
        summary=_some(_row("summary", _plain_values(document, "summary"), original.get("summary", ()), t)),
        contributors=_some(
            _row("contributor", _contributors(document, state, links, t), original.get("contributor", ()), t)
        ),
        rows=tuple(row for row in rows if not _is_number(row.field)),
        copies=table_of(items, t),
        relations=(*_relations(document, state, links, t), *elsewhere),
        numbers=tuple(row for row in rows if _is_number(row.field)),
        read=_told_apart(link for link in read_links(document, words, t) if link.external),
        related=_related(document),
        ebook=_ebook(document, found, words, t),
        marc=tuple(_marc(document, t)),
        similar=tuple(_neighbour(hit, state, links, t) for hit in similar),
        query=words,
        back=links.search(state.closing()),
        back_label=t("record.back" if came_from_results else "record.back_home"),
        permalink=addresses.permalink(document.id),
    )


def _marc(document: Document, t: Messages) -> Iterator[SourceMarc]:
    for record in document.records:
        raw = record.raw
        if raw is not None and raw.format != "pdf" and raw.data:
            origin = (
                t("record.source_file", file=Path(raw.file).name, position=raw.position)
                if raw.file and raw.position
                else ""
            )
            yield SourceMarc(record.first("source") if document.members else "", tuple(marc_lines(raw)), origin)


def _rows(
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
        values = _romanised(document, field.name)
        if field.name == "call_number":  # a journal has hundreds, each with its copy
            values = [value for n, value in enumerate(values) if not n or value not in in_table]
        if field.name == "series_statement":
            values = _unlike(values)
        linked = field.facet or field.linked
        shown = tuple(_value(field.name, value, linked, state, links, t) for value in values)
        if row := _some(_row(field.name, shown, original.get(field.name, ()), t)):
            rows.append(row)
    if document.members:  # who holds it, each under the number it has there
        held = (f"{record.first('source')} ({record.first('control_number')})" for record in document.members)
        rows.append(Row("source", t.label("field", "source"), tuple(map(Value, held))))
    return rows


def _is_number(field: str) -> bool:
    return field == "source" or FIELDS.index(BY_NAME[field]) > _NUMBERS_FROM


def _row(field: str, values: tuple[Value, ...], original: tuple[OriginalScript, ...], t: Messages) -> Row:
    label = t("record.contributors") if field == "contributor" else t.label("field", field)
    return Row(field, label if values else t("record.original", label=label), values, original)


def _some(row: Row) -> Row | None:
    return row if row.values or row.original else None


def _original(document: Document) -> dict[str, tuple[OriginalScript, ...]]:
    """What stands in its original script, by the field it is shown with; equal texts once."""
    found: dict[str, dict[str, OriginalScript]] = {}
    for text in document.vernacular:
        name = _ROW_OF.get(text.field, text.field)
        key = _series_key(text.text) if name == "series_statement" else _words(text.text)
        found.setdefault(name, {}).setdefault(key, _original_script(text, document))
    return {name: tuple(texts.values()) for name, texts in found.items()}


def _original_script(text: Vernacular, document: Document) -> OriginalScript:
    language = html_language(document) if text.field == "title" else ""  # a name or heading may be of another
    lang = f"{language or 'und'}-{text.script}" if text.script else language
    return OriginalScript(text.text, "rtl" if text.right_to_left else "auto", lang)


def _plain_values(document: Document, field: str) -> tuple[Value, ...]:
    return tuple(map(Value, _romanised(document, field)))


def _romanised(document: Document, field: str) -> list[str]:
    """A field's values without those in original script, which are in it to be found and are shown beside it."""
    values = list(document.values(field))
    if not document.vernacular:
        return values
    originals = {_words(text.text) for text in document.vernacular}
    whole = _SEARCHED_IN.get(field, frozenset())
    statements = [_words(text.text) for text in document.vernacular if text.field in whole]
    return [value for value in values if not _is_original(_words(value), originals, statements)]


def _is_original(words: str, originals: set[str], statements: Sequence[str]) -> bool:
    return bool(words.strip()) and (words in originals or any(words in statement for statement in statements))


def _unlike(statements: Iterable[str]) -> list[str]:
    """Each series and volume once, as first spelt."""
    found: dict[str, str] = {}
    for statement in statements:
        found.setdefault(_series_key(statement), statement)
    return list(found.values())


def _words(text: str) -> str:
    """The words alone, with a space before and after, so that some of them can be looked for in others.

    >>> _words("Kairo : Dar,") in _words("[Kairo] : Dar, 2006")
    True
    """
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _series_key(statement: str) -> str:
    """What two spellings of one series and volume share.

    >>> _series_key("Seri laut ; no. 93") == _series_key("Seri Laut ; 93")
    True
    """
    name, _, volume = statement.casefold().partition(VOLUME)
    return _words(f"{name} {_VOLUME_WORD.sub(' ', volume)}")


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
    about = [link for link in document.links if link.kind == "related" and addresses.is_web_address(link.url)]
    labels = _labels([(link.label or link.url, link.url) for link in about])
    return tuple(Value(label, link.url.strip(), external=True) for label, link in zip(labels, about, strict=True))


def _told_apart(links: Iterable[ReadLink]) -> tuple[ReadLink, ...]:
    links = tuple(links)
    labels = _labels([(link.label, link.href) for link in links])
    return tuple(replace(link, label=label) for label, link in zip(labels, links, strict=True))


def _labels(links: Sequence[tuple[str, str]]) -> list[str]:
    """Labels without the colon that led to the address in print; equal ones get the host of theirs.

    >>> _labels([("Jilid 1:", "https://a.org/1"), ("Teks", "https://a.org/2"), ("Teks :", "https://b.org/2")])
    ['Jilid 1', 'Teks (a.org)', 'Teks (b.org)']
    """
    labels = [label.rstrip(": ") or label for label, _ in links]
    often = Counter(labels)
    return [
        f"{label} ({urlsplit(url.strip()).hostname})" if often[label] > 1 else label
        for label, (_, url) in zip(labels, links, strict=True)
    ]


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


def _neighbour(hit: Hit, state: SearchState, links: Links, t: Messages) -> Neighbour:
    document = hit.document
    about = (names_line(document, t), document.first("year"), value_label("format", document.first("format"), t))
    return Neighbour(
        document.title,
        html_language(document),
        " · ".join(filter(None, about)),
        reason_sentence(hit, t),
        links.record(state, document.id),
    )
