"""MARC in JSON: one record, an array, or records one after another, in the shapes that systems write.

    {"leader": "...", "fields": [{"001": "1"}, {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "Laut"}]}}]}
    {"leader": "...", "controlfield": [{"tag": "001", "data": "1"}], "datafield": [{"tag": "245", "ind": "10", ...}]}
    {"record": [["LDR", " ", " ", "_", "..."], ["245", "1", "0", "a", "Laut"]]}

The file is cut by its brackets as it comes; only the text of one record is ever parsed.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from ingest.readers.blocks import text_blocks
from ingest.readers.encoding import decoder
from ingest.readers.foreign import made_record, source_record
from ingest.readers.records import MAX_RECORD_BYTES, control_field, data_field, is_control
from ingest.record import Field, Subfield
from ingest.source import Origin, Rejected, SourceRecord, UnreadRecord

# Records of these shapes are six deep; a parser of JSON dies of some thousands.
MAX_DEPTH: Final = 16
_MAX_STRANGE_OBJECTS: Final = 100

# Where a record begins, whatever went wrong before: in a string these quotes would have a backslash.
_BEGINS: Final = rb'\s{0,32}(?:"leader"|leader)\s{0,8}:\s{0,8}"'
_BEGINS_BYTES: Final = 96
_STRING: Final = rb'"(?>[^"\\\n{]+|\\.|\{(?!' + _BEGINS + rb'))*+"'
_TOKEN: Final = re.compile(rb"(?P<begins>\{(?=" + _BEGINS + rb"))|(?P<string>" + _STRING + rb')|[{}\[\]"]', re.DOTALL)
# A list of records may lie in an object of its own, after facts about the list.
_ENVELOPE: Final = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*(?:"[^"\\]{1,64}"\s*:\s*(?:"[^"\\]{0,500}"|[-+.\w]{1,40})\s*,\s*){0,20}'
    rb'"(?:records|data|items|results|docs|hits|response|collection)"\s*:\s*(?=[\[{])'
)
_MARC_KEYS: Final = re.compile(rb'"?(?:leader|fields|controlfields?|datafields?|record)"?\s*:')
# In the three shapes of a field: {"001": "x"}, {"tag": "001", "data": "x"}, ["001", null, null, "_", "x"].
_NUMBER_TEXT: Final = re.compile(
    rb'"001"\s*(?::|,\s*"(?:data|value|content)"\s*:|,[^"]{0,99}"_"\s*,)\s*"?([^"\\,{}\[\]\n]+)'
)
# Drafts of the form leave out the quotes of names and some commas.
_LOOSE: Final = re.compile(
    r'"(?>[^"\\]+|\\.)*+"|[A-Za-z_]\w*(?=\s*:)|[\]}](?=\s*["A-Za-z_{\[])|,(?=\s*[\]}])', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Object:
    """The text of an outermost object, and where in the file it begins."""

    offset: int
    data: bytes
    depth: int
    complete: bool = True
    too_long: bool = False


class _ShapeError(Exception):
    """The object is JSON, and no record; says why."""


def read(stream: BinaryIO, file: str) -> Iterator[SourceRecord | Rejected]:
    """Every record of a file, in order, damaged ones as Rejected; a file without any gives one "not_marc"."""
    for item in cut(stream, file):
        yield item if isinstance(item, Rejected) else read_one(item)


def cut(stream: BinaryIO, file: str) -> Iterator[UnreadRecord | Rejected]:
    """What `read` gives, but for `read_one`. Memory is one record and one block."""
    position, is_marc = 0, False
    strange: list[Rejected] = []  # kept back until something shows that the file is MARC at all
    blocks, start = text_blocks(stream)
    for found in _objects(blocks, max(0, start)):
        position += 1
        item = _cut_one(found, Origin(file, position, found.offset if start >= 0 else 0))
        if isinstance(item, Rejected) and not is_marc:
            strange.append(item)
            if len(strange) >= _MAX_STRANGE_OBJECTS:
                break
            continue
        if not is_marc:
            is_marc = True
            yield from strange
        yield item
    if not is_marc:
        large = next((item for item in strange if item.code == "too_large"), None)
        yield large or Rejected(Origin(file), "not_marc", "No MARC record is in this JSON file.")


def _cut_one(found: _Object, origin: Origin) -> UnreadRecord | Rejected:
    if found.too_long:
        return Rejected(origin, "too_large", f"No end of record within {MAX_RECORD_BYTES:,} bytes.")
    if found.depth > MAX_DEPTH:
        reason = f"The record is nested more than {MAX_DEPTH} levels deep: it was made to do harm."
        return Rejected(origin, "too_large", reason)
    if not _MARC_KEYS.search(found.data):
        return Rejected(origin, "broken_record", "This JSON object has neither a leader nor fields.")
    return UnreadRecord(origin, "marcjson", found.data, found.complete)


def _objects(blocks: Iterator[bytes], base: int) -> Iterator[_Object]:
    """The outermost objects of a text in JSON, whose first block begins at `base`, by counting brackets outside of strings.

    A record that breaks off is ended by the leader of the next one.
    """
    held, final = next(blocks, b""), False
    at = 0  # up to here `held`, which begins at `base` in the file, was looked at
    while envelope := _ENVELOPE.match(held, at):
        at = envelope.end()
    begun = depth = deepest = 0
    too_long = False
    while True:
        token = _TOKEN.search(held, at)
        if not final and _is_undecided(token, held, at):
            at = token.start() if token else len(held)
            too_long = too_long or (depth > 0 and base + at - begun > MAX_RECORD_BYTES)
            gone = begun - base if depth and not too_long else at
            block = next(blocks, b"")
            held, base, at, final = held[gone:] + block, base + gone, at - gone, not block
            continue
        if token is None:
            break
        mark, start, at = token.group(), token.start(), token.end()
        if token.lastgroup == "begins" and depth:
            yield _Object(begun, b"" if too_long else held[begun - base : start], deepest, False, too_long)
            depth = 0
        if mark == b"{" or (mark == b"[" and depth):
            if not depth:
                begun, deepest, too_long = base + start, 0, False
            depth += 1
            deepest = max(deepest, depth)
        elif mark in (b"}", b"]") and depth:
            depth -= 1
            if not depth:
                size = base + at - begun
                too_long = too_long or size > MAX_RECORD_BYTES
                yield _Object(begun, b"" if too_long else held[begun - base : at], deepest, True, too_long)
    if depth:
        yield _Object(begun, b"" if too_long else held[begun - base :], deepest, False, too_long)


def _is_undecided(token: re.Match[bytes] | None, held: bytes, at: int) -> bool:
    """Whether more of the file could make another token of this one."""
    if token is None or token.end() > len(held) - _BEGINS_BYTES:
        return True
    # A quote that ends no string yet; a string goes over no line end, and over no more than a record's length.
    return token.group() == b'"' and held.find(b"\n", at) < 0 and len(held) - at <= MAX_RECORD_BYTES


def read_one(unread: UnreadRecord) -> SourceRecord | Rejected:
    """The record in the text that `cut` gave."""
    try:
        found = _parsed(decoder(unread.data, says_utf8=True)(unread.data))
        record = made_record(_leader(found), list(_fields(found)))
    except (_ShapeError, ValueError) as error:
        reason = f"This record is no sound JSON: {error}."
        if not unread.complete:
            reason = f"The record breaks off. {reason}"
        return Rejected(unread.origin, "broken_record", reason)
    return source_record(record, unread.origin)


def written_number(data: bytes) -> bytes:
    """The bytes of 001, whatever else of the record can be read; b"" where they are not told at once."""
    found = _NUMBER_TEXT.search(data)
    return found[1] if found else b""


def _parsed(text: str) -> dict[str, object]:
    """Raises ValueError. Numbers stay as they are written; line ends in strings, which JSON forbids, are let through."""
    try:
        found = json.loads(text, strict=False, parse_int=str, parse_float=str, parse_constant=str)
    except ValueError:
        loose = _LOOSE.sub(_tightened, text)
        found = json.loads(loose, strict=False, parse_int=str, parse_float=str, parse_constant=str)
    if not isinstance(found, dict):
        raise _ShapeError("it is no object")
    return found


def _tightened(found: re.Match[str]) -> str:
    mark = found.group()
    if mark[0] in "]}":
        return mark + ","
    if mark == ",":
        return ""
    return mark if mark[0] == '"' else f'"{mark}"'


def _leader(found: dict[str, object]) -> str:
    for row in _rows(found.get("record")):
        if row[:1] == ["LDR"]:
            return _text(row[-1])
    return _text(found.get("leader"))


def _fields(found: dict[str, object]) -> Iterator[Field]:
    for row in _rows(found.get("record")):
        if (field := _field_of_row(row)) is not None:
            yield field
    for name in ("fields", "controlfield", "controlfields", "datafield", "datafields"):
        yield from _fields_of(found.get(name))


def _fields_of(entries: object) -> Iterator[Field]:
    if isinstance(entries, dict):
        entries = [{tag: one} for tag, many in entries.items() for one in (many if isinstance(many, list) else [many])]
    for entry in _list(entries):
        if isinstance(entry, list):
            if (field := _field_of_row(entry)) is not None:
                yield field
        elif not isinstance(entry, dict):
            raise _ShapeError(f'a field is "{_text(entry)[:40]}", and no object')
        elif "tag" in entry:
            yield _field(_text(entry["tag"]), entry)
        else:
            for tag, content in entry.items():
                yield _field(tag, content)


def _field(tag: str, content: object) -> Field:
    if not tag.strip():
        raise _ShapeError("a field has no tag")
    if not isinstance(content, dict):
        return control_field(tag, _text(content))
    subfields = content.get("subfields", content.get("subfield"))
    if subfields is None:
        return control_field(tag, _text(content.get("data", content.get("value", content.get("content")))))
    indicators = _text(content.get("ind", content.get("indicators"))) or (
        _indicator(content, "1") + _indicator(content, "2")
    )
    return data_field(tag, indicators, list(_subfields(subfields)))


def _indicator(content: dict[str, object], number: str) -> str:
    return (_text(content.get(f"ind{number}", content.get(f"indicator{number}"))) or " ")[:1]


def _subfields(entries: object) -> Iterator[Subfield]:
    if isinstance(entries, dict):
        entries = [
            {code: one} for code, many in entries.items() for one in (many if isinstance(many, list) else [many])
        ]
    for entry in _list(entries):
        if not isinstance(entry, dict):
            raise _ShapeError(f'a subfield is "{_text(entry)[:40]}", and no object')
        if "code" in entry:
            pairs: Iterable[tuple[str, object]] = [(_text(entry["code"]), entry.get("data", entry.get("value")))]
        else:
            pairs = entry.items()
        yield from ((code, _text(value)) for code, value in pairs if code)


def _field_of_row(row: list[object]) -> Field | None:
    """Catmandu's form: tag, indicators, then codes and values by turns; "_" is the code of what has none."""
    tag, first, second, *parts = [_text(part) for part in row] if len(row) > 3 else ["", "", ""]
    if tag in ("", "LDR", "FMT"):
        return None
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    if is_control(tag) or [code for code, _ in pairs] == ["_"]:
        return control_field(tag, pairs[0][1] if pairs else "")
    return data_field(tag, (first or " ")[:1] + (second or " ")[:1], [(code, text) for code, text in pairs if code])


def _rows(found: object) -> Iterator[list[object]]:
    return (row for row in (found if isinstance(found, list) else ()) if isinstance(row, list))


def _list(found: object) -> list[object]:
    if found is None:
        return []
    if not isinstance(found, list):
        raise _ShapeError("its fields are no list")
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise _ShapeError("there is a list or an object in place of a text")
    return str(value)
