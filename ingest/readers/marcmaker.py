"""MARC as text: MARCMaker's and MarcEdit's form, INLISLite's variant of it, and the lines that Yaz prints.

=245  10$aLaut :$bcerita.       MARCMaker: "\\" is a blank, {dollar} and {acute} stand for characters
=245  ##$$a Laut : $$b cerita.  INLISLite: "#" is a blank, two dollar signs, a space after the code
245 10 $a Laut : $b cerita.     Yaz: a leader, then the fields, their parts with spaces between
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import BinaryIO, Final

from pymarc.marc8_mapping import CODESETS

from ingest.readers.encoding import Decode, decoder
from ingest.readers.foreign import made_record, source_record
from ingest.readers.lines import Line, lines, unread_records
from ingest.readers.notes import Note, log_note
from ingest.readers.records import MAX_RECORD_BYTES, control_field, data_field, is_control
from ingest.readers.stray_lines import without_strays
from ingest.record import Field, Subfield
from ingest.source import Rejected, SourceRecord, UnreadRecord

_LEADER_LINE: Final = re.compile(rb"=(?:LDR|000)(?=\s)|[0-9 ]{5}[a-z#][a-z][a-z# ]{3}[0-9# ]{7}.{3}(?:4500)?\s*$")
# A word after "=" is text that goes on ("E\n=mc2 dan"): tags without digits alone (=LKR) have two spaces behind them.
_FIELD_LINE: Final = re.compile(rb"=([0-9OoIl]{3}(?= |\t)|[0-9A-Z]{3}(?=  |\t))(?: {1,2}|\t)(.*)", re.DOTALL)
_YAZ_LINE: Final = re.compile(rb"([0-9A-Z]{3}) (.*)", re.DOTALL)
_YAZ_DATA: Final = re.compile(rb"(.)(.) (?=\$)")
_NUMBER_LINE: Final = re.compile(rb"=?001\s")
_NUMBER_TEXT: Final = re.compile(rb"^=?001[ \t]+([^\n]+)", re.MULTILINE)
_INLIS_MARK: Final = re.compile(rb"\$\$(?=[0-9a-z])")
_YAZ_MARK: Final = re.compile(rb"(?:^| )\$(?=\S )")
_LOOKS_LIKE: Final = re.compile(rb"=[0-9A-Z]{3}[ \t]|[0-9A-Z]{3} ")
_FIXED_PLACES: Final = ("006", "007", "008")

_MNEMONIC: Final = re.compile(r"\{([A-Za-z0-9]{2,10})\}|&#x([0-9A-Fa-f]{1,6});")
_ANSEL_SET: Final = 0x45


def read(stream: BinaryIO, file: str, on_note: Note = log_note) -> Iterator[SourceRecord | Rejected]:
    """Every record of a file, in order, damaged ones as Rejected; a file without any gives one "not_marc"."""
    for item in cut(stream, file, on_note):
        yield item if isinstance(item, Rejected) else read_one(item)


def cut(stream: BinaryIO, file: str, on_note: Note = log_note) -> Iterator[UnreadRecord | Rejected]:
    """What `read` gives, but for `read_one`. A record's lines follow each other; memory is one record.

    A leader begins a record. In files without leaders an empty line does, and a second 001; among records with
    leaders, one that lost its own is known by both. on_note: hears of lines that are no sound field.
    """
    sound = without_strays(lines(stream), _LEADER_LINE, on_note, file)
    # What looks like no field at all is a heading or remark between records.
    found = (held for held in _records(sound) if any(_LOOKS_LIKE.match(line.data) for line in held))
    return unread_records(found, file, "marcmaker", "No MARC record in text form (MARCMaker) is in this file.")


def _records(found: Iterator[Line]) -> Iterator[list[Line]]:
    held: list[Line] = []
    size = 0
    with_leaders = after_blank = numbered = False
    for line in found:
        if not line.data.strip() and not line.too_long:
            after_blank = True
            continue
        is_leader, is_number = _LEADER_LINE.match(line.data) is not None, _NUMBER_LINE.match(line.data) is not None
        next_number = is_number and numbered and (after_blank or not with_leaders)
        if held and (is_leader or next_number or (after_blank and not with_leaders)):
            yield held
            held, size, numbered = [], 0, False
        with_leaders, numbered, after_blank = with_leaders or is_leader, numbered or is_number, False
        size += len(line.data)
        held.append(line)
        if size > MAX_RECORD_BYTES:
            held[1:] = [line._replace(data=b"", too_long=True)]  # only has to be known to be there
    if held:
        yield held


def read_one(unread: UnreadRecord) -> SourceRecord | Rejected:
    """The record in the lines that `cut` gave."""
    # An escape sequence of MARC-8 is written out; it must stand as such before characters can be read.
    data = unread.data.replace(b"{esc}", b"\x1b")
    found = _whole_lines(data)
    first = found[0] if found else b""
    if has_leader := _LEADER_LINE.match(first) is not None:
        found = found[1:]
    yaz = has_leader and not first.startswith(b"=")
    leader = _leader(first, yaz) if has_leader else ""
    decode = decoder(data, says_utf8=leader[9:10] == "a")
    fields = [field for line in found if (field := (_yaz_field if yaz else _field)(line, decode))]
    if not fields:
        return Rejected(unread.origin, "broken_record", "No field of this record can be read.")
    return source_record(made_record(leader, fields), unread.origin)


def written_number(data: bytes) -> bytes:
    """The bytes of 001, whatever else of the record can be read; b"" without one."""
    found = _NUMBER_TEXT.search(data)
    return found[1] if found else b""


def _whole_lines(data: bytes) -> list[bytes]:
    """The lines of a record, those that go on in the next one joined to it."""
    whole: list[list[bytes]] = []
    yaz = not data.startswith(b"=")
    for line in data.split(b"\n"):
        begins = _LEADER_LINE.match(line) or (_YAZ_LINE if yaz else _FIELD_LINE).match(line)
        if begins or not whole:
            whole.append([line])
        else:
            whole[-1].append(line)
    return [parts[0] if len(parts) == 1 else b" ".join(part.strip() for part in parts) for parts in whole]


def _leader(line: bytes, yaz: bool) -> str:
    text = (line if yaz else line[4:].removeprefix(b"  ")).decode("ascii", "replace")
    return text.replace("\\", " ").replace("#", " ")


def _field(line: bytes, decode: Decode) -> Field | None:
    found = _FIELD_LINE.match(line)
    if found is None:
        return None
    tag, content = found[1].decode(), found[2]
    if is_control(tag):
        text = _text(content.replace(b"\\", b" "), decode)
        return control_field(tag, text.replace("#", " ") if tag in _FIXED_PLACES else text)
    if content[2:4] == b"$$":
        parts = [part.strip() for part in _INLIS_MARK.split(content)[1:]]
        subfields = [(chr(part[0]), _text(part[1:].lstrip(), decode)) for part in parts]
        return data_field(tag, _indicators(content), subfields)
    if content[2:3] != b"$":
        # Indicators, although the mark of a subfield is missing.
        rest = content[2:] if not content[:2].strip(b"0123456789 #\\") else content
        return control_field(tag, _text(rest, decode))
    return data_field(tag, _indicators(content), _subfields(content[3:].split(b"$"), decode))


def _yaz_field(line: bytes, decode: Decode) -> Field | None:
    found = _YAZ_LINE.match(line)
    if found is None:
        return None
    tag, content = found[1].decode(), found[2]
    if is_control(tag) or not _YAZ_DATA.match(content):
        return control_field(tag, decode(content))
    parts = _YAZ_MARK.split(content[3:])[1:]
    return data_field(tag, _indicators(content), [(chr(part[0]), decode(part[2:])) for part in parts])


def _subfields(parts: list[bytes], decode: Decode) -> list[Subfield]:
    # The code is the first letter of a part: never a byte of a longer character, which no system writes there.
    return [(chr(part[0]), _text(part[1:], decode)) for part in parts if part and part[0] < 0x80]


def _indicators(content: bytes) -> str:
    return content[:2].decode("ascii", "replace")  # data_field makes blanks of "\" and "#"


def _text(data: bytes, decode: Decode) -> str:
    # The dollar sign first: it may be part of an escape sequence.
    text = decode(data.replace(b"{dollar}", b"$"))
    return _with_characters(text) if "{" in text or "&#x" in text else text


def _with_characters(text: str) -> str:
    """Text with its mnemonics made characters; one that is not known stays as it stands.

    >>> _with_characters("L{uml}owenbr{uml}au {copy}1955 {lcub}a{rcub} {tidakada}")
    'Löwenbräu ©1955 {a} {tidakada}'
    """
    made: list[str] = []
    accents: list[str] = []  # in this form they stand before their letter, in Unicode after it
    at = 0
    for found in _MNEMONIC.finditer(text):
        character, combining = _character(found)
        _append(made, accents, text[at : found.start()])
        if combining:
            accents.append(character)
        else:
            _append(made, accents, character)
        at = found.end()
    _append(made, accents, text[at:])
    return unicodedata.normalize("NFC", "".join((*made, *accents)))


def _append(made: list[str], accents: list[str], text: str) -> None:
    if text:
        made += text[0], *accents, text[1:]
        accents.clear()


def _character(found: re.Match[str]) -> tuple[str, bool]:
    if found[2]:
        code = int(found[2], 16)
        return (chr(code), False) if code <= 0x10FFFF else (found[0], False)
    return _mnemonics().get(found[1], (found[0], False))


@cache
def _mnemonics() -> Mapping[str, tuple[str, bool]]:
    """Name to character, and whether it is an accent of the letter after it."""
    tables = tomllib.loads(files("ingest").joinpath("maps", "mnemonics.toml").read_text(encoding="utf-8"))
    ansel = CODESETS[_ANSEL_SET]
    found = {name: (chr(ansel[code][0]), bool(ansel[code][1])) for name, code in tables["ansel"].items()}
    return found | {name: (character, False) for name, character in tables["characters"].items()}
