"""The e-book of a record: its outline, and the pages that were found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from portal import links as addresses
from portal.i18n import Messages
from portal.presenters.results import FoundPage, found_pages
from portal.reader.rights import access_of, may_read
from search.document import Document
from search.results import PageHit

PAGES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class OutlineItem:
    title: str
    page: int
    level: int
    href: str


@dataclass(frozen=True, slots=True)
class EbookView:
    """The e-book of a record. found: its pages that match the search the record was opened from, the first of them; more:
    the rest, which are folded. note: who may open it, where not everyone may; then neither pages nor the file are offered.
    borrow: where it is lent, "" where it is not."""

    pages: str
    without_text: str
    open: str
    file: str
    outline: tuple[OutlineItem, ...]
    found: tuple[FoundPage, ...]
    more: tuple[FoundPage, ...]
    more_label: str
    note: str
    borrow: str = ""


def ebook(
    document: Document, found: Sequence[PageHit], q: str, t: Messages, *, children: bool = False
) -> EbookView | None:
    """children: the record was opened from the children's view, and so is its e-book."""
    book = document.ebook
    if book is None:
        return None
    readable = may_read(document)
    pages = found_pages(document.id, found, q, t, children=children) if readable else ()
    first, more = pages[:PAGES_SHOWN], pages[PAGES_SHOWN:]
    return EbookView(
        pages=t.count("record.ebook_pages", book.page_count),
        without_text=t.count("record.ebook_no_text", book.pages_without_text) if book.pages_without_text else "",
        open=addresses.reader(document.id, 1, t.language, q, children=children),
        file=addresses.pdf(document.id) if readable else "",
        outline=outline(document, q, t, children=children) if readable else (),
        found=first,
        more=more,
        more_label=t.count("record.ebook_found_more", len(more)) if more else "",
        note="" if readable else t.label("link_access", access_of(document)),
    )


def outline(document: Document, q: str, t: Messages, *, children: bool = False) -> tuple[OutlineItem, ...]:
    if document.ebook is None:
        return ()
    return tuple(
        OutlineItem(
            s.title, s.page, min(s.level, 4), addresses.reader(document.id, s.page, t.language, q, children=children)
        )
        for s in document.ebook.outline
    )
