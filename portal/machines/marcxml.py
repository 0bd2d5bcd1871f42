"""A document as MARCXML: the record as the library wrote it, else one made of what is known."""

import re
from typing import Final

from ingest.identity import id_of
from ingest.readers.writing import MARCXML_NAMESPACE, records_of
from ingest.record import Field
from portal.machines.xml import Element, add, root
from search.document import Document

SCHEMA: Final = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
_LEADER_LENGTH: Final = 24
_TAG: Final = re.compile(r"[0-9A-Za-z]{3}", re.ASCII)
_CODE: Final = re.compile(r"[!-~]")


def marcxml(document: Document) -> Element:
    """The record element. Of records joined into one document it is the first, which gave the id."""
    record = next(records_of(document))
    made = root("record", MARCXML_NAMESPACE, schema=SCHEMA)
    add(made, "leader", _leader(record.leader))
    fields = [field for field in record.fields if _TAG.fullmatch(field.tag)]
    number, source = _number(document), document.first("source")
    if not any(field.tag == "001" and id_of(source, field.data) == document.id for field in fields):
        # Whoever takes the record over again must come to the same number.
        fields = [Field("001", data=number), *(field for field in fields if field.tag != "001")]
    for field in fields:
        _add_field(made, field)
    return made


def _leader(text: str) -> str:
    """24 characters that no writer of MARC stumbles over; 09: what stands here is Unicode."""
    plain = "".join(ch if " " <= ch <= "~" else " " for ch in text[:_LEADER_LENGTH].ljust(_LEADER_LENGTH))
    return f"{plain[:9]}a{plain[10:]}"


def _add_field(record: Element, field: Field) -> None:
    if field.is_control:
        add(record, "controlfield", field.data, tag=field.tag)
        return
    made = add(record, "datafield", tag=field.tag)
    for name, indicator in zip(("ind1", "ind2"), f"{field.indicators}  ", strict=False):
        made.set(name, indicator if " " <= indicator <= "~" else " ")
    for code, value in field.subfields:
        if _CODE.fullmatch(code):
            add(made, "subfield", value, code=code)


def _number(document: Document) -> str:
    source = document.first("source")
    return document.id.removeprefix(f"{source}.") if source else document.id
