"""Routes of the JSON API beside the search: one record, and the description of it all."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal.answers import error_answer
from portal.bootstrap import Services
from portal.i18n import Language, messages
from portal.machines.addresses import addresses
from portal.machines.openapi import description
from portal.machines.record_answer import record_answer
from portal.pages import told_of
from portal.plain import language_of
from portal.search_state import MAX_ID
from portal.withdrawn import is_withdrawn
from search.document import DocumentId
from search.errors import SearchError

_DISTRIBUTION: Final = "telusur"


class Api:
    """What /api/v1/search does not give. Errors have its shape."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/record/{id:path}", self.record),
            Route("/api/v1/openapi.json", self.describe),
        ]

    def record(self, request: Request) -> Response:
        id = request.path_params["id"]
        hl = language_of(request)
        try:
            document = self._services.discovery.document(DocumentId(id)) if 0 < len(id) <= MAX_ID else None
        except SearchError as error:
            status, message = told_of(error, hl)
            return JSONResponse(error_answer(type(error).__name__, message), status)
        if document is None:
            return self._missing(id[:MAX_ID], hl)
        return JSONResponse(record_answer(document, addresses(request, self._services.settings)))

    def _missing(self, id: str, hl: Language) -> Response:
        code, name, status = ("NotFound", "record", 404)
        if is_withdrawn(self._services, id):
            code, name, status = ("Gone", "gone", 410)
        t = messages(hl)
        return JSONResponse(error_answer(code, f"{t(f'missing.{name}_title')}. {t(f'missing.{name}_lead')}"), status)

    def describe(self, request: Request) -> Response:
        base = addresses(request, self._services.settings).base
        return JSONResponse(description(self._services.library_name, base, _version()))


def _version(of: Callable[[str], str] = version) -> str:
    """ "0" where the portal runs from files that nothing installed."""
    try:
        return of(_DISTRIBUTION)
    except PackageNotFoundError:
        return "0"
