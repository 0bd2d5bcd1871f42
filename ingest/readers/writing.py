"""A stored record written out for other catalogues: ISO 2709 and MARCXML, in UTF-8 whatever it was read from.

A document that came without a record gets one of what is known of it.
"""

import re
import xml.etree.ElementTree as ET  # written with, never read with
from collections.abc import Iterator
from typing import Final

import pymarc

from ingest.readers.display import stored_record
from ingest.record import Field, Record, to_pymarc
from search.document import Document

MARCXML_NAMESPACE: Final = "http://www.loc.gov/MARC21/slim"
# Five digits of a leader and four of a directory entry can say no more (ISO 2709).
MAX_RECORD_BYTES: Final = 99_999
MAX_FIELD_BYTES: Final = 9_999
_TAG: Final = re.compile(r"[0-9A-Za-z]{3}", re.ASCII)
# Separators of ISO 2709 and what XML 1.0 cannot hold.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LEADER: Final = "00000nam a2200000 i 4500"
_UNKNOWN_DATE: Final = "      "
MOST_VALUES: Final = 500


def records_of(document: Document) -> Iterator[Record]:
    """The records that a document was made of, in order; what cannot be read back is made anew from what is known."""
    for member in document.records:
        raw = member.raw
        record = stored_record(raw) if raw is not None and raw.data else None
        yield record if record is not None else described(member)


def iso2709(document: Document) -> bytes:
    """Its records one after the other. One too long for ISO 2709 stands as it came, or is left out if it came as XML."""
    written = []
    for member, record in zip(document.records, records_of(document), strict=True):
        made = to_pymarc(_sound(record))
        data = made.as_marc()
        fits = len(data) <= MAX_RECORD_BYTES and all(len(f.as_marc("utf-8")) <= MAX_FIELD_BYTES for f in made.fields)
        if fits:
            written.append(data)
        elif member.raw is not None and member.raw.format == "marc":
            written.append(member.raw.data)
    return b"".join(written)


def marcxml(document: Document) -> str:
    """Its records as <record> elements, each on a line, of the namespace that an element around them declares."""
    nodes: list[ET.Element] = [
        pymarc.record_to_xml_node(to_pymarc(_sound(record)))  # type: ignore[no-untyped-call]
        for record in records_of(document)
    ]
    return "".join(f"{ET.tostring(node, encoding='unicode')}\n" for node in nodes)


def described(document: Document) -> Record:
    """A record of what a document says, for one that has none of its own."""

    def field(tag: str, indicators: str, *subfields: tuple[str, str]) -> list[Field]:
        held = [(code, value) for code, value in subfields if value]
        return [Field(tag, indicators, held)] if held else []

    def each(tag: str, indicators: str, name: str) -> list[Field]:
        return [made for value in document.values(name)[:MOST_VALUES] for made in field(tag, indicators, ("a", value))]

    year = document.first("year").rjust(4, "u")[:4]
    language = next(iter(document.values("language")), "und")[:3].ljust(3)
    fields = [
        Field("001", data=document.first("control_number") or document.id),
        Field("008", data=f"{_UNKNOWN_DATE}s{year}    xx            000 0 {language} d"),
        *each("020", "  ", "isbn"),
        *each("022", "  ", "issn"),
        *each("082", "04", "dewey"),
        *each("084", "  ", "call_number"),
    ]
    main = next((c for c in document.contributors if c.main), None)
    if main is not None:
        fields += field("100" if main.kind == "person" else "110", "1 ", ("a", main.name))
    fields += field("245", "10" if main is not None else "00", ("a", document.title))
    publication = (("a", document.first("publication_place")), ("b", document.first("publisher")))
    fields += field("264", " 1", *publication, ("c", document.first("year")))
    fields += [*each("300", "  ", "physical"), *each("520", "  ", "summary"), *each("653", "  ", "subject")]
    for added in document.contributors[:MOST_VALUES]:
        if added is not main:
            fields += field("700" if added.kind == "person" else "710", "1 ", ("a", added.name))
    for link in document.links[:MOST_VALUES]:
        fields += field("856", "40", ("u", link.url), ("3", link.label))
    return Record(_LEADER, fields)


def _sound(record: Record) -> Record:
    """The record without what no MARC can hold: characters that part fields, tags that are none."""
    leader = "".join(ch if " " <= ch <= "~" else " " for ch in record.leader)
    return Record(leader, [_sound_field(field) for field in record.fields if _TAG.fullmatch(field.tag)])


def _sound_field(field: Field) -> Field:
    if field.is_control:
        return Field(field.tag, data=_without(field.data))
    subfields = [(code, _without(value)) for code, value in field.subfields if code.isascii() and code > " "]
    return Field(field.tag, "".join(ch if " " <= ch <= "~" else " " for ch in field.indicators), subfields)


def _without(text: str) -> str:
    return _FORBIDDEN.sub("", text)
