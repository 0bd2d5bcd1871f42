"""The routes of an e-book: its pages as text, their pictures, what a search marks on these, and the file itself.

Each asks `gate.reading` before it gives anything of the book away. The file is only for books that are open to all: what is
lent is read here, page by page.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from portal import links as addresses
from portal.bootstrap import Services
from portal.caching.conditional import changed_at, http_date, unchanged
from portal.i18n import messages
from portal.links import PlainLinks
from portal.pages import Drawing
from portal.plain import drawing_for, drawing_of, file_name, language_of, plain_answer
from portal.presenters.lending import lent_view
from portal.reader.gate import Reading, reading
from portal.reader.page_image import PageImage, PageImages, PageImagesBusyError, picture_version
from portal.reader.page_labels import MAX_ASKED, PageLabels, page_meant
from portal.reader.page_words import marked_boxes, marks_svg
from portal.reader.rights import may_read
from portal.search_state import MAX_ID, SearchState
from search.document import Document, DocumentId, Ebook
from search.query_language import parse

MAX_RANGES: Final = 4
MAX_PAGE_NUMBER: Final = 100_000
# A picture changes only with its book, and a browser that asks again is told so by its ETag.
PICTURE_CACHED: Final = "public, max-age=86400"
# What a search marks is between its reader and the portal.
MARKS_CACHED: Final = "private, max-age=86400"
FILE_CACHED: Final = "public, max-age=3600"


class BookRoutes:
    """Routes under /baca/ and /berkas/."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._images = PageImages()
        self._labels = PageLabels(services.discovery)

    def routes(self) -> list[Route]:
        return [
            Route("/baca/{id:path}/{page}.png", self.picture),
            Route("/baca/{id:path}/{page}.svg", self.marks),
            Route("/baca/{id:path}/{page}", self.page),
            Route("/baca/{id:path}", self.book),
            Route(f"{addresses.EBOOK_FILES}{{id:path}}.pdf", self.file),
            Route(f"{addresses.EBOOK_FILES}{{id:path}}", self.nothing),
        ]

    def page(self, request: Request) -> Response:
        found = self._asked_page(request)
        if found is None:
            return self.nothing(request)
        document, number = found
        may = reading(request, document)
        return may.private(
            self._page(request, document, number, may) if may.allowed else self._closed(request, document, may)
        )

    def book(self, request: Request) -> Response:
        """The page that `hlm` names, by label or number, else the first one."""
        id = request.path_params["id"].strip("/")
        document = self._services.discovery.document(DocumentId(id)) if id else None
        if document is None or document.ebook is None:
            return self.nothing(request)
        may = reading(request, document)
        return may.private(self._book(request, document, may) if may.allowed else self._closed(request, document, may))

    def _book(self, request: Request, document: Document, may: Reading) -> Response:
        asked = request.query_params.get("hlm", "").strip()[:MAX_ASKED]
        number = page_meant(asked, self._labels.of(document)) if asked else 1
        if number is None:
            begun = request.query_params.get("dari", "")
            first = _page_number(begun, document.ebook) if document.ebook else None
            return self._page(request, document, first or 1, may, not_there=asked)
        state = _opened(request, document)
        return RedirectResponse(addresses.reader(document.id, number, state.hl, state.q, children=state.children), 307)

    def picture(self, request: Request) -> Response:
        found = self._pictured(request)
        if isinstance(found, Response):
            return found
        ebook, file, number, may = found
        if may.by_loan:
            return may.private(self._picture(request, file, number))
        etag, changed = picture_version(ebook.sha256, number), changed_at(file)
        headers = {"ETag": etag, "Last-Modified": http_date(changed), "Cache-Control": PICTURE_CACHED}
        if unchanged(request, etag, changed):
            return Response(status_code=304, headers=headers)
        return self._picture(request, file, number, headers)

    def _picture(self, request: Request, file: Path, number: int, headers: Mapping[str, str] | None = None) -> Response:
        drawn = self._drawn(request, file, number)
        return drawn if isinstance(drawn, Response) else Response(drawn.png, media_type="image/png", headers=headers)

    def marks(self, request: Request) -> Response:
        """The words of `q` on the page's picture, as a picture of its own: that one is the same for every search."""
        found = self._pictured(request)
        if isinstance(found, Response):
            return found
        _, file, number, may = found
        drawn = self._drawn(request, file, number)
        if isinstance(drawn, Response):
            return drawn
        query = parse(SearchState(q=request.query_params.get("q", "")).q)
        svg = marks_svg(marked_boxes(drawn.words(), query))
        return may.private(Response(svg, media_type="image/svg+xml", headers={"Cache-Control": MARKS_CACHED}))

    def _pictured(self, request: Request) -> tuple[Ebook, Path, int, Reading] | Response:
        """The book, its file and the page whose picture is asked for, or the answer that there is none to see."""
        found = self._asked_page(request)
        document, number = found or (None, 0)
        ebook = document.ebook if document else None
        if document is None or ebook is None:
            return _in_words(request, "missing.title", 404)
        may = reading(request, document)
        if not may.allowed:
            return may.private(_in_words(request, "closed.title", 403))
        file = self._services.ebooks.path(ebook.sha256)
        return _in_words(request, "missing.title", 404) if file is None else (ebook, file, number, may)

    def file(self, request: Request) -> Response:
        document = self._services.discovery.document(DocumentId(request.path_params["id"]))
        file = self._services.ebooks.path(document.ebook.sha256) if document and document.ebook else None
        if document is None or document.ebook is None or file is None:
            return self.nothing(request)
        if not may_read(document):
            return self._closed(request, document, reading(request, document))
        # The name of the stored file is the digest of its bytes: nothing tells better whether it is the same.
        etag, changed = f'"{document.ebook.sha256[:32]}"', changed_at(file)
        headers = {"ETag": etag, "Last-Modified": http_date(changed), "Cache-Control": FILE_CACHED}
        if unchanged(request, etag, changed):
            return Response(status_code=304, headers=headers)
        asked = request.headers.get("range", "")
        if _in_bytes(asked) and asked.count(",") >= MAX_RANGES:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{file.stat().st_size}"})
        return _BookFile(
            file,
            headers=headers,
            media_type="application/pdf",
            filename=f"{file_name(document.id, 'e-book')}.pdf",
            content_disposition_type="inline",
        )

    def nothing(self, request: Request) -> Response:
        drawing = drawing_for(self._services, request)
        return plain_answer(drawing, drawing.missing(id=request.path_params["id"].strip("/")[:MAX_ID]))

    def _page(self, request: Request, document: Document, number: int, may: Reading, not_there: str = "") -> Response:
        """not_there: what a reader asked for in vain and is told about."""
        state = _opened(request, document)
        drawing = Drawing(self._services, state, PlainLinks())
        lent = lent_view(document.id, may, self._services.settings.accounts.zone, drawing.t)
        drawn = drawing.reader(document, number, parse(state.q), self._labels.of(document), not_there, lent)
        return plain_answer(drawing, drawn)

    def _closed(self, request: Request, document: Document, may: Reading) -> Response:
        """The page that says why this book is not shown, and what to do."""
        drawing = drawing_of(self._services, request, _opened(request, document))
        if may.by_loan:
            signed_in = may.visitor is not None and may.visitor.patron is not None
            return may.private(plain_answer(drawing, drawing.not_lent(document, signed_in=signed_in)))
        return plain_answer(drawing, drawing.closed(document))

    def _drawn(self, request: Request, file: Path, number: int) -> PageImage | Response:
        try:
            image = self._images.page(file, number)
        except PageImagesBusyError:
            return Response(status_code=503, headers={"Retry-After": "5"})
        return _in_words(request, "reader.no_picture", 422) if image is None else image

    def _asked_page(self, request: Request) -> tuple[Document, int] | None:
        """The document and the page number of an address; None when there is no such page."""
        document = self._services.discovery.document(DocumentId(request.path_params["id"]))
        if document is None or document.ebook is None:
            return None
        number = _page_number(request.path_params["page"], document.ebook)
        return None if number is None else (document, number)


