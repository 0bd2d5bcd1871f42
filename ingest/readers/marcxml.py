"""MARCXML, alone or in the envelopes of OAI-PMH and SRU, read as a stream."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5
from typing import BinaryIO, Final, TypeVar, cast

from lxml import etree

from ingest.readers.encoding import composed, is_utf8
from ingest.readers.records import MAX_FIELDS, MAX_RECORD_BYTES, control_field, data_field, leader, set_apart
from ingest.readers.xml_fields import forget, has_doctype, is_marked, lenient, local_name, pull_parser, quick_record
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
    for item in cut(stream, file):
        yield item if isinstance(item, Rejected) else read_one(item)


def cut(stream: BinaryIO, file: str) -> Iterator[UnreadRecord | Rejected]:
    """What `read` gives, but for `read_one`: each record as a document of its own, and what is wrong with the whole."""
    position = 0
    try:
        for data, offset in _records(stream):
            position += 1
            yield UnreadRecord(Origin(file, position, offset), "marcxml", data)
    except etree.XMLSyntaxError as error:
        lost = f"nothing after record {position} could be read" if position else "no record could be read"
        yield Rejected(Origin(file, position + 1), "bad_xml", f"The XML is damaged, {lost}: {error.msg}.")
    except _RefusalError as refusal:
        yield Rejected(Origin(file, position + 1 if position else 0), "bad_xml", str(refusal))
    else:
        if not position:
            yield Rejected(Origin(file), "not_marc", "No MARC record is in this XML file.")


def read_one(unread: UnreadRecord) -> SourceRecord | Rejected:
    """The record in the bytes that `cut` gave."""
    origin, data = unread.origin, unread.data
    record = quick_record(data)
    if record is None:
        element = lenient(data)
        if element is None:
            return Rejected(origin, "broken_record", "The record is damaged beyond reading.", data, "marcxml")
        record = _record(element)
    if record.count > MAX_FIELDS:
        return Rejected(origin, "too_large", f"The record has more than {MAX_FIELDS:,} fields.", data, "marcxml")
    if not record.count:
        return Rejected(origin, "broken_record", "The record has no fields.", data, "marcxml")
    if reason := set_apart(record):
        return Rejected(origin, "not_bibliographic", reason, data, "marcxml")
    return SourceRecord(origin, record, RawRecord("marcxml", data, origin.file, origin.position))


_CONTROL_NUMBER: Final = re.compile(rb"""<(?:[\w.-]+:)?controlfield\s+tag=["']001["']\s*>([^<&\x80-\xff]*)<""")


def control_number(data: bytes) -> str:
    """The text of 001 from a record's bytes, "" where they do not give it away at once."""
    found = _CONTROL_NUMBER.search(data)
    return found[1].decode("ascii") if found else ""


def _records(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The text of each record and where it begins.

    A plain document is cut where records begin and end, which takes a tenth of the time of parsing it and lets one damaged
    record cost only itself. From the first place on that is not plain (a comment, an instruction, another encoding) a
    parser reads. Raises etree.XMLSyntaxError, _RefusalError.
    """
    text = _Text(stream)
    if not text.held.strip():
        return
    if _DOCTYPE.match(text.held) or any(mark in text.held for mark in _WIDE_DOCTYPES):
        raise _RefusalError(_DOCTYPE_REASON)
    prolog = b""
    position = 0
    while start := text.search(_RECORD_START):
        gap = text.held[text.at : start.start()]
        if not position:
            prolog = gap
        end = text.find(b"</%brecord>" % start[1], start.end())
        whole = text.held[start.start() : end] if end >= 0 else b""
        plain = _is_plain_prolog(prolog) if not position else not is_marked(gap) and b"field" not in gap
        if not whole or not plain or is_marked(whole):
            break
        position += 1
        yield _standalone(whole, start[1], prolog, gap), text.offset + start.start()
        text.drop(end)
    if position and not prolog[_after_declaration(prolog) :].strip() and text.is_blank():
        return  # the record is the document
    parsed = _parsed(prolog if position else b"", text)
    yield from ((etree.tostring(found, encoding="utf-8", with_tail=False), offset) for found, offset in parsed)


_RECORD_START: Final = re.compile(
    rb"<((?:[\w.-]+:)?)record(?:\s[^<>]*)?>\s*<(?:[\w.-]+:)?(?:leader|controlfield|datafield)[\s>]"
)
_XML_DECLARATION: Final = re.compile(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^<>]*\?>""")
_ENCODING: Final = re.compile(rb"""encoding\s*=\s*["']([^"']*)""")
_PLAIN_ENCODINGS: Final = (b"utf-8", b"utf8", b"ascii", b"us-ascii")
# Every byte but the control characters that XML forbids.
_ALLOWED: Final = bytes(byte for byte in range(256) if byte >= 0x20 or byte in b"\t\n\r")
# What XML does not know: a character by its name in HTML, or an ampersand that was not written out.
_LOOSE_AMPERSAND: Final = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)(?:([A-Za-z][A-Za-z0-9]{1,31});)?"
)
_LONGEST_NAME: Final = 33
_UNTOUCHED_FROM: Final = re.compile(rb"<!\[CDATA\[|\x00")  # a marked section; the second byte of UTF-16
# The end of a block that may be half a reference, or half the mark of a section.
_HALF: Final = re.compile(rb"(?:&#?[A-Za-z0-9]{0,32}|<(?:!(?:\[(?:C(?:D(?:A(?:T(?:A)?)?)?)?)?)?)?)\Z")


