"""Pages of patrons and staff in the portal's frame."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from portal.account.visitor import Visitor
from portal.bootstrap import Services
from portal.framing import plain_document
from portal.links import in_language
from portal.plain import drawing_of
from portal.search_state import SearchState


@dataclass(frozen=True, slots=True)
class TabLink:
    """The way to a page beside this one. current: it is this one."""

    label: str
    href: str
    current: bool


def account_page(
    services: Services,
    request: Request,
    visitor: Visitor,
    template: str,
    view: object,
    title: str,
    status: int = 200,
    beside: Mapping[str, object] | None = None,
    switched: str = "",
) -> Response:
    """`template` around `view`; it also knows `visitor`, whose token stands in its forms. beside: what else it knows.

    switched: the page's address in the other language, where that is not the one it was asked at.
    """
    drawing = drawing_of(services, request, SearchState(hl=visitor.language))
    known = {"visitor": visitor, **(beside or {})}
    # A patron's own language may be either, so it is always said.
    switched = switched or in_language(drawing.here, drawing.t.other)
    drawn = drawing.framed(template, view, title, switched, status, known)
    headers = {"Content-Language": visitor.language, "Cache-Control": "no-store"}
    return HTMLResponse(plain_document(drawing, drawn), status, headers)
