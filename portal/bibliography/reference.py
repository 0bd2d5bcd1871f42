"""What is cited of a title, once for all forms: RIS, BibTeX, CSL, schema.org, citation_* and COinS say the same."""

import re
from dataclasses import dataclass
from typing import Final

from ingest.record import Field
from portal import links as addresses
from portal.bibliography.dates import issued
from portal.bibliography.headings import fields, headings
from portal.bibliography.kinds import ARTICLE, CHAPTER, Kind, kind_of
from portal.bibliography.names import Names, names
from portal.bibliography.texts import MAX_TEXT, line, title_line
from portal.bibliography.theses import Thesis, stated, thesis, thesis_title
from portal.presenters.wording import html_language
from portal.reader.rights import may_read
from search.document import Document, Related
from search.numerals import roman_value

MAX_ABSTRACT: Final = 10_000
MOST_VALUES: Final = 100
_VOLUME: Final = re.compile(
    r"\b(?:(?:vol|volume|v|jil|jilid|bd)\b\.?\s*(\d{1,6}|(?-i:[IVXLC]{1,8})\b)"
    r"|(?:th|thn|tahun)\b\.?\s*(?:ke-?)?(\d{1,3}\b|(?-i:[IVXLC]{1,8})\b))",  # "Tahun 2010" is a date
    re.IGNORECASE,
)
_ISSUE: Final = re.compile(
    r"\b(?:nos?|nomor|issue|edisi|bil|bilangan)\b\.?\s*(\d{1,6}(?:[-–/]\d{1,6}\b)?)", re.IGNORECASE
)
_PAGES: Final = re.compile(
    r"\b(?:p|pp|pages?|hlm|hal|halaman|ms)\b[.:]?\s*([a-z]?\d{1,7})\b(?:\s*[-–]\s*([a-z]?\d{1,7}))?", re.IGNORECASE
)
# Without words: "5(2), 12-20", "53:2" (as 773 $q has it, "96:4<23"), "no. 7, Juli 1999: 23-30".
_NUMBERS: Final = re.compile(r"\s*(\d{1,4})\s?(?::\s?|\()(\d{1,3}(?:[-–/]\d{1,3})?)\b(?![\d-])\)?(?:<(\d{1,7}))?")
_LIKE_YEAR: Final = re.compile(r"1[5-9]\d\d|20\d\d")
_LAST_RANGE: Final = re.compile(r"[:),]\s{0,5}(\d{1,7})\s{0,5}[-–]\s{0,5}(\d{1,7})[\s.]{0,5}$")
_EXTENT: Final = re.compile(r"\b(\d{1,6})\s*(?:p|pages?|hlm|hal|halaman)\b", re.IGNORECASE)
# Where in a set of microfilms: "Roll 93, Item 6".
_REEL: Final = re.compile(r"\b(?:roll|reel|rol|fiche|mikrofilm|microfilm)\b\.?\s*\d", re.IGNORECASE)
# Words for an edition that have a full stop, which is taken for the end of the area; that after any other is (ISBD 0.3).
_SHORT: Final = re.compile(r"\b(?:[eé]d|rev|cet|enl|augm|corr|aufl|uppl|izd|vers)$", re.IGNORECASE)
_HOST: Final = frozenset(("773",))
_THESIS: Final = frozenset(("502",))
_DATE: Final = re.compile(r",?\s*[\[(]?[c©]?(?:1[5-9]|20)\d\d[-\d]*[\])]?[\s.]*$")
_ONLINE: Final = frozenset(("ebook", "website", "database", "article", "journal", "newspaper", "audiobook", "video"))
# Maps, pictures and recordings are that first; that they are online only their description says.
_REMOTE: Final = re.compile(
    r"\bonline resource|\b(?:sumber|sumber daya) (?:daring|elektronik)|\bberkas daring", re.IGNORECASE
)
# What a cataloguer adds to the name of a series or serial to tell it from others of that name.
_QUALIFIER: Final = re.compile(r"\s\(([^()]*)\)$")
_SERIES_NUMBER: Final = re.compile(
    r"(?:nos?|nr|nomor|v|vol|volume|jil|jilid|bd|ke)\b[.\s-]*(\w[\w./-]*)", re.IGNORECASE
)
# "published by J. H. Colton", as old title pages have it.
_BY: Final = re.compile(
    r"(?:published|issued|printed|diterbitkan|dikeluarkan|dicetak)(?: (?:and|dan) [a-z]+)? (?:by|oleh) (?=\w)",
    re.IGNORECASE,
)
# A body that the statement of responsibility has in full (AACR2 1.4D4): "The Administration".
_SHORTENED: Final = re.compile(r"[Tt]he ([A-Z]\w+)")
_WIDER_PLACE: Final = re.compile(r",? \[([^\[\]]+)\]$")  # added by the cataloguer
# Where a place is not known, but the country: "[s.l.], Indonesia".
_NO_PLACE: Final = re.compile(r"s\. ?l\.,?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """A title to be cited. Texts are one line each, "" where the record says nothing.

    until: the last of several years. circa: its years are guessed. publisher: of a thesis, the university. host: what an article or chapter stands in. pages: where in it, "12-20". extent: how many pages a book has.
    language: a tag of BCP 47. address: the lasting address of the record. pdf: that of an e-book's file. online: where the
    title itself can be read, "" for what is only on the shelf, so that a printed book is not cited as a web page.
    """

    id: str
    kind: Kind
    title: str
    names: Names
    year: str = ""
    until: str = ""
    circa: bool = False
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


def reference(document: Document, base: str = "") -> Reference:
    """base: the portal's public address, without a slash at its end, that stands before all others."""
    host = next((related for related in document.related if related.kind == "host"), None)
    field = None if host is None else next(fields(document, _HOST), None)
    kind = _kind(document, host, field)
    within = host if host is not None and kind in (ARTICLE, CHAPTER) else Related("host")
    publisher, place = _publisher(document), _place(line(document.first("publication_place")))
    if kind is CHAPTER and not publisher and field is not None:
        place, publisher = _imprint(field.get("d"))
    said = _thesis(document) if kind.csl == "thesis" else Thesis()
    if said.school and said.school != publisher:
        publisher, place = said.school, ""  # whoever printed it, a thesis is cited as its university's
    series, _, number = line(document.first("series_statement")).partition(" ; ")
    extent = _EXTENT.search(document.first("physical")[:MAX_TEXT])
    volume, issue, pages = place_in_host(within.part)
    when = issued(document)
    return Reference(
        id=document.id,
        kind=kind,
        title=thesis_title(title_line(document.title)) if kind.csl == "thesis" else title_line(document.title),
        names=names(document.contributors, (publisher,), headings(document)),
        year=when.year,
        until=when.until,
        circa=when.circa,
        publisher=publisher,
        place=place,
        edition=_edition(line(document.first("edition"))),
        isbn=document.first("isbn") or within.isbn,
        issn=document.first("issn") or within.issn,
        doi=line(document.first("doi")),
        series=_unqualified(series),
        series_number=_series_number(number.rstrip(". ")),
        host=_unqualified(title_line(within.title)),
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


def _kind(document: Document, host: Related | None, field: Field | None) -> Kind:
    """What the format says, but for components of what is no journal: records have one code for all components.

    field: the host's own, if it was read. The fourth character of its $7 is the bibliographic level of the host.
    """
    kind = kind_of(document.values("format"))
    if kind is not ARTICLE or host is None or host.issn:
        # Open-access books come coded as components, of nothing.
        return kind_of(("book",)) if kind is ARTICLE and host is None and document.first("isbn") else kind
    if host.isbn or (field is not None and field.get("7")[3:4] == "m"):
        return CHAPTER
    return kind_of(("book",)) if _REEL.search(host.part[:MAX_TEXT]) else kind


def _thesis(document: Document) -> Thesis:
    field = next(fields(document, _THESIS), None)
    if field is not None and field.get("c"):
        return stated(field.get("b"), field.get("c"), field.get("g"))
    return thesis(document.first("thesis"))


def _online(document: Document, base: str) -> str:
    if document.ebook is not None:
        return base + addresses.permalink(document.id)
    if not _ONLINE.intersection(document.values("format")) and not _REMOTE.search(
        document.first("physical")[:MAX_TEXT]
    ):
        return ""
    read = (link.url.strip() for link in document.links if link.kind == "read")
    return next((url for url in read if len(url) <= MAX_TEXT and addresses.is_web_address(url)), "")


def place_in_host(part: str) -> tuple[str, str, str]:
    """Volume, issue and pages, "" for each that is not said.

    >>> place_in_host("Vol. 85, no. 152 (August 6, 2020), p. 47698-47712")
    ('85', '152', '47698-47712')
    >>> place_in_host("Th. XII, No. 7-8, Juli 1999: 23-30"), place_in_host("5(2), hlm. 12")
    (('12', '7-8', '23-30'), ('5', '2', '12'))
    >>> place_in_host("2010: 5"), place_in_host("53: 12-20"), place_in_host("2010(5), 12-20")
    (('', '', ''), ('53', '', '12-20'), ('', '5', '12-20'))
    """
    text = part[:MAX_TEXT]
    volume, issue, pages = _VOLUME.search(text), _ISSUE.search(text), _PAGES.search(text) or _LAST_RANGE.search(text)
    bare = _NUMBERS.match(text) if volume is None and issue is None else None
    if bare is not None:
        number, within, first = bare.groups("")
        if _LIKE_YEAR.fullmatch(number):  # "2010(5)" is an issue of a year, "2010: 5" may be a page or one
            number, within = "", within if "(" in bare[0] else ""
        elif pages and ": " in bare[0]:  # "53: 12-20" are pages, and "53:2-3" issues
            within = ""
        return number, within, _joined(pages) if pages else first
    return (
        _arabic(volume[1] or volume[2]) if volume else "",
        issue[1].replace("–", "-") if issue else "",
        _joined(pages) if pages else "",
    )


def _arabic(number: str) -> str:
    """A volume as every style has it (Chicago 14.171, MLA 5.51), whatever the record has.

    >>> _arabic("XIV"), _arabic("12")
    ('14', '12')
    """
    return number if number.isdecimal() else str(roman_value(number))


def _joined(pages: re.Match[str]) -> str:
    return "-".join(filter(None, pages.groups()))


def _publisher(document: Document) -> str:
    """The first publisher; the body itself where the record shortens its name to a word for what it is."""
    text = _BY.sub("", line(document.first("publisher")), count=1)
    found = _SHORTENED.fullmatch(text)
    if found is None:
        return text
    names = (line(body.name) for body in document.contributors if body.kind == "corporate")
    bodies = (_QUALIFIER.sub("", name).rsplit(". ", 1)[-1] for name in names)
    return next((body for body in bodies if body.endswith(f" {found[1]}") or body.startswith(f"{found[1]} of ")), text)


def _place(text: str) -> str:
    """
    >>> _place("[s.l.], India"), _place("Reston, Va.?"), _place("Denver [Colo.]"), _place("Yerushala[y]im")
    ('India', 'Reston, Va.', 'Denver, Colo.', 'Yerushalayim')
    """
    bare = _WIDER_PLACE.sub(r", \1", text).replace("[", "").replace("]", "").rstrip("?")
    return _NO_PLACE.sub("", bare, count=1)


def _unqualified(title: str) -> str:
    """
    >>> _unqualified("Fact sheet (United States. Department of State)"), _unqualified("Jurnal laut (Edisi khusus)")
    ('Fact sheet', 'Jurnal laut (Edisi khusus)')
    """
    found = _QUALIFIER.search(title)
    added = found is not None and (found[1] in ("Online", "Print") or ". " in found[1] or " : " in found[1])
    return title[: found.start()] if found is not None and added else title


def _series_number(text: str) -> str:
    """Without the word before it, which styles and programs have of their own.

    >>> _series_number("no. 94-1369"), _series_number("vol. 3, no. 2"), _series_number("R47997")
    ('94-1369', 'vol. 3, no. 2', 'R47997')
    """
    found = _SERIES_NUMBER.fullmatch(text)
    return found[1] if found is not None else text


def _imprint(text: str) -> tuple[str, str]:
    """Place and publisher of a host (773 $d).

    >>> _imprint("Jakarta : Pustaka Jaya, 2010."), _imprint("Yogyakarta, 1999")
    (('Jakarta', 'Pustaka Jaya'), ('Yogyakarta', ''))
    """
    place, _, publisher = _DATE.sub("", line(text)).partition(":")
    return _place(place.strip(" ,;")), publisher.strip(" ,;")


def _edition(text: str) -> str:
    """
    >>> _edition("5th ed."), _edition("[Rev. ed.]."), _edition("Cetakan pertama."), _edition("2nd ed., rev. and enl")
    ('5th ed.', 'Rev. ed.', 'Cetakan pertama', '2nd ed., rev. and enl.')
    """
    bare = text.strip("[]. ")
    return f"{bare}." if _SHORT.search(bare) else bare
