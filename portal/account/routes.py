"""All routes for patrons and staff, and what stands before them."""

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

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
from portal.bootstrap import Accounts, Services
from portal.desk.licences import Licences
from portal.desk.routes import desk_routes
from portal.reader.borrowing import Borrowing


def account_routes(services: Services, accounts: Accounts) -> list[BaseRoute]:
    """Pages of the account, of signing in and of the desk."""
    frame = AccountFrame(services, accounts)
    return [
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
        *Licences(services).routes(),
        *desk_routes(services, accounts),
    ]


def account_middleware(services: Services, accounts: Accounts) -> list[Middleware]:  # noqa: ARG001 - the shape of account_routes
    """What knows who asks; innermost, so that the page cache and the limits come before it."""
    return [Middleware(AccountsAtHand, accounts=accounts)]
