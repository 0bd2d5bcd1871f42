"""ISO 2709 files. Records are split at their terminator, so that one damaged record costs no other."""

import re
import struct
from collections.abc import Callable, Container, Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress, product, repeat
from typing import Any, BinaryIO, Final, NamedTuple

from ingest.readers.detect import LEADER
from ingest.readers.encoding import Decode, ascii_only, composed, decoder, marc8, utf8
from ingest.readers.records import (
    MAX_FIELDS,
    MAX_RECORD_BYTES,
    control_field,
    data_field,
    indicators,
    is_control,
    set_apart,
)
from ingest.record import Field, Record, arranged
from ingest.source import Origin, RejectCode, Rejected, SourceRecord, UnreadRecord
from search.document import RawRecord

_BLOCK_BYTES: Final = 1 << 18
_RECORD_END: Final = b"\x1d"
_FIELD_END: Final = b"\x1e"
_SUBFIELD: Final = "\x1f"
_SUBFIELD_MARK: Final = b"\x1f"
# A field whose subfields some program began with a printed sign, and where another of them begins in it: "$" may stand
# before a price.
_PRINTED_MARK: Final = re.compile(rb"[0-9 #]{2}([$|])[0-9a-z]")
_PRINTED_MARKS: Final = {
    b"$": re.compile(rb"(?<=\A..)\$|\$(?=[a-z])", re.DOTALL),
    b"|": re.compile(rb"(?<=\A..)\||\|(?=[a-z])", re.DOTALL),
}
_LAST_CONTROL: Final = "009"
_LAST_CONTROL_TAG: Final = _LAST_CONTROL.encode()
# Code and value of each; a third faster than to split at the marks.
_subfields: Final = re.compile("\x1f([^\x1f])([^\x1f]*)").findall
_LEADER_LENGTH: Final = 24
_ENTRY: Final = "3s4s5s"  # tag, length of the field with its terminator, start
_ENTRY_BYTES: Final = struct.calcsize(_ENTRY)
# Lengths as a directory writes them, by that of the field without its terminator.
_LENGTHS: Final = tuple(b"%04d" % length for length in range(1, 10_000))
_MOST_TAGS: Final = 2_000
# 7,000 directory entries that all point at one long field turn 94 kB into 70 MB.
_MAX_GROWTH: Final = 4
_DIRECTORY_REASON: Final = "The record's directory is damaged, so its fields cannot be told apart."
_BETWEEN_RECORDS: Final = b"\r\n\t\x00\x1a\xef\xbb\xbf"
_XML_START: Final = re.compile(rb"<(?:\?xml|(?:[\w.-]{1,20}:)?(?:collection|record))\b")
# Junk that comes in pieces is followed this far before a file is given up as no MARC.
_MAX_STRANGE_PIECES: Final = 100


class _Piece(NamedTuple):
    """Bytes that should be one record, and where in the file they begin.

    complete: a terminator ended them. too_long: they went past the limit; only their head is kept.
    """

    offset: int
    data: bytes
    complete: bool = True
    too_long: bool = False


class _Entry(NamedTuple):
    tag: bytes
    length: int
    start: int


class _DamageError(Exception):
    """One record cannot be read: the reject code, and the reason for a cataloguer."""

    def __init__(self, reason: str, code: RejectCode = "broken_record") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code: RejectCode = code


def read(stream: BinaryIO, file: str) -> Iterator[SourceRecord | Rejected]:
    """Every record of an ISO 2709 file, in order, damaged ones as Rejected.

    Memory is one block and one record. What lies between records and is no record is passed over.
    A file without anything like a record gives one Rejected "not_marc" and nothing else.
    """
    for item in cut(stream, file):
        yield item if isinstance(item, Rejected) else read_one(item)


def cut(stream: BinaryIO, file: str) -> Iterator[UnreadRecord | Rejected]:
    """What `read` gives, but for `read_one`, which does nearly all of the work.

    Only what may be no MARC at all is read here, to know whether the file is to be gone on with.
    """
    position, empty, is_marc = 0, True, False
    strange: list[Rejected] = []  # kept back until something shows that the file is MARC at all
    for piece in _pieces(stream):
        empty = False
        for part in _parts(piece):
            position += 1
            item = _cut_one(part, Origin(file, position, part.offset))
            if not is_marc and not LEADER.search(part.data):
                result = read_one(item) if isinstance(item, UnreadRecord) else item
                if isinstance(result, Rejected):
                    strange.append(result)
                    if len(strange) >= _MAX_STRANGE_PIECES:
                        break
                    continue
            if not is_marc:
                is_marc = True
                yield from strange
            yield item
        if not is_marc and len(strange) >= _MAX_STRANGE_PIECES:
            break
    if empty:
        yield Rejected(Origin(file), "not_marc", "The file is empty.")
    elif not is_marc:
        yield Rejected(
            Origin(file), "not_marc", "No MARC record (ISO 2709) is in this file; export it again as MARC 21."
        )


