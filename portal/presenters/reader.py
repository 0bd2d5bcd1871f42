"""One page of an e-book, as text and picture."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from portal import links as addresses
from portal.i18n import Messages
from portal.presenters.ebook import OutlineItem, outline
from portal.presenters.marking import marked
from portal.presenters.results import FoundPage, found_pages
from portal.presenters.wording import html_language
from portal.search_state import SearchState
from search.document import Document, Page
from search.highlight import highlight
from search.query import Query
from search.results import Highlight, PageHit

_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class ReaderView:
    id: str
    book: str
    lang: str
    number: int
    total: int
    section: str
    position: str
    paragraphs: tuple[Markup, ...]
    image: str
    image_name: str
    pdf: str
    previous: str
    next: str
    record: str
    outline: tuple[OutlineItem, ...]
    query: str
    found: tuple[FoundPage, ...]
    found_line: str
    clear: str
    action: str


def reader(document: Document, page: Page, found: Sequence[PageHit], query: Query, t: Messages) -> ReaderView:
    """found: all pages of the book that match `query`. Raises ValueError for a document without an e-book."""
    if document.ebook is None:
        raise ValueError(f"{document.id} has no e-book")
    q, total = query.text, document.ebook.page_count
    label = page.label or str(page.number)
    own_label = label != str(page.number)
    return ReaderView(
        id=document.id,
        book=document.title,
        lang=html_language(document),
        number=page.number,
        total=total,
        section=page.section,
        position=t(
            "reader.position" if own_label else "reader.position_plain",
            label=label, n=t.number(page.number), total=t.number(total),
        ),
        paragraphs=paragraphs(page.text, query),
        image=addresses.page_image(document.id, page.number),
        image_name=t("reader.image", label=label, title=document.title),
        pdf=addresses.pdf(document.id, page.number),
        previous=addresses.reader(document.id, page.number - 1, t.language, q) if page.number > 1 else "",
        next=addresses.reader(document.id, page.number + 1, t.language, q) if page.number < total else "",
        record=addresses.PlainLinks().record(SearchState(q=query.text, hl=t.language), document.id),
        outline=outline(document, q, t),
        query=q,
        found=found_pages(document.id, found, q, t),
        found_line=_found_line(found, q, t),
        clear=addresses.reader(document.id, page.number, t.language) if q else "",
        action=addresses.reader(document.id, page.number, "id"),
    )  # fmt: skip


def _found_line(found: Sequence[PageHit], q: str, t: Messages) -> str:
    if not q:
        return ""
    return t.count("reader.found", len(found), query=q) if found else t("reader.found_none", query=q)


def paragraphs(text: str, query: Query) -> tuple[Markup, ...]:
    """The paragraphs of a page, with found words marked; blank lines part them."""
    whole = highlight(text, query) if query.wanted else Highlight(text)
    parts = []
    start = 0
    for gap in [*_BLANK_LINES.finditer(text), None]:
        end = gap.start() if gap else len(text)
        if text[start:end].strip():
            parts.append(marked(_slice(whole, start, end)))
        start = gap.end() if gap else end
    return tuple(parts)


def _slice(whole: Highlight, start: int, end: int) -> Highlight:
    """A stretch of a marked text, with the parts of marks that lie in it."""
    inside = ((max(a, start) - start, min(b, end) - start) for a, b in whole.marks if a < end and b > start)
    return Highlight(whole.text[start:end], tuple(inside))
