"""All routes for patrons and staff, and what stands before them."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from portal.account.asking import AskingPage
from portal.account.by_provider import ByProvider
from portal.account.calendar import DueFeedPages
from portal.account.data import DataPages
from portal.account.frame import AccountFrame
from portal.account.holds import FinePages, HoldPages
from portal.account.lists import ListPages, SearchPages
from portal.account.live import LiveAnswers
from portal.account.loans import HistoryPages, LoanPages
from portal.account.overview import OverviewPage
from portal.account.signing_in import SigningIn
from portal.account.visitor import AccountsAtHand
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.desk.routes import desk_routes
from portal.plain import language_of
from portal.reader.borrowing import Borrowing


def account_routes(services: Services, accounts: Accounts) -> list[BaseRoute]:
    """Pages of the account, of signing in and of the desk."""
    frame = AccountFrame(services, accounts)
    routes = [
        *SigningIn(services).routes(),
        *ByProvider(services).routes(),
        *OverviewPage(frame).routes(),
        *LoanPages(frame).routes(),
        *HoldPages(frame).routes(),
        *FinePages(frame).routes(),
        *HistoryPages(frame).routes(),
        *ListPages(frame).routes(),
        *SearchPages(frame).routes(),
        *DataPages(frame).routes(),
        *DueFeedPages(frame).routes(),
        *AskingPage(frame).routes(),
        *LiveAnswers(frame).routes(),
        *Borrowing(services).routes(),
        *desk_routes(services, accounts),
    ]
    back = ways_back(routes)
    # "/akun/daftar/gabung" would be taken for the list "gabung".
    return [*(way for way in back if not way.param_convertors), *routes, *(way for way in back if way.param_convertors)]


def ways_back(routes: Sequence[BaseRoute]) -> list[Route]:
    """For addresses that only take forms: whoever opens one, as after a reload, is led to the page it stands under."""
    ours = [route for route in routes if isinstance(route, Route)]
    pages = [route for route in ours if "GET" in (route.methods or ())]
    shown = {route.path for route in pages}

    def back(request: Request) -> Response:
        path = request.url.path.rpartition("/")[0]  # itself it is no page, though it may look like one's id
        while path and not any(page.path_regex.match(path) for page in pages):
            path = path.rpartition("/")[0]
        return RedirectResponse(f"{path or '/'}?hl={language_of(request)}", 303, {"Cache-Control": "no-store"})

    alone = dict.fromkeys(route.path for route in ours if route.path not in shown)
    return [Route(path, back, methods=["GET"]) for path in alone]


def account_middleware(services: Services, accounts: Accounts) -> list[Middleware]:  # noqa: ARG001 - the shape of account_routes
    """What knows who asks; innermost, so that the page cache and the limits come before it."""
    return [Middleware(AccountsAtHand, accounts=accounts)]
