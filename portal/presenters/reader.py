"""One page of an e-book, as text and picture."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from portal import links as addresses
from portal.i18n import Messages
from portal.presenters.lending import LentView
from portal.presenters.marking import marked
from portal.presenters.wording import html_language, page_label
from portal.search_state import SearchState
from search.document import Document, Page
from search.highlight import highlight
from search.query import Query
from search.results import Highlight, PageHit

MOST_LEVELS: Final = 4
_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class FoundInside:
    """A page of the book that matches. current: it is the page being read."""

    label: str
    section: str
    snippet: Markup
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """A line of the outline. label: the printed name of its page. current: the page being read belongs to it."""

    title: str
    label: str
    level: int
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A link to another page, and what page that is."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class ReaderView:
    """next_image: the picture to fetch beforehand. marks: what lies over the picture, "" without a search.
    problem: what was asked for and is not there, in words. pdf: the file, "" where it is not given. lent: to when it is. hit: where among the found pages this one is."""

    id: str
    book: str
    lang: str
    number: int
    total: int
    section: str
    position: str
    label: str
    paragraphs: tuple[Markup, ...]
    image: str
    image_name: str
    marks: str
    next_image: str
    pdf: str
    previous: Turn | None
    next: Turn | None
    record: str
    outline: tuple[Contents, ...]
    query: str
    children: bool
    found: tuple[FoundInside, ...]
    found_line: str
    hit: str
    previous_hit: Turn | None
    next_hit: Turn | None
    clear: str
    action: str
    go_to: str
    problem: str
    lent: LentView | None


def reader(
    document: Document,
    page: Page,
    labels: Sequence[str],
    found: Sequence[PageHit],
    query: Query,
    t: Messages,
    most: int,
    not_there: str = "",
    lent: LentView | None = None,
    *,
    children: bool = False,
) -> ReaderView:
    """labels: of all pages, "" for one without. found: the pages of the book that match `query`, the first `most`.
    not_there: a page asked for in vain. lent: of a book that only its borrower reads. children: opened from the children's
    view, to which its record leads back. Raises ValueError for a document without an e-book."""
    if document.ebook is None:
        raise ValueError(f"{document.id} has no e-book")
    q, total = query.text, document.ebook.page_count

    def to(number: int) -> str:
        return addresses.reader(document.id, number, t.language, q, children=children)

    def turn(number: int) -> Turn:
        name = labels[number - 1] if number <= len(labels) else ""
        return Turn(to(number), page_label(number, name, t))

    before = [hit.page for hit in found if hit.page < page.number]
    after = [hit.page for hit in found if hit.page > page.number]
    here = next((place for place, hit in enumerate(found, start=1) if hit.page == page.number), 0)
    label = page.label or str(page.number)
    return ReaderView(
        id=document.id,
        book=document.title,
        lang=html_language(document),
        number=page.number,
        total=total,
        section=page.section if page.section != document.title else "",  # as the outline of many books begins
        position=_position(page, total, t),
        label=label,
        paragraphs=paragraphs(page.text, query),
        image=addresses.page_image(document.id, page.number),
        image_name=t("reader.image", label=label, title=document.title),
        marks=addresses.page_marks(document.id, page.number, q) if query.wanted else "",
        next_image=addresses.page_image(document.id, page.number + 1) if page.number < total else "",
        pdf=addresses.pdf(document.id, page.number) if lent is None else "",
        previous=turn(page.number - 1) if page.number > 1 else None,
        next=turn(page.number + 1) if page.number < total else None,
        record=addresses.PlainLinks().record(
            SearchState(q=q, hl=t.language, id=document.id, children=children), document.id
        ),
        outline=_contents(document, page.number, labels, to),
        query=q,
        children=children,
        found=_found(found, page.number, to, t),
        found_line=_found_line(found, q, t, most),
        hit=t("reader.hit", n=t.number(here), total=t.number(len(found))) if here else "",
        previous_hit=turn(before[-1]) if before else None,
        next_hit=turn(after[0]) if after else None,
        clear=addresses.reader(document.id, page.number, t.language, children=children) if q else "",
        action=addresses.reader(document.id, page.number, "id"),
        go_to=addresses.book(document.id),
        problem=t("reader.not_there", asked=not_there, total=t.number(total)) if not_there else "",
        lent=lent,
    )  # fmt: skip


def _position(page: Page, total: int, t: Messages) -> str:
    n, of = t.number(page.number), t.number(total)
    if page.label and page.label != str(page.number):
        return t("reader.position", label=page.label, n=n, total=of)
    return t("reader.position_plain", n=n, total=of)


def _found(found: Sequence[PageHit], number: int, to: Callable[[int], str], t: Messages) -> tuple[FoundInside, ...]:
    return tuple(
        FoundInside(
            page_label(hit.page, hit.label, t),
            hit.section,
            marked(hit.snippet),
            to(hit.page),
            hit.page == number,
        )
        for hit in found
    )


def _contents(document: Document, number: int, labels: Sequence[str], to: Callable[[int], str]) -> tuple[Contents, ...]:
    """The outline with printed page numbers. The page being read belongs to the last heading before or on it."""
    sections = document.ebook.outline if document.ebook else ()
    begun = [place for place, section in enumerate(sections) if section.page <= number]
    current = max(begun, key=lambda place: (sections[place].page, place), default=-1)
    return tuple(
        Contents(
            section.title,
            (labels[section.page - 1] if 0 < section.page <= len(labels) else "") or str(section.page),
            min(section.level, MOST_LEVELS),
            to(section.page),
            place == current,
        )
        for place, section in enumerate(sections)
    )


def _found_line(found: Sequence[PageHit], q: str, t: Messages, most: int) -> str:
    if not q:
        return ""
    if not found:
        return t("reader.found_none", query=q)
    return t.count("reader.found_many" if len(found) >= most else "reader.found", len(found), query=q)


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
