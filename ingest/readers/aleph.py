"""ALEPH sequential: a line a field, each with the system number of its record.

    000000001 24510 L $$aLaut :$$bcerita.

Nine digits, tag, indicators, a letter for the script, then the text; "^" is a blank of fixed places.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from ingest.readers.encoding import Decode, decoder
from ingest.readers.foreign import DEFAULT_LEADER, made_record, source_record
from ingest.readers.lines import Line, lines, unread_records
from ingest.readers.records import MAX_RECORD_BYTES, control_field, data_field, is_control
from ingest.record import Field
from ingest.source import Rejected, SourceRecord, UnreadRecord

_NUMBER: Final = re.compile(rb"([0-9]{9}) ")
_NUMBER_TEXT: Final = re.compile(rb"^[0-9]{9} 001.. . ?(?:\$\$a)?([^\n]+)", re.MULTILINE)
_FIELD: Final = re.compile(rb"[0-9]{9} ([0-9A-Z]{3})(.)(.) . ?(.*)", re.DOTALL)
_SUBFIELD: Final = re.compile(rb"\$\$(?=[0-9A-Za-z])")
# ALEPH's own: the leader, the kind of the record, and that it was deleted.
_LEADER, _DELETED, _OWN = "LDR", "DEL", frozenset({"LDR", "DEL", "FMT", "SYS"})


def read(stream: BinaryIO, file: str) -> Iterator[SourceRecord | Rejected]:
    """Every record of a file, in order, damaged ones as Rejected; a file without any gives one "not_marc"."""
    for item in cut(stream, file):
        yield item if isinstance(item, Rejected) else read_one(item)


def cut(stream: BinaryIO, file: str) -> Iterator[UnreadRecord | Rejected]:
    """What `read` gives, but for `read_one`: the lines that follow each other with one system number."""
    none = "No record in ALEPH's sequential form is in this file."
    return unread_records(_records(lines(stream)), file, "aleph", none)


def _records(found: Iterator[Line]) -> Iterator[list[Line]]:
    """Lines of one record each; what stands before the first is passed over, what has no number goes on a field."""
    held: list[Line] = []
    number = b""
    size = 0
    for line in found:
        start = _NUMBER.match(line.data)
        if start is None and (not held or not (line.data.strip() or line.too_long)):
            continue
        if start is not None and held and start[1] != number:
            yield held
            held, size = [], 0
        number = start[1] if start else number
        size += len(line.data)
        held.append(line)
        if size > MAX_RECORD_BYTES:
            held[:] = [held[0]._replace(data=b"", too_long=True)]  # only has to be known to be there
    if held:
        yield held


def read_one(unread: UnreadRecord) -> SourceRecord | Rejected:
    """The record in the lines that `cut` gave. Its system number is its 001 where it has none."""
    leader, deleted = "", False
    fields: list[Field] = []
    decode = decoder(unread.data, says_utf8=True)
    for line in _whole_lines(unread.data):
        found = _FIELD.match(line)
        if found is None:
            reason = f'A field of this record has not the form of ALEPH: "{decode(line[:40])}".'
            return Rejected(unread.origin, "broken_record", reason)
        tag = found[1].decode()
        if tag == _LEADER:
            leader = decode(found[4]).replace("^", " ")
        deleted = deleted or tag == _DELETED
        if tag not in _OWN:
            fields.append(_field(tag, (found[2] + found[3]).decode("ascii", "replace"), found[4], decode))
    if fields and not any(field.tag == "001" for field in fields):
        fields.insert(0, control_field("001", unread.data[:9].decode()))
    if deleted:
        leader = leader or DEFAULT_LEADER
        leader = f"{leader[:5]}d{leader[6:]}"
        fields = fields or [control_field("001", unread.data[:9].decode())]
    return source_record(made_record(leader, fields), unread.origin)


def written_number(data: bytes) -> bytes:
    """The bytes of 001, else the system number, whatever else of the record can be read."""
    found = _NUMBER_TEXT.search(data) or _NUMBER.match(data)
    return found[1] if found else b""


def _whole_lines(data: bytes) -> list[bytes]:
    whole: list[bytes] = []
    for line in data.split(b"\n"):
        if _NUMBER.match(line):
            whole.append(line)
        else:
            whole[-1] += b" " + line.strip()
    return whole


def _field(tag: str, indicators: str, content: bytes, decode: Decode) -> Field:
    if is_control(tag):
        # SYS numbers may be kept as "$$a..." there as well; only the text is meant.
        return control_field(tag, decode(content.removeprefix(b"$$a")).replace("^", " "))
    before, *parts = _SUBFIELD.split(content)
    if not parts:
        return control_field(tag, decode(before))
    return data_field(tag, indicators.replace("^", " "), [(chr(part[0]), decode(part[1:])) for part in parts])
