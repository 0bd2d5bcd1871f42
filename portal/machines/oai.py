"""OAI-PMH 2.0 at /oai: the catalogue for those who harvest it (Open Archives Initiative, 2002, with its six verbs)."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ingest.readers.writing import MARCXML_NAMESPACE
from ingest.tombstones import Tombstones
from portal.bootstrap import Services
from portal.machines import dublin_core, marcxml
from portal.machines.addresses import Addresses, addresses
from portal.machines.oai_list import (
    HEADERS_AT_ONCE,
    RECORDS_AT_ONCE,
    Asked,
    Header,
    asked_by,
    count_gone,
    moment,
    page,
)
from portal.machines.oai_sets import query_of, sets, specs_of
from portal.machines.xml import Element, add, answer, possible, root
from portal.search_state import MAX_ID
from search.document import Document, DocumentId
from search.engine import EVERYTHING, Searcher
from search.errors import SearchError
from search.query import Query

logger = logging.getLogger(__name__)

NAMESPACE: Final = "http://www.openarchives.org/OAI/2.0/"
SCHEMA: Final = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
MAX_REQUEST_BYTES: Final = 8 * 1024
_MAX_ARGUMENTS: Final = 20
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)

# Arguments of each verb; True: needed. resumptionToken stands alone.
_ARGUMENTS: Final[Mapping[str, Mapping[str, bool]]] = {
    "Identify": {},
    "ListMetadataFormats": {"identifier": False},
    "ListSets": {},
    "GetRecord": {"identifier": True, "metadataPrefix": True},
    "ListIdentifiers": {"metadataPrefix": True, "from": False, "until": False, "set": False},
    "ListRecords": {"metadataPrefix": True, "from": False, "until": False, "set": False},
}
_RESUMED: Final = frozenset(("ListSets", "ListIdentifiers", "ListRecords"))


@dataclass(frozen=True, slots=True)
class Format:
    """A metadata format: where its schema is, its namespace, and what writes it."""

    schema: str
    namespace: str
    write: Callable[[Document, Addresses], Element]


FORMATS: Final[Mapping[str, Format]] = {
    "oai_dc": Format(dublin_core.OAI_DC_SCHEMA, dublin_core.OAI_DC, dublin_core.oai_dc),
    "marcxml": Format(marcxml.SCHEMA, MARCXML_NAMESPACE, lambda document, _: marcxml.marcxml(document)),
}


class ProtocolError(Exception):
    """What is wrong with a request, by the protocol's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class OaiPmh:
    """The repository: the documents of the index, and the tombstones of those that left it."""

    def __init__(self, services: Services, tombstones: Tombstones) -> None:
        self._services = services
        self._tombstones = tombstones

    def routes(self) -> list[Route]:
        return [Route("/oai", self.serve, methods=["GET", "POST"])]

    async def serve(self, request: Request) -> Response:
        pairs = list(request.query_params.multi_items())
        if request.method == "POST":
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            body = await request.body()
            if kind != "application/x-www-form-urlencoded" or len(body) > MAX_REQUEST_BYTES:
                return PlainTextResponse(
                    "application/x-www-form-urlencoded", 415 if len(body) <= MAX_REQUEST_BYTES else 413
                )
            pairs += _form(body)
        return await run_in_threadpool(self._respond, request, pairs)

    def _respond(self, request: Request, pairs: Iterable[tuple[str, str]]) -> Response:
        where = addresses(request, self._services.settings)
        document = root("OAI-PMH", NAMESPACE, schema=SCHEMA)
        add(document, "responseDate", utc(datetime.now(UTC)))
        asked = add(document, "request", where.of("/oai"))
        try:
            verb, arguments = _arguments(list(pairs))
            try:
                add_answer = Answering(self._services, self._tombstones, where).answer(verb, arguments)
            except ProtocolError as error:
                if error.code != "badArgument":
                    _repeat(asked, verb, arguments)
                raise
            _repeat(asked, verb, arguments)
            document.append(add_answer)
        except ProtocolError as error:
            add(document, "error", str(error), code=error.code)
        except (SearchError, sqlite3.Error) as error:
            if isinstance(error, sqlite3.Error):
                logger.error("The tombstones cannot be read: %s", error)
            # The protocol's way to say "later" is HTTP's.
            return PlainTextResponse("503", 503, {"Retry-After": "60"})
        return answer(document)


def _form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=_MAX_ARGUMENTS)
    except ValueError:
        return [("verb", ""), ("verb", "")]  # more than any request has


