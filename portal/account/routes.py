"""All routes for patrons and staff, and what stands before them."""

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from portal.account.by_provider import ByProvider
from portal.account.signing_in import SigningIn
from portal.account.visitor import AccountsAtHand
from portal.bootstrap import Accounts, Services
from portal.desk.licences import Licences
from portal.reader.borrowing import Borrowing


def account_routes(services: Services, accounts: Accounts) -> list[BaseRoute]:  # noqa: ARG001 - no page needs them yet
    """Pages of the account, of signing in and of the desk."""
    return [
        *SigningIn(services).routes(),
        *ByProvider(services).routes(),
        *Borrowing(services).routes(),
        *Licences(services).routes(),
    ]


def account_middleware(services: Services, accounts: Accounts) -> list[Middleware]:  # noqa: ARG001 - the shape of account_routes
    """What knows who asks; innermost, so that the page cache and the limits come before it."""
    return [Middleware(AccountsAtHand, accounts=accounts)]
