"""Records of a repository, by OAI-PMH 2.0: a feed that can be stopped anywhere and goes on from there."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from threading import Event
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from ingest.harvest_state import Harvested, HarvestState, Kept, Position, without_password
from ingest.oai import BadAnswerError, Client, Entry, Page, Repository, RepositoryError, marcxml_prefix, utc
from ingest.outbound import Limits, Outbound, OutboundError, Resolve, StoppedError, addresses_of, is_public
from ingest.source import Origin, Rejected, RemovedRecord, UnreadRecord

logger = logging.getLogger(__name__)

Prefix = Literal["marcxml", "oai_dc"]
PREFIXES: Final[tuple[Prefix, ...]] = ("marcxml", "oai_dc")

_ELEMENT: Final = {"marcxml": "record", "oai_dc": "dc"}
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
# A list whose token expires is read again from its start; one that expires again and again is given up.
_MAX_RESTARTS: Final = 2
# Pages without a record are allowed: some repositories leave out on the way what a set or a date does not hold.
_MAX_EMPTY_PAGES: Final = 100

# Of more sets than this, only those with a like name are told.
_MOST_SETS_TOLD: Final = 30
# What a repository may say where a set is asked for that it has not.
_WITHOUT_SET: Final = ("noRecordsMatch", "badArgument", "noSetHierarchy")

_HINTS: Final = {
    "badArgument": " Check the set and the date.",
    "badVerb": " Check the URL.",
}


class NoSuchSetError(Exception):
    """The repository has no set of that name; the message says which it has."""


@dataclass(frozen=True, slots=True)
class HarvestRequest:
    """What to harvest. set: "" for all; from_date: "" to go on from the last harvest, else an ISO date, in UTC.

    source: the catalogue's name, as in ids. Raises ValueError, in words for a person.
    """

    url: str
    source: str = "katalog"
    set: str = ""
    prefix: Prefix = "marcxml"
    from_date: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or (parts.port or 1) < 1:
            raise ValueError(f"{self.url!r} is no web address; it starts with http:// or https://")
        if "verb=" in parts.query or parts.fragment:
            raise ValueError(f"{self.url!r} is a page of the repository; give its address without what follows ?verb=")
        if self.prefix not in PREFIXES:
            raise ValueError(f"{self.prefix!r} is neither {' nor '.join(PREFIXES)}")
        if self.from_date and not (_DATE.fullmatch(self.from_date) and utc(self.from_date)):
            raise ValueError(f"{self.from_date!r} is no date like 2024-05-31 or 2024-05-31T10:00:00Z")


class Harvest:
    """One run over a repository's list.

    `items` is read once. What a run has given is safe to forget only when `keep` was called with a position that was
    read after it: the next run goes on from there, and where the list had come to its end, with what has changed since.

    count: records given, and those that earlier runs had of the same list. total: how many the repository says there
    are, often an estimate; None if it does not say. repository: what it says of itself, once it was asked.
    prefix_used: its own name for the format, "" until it was asked for. resumed: this run goes on with a list that an
    earlier one left.
    """

    def __init__(
        self,
        request: HarvestRequest,
        state: HarvestState,
        stop: Event | None = None,
        limits: Limits | None = None,
        resolve: Resolve = addresses_of,
        public: Callable[[str], bool] = is_public,
        *,
        anew: bool = False,
    ) -> None:
        """anew: ask for everything, whatever earlier runs had."""
        self._request = request
        self._state = state
        self._url = without_password(request.url)
        self._what = Harvested(request.source, request.url, request.set, request.prefix)
        self._kept = Kept() if anew else state.load(self._what)
        self._outbound = Outbound(request.url, limits or Limits(), stop or Event(), resolve, public)
        self._client = Client(request.url, self._outbound.get, _ELEMENT[request.prefix])
        self._position = Position()
        self._by_second = False
        self._seen: set[int] = set()
        self.count = 0
        self.total: int | None = None
        self.repository: Repository | None = None
        self.prefix_used = ""
        self.resumed = False

    @property
    def position(self) -> Position:
        """Covers what was yielded so far, but for the page under way until its last record was yielded."""
        return self._position

    def items(self) -> Iterator[UnreadRecord | RemovedRecord | Rejected]:
        """The list's records, in the repository's order; memory is one page.

        Where the repository fails, one Rejected comes last and says so; the position is that before the failure.
        When `stop` is set the feed ends at the next wait or page. Raises NoSuchSetError before the first record.
        """
        try:
            yield from self._items()
        except StoppedError:
            logger.info("The harvest of %s was stopped after %d records", self._url, self.count)
        except OutboundError as error:
            yield self._failure("unreachable", str(error))
        except BadAnswerError as error:
            yield self._failure(error.code, str(error))
        except RepositoryError as error:
            yield self._failure("bad_answer", f"{error}.{_HINTS.get(error.code, '')}")
        finally:
            self._outbound.close()

    def keep(self, position: Position) -> None:
        """What came before the position is published, so the next run need not ask for it. Raises OSError."""
        if position.complete:
            self._kept = Kept(self._next_since(position))
        elif position.token:
            self._kept = replace(self._kept, position=position)
        else:
            return
        self._state.save(self._what, self._kept)

    def _next_since(self, position: Position) -> str:
        """Where the next list starts: when the repository began to give this one, by its own clock."""
        before = self._kept.since
        gap = before and position.since > before  # --from was later than what is still to come
        if gap or not position.started:
            return before
        return position.started if self._by_second else position.started[:10]

    def _items(self) -> Iterator[UnreadRecord | RemovedRecord | Rejected]:
        self.repository = self._client.identify()
        self._by_second = self.repository.by_second
        since = self._request.from_date or self._kept.since
        since = since if self._by_second else since[:10]
        left = self._kept.position
        if left is not None and (not self._request.from_date or left.since == since):
            self._position = left
            self.resumed = True
        else:
            self._position = Position(since)
        for restarts in range(_MAX_RESTARTS + 1):
            self._seen.clear()
            self.count = self._position.count
            try:
                yield from self._list()
                return
            except RepositoryError as error:
                expired = error.code == "badResumptionToken" and self._position.token
                if not expired or restarts == _MAX_RESTARTS:
                    raise
                logger.warning("%s: its list is read again from the start, since %s", self._url, error)
                self._position = Position(self._position.since)

    def _list(self) -> Iterator[UnreadRecord | RemovedRecord | Rejected]:
        """The list from the position on."""
        decoded, started, empty = self._position.decoded, self._position.started, 0
        try:
            pages = self._client.ListRecords(**self._arguments())
        except RepositoryError as error:
            if error.code in _WITHOUT_SET and self._request.set and not self._position.token:
                self._require_set()
            if error.code != "noRecordsMatch" or self._position.token:
                raise
            self._position = replace(self._position, started=error.responded, complete=True)
            return
        while (page := next(pages, None)) is not None:
            token, asked = page.token, self._position.token
            if self._was_given(page, token):
                if decoded or unquote(asked) == asked:
                    raise BadAnswerError(f"the repository goes in circles: {asked[:100]!r} gives a page it gave before")
                # SLiMS writes its tokens as they would stand in a URL. Sent as the standard says, they are not
                # understood there, and the first page comes again.
                decoded = True
                self._position = replace(self._position, token=unquote(asked), decoded=True)
                pages = self._client.ListRecords(resumptionToken=self._position.token)
                continue
            if decoded and token:
                token = pages.resumption_token.token = unquote(token)
            empty = 0 if page.entries else empty + 1
            if empty > _MAX_EMPTY_PAGES:
                raise BadAnswerError(f"the repository gives {empty} pages in a row without a record")
            started = started or page.responded
            self.total = page.total if page.total is not None else self.total
            done = self.count + len(page.entries)
            after = Position(self._position.since, token, started, done, decoded, complete=not token)
            for left, entry in zip(range(len(page.entries) - 1, -1, -1), page.entries, strict=True):
                self.count += 1
                if not left:
                    self._position = after
                yield self._item(entry)
            self._position = after
        if self._request.set and not self.count:
            self._require_set()
        if self.total is not None and self.count < self.total:
            logger.warning("%s gave %d records of the %d it announced", self._url, self.count, self.total)

    def _arguments(self) -> dict[str, str]:
        if self._position.token:
            return {"resumptionToken": self._position.token}
        self.prefix_used = self._prefix()
        arguments = {"metadataPrefix": self.prefix_used}
        if self._request.set:
            arguments["set"] = self._request.set
        if self._position.since:
            arguments["from"] = self._position.since
        return arguments

    def _require_set(self) -> None:
        """Raises NoSuchSetError where the repository tells its sets, and the one that is asked for is none of them.

        Asked only when nothing came: there are repositories that give sets which they do not list.
        """
        wanted = self._request.set
        try:
            sets = self._client.sets()
        except RepositoryError as error:
            if error.code != "noSetHierarchy":
                return
            sets = ()
        except (BadAnswerError, OutboundError):
            return
        if not any(name == wanted or name.startswith(f"{wanted}:") for name in sets):
            raise NoSuchSetError(f"{self._url} has no set {wanted!r}. {_sets_told(sets, wanted)}")

    def _prefix(self) -> str:
        """What the repository calls the format. Every repository has oai_dc; MARC XML goes by several names."""
        if self._request.prefix == "oai_dc":
            return "oai_dc"
        formats = self._client.formats()
        prefix = marcxml_prefix(formats)
        if not prefix:
            offered = ", ".join(sorted(formats)) or "nothing"
            raise BadAnswerError(
                f"the repository offers no MARC XML but {offered}. Harvest its Dublin Core: --prefix oai_dc"
            )
        if prefix != "marcxml":
            logger.info("%s calls its MARC XML %s", self._url, prefix)
        return prefix

    def _was_given(self, page: Page, token: str) -> bool:
        """Whether a page is one of those before: all of it, or its records with the same way on."""
        if not page.entries:
            return False
        whole = hash(tuple((entry.identifier, entry.datestamp, entry.metadata) for entry in page.entries))
        way_on = hash((token, tuple(entry.identifier for entry in page.entries)))
        if whole in self._seen or way_on in self._seen:
            return True
        self._seen |= {whole, way_on}
        return False

    def _item(self, entry: Entry) -> UnreadRecord | RemovedRecord | Rejected:
        origin = Origin(self._url, self.count)
        if not entry.identifier:
            return Rejected(origin, "broken_record", "The repository gives the record no identifier.")
        if entry.deleted:
            return RemovedRecord(origin, entry.identifier)
        name = f"The record {entry.identifier}"
        if entry.too_large:
            return Rejected(origin, "too_large", f"{name} is too large.")
        if not entry.metadata:
            found = f"<{entry.name_found}>" if entry.name_found else "nothing"
            reason = f"{name} has no <{_ELEMENT[self._request.prefix]}> as its metadata but {found}."
            return Rejected(origin, "broken_record", reason)
        return UnreadRecord(origin, self._request.prefix, entry.metadata, oai_identifier=entry.identifier)

    def _failure(self, code: Literal["unreachable", "bad_answer", "bad_xml"], reason: str) -> Rejected:
        text = f"The harvest ended early: {reason.rstrip('.')}. The next one goes on from what was published."
        return Rejected(Origin(self._url), code, text)


def _sets_told(sets: Sequence[str], wanted: str) -> str:
    """
    >>> _sets_told(("buku", "skripsi"), "bku"), _sets_told((), "bku")
    ('It has: buku, skripsi.', 'It has no sets at all: leave --set out.')
    >>> _sets_told([f"jurusan:{number}" for number in range(500)], "jurusan-42")
    'It has 500, among them jurusan:42, jurusan:492, jurusan:482; its answer to ?verb=ListSets names them all.'
    """
    if not sets:
        return "It has no sets at all: leave --set out."
    if len(sets) <= _MOST_SETS_TOLD:
        return f"It has: {', '.join(sets)}."
    like = get_close_matches(wanted, sets) or sets[:3]
    return f"It has {len(sets):,}, among them {', '.join(like)}; its answer to ?verb=ListSets names them all."
