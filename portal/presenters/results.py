"""A page of results, and what stands there when there are none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from portal import choosing
from portal import links as addresses
from portal.covers import cover
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.asking import Ask, asking
from portal.presenters.choices import Chip, Choice
from portal.presenters.facets import FacetGroup, facet_groups, toggles
from portal.presenters.marking import marked
from portal.presenters.shortening import MOST_REPEATED, clipped
from portal.presenters.understood import (
    Spelling,
    Understood,
    searched_words,
    spelling,
    understood,
    ways_out,
)
from portal.presenters.wording import (
    html_language,
    names_line,
    page_label,
    reason_sentence,
    value_label,
)
from portal.reader.rights import access_of, may_read
from portal.search_state import DEFAULT_MODE, SIZES, SearchState
from search.discovery import MAX_RESULTS_REACHED
from search.document import Document, DocumentId
from search.query import MODES, Filter
from search.results import Answer, Hit, PageHit, ResultPage
from search.schema import RELEVANCE, SORTS
from search.understanding import Understanding

# Labels of links that say no more than that they are links.
NO_NAMES_OF_LINKS: Final = frozenset({"online", "daring", "link", "tautan"})
PAGES_AROUND: Final = 2
SHORTEST_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class FoundPage:
    """An e-book page that matches, as a link into the reader."""

    label: str
    section: str
    snippet: Markup
    href: str


@dataclass(frozen=True, slots=True)
class ReadLink:
    """A way to read now. external: it leads away from the portal, and `note` says on what terms."""

    label: str
    name: str
    href: str
    note: str
    external: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A result. title: its words marked; name: as plain text."""

    number: int
    id: DocumentId
    cover: Markup
    href: str
    title: Markup
    name: str
    lang: str
    names: str
    year: str
    format: str
    languages: str
    snippet: Markup
    pages: tuple[FoundPage, ...]
    reason: str
    read: tuple[ReadLink, ...]
    ask: Ask


@dataclass(frozen=True, slots=True)
class Quote:
    """What an e-book says to a question, in its own words. source: the book and its page, as a link into the reader."""

    text: Markup
    lang: str
    source: str
    section: str
    href: str


@dataclass(frozen=True, slots=True)
class Empty:
    """Next steps where nothing was found."""

    steps: tuple[Choice, ...]
    tips: tuple[str, ...]
    home: str


@dataclass(frozen=True, slots=True)
class Results:
    """query: the text the results are for, or its beginning. also: what was looked for in the other language, "" for nothing.
    filters: how many hold, chosen or understood."""

    heading: str
    query: str
    announce: str
    range: str
    seconds: str
    quotes: tuple[Quote, ...]
    cards: tuple[Card, ...]
    facets: tuple[FacetGroup, ...]
    toggles: tuple[Choice, ...]
    chips: tuple[Chip, ...]
    clear: str
    understood: Understood | None
    spelling: Spelling
    also: str
    filters: int
    sorts: tuple[Choice, ...]
    modes: tuple[Choice, ...]
    sizes: tuple[Choice, ...]
    pager: tuple[Choice | None, ...]
    previous: str
    next: str
    reach: str
    notices: tuple[str, ...]
    empty: Empty | None


