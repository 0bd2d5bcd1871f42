"""unAPI at /unapi: a record in the form that a reference manager asks for (unAPI, revision 3).

Without an id it lists the formats (200), with one alone those of that record (300), with both it gives the record (200).
An id that is nobody's is 404, a format that there is none of 406.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ingest.readers.writing import MARCXML_NAMESPACE
from portal.bibliography.exports import FORMATS as EXPORTS
from portal.bibliography.exports import written
from portal.bootstrap import Services
from portal.machines import dublin_core, mods
from portal.machines.addresses import Addresses, addresses
from portal.machines.caching import headers, tag_of, unchanged
from portal.machines.marcxml import marcxml
from portal.machines.xml import add, answer, as_bytes, possible
from portal.search_state import MAX_ID
from search.document import Document, DocumentId


@dataclass(frozen=True, slots=True)
class Format:
    """media_type: as the list of formats says it. docs: where the form is described."""

    media_type: str
    docs: str
    write: Callable[[Document, Addresses], bytes]


def _exported(name: str) -> Callable[[Document, Addresses], bytes]:
    return lambda document, where: written([document], name, where.base)


def _media_type(name: str) -> str:
    return EXPORTS[name].media_type.partition(";")[0]


# Zotero takes the first that it knows of marc, marcxml, mods and ris, and makes a book of every article that it reads as
# MARC, and an author of every name that it reads as MODS. By these names it knows RIS alone, which says the most to it.
FORMATS: Final[Mapping[str, Format]] = {
    "mods3": Format("application/xml", mods.NAMESPACE, lambda document, where: as_bytes(mods.mods(document, where))),
    "marc21xml": Format("application/xml", MARCXML_NAMESPACE, lambda document, _: as_bytes(marcxml(document))),
    "oai_dc": Format(
        "application/xml",
        dublin_core.OAI_DC_SCHEMA,
        lambda document, where: as_bytes(dublin_core.oai_dc(document, where)),
    ),
    "ris": Format(_media_type("ris"), "", _exported("ris")),
    "bibtex": Format(_media_type("bib"), "", _exported("bib")),
    "csljson": Format(_media_type("json"), "", _exported("json")),
}

_ALSO_CALLED: Final = {"mods": "mods3", "marcxml": "marc21xml"}


class UnApi:
    """Records by their ids, or by their permanent addresses."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [Route("/unapi", self.serve)]

    def serve(self, request: Request) -> Response:
        where = addresses(request, self._services.settings)
        named = request.query_params.get("id")
        if named is None:
            return _formats("")
        document = self._document(named, where)
        if document is None:
            return PlainTextResponse("404", 404)
        asked = request.query_params.get("format")
        if asked is None:
            return _formats(named)
        asked = _ALSO_CALLED.get(asked, asked)
        format = FORMATS.get(asked)
        if format is None:
            return PlainTextResponse(f"406: {', '.join(FORMATS)}", 406)
        tag = tag_of(where.base, document.id, document.fingerprint, asked)
        same = unchanged(request, tag, document.changed)
        if same is not None:
            return same
        media_type = f"{format.media_type}; charset=utf-8"
        return Response(format.write(document, where), 200, headers(tag, document.changed), media_type)

    def _document(self, named: str, where: Addresses) -> Document | None:
        id = where.recorded(named) or DocumentId(named)
        return self._services.discovery.document(id) if 0 < len(id) <= MAX_ID else None


def _formats(named: str) -> Response:
    made = etree.Element("formats")
    if named:
        made.set("id", possible(named))
    for name, format in FORMATS.items():
        add(made, "format", name=name, type=format.media_type, docs=format.docs)
    return answer(made, 300 if named else 200, "application/xml")