def _arguments(pairs: list[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """The verb and its arguments, all allowed together. Raises ProtocolError."""
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _ARGUMENTS:
        wanted = ", ".join(_ARGUMENTS)
        raise ProtocolError("badVerb", f"There must be one verb, and it must be one of {wanted}.")
    verb = verbs[0]
    rest = [(name, value) for name, value in pairs if name != "verb"]
    arguments = dict(rest)
    if len(arguments) != len(rest):
        raise ProtocolError("badArgument", "An argument is given twice.")
    known = _ARGUMENTS[verb]
    if "resumptionToken" in arguments and verb in _RESUMED:
        if len(arguments) > 1:
            raise ProtocolError("badArgument", "A resumptionToken stands alone.")
        return verb, arguments
    for name, value in arguments.items():
        if name not in known:
            raise ProtocolError("badArgument", f"{verb} has no argument {name[:50]}.")
        if not value:
            raise ProtocolError("badArgument", f"{name} is empty.")
    for name, needed in known.items():
        if needed and name not in arguments:
            raise ProtocolError("badArgument", f"{verb} needs {name}.")
    return verb, arguments


def _repeat(asked: Element, verb: str, arguments: Mapping[str, str]) -> None:
    asked.set("verb", verb)
    for name, value in arguments.items():
        asked.set(name, possible(value))


class Answering:
    """One request on one view of the index."""

    def __init__(self, services: Services, tombstones: Tombstones, where: Addresses) -> None:
        self._services, self._tombstones, self._where = services, tombstones, where
        self._searcher: Searcher = services.engine.searcher()

    def answer(self, verb: str, arguments: Mapping[str, str]) -> Element:
        """The element named after the verb. Raises ProtocolError."""
        made = root(verb, NAMESPACE)
        match verb:
            case "Identify":
                self._identify(made)
            case "ListMetadataFormats":
                self._formats(made, arguments.get("identifier"))
            case "ListSets":
                self._sets(made, arguments)
            case "GetRecord":
                self._record(made, arguments)
            case _:
                self._list(made, verb, arguments)
        return made

    def _identify(self, made: Element) -> None:
        settings = self._services.settings
        first = next(iter(self._searcher.publications.all), None)
        earliest = self._searcher.publications.date(first.upto) if first else None
        add(made, "repositoryName", settings.library)
        add(made, "baseURL", self._where.of("/oai"))
        add(made, "protocolVersion", "2.0")
        add(made, "adminEmail", settings.email or f"postmaster@{self._where.host}")
        add(made, "earliestDatestamp", utc(earliest or _EARLIEST))
        # Removals are remembered, but an index that is made anew forgets what it leaves out.
        add(made, "deletedRecord", "transient")
        add(made, "granularity", "YYYY-MM-DDThh:mm:ssZ")

    def _formats(self, made: Element, identifier: str | None) -> None:
        if identifier is not None:
            id = self._identified(identifier)
            if not self._searcher.fingerprints([id]) and self._tombstones.get(id) is None:
                raise _unknown(identifier)
        for prefix, known in FORMATS.items():
            offered = add(made, "metadataFormat")
            add(offered, "metadataPrefix", prefix)
            add(offered, "schema", known.schema)
            add(offered, "metadataNamespace", known.namespace)

    def _sets(self, made: Element, arguments: Mapping[str, str]) -> None:
        if "resumptionToken" in arguments:
            raise _bad_token()
        found = list(sets(self._searcher))
        if not found:
            raise ProtocolError("noSetHierarchy", "There is no set: the catalogue is empty.")
        for one in found:
            offered = add(made, "set")
            add(offered, "setSpec", one.spec)
            add(offered, "setName", one.title)

    def _record(self, made: Element, arguments: Mapping[str, str]) -> None:
        written = _format(arguments["metadataPrefix"])
        identifier = arguments["identifier"]
        id = self._identified(identifier)
        document = next(iter(self._searcher.fetch([id])), None)
        if document is not None and document.changed is not None:
            self._add_record(made, document, document.changed, written)
            return
        tombstone = self._tombstones.get(id)
        date = self._searcher.publications.date(tombstone.stamp) if tombstone else None
        if date is None:
            raise _unknown(identifier)
        self._add_header(add(made, "record"), id, date, None)

    def _list(self, made: Element, verb: str, arguments: Mapping[str, str]) -> None:
        token = arguments.get("resumptionToken")
        asked = _first(arguments) if token is None else _resumed(token)
        written = _format(asked.prefix)
        query = query_of(asked.set, self._searcher) if asked.set else EVERYTHING
        if query is None:
            raise ProtocolError("badArgument", "There is no such set.")
        if asked.total is None and token is None:
            asked = replace(asked, total=self._total(asked, query))
        whole = verb == "ListRecords"
        found = page(asked, query, self._searcher, self._tombstones, RECORDS_AT_ONCE if whole else HEADERS_AT_ONCE)
        if not found.headers and found.next is None and token is None:
            raise ProtocolError("noRecordsMatch", "No record is so dated, or in this set.")
        self._add_headers(made, found.headers, written if whole else None)
        if found.next is not None or token is not None:
            resumption = add(made, "resumptionToken", found.next.token() if found.next else None)
            resumption.set("cursor", str(asked.given))
            if asked.total is not None:
                resumption.set("completeListSize", str(max(asked.total, asked.given + len(found.headers))))

    def _total(self, asked: Asked, query: Query) -> int | None:
        """How many documents and tombstones the whole list has, where that is cheap to tell: without dates."""
        if asked.since or asked.until:
            return None
        return self._searcher.keyword(query, 0).total + count_gone(self._searcher, self._tombstones)

    def _add_headers(self, made: Element, headers: Iterable[Header], written: Format | None) -> None:
        """written: the format of whole records; None for headers alone."""
        headers = list(headers)
        alive = [header.id for header in headers if not header.deleted]
        documents = {document.id: document for document in self._searcher.fetch(alive)}
        for header in headers:
            date = self._searcher.publications.date(header.stamp)
            document = documents.get(header.id)
            if date is None or (document is None and not header.deleted):
                continue  # it left a shared index just now; its tombstone comes later in the list
            if written is None:
                self._add_header(made, header.id, date, document)
            elif document is None:
                self._add_header(add(made, "record"), header.id, date, None)
            else:
                self._add_record(made, document, document.changed or date, written)

    def _add_record(self, made: Element, document: Document, date: datetime, written: Format) -> None:
        record = add(made, "record")
        self._add_header(record, document.id, date, document)
        add(record, "metadata").append(written.write(document, self._where))

    def _add_header(self, made: Element, id: DocumentId, date: datetime, document: Document | None) -> None:
        """document: None for one that is gone."""
        header = add(made, "header", status="" if document is not None else "deleted")
        add(header, "identifier", self._where.identifier(id))
        add(header, "datestamp", utc(date))
        for spec in specs_of(document) if document is not None else ():
            add(header, "setSpec", spec)

    def _identified(self, identifier: str) -> DocumentId:
        id = self._where.identified(identifier)
        if not id or len(id) > MAX_ID:
            raise _unknown(identifier)
        return id


def _first(arguments: Mapping[str, str]) -> Asked:
    """A list from its beginning. Raises ProtocolError."""
    since, until = arguments.get("from", ""), arguments.get("until", "")
    for text in (since, until):
        if text and moment(text) is None:
            raise ProtocolError("badArgument", "A date is like 2026-05-17 or 2026-05-17T08:30:00Z, in UTC.")
    if since and until and len(since) != len(until):
        raise ProtocolError("badArgument", "from and until are both days, or both seconds.")
    if since and until and since > until:
        raise ProtocolError("badArgument", "from is later than until.")
    return Asked(arguments["metadataPrefix"], arguments.get("set", ""), since, until)


def _resumed(token: str) -> Asked:
    """A list gone on with. Raises ProtocolError for a token of nobody's."""
    asked = asked_by(token)
    if asked is None or asked.prefix not in FORMATS:
        raise _bad_token()
    try:
        _first({"metadataPrefix": asked.prefix} | {"from": asked.since, "until": asked.until})
    except ProtocolError as error:
        raise _bad_token() from error
    return asked


def _format(prefix: str) -> Format:
    known = FORMATS.get(prefix)
    if known is None:
        raise ProtocolError("cannotDisseminateFormat", f"The formats are {', '.join(FORMATS)}.")
    return known


def _unknown(identifier: str) -> ProtocolError:
    return ProtocolError("idDoesNotExist", f"There is no record {identifier[:200]}.")


def _bad_token() -> ProtocolError:
    return ProtocolError("badResumptionToken", "This token is not one that this repository gave. Begin anew.")


def utc(date: datetime) -> str:
    """
    >>> utc(datetime(2026, 5, 17, 8, 30, 0, 999999, tzinfo=UTC))
    '2026-05-17T08:30:00Z'
    """
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