def _after_declaration(prolog: bytes) -> int:
    declaration = _XML_DECLARATION.match(prolog)
    return declaration.end() if declaration else 0


def _is_plain_prolog(prolog: bytes) -> bool:
    """Whether a document that begins so is UTF-8, and says nothing of what only a parser understands."""
    end = _after_declaration(prolog)
    encoding = _ENCODING.search(prolog, 0, end)
    if encoding is not None and encoding[1].lower() not in _PLAIN_ENCODINGS:
        return False
    return b"\0" not in prolog and not is_marked(prolog[end:])


def _standalone(record: bytes, prefix: bytes, prolog: bytes, gap: bytes) -> bytes:
    """The text of a record as a document of its own: with its namespace, and without what XML forbids.

    prolog, gap: what stands before the first record, and right before this one.
    """
    if b"xmlns" not in record[: record.find(b">")]:
        before = prolog + gap if b"xmlns" in gap else prolog
        if declaration := _namespace(prefix, before):
            head = len(b"<%brecord" % prefix)
            record = b"%b %b%b" % (record[:head], declaration, record[head:])
    if b"&" in record:
        record = _LOOSE_AMPERSAND.sub(_written_out, record)
    damaged = record.translate(None, _ALLOWED)
    if damaged or not is_utf8(record):
        element = lenient(record.decode("utf-8", "replace").encode())
        return record if element is None else etree.tostring(element, encoding="utf-8")
    return record


def _by_number(found: "re.Match[bytes]") -> bytes:
    """The references by number, which XML knows, for a character by its name in HTML; b"" for what is no such name."""
    name = f"{(found[1] or b'').decode()};"
    return "".join(f"&#{ord(character)};" for character in html5.get(name, "")).encode()


class _Mending:
    """Makes XML of what is none in the blocks of a document: loose ampersands, and characters by their names in HTML.

    In a marked section (CDATA) both stand for themselves, so from the first one on nothing is changed, and nothing in UTF-16.
    """

    def __init__(self) -> None:
        self._held, self._ended = b"", False

    def block(self, text: bytes) -> bytes:
        """The block, mended; its end is held back where it may be half of something."""
        text, self._held = self._held + text, b""
        if self._ended:
            return text
        if end := _UNTOUCHED_FROM.search(text):
            self._ended = True
            return _LOOSE_AMPERSAND.sub(_written_out, text[: end.start()]) + text[end.start() :]
        if half := _HALF.search(text, max(0, len(text) - _LONGEST_NAME)):
            text, self._held = text[: half.start()], half[0]
        return _LOOSE_AMPERSAND.sub(_written_out, text)

    def rest(self) -> bytes:
        return self._held


def _written_out(found: "re.Match[bytes]") -> bytes:
    return _by_number(found) or b"&amp;" + found[0][1:]


