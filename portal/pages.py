"""A page of the portal as HTML, drawn once for both ways it is served: inside the interactive
page and as a plain server-rendered one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal import links as addresses
from portal.bootstrap import Services
from portal.bundles import scripts, styles
from portal.i18n import LANGUAGES, Language, Messages, messages
from portal.links import InteractiveLinks, Links, PlainLinks
from portal.presenters import results as result_page
from portal.presenters.reader import reader
from portal.presenters.record import record
from portal.rights import access_of
from portal.search_state import SearchState
from search.discovery import MAX_RESULTS_REACHED, Discovery
from search.document import Document, DocumentId
from search.errors import EngineUnavailable, IndexMissing, QueryRefused, SchemaMismatch, SearchError
from search.query import Query
from search.results import PageHit, ResultPage
from search.understanding import Understanding

FOUND_PAGES_MOST: Final = 30
FOUND_INSIDE_MOST: Final = 100
EXAMPLES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page. announce: what a screen reader is told when it appears. indexed: search engines may keep it.

    view: names what is shown, apart from display language: a change of it moves the focus.
    """

    title: str
    header: Markup
    body: Markup
    footer: Markup
    announce: str
    view: str
    status: int = 200
    indexed: bool = False
    canonical: str = ""


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


@cache
def templates() -> Environment:
    """Every value in a template is escaped; a missing one is an error, not a blank."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


class Drawing:
    """Draws pages for one reader's state: with which services, links and words."""

    def __init__(self, services: Services, state: SearchState, links: Links) -> None:
        self.services = services
        self.state = state
        self.links = links
        self.t: Messages = messages(state.hl)

    def page(self) -> Drawn:
        """Home, results or a record, as the state says; a problem page when that cannot be."""
        try:
            if self.state.id:
                return self._record()
            return self._home() if self.state.is_home else self._results()
        except SearchError as error:
            return self.problem(error)

    def problem(self, error: SearchError) -> Drawn:
        name, status = problem_of(error)
        retry = self.links.search(self.state) if status == 503 else ""
        return self.told(
            Problem(self.t(f"error.{name}_title"), self.t(f"error.{name}"), self.t(f"error.{name}_next"), retry), status
        )

    def failed(self) -> Drawn:
        """500: something went wrong that is nobody's business but ours."""
        return self.told(
            Problem(self.t("error.failed_title"), self.t("error.failed"), self.t("error.failed_next")), 500
        )

    def missing(self, what: str = "") -> Drawn:
        """404. what: "record_" for a record."""
        return self.told(Problem(self.t(f"missing.{what}title"), self.t(f"missing.{what}lead")), 404)

    def told(self, problem: Problem, status: int) -> Drawn:
        return self._drawn("_problem.html", problem, problem.title, problem.title, view=problem.title, status=status)

    def closed(self, document: Document) -> Drawn:
        """403: the e-book of this document may not be read here; what its readers can do instead."""
        kind = "onsite" if access_of(document) == "onsite" else "login"
        about = (self.t("closed.about"), PlainLinks().record(SearchState(hl=self.state.hl), document.id))
        title = self.t("closed.title")
        problem = Problem(title, self.t(f"closed.{kind}", title=document.title), self.t("closed.next"), instead=about)
        return self.told(problem, 403)

    def reader(
        self, document: Document, number: int, query: Query, labels: Sequence[str], not_there: str = ""
    ) -> Drawn:
        """A page of an e-book; `number` is one that it has. labels: of all its pages. not_there: a page asked for in vain."""
        discovery = self.services.discovery
        page = next(iter(discovery.pages(document.id, number, number)), None)
        if page is None:
            return self.missing()
        found = discovery.page_hits(document.id, query, FOUND_INSIDE_MOST) if query.wanted else ()
        view = reader(document, page, labels, found, query, self.t, FOUND_INSIDE_MOST, not_there)
        title = self.t("reader.title", title=document.title, label=page.label or number)
        switched = addresses.reader(document.id, number, self.t.other, query.text)
        status = 404 if not_there else 200
        return self._drawn("_reader.html", view, title, title, view="reader", status=status, other_language=switched)

    def _home(self) -> Drawn:
        everything = self.services.discovery.search(Query(), "keyword", 1, 1)
        info = self.services.discovery.info()
        examples = fruitful_examples(self.services.discovery, info.generation, self.state.hl, self.services.today())
        view = result_page.home(everything, info, examples, self.state, self.links, self.t)
        title = self.t("home.title")
        return self._drawn("_home.html", view, title, "", view="home", indexed=True)

    def _results(self) -> Drawn:
        state, found = self.state, self._understood()
        page = self._searched(state, found)
        if page.total and not page.hits:  # a link from when there were more results
            state = state.at_page(min(-(-page.total // state.size), MAX_RESULTS_REACHED // state.size))
            page = self._searched(state, found)
        view = result_page.results(page, found, state, self.links, self.t)
        title = self.t("results.title", query=state.q) if state.q else self.t("results.title_all")
        return self._drawn("_results.html", view, title, view.announce, view=f"results {state.q} {state.page}")

    def _understood(self) -> Understanding:
        return self.state.understood(self.services.today())

    def _searched(self, state: SearchState, found: Understanding) -> ResultPage:
        return self.services.discovery.search(found.query, state.mode, state.page, state.size, exact=state.exact)

    def _record(self) -> Drawn:
        discovery = self.services.discovery
        document = discovery.document(DocumentId(self.state.id))
        if document is None:
            return self.missing("record_")
        id = document.id  # of records joined into one, the address may name any
        words, found = self._pages_found(document)
        view = record(document, found, discovery.similar(id), words, self.state, self.links, self.t)
        return self._drawn(
            "_record.html",
            view,
            document.title,
            document.title,
            view=f"record {id}",
            indexed=True,
            canonical=addresses.permalink(id),
        )

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
        other_language: str = "",
    ) -> Drawn:
        """A page around `content`, which the template knows as `view`.

        other_language: the same page in it, where `state` does not say which page this is.
        """
        interactive = isinstance(self.links, InteractiveLinks)
        shared = {
            "t": self.t,
            "library": self.services.library_name,
            "home_href": self.links.search(self.state.starting_over()),
            "language_href": other_language or self._other_language(),
            "is_home": view == "home",
            "plain_href": PlainLinks().search(self.state) if interactive else "",
        }
        return Drawn(
            title=self.t("site.title", page=title, library=self.services.library_name),
            header=_render("_header.html", shared),
            body=_render(template, {**shared, "view": content}),
            footer=_render("_footer.html", shared),
            announce=announce,
            view=view,
            status=status,
            indexed=indexed,
            canonical=canonical,
        )

    def _other_language(self) -> str:
        switched = self.state.in_language(self.t.other)
        return self.links.record(switched, switched.id) if switched.id else self.links.search(switched)


def plain_document(drawing: Drawing, drawn: Drawn) -> str:
    """A whole HTML document around a page, for browsers without JavaScript and for machines."""
    alternates = [(hl, _in_language(drawn.canonical, hl)) for hl in LANGUAGES] if drawn.canonical else []
    # A reader's box searches inside the book; the one above it is for the catalogue.
    asked = drawing.state.asking("") if drawn.view == "reader" else drawing.state.closing()
    form = _render("_form.html", {"t": drawing.t, "state": asked})
    return _render(
        "page.html",
        {
            "t": drawing.t,
            "styles": styles().address,
            "scripts": scripts().address,
            "title": drawn.title,
            "header": drawn.header,
            "form": form,
            "body": drawn.body,
            "footer": drawn.footer,
            "indexed": drawn.indexed,
            "canonical": drawn.canonical,
            "alternates": alternates,
        },
    )


def _in_language(address: str, hl: Language) -> str:
    return f"{address}?hl={hl}"


def _render(template: str, values: dict[str, object]) -> Markup:
    # The environment escapes, so what comes out is HTML.
    return Markup(templates().get_template(template).render(values))  # noqa: S704


@lru_cache(maxsize=8)
def fruitful_examples(discovery: Discovery, generation: str, hl: Language, today: date) -> tuple[str, ...]:  # noqa: ARG001
    """The first example searches that find what they ask for, so that none leads nowhere; looked up anew for each `generation`."""
    examples = ((q, SearchState(q=q).understood(today).query) for q in messages(hl).list("home.example_queries"))
    return tuple(islice((q for q, query in examples if _finds_all(discovery, query)), EXAMPLES_SHOWN))


def _finds_all(discovery: Discovery, query: Query) -> bool:
    """Whether something holds all the words as they stand."""
    page = discovery.search(query, size=1)
    return bool(page.total) and page.typed is None and "loosened" not in page.notices


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
