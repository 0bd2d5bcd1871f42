"""Where pages of the catalogue that stood here before are now, so that bookmarks and links to them go on working."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal.links import PlainLinks
from portal.routes import PlainPages
from portal.search_state import MAX_ID, SearchState
from search.document import DocumentId
from search.query import Filter
from search.query_language import parse

# VuFind, Blacklight, SLiMS, INLISLite. What was searched for is read by SearchState, whatever its parameter is called.
SEARCHES: Final = (
    "/Search/Results", "/Search/Home", "/catalog", "/opac", "/opac/pencarian-sederhana", "/index.php",
)  # fmt: skip
RECORDS: Final = ("/Record/{number:path}", "/catalog/{number:path}")
BY_PARAMETER: Final = "/opac/detail-opac"
MOVED: Final = 301


class OldAddresses:
    """Routes that lead on from the addresses of other catalogues."""

    def __init__(self, pages: PlainPages) -> None:
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route(BY_PARAMETER, self.record),
            *(Route(path, self.search) for path in SEARCHES),
            *(Route(path, self.record) for path in RECORDS),
        ]

    def search(self, request: Request) -> Response:
        if request.query_params.get("p") == "show_detail":  # a record of SLiMS
            return self.record(request)
        state = self._pages.drawing(request).state
        return RedirectResponse(f"/{SearchState(state.q, scope=state.scope, hl=state.hl).query_string()}", MOVED)

    def record(self, request: Request) -> Response:
        drawing = self._pages.drawing(request)
        number = request.path_params.get("number", "") or request.query_params.get("id", "")
        # Behind the number, VuFind has the name of a tab; but a number may hold a slash itself.
        found = self._found(number[:MAX_ID]) or self._found(number.rpartition("/")[0][:MAX_ID])
        if not found:
            return self._pages.document(drawing, drawing.missing())
        return RedirectResponse(PlainLinks().record(SearchState(hl=drawing.state.hl), found), MOVED)

    def _found(self, number: str) -> str:
        """The id of the title that has this id or control number, "" for none, or where several sources have one."""
        discovery = self._pages.services.discovery
        if not number:
            return ""
        if discovery.document(DocumentId(number)) is not None:
            return number
        ids, total = discovery.found(parse("", [Filter("control_number", (number,))]))
        return ids[0] if total == 1 else ""
