"""Dublin Core of a repository (oai_dc) as a MARC record, so that it is shown, searched and exported like all others.

The crosswalk is the Library of Congress's (Dublin Core to MARC 21, unqualified), with what Indonesian systems make
of Dublin Core: SLiMS puts call number, ISBN and permalink into `identifier`, the class number into `subject`, the
material designation into `format`, and adds terms that are no part of the fifteen (hasVersion, extent, isPartOf...);
DSpace, EPrints and OJS give several dates, kinds of thesis in `type`, and rights as an address.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Final

import pymarc
from lxml import etree

from ingest.mapping import words
from ingest.mappings.languages import language_codes
from ingest.readers.records import control_field, data_field
from ingest.record import Field, Record, to_pymarc
from ingest.source import Rejected, SourceRecord, UnreadRecord
from ingest.transform import doi, isbn, issn, plain, year
from search.document import RawRecord

_MAX_VALUES: Final = 2_000
_CITATION_LENGTH: Final = 50

# Leader 06 by the words of `type` and `format`: DCMI's types, and what SLiMS calls a GMD.
_KINDS: Final[Mapping[str, str]] = {
    "text": "a",
    "teks": "a",
    "buku": "a",
    "book": "a",
    "stillimage": "k",
    "still image": "k",
    "image": "k",
    "picture": "k",
    "gambar": "k",
    "foto": "k",
    "movingimage": "g",
    "moving image": "g",
    "video": "g",
    "videorecording": "g",
    "film": "g",
    "sound": "i",
    "sound recording": "i",
    "audio": "i",
    "music": "j",
    "musik": "j",
    "map": "e",
    "peta": "e",
    "cartographic material": "e",
    "software": "m",
    "computer software": "m",
    "computer file": "m",
    "dataset": "m",
    "interactiveresource": "m",
    "interactive resource": "m",
    "collection": "p",
    "kit": "o",
    "physicalobject": "r",
    "physical object": "r",
    "realia": "r",
}
# Leader 07: part of something, or continuing; all else is complete in itself.
_PARTS: Final = frozenset(
    ("article", "artikel", "journal article", "peer-reviewed article", "conferencepaper", "bookpart", "book section")
)
_SERIALS: Final = frozenset(("serial", "journal", "periodical", "majalah", "jurnal", "surat kabar"))
_THESIS: Final = re.compile(
    r"\b(?:thes[ie]s|skripsi|tesis|disertasi|dissertation|tugas akhir)\b|thesis$", re.IGNORECASE
)
_TYPE_PREFIX: Final = re.compile(r"^info:eu-repo/semantics/|^https?://purl\.org/(?:dc/dcmitype|coar/resource_type)/")
# What repositories put into `type` and is no kind of thing.
_NO_GENRE: Final = re.compile(r"(?:published|accepted|submitted|draft|updated)version$|peer-?reviewed", re.IGNORECASE)

_MONTH: Final = re.compile(r"^([0-9]{4})-(?:0[1-9]|1[0-2])$")
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_MIME: Final = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.IGNORECASE)
_PICTURE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp)$", re.IGNORECASE)
_CATALOGUE_PAGE: Final = re.compile(r"p=show_detail|/opac/detail", re.IGNORECASE)
# "899.221", "2X4.1" (Islam, in the Indonesian extension of Dewey); and the same with the marks of a shelf.
_CLASS: Final = re.compile(r"(?:\d{3}|2X\d*)(?:\.\d+)*", re.IGNORECASE)
_SHELF_MARK: Final = re.compile(r"(?:[A-Z]{1,4}\s+)?(?:\d{3}|2X\d*)(?:\.\d+)*\s+\w.*", re.IGNORECASE)
_ISBN: Final = re.compile(r"(?:97[89][- ]?)?(?:\d[- ]?){9}[\dX](?!\d).*", re.IGNORECASE)
_ISSN: Final = re.compile(r"\d{4}-?\d{3}[\dX]", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:urn:)?(?:[ep]-?)?(?:isbn|issn)(?:-1[03])?[:\s]*", re.IGNORECASE)
_DOI: Final = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CHARACTER: Final = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_OPEN: Final = re.compile(r"openaccess$|open access|akses terbuka|creativecommons\.org/", re.IGNORECASE)
_CLOSED: Final = re.compile(r"(?:closed|restricted|embargoed)access$|akses terbatas", re.IGNORECASE)
_CORPORATE: Final = re.compile(
    r"\b(?:universitas|university|institut\w*|kementerian|departemen|dinas|badan|lembaga|perpustakaan|library|"
    r"fakultas|faculty|jurusan|program studi|sekolah|politeknik|akademi|pemerintah|republik|yayasan|pusat|balai|komisi|ministry|department)\b",
    re.IGNORECASE,
)


def read_one(unread: UnreadRecord) -> SourceRecord | Rejected:
    """The record made of an oai_dc element; its number (001) is the repository's identifier."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        element = etree.fromstring(unread.data, parser)
    except etree.XMLSyntaxError as error:
        return Rejected(unread.origin, "bad_xml", f"The XML is damaged: {error.msg}.")
    if len(element) > _MAX_VALUES:
        return Rejected(unread.origin, "too_large", f"The record has more than {_MAX_VALUES:,} elements.")
    values = _values(element)
    if not values:
        return Rejected(unread.origin, "broken_record", "The record is empty.")
    record = Record(_leader(values), list(_fields(values, unread.oai_identifier)))
    data = bytes(pymarc.record_to_xml(to_pymarc(record), namespace=True))  # type: ignore[no-untyped-call]
    raw = RawRecord("marcxml", data, unread.origin.file, unread.origin.position)
    return SourceRecord(unread.origin, record, raw, unread.oai_identifier)