def results(page: ResultPage, found: Understanding, state: SearchState, links: Links, t: Messages) -> Results:
    """A page of results as it is drawn; `state` is what was asked, `found` what that was understood as, `page` the answer."""
    last = min(-(-page.total // page.size), MAX_RESULTS_REACHED // page.size)
    first_number = (page.page - 1) * page.size + 1
    words = searched_words(page, found)
    cards = tuple(card(hit, first_number + n, words, state, links, t) for n, hit in enumerate(page.hits))
    chips = _chips(found, state, links, t)
    query = clipped(page.query.text if page.typed else state.q, MOST_REPEATED)
    read = understood(found, state, links, t)
    announce = "results.announce" if state.q else "results.announce_all"
    return Results(
        heading=_heading(page, state, t),
        query=query,
        announce=t.count(announce, page.total, query=query, page=page.page, pages=max(last, 1)),
        range=t("results.range", first=t.number(first_number), last=t.number(first_number + len(cards) - 1)),
        seconds=t("results.took", seconds=t.decimal(max(page.took_ms / 1000, SHORTEST_S), 2)),
        quotes=tuple(quote(answer, words, t) for answer in page.answers),
        cards=cards,
        facets=facet_groups(page, found, state, links, t) if page.hits else (),
        toggles=toggles(page, found, state, links, t),
        chips=chips,
        clear=links.search(choosing.without_chosen(state, found)) if chips else "",
        understood=read,
        spelling=spelling(page, found, state, links, t),
        also=", ".join(page.also),
        filters=sum(len(chosen.values) for chosen in page.query.filters),
        sorts=_sorts(found, state, links, t),
        modes=tuple(
            Choice(t.label("mode", mode), links.search(state.in_mode(mode)), mode == page.mode) for mode in MODES
        ),
        sizes=tuple(Choice(t.number(size), links.search(state.sized(size)), size == state.size) for size in SIZES),
        pager=_pager(page.page, last, state, links, t),
        previous=links.search(state.at_page(page.page - 1)) if page.page > 1 else "",
        next=links.search(state.at_page(page.page + 1)) if page.page < last else "",
        reach=t("results.reach", n=t.number(MAX_RESULTS_REACHED))
        if page.total > MAX_RESULTS_REACHED and page.page == last
        else "",
        notices=tuple(t(f"notice.{notice}") for notice in page.notices),
        empty=None if page.hits else _empty(page, found, state, links, t),
    )


def _heading(page: ResultPage, state: SearchState, t: Messages) -> str:
    if not page.total:
        return t("empty.heading")
    return t.count("results.heading" if state.q or state.filters else "results.heading_all", page.total)


def card(hit: Hit, number: int, words: str, state: SearchState, links: Links, t: Messages) -> Card:
    """words: what pages of its e-book are marked with."""
    document = hit.document
    return Card(
        number=number,
        id=document.id,
        cover=cover(document),
        href=links.record(state, document.id, number),
        title=marked(hit.title) if hit.title.text else Markup.escape(document.title),
        name=document.title,
        lang=html_language(document),
        names=names_line(document, t),
        year=document.first("year"),
        format=value_label("format", document.first("format"), t),
        languages=", ".join(value_label("language", code, t) for code in document.values("language")[:3]),
        snippet=_snippet(hit),
        pages=found_pages(document.id, hit.pages, words, t),
        reason=reason_sentence(hit, t),
        read=_ways_to_read(document, words, t),
        ask=asking(document, t),
    )


def quote(answer: Answer, words: str, t: Messages) -> Quote:
    """words: what the page it stands on is marked with."""
    document = answer.document
    label = page_label(answer.page, answer.label, t)
    return Quote(
        text=marked(answer.text),
        lang=html_language(document),
        source=t("answers.page", title=document.title, page=label),
        section=answer.section,
        href=addresses.reader(document.id, answer.page, t.language, words),
    )


def _snippet(hit: Hit) -> Markup:
    """What is shown of the text: the part that matches, else the summary, but no unrelated note."""
    return marked(hit.snippet) if hit.snippet.marks or hit.document.first("summary") else Markup()


def _ways_to_read(document: Document, q: str, t: Messages) -> tuple[ReadLink, ...]:
    """One button for our e-book and one for what lies elsewhere; the record page has all, by name."""
    links = read_links(document, q, t)
    own = [link for link in links if not link.external]
    elsewhere = [replace(link, label=t("hit.read")) for link in links if link.external][:1]
    return (*own, *elsewhere)


def found_pages(
    id: DocumentId, pages: Iterable[PageHit], q: str, t: Messages, *, children: bool = False
) -> tuple[FoundPage, ...]:
    """Matching pages of a document's e-book, as links that keep the words marked."""
    return tuple(
        FoundPage(
            page_label(page.page, page.label, t),
            page.section,
            marked(page.snippet),
            addresses.reader(id, page.page, t.language, q, children=children),
        )
        for page in pages
    )


def read_links(document: Document, q: str, t: Messages, *, children: bool = False) -> tuple[ReadLink, ...]:
    """The library's own e-book first, then what the record links to. children: they stand in the children's view."""
    name = document.title
    found = []
    if document.ebook is not None:
        note = "" if may_read(document) else t.label("link_access", access_of(document))
        own = addresses.reader(document.id, 1, t.language, q, children=children)
        found.append(ReadLink(t("hit.read_ebook"), name, own, note, False))
    for link in document.links:
        if link.kind == "read" and addresses.is_web_address(link.url):
            note = "" if link.access == "unknown" else t.label("link_access", link.access)
            found.append(ReadLink(_link_label(link.label) or t("hit.read"), name, link.url.strip(), note, True))
    return tuple(found)


def _link_label(label: str) -> str:
    """What a record calls a link, without the brackets around it; "" where that says only that it is one.

    >>> [_link_label(label) for label in ("(online)", "(Jilid 1)", "Teks (PDF)", "Online")]
    ['', 'Jilid 1', 'Teks (PDF)', '']
    """
    label = label.strip()
    inner = label[1:-1].strip() if label.startswith("(") and label.find(")") == len(label) - 1 else label
    return "" if inner.casefold() in NO_NAMES_OF_LINKS else inner


def _chips(found: Understanding, state: SearchState, links: Links, t: Messages) -> tuple[Chip, ...]:
    chips = []
    for chosen in state.filters:
        field = t.label("field", chosen.field)
        for value in chosen.values:
            label = value_label(chosen.field, value, t)
            left = choosing.toggled(state, found, chosen.field, value)
            if chosen.negated:
                label, left = t("results.not", value=label), state.without(chosen.field, value)
            name = t("results.remove_filter", field=field, value=label)
            chips.append(Chip(field, label, name, links.search(left)))
    return tuple(chips)


def _sorts(found: Understanding, state: SearchState, links: Links, t: Messages) -> tuple[Choice, ...]:
    return tuple(
        Choice(t.label("sort", sort), links.search(choosing.ordered(state, found, sort)), sort == found.query.sort)
        for sort in (RELEVANCE, *SORTS)
    )


def _pager(page: int, last: int, state: SearchState, links: Links, t: Messages) -> tuple[Choice | None, ...]:
    """First, last and the pages around this one; None where some are left out."""
    if last < 2:
        return ()
    near = {1, last, *range(page - PAGES_AROUND, page + PAGES_AROUND + 1)}
    numbers: Sequence[int] = sorted(n for n in near if 1 <= n <= last)
    choices: list[Choice | None] = []
    for before, number in zip((0, *numbers), numbers, strict=False):
        if number - before > 1:
            choices.append(None)
        choices.append(Choice(t.number(number), links.search(state.at_page(number)), number == page))
    return tuple(choices)


def _empty(page: ResultPage, found: Understanding, state: SearchState, links: Links, t: Messages) -> Empty:
    """Next steps: first those that are known to find something, with how much."""
    steps = list(ways_out(page, found, state, links, t))
    if state.scope and all(way.kind != "anywhere" for way in page.ways):
        steps.append(Choice(t("empty.anywhere"), links.search(state.in_scope(""))))
    if state.exact:
        steps.append(Choice(t("understood.not_exactly"), links.search(state.exactly(False))))
    if state.q and "keyword_only" not in page.notices:
        if state.mode != DEFAULT_MODE:
            steps.append(Choice(t("empty.by_both"), links.search(state.in_mode(DEFAULT_MODE))))
        if state.mode != "semantic":
            steps.append(Choice(t("empty.by_meaning"), links.search(state.in_mode("semantic"))))
    tips = tuple(t(f"empty.tip_{tip}") for tip in ("spelling", "fewer", "language", "quotes")) if state.q else ()
    return Empty(tuple(steps), tips, links.search(state.starting_over()))


def filter_search(field: str, value: str, state: SearchState, links: Links) -> str:
    """A search of its own for everything that carries a value."""
    return links.search(state.starting_over((Filter(field, (value,)),)))
