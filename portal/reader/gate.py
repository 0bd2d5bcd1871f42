"""Whether this visitor may read this e-book now. Asked again for every page, picture and mark."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from portal.account.visitor import Visitor, accounts_of, visitor_of
from portal.reader.rights import may_read
from portal.services.errors import NotFound
from portal.services.lending import Lending, lendable
from search.document import Document

# What is lent is between its reader and the portal, and is kept nowhere.
NOT_KEPT: Final = "private, no-store"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a visitor may do with an e-book. until: to when it is lent to them. visitor: None where nobody was asked for.

    by_loan: it can be borrowed, so that the answer is this visitor's alone.
    """

    allowed: bool
    until: datetime | None = None
    visitor: Visitor | None = None

    @property
    def by_loan(self) -> bool:
        return self.visitor is not None

    def private(self, response: Response) -> Response:
        """A response that is this visitor's alone is kept by no cache."""
        if self.by_loan:
            response.headers["Cache-Control"] = NOT_KEPT
        return response


OPEN: Final = Reading(allowed=True)
CLOSED: Final = Reading(allowed=False)


def reading(request: Request, document: Document) -> Reading:
    """Raises StoreUnavailable where nobody can tell who has borrowed what; open books do not ask."""
    if may_read(document):
        return OPEN
    lending = lending_of(request) if lendable(document) else None
    if lending is None:
        return CLOSED
    visitor = visitor_of(request)
    until = lending.reading_until(visitor.actor, document.id)
    return Reading(until is not None, until, visitor)


def lending_of(request: Request) -> Lending | None:
    """None where another system lends, or none does."""
    try:
        return accounts_of(request).lending
    except NotFound:
        return None
