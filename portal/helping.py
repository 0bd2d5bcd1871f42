"""The page that tells a reader how to search, read, keep and borrow here."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import links as addresses
from portal.links import InteractiveLinks, PlainLinks
from portal.offers import fruitful_examples, fruitful_trials
from portal.presenters.help import help_page
from portal.routes import PlainPages
from search.errors import SearchError


class Helping:
    """The route `/bantuan`. `app=1`: its examples lead to the interactive page."""

    def __init__(self, pages: PlainPages) -> None:
        self._pages = pages

    def routes(self) -> list[Route]:
        return [Route("/bantuan", self.help)]

    def help(self, request: Request) -> Response:
        drawing = self._pages.drawing(request)
        services, hl = drawing.services, drawing.state.hl
        interactive = request.query_params.get("app") == "1"
        try:
            info, today = services.discovery.info(), services.today()
            examples = fruitful_examples(services.discovery, info.generation, hl, today)
            trials = fruitful_trials(services.discovery, info.generation, hl, today)
        except SearchError:  # how to search is worth knowing before there is an index, too
            examples, trials = (), ()
        links = InteractiveLinks() if interactive else PlainLinks()
        view = help_page(examples, trials, services.settings.email, drawing.state, links, interactive, drawing.t)
        return self._pages.document(drawing, drawing.help(view, addresses.help_page(drawing.t.other, interactive)))
