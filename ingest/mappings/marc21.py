"""MARC 21 (and INDOMARC, which follows it) to documents. RULES is the map, to be read by cataloguers.

Facets and sorting hold romanised forms only. What else should be found is searched elsewhere: titles
in original script in `title_other`, names in `responsibility`, headings, publishers and series in
`note`, together with subjects of other vocabularies (MeSH, FAST) that add a word to the record's own.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Final

from ingest.extract import MarcView, indicator, joined, marc, marc_each, right_to_left
from ingest.identity import id_of
from ingest.mapping import apply, to_field, unique
from ingest.mappings.access import access, linked_files, links
from ingest.mappings.audience import audience
from ingest.mappings.formats import formats
from ingest.mappings.languages import language_codes, misplaced_language
from ingest.mappings.names import contributor_names, contributors, name_of, original_names
from ingest.mappings.subjects import eras, genres, heading_text, other_headings, places, subjects
from ingest.record import Field
from ingest.source import Rejected, SourceRecord
from ingest.transform import (
    decade,
    dewey,
    dewey_class,
    doi,
    isbn,
    issn,
    lccn,
    oclc,
    place_name,
    plain,
    publisher_name,
    trim_brackets,
    trim_isbd,
    year,
)
from search.document import Document, DocumentId, Vernacular

# Raise when a change here should rewrite documents whose records have not changed.
MAPPING_VERSION: Final = 3

_MARKS: Final = (":", ";", "=", "/", ".", ",", "-", "(")
_VOLUME: Final = re.compile(r"\s;\s.*$")
_DEWEY_SOURCES: Final = re.compile(r"\s*(?:ddc|\[?\d)")
_NOTES: Final = (
    "500:501:504:507:508:510:511:513:515:516:518:521a:522:524:525:526:530:533:534:536:538:545:546:547:550:555:556:"
    "580:581:585:586:590"
)


def titles(view: MarcView) -> Sequence[str]:
    """The title proper with other title information and part; failing that, the next best title."""
    proper = [title_of(field) for field in view.of("245")]
    if any(proper):
        return proper
    rest: Sequence[str] = [trim_isbd(joined(field, "abcdefghijklmnopqrstuvwxyz")) for field in view.of("245")]
    candidates = (rest, *(extract(view) for extract in _NEXT_TITLES))
    return next((found for found in candidates if any(found)), [])


_NEXT_TITLES: Final = tuple(map(marc, ("246abnp", "130adnp:240anp", "222ab:210a", "740anp", "700t:710t", "773t")))


def title_of(field: Field) -> str:
    """245 $a $b $n $p as "Title : rest. Part"; punctuation is added where an export left it out."""
    text = ""
    for code, value in field.subfields:
        value = plain(value)
        if code == "h" and text and value.endswith((":", "=", ".", ";")):
            text += " " + value[-1]  # "$h [sumber elektronik] :" carries the mark that belongs to the title
        if code not in "abnp" or not value:
            continue
        if not text:
            text = value
        elif text.endswith(_MARKS) or value.startswith(_MARKS):
            text = f"{text.removesuffix('/').rstrip()} {value}"
        else:
            text += f" : {value}" if code in "ab" else f". {value}"
    return trim_isbd(text)


def series(view: MarcView) -> Sequence[str]:
    """Series without volume numbers; the heading (8XX) goes before the form on the piece (490)."""
    traced = [joined(field, "abcdfklmnopqst") for field in view.of("800", "810", "811", "830")]
    on_piece = [value for field in view.of("440") for value in (joined(field, "anp"),)]
    on_piece += [value for field in view.of("490") for value in field.get_subfields("a")]
    return unique(trim_brackets(_VOLUME.sub("", trim_isbd(text))) for text in (*traced, *on_piece))


def call_numbers(view: MarcView) -> list[str]:
    """Shelf marks: 084 first, where Indonesian libraries keep theirs, then local, LC, item and US document numbers."""
    own = [joined(field, "ab") for field in view.of("084") if _is_shelf_mark(field)]
    return [*own, *_OTHER_CALL_NUMBERS(view)]


_OTHER_CALL_NUMBERS: Final = marc("090ab:050ab:099ab:852hijk:086a")


def _is_shelf_mark(field: Field) -> bool:
    """Whether 084 is no number of a foreign classification, which $2 would name."""
    source = field.get("2")
    return not source or _DEWEY_SOURCES.match(source) is not None


def _dewey_like_084(view: MarcView) -> list[str]:
    return [joined(field, "a") for field in view.of("084") if _is_shelf_mark(field)]


def _ean_isbn(view: MarcView) -> list[str]:
    numbers = [joined(field, "a") for field in view.of("024") if indicator(field, 1) == "3"]
    return [number for number in numbers if number.startswith("978")]


def _doi_024(view: MarcView) -> list[str]:
    return [joined(field, "a") for field in view.of("024") if field.get("2").strip().lower() == "doi"]


def _doi_links(view: MarcView) -> list[str]:
    return [url for field in view.of("856") for url in field.get_subfields("u") if "doi.org/" in url]


def _oclc_001(view: MarcView) -> list[str]:
    if "OCoLC" not in view.control("003"):
        return []
    return [f"(OCoLC){number.strip()}" for number in view.control("001")]


RULES: Final = (
    to_field("title", titles, first=True),
    to_field("title_other", marc("130adfklmnoprst:210a:222a:240adfklmnoprst:242abnp:243a", "both"), trim_isbd),
    to_field("title_other", marc("246abnp:247abnp:730adfklmnoprst:740anp:700tnp:710t:711t", "both"), trim_isbd),
    to_field("title_other", marc("245abnp", "original"), trim_isbd),
    to_field("title_other", marc_each("505t", "both"), trim_isbd),
    to_field("contributor", contributor_names),
    to_field("responsibility", marc("245c", "both"), trim_isbd),
    to_field("responsibility", original_names),
    to_field("access", access),
    to_field("format", formats),
    to_field("year", marc("264|*1|c:264|*#|c:260c:264|*4|c:008[7-10]"), year, first=True),
    to_field("year", marc("264|*0|c:264|*2|c:264|*3|c"), year, first=True),
    to_field("year", marc("264|*1|c:264|*#|c:260c:264|*4|c:008[7-10]"), decade, first=True),
    to_field("subject", subjects),
    to_field("language", marc_each("041ad:008[35-37]"), language_codes),
    to_field("language", misplaced_language, language_codes, fallback=True),
    to_field("dewey_class", marc_each("082a:083a:092a"), dewey_class),
    to_field("dewey_class", _dewey_like_084, dewey_class, fallback=True),
    to_field("genre", genres),
    to_field("place", places),
    to_field("era", eras),
    to_field("audience", audience),
    to_field("series", series),
    to_field("publisher", marc_each("264|*1|b:264|*#|b:260b"), publisher_name),
    to_field("publisher", marc_each("264|*0|b:264|*2|b:264|*3|b"), publisher_name, fallback=True),
    to_field("language_original", marc_each("041h"), language_codes),
    to_field("publication_place", marc_each("264|*1|a:264|*#|a:260a"), place_name),
    to_field("publication_place", marc_each("264|*0|a:264|*2|a:264|*3|a"), place_name, fallback=True),
    to_field("edition", marc("250ab"), trim_brackets),
    to_field("physical", marc("300abcefg")),
    to_field("summary", marc("520ab", "both")),
    to_field("contents", marc("505atrg", "both")),
    to_field("note", marc(_NOTES, "both")),
    to_field("note", other_headings),
    to_field("note", marc("260b:264b:440a:490a:800at:810at:811at:830a", "original"), trim_isbd),
    to_field("thesis", marc("502", "both")),
    to_field("isbn", marc_each("020a"), isbn),
    to_field("isbn", _ean_isbn, isbn),
    to_field("isbn", marc_each("020z"), isbn),
    to_field("issn", marc_each("022aly:020a"), issn),
    to_field("lccn", marc_each("010a"), lccn),
    to_field("oclc", marc_each("035a"), oclc),
    to_field("oclc", _oclc_001, oclc, fallback=True),  # 003 often stays behind when a library renumbers 001
    to_field("doi", _doi_024, doi),
    to_field("doi", _doi_links, doi),
    to_field("call_number", call_numbers),
    to_field("dewey", marc_each("082a:083a:092a"), dewey),
    to_field("dewey", _dewey_like_084, dewey, fallback=True),
    to_field("control_number", marc("001")),
    to_field("linked_file", linked_files),
)


def to_document(source_record: SourceRecord, source: str) -> Document | Rejected:
    """The document of a MARC record, or Rejected "no_title"; never raises on what a record holds.

    source: the catalogue's name, the first part of the document's id.
    """
    view = MarcView(source_record.record)
    fields = apply(RULES, view)
    if "title" not in fields:
        reason = "The record has no title (245 $a) and nothing to use in its place; add one."
        return Rejected(source_record.origin, "no_title", reason)
    fields = {"title": fields.pop("title"), **fields}
    return Document(
        id=_document_id(view, source),
        fields=fields,
        contributors=view.once(contributors),
        links=view.once(links),
        vernacular=_vernacular(view),
        raw=source_record.raw,
        fingerprint=_fingerprint(source_record.raw.data, fields, source),
    )


def is_deleted(source_record: SourceRecord) -> bool:
    """Whether the record says that its title is gone from the catalogue (leader 05)."""
    return source_record.record.leader[5] == "d"


def document_id(source_record: SourceRecord, source: str) -> DocumentId:
    """ "<source>.<001>", from 035 or a digest of the description where 001 is missing. Safe in a URL's path."""
    return _document_id(MarcView(source_record.record), source)


