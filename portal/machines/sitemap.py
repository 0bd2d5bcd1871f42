"""Sitemaps (sitemaps.org 0.9): the records' addresses for search engines, and when each last changed.

A sitemap is named by the stamp that the one before it ends with, so what it holds hardly shifts when a record changes:
that one moves to the last of them.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from portal.bootstrap import Services
from portal.machines.addresses import Addresses, addresses
from portal.machines.caching import headers, tag_of, unchanged
from portal.machines.oai import utc
from portal.machines.xml import possible
from search.engine import Searcher
from search.publications import BEGINNING, Publications, Stamp

NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
# The protocol allows 50,000 addresses and 50 MB.
ADDRESSES: Final = 20_000
_AT_ONCE: Final = 2_000
MAX_AGE_S: Final = 3600
_START: Final = f'<?xml version="1.0" encoding="UTF-8"?>\n<{{}} xmlns="{NAMESPACE}">\n'


class Sitemap:
    """The index of sitemaps, and each of them."""

    def __init__(self, services: Services, addresses_each: int = ADDRESSES) -> None:
        self._services = services
        self._each = addresses_each
        # Walking through everything, for all who ask between two publications.
        self._begins = lru_cache(4)(self._look_for_beginnings)

    def routes(self) -> list[Route]:
        return [Route("/sitemap.xml", self.index), Route("/sitemap-{after}.xml", self.part)]

    def index(self, request: Request) -> Response:
        where, searcher = addresses(request, self._services.settings), self._services.engine.searcher()
        published = searcher.publications
        tag = tag_of(where.base, published.last, self._each)
        same = unchanged(request, tag, published.dated, MAX_AGE_S)
        if same is not None:
            return same
        begins = self._begins(published)
        lines = [_START.format("sitemapindex")]
        for place, after in enumerate(begins):
            # Only what ends a sitemap is known of those before the last: its date is that of its newest.
            end = published.date(begins[place + 1]) if place + 1 < len(begins) else published.dated
            changed = f"<lastmod>{utc(end)}</lastmod>" if end else ""
            lines.append(f"<sitemap><loc>{_text(where.of(f'/sitemap-{after}.xml'))}</loc>{changed}</sitemap>\n")
        lines.append("</sitemapindex>\n")
        return Response("".join(lines), 200, headers(tag, published.dated, MAX_AGE_S), "application/xml")

    def part(self, request: Request) -> Response:
        named = request.path_params["after"]
        if not (named.isascii() and named.isdigit() and len(named) <= 16):
            return Response(status_code=404)
        after = Stamp(int(named))
        where, searcher = addresses(request, self._services.settings), self._services.engine.searcher()
        published = searcher.publications
        tag = tag_of(where.base, published.last, self._each, after)
        same = unchanged(request, tag, published.dated, MAX_AGE_S)
        if same is not None:
            return same
        return StreamingResponse(
            self._lines(searcher, where, after), 200, headers(tag, published.dated, MAX_AGE_S), "application/xml"
        )

    def _lines(self, searcher: Searcher, where: Addresses, after: Stamp) -> Iterator[str]:
        yield _START.format("urlset")
        if after == BEGINNING:
            yield f"<url><loc>{_text(where.of('/'))}</loc></url>\n"
        left = self._each
        while left > 0:
            steps = searcher.walk(after, min(left, _AT_ONCE))
            if not steps:
                break
            lines = []
            for step in steps:
                date = searcher.publications.date(step.stamp)
                changed = f"<lastmod>{utc(date)}</lastmod>" if date else ""
                lines.append(f"<url><loc>{_text(where.record(step.id))}</loc>{changed}</url>\n")
            yield "".join(lines)
            after, left = steps[-1].stamp, left - len(steps)
        yield "</urlset>\n"

    def _look_for_beginnings(self, published: Publications) -> list[Stamp]:  # noqa: ARG002 - looked for once for each
        """The stamp before each sitemap's first record."""
        searcher = self._services.engine.searcher()
        begins, after, count = [BEGINNING], BEGINNING, 0
        while steps := searcher.walk(after, min(_AT_ONCE, self._each - count)):
            after, count = steps[-1].stamp, count + len(steps)
            if count >= self._each:
                begins.append(after)
                count = 0
        if len(begins) > 1 and not count:
            begins.pop()  # the last one ends where the catalogue does
        return begins


def _text(address: str) -> str:
    return escape(possible(address))
