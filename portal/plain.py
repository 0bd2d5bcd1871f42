"""From a request to a drawn page and back, for all routes that draw pages whole or hand out files."""

import re
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from portal.bootstrap import Services
from portal.framing import plain_document
from portal.guards.middleware import MAX_QUERY_BYTES
from portal.i18n import Language
from portal.links import PlainLinks
from portal.pages import Drawing, Drawn
from portal.public_address import public_address
from portal.search_state import SearchState

_NOT_IN_FILE_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


def plain_answer(drawing: Drawing, drawn: Drawn) -> Response:
    headers = {"Content-Language": drawing.state.hl, "Cache-Control": "no-cache"}
    return HTMLResponse(plain_document(drawing, drawn), drawn.status, headers)


def drawing_for(services: Services, request: Request) -> Drawing:
    """Draws for what the request's parameters ask, with no record open."""
    return drawing_of(services, request, state_of(request).closing())


def drawing_of(services: Services, request: Request, state: SearchState) -> Drawing:
    return Drawing(services, state, PlainLinks(), public_address(request, services.settings), asked_at(request.scope))


def asked_at(scope: Scope) -> str:
    """The address of a request without its host; "" for what is too long to be asked for again.

    Where a form was sent to, its page stands too, or the way back to it (portal.account.routes.ways_back).
    """
    query: bytes = scope["query_string"]
    if len(query) > MAX_QUERY_BYTES:
        return ""
    # The path is unquoted here: one that holds a question mark would end at it.
    return f"{quote(scope['path'], errors='replace')}?{query.decode('latin-1')}"


def state_of(request: Request) -> SearchState:
    return SearchState.from_params(request.query_params.multi_items())


def language_of(request: Request) -> Language:
    return state_of(request).hl


def file_name(text: str, otherwise: str) -> str:
    """A name that any system takes for a file, without its ending; `otherwise` where nothing of `text` is left.

    >>> file_name("katalog.1/a b", "e-book"), file_name("…", "e-book")
    ('katalog.1_a_b', 'e-book')
    """
    return _NOT_IN_FILE_NAMES.sub("_", text).strip("._") or otherwise
