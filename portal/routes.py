"""Pages that the server draws whole: for browsers without JavaScript, for machines, and for e-books."""

import logging

from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route
from starlette.types import Scope

from portal.answers import error_answer, search_answer
from portal.bootstrap import Services
from portal.bundles import early, scripts, styles
from portal.framing import first_sight
from portal.guards.middleware import asked_language
from portal.i18n import Language, messages
from portal.links import InteractiveLinks, PlainLinks
from portal.other_forms import other_form
from portal.pages import Drawing, Drawn, Problem, told_of
from portal.plain import asked_at, drawing_for, drawing_of, language_of, plain_answer, state_of
from portal.presenters.suggestions import KINDS, OF_A_KIND, suggestions, typed
from portal.public_address import public_address
from portal.reader.routes import BookRoutes
from portal.search_state import MAX_ID, SearchState
from portal.shell import Shell
from search.document import DocumentId
from search.errors import SearchError


class PlainPages:
    """The routes. They share the services with the interactive page, and its templates."""

    def __init__(self, services: Services, shell: Shell) -> None:
        self.services = services
        self._shell = shell
        self._books = BookRoutes(services)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.shell),
            Route("/cari", self.search),
            Route("/anak", self.children),
            Route("/katalog/{id:path}", self.record),
            Route("/kutip/{id:path}", self.citations),
            Route("/rak", self.shelf),
            *self._books.routes(),
            Route("/api/v1/search", self.answer),
            Route("/api/v1/suggest", self.suggest),
            Route("/health", self.health),
            Route("/favicon.ico", self.icon),
            *(Route(bundle.path, bundle.serve) for bundle in (styles(), scripts(), early())),
        ]

    def shell(self, request: Request) -> Response:
        """The interactive page's frame, with title and status of what it will show, and that itself at first sight."""
        state = state_of(request)
        if (elsewhere := other_form(request, state)) is not None:
            return elsewhere
        drawing = Drawing(self.services, state, InteractiveLinks(), public_address(request, self.services.settings))
        drawn = drawing.page()
        html = self._shell.page(state, drawn.title, drawn.canonical, first_sight(drawing, drawn))
        return HTMLResponse(html, drawn.status, {"Cache-Control": "no-cache"})

    def search(self, request: Request) -> Response:
        drawing = self.drawing(request)
        return other_form(request, drawing.state) or self._page(drawing)

    def children(self, request: Request) -> Response:
        drawing = self.drawing(request)
        return self.document(drawing, drawing.children())

    def record(self, request: Request) -> Response:
        return self.record_page(request, request.path_params["id"])

    def record_page(self, request: Request, id: str) -> Response:
        state = SearchState.from_params([*request.query_params.multi_items(), ("id", id)])
        if state.id and (elsewhere := other_form(request, state)) is not None:
            return elsewhere
        drawing = self._drawing_of(request, state)
        return self._page(drawing) if state.id else self.document(drawing, drawing.missing())

    def shelf(self, request: Request) -> Response:
        drawing = self._drawing_of(request, SearchState(hl=language_of(request)))
        start, id = request.query_params.get("dari", ""), request.query_params.get("id", "")[:MAX_ID]
        return self.document(drawing, drawing.shelf(start, id))

    def citations(self, request: Request) -> Response:
        """How a record is cited: a page, or with `bagian=1` what the record page puts into its own."""
        state = SearchState(hl=language_of(request))
        drawing = self._drawing_of(request, state)
        id = DocumentId(request.path_params["id"][:MAX_ID])
        document = self.services.discovery.document(id)
        if document is None:
            return self.no_record(request, id)
        if request.query_params.get("bagian") == "1":
            return HTMLResponse(drawing.citations(document), headers={"Cache-Control": "no-cache"})
        return self.document(drawing, drawing.cite(document))

    def nothing(self, request: Request) -> Response:
        drawing = self.drawing(request)
        return self.document(drawing, drawing.missing())

    def no_record(self, request: Request, id: str) -> Response:
        drawing = self.drawing(request)
        return self.document(drawing, drawing.missing("record_", id))

    def answer(self, request: Request) -> Response:
        state = state_of(request)
        found = state.understood(self.services.today())
        try:
            page = self.services.discovery.search(found.query, state.mode, state.page, state.size, exact=state.exact)
        except SearchError as error:
            return _refusal(error, state.hl)
        ignored = SearchState.passed_over(request.query_params.multi_items())
        read = found.as_searched(page.query)
        return JSONResponse(search_answer(page, read, state.hl, ignored, self.services.library_name))

    def suggest(self, request: Request) -> Response:
        """Titles, names and headings that begin with what is typed, for the box of either page."""
        state = state_of(request)
        t, begun = messages(state.hl), typed(request.query_params.get("q", ""))
        try:
            wanted = begun and KINDS.get(state.scope)
            found = self.services.discovery.suggest(begun, OF_A_KIND) if wanted else ()
        except SearchError as error:
            return _refusal(error, state.hl)
        answer = suggestions(found, begun, state, InteractiveLinks(), t)
        return JSONResponse(answer, headers={"Cache-Control": "private, max-age=60"})

    def health(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a route
        try:
            info = self.services.discovery.info()
            self.services.discovery.documents(())  # an index of another version counts its documents, and finds none
        except SearchError as error:
            return JSONResponse({"status": "unavailable", "message": told_of(error, "en")[1]}, 503)
        return JSONResponse({"status": "ok", "documents": info.documents, "pages": info.pages})

    def icon(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a route
        """For who looks for an icon where it once had to be, without reading the page that names it."""
        return RedirectResponse("/aset/favicon.svg", 308, {"Cache-Control": "public, max-age=86400"})

    def search_failed(self, request: Request, error: Exception) -> Response:
        """The answer where a route could not search; wrong requests and a broken index are told apart."""
        drawing = self.drawing(request)
        if isinstance(error, SearchError) and request.scope["path"].startswith("/api/"):
            return _refusal(error, drawing.state.hl)
        return self.document(drawing, drawing.problem(error) if isinstance(error, SearchError) else drawing.failed())

    def forbidden(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 - the shape of a handler
        """403: a form that came from nowhere of ours, or a deed that is not this visitor's to do."""
        return self._refused(request, "forbidden", 403)

    def not_there(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 - the shape of a handler
        drawing = self.drawing(request)
        return _not_kept(self.document(drawing, drawing.missing()))

    def store_failed(self, request: Request, error: Exception) -> Response:
        """503: patrons' data cannot be had now; the catalogue goes on."""
        logging.getLogger(__name__).error("%s", error)
        return self._refused(request, "store", 503)

    def _refused(self, request: Request, name: str, status: int) -> Response:
        drawing = self.drawing(request)
        told = drawing.t(f"identity.{name}")
        if request.scope["path"].startswith("/api/") or "application/json" in request.headers.get("accept", ""):
            return _not_kept(JSONResponse(error_answer(name, told), status))
        retry = drawing.again if status == 503 and request.method == "GET" else ""
        problem = Problem(drawing.t(f"identity.{name}_title"), told, drawing.t(f"identity.{name}_next"), retry)
        return _not_kept(self.document(drawing, drawing.told(problem, status)))

    def not_found(self, scope: Scope) -> Response:
        drawing = self._drawing_for(scope)
        return self.document(drawing, drawing.missing())

    def too_long(self, scope: Scope) -> Response:
        drawing = self._drawing_for(scope)
        return self.document(
            drawing, drawing.told(Problem(drawing.t("error.too_long"), drawing.t("error.too_long_next")), 414)
        )

    def wrong_host(self, scope: Scope) -> Response:
        drawing = self._drawing_for(scope)
        problem = Problem(drawing.t("limits.host_title"), drawing.t("limits.host"), drawing.t("limits.host_next"))
        if scope.get("path", "").startswith("/api/"):
            return JSONResponse(error_answer("WrongHost", f"{problem.title}. {problem.next}"), 400)
        return self.document(drawing, drawing.told(problem, 400))

    def too_many(self, scope: Scope, seconds: int) -> Response:
        """429, in words for people and programs alike, and without any for a picture."""
        path: str = scope["path"]
        if path.endswith((".png", ".svg")):
            return Response(status_code=429)
        drawing = self._drawing_for(scope)
        told = drawing.t.count("limits.rate", seconds)
        if path == "/oai":
            return PlainTextResponse(told, 503)  # what harvesters wait for (OAI-PMH 3.1.2.2); of 429 they know nothing
        if path.startswith("/api/"):
            return JSONResponse(error_answer("TooManyRequests", told), 429)
        problem = Problem(drawing.t("limits.rate_title"), told, drawing.t("limits.rate_next"), drawing.again)
        return self.document(drawing, drawing.told(problem, 429))

    def failed(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 - the shape of a handler
        """500: a bug. What it was stands in the log."""
        drawing = self._drawing_for(request.scope)
        if request.scope["path"].startswith("/api/"):
            told = f"{drawing.t('error.failed_title')}. {drawing.t('error.failed')}"
            return JSONResponse(error_answer("InternalError", told), 500)
        return self.document(drawing, drawing.failed())

    def _drawing_for(self, scope: Scope) -> Drawing:
        return Drawing(self.services, SearchState(hl=asked_language(scope)), PlainLinks(), here=asked_at(scope))

    def drawing(self, request: Request) -> Drawing:
        return drawing_for(self.services, request)

    def _drawing_of(self, request: Request, state: SearchState) -> Drawing:
        return drawing_of(self.services, request, state)

    def _page(self, drawing: Drawing) -> Response:
        return self.document(drawing, drawing.page())

    def document(self, drawing: Drawing, drawn: Drawn) -> Response:
        return plain_answer(drawing, drawn)


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _refusal(error: SearchError, hl: Language) -> JSONResponse:
    status, message = told_of(error, hl)
    return JSONResponse(error_answer(type(error).__name__, message), status)