_SYSTEM_NUMBERS: Final = marc_each("035a")


def _document_id(view: MarcView, source: str) -> DocumentId:
    numbers = (text.strip() for text in (*view.control("001"), *_SYSTEM_NUMBERS(view)))
    return id_of(source, next((text for text in numbers if text), "") or _description_digest(view))


def _description_digest(view: MarcView) -> str:
    """A number for a record without one: the same description gives the same one at the next load."""
    texts = [plain(joined(field, "abcnp")) for field in view.of("245", "260", "264", "020", "100")]
    return "h" + hashlib.sha1("\n".join(texts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:12]


# The field of search.schema that a tag in original script belongs to; tags by their first digits.
_FIELD_OF_TAG: Final = {
    "245": "title",
    "1": "contributor",
    "70": "contributor",
    "71": "contributor",
    "720": "contributor",
    "130": "title_other",
    "2": "title_other",
    "250": "edition",
    "260": "publisher",
    "264": "publisher",
    "300": "physical",
    "4": "series",
    "8": "series",
    "5": "note",
    "502": "thesis",
    "505": "contents",
    "520": "summary",
    "6": "subject",
    "655": "genre",
    "73": "title_other",
    "74": "title_other",
}


def _vernacular(view: MarcView) -> tuple[Vernacular, ...]:
    found = []
    for tag, field in view.original:
        name = next((_FIELD_OF_TAG[tag[:n]] for n in (3, 2, 1) if tag[:n] in _FIELD_OF_TAG), None)
        text = _original_text(tag, name, field)
        if name and text:
            found.append(Vernacular(name, text, right_to_left(field)))
    return tuple(found)


def _original_text(tag: str, name: str | None, field: Field) -> str:
    if name == "title":
        return title_of(field)
    if name == "contributor":
        return name_of(field, tag)
    if name == "subject":
        return heading_text(field)
    return trim_isbd(plain(joined(field, "abcdefghijklmnopqrstvxyz")))


def _fingerprint(raw: bytes, fields: dict[str, tuple[str, ...]], source: str) -> str:
    """Changes with the record's bytes, the values made of them, or MAPPING_VERSION."""
    digest = hashlib.sha256(raw)
    digest.update(json.dumps((MAPPING_VERSION, source, fields), ensure_ascii=True).encode())
    return digest.hexdigest()[:32]
