"""All routes for patrons and staff, what stands before them, and which paths the portal's guards must let through."""

from typing import Final

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from portal.bootstrap import Accounts, Services

OPEN_EXACT: Final[tuple[str, ...]] = ()
OPEN_UNDER: Final[tuple[str, ...]] = ()


def account_routes(services: Services, accounts: Accounts) -> list[BaseRoute]:  # noqa: ARG001 - no page needs them yet
    """Pages of the account, of signing in and of the desk."""
    return []


def account_middleware(services: Services, accounts: Accounts) -> list[Middleware]:  # noqa: ARG001 - no guard needs them yet
    """What knows who asks; innermost, so that the page cache and the limits come before it."""
    return []
