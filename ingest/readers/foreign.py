"""Records in another form than MARC's own two. They are kept as MARCXML, which holds any length and any script."""

import re
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from ingest.readers.records import MAX_FIELDS, leader, set_apart
from ingest.record import Field, Record
from ingest.source import Origin, Rejected, SourceRecord
from search.document import RawRecord

# For records whose form has no leader: a new record of a printed book, in Unicode.
DEFAULT_LEADER: Final = "00000nam a2200000   4500"

_NAMESPACE: Final = "http://www.loc.gov/MARC21/slim"
_LINE_BREAKS: Final = re.compile(r"\s*[\t\r\n]\s*")
# What XML 1.0 cannot hold; a lone surrogate is written in JSON as "\ud800".
_UNWRITABLE: Final = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def made_record(leader_text: str, fields: Sequence[Field]) -> Record:
    """The record, with a leader that says Unicode (09 "a"), which its text is by now."""
    text = leader(clean(leader_text)) if leader_text.strip() else DEFAULT_LEADER
    return Record(f"{text[:9]}a{text[10:]}", [_clean_field(field) for field in fields])


def source_record(record: Record, origin: Origin) -> SourceRecord | Rejected:
    """What a reader gives of a record from `made_record`: set apart, refused, or with MARCXML made of it."""
    if not record.fields:
        return Rejected(origin, "broken_record", "The record has no fields.")
    if len(record.fields) > MAX_FIELDS:
        return Rejected(origin, "too_large", f"The record has more than {MAX_FIELDS:,} fields.")
    if apart := set_apart(record):
        return Rejected(origin, "not_bibliographic", apart)
    return SourceRecord(origin, record, RawRecord("marcxml", to_marcxml(record), origin.file, origin.position))


def clean(text: str) -> str:
    """Text as a MARC field may hold it: line ends are blanks, control characters and lone surrogates go.

    >>> clean("Laut\\r\\nSulawesi\\x00")
    'Laut Sulawesi'
    """
    if text.isprintable():
        return text
    return _UNWRITABLE.sub("", _LINE_BREAKS.sub(" ", text))


def _clean_field(field: Field) -> Field:
    subfields = [(clean(code), clean(value)) for code, value in field.subfields]
    return Field(clean(field.tag), field.indicators and clean(field.indicators).ljust(2), subfields, clean(field.data))


def to_marcxml(record: Record) -> bytes:
    """The record as a MARCXML document, from which the reader of MARCXML makes the same record."""
    parts = [f'<record xmlns="{_NAMESPACE}"><leader>{escape(record.leader)}</leader>']
    for field in record.fields:
        tag = quoteattr(field.tag)
        if field.is_control:
            parts.append(f"<controlfield tag={tag}>{escape(field.data)}</controlfield>")
            continue
        first, second = map(quoteattr, field.indicators)
        parts.append(f"<datafield tag={tag} ind1={first} ind2={second}>")
        parts += [f"<subfield code={quoteattr(code)}>{escape(value)}</subfield>" for code, value in field.subfields]
        parts.append("</datafield>")
    parts.append("</record>")
    return "".join(parts).encode()