def _pieces(stream: BinaryIO) -> Iterator[_Piece]:
    """The file cut after every record terminator, in blocks, none held beyond the limit."""
    offset = 0  # of what `held` begins with
    held: list[bytes] = []
    held_bytes = dropped = 0
    while block := stream.read(_BLOCK_BYTES):
        start = 0
        while (end := block.find(_RECORD_END, start) + 1) > 0:
            tail = block[start:end]
            size = held_bytes + dropped + len(tail)
            if dropped or held_bytes + len(tail) > MAX_RECORD_BYTES:
                yield _Piece(offset, b"".join(held), too_long=True)
            else:
                yield _Piece(offset, b"".join((*held, tail)) if held else tail)
            offset, start, held, held_bytes, dropped = offset + size, end, [], 0, 0
        rest = block[start:]
        if dropped or held_bytes + len(rest) > MAX_RECORD_BYTES:
            dropped += len(rest)
        elif rest:
            held.append(rest)
            held_bytes += len(rest)
    if held or dropped:
        yield _Piece(offset, b"".join(held), complete=False, too_long=dropped > 0)


def _parts(piece: _Piece) -> Iterator[_Piece]:
    """The records of a piece: one as a rule; more where a terminator was lost; none in blank bytes."""
    body = piece.data.lstrip(_BETWEEN_RECORDS)
    offset = piece.offset + len(piece.data) - len(body)
    if piece.too_long or (body[:5].isdigit() and int(body[:5]) == len(body)):
        yield piece._replace(offset=offset, data=body) if len(body) < len(piece.data) else piece
        return
    if not body.strip(b" \r\n\t\x00\x1a\x1d"):
        return
    starts = [match.start() for match in LEADER.finditer(body)] or [0]
    if _FIELD_END in body[: starts[0]]:  # the remains of a record whose leader is gone
        starts.insert(0, 0)
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        whole = end < len(body) or piece.complete
        yield _Piece(offset + start, body[start:end], whole)


def _cut_one(piece: _Piece, origin: Origin) -> UnreadRecord | Rejected:
    if _XML_START.match(piece.data):
        reason = "From here on the file holds XML; put that into a file of its own, and load it."
        return Rejected(origin, "broken_record", reason)
    if piece.too_long:
        reason = f"No end of record within {MAX_RECORD_BYTES:,} bytes."
        return Rejected(origin, "too_large", _explained(reason, piece.complete))
    return UnreadRecord(origin, "marc", piece.data, piece.complete)


def read_one(unread: UnreadRecord) -> SourceRecord | Rejected:
    """The record in the bytes that `cut` gave."""
    origin, data = unread.origin, unread.data
    try:
        record = _record(data)
    except _DamageError as damage:
        return Rejected(origin, damage.code, _explained(damage.reason, unread.complete), data, "marc")
    if apart := set_apart(record):
        return Rejected(origin, "not_bibliographic", apart, data, "marc")
    # Exports are made of these bytes: a lost terminator would glue two records together.
    data = data if data.endswith(_RECORD_END) else data + _RECORD_END
    return SourceRecord(origin, record, RawRecord("marc", data, origin.file, origin.position))


def control_number(data: bytes) -> str:
    """The text of 001 from a record's bytes, "" where they do not give it away at once."""
    base = data.find(_FIELD_END, _LEADER_LENGTH) + 1
    if data[_LEADER_LENGTH : _LEADER_LENGTH + 3] != b"001" or data[31:36] != b"00000" or data[12:17] != b"%05d" % base:
        return ""
    number = data[base : data.find(_FIELD_END, base)]
    return number.decode("ascii") if _is_plain(number) else ""


def written_number(data: bytes) -> bytes:
    """The bytes of 001 in a damaged record: of its directory, only the order of the tags is believed."""
    head, _, rest = data.partition(_FIELD_END)
    tags = [head[at : at + 3] for at in range(_LEADER_LENGTH, len(head), _ENTRY_BYTES)]
    contents = rest.split(_FIELD_END)
    place = tags.index(b"001") if b"001" in tags else len(contents)
    return contents[place] if place < len(contents) else b""


def _explained(reason: str, complete: bool) -> str:
    return reason if complete else f"The file ends in the middle of this record. {reason}"


