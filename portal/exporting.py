"""Routes that hand titles out as files: one, some by their ids, or a search's results."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from portal.bibliography.exports import FORMATS, MOST_EXPORTED, Format
from portal.i18n import messages
from portal.plain import file_name, language_of, state_of
from portal.public_address import public_address
from portal.routes import PlainPages
from portal.search_state import MAX_ID
from search.document import Document, DocumentId

# So many are read at once while a file is sent; a record may be some megabytes.
BATCH: Final = 50
# What was found, and how many of it are in the file; they differ where there is more than may be exported.
TOTAL_HEADER: Final = "X-Telusur-Total"
EXPORTED_HEADER: Final = "X-Telusur-Exported"


class Exports:
    """The routes `/katalog/{id}.ris`, `/katalog.ris?ids=a&ids=b` and `/cari.ris?q=...`, and so for each form."""

    def __init__(self, pages: PlainPages, most: int = MOST_EXPORTED) -> None:
        """most: titles in a file."""
        self._pages, self._most = pages, most
        self._services = pages.services

    def routes(self) -> list[Route]:
        """To stand before the record page's own, whose path takes all that follows."""
        return [route for format in FORMATS.values() for route in self._routes_of(format)]

    def _routes_of(self, format: Format) -> list[Route]:
        def one(request: Request) -> Response:
            return self._one(request, format)

        async def some(request: Request) -> Response:
            return await self._some(request, format)

        def results(request: Request) -> Response:
            return self._results(request, format)

        return [
            Route(f"/katalog/{{id:path}}.{format.name}", one),
            Route(selection_path(format.name), some, methods=["GET", "POST"]),
            Route(results_path(format.name), results),
        ]

    def _one(self, request: Request, format: Format) -> Response:
        """A record whose id itself ends so is shown: an address means what it says before what it might."""
        id = request.path_params["id"]
        discovery = self._services.discovery
        whole = f"{id}.{format.name}"
        if discovery.documents([DocumentId(whole)]):
            return self._pages.record_page(request, whole)
        document = discovery.document(DocumentId(id)) if 0 < len(id) <= MAX_ID else None
        if document is None:
            return self._pages.no_record(request, id[:MAX_ID])
        return self._file(request, format, [document], 1, document.id)

    async def _some(self, request: Request, format: Format) -> Response:
        """ids come in the address, or in the body of a form, which has room for more of them."""
        params = request.query_params.multi_items()
        if request.method == "POST":
            params += parse_qsl((await request.body()).decode("utf-8", "replace"))
        ids = list(dict.fromkeys(value for name, value in params if name == "ids" and 0 < len(value) <= MAX_ID))
        return await run_in_threadpool(self._selection, request, format, ids)

    def _selection(self, request: Request, format: Format, ids: Sequence[str]) -> Response:
        documents = self._documents([DocumentId(id) for id in ids[: self._most]])
        first = next(documents, None)
        if first is None:
            return self._pages.nothing(request)
        return self._file(request, format, chain([first], documents), len(ids), "pilihan")

    def _results(self, request: Request, format: Format) -> Response:
        state = state_of(request)
        asked = state.understood(self._services.today()).query
        ids, total = self._services.discovery.found(asked, state.mode, 1, self._most, exact=state.exact)
        documents = self._documents(ids)
        # The first batch is read before anything is sent, so that what fails still has a page of its own.
        read = list(islice(documents, BATCH))
        return self._file(request, format, chain(read, documents), total, "hasil")

    def _documents(self, ids: Sequence[DocumentId]) -> Iterator[Document]:
        for start in range(0, len(ids), BATCH):
            found = self._services.discovery.standing_for(ids[start : start + BATCH])
            yield from {document.id: document for document in found.values()}.values()

    def _file(self, request: Request, format: Format, documents: Iterable[Document], total: int, name: str) -> Response:
        note = ""
        if total > self._most:
            t = messages(language_of(request))
            note = t("export.cut", n=t.number(self._most), total=t.number(total))
        headers = {
            "Content-Disposition": f'attachment; filename="{file_name(name, "katalog")[:80]}.{format.name}"',
            "Cache-Control": "no-cache",
            "X-Robots-Tag": "noindex",
            TOTAL_HEADER: str(total),
            EXPORTED_HEADER: str(min(total, self._most)),
        }
        written = format.write(documents, public_address(request, self._services.settings), note)
        return StreamingResponse(written, 200, headers, format.media_type)


def selection_path(format: str) -> str:
    return f"/katalog.{format}"


def results_path(format: str) -> str:
    return f"/cari.{format}"