Values = Mapping[str, Sequence[str]]


def _values(element: etree._Element) -> Values:
    """The texts by the element's name, each once, without markup that notes are seen to hold."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for child in element:
        if isinstance(child.tag, str):
            text = plain(_CHARACTER.sub(_character, _TAG.sub(" ", "".join(map(str, child.itertext())))))
            if text:
                found[child.tag.rpartition("}")[2]][text] = None
    return {name: tuple(texts) for name, texts in found.items()}


def _character(reference: re.Match[str]) -> str:
    """What a reference of HTML stands for; XML cannot hold all of it."""
    found = unescape(reference.group())
    return found if found.isprintable() else " "


def _leader(values: Values) -> str:
    said = [_word(text) for name in ("type", "format") for text in values.get(name, ())]
    kind = next((_KINDS[word] for word in said if word in _KINDS), "a")
    level = "b" if _PARTS.intersection(said) else "s" if _SERIALS.intersection(said) else "m"
    # 3: less than a full description; u: by no known rules of description.
    return f"00000n{kind}{level} a22000003u 4500"


def _word(text: str) -> str:
    return _TYPE_PREFIX.sub("", text).strip().lower()


def _fields(values: Values, identifier: str) -> Iterator[Field]:
    """All fields, in the order of their tags."""
    if identifier:
        yield control_field("001", identifier)
    yield control_field("008", _fixed(values))
    made = (*_numbers(values), *_description(values), *_access(values))
    yield from sorted(made, key=lambda field: field.tag)


def _fixed(values: Values) -> str:
    """008: the year, the language, and whether the thing is online; all else is not known (|)."""
    published = _published(values)
    when = year(published) or "uuuu"
    languages = [code for text in values.get("language", ()) for code in _languages(text)]
    online = "o" if any(_MIME.fullmatch(text) for text in values.get("format", ())) else "|"
    return f"      {'s' if when.isdigit() else 'n'}{when}    xx |||||{online}||||||||||| {(languages or ['und'])[0]} d"[
        :40
    ]


def _published(values: Values) -> str:
    """Of several dates the earliest year: a repository's own dates of taking in are later. Of a month the year, for
    "2010-11" is two years where records of libraries have it (W3CDTF against MARC 21).

    >>> _published({"date": ["2019-02-01T08:00:00Z", "2010-11"]}), _published({"date": ["2010-11-05"]})
    ('2010', '2010-11-05')
    """
    dates = [(found, text) for text in values.get("date", ()) if (found := year(text))]
    if not dates:
        return next(iter(values.get("date", ())), "")
    text = min(dates)[1].partition("T")[0]
    return _MONTH.sub(r"\1", text)


def _languages(text: str) -> tuple[str, ...]:
    """Known codes for a code, a code with a country or a name.

    >>> _languages("en_US"), _languages("Bahasa Indonesia"), _languages("ind; eng"), _languages("Bugis lama")
    (('eng',), ('ind',), ('ind', 'eng'), ())
    """
    codes = language_codes(re.sub(r"[-_][A-Za-z]{2}$", "", text).lower().removeprefix("bahasa "))
    return codes if all(code in words("languages", "codes") for code in codes) else ()


def _numbers(values: Values) -> Iterator[Field]:
    for text in values.get("identifier", ()):
        yield _identifier(text)
    for text in values.get("language", ()):
        if codes := _languages(text):
            yield from (_field("041", "  ", ("a", code)) for code in codes)
        else:
            yield _field("546", "  ", ("a", text))


def _identifier(text: str) -> Field:
    """An identifier in the field of its kind; 024 for what is of none."""
    if found := _DOI.fullmatch(text):
        return _field("024", "7 ", ("a", doi(found.group(1)) or found.group(1)), ("2", "doi"))
    if _URL.match(text):
        # A page of the catalogue tells of the thing; it is not the thing (2: related).
        return _field("856", "42" if _CATALOGUE_PAGE.search(text) else "40", ("u", text))
    bare = _SCHEME.sub("", text, count=1) if _SCHEME.match(text) else text
    named = bare != text
    if _ISBN.fullmatch(bare) and (named or _is_isbn(bare)):
        return _field("020", "  ", ("a", bare))
    if _ISSN.fullmatch(bare) and (named or "-" in bare or _is_issn(bare)):
        return _field("022", "  ", ("a", issn(bare)))
    if _SHELF_MARK.fullmatch(text):
        return _field("084", "  ", ("a", text))
    if len(text) > _CITATION_LENGTH and " " in text:  # EPrints: how to cite it
        return _field("524", "  ", ("a", text))
    return _field("024", "8 ", ("a", text))


def _is_isbn(text: str) -> bool:
    """Whether a number that nothing calls an ISBN is one: by its start or its check digit."""
    forms = isbn(text)
    return len(forms) == 2 or any(len(form) == 13 and form.startswith(("978", "979")) for form in forms)


def _is_issn(text: str) -> bool:
    """Whether eight digits are an ISSN and no date or number of another kind (ISO 3297, check digit).

    >>> _is_issn("01259989"), _is_issn("20190512")
    (True, False)
    """
    total = sum(int(digit) * weight for digit, weight in zip(text[:7], range(8, 1, -1), strict=True))
    return text[7].upper() == "0123456789X"[-total % 11]


def _description(values: Values) -> Iterator[Field]:
    yield from _titles(values)
    for element, role in (("creator", "aut"), ("contributor", "ctb")):
        yield from (_name(name, role, place) for text in values.get(element, ()) for name, place in _persons(text))
    imprint = [("b", text) for text in values.get("publisher", ())]
    if published := _published(values):
        imprint.append(("c", published))
    if imprint:
        yield _field("260", "  ", *imprint)
    yield from _each(values, "hasVersion", "250", "  ", "a")
    yield from _each(values, "extent", "300", "  ", "a")
    yield from _each(values, "isPartOf", "490", "0 ", "a")
    yield from _each(values, "coverage", "500", "  ", "a")
    yield from _each(values, "hasPart", "852", "  ", "p")  # SLiMS: the barcodes of its copies
    for text in dict.fromkeys((*values.get("description", ()), *values.get("abstract", ()))):
        yield _field("520", "  ", ("a", text))
    for text in values.get("subject", ()):
        yield from _subject(text)
    for text in values.get("type", ()):
        yield from _type(text)
    yield from _sources(values)


def _each(values: Values, name: str, tag: str, indicators: str, code: str) -> Iterable[Field]:
    return (_field(tag, indicators, (code, text)) for text in values.get(name, ()))


def _titles(values: Values) -> Iterator[Field]:
    titles = values.get("title", ())
    # The material designation, where SLiMS's own MARC has it too.
    material = [
        text for text in values.get("format", ()) if not _MIME.fullmatch(text) and not any(map(str.isdigit, text))
    ]
    for title in titles[:1]:
        parts = [("a", title.rstrip(" :/")), *(("h", f"[{text}]") for text in material[:1])]
        yield _field("245", "00", *parts)
    for title in (*titles[1:], *values.get("alternative", ())):
        yield _field("246", "33", ("a", title))


def _sources(values: Values) -> Iterator[Field]:
    """The journal an article stands in ("Name; Vol 3 No 2 (2019); 1-10", and its ISSN: OJS), else what it is taken from."""
    if not _PARTS.intersection(_word(text) for text in values.get("type", ())):
        yield from _each(values, "source", "786", "0 ", "n")
        return
    journal: dict[str, str] = {}
    for text in values.get("source", ()):
        title, _, place = (part.strip() for part in text.partition(";"))
        found = {"x": text} if _ISSN.fullmatch(text) else {"t": title, "g": place}
        journal = {**found, **journal}
    parts = [(code, journal[code]) for code in "tgx" if journal.get(code)]
    if parts:
        yield _field("773", "0 ", *parts)


def _persons(text: str) -> Sequence[tuple[str, str]]:
    """The names in a value, each with the body that its bearer belongs to: OJS 2 writes that behind the name.

    >>> _persons("Lasut, Joni; Universitas Sam Ratulangi"), _persons("Wenas, Maria; Lasut, Joni")
    ([('Lasut, Joni', 'Universitas Sam Ratulangi')], [('Wenas, Maria', ''), ('Lasut, Joni', '')])
    >>> _persons("Budi Santoso; Fakultas Teknik, Unsrat"), _persons(";")
    ([('Budi Santoso', 'Fakultas Teknik, Unsrat')], [(';', '')])
    >>> _persons("Kementerian Kelautan; Direktorat Jenderal Tangkap")
    [('Kementerian Kelautan; Direktorat Jenderal Tangkap', '')]
    """
    name, *others = [part.strip() for part in text.split(";") if part.strip()] or [text]
    if not others or _CORPORATE.search(name):
        return [(text, "")]
    if _CORPORATE.search(others[0]) or ("," in name and "," not in others[0]):
        return [(name, "; ".join(others))]
    return [(part, "") for part in (name, *others)]


def _name(text: str, role: str, place: str = "") -> Field:
    """A name: turned round is a person's; what a body is called after is a body's; else nobody says (720).

    place: the body that a person belongs to.
    """
    if place:
        return _field("700", "1 " if "," in text else "0 ", ("a", text), ("u", place), ("4", role))
    if _CORPORATE.search(text):
        return _field("720", "2 ", ("a", text), ("4", role))
    if "," in text:
        return _field("700", "1 ", ("a", text), ("4", role))
    return _field("720", "  ", ("a", text), ("4", role))


def _subject(text: str) -> Iterator[Field]:
    if _CLASS.fullmatch(text):
        yield _field("082" if text[0].isdigit() and "X" not in text.upper() else "084", "  ", ("a", text))
        return
    for part in text.split(";"):
        if part.strip():
            yield _field("653", "  ", ("a", part.strip()))


def _type(text: str) -> Iterator[Field]:
    word = _TYPE_PREFIX.sub("", text)
    if _NO_GENRE.search(word):
        return
    if _THESIS.search(word):
        yield _field("502", "  ", ("a", word))
    yield _field("655", " 7", ("a", word), ("2", "local"))


def _access(values: Values) -> Iterator[Field]:
    for text in values.get("rights", ()):
        if _OPEN.search(text):
            yield _field("506", "0 ", ("a", "Open access"), ("2", "star"))
        elif _CLOSED.search(text):
            yield _field("506", "1 ", ("a", _TYPE_PREFIX.sub("", text)))
        if not _TYPE_PREFIX.match(text):
            yield _field("540", "  ", ("u" if _URL.match(text) else "a", text))
    for text in values.get("format", ()):
        if any(map(str.isdigit, text)) and not _MIME.fullmatch(text):
            yield _field("300", "  ", ("a", text))
    for text in values.get("relation", ()):
        if _URL.match(text):
            yield _field("856", "42", ("u", text))
        elif not _PICTURE.search(text):  # SLiMS gives the name of the cover's file here
            yield _field("787", "0 ", ("n", text))


def _field(tag: str, indicators: str, *subfields: tuple[str, str]) -> Field:
    return data_field(tag, indicators, subfields)