def _record(data: bytes) -> Record:
    """The record in `data`, by its directory; its stated length is not needed and not believed."""
    head, base = data[:_LEADER_LENGTH], _number(data[12:17])
    if len(head) < _LEADER_LENGTH or _FIELD_END not in data:
        raise _DamageError("These bytes hold no leader and directory.")
    if base <= _LEADER_LENGTH or data[base - 1 : base] != _FIELD_END:
        base = data.index(_FIELD_END) + 1
    directory = data[_LEADER_LENGTH : base - 1].rstrip(b" ")
    count, rest = divmod(len(directory), _ENTRY_BYTES)
    if not count or rest:
        raise _DamageError(_DIRECTORY_REASON)
    if count > MAX_FIELDS:
        raise _DamageError(f"The record has more than {MAX_FIELDS:,} fields.", "too_large")
    entries = _entries(count).unpack(directory)
    tags, lengths, starts = entries[::3], entries[1::3], entries[2::3]
    body = data[base:].removesuffix(_RECORD_END).removesuffix(_FIELD_END)
    if _SUBFIELD_MARK not in body:
        body = _FIELD_END.join(map(_marked, chain(tags, repeat(b"")), body.split(_FIELD_END)))
    decode = decoder(data, head[9:10] == b"a")
    texts: Sequence[Any] = decode(body).split("\x1e") if decode is ascii_only else ()
    convert = None
    if not _in_order(lengths, starts, texts):  # where all is ASCII, a text is as long as its bytes
        contents = body.split(_FIELD_END)
        if not _in_order(lengths, starts, contents):
            tags, contents = _by_directory(tags, lengths, starts, contents, data, base)
            body = _FIELD_END.join(contents)
        texts, convert = _texts(body, contents, decode)
    return _UnparsedRecord(head.decode("ascii", "replace"), list(map(_TAGS.__getitem__, tags)), texts, convert)


def _marked(tag: bytes, content: bytes) -> bytes:
    """A field with MARC's own mark before its subfields, where a printed one stands in its place. Control fields have none.

    >>> _marked(b"245", b"10$aLaut :$bcerita, $5 /$cLeila."), _marked(b"001", b"99$b7")
    (b'10\\x1faLaut :\\x1fbcerita, $5 /\\x1fcLeila.', b'99$b7')
    """
    found = _PRINTED_MARK.match(content) if tag > _LAST_CONTROL_TAG else None
    return _PRINTED_MARKS[found[1]].sub(_SUBFIELD_MARK, content) if found else content


@lru_cache(maxsize=1_024)
def _entries(count: int) -> struct.Struct:
    return struct.Struct(_ENTRY * count)


class _Tags(dict[bytes, str]):
    """Tags as text, each made once: there are few, and every field has one."""

    def __missing__(self, tag: bytes) -> str:
        text = tag.decode("ascii", "replace")
        if len(self) < _MOST_TAGS:
            self[tag] = text
        return text


_TAGS: Final = _Tags()


def _in_order(lengths: tuple[bytes, ...], starts: tuple[bytes, ...], contents: Sequence[bytes] | Sequence[str]) -> bool:
    """Whether the directory names just these fields, one after the other, as in practically every sound record."""
    try:
        return tuple([_LENGTHS[length] for length in map(len, contents)]) == lengths and sorted(starts) == list(starts)
    except IndexError:  # longer than a directory can say
        return False


def _by_directory(
    tags: Sequence[bytes],
    lengths: Sequence[bytes],
    starts: Sequence[bytes],
    in_order: list[bytes],
    data: bytes,
    base: int,
) -> tuple[tuple[bytes, ...], list[bytes]]:
    """Tag and bytes of each field, by their places; or, where these are wrong, in the order they lie in."""
    entries = list(map(_Entry, tags, map(_number, lengths), map(_number, starts)))
    if sum(entry.length for entry in entries) > _MAX_GROWTH * len(data):
        raise _DamageError("The fields together are longer than the record: it was made to do harm.", "too_large")
    found = []
    for entry in entries:
        first = base + entry.start
        end = first + entry.length - 1
        if entry.length < 1 or entry.start < 0 or data[end : end + 1] != _FIELD_END:
            break
        found.append(data[first:end].replace(_FIELD_END, b""))
    else:
        return tuple(tags), found
    if any(entry.length < 0 or entry.start < 0 for entry in entries):
        raise _DamageError(_DIRECTORY_REASON)
    # Places counted in characters instead of bytes, or beyond 99,999: the terminators still tell the fields apart.
    if len(in_order) != len(entries):
        raise _DamageError(f"The directory names {len(entries)} fields, but the record holds {len(in_order)}.")
    return tuple(entry.tag for entry in sorted(entries, key=lambda entry: entry.start)), in_order


