"""How often one address may ask, by what an answer costs. A person, or a school behind one address, never meets it."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.guards.client_address import visitor_of

Cost = Literal["page", "search", "picture", "bulk"]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second for as long as one likes, and so many at once."""

    a_second: float
    at_once: float


# A school of 200 pupils who all click every five seconds asks for 40 pages a second. What each costs here: a page about a
# millisecond, a search ten, a picture a process of a quarter of a second, a walk through the catalogue any amount.
RATES: Final[Mapping[Cost, Rate]] = {
    "page": Rate(40, 400),
    "search": Rate(20, 300),
    "picture": Rate(10, 200),
    "bulk": Rate(2, 60),
}
# Who was not seen for longest is forgotten first; a forgotten visitor has all at once again.
MAX_VISITORS: Final = 50_000

_FREE: Final = ("/aset/", "/static/", "/media/", "/component/", "/_stcore/", "/health", "/robots.txt", "/favicon.ico")
# A citation takes as long as a search: five styles are worked out for it.
_SEARCH: Final = ("/cari", "/api/", "/kutip/", "/rak")
# Exports, harvesting and feeds: one request may stand for hundreds of records.
_BULK: Final = ("/oai", "/sru", "/sitemap", "/cari.", "/katalog.")
_EXPORTS: Final = (".mrc", ".xml", ".json", ".ris", ".bib", ".csv", ".csljson", ".marcxml")
_PICTURES: Final = (".png", ".svg")


def cost_of(path: str) -> Cost | None:
    """What an address costs; None for what is as good as free.

    >>> [cost_of(p) for p in ("/", "/cari", "/katalog.ris", "/baca/a/1", "/baca/a/1.png", "/oai", "/aset/portal.css")]
    ['page', 'search', 'bulk', 'page', 'picture', 'bulk', None]
    """
    if path.startswith(_FREE):
        return None
    if path.startswith("/baca/"):
        return "picture" if path.endswith(_PICTURES) else "page"
    if path.startswith(_BULK) or (path.startswith("/katalog/") and path.endswith(_EXPORTS)):
        return "bulk"
    return "search" if path.startswith(_SEARCH) else "page"


class Buckets:
    """What each visitor has left, for a bounded number of visitors."""

    def __init__(self, rates: Mapping[Cost, Rate] = RATES, most: int = MAX_VISITORS) -> None:
        self._rates = rates
        self._most = most
        self._left: OrderedDict[tuple[str, Cost], tuple[float, float]] = OrderedDict()

    def take(self, visitor: str, cost: Cost, now: float) -> float:
        """Take one at time `now` (s); 0.0 when there was one, else how long until there is (s).

        >>> buckets = Buckets({"page": Rate(2, 1)})
        >>> [buckets.take("a", "page", now) for now in (0.0, 0.0, 0.5)]
        [0.0, 0.5, 0.0]
        """
        rate, key = self._rates[cost], (visitor, cost)
        left, since = self._left.pop(key, (rate.at_once, now))
        left = min(rate.at_once, left + max(0.0, now - since) * rate.a_second)
        enough = left >= 1
        self._left[key] = (left - 1 if enough else left, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return 0.0 if enough else (1 - left) / rate.a_second

    def __len__(self) -> int:
        return len(self._left)


class RateLimit:
    """429 for an address that asks faster than a crowd of people would.

    times: how many times the rates of `RATES` are allowed; 0 for no limit.
    """

    def __init__(self, app: ASGIApp, too_many: Callable[[Scope, int], Response], times: float = 1.0) -> None:
        self._app = app
        self._too_many = too_many
        rates = {cost: Rate(rate.a_second * times, max(1.0, rate.at_once * times)) for cost, rate in RATES.items()}
        self._buckets = Buckets(rates) if times > 0 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cost = cost_of(scope["path"]) if scope["type"] == "http" and self._buckets is not None else None
        if cost is not None and self._buckets is not None:
            wait_s = self._buckets.take(visitor_of(scope), cost, time.monotonic())
            if wait_s:
                seconds = math.ceil(wait_s)
                answer = self._too_many(scope, seconds)
                answer.headers["Retry-After"] = str(seconds)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
