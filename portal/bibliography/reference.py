"""What is cited of a title, once for all forms: RIS, BibTeX, CSL, schema.org, citation_* and COinS say the same."""

import re
from dataclasses import dataclass
from typing import Final

from portal import links as addresses
from portal.bibliography.headings import headings
from portal.bibliography.kinds import ARTICLE, CHAPTER, Kind, kind_of
from portal.bibliography.names import Names, names
from portal.bibliography.texts import MAX_TEXT, line, title_line
from portal.bibliography.theses import Thesis, thesis
from portal.presenters.wording import html_language
from portal.reader.rights import may_read
from search.document import Document, Related

MAX_ABSTRACT: Final = 10_000
MOST_VALUES: Final = 100
_VOLUME: Final = re.compile(r"\b(?:vol|volume|v|jil|jilid|th|tahun)\b\.?\s*(\d{1,6})", re.IGNORECASE)
_ISSUE: Final = re.compile(r"\b(?:no|nomor|issue|edisi)\b\.?\s*(\d{1,6})", re.IGNORECASE)
_RANGE: Final = re.compile(r"\b(?:p|pp|pages?|hlm|hal|halaman)\b\.?\s*(\d{1,7})\s*[-–]\s*(\d{1,7})", re.IGNORECASE)
_EXTENT: Final = re.compile(r"\b(\d{1,6})\s*(?:p|pages?|hlm|hal|halaman)\b", re.IGNORECASE)
# Where in a set of microfilms: "Roll 93, Item 6".
_REEL: Final = re.compile(r"\b(?:roll|reel|rol|fiche|mikrofilm|microfilm)\b\.?\s*\d", re.IGNORECASE)
# Words for an edition that keep their full stop; that after any other ends the area (ISBD 0.3).
_SHORT: Final = re.compile(r"\b(?:[eé]d|rev|cet|enl|augm|corr|aufl|uppl|izd|vers)$", re.IGNORECASE)
_ONLINE: Final = frozenset(("ebook", "website", "database", "article", "journal", "newspaper", "audiobook", "video"))


@dataclass(frozen=True, slots=True)
class Reference:
    """A title to be cited. Texts are one line each, "" where the record says nothing.

    publisher: of a thesis, the university. host: what an article or chapter stands in. pages: where in it, "12-20". extent: how many pages a book has.
    language: a tag of BCP 47. address: the lasting address of the record. pdf: that of an e-book's file. online: where the
    title itself can be read, "" for what is only on the shelf, so that a printed book is not cited as a web page.
    """

    id: str
    kind: Kind
    title: str
    names: Names
    year: str = ""
    publisher: str = ""
    place: str = ""
    edition: str = ""
    isbn: str = ""
    issn: str = ""
    doi: str = ""
    series: str = ""
    series_number: str = ""
    host: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    extent: str = ""
    degree: str = ""
    language: str = ""
    abstract: str = ""
    subjects: tuple[str, ...] = ()
    call_number: str = ""
    address: str = ""
    pdf: str = ""
    online: str = ""


def reference(document: Document, base: str = "", *, in_a_list: bool = False) -> Reference:
    """base: the portal's public address, without a slash at its end, that stands before all others.

    in_a_list: names as the index has them. What else the record says of them takes as long to read as all the rest.
    """
    host = next((related for related in document.related if related.kind == "host"), None)
    kind = _kind(document, host)
    within = host if host is not None and kind in (ARTICLE, CHAPTER) else Related("host")
    publisher, place = line(document.first("publisher")), line(document.first("publication_place")).strip("[]")
    said = thesis(document.first("thesis")) if kind.csl == "thesis" else Thesis()
    if said.school and said.school != publisher:
        publisher, place = said.school, ""  # whoever printed it, a thesis is cited as its university's
    series, _, number = line(document.first("series_statement")).partition(" ; ")
    extent = _EXTENT.search(document.first("physical")[:MAX_TEXT])
    volume, issue, pages = place_in_host(within.part)
    return Reference(
        id=document.id,
        kind=kind,
        title=title_line(document.title),
        names=names(document.contributors, (publisher,), {} if in_a_list else headings(document)),
        year=document.first("year"),
        publisher=publisher,
        place=place,
        edition=_edition(line(document.first("edition"))),
        isbn=document.first("isbn") or within.isbn,
        issn=document.first("issn") or within.issn,
        doi=line(document.first("doi")),
        series=series,
        series_number=number.rstrip(". "),
        host=title_line(within.title),
        volume=volume,
        issue=issue,
        pages=pages,
        extent=extent.group(1) if extent and not pages else "",
        degree=said.degree,
        language=html_language(document),
        abstract=line(document.first("summary"), MAX_ABSTRACT),
        subjects=tuple(line(subject) for subject in document.values("subject")[:MOST_VALUES]),
        call_number=line(document.first("call_number")),
        address=base + addresses.permalink(document.id),
        pdf=base + addresses.pdf(document.id) if document.ebook is not None and may_read(document) else "",
        online=_online(document, base),
    )


def _kind(document: Document, host: Related | None) -> Kind:
    """What the format says, but for components of what is no journal: records have one code for all components."""
    kind = kind_of(document.values("format"))
    if kind is not ARTICLE or host is None or host.issn:
        return kind
    if host.isbn:
        return CHAPTER
    return kind_of(("book",)) if _REEL.search(host.part[:MAX_TEXT]) else kind


def _online(document: Document, base: str) -> str:
    if document.ebook is not None:
        return base + addresses.permalink(document.id)
    if not _ONLINE.intersection(document.values("format")):
        return ""
    read = (link.url.strip() for link in document.links if link.kind == "read")
    return next((url for url in read if len(url) <= MAX_TEXT and addresses.is_web_address(url)), "")


def place_in_host(part: str) -> tuple[str, str, str]:
    """Volume, issue and pages, "" for each that is not said.

    >>> place_in_host("Vol. 85, no. 152 (August 6, 2020), p. 47698-47712")
    ('85', '152', '47698-47712')
    """
    text = part[:MAX_TEXT]
    volume, issue, pages = _VOLUME.search(text), _ISSUE.search(text), _RANGE.search(text)
    return (
        volume.group(1) if volume else "",
        issue.group(1) if issue else "",
        f"{pages.group(1)}-{pages.group(2)}" if pages else "",
    )


def _edition(text: str) -> str:
    """
    >>> _edition("5th ed."), _edition("[Rev. ed.]."), _edition("Cetakan pertama.")
    ('5th ed.', 'Rev. ed.', 'Cetakan pertama')
    """
    bare = text.strip("[]. ")
    return f"{bare}." if _SHORT.search(bare) and "." in text[len(text.rstrip("[]. ")) :] else bare