def _texts(body: bytes, contents: Sequence[bytes], decode: Decode) -> "tuple[Sequence[Any], _Convert | None]":
    """The fields as far as it is cheap to decode them all at once, and what is left to do for each, None for nothing."""
    if decode is marc8:  # its character sets return to their start in every field
        return contents, marc8
    if decode is utf8:
        return body.decode("utf-8", "replace").split("\x1e"), None if body.isascii() else composed
    return decode(body).split("\x1e"), None


def _is_plain(content: bytes) -> bool:
    return content.isascii() and b"\x1b" not in content


_Convert = Callable[[Any], str]


class _UnparsedRecord(Record):
    """A record whose fields are decoded and made when they are first asked for: a mapping leaves many alone."""

    __slots__ = ("_convert", "_tags", "_texts")

    def __init__(self, leader: str, tags: Sequence[str], texts: Sequence[Any], convert: _Convert | None) -> None:
        self.leader = leader
        self._tags = tags
        self._texts = texts
        self._convert = convert

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        if name != "fields":
            raise AttributeError(name)
        texts = self._texts if self._convert is None else map(self._convert, self._texts)
        self.fields = list(map(_UnparsedField, self._tags, texts))
        return self.fields

    def by_tag(self, wanted: Container[str]) -> dict[str, list[Field]]:
        chosen = list(map(wanted.__contains__, self._tags))
        tags, texts = compress(self._tags, chosen), compress(self._texts, chosen)
        return arranged(map(_UnparsedField, tags, texts if self._convert is None else map(self._convert, texts)))


class _UnparsedField(Field):
    """A field that is taken apart when its parts are first asked for: a mapping leaves many alone."""

    __slots__ = ("_text",)

    def __init__(self, tag: str, text: str) -> None:
        self.tag = tag
        self._text: str | None = text  # None when it has been taken apart

    def __getattr__(self, name: str) -> Any:
        """Called for a part that is not there yet."""
        if name not in _PARTS:
            raise AttributeError(name)
        self.take_apart()
        return getattr(self, name)

    def having(self, codes: str | frozenset[str]) -> list[str]:
        text = self._text
        if text is not None and self.tag > _LAST_CONTROL and text[2:3] == _SUBFIELD and text[:2] in _INDICATORS:
            return _VALUES[codes](text, 2)
        return Field.having(self, codes)

    def take_apart(self) -> None:
        """Costs half of what asking for a part does, so a mapping calls it for what it is sure to read."""
        tag, text = self.tag, self._text
        if text is None:
            return
        if tag > _LAST_CONTROL:
            if text[2:3] == _SUBFIELD and (pair := _INDICATORS.get(text[:2])):  # the way it should be
                self.data, self.indicators = "", pair
                self.subfields = _subfields(text, 2)
                self._text = None  # from now on its parts are quicker to look through
                return
        elif is_control(tag) and _SUBFIELD not in text:
            self.data, self.indicators, self.subfields = text, "", ()
            return
        parsed = _field(tag, text)
        self.data, self.indicators, self.subfields = parsed.data, parsed.indicators, parsed.subfields


class _Values(dict[str | frozenset[str], Callable[[str, int], list[str]]]):
    """What finds the values that are not empty of subfields with these codes."""

    def __missing__(self, codes: str | frozenset[str]) -> Callable[[str, int], list[str]]:
        found: Callable[[str, int], list[str]] = re.compile(
            f"\x1f[{re.escape(''.join(sorted(codes)))}]([^\x1f]+)"
        ).findall
        self[codes] = found
        return found


_VALUES: Final = _Values()
_PARTS: Final = frozenset(("data", "indicators", "subfields"))
# Two characters as they stand in nearly every data field, and as we keep them.
_INDICATORS: Final = {pair: indicators(pair) for pair in map("".join, product(" #0123456789", repeat=2))}


def _field(tag: str, text: str) -> Field:
    if _SUBFIELD not in text:
        if not is_control(tag) and text[:2].strip("0123456789 #") == "":
            text = text[2:]  # indicators, although the subfield mark is missing
        return control_field(tag, text)
    return data_field(tag, text.partition(_SUBFIELD)[0], _subfields(text))


def _number(text: str | bytes) -> int:
    """The value of a run of digits, -1 for anything else: int() alone would take "-001", " 12" and "1_0"."""
    return int(text) if text.isdigit() and text.isascii() else -1
