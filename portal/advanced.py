"""The page with the form for several fields. What it is sent becomes the one address of that search."""

from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal import links as addresses
from portal.composing import ASKED_IN, HOWS, MAX_ROWS, Form, Row, form_from, form_of, text_of
from portal.i18n import Messages
from portal.links import InteractiveLinks, PlainLinks
from portal.pages import Drawing
from portal.presenters.wording import value_label
from portal.routes import PlainPages
from portal.search_state import SearchState
from search.query import Query, year_range
from search.reading.interpretation import EVERYTHING
from search.results import ResultPage
from search.understanding import is_read

LIMITED_BY: Final = ("format", "language", "audience")
ROWS_DRAWN: Final = 4
VALUES_OFFERED: Final = 16
ONLINE: Final = "online"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class AdvancedView:
    """kept: what of the search the form does not show, as hidden fields. problem: why it is shown again, "" for the first time."""

    rows: tuple[Row, ...]
    most_rows: int
    fields: tuple[tuple[str, str], ...]
    hows: tuple[tuple[str, str], ...]
    either: bool
    limits: tuple[Limit, ...]
    first: str
    last: str
    online: bool
    kept: tuple[tuple[str, str], ...]
    problem: str


class Advanced:
    """The route `/cari/lanjut`: with `kirim=1` it leads to the results, else it shows the form with a search in it.

    The form is shown again where it was sent with nothing to look for.
    """

    def __init__(self, pages: PlainPages) -> None:
        self._pages = pages

    def routes(self) -> list[Route]:
        return [Route("/cari/lanjut", self.form)]

    def form(self, request: Request) -> Response:
        drawing, given = self._pages.drawing(request), request.query_params
        interactive = given.get("app") == "1"
        if given.get("kirim") == "1":
            form = form_of(
                given.getlist("ruas"), given.getlist("kata"), given.getlist("cara"), either=given.get("cocok") == "any"
            )
            state = self._asked(drawing, form)
            if not state.is_home:
                return RedirectResponse((InteractiveLinks() if interactive else PlainLinks()).search(state), 303)
            problem = drawing.t("advanced.empty")
        else:
            form, problem = form_from(self._query(drawing).parts), ""
        everything = drawing.services.discovery.search(Query(), "keyword", 1, 1)
        view = advanced_view(form, drawing.state, self._query(drawing), everything, interactive, drawing.t, problem)
        switched = addresses.in_language(drawing.here, drawing.t.other)
        return self._pages.document(drawing, drawing.advanced(view, switched))

    def _asked(self, drawing: Drawing, form: Form) -> SearchState:
        """The search of a form: its words as they stand, in the fields that were named."""
        asked = drawing.state.asking(text_of(form)).in_scope("")
        return asked.as_words(EVERYTHING) if is_read(asked.q, drawing.services.today()) else asked

    def _query(self, drawing: Drawing) -> Query:
        return drawing.state.understood(drawing.services.today()).query


def advanced_view(
    form: Form,
    state: SearchState,
    query: Query,
    everything: ResultPage,
    interactive: bool,
    t: Messages,
    problem: str = "",
) -> AdvancedView:
    """query: what `state` was understood as. everything: a search for all, whose facets are offered as limits."""
    empty = Row()
    rows = (*form.rows, *(empty for _ in range(max(1, ROWS_DRAWN - len(form.rows)))))[:MAX_ROWS]
    chosen = {field: filter.values for field, filter in query.chosen.items()}
    years = chosen.get("year", ())
    span = year_range(years[0]) if len(years) == 1 else None
    shown = {*LIMITED_BY, "year"}
    online = chosen.get("access", ()) == (ONLINE,)
    left = [one for one in query.filters if one.negated or one.field not in shown]
    left = [one for one in left if one.negated or not (online and one.field == "access")]
    kept = replace(state.asking(""), filters=tuple(left), scope="").to_params()
    return AdvancedView(
        rows=rows,
        most_rows=MAX_ROWS,
        fields=tuple((name, t.label("scope", name or "all")) for name in ASKED_IN),
        hows=tuple((how, t.label("how", how)) for how in HOWS),
        either=form.either,
        limits=tuple(
            limit for name in LIMITED_BY if (limit := _limit(name, chosen.get(name, ()), everything, t)).options
        ),
        first=str(span[0] or "") if span else "",
        last=str(span[1]) if span and span[1] != 9999 else "",
        online=online,
        kept=(*kept, *((("app", "1"),) if interactive else ())),
        problem=problem,
    )


def _limit(name: str, chosen: tuple[str, ...], everything: ResultPage, t: Messages) -> Limit:
    values = [value.value for value in everything.facets.get(name, ()) if value.count][:VALUES_OFFERED]
    offered = dict.fromkeys((*values, *chosen))
    return Limit(
        name,
        t.label("field", name),
        tuple(Option(value, value_label(name, value, t), value in chosen) for value in offered),
    )
