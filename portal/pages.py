"""A page of the portal as HTML, drawn once for both ways it is served: inside the interactive
page and as a plain server-rendered one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from portal import links as addresses
from portal.bibliography.reference import reference
from portal.bootstrap import Services
from portal.citations.citing import citations
from portal.i18n import DEFAULT_LANGUAGE, Language, Messages, messages
from portal.links import InteractiveLinks, Links, PlainLinks
from portal.offers import children_topics, fruitful_examples, new_titles
from portal.presenters import results as result_page
from portal.presenters.bands import BOOKS_SHOWN, SHOWN_INSTEAD, Instead, bands, wants_more
from portal.presenters.children import children, pinned
from portal.presenters.cite import CiteView, cite
from portal.presenters.facets import facet_list
from portal.presenters.head import Head, head
from portal.presenters.home import home
from portal.presenters.lending import LentView
from portal.presenters.place import PlaceView, library_data, place
from portal.presenters.reader import reader
from portal.presenters.record import record
from portal.presenters.report import report_link
from portal.presenters.service import service_view
from portal.presenters.shelf import ShelfRow, shelf_row
from portal.presenters.taking import search_title, taking
from portal.presenters.trail import Trail, first_beside, trail
from portal.presenters.understood import closest, led_to, searched_words
from portal.reader.rights import access_of
from portal.rendering import around_the_box, render
from portal.search_state import SearchState
from portal.services.lending import lendable, lends
from portal.withdrawn import is_withdrawn
from search.call_numbers import MAX_CALL_NUMBER
from search.discovery import MAX_RESULTS_REACHED
from search.document import Document, DocumentId
from search.errors import EngineUnavailable, IndexMissing, QueryRefused, SchemaMismatch, SearchError
from search.query import Query
from search.results import Hit, PageHit, ResultPage
from search.understanding import Understanding

FOUND_PAGES_MOST: Final = 30
FOUND_INSIDE_MOST: Final = 100
# Titles on each side: beside a record, and on a page of the shelf.
BESIDE: Final = 4
ALONG: Final = 12


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page. announce: what a screen reader is told when it appears. indexed: search engines may keep it. head: of a
    record, what machines are told.

    view: names what is shown, apart from display language: a change of it moves the focus.
    """

    title: str
    header: Markup
    scope: Markup
    tools: Markup
    body: Markup
    footer: Markup
    announce: str
    view: str
    status: int = 200
    indexed: bool = False
    canonical: str = ""
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be shown, and what to do. retry: an address that may work later, "" for none.

    instead: what may be of use in its place, as a link and its label.
    """

    title: str
    text: str
    next: str = ""
    retry: str = ""
    instead: tuple[str, str] | None = None


class Drawing:
    """Draws pages for one reader's state: with which services, links and words.

    base: the portal's public address, for what plain pages tell machines. here: where this was asked for, "" where it
    cannot be asked for again.
    """

    def __init__(self, services: Services, state: SearchState, links: Links, base: str = "", here: str = "") -> None:
        self.services = services
        self.base = base
        self.here = here
        self.state = state
        self.links = links
        self.t: Messages = messages(state.hl)

    def page(self) -> Drawn:
        """Home, results or a record, as the state says; a problem page when that cannot be."""
        try:
            if self.state.id:
                return self._record()
            if self.state.facet:
                return self._facet()
            return self._home() if self.state.is_home else self._results()
        except SearchError as error:
            return self.problem(error)

    def problem(self, error: SearchError) -> Drawn:
        name, status = problem_of(error)
        retry = self.again if status == 503 else ""
        return self.told(
            Problem(self.t(f"error.{name}_title"), self.t(f"error.{name}"), self.t(f"error.{name}_next"), retry), status
        )

    @property
    def again(self) -> str:
        """Where the same can be asked for once more."""
        return addresses.in_language(self.here, self.t.language) if self.here else self.links.search(self.state)

    def failed(self) -> Drawn:
        """500: something went wrong that is nobody's business but ours."""
        return self.told(
            Problem(self.t("error.failed_title"), self.t("error.failed"), self.t("error.failed_next")), 500
        )

    def missing(self, what: str = "", id: str = "") -> Drawn:
        """404, or 410 where `id` is that of a title that was taken out of the catalogue. what: "record_" for a record."""
        if id and is_withdrawn(self.services, id):
            return self.told(Problem(self.t("missing.gone_title"), self.t("missing.gone_lead")), 410)
        return self.told(Problem(self.t(f"missing.{what}title"), self.t(f"missing.{what}lead")), 404)

    def told(self, problem: Problem, status: int) -> Drawn:
        title = problem.title
        switched = addresses.in_language(self.here, self.t.other) if self.here else ""
        # A child who is told of something keeps the children's box above it.
        view = "children" if self.here.partition("?")[0] == addresses.children("id") else title
        return self._drawn("_problem.html", problem, title, title, view=view, status=status, other_language=switched)

    def closed(self, document: Document) -> Drawn:
        """403: the e-book of this document may not be read here; what its readers can do instead."""
        kind = "onsite" if access_of(document) == "onsite" else "login"
        opened = SearchState(hl=self.state.hl, id=document.id, children=self.state.children)
        about = (self.t("closed.about"), PlainLinks().record(opened, document.id))
        title = self.t("closed.title")
        problem = Problem(title, self.t(f"closed.{kind}", title=document.title), self.t("closed.next"), instead=about)
        return self.told(problem, 403)

    def not_lent(self, document: Document, *, signed_in: bool) -> Drawn:
        """403: this e-book is read by borrowing it, and whoever asks has no loan of it (any more)."""
        borrow = (self.t("lending.borrow"), addresses.borrow(document.id, self.t.language))
        title = self.t("lending.ended_title" if signed_in else "lending.closed_title")
        text = self.t("lending.ended" if signed_in else "lending.closed", title=document.title)
        return self.told(Problem(title, text, self.t("lending.closed_next"), instead=borrow), 403)

    def reader(
        self,
        document: Document,
        number: int,
        query: Query,
        labels: Sequence[str],
        not_there: str = "",
        lent: LentView | None = None,
    ) -> Drawn:
        """A page of an e-book; `number` is one that it has. labels: of all its pages. not_there: a page asked for in vain.
        lent: to when it is lent to whoever reads; None for a book that is open to all."""
        discovery = self.services.discovery
        page = next(iter(discovery.pages(document.id, number, number)), None)
        if page is None:
            return self.missing()
        is_lent = lent is not None
        found = discovery.page_hits(document.id, query, FOUND_INSIDE_MOST, lent=is_lent) if query.wanted else ()
        for_children = self.state.children
        view = reader(
            document, page, labels, found, query, self.t, FOUND_INSIDE_MOST, not_there, lent, children=for_children
        )
        title = self.t("reader.title", title=document.title, label=page.label or number)
        switched = addresses.reader(document.id, number, self.t.other, query.text, children=for_children)
        status = 404 if not_there else 200
        return self._drawn("_reader.html", view, title, title, view="reader", status=status, other_language=switched)

    def cite(self, document: Document) -> Drawn:
        """How a title is cited."""
        view = self._cite_view(document)
        title = self.t("cite.title", title=document.title)
        switched = addresses.cite(document.id, self.t.other)
        return self._drawn("_cite.html", view, title, title, view=f"cite {document.id}", other_language=switched)

    def citations(self, document: Document) -> Markup:
        """The same without the page around it."""
        return render("_citations.html", {"t": self.t, "view": self._cite_view(document)})

    def _cite_view(self, document: Document) -> CiteView:
        made = citations(reference(document, self.base), self.state.hl)
        return cite(document, made, PlainLinks().record(SearchState(hl=self.state.hl), document.id), self.t)

    def children(self) -> Drawn:
        """The children's view; the state's text is searched for among the titles for children."""
        try:
            return self._children()
        except SearchError as error:
            return self.problem(error)

    def _children(self) -> Drawn:
        discovery, today, state = self.services.discovery, self.services.today(), pinned(self.state)
        page = self._searched(state, state.understood(today))
        if page.total and not page.hits:
            state = state.at_page(1)
            page = self._searched(state, state.understood(today))
        topics = children_topics(discovery, discovery.info().generation, state.hl, today)
        view = children(page, topics, state, self.t)
        title = self.t("children.title")
        page_told = f" · {self.t('results.page_n', n=self.t.number(state.page))}" if state.page > 1 else ""
        return self._drawn(
            "_children.html",
            view,
            title if not state.q else f"{view.heading}{page_told} – {title}",
            view.announce,
            view="children",
            indexed=not state.q and state.page == 1,
            other_language=addresses.children(self.t.other, state.q, state.page),
        )

    def advanced(self, view: object, switched: str) -> Drawn:
        """The form for several fields. switched: the same in the other language."""
        title = self.t("advanced.title")
        return self._drawn("_advanced.html", view, title, title, view="advanced", other_language=switched)

    def history(self) -> Drawn:
        """The searches that the reader's browser keeps, which only that browser can fill in."""
        title, switched = self.t("history.title"), addresses.history(self.t.other)
        return self._drawn("_history.html", None, title, title, view="history", other_language=switched)

    def help(self, view: object, switched: str) -> Drawn:
        """How to search, read, keep and borrow. switched: the same in the other language."""
        title = self.t("help.title")
        return self._drawn(
            "_help.html",
            view,
            title,
            title,
            view="help",
            indexed=True,
            canonical=self.base + addresses.help_page(DEFAULT_LANGUAGE, interactive=False),
            other_language=switched,
        )

    def saved(self, view: object, switched: str) -> Drawn:
        """A list of titles. switched: the same list in the other language."""
        title = self.t("saved.title")
        return self._drawn("_saved.html", view, title, title, view="saved", other_language=switched)

    def framed(
        self,
        template: str,
        view: object,
        title: str,
        switched: str,
        status: int = 200,
        beside: Mapping[str, object] | None = None,
    ) -> Drawn:
        """A page of patrons or staff: `template` around `view`. switched: its address in the other language."""
        return self._drawn(
            template, view, title, title, view=template, status=status, other_language=switched, beside=beside
        )

    def _home(self) -> Drawn:
        everything = self.services.discovery.search(Query(), "keyword", 1, 1)
        info = self.services.discovery.info()
        examples = fruitful_examples(self.services.discovery, info.generation, self.state.hl, self.services.today())
        new = new_titles(self.services.discovery, info.generation)
        view = home(everything, new, info, examples, self.state, self.links, self.t)
        title = self.t("home.title")
        settings = self.services.settings
        data = library_data(settings.library, self.base, settings.email, self._place)
        return self._drawn("_home.html", view, title, "", view="home", indexed=True, beside={"library_data": data})

    def _results(self) -> Drawn:
        state, found = self.state, self._understood()
        page = self._searched(state, found)
        if page.total and not page.hits:  # a link from when there were more results
            state = state.at_page(min(-(-page.total // state.size), MAX_RESULTS_REACHED // state.size))
            page = self._searched(state, found)
        found = found.as_searched(page.query)
        view = result_page.results(page, found, state, self.links, self.t)
        inside = self._inside(page) if wants_more(view, state) else ()
        instead = None if page.total else self._instead(page, found)
        shown = bands(view, inside, searched_words(page, found), state, self.links, self.t, instead)
        taken = taking(page.total, state, self.base, self._interactive, self.t)
        library, email = self.services.library_name, self.services.settings.email
        service = service_view(
            page, state, library, email, self._account_href(), self._interactive, self._place, self.t
        )
        asking = f"{addresses.help_page(self.t.language, self._interactive)}#tanya"
        return self._drawn(
            "_results.html",
            view,
            search_title(state, self.t),
            f"{service.told.striptags()} {view.announce}" if service else view.announce,
            view=f"results {state.q} {state.page}",
            beside={"bands": shown, "taking": taken, "service": service, "asking": asking},
        )

    def _instead(self, page: ResultPage, found: Understanding) -> Instead | None:
        """What there is without the filter that left nothing, so that nobody has to ask again to see it."""
        way = closest(page)
        if way is None:
            return None
        state = led_to(way, found, self.state).at_page(1)
        understood = state.understood(self.services.today())
        there = self.services.discovery.search(understood.query, state.mode, 1, SHOWN_INSTEAD, exact=state.exact)
        return Instead(way, state, there.hits, searched_words(there, understood)) if there.hits else None

    def _inside(self, page: ResultPage) -> Sequence[Hit]:
        """E-books that hold some of the words of a search, beside its results."""
        return self.services.discovery.inside(page.query, [hit.document.id for hit in page.hits], BOOKS_SHOWN)

    def _facet(self) -> Drawn:
        """All values of one facet."""
        state, found = self.state, self._understood()
        values = self.services.discovery.facet_values(state.facet, found.query, state.mode, exact=state.exact)
        view = facet_list(values, found, state, self.links, self.t)
        title = self.t("facets.title", label=view.heading)
        return self._drawn("_facet.html", view, title, f"{view.heading}. {view.told}", view=f"facet {state.facet}")

    def _understood(self) -> Understanding:
        return self.state.understood(self.services.today())

    def _searched(self, state: SearchState, found: Understanding) -> ResultPage:
        return self.services.discovery.search(found.query, state.mode, state.page, state.size, exact=state.exact)

    def _record(self) -> Drawn:
        discovery = self.services.discovery
        document = discovery.document(DocumentId(self.state.id))
        if document is None:
            return self.missing("record_", self.state.id)
        id = document.id  # of records joined into one, the address may name any
        words, found = self._pages_found(document)
        view = record(document, found, discovery.similar(id), words, self.state, self.links, self.t)
        address = (self.base or self.services.settings.url) + addresses.permalink(id)
        report = report_link(document, self.services.settings.email, address, self.t)
        if view.ebook is not None and lends(self.services.settings) and lendable(document):
            view = replace(view, ebook=replace(view.ebook, borrow=addresses.borrow(id, self.t.language)))
        view = replace(view, trail=self._trail(id), shelf=self._shelf_of(document), share=address, report=report)
        return self._drawn(
            "_record.html",
            view,
            document.title,
            document.title,
            view=f"record {id}",
            indexed=True,
            canonical=self.base + addresses.permalink(id),
            head=None if self._interactive else head(document, self.base, self.services.library_name, self.t),
        )

    def _trail(self, id: DocumentId) -> Trail | None:
        state = self.state
        if not state.at:
            return None
        asked, first = self._understood().query, first_beside(state.at)
        beside, total = self.services.discovery.found(asked, state.mode, first, state.at + 1, exact=state.exact)
        return trail(id, beside, total, state, self.links, self.t)

    def _shelf_of(self, document: Document) -> ShelfRow | None:
        """The titles beside it on the shelf; None where it has no call number, or stands there alone."""
        number = document.first("call_number")
        if not number:
            return None
        before, after = self.services.discovery.shelf(number, document.id, BESIDE, BESIDE)
        if not before and not after:
            return None
        return shelf_row(before, document, after, number, self.state, self.links, self.t)

    def shelf(self, start: str, id: str) -> Drawn:
        """The shelf around a call number, or around the title `id` that has it."""
        discovery, start = self.services.discovery, start[:MAX_CALL_NUMBER].strip()
        here = next(iter(discovery.documents([DocumentId(id)])), None) if id else None
        if here is not None and here.first("call_number") != start:
            here = None
        place = DocumentId("" if here is None else here.id)
        before, after = discovery.shelf(start, place, ALONG, ALONG)
        view = shelf_row(before, here, after, start, self.state, self.links, self.t)
        title = self.t("shelf.title_at", start=start) if start else self.t("shelf.title")
        switched = addresses.shelf(start, id, self.t.other)
        return self._drawn("_shelf.html", view, title, title, view="shelf", other_language=switched)

    def _pages_found(self, document: Document) -> tuple[str, Sequence[PageHit]]:
        """The words that led to an e-book, in another spelling if no page holds them as typed, and its pages with them."""
        asked, discovery = self._understood(), self.services.discovery
        if document.ebook is None or not asked.query.wanted:
            return asked.words, ()
        found = discovery.page_hits(document.id, asked.query, FOUND_PAGES_MOST)
        if found or self.state.exact:
            return asked.words, found
        page = discovery.search(asked.query, "keyword", 1, 1)
        if page.typed is None:
            return asked.words, ()
        return page.query.text, discovery.page_hits(document.id, page.query, FOUND_PAGES_MOST)

    def _drawn(
        self,
        template: str,
        content: object,
        title: str,
        announce: str,
        *,
        view: str,
        status: int = 200,
        indexed: bool = False,
        canonical: str = "",
        head: Head | None = None,
        other_language: str = "",
        beside: Mapping[str, object] | None = None,
    ) -> Drawn:
        """A page around `content`, which the template knows as `view`. beside: what else it knows.

        other_language: the same page in it, where `state` does not say which page this is.
        """
        shared: dict[str, object] = {
            "t": self.t,
            "base": self.base,
            "head": head,
            "library": self.services.library_name,
            "place": self._place,
            "home_href": self.links.search(self.state.starting_over()),
            "language_href": other_language or self._other_language(),
            "is_home": view == "home",
            "is_children": view == "children",
            "children_href": addresses.children(self.t.language),
            "history_href": addresses.saved(self.state.hl),
            "account_href": self._account_href(),
            "plain_href": PlainLinks().search(self.state) if self._interactive else "",
            **around_the_box(self.state, self._interactive),
        }
        return Drawn(
            title=self.t("site.title", page=title, library=self.services.library_name),
            header=render("_header.html", shared),
            scope=render("_scope.html", shared),
            tools=render("_tools.html", shared),
            body=render(template, {**shared, "view": content, **(beside or {})}),
            footer=render("_footer.html", shared),
            announce=announce,
            view=view,
            status=status,
            indexed=indexed,
            canonical=canonical,
            head=head,
        )

    @property
    def _place(self) -> PlaceView:
        return place(self.services.settings.place, self.t)

    def _account_href(self) -> str:
        """The same for everybody, signed in or not, so that pages can be kept in caches; "" where there are no accounts."""
        has_accounts = self.services.settings.accounts.ils.name != "none"
        return addresses.account(self.t.language) if has_accounts else ""

    @property
    def _interactive(self) -> bool:
        return isinstance(self.links, InteractiveLinks)

    def _other_language(self) -> str:
        switched = self.state.in_language(self.t.other)
        return self.links.record(switched, switched.id, switched.at) if switched.id else self.links.search(switched)


def problem_of(error: SearchError) -> tuple[str, int]:
    """The name of the message about an error, and the HTTP status."""
    match error:
        case IndexMissing():
            return "missing", 503
        case SchemaMismatch():
            return "mismatch", 503
        case QueryRefused():
            return "refused", 400
        case EngineUnavailable():
            return "unavailable", 503
        case _:
            return "unavailable", 503


def told_of(error: SearchError, hl: Language) -> tuple[int, str]:
    """The HTTP status of an error, and what programs are told of it, with a next step: nothing of hosts and folders."""
    name, status = problem_of(error)
    t = messages(hl)
    return status, f"{t(f'error.{name}')} {t(f'error.{name}_next')}"
