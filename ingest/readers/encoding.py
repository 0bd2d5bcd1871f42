"""The characters of a record: UTF-8, MARC-8, or what a mislabelled record holds in truth."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from pymarc.marc8_mapping import CODESETS, ODD_MAP

Decode = Callable[[bytes], str]

_ESCAPE: Final = 0x1B
_BASIC_LATIN: Final = 0x42
_ANSEL: Final = 0x45
_EAST_ASIAN: Final = 0x31
_PLAIN: Final = re.compile(rb"[\x20-\x7e]+")
# Subfield marks stay as they are: MARC-8 is decoded a whole field at a time, and the character sets
# return to their start at each subfield ("MARC 21 Specifications for Record Structure", MARC-8).
_SUBFIELD: Final = b"\x1f"
# A MARC-8 accent stands before its letter; in Latin-1 the same bytes are letters of their own, before anything.
_ACCENT_THEN_LETTER: Final = re.compile(rb"[\xe0-\xfe]+[A-Za-z]")
_ACCENT_THEN_OTHER: Final = re.compile(rb"[\xe0-\xfe](?![A-Za-z\xe0-\xfe])")


def decoder(record: bytes, says_utf8: bool) -> Decode:
    """How to decode the fields of `record`, whose leader says UTF-8 or not, and may be wrong.

    Most records are plain ASCII, whatever they say. Valid UTF-8 is believed against a leader that
    denies it, because MARC-8 text with accents is practically never valid UTF-8.
    """
    if record.isascii() and _ESCAPE not in record:
        return _ascii
    if says_utf8 or _ESCAPE not in record:
        try:
            record.decode("utf-8")
        except UnicodeDecodeError:
            return utf8 if says_utf8 and _has_utf8(record) else _legacy(record)
        return utf8
    return marc8


def _ascii(data: bytes) -> str:
    return data.decode("ascii", "replace")


def utf8(data: bytes) -> str:
    """NFC, as patrons type it; a damaged field of a UTF-8 record keeps its good characters."""
    return composed(data.decode("utf-8", "replace"))


def composed(text: str) -> str:
    """In NFC. Asked of ASCII first, since normalising costs more than reading it did."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _latin1(data: bytes) -> str:
    return data.decode("cp1252", "replace")


def _has_utf8(record: bytes) -> bool:
    """Whether some field beyond ASCII is good UTF-8: then the label is right and other fields are damaged."""
    for field in record.split(b"\x1e"):
        if not field.isascii():
            try:
                field.decode("utf-8")
            except UnicodeDecodeError:
                continue
            return True
    return False


def _legacy(record: bytes) -> Decode:
    if _ESCAPE in record:
        return marc8
    accents = len(_ACCENT_THEN_LETTER.findall(record))
    others = len(_ACCENT_THEN_OTHER.findall(record))
    return _latin1 if others > accents else marc8


def marc8(data: bytes) -> str:
    """MARC-8 as Unicode (NFC); unknown characters become U+FFFD.

    >>> marc8(b"Gr\\xe8un")
    'Grün'
    """
    if data.isascii() and _ESCAPE not in data:
        return data.decode("ascii")
    text = "\x1f".join(_marc8_run(part) for part in data.split(_SUBFIELD))
    return unicodedata.normalize("NFC", text)


def _marc8_run(data: bytes) -> str:
    g0, g1 = _BASIC_LATIN, _ANSEL
    text: list[str] = []
    accents: list[str] = []  # they precede their letter in MARC-8 and follow it in Unicode
    at, end = 0, len(data)
    while at < end:
        byte = data[at]
        if byte == _ESCAPE:
            at, g0, g1 = _escape(data, at, g0, g1)
            continue
        if g0 == _BASIC_LATIN and not accents and (plain := _PLAIN.match(data, at)):
            text.append(plain.group().decode("ascii"))
            at = plain.end()
            continue
        if g0 == _EAST_ASIAN and 0x20 < byte < 0x80:
            code, charset, at = int.from_bytes(data[at : at + 3], "big"), g0, at + 3
        else:
            code, charset, at = byte, g1 if byte > 0x80 else g0, at + 1
        if code < 0x20 or 0x7F <= code < 0xA0:
            continue  # controls, among them the marks around a part that does not sort (88, 89)
        if code == 0x20:
            text += " ", *accents
            accents.clear()
            continue
        character, combining = _character(charset, code)
        if combining:
            accents.append(character)
        else:
            text += character, *accents
            accents.clear()
    return "".join(text)


def _escape(data: bytes, at: int, g0: int, g1: int) -> tuple[int, int, int]:
    """Position after the escape sequence at `at`, and the character sets that it chose."""
    code = data[at + 1 : at + 2]
    if code in (b"(", b",", b")", b"-", b"$"):
        to_g1 = code in (b")", b"-")
        final = at + 2
        if code == b"$" and data[final : final + 1] in (b",", b")", b"-", b"("):
            to_g1 = data[final : final + 1] in (b")", b"-")
            final += 1
        elif data[final : final + 1] == b"!":  # intermediate byte of ANSEL, "(!E"
            final += 1
        if final >= len(data):
            return len(data), g0, g1
        return (final + 1, g0, data[final]) if to_g1 else (final + 1, data[final], g1)
    if code == b"s":
        return at + 2, _BASIC_LATIN, g1
    if code and code[0] in CODESETS:  # Greek symbols, subscripts, superscripts
        return at + 2, code[0], g1
    return at + 1, g0, g1


def _character(charset: int, code: int) -> tuple[str, bool]:
    table = CODESETS.get(charset, {})
    # A set holds its codes for the half where it usually stands; it may be called into the other one.
    found = table.get(code) or (table.get(code ^ 0x80) if charset != _EAST_ASIAN else None)
    if found is not None:
        return chr(found[0]), bool(found[1])
    odd = ODD_MAP.get(code)
    return (chr(odd), False) if odd is not None else ("\ufffd", False)
