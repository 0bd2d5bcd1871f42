"""MARCXML, alone or in the envelopes of OAI-PMH and SRU, read as a stream."""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, TypeVar, cast

from lxml import etree

from ingest.readers.records import MAX_FIELDS, MAX_RECORD_BYTES, control_field, data_field, leader, set_apart
from ingest.record import Record
from ingest.source import Origin, Rejected, SourceRecord, UnreadRecord
from search.document import RawRecord

_BLOCK_BYTES: Final = 1 << 16
# Comments and processing instructions may stand before a DOCTYPE; they are skipped to find it.
_DOCTYPE: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_DOCTYPE_REASON: Final = "The file has a DOCTYPE, which MARCXML does not need and which can do harm; remove it."
_WIDE_DOCTYPES: Final = ("<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))

T = TypeVar("T")


class _RefusalError(Exception):
    """The document is not read further; the reason is for a cataloguer."""


def read(stream: BinaryIO, file: str) -> Iterator[SourceRecord | Rejected]:
    """Every MARC record of an XML document, in order, whatever its namespace or envelope.

    Where the document breaks, the records before are given and one Rejected "bad_xml" stands for the
    rest. A DOCTYPE is refused: it can make a small file grow without end or open other files.
    Memory is one record. XML without records gives one Rejected "not_marc".
    """
    return _each(stream, file, lambda element, origin: _read(element, origin, _bytes(element)))


def cut(stream: BinaryIO, file: str) -> Iterator[UnreadRecord | Rejected]:
    """What `read` gives, but for `read_one`: each record as a document of its own."""
    return _each(stream, file, lambda element, origin: UnreadRecord(origin, "marcxml", _bytes(element)))


def read_one(unread: UnreadRecord) -> SourceRecord | Rejected:
    """The record in the bytes that `cut` gave."""
    # A parser's limits were kept when the file was cut; escaping may have made the text longer since. What is wrong
    # with a namespace is told at the document's end, by `cut`, and costs no record before it.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, recover=True)
    return _read(etree.fromstring(unread.data, parser), unread.origin, unread.data)


_CONTROL_NUMBER: Final = re.compile(rb"""<(?:[\w.-]+:)?controlfield\s+tag=["']001["']\s*>([^<&\x80-\xff]*)<""")


def control_number(data: bytes) -> str:
    """The text of 001 from a record's bytes, "" where they do not give it away at once."""
    found = _CONTROL_NUMBER.search(data)
    return found[1].decode("ascii") if found else ""


def _each(
    stream: BinaryIO, file: str, take: Callable[[etree._Element, Origin], T | Rejected]
) -> Iterator[T | Rejected]:
    """What `take` makes of every record, and what is wrong with the document. An element is empty once it is taken."""
    position = 0
    try:
        for element, offset in _elements(stream):
            position += 1
            yield take(element, Origin(file, position, offset))
    except etree.XMLSyntaxError as error:
        lost = f"nothing after record {position} could be read" if position else "no record could be read"
        yield Rejected(Origin(file, position + 1), "bad_xml", f"The XML is damaged, {lost}: {error.msg}.")
    except _RefusalError as refusal:
        yield Rejected(Origin(file, position + 1 if position else 0), "bad_xml", str(refusal))
    else:
        if not position:
            yield Rejected(Origin(file), "not_marc", "No MARC record is in this XML file.")


def _elements(stream: BinaryIO) -> Iterator[tuple[etree._Element, int]]:
    """Elements of MARC records, each emptied after use, with the offset of the block they ended in."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag="{*}record",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    offset = last_record = 0
    block = stream.read(_BLOCK_BYTES)
    if not block.strip():
        return
    if _DOCTYPE.match(block) or any(mark in block for mark in _WIDE_DOCTYPES):
        raise _RefusalError(_DOCTYPE_REASON)
    while block:
        broken: etree.XMLSyntaxError | None = None
        try:
            parser.feed(block)
        except etree.XMLSyntaxError as error:
            broken = error  # records that ended before the damage are still waiting
        for event, found in parser.read_events():
            element = cast(etree._Element, found)
            if element.getroottree().docinfo.internalDTD is not None:
                raise _RefusalError(_DOCTYPE_REASON)
            if event == "end":
                if _is_marc(element):
                    last_record = offset
                    yield element, offset
                _forget(element)
        if broken is not None:
            raise broken
        offset += len(block)
        if offset - last_record > MAX_RECORD_BYTES:
            raise _RefusalError(f"No end of a record within {MAX_RECORD_BYTES:,} bytes; the rest was not read.")
        block = stream.read(_BLOCK_BYTES)
    parser.close()


def _is_marc(element: etree._Element) -> bool:
    """Whether a <record> holds fields itself: the envelopes of OAI-PMH and SRU have that name too."""
    return any(_name(child) in ("leader", "controlfield", "datafield") for child in element)


def _forget(element: etree._Element) -> None:
    """Free an element and those before it; the emptied element itself stays until its parent ends."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _bytes(element: etree._Element) -> bytes:
    return etree.tostring(element, encoding="utf-8", with_tail=False)


def _read(element: etree._Element, origin: Origin, data: bytes) -> SourceRecord | Rejected:
    if len(element) > MAX_FIELDS:
        return Rejected(origin, "too_large", f"The record has more than {MAX_FIELDS:,} fields.", data, "marcxml")
    record = _record(element)
    if not record.fields:
        return Rejected(origin, "broken_record", "The record has no fields.", data, "marcxml")
    if reason := set_apart(record):
        return Rejected(origin, "not_bibliographic", reason, data, "marcxml")
    return SourceRecord(origin, record, RawRecord("marcxml", data, origin.file, origin.position))


def _record(element: etree._Element) -> Record:
    """The record of a <record>; fields without a tag and subfields without a code are left out."""
    fields = []
    text = ""
    for child in element:
        name, tag = _name(child), (child.get("tag") or "").strip()
        if name == "leader":
            text = child.text or ""
        elif name == "controlfield" and tag:
            fields.append(control_field(tag, child.text or ""))
        elif name == "datafield" and tag:
            indicators = (child.get("ind1") or " ")[:1] + (child.get("ind2") or " ")[:1]
            subfields = [
                (code, "".join(map(str, part.itertext())) if len(part) else part.text or "")
                for part in child
                if (code := part.get("code"))
            ]
            fields.append(data_field(tag, indicators, subfields))
    return Record(leader(text), fields)


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
