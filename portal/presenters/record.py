"""The record page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from markupsafe import Markup

from ingest.readers.display import MarcLine, marc_lines
from portal import links as addresses
from portal.covers import cover
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.asking import Ask, asking
from portal.presenters.cite import FileLink, file_links
from portal.presenters.copies import Copies, copies, table_of
from portal.presenters.ebook import EbookView, ebook
from portal.presenters.facts import Contents, Facts, contents, facts
from portal.presenters.originals import OriginalScript, originals, romanised
from portal.presenters.relations import related_links, relations, told_apart
from portal.presenters.results import ReadLink, read_links
from portal.presenters.shelf import ShelfRow
from portal.presenters.shortening import MOST_VALUES, clipped, shortened
from portal.presenters.trail import Trail
from portal.presenters.values import Row, Value, contributors, is_number, plain_values, row_of, rows_of, some
from portal.presenters.wording import html_language, names_line, reason_sentence, value_label
from portal.search_state import SearchState
from search.document import Document
from search.results import Hit, PageHit

MOST_LINES: Final = 2_000
_PLACED_APART: Final = frozenset(("title", "responsibility", "summary", "contributor"))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A title that is like the one shown, and why it is."""

    title: str
    lang: str
    names: str
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
    """cite: the page of citations, and cite_part: what of it is put into this one. share: its whole address, as others get
    it. report: where to tell of an error.
    is_short: the record has more than a page can hold."""

    id: str
    cover: Markup
    title: str
    lang: str
    original_titles: tuple[OriginalScript, ...]
    responsibility: str
    original_responsibility: tuple[OriginalScript, ...]
    format: str
    facts: Facts
    summary: Row | None
    contents: Contents | None
    contributors: Row | None
    rows: tuple[Row, ...]
    copies: Copies | None
    relations: tuple[Row, ...]
    numbers: tuple[Row, ...]
    read: tuple[ReadLink, ...]
    ask: Ask
    related: tuple[Value, ...]
    ebook: EbookView | None
    marc: tuple["SourceMarc", ...]
    similar: tuple[Neighbour, ...]
    query: str
    back: str
    back_label: str
    permalink: str
    cite: str
    cite_part: str
    files: tuple[FileLink, ...]
    trail: Trail | None = None
    shelf: ShelfRow | None = None
    share: str = ""
    report: str = ""
    is_short: bool = False


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
    back, back_label = way_back(state, links, t)
    document, is_short = shortened(document)
    items = copies(document, t)
    original = originals(document)
    rows = rows_of(document, items, original, state, links, t)
    placed = {text for row in rows for text in row.original}
    # Contents stand as a list of their own; in their original script they keep their row.
    rows = [row_of("contents", (), row.original, t) if row.field == "contents" else row for row in rows]
    rows = [row for row in rows if row.values or row.original]
    elsewhere = [
        row_of(name, (), left, t)
        for name, texts in original.items()
        if name not in _PLACED_APART and (left := tuple(text for text in texts if text not in placed))
    ]
    return RecordView(
        id=document.id,
        cover=cover(document, "large"),
        title=document.title,
        lang=html_language(document),
        original_titles=original.get("title", ()),
        responsibility=_made_by(document, original, t),
        original_responsibility=original.get("responsibility", ()),
        format=value_label("format", document.first("format"), t),
        facts=facts(document, t),
        summary=some(row_of("summary", plain_values(document, "summary"), original.get("summary", ()), t)),
        contents=contents(document, t),
        contributors=some(
            row_of("contributor", contributors(document, state, links, t), original.get("contributor", ()), t)
        ),
        rows=tuple(row for row in rows if not is_number(row.field)),
        copies=table_of(items, t),
        relations=(*relations(document, state, links, t), *elsewhere),
        numbers=tuple(row for row in rows if is_number(row.field)),
        read=told_apart(link for link in read_links(document, words, t) if link.external),
        ask=asking(document, t),
        related=related_links(document),
        ebook=ebook(document, found, words, t, children=state.children),
        marc=tuple(source_records(document, t)),
        similar=tuple(neighbour(hit, state, links, t) for hit in similar),
        query=words,
        back=back,
        back_label=back_label,
        permalink=addresses.permalink(document.id),
        cite=addresses.cite(document.id, t.language),
        cite_part=addresses.cite(document.id, t.language, part=True),
        files=file_links(document.id, t),
        is_short=is_short,
    )


def _made_by(document: Document, original: Mapping[str, Sequence[OriginalScript]], t: Messages) -> str:
    """Who made it, as the title page has it; where nobody wrote that down (tables, short records), those who are named."""
    stated = next(iter(romanised(document, "responsibility")), "")
    return stated if stated or "responsibility" in original else names_line(document, t)


def way_back(state: SearchState, links: Links, t: Messages) -> tuple[str, str]:
    """Where the record was opened from, and what that is called."""
    if state.children:
        return addresses.children(t.language, state.q, state.page), t("record.back_children")
    came_from_results = not state.closing().is_home
    return links.search(state.closing()), t("record.back" if came_from_results else "record.back_home")


def source_records(document: Document, t: Messages) -> Iterator[SourceMarc]:
    for record in document.records:
        raw = record.raw
        if raw is not None and raw.format != "pdf" and raw.data:
            origin = (
                t("record.source_file", file=Path(raw.file).name, position=raw.position)
                if raw.file and raw.position
                else ""
            )
            lines = tuple(map(_clipped, islice(marc_lines(raw), MOST_LINES)))
            yield SourceMarc(record.first("source") if document.members else "", lines, origin)


def _clipped(line: MarcLine) -> MarcLine:
    subfields = tuple((code, clipped(text)) for code, text in line.subfields[:MOST_VALUES])
    return replace(line, value=clipped(line.value), subfields=subfields)


def neighbour(hit: Hit, state: SearchState, links: Links, t: Messages) -> Neighbour:
    document = hit.document
    about = (document.first("year"), value_label("format", document.first("format"), t))
    return Neighbour(
        document.title,
        html_language(document),
        names_line(document, t),
        " · ".join(filter(None, about)),
        reason_sentence(hit, t),
        links.record(state, document.id),
    )
