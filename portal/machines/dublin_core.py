"""A document in the fifteen elements of Dublin Core, as OAI-PMH and SRU give it."""

from collections.abc import Iterator
from typing import Final

from portal.i18n import messages
from portal.links import is_web_address
from portal.machines.addresses import Addresses
from portal.machines.xml import Element, possible, root
from search.document import Contributor, Document

DC: Final = "http://purl.org/dc/elements/1.1/"
OAI_DC: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA: Final = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
SRU_DC: Final = "info:srw/schema/1/dc-v1.1"

# DCMI's types by our formats; what is none of these is a text.
_TYPES: Final = {
    "music": "Sound",
    "audio": "Sound",
    "audiobook": "Sound",
    "video": "MovingImage",
    "map": "StillImage",
    "image": "StillImage",
    "software": "Software",
    "database": "Dataset",
    "kit": "Collection",
    "website": "InteractiveResource",
}
_CREATORS: Final = frozenset(("aut", "cre", "cmp", "art", "pht", "ctg"))


def oai_dc(document: Document, addresses: Addresses) -> Element:
    return _filled(root("dc", OAI_DC, prefix="oai_dc", schema=OAI_DC_SCHEMA), document, addresses)


def sru_dc(document: Document, addresses: Addresses) -> Element:
    return _filled(root("dc", SRU_DC, prefix="srw_dc"), document, addresses)


def _filled(made: Element, document: Document, addresses: Addresses) -> Element:
    seen: set[tuple[str, str]] = set()
    for name, value in elements(document, addresses):
        text = possible(value).strip()
        if text and (name, text) not in seen:
            seen.add((name, text))
            child = made.makeelement(f"{{{DC}}}{name}", {}, {"dc": DC})
            child.text = text
            made.append(child)
    return made


def elements(document: Document, addresses: Addresses) -> Iterator[tuple[str, str]]:
    """(element, value); the permanent address is the first identifier."""
    yield "title", document.title
    creators = [person for person in document.contributors if is_creator(person)]
    yield from (("creator", person.name) for person in creators)
    yield from (("contributor", person.name) for person in document.contributors if person not in creators)
    yield from (("subject", value) for value in document.values("subject"))
    yield from (("subject", value) for value in document.values("dewey"))
    yield from (("description", value) for value in document.values("summary"))
    yield from (("publisher", value) for value in document.values("publisher"))
    yield from (("date", value) for value in document.values("year"))
    formats = document.values("format")
    yield from (("type", _TYPES.get(code, "Text")) for code in formats)
    yield from (("type", messages("en").label("format", code)) for code in formats)
    yield from (("format", value) for value in document.values("physical"))
    yield "identifier", addresses.record(document.id)
    yield from (("identifier", f"urn:isbn:{value}") for value in document.values("isbn"))
    yield from (("identifier", f"urn:issn:{value}") for value in document.values("issn"))
    yield from (("identifier", f"https://doi.org/{value}") for value in document.values("doi"))
    links = (link for link in document.links if link.kind == "read" and is_web_address(link.url))
    yield from (("identifier", link.url) for link in links)
    yield from (("language", code) for code in document.values("language"))
    yield from (("relation", value) for value in document.values("series"))
    yield from (("coverage", value) for name in ("place", "era") for value in document.values(name))


def is_creator(person: Contributor) -> bool:
    return person.main or bool(_CREATORS.intersection(person.roles))
