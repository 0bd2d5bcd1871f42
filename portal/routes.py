"""Pages that the server draws whole: for browsers without JavaScript, for machines, and for e-books."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route
from starlette.types import Scope

from portal import links as addresses
from portal.answers import search_answer
from portal.bootstrap import Services
from portal.bundles import early, scripts, styles
from portal.i18n import Language, messages
from portal.links import InteractiveLinks, PlainLinks
from portal.middleware import first_param
from portal.page_image import PageImages, PageImagesBusyError
from portal.pages import Drawing, Drawn, Problem, plain_document, problem_of
from portal.presenters.suggestions import KINDS, OF_A_KIND, suggestions, typed
from portal.public_address import public_address
from portal.search_state import MAX_ID, SearchState
from portal.shell import Shell
from search.document import Document, DocumentId
from search.errors import EngineUnavailable, SearchError
from search.query_language import parse

MAX_RANGES: Final = 4
MAX_PAGE_NUMBER: Final = 100_000
# Records may be found through search engines; crawling every combination of filters helps nobody.
ROBOTS: Final = """\
User-agent: *
Allow: /katalog/
Disallow: /cari
Disallow: /api/
Disallow: /baca/
Disallow: /berkas/
Disallow: /kutip/
Disallow: /?
"""
_FILE_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")


class PlainPages:
    """The routes. They share the services with the interactive page, and its templates."""

    def __init__(self, services: Services, shell: Shell) -> None:
        self.services = self._services = services
        self._shell = shell
        self._images = PageImages()

    def routes(self) -> list[Route]:
        return [
            Route("/", self.shell),
            Route("/cari", self.search),
            Route("/katalog/{id:path}", self.record),
            Route("/kutip/{id:path}", self.citations),
            Route("/baca/{id:path}/{page}.png", self.page_image),
            Route("/baca/{id:path}/{page}", self.reader),
            Route("/baca/{id:path}", self.first_page),
            Route("/berkas/{id:path}.pdf", self.file),
            Route("/berkas/{id:path}", self.nothing),
            Route("/api/v1/search", self.answer),
            Route("/api/v1/suggest", self.suggest),
            Route("/health", self.health),
            Route("/robots.txt", self.robots),
            *(Route(bundle.path, bundle.serve) for bundle in (styles(), scripts(), early())),
        ]

    def shell(self, request: Request) -> Response:
        """The interactive page's frame, with the title and status of what it will show."""
        state = SearchState.from_params(request.query_params.multi_items())
        t = messages(state.hl)
        title, status, canonical = state.q or t("home.title"), 200, ""
        document = None
        try:
            self._services.discovery.info()  # so that whoever watches `/` sees a missing index
            if state.id:
                document = self._services.discovery.document(DocumentId(state.id))
        except SearchError:
            status = 503
        if state.id:
            if document is not None:
                title, canonical = document.title, addresses.permalink(document.id)
            elif status == 200:
                title, status = t("missing.record_title"), 404
        whole = t("site.title", page=title, library=self._services.library_name)
        html = self._shell.page(state, whole, canonical)
        return HTMLResponse(html, status, {"Cache-Control": "no-cache"})

    def search(self, request: Request) -> Response:
        return self._page(self.drawing(request))

    def record(self, request: Request) -> Response:
        return self.record_page(request, request.path_params["id"])

    def record_page(self, request: Request, id: str) -> Response:
        state = SearchState.from_params([*request.query_params.multi_items(), ("id", id)])
        drawing = self._drawing_of(request, state)
        return self._page(drawing) if state.id else self.document(drawing, drawing.missing())

    def citations(self, request: Request) -> Response:
        """How a record is cited: a page, or with `bagian=1` what the record page puts into its own."""
        state = SearchState(hl=_language(request))
        drawing = self._drawing_of(request, state)
        document = self._services.discovery.document(DocumentId(request.path_params["id"][:MAX_ID]))
        if document is None:
            return self.document(drawing, drawing.missing("record_"))
        if request.query_params.get("bagian") == "1":
            return HTMLResponse(drawing.citations(document), headers={"Cache-Control": "no-cache"})
        return self.document(drawing, drawing.cite(document))

    def reader(self, request: Request) -> Response:
        state = SearchState(q=request.query_params.get("q", ""), hl=_language(request))
        drawing = Drawing(self._services, state, PlainLinks())
        found = self._ebook_page(request)
        if found is None:
            return self.document(drawing, drawing.missing())
        document, number = found
        return self.document(drawing, drawing.reader(document, number, parse(state.q)))

    def first_page(self, request: Request) -> Response:
        """An address whose page number was cut off: the book's first page, if there is such a book."""
        document = self._services.discovery.document(DocumentId(request.path_params["id"].strip("/")))
        if document is None or document.ebook is None:
            return self.nothing(request)
        return RedirectResponse(addresses.reader(document.id, 1, _language(request)), 307)

    def nothing(self, request: Request) -> Response:
        drawing = self.drawing(request)
        return self.document(drawing, drawing.missing())

    def page_image(self, request: Request) -> Response:
        found = self._ebook_page(request)
        file = self._services.ebooks.path(found[0].ebook.sha256) if found and found[0].ebook else None
        if found is None or file is None:
            return PlainTextResponse("404", 404)
        try:
            image = self._images.png(file, found[1])
        except PageImagesBusyError:
            return Response(status_code=503, headers={"Retry-After": "5"})
        if image is None:
            return PlainTextResponse(messages(_language(request))("reader.no_picture"), 422)
        return Response(image, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})

    def file(self, request: Request) -> Response:
        document = self._services.discovery.document(DocumentId(request.path_params["id"]))
        file = self._services.ebooks.path(document.ebook.sha256) if document and document.ebook else None
        if document is None or file is None:
            return self.nothing(request)
        if request.headers.get("range", "").count(",") >= MAX_RANGES:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{file.stat().st_size}"})
        name = _FILE_NAME.sub("_", document.id).strip("._") or "e-book"
        return FileResponse(
            file, media_type="application/pdf", filename=f"{name}.pdf", content_disposition_type="inline"
        )

    def answer(self, request: Request) -> Response:
        state = SearchState.from_params(request.query_params.multi_items())
        found = state.understood(self._services.today())
        try:
            page = self._services.discovery.search(found.query, state.mode, state.page, state.size, exact=state.exact)
        except SearchError as error:
            status, message = _told(error, state.hl)
            return JSONResponse({"error": {"code": type(error).__name__, "message": message}}, status)
        return JSONResponse(search_answer(page, found, state.hl))

    def suggest(self, request: Request) -> Response:
        """Titles, names and headings that begin with what is typed, for the box of either page."""
        state = SearchState.from_params(request.query_params.multi_items())
        t, begun = messages(state.hl), typed(request.query_params.get("q", ""))
        try:
            wanted = begun and KINDS.get(state.scope)
            found = self._services.discovery.suggest(begun, OF_A_KIND) if wanted else ()
        except SearchError as error:
            status, message = _told(error, state.hl)
            return JSONResponse({"error": {"code": type(error).__name__, "message": message}}, status)
        answer = suggestions(found, begun, state, InteractiveLinks(), t)
        return JSONResponse(answer, headers={"Cache-Control": "private, max-age=60"})

    def health(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a route
        try:
            info = self._services.discovery.info()
        except SearchError as error:
            return JSONResponse({"status": "unavailable", "message": _told(error, "en")[1]}, 503)
        return JSONResponse({"status": "ok", "documents": info.documents, "pages": info.pages})

    def robots(self, request: Request) -> Response:  # noqa: ARG002
        return PlainTextResponse(ROBOTS)

    def search_failed(self, request: Request, error: Exception) -> Response:
        """The answer where a route could not search; wrong requests and a broken index are told apart."""
        drawing = self.drawing(request)
        problem = error if isinstance(error, SearchError) else EngineUnavailable(str(error))
        return self.document(drawing, drawing.problem(problem))

    def not_found(self, scope: Scope) -> Response:
        drawing = self._drawing_for(scope)
        return self.document(drawing, drawing.missing())

    def too_long(self, scope: Scope) -> Response:
        drawing = self._drawing_for(scope)
        return self.document(
            drawing, drawing.told(Problem(drawing.t("error.too_long"), drawing.t("error.too_long_next")), 414)
        )

    def _drawing_for(self, scope: Scope) -> Drawing:
        hl: Language = "en" if first_param(scope, "hl") == "en" else "id"
        return Drawing(self._services, SearchState(hl=hl), PlainLinks())

    def drawing(self, request: Request) -> Drawing:
        state = SearchState.from_params(request.query_params.multi_items())
        return self._drawing_of(request, state.closing())

    def _drawing_of(self, request: Request, state: SearchState) -> Drawing:
        return Drawing(self._services, state, PlainLinks(), public_address(request, self._services.settings))

    def _page(self, drawing: Drawing) -> Response:
        return self.document(drawing, drawing.page())

    def document(self, drawing: Drawing, drawn: Drawn) -> Response:
        headers = {"Content-Language": drawing.state.hl, "Cache-Control": "no-cache"}
        return HTMLResponse(plain_document(drawing, drawn), drawn.status, headers)

    def _ebook_page(self, request: Request) -> tuple[Document, int] | None:
        """The document and the page number of a reader address; None when there is no such page."""
        number = request.path_params["page"]
        document = self._services.discovery.document(DocumentId(request.path_params["id"]))
        if document is None or document.ebook is None or not (number.isascii() and number.isdigit()):
            return None
        page = int(number[:6])
        return (document, page) if 1 <= page <= min(document.ebook.page_count, MAX_PAGE_NUMBER) else None


def _language(request: Request) -> Language:
    return SearchState.from_params(request.query_params.multi_items()).hl


def _told(error: SearchError, hl: Language) -> tuple[int, str]:
    """The HTTP status of an error, and what strangers are told of it: nothing of hosts and folders."""
    name, status = problem_of(error)
    t = messages(hl)
    return status, f"{t(f'error.{name}')} {t(f'error.{name}_next')}"
