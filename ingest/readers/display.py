"""A stored record read back for showing: tags, indicators and subfields as a cataloguer knows them."""

import io
from dataclasses import dataclass

import pymarc
from lxml import etree

from search.document import RawRecord


@dataclass(frozen=True, slots=True)
class MarcLine:
    """One field. A control field has a value, a data field subfields (code, value); the leader stands as "LDR"."""

    tag: str
    indicators: str = ""
    value: str = ""
    subfields: tuple[tuple[str, str], ...] = ()


def marc_lines(raw: RawRecord) -> list[MarcLine]:
    """The fields of a record in its own order, [] when it cannot be read back or there is none."""
    record = _record(raw)
    if record is None:
        return []
    lines = [MarcLine("LDR", value=str(record.leader))]
    for field in record.fields:
        if field.is_control_field():
            lines.append(MarcLine(field.tag, value=field.data or ""))
        else:
            subfields = tuple((subfield.code, subfield.value) for subfield in field.subfields)
            lines.append(MarcLine(field.tag, "".join(field.indicators or ""), subfields=subfields))
    return lines


def _record(raw: RawRecord) -> pymarc.Record | None:
    if raw.format == "marcxml":
        return _from_xml(raw.data)
    if raw.format == "marc":
        return _from_iso2709(raw.data)
    return None


def _from_iso2709(data: bytes) -> pymarc.Record | None:
    """Damaged characters are shown as U+FFFD rather than not at all."""
    reader = pymarc.MARCReader(io.BytesIO(data), permissive=True, utf8_handling="replace")
    return next(iter(reader), None)


def _from_xml(data: bytes) -> pymarc.Record | None:
    # The reader that stored it refused DOCTYPEs; entities stay unresolved here all the same.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None
    element = root if etree.QName(root).localname == "record" else root.find(".//{*}record")
    if element is None:
        return None
    record = pymarc.Record()
    for child in element.iterchildren("{*}leader", "{*}controlfield", "{*}datafield"):
        _add(record, child)
    return record


def _add(record: pymarc.Record, element: etree._Element) -> None:
    kind = etree.QName(element).localname
    if kind == "leader":
        record.leader = pymarc.Leader((element.text or "").ljust(24)[:24])
        return
    tag = str(element.get("tag") or "")
    if kind == "controlfield":
        record.fields.append(pymarc.Field(tag=tag, data=element.text or ""))
        return
    subfields = [
        pymarc.Subfield(code=str(child.get("code") or ""), value=child.text or "")
        for child in element.iterchildren("{*}subfield")
    ]
    indicators = pymarc.Indicators(str(element.get("ind1") or " "), str(element.get("ind2") or " "))
    record.fields.append(pymarc.Field(tag=tag, indicators=indicators, subfields=subfields))
