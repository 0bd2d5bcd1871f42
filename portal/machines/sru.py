"""SRU 1.2 at /sru: the catalogue for those who search many at once (explain and searchRetrieve)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.bootstrap import Services
from portal.machines.addresses import Addresses, addresses
from portal.machines.cql import INDEXES, read_cql, relations
from portal.machines.diagnostics import DiagnosticError
from portal.machines.dublin_core import sru_dc
from portal.machines.marcxml import marcxml
from portal.machines.xml import Element, add, answer, as_bytes, root
from search.discovery import MAX_RESULTS_REACHED
from search.document import Document
from search.errors import SearchError
from search.query import Query

NAMESPACE: Final = "http://www.loc.gov/zing/srw/"
_DIAGNOSTIC: Final = "http://www.loc.gov/zing/srw/diagnostic/"
_ZEEREX: Final = "http://explain.z3950.org/dtd/2.0/"
_VERSIONS: Final = ("1.1", "1.2")
DEFAULT_RECORDS: Final = 10
MOST_RECORDS: Final = 100

MARCXML: Final = "info:srw/schema/1/marcxml-v1.1"
DC: Final = "info:srw/schema/1/dc-v1.1"
SCHEMAS: Final[Mapping[str, str]] = {"marcxml": MARCXML, "dc": DC}
_WRITERS: Final[Mapping[str, Callable[[Document, Addresses], Element]]] = {
    MARCXML: lambda document, _: marcxml(document),
    DC: sru_dc,
}
# Taken in and passed over: they would only change what nobody can see.
_IGNORED: Final = frozenset(("resultSetTTL", "recordXPath"))
_SEARCHING: Final = (
    frozenset(
        (
            "operation",
            "version",
            "query",
            "startRecord",
            "maximumRecords",
            "recordSchema",
            "recordPacking",
            "sortKeys",
            "stylesheet",
        )
    )
    | _IGNORED
)
_EXPLAINING: Final = frozenset(("operation", "version", "recordPacking", "stylesheet"))
_CONTEXTS: Final = {
    "cql": "info:srw/cql-context-set/1/cql-v1.2",
    "dc": "info:srw/cql-context-set/1/dc-v1.1",
    "bath": "http://zing.z3950.org/cql/bath/2.0/",
    "rec": "info:srw/cql-context-set/2/rec-1.1",
}


class Sru:
    """The server. What words it finds is what the catalogue finds by words: neither meaning nor other spellings."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [Route("/sru", self.serve)]

    def serve(self, request: Request) -> Response:
        where = addresses(request, self._services.settings)
        params = request.query_params
        if params.get("operation", "searchRetrieve" if "query" in params else "explain") == "explain":
            return answer(self._explain(request, where))
        return answer(self._search(request, where))

    def _search(self, request: Request, where: Addresses) -> Element:
        made = root("searchRetrieveResponse", NAMESPACE, prefix="zs")
        asked = request.query_params
        version = _version(asked)
        add(made, "version", version)
        count = add(made, "numberOfRecords", "0")
        try:
            _require_known(asked.multi_items(), _SEARCHING, "searchRetrieve")
            packing, schema = _packing(asked), _schema(asked)
            start = _number(asked, "startRecord", 1, 1)
            most = min(_number(asked, "maximumRecords", DEFAULT_RECORDS, 0), MOST_RECORDS)
            if not asked.get("query", "").strip():
                raise DiagnosticError(7, "query")
            documents, total = self._found(read_cql(asked["query"]), start, most)
            count.text = str(total)
            if documents:
                records = add(made, "records")
                for place, document in enumerate(documents, start=start):
                    record = _add_record(records, _WRITERS[schema](document, where), schema, packing)
                    if version == "1.2":  # 1.1 does not know it
                        add(record, "recordIdentifier", document.id)
                    add(record, "recordPosition", str(place))
            following = start + len(documents)
            if documents and following <= min(total, MAX_RESULTS_REACHED):
                add(made, "nextRecordPosition", str(following))
        except DiagnosticError as error:
            _add_diagnostic(made, error)
        except SearchError:
            _add_diagnostic(made, DiagnosticError(2))
        return made

    def _found(self, query: Query, start: int, most: int) -> tuple[Sequence[Document], int]:
        """Records `start` to `start + most - 1`, and how many there are. Raises DiagnosticError."""
        searcher = self._services.engine.searcher()
        last = min(start + most - 1, MAX_RESULTS_REACHED)
        ranking = searcher.keyword(query, max(last, 0) if start <= MAX_RESULTS_REACHED else 0)
        if ranking.total and start > min(ranking.total, MAX_RESULTS_REACHED):
            raise DiagnosticError(61, str(start))
        return searcher.fetch([item.id for item in ranking.items[start - 1 : last]]), ranking.total

    def _explain(self, request: Request, where: Addresses) -> Element:
        made = root("explainResponse", NAMESPACE, prefix="zs")
        asked = request.query_params
        add(made, "version", _version(asked))
        try:
            packing = _packing(asked)
            _require_known(asked.multi_items(), _EXPLAINING, "explain")
        except DiagnosticError as error:
            packing = "xml"
            failed: DiagnosticError | None = error
        else:
            failed = None
        record = add(made, "record")
        add(record, "recordSchema", _ZEEREX)
        add(record, "recordPacking", packing)
        _put(add(record, "recordData"), self._about(where), packing)
        if failed is not None:
            _add_diagnostic(made, failed)
        return made

    def _about(self, where: Addresses) -> Element:
        """The catalogue, in ZeeRex 2.0."""
        made = root("explain", _ZEEREX)
        host, _, port = where.base.partition("://")[2].partition(":")
        server = add(made, "serverInfo", protocol="SRU", version="1.2", transport="http", method="GET")
        add(server, "host", host)
        add(server, "port", port.partition("/")[0] or ("443" if where.base.startswith("https:") else "80"))
        add(server, "database", "sru")
        about = add(made, "databaseInfo")
        add(about, "title", self._services.library_name, lang="id", primary="true")
        indexes = add(made, "indexInfo")
        for name, identifier in _CONTEXTS.items():
            add(indexes, "set", name=name, identifier=identifier)
        for index in INDEXES:
            context, _, name = index.partition(".")
            one = add(indexes, "index", search="true", scan="false", sort="true" if index in _SORTABLE else "false")
            add(one, "title", name, lang="en")
            add(add(one, "map"), "name", name, set=context)
            understood = add(one, "configInfo")
            for relation in relations(index):
                add(understood, "supports", relation, type="relation")
        schemas = add(made, "schemaInfo")
        for name, identifier in SCHEMAS.items():
            one = add(schemas, "schema", identifier=identifier, name=name, sort="false", retrieve="true")
            add(one, "title", name)
        limits = add(made, "configInfo")
        add(limits, "default", str(DEFAULT_RECORDS), type="numberOfRecords")
        add(limits, "setting", str(MOST_RECORDS), type="maximumRecords")
        add(limits, "default", "marcxml", type="retrieveSchema")
        return made


