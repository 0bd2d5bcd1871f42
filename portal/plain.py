"""A drawn page as the answer to a request, for all routes that draw pages whole."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from portal.bootstrap import Services
from portal.framing import plain_document
from portal.i18n import Language
from portal.links import PlainLinks
from portal.pages import Drawing, Drawn
from portal.search_state import SearchState


def plain_answer(drawing: Drawing, drawn: Drawn) -> Response:
    headers = {"Content-Language": drawing.state.hl, "Cache-Control": "no-cache"}
    return HTMLResponse(plain_document(drawing, drawn), drawn.status, headers)


def drawing_for(services: Services, request: Request) -> Drawing:
    """Draws for what the request's parameters ask, with no record open."""
    state = SearchState.from_params(request.query_params.multi_items())
    return Drawing(services, state.closing(), PlainLinks())


def language_of(request: Request) -> Language:
    return SearchState.from_params(request.query_params.multi_items()).hl