@lru_cache(maxsize=16)
def _namespace(prefix: bytes, before: bytes) -> bytes:
    """The declaration of the namespace that a prefix stands for, b"" without."""
    name = b"xmlns:%b" % prefix[:-1] if prefix else b"xmlns"
    declared: list[bytes] = re.findall(rb"""\s(%b=(?:"[^"<]*"|'[^'<]*'))""" % re.escape(name), before)
    return declared[-1] if declared else b""


class _Text:
    """The part of a stream that is being looked at. held begins at `offset` of it; before `at` all is done with."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.held = stream.read(_BLOCK_BYTES)
        self.offset = self.at = 0

    def search(self, pattern: "re.Pattern[bytes]") -> "re.Match[bytes] | None":
        while (found := pattern.search(self.held, self.at)) is None and self._more():
            pass
        return found

    def find(self, mark: bytes, start: int) -> int:
        """Where the next `mark` ends, -1 when none comes."""
        while (at := self.held.find(mark, start)) < 0:
            start = max(start, len(self.held) - len(mark))
            if not self._more():
                return -1
        return at + len(mark)

    def drop(self, end: int) -> None:
        """All before `end` is done with."""
        self.at = end
        if end > 8 * _BLOCK_BYTES:
            self.held, self.offset, self.at = self.held[end:], self.offset + end, 0

    def is_blank(self) -> bool:
        """Whether nothing more comes; reads on only where what is held is blank."""
        while not self.held[self.at :].strip():
            if not self._more():
                return True
        return False

    def read(self) -> bytes:
        """The next bytes, those that are held first."""
        block = self.held[self.at :] or self._stream.read(_BLOCK_BYTES)
        self.offset, self.held, self.at = self.offset + self.at + len(block), b"", 0
        return block

    def _more(self) -> bool:
        if len(self.held) - self.at > MAX_RECORD_BYTES:
            raise _RefusalError(_NO_END_REASON)
        block = self._stream.read(_BLOCK_BYTES)
        self.held += block
        return bool(block)


def _parsed(before: bytes, text: _Text) -> Iterator[tuple[etree._Element, int]]:
    """Elements of MARC records, each emptied after use, with the offset of the block they ended in.

    before: what stood at the document's beginning, when its middle has been read already.
    """
    parser = pull_parser(("end",), "{*}record")
    last_record = offset = text.offset + text.at
    looked = False
    mending = _Mending()
    block = before or text.read()
    while block:
        block = mending.block(block)
        broken: etree.XMLSyntaxError | None = None
        try:
            parser.feed(block)
        except etree.XMLSyntaxError as error:
            broken = error  # records that ended before the damage are still waiting
        for _, found in parser.read_events():
            element = cast(etree._Element, found)
            if not looked:  # a DOCTYPE stands before all elements
                looked = True
                _refuse_doctype(element)
            if _is_marc(element):
                last_record = offset
                yield element, offset
            forget(element)
        if broken is not None:
            raise broken
        offset = text.offset
        if offset - last_record > MAX_RECORD_BYTES:
            raise _RefusalError(_NO_END_REASON)
        block = text.read()
    parser.feed(mending.rest())
    _refuse_doctype(parser.close())


_NO_END_REASON: Final = f"No end of a record within {MAX_RECORD_BYTES:,} bytes; the rest was not read."


def _refuse_doctype(element: etree._Element) -> None:
    if has_doctype(element):
        raise _RefusalError(_DOCTYPE_REASON)


def _is_marc(element: etree._Element) -> bool:
    """Whether a <record> holds fields itself: the envelopes of OAI-PMH and SRU have that name too."""
    return any(local_name(child) in ("leader", "controlfield", "datafield") for child in element)


def _record(element: etree._Element) -> Record:
    """The record of a <record>; fields without a tag and subfields without a code are left out."""
    fields = []
    text = ""
    for child in element:
        name, tag = local_name(child), (child.get("tag") or "").strip()
        if name == "leader":
            text = child.text or ""
        elif name == "controlfield" and tag:
            fields.append(control_field(tag, composed(child.text or "")))
        elif name == "datafield" and tag:
            indicators = (child.get("ind1") or " ")[:1] + (child.get("ind2") or " ")[:1]
            subfields = [
                (code, composed("".join(map(str, part.itertext())) if len(part) else part.text or ""))
                for part in child
                if (code := part.get("code"))
            ]
            fields.append(data_field(tag, indicators, subfields))
    return Record(leader(text), fields)
