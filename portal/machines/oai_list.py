"""What is asked of an OAI-PMH list, and how far it has been read: all of it stands in the resumption token.

So a token outlives a restart, and changes of the index between two pages. Documents and tombstones stand in the order
of their stamps; one that changes while the list is read moves to its end, where it is met again. A token is checked as
strictly as the arguments it stands for, so nothing is gained by making one up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ingest.tombstones import Tombstone, Tombstones
from search.document import DocumentId
from search.engine import Searcher, Step
from search.publications import BEGINNING, Publications, Stamp
from search.query import Query

RECORDS_AT_ONCE: Final = 100
HEADERS_AT_ONCE: Final = 500
_MOST_LOOKED_AT: Final = 10_000
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECOND: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_TOKEN: Final = re.compile(
    r"1!([a-z_]{1,20})!([A-Za-z0-9_.:~*'()-]{0,100})!([0-9TZ:-]{0,20})!([0-9TZ:-]{0,20})!(\d{1,16})!(\d{1,12})!(\d{0,12})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A list, and the place in it that the next page starts after.

    prefix, set, since, until: as in the request, "" for none. given: how many were given before. total: how many there
    are in all, None where nobody counted.
    """

    prefix: str
    set: str = ""
    since: str = ""
    until: str = ""
    after: Stamp = BEGINNING
    given: int = 0
    total: int | None = None

    def token(self) -> str:
        total = "" if self.total is None else str(self.total)
        return "!".join(("1", self.prefix, self.set, self.since, self.until, str(self.after), str(self.given), total))


def asked_by(token: str) -> Asked | None:
    """What a token stands for; None for what no `Asked.token` gives.

    >>> asked = Asked("oai_dc", "format:book", "2026-05-01", "", Stamp(17), 100, 230)
    >>> asked.token(), asked_by(asked.token()) == asked, asked_by("0/200")
    ('1!oai_dc!format:book!2026-05-01!!17!100!230', True, None)
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    prefix, set, since, until, after, given, total = found.groups()
    return Asked(prefix, set, since, until, Stamp(int(after)), int(given), int(total) if total else None)


def moment(text: str, *, end: bool = False) -> datetime | None:
    """A day or second as OAI-PMH writes it; None for anything else. end: the last moment of it.

    >>> moment("2026-05-17"), moment("2026-05-17T08:30:00Z", end=True), moment("2026-02-30")
    (datetime.datetime(2026, 5, 17, 0, 0, tzinfo=datetime.timezone.utc), datetime.datetime(2026, 5, 17, 8, 30, 0, 999999, tzinfo=datetime.timezone.utc), None)
    """
    if not (_DAY.fullmatch(text) or _SECOND.fullmatch(text)):
        return None
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=UTC)
        length = timedelta(days=1) if len(text) == len("2026-05-17") else timedelta(seconds=1)
        return found + length - timedelta(microseconds=1) if end else found
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Header:
    """A document or a tombstone in a list."""

    id: DocumentId
    stamp: Stamp
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some headers, and how to ask for the next ones; None at the end of the list."""

    headers: tuple[Header, ...]
    next: Asked | None


def page(asked: Asked, query: Query, searcher: Searcher, tombstones: Tombstones, limit: int) -> Page:
    """The next `limit` headers, more where several have one stamp. A tombstone belongs to every set: nothing tells
    which it was in. One whose document is there is none."""
    dates = searcher.publications
    after, last = Stamp(max(asked.after, _first(asked, dates))), _last(asked, dates)
    while True:
        steps, buried = searcher.walk(after, limit + 1, query, last), tombstones.walk(after, limit + 1, last)
        merged: list[Step | Tombstone] = sorted([*steps, *buried], key=lambda one: (one.stamp, one.id))
        kept = [one for one in merged if len(merged) <= limit or one.stamp <= merged[limit - 1].stamp]
        headers = _headers(kept, searcher)
        if len(kept) == len(merged) <= limit:
            return Page(headers, None)
        after = kept[-1].stamp
        if headers:
            return Page(headers, replace(asked, after=after, given=asked.given + len(headers)))


def count_gone(searcher: Searcher, tombstones: Tombstones) -> int:
    """How many tombstones there are whose documents are gone, the last ones taken on trust where there are very many."""
    last, after, looked_at, there = searcher.publications.last, BEGINNING, 0, 0
    while looked_at < _MOST_LOOKED_AT and (buried := tombstones.walk(after, HEADERS_AT_ONCE, last)):
        there += len(searcher.fingerprints([one.id for one in buried]))
        looked_at, after = looked_at + len(buried), buried[-1].stamp
    return tombstones.count(last) - there


def _first(asked: Asked, dates: Publications) -> Stamp:
    since = moment(asked.since) if asked.since else None
    return dates.before(since) if since else BEGINNING


def _last(asked: Asked, dates: Publications) -> Stamp:
    until = moment(asked.until, end=True) if asked.until else None
    return dates.until(until) if until else dates.last


def _headers(merged: Sequence[Step | Tombstone], searcher: Searcher) -> tuple[Header, ...]:
    buried = [one.id for one in merged if isinstance(one, Tombstone)]
    there = searcher.fingerprints(buried).keys() if buried else ()
    return tuple(
        Header(one.id, one.stamp, isinstance(one, Tombstone))
        for one in merged
        if not (isinstance(one, Tombstone) and one.id in there)
    )
