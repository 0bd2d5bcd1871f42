"""A document as a short MODS 3.7 record, which reference managers read best."""

from collections.abc import Iterator
from typing import Final

from ingest.mappings.subjects import heading_text
from portal.bibliography.dates import issued
from portal.bibliography.headings import fields
from portal.bibliography.kinds import CHAPTER
from portal.bibliography.reference import place_in_host, reference
from portal.bibliography.texts import line
from portal.links import is_web_address
from portal.machines.addresses import Addresses
from portal.machines.xml import Element, add, root
from search.document import Document, Related

NAMESPACE: Final = "http://www.loc.gov/mods/v3"
SCHEMA: Final = "http://www.loc.gov/standards/mods/v3/mods-3-7.xsd"
_TYPES: Final = {
    "music": "sound recording-musical",
    "audio": "sound recording-nonmusical",
    "audiobook": "sound recording-nonmusical",
    "video": "moving image",
    "map": "cartographic",
    "score": "notated music",
    "image": "still image",
    "software": "software, multimedia",
    "kit": "mixed material",
}
_NAME_TYPES: Final = {"person": "personal", "corporate": "corporate", "meeting": "conference"}
# Fields of the index that hold a part of a heading, and what MODS calls the part.
_SUBJECT_PARTS: Final = {"place": "geographic", "era": "temporal", "genre": "genre"}
_SUBJECT_NAMES: Final = {"600": "personal", "610": "corporate", "611": "conference"}
_ACCESS: Final = {"restriction on access": "access_note", "use and reproduction": "rights"}
_BETWEEN: Final = " -- "
# What they are, and of whom, takes the record itself to say.
_OF_A_REFERENCE: Final = frozenset(("article", "thesis"))
_GENRES: Final = {"book": "book", "ebook": "book", "journal": "journal", "thesis": "thesis", "article": "article"}


def mods(document: Document, addresses: Addresses) -> Element:
    made = root("mods", NAMESPACE, schema=SCHEMA, version="3.7")
    add(add(made, "titleInfo"), "title", document.title)
    for other in document.values("title_other"):
        add(add(made, "titleInfo", type="alternative"), "title", other)
    for person in document.contributors:
        name = add(made, "name", type=_NAME_TYPES[person.kind], usage="primary" if person.main else "")
        add(name, "namePart", person.name)
        for role in person.roles:
            add(add(name, "role"), "roleTerm", role, authority="marcrelator", type="code")
    formats = document.values("format")
    cited = reference(document) if _OF_A_REFERENCE.intersection(formats) else None
    if cited is not None and cited.kind.csl == "thesis":
        _add_university(made, document, cited.publisher)
    add(made, "typeOfResource", next((_TYPES[code] for code in formats if code in _TYPES), "text"))
    if cited is not None and cited.kind is CHAPTER:
        add(made, "genre", "book chapter")  # the list of marcgt has none
    else:
        for genre in dict.fromkeys(_GENRES[code] for code in formats if code in _GENRES):
            add(made, "genre", genre, authority="marcgt")
    _add_origin(made, document)
    for code in document.values("language"):
        add(add(made, "language"), "languageTerm", code, type="code", authority="iso639-2b")
    for value in document.values("physical"):
        add(add(made, "physicalDescription"), "extent", value)
    _add_all(made, document, "abstract", "summary")
    _add_all(made, document, "note", "note")
    for value in document.values("thesis"):
        add(made, "note", value, type="thesis")
    for kind, field in _ACCESS.items():
        for value in document.values(field):
            add(made, "accessCondition", value, type=kind)
    _add_subjects(made, document)
    for value in document.values("dewey"):
        add(made, "classification", value, authority="ddc")
    for value in document.values("series"):
        add(add(add(made, "relatedItem", type="series"), "titleInfo"), "title", value)
    _add_hosts(made, document)
    for kind in ("isbn", "issn", "doi", "lccn"):
        for value in document.values(kind):
            add(made, "identifier", value, type=kind)
    location = add(made, "location")
    for value in document.values("call_number"):
        add(location, "shelfLocator", value)
    add(location, "url", addresses.record(document.id), usage="primary display")
    for link in document.links:
        if link.kind == "read" and is_web_address(link.url):
            add(location, "url", link.url, access="object in context")
    add(add(made, "recordInfo"), "recordIdentifier", document.id)
    return made


def _add_university(made: Element, document: Document, cited: str) -> None:
    """Who granted the degree (dgg), as it is cited; a publisher that the note does not name only printed the thesis."""
    if not cited or (cited == line(document.first("publisher")) and cited not in document.first("thesis")):
        return
    name = add(made, "name", type="corporate")
    add(name, "namePart", cited)
    add(add(name, "role"), "roleTerm", "dgg", authority="marcrelator", type="code")


def _add_origin(made: Element, document: Document) -> None:
    origin = add(made, "originInfo")
    for place in document.values("publication_place"):
        add(add(origin, "place"), "placeTerm", place, type="text")
    _add_all(origin, document, "publisher", "publisher")
    _add_dates(origin, document)
    _add_all(origin, document, "edition", "edition")
    if not len(origin):
        made.remove(origin)


def _add_dates(origin: Element, document: Document) -> None:
    when = issued(document)
    guessed = {"qualifier": "approximate"} if when.circa else {}
    if when.until:
        add(origin, "dateIssued", when.year, point="start", **guessed)
        add(origin, "dateIssued", when.until, point="end", **guessed)
    elif when.year:
        add(origin, "dateIssued", when.year, **guessed)


def _add_all(parent: Element, document: Document, name: str, field: str) -> None:
    for value in document.values(field):
        add(parent, name, value)


def _add_subjects(made: Element, document: Document) -> None:
    parts = {value: name for field, name in _SUBJECT_PARTS.items() for value in document.values(field)}
    names = dict(_subject_names(document))
    for value in document.values("subject"):
        subject = add(made, "subject")
        first, *divisions = value.split(_BETWEEN)
        if first in names:
            add(add(subject, "name", type=names[first]), "namePart", first)
        else:
            divisions.insert(0, first)
        for part in divisions:
            add(subject, parts.get(part, "topic"), part)


def _subject_names(document: Document) -> Iterator[tuple[str, str]]:
    """Names that headings begin with, and what they are of, as only the record itself says."""
    for field in fields(document, _SUBJECT_NAMES):
        yield heading_text(field).partition(_BETWEEN)[0], _SUBJECT_NAMES[field.tag]


def _add_hosts(made: Element, document: Document) -> None:
    for host in document.related:
        if host.kind == "host" and host.title:
            item = add(made, "relatedItem", type="host")
            add(add(item, "titleInfo"), "title", host.title)
            for kind, number in (("issn", host.issn), ("isbn", host.isbn)):
                if number:
                    add(item, "identifier", number, type=kind)
            _add_part(item, host, document.first("year"))


def _add_part(item: Element, host: Related, year: str) -> None:
    """Where in the host: volume, issue and pages apart, and the record's own words."""
    if not host.part:
        return
    part = add(item, "part")
    volume, issue, pages = place_in_host(host.part)
    for kind, number in (("volume", volume), ("issue", issue)):
        if number:
            add(add(part, "detail", type=kind), "number", number)
    if pages:
        start, _, end = pages.partition("-")
        extent = add(part, "extent", unit="pages")
        add(extent, "start", start)
        if end:
            add(extent, "end", end)
    if year:
        add(part, "date", year)
    add(part, "text", host.part)