class _BookFile(FileResponse):
    """A file that is whole to who asks for a range of what it does not count in (RFC 9110, 14.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _in_bytes(Headers(scope=scope).get("range", "")):
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"range"]}
        await super().__call__(scope, receive, send)


def _in_bytes(asked: str) -> bool:
    """Whether a Range header is about bytes; what names no unit may have meant them, and is refused as a bad one.

    >>> [_in_bytes(asked) for asked in ("bytes=0-9", "Bytes=0-9", "bytes", "lines=1-2")]
    [True, True, True, False]
    """
    unit, named, _ = asked.partition("=")
    return not named or unit.strip().lower() == "bytes"


def _opened(request: Request, document: Document) -> SearchState:
    """What the reader of a book was opened with: the words to mark, and whether from the children's view."""
    given = request.query_params
    children = given.get("children") == "1"
    return SearchState(q=given.get("q", ""), hl=language_of(request), id=document.id, children=children)


def _page_number(text: str, ebook: Ebook) -> int | None:
    page = int(text[:6]) if text.isascii() and text.isdigit() else 0
    return page if 1 <= page <= min(ebook.page_count, MAX_PAGE_NUMBER) else None


def _in_words(request: Request, key: str, status: int) -> Response:
    """An answer in place of a picture."""
    return PlainTextResponse(messages(language_of(request))(key), status)
