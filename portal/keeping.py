"""Pages of what a reader's browser keeps: searches, which never come here, and titles, which lie in the address."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import links as addresses
from portal.bibliography.exports import FORMATS
from portal.exporting import selection_path
from portal.presenters.choices import Choice
from portal.presenters.results import Card, card
from portal.routes import PlainPages
from portal.search_state import MAX_ID
from search.document import DocumentId
from search.results import Hit

MOST_SAVED: Final = 100


@dataclass(frozen=True, slots=True)
class Saved:
    """A list of titles. address: the whole one, to hand on; files: the same titles in forms that programs read.

    cards: each under the id in the list, which may be that of a record joined into the title.
    gone: that it names titles which the catalogue has no longer; "" where it does not.
    """

    told: str
    gone: str
    address: str
    cards: tuple[tuple[DocumentId, Card], ...]
    files: tuple[Choice, ...]


class Keeping:
    """The routes `/riwayat` and `/simpanan?ids=a&ids=b`."""

    def __init__(self, pages: PlainPages) -> None:
        self._pages = pages

    def routes(self) -> list[Route]:
        return [Route("/riwayat", self.history), Route("/simpanan", self.saved)]

    def history(self, request: Request) -> Response:
        """Drawn empty: a script fills it from the browser, and nothing of it is ever sent."""
        drawing = self._pages.drawing(request)
        return self._pages.document(drawing, drawing.history())

    def saved(self, request: Request) -> Response:
        drawing = self._pages.drawing(request)
        given = (value for value in request.query_params.getlist("ids") if 0 < len(value) <= MAX_ID)
        ids = [DocumentId(value) for value in dict.fromkeys(given)][:MOST_SAVED]
        documents = drawing.services.discovery.standing_for(ids)
        cards = tuple(
            (id, card(Hit(document, 0.0), number, "", drawing.state.starting_over(), drawing.links, drawing.t))
            for number, (id, document) in enumerate(documents.items(), start=1)
        )
        query = addresses.ids_query(ids)
        view = Saved(
            drawing.t.count("saved.count", len(cards)),
            drawing.t.count("saved.gone", len(ids) - len(cards)) if len(cards) < len(ids) else "",
            drawing.base + addresses.saved(drawing.state.hl, ids),
            cards,
            tuple(Choice(made.label, f"{selection_path(name)}?{query}") for name, made in FORMATS.items()),
        )
        return self._pages.document(drawing, drawing.saved(view, addresses.saved(drawing.t.other, ids)))
