"""Any search as a feed, Atom at /cari.atom and RSS at /cari.rss: new titles for who follows it.

A feed shows what the search finds, the newest additions to the catalogue first, unless the search names an order of its
own (`sort`). What it is read as, filters and language are those of the same address at /cari.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.bootstrap import Services
from portal.i18n import Messages, messages
from portal.links import PlainLinks
from portal.machines.addresses import Addresses, addresses
from portal.machines.caching import headers, tag_of, unchanged
from portal.machines.oai import utc
from portal.machines.xml import Element, add, as_bytes, root
from portal.plain import state_of
from portal.presenters.taking import search_title
from portal.presenters.wording import value_label
from portal.search_state import SearchState
from search.document import Document
from search.schema import RELEVANCE

ATOM: Final = "http://www.w3.org/2005/Atom"
ATOM_MEDIA_TYPE: Final = "application/atom+xml"
RSS_MEDIA_TYPE: Final = "application/rss+xml"
MOST_ENTRIES: Final = 50
MAX_AGE_S: Final = 300
_NEWEST: Final = "added"
_SUMMARY: Final = 500
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """What both forms say. updated: of the newest entry, or of the catalogue where there is none."""

    state: SearchState
    t: Messages
    title: str
    library: str
    documents: Sequence[Document]
    total: int
    updated: datetime
    where: Addresses

    @property
    def page(self) -> str:
        """The address of the same search for people."""
        return self.where.of(PlainLinks().search(self.state))


class Feeds:
    """The two routes."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [Route("/cari.atom", self.atom), Route("/cari.rss", self.rss)]

    def atom(self, request: Request) -> Response:
        return self._serve(request, ATOM_MEDIA_TYPE)

    def rss(self, request: Request) -> Response:
        return self._serve(request, RSS_MEDIA_TYPE)

    def _serve(self, request: Request, media_type: str) -> Response:
        services = self._services
        asked = state_of(request).followed()
        where, published = addresses(request, services.settings), services.engine.searcher().publications
        # What a text is read as may depend on the day.
        tag = tag_of(where.base, media_type, asked.to_params(), published.last, services.today())
        same = unchanged(request, tag, published.dated, MAX_AGE_S)
        if same is not None:
            return same
        feed = self._feed(asked, where, published.dated or _EPOCH)
        written = _atom(feed, request.url.path) if media_type == ATOM_MEDIA_TYPE else _rss(feed, request.url.path)
        kept = headers(tag, published.dated, MAX_AGE_S)
        return Response(as_bytes(written), 200, kept, f"{media_type}; charset=utf-8")

    def _feed(self, asked: SearchState, where: Addresses, published: datetime) -> Feed:
        services, t = self._services, messages(asked.hl)
        understood = asked.understood(services.today()).query
        query = replace(understood, sort=_NEWEST) if understood.sort == RELEVANCE else understood
        ids, total = services.discovery.found(query, asked.mode, 1, MOST_ENTRIES, exact=asked.exact)
        documents = services.discovery.documents(ids)
        updated = max((document.changed for document in documents if document.changed), default=published)
        page = search_title(asked, t) if asked.q or asked.filters else t("feed.all")
        title = t("site.title", page=page, library=services.library_name)
        return Feed(asked, t, title, services.library_name, documents, total, updated, where)


def _atom(feed: Feed, path: str) -> Element:
    made = root("feed", ATOM)
    made.set(_XML_LANG, feed.state.hl)
    add(made, "id", feed.page)
    add(made, "title", feed.title)
    add(made, "subtitle", feed.t.count("feed.found", feed.total))
    add(made, "updated", utc(feed.updated))
    add(made, "link", rel="self", type=ATOM_MEDIA_TYPE, href=feed.where.of(path + feed.state.query_string()))
    add(made, "link", rel="alternate", type="text/html", href=feed.page)
    add(add(made, "author"), "name", feed.library)
    for document in feed.documents:
        entry = add(made, "entry")
        address = feed.where.record(document.id)
        add(entry, "id", address)
        add(entry, "title", document.title)
        add(entry, "updated", utc(document.changed or feed.updated))
        add(entry, "link", rel="alternate", type="text/html", href=address)
        for person in document.contributors:
            add(add(entry, "author"), "name", person.name)
        for code in document.values("format"):
            add(entry, "category", term=code, label=value_label("format", code, feed.t))
        add(entry, "summary", _about(document, feed.t))
    return made


def _rss(feed: Feed, path: str) -> Element:
    made = etree.Element("rss", {"version": "2.0"}, {"atom": ATOM})
    channel = add(made, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.page)
    add(channel, "description", feed.t.count("feed.found", feed.total))
    add(channel, "language", feed.state.hl)
    add(channel, "lastBuildDate", format_datetime(feed.updated, usegmt=True))
    itself = etree.SubElement(channel, f"{{{ATOM}}}link", {"rel": "self", "type": RSS_MEDIA_TYPE})
    itself.set("href", feed.where.of(path + feed.state.query_string()))
    for document in feed.documents:
        item = add(channel, "item")
        add(item, "title", document.title)
        add(item, "link", feed.where.record(document.id))
        add(item, "guid", feed.where.record(document.id), isPermaLink="true")
        add(item, "pubDate", format_datetime(document.changed or feed.updated, usegmt=True))
        for code in document.values("format"):
            add(item, "category", value_label("format", code, feed.t))
        add(item, "description", _about(document, feed.t))
    return made


def _about(document: Document, t: Messages) -> str:
    """Who, when, what kind; and the beginning of what it is about."""
    names = "; ".join(person.name for person in document.contributors[:3])
    kinds = ", ".join(value_label("format", code, t) for code in document.values("format"))
    facts = " · ".join(part for part in (names, document.first("year"), kinds) if part)
    summary = document.first("summary")
    cut = summary if len(summary) <= _SUMMARY else f"{summary[:_SUMMARY].rsplit(' ', 1)[0]} …"
    return "\n".join(part for part in (facts, cut) if part)
