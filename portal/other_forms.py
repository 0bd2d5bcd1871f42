"""A search or a record asked for in another form by a parameter, as other catalogues have it: `format=ris`."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse

from portal import links as addresses
from portal.bibliography.exports import FORMATS
from portal.search_state import SearchState

PARAMETER: Final = "format"
FEEDS: Final = ("atom", "rss")
# The API's JSON holds more than that of citation processors, which keeps its own name.
API: Final = "json"
# What else a form is called, in lower case.
ALSO_CALLED: Final[Mapping[str, str]] = {
    "bibtex": "bib", "marc": "mrc", "marc21": "mrc", "marcxml": "xml", "csljson": "csl", "csl-json": "csl", "rss2": "rss",
}  # fmt: skip
# By what they are asked for, the endings of files.
_FILES: Final[Mapping[str, str]] = {("csl" if name == API else name): name for name in FORMATS}


def other_form(request: Request, state: SearchState) -> RedirectResponse | None:
    """Where that form of what `state` shows is; None where none is asked for, or one that there is not."""
    asked = request.query_params.get(PARAMETER, "").lower()
    form = ALSO_CALLED.get(asked, asked)
    path = _of_a_record(form, state.id) if state.id else _of_a_search(form)
    if not path:
        return None
    shown = SearchState(hl=state.hl) if state.id else state
    return RedirectResponse(path + shown.query_string(), 302)


def _of_a_record(form: str, id: str) -> str:
    if form == API:
        return f"/api/v1/record/{addresses.segment(id)}"
    return addresses.export(id, _FILES[form]) if form in _FILES else ""


def _of_a_search(form: str) -> str:
    if form == API:
        return "/api/v1/search"
    ending = form if form in FEEDS else _FILES.get(form, "")
    return f"/cari.{ending}" if ending else ""