_SORTABLE: Final = frozenset(("dc.title", "dc.date", "dc.creator"))


def _require_known(asked: Sequence[tuple[str, str]], known: frozenset[str], operation: str) -> None:
    """Raises DiagnosticError for what this server does not do."""
    values = dict(asked)
    if values.get("operation", operation) != operation:
        raise DiagnosticError(4, values["operation"])
    if values.get("version", "1.2") not in _VERSIONS:
        raise DiagnosticError(5, "1.2")
    for name, value in values.items():
        if name not in known and not name.startswith("x-"):
            raise DiagnosticError(8, name)
        if name == "sortKeys" and value:
            raise DiagnosticError(80, "use sortBy")
        if name == "stylesheet" and value:
            raise DiagnosticError(110)


def _version(asked: Mapping[str, str]) -> str:
    version = asked.get("version", "1.2")
    return version if version in _VERSIONS else "1.2"


def _packing(asked: Mapping[str, str]) -> str:
    packing = asked.get("recordPacking") or "xml"
    if packing not in ("xml", "string"):
        raise DiagnosticError(71, packing)
    return packing


def _schema(asked: Mapping[str, str]) -> str:
    named = asked.get("recordSchema") or "marcxml"
    schema = SCHEMAS.get(named, named)
    if schema not in _WRITERS:
        raise DiagnosticError(66, named)
    return schema


def _number(asked: Mapping[str, str], name: str, otherwise: int, least: int) -> int:
    text = asked.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 9) or int(text) < least:
        raise DiagnosticError(6, name)
    return int(text)


def _add_record(records: Element, data: Element, schema: str, packing: str) -> Element:
    record = add(records, "record")
    add(record, "recordSchema", schema)
    add(record, "recordPacking", packing)
    _put(add(record, "recordData"), data, packing)
    return record


def _put(parent: Element, data: Element, packing: str) -> None:
    if packing == "xml":
        parent.append(data)
    else:
        parent.text = as_bytes(data).partition(b"?>\n")[2].decode("utf-8")


def _add_diagnostic(made: Element, error: DiagnosticError) -> None:
    diagnostic = root("diagnostic", _DIAGNOSTIC, prefix="diag")
    add(diagnostic, "uri", f"info:srw/diagnostic/1/{error.number}")
    if error.details:
        add(diagnostic, "details", error.details)
    add(diagnostic, "message", str(error))
    add(made, "diagnostics").append(diagnostic)
