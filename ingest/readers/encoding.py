"""The characters of a record: UTF-8, MARC-8, or what a mislabelled record holds in truth."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
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
_FIELD_END: Final = b"\x1e"
_LEADER_LENGTH: Final = 24
_LONGEST_UNIT: Final = 4  # two accents on a letter; longer ones are damage and not worth keeping
# In the character sets that a run begins with: accents with their letter, or one special character. Bytes as Latin-1.
_NOT_PLAIN: Final = re.compile(
    "[\xe0-\xfe][\x00-\x1f\x7f-\x9f\xe0-\xfe]*[\x20-\x7e\xa0-\xdf\xff]?|[^\x20-\x7e]", re.DOTALL
)

# Telling MARC-8 from Latin-1. Both write letters with accents as bytes from E0 on: an accent before its letter in
# MARC-8, a letter of its own in Latin-1. In MARC-8 a vowel follows mostly, in Latin-1 a consonant; the tables hold
# which letters an accent stands on in catalogues. Measured: 1,700 records of MARC-8 keep their reading. Of 7,200 short
# texts in eight languages, none of which they were chosen by, 96 to 100 of 100 in Latin-1 are told, whatever the leader
# says, and all of 8,300 in MARC-8 where it does not say UTF-8.
_CLUSTER: Final = re.compile(rb"[\x80-\xff]+(?:[\x00-\x7f][\x80-\xff]+)*[\x00-\x7f]{0,5}")
_BEFORE: Final = 2  # the bytes before a cluster that the patterns below look at
_LONGEST_CLUSTER: Final = 24  # Cyrillic is one from end to end, and not worth keeping
_ACCENTED: Final = re.compile(
    rb"\xeb[A-Za-z]\xec[A-Za-z]|(?:\xf6[A-Z]){2,}|(?:\xf6[^\xe0-\xfe]){3,}"
    rb"|[\xe0-\xfe]+[^\xe0-\xfe]?|[\x80-\xdf\xff][A-Za-z]?",
    re.DOTALL,
)
_USUAL: Final = {
    0xE0: "aeiouy", 0xE1: "aeiou", 0xE2: "aeiouy", 0xE3: "aeiu", 0xE4: "ao", 0xE5: "aeiou", 0xE6: "aeiou",
    0xE7: "cegimnsz", 0xE8: "aeiouy", 0xEA: "au", 0xEE: "ou", 0xF0: "cglkrst", 0xF2: "adehiklmnorstuvyz",
    0xF7: "cst", 0xF9: "h",
}  # fmt: skip
# As often the one as the other: "c" with an acute and "grâce", "c" with a caron and "économie", "a ogonek" and "ñ".
_EITHER: Final = {0xE2: "cnsz", 0xE3: "o", 0xE4: "n", 0xE6: "g", 0xE9: "ceisz", 0xF1: "aeiu"}
_CARON: Final = 0xE9
# Letters of MARC-8 that are signs in Latin-1 (the broken bar, the plus-minus), which stand in no word.
_LETTERS: Final = frozenset(b"\xa2\xa4\xa5\xa6\xa7\xac\xad\xae\xb0\xb1\xb2\xb3\xb4\xb6\xb7\xb8\xba\xbc\xbd")
# Dashes and quotation marks of Windows. MARC-8 has but four controls there.
_PUNCTUATION: Final = frozenset(range(0x80, 0xA0)) - {0x88, 0x89, 0x8D, 0x8E}
_MARC8_WORDS: Final = re.compile(  # "España"; "Michał"; "før", with "æ"; "mądry"; "kość"
    rb"[aeiou]\xe4n[aeiou]|[a-z][\xa7\xb1\xb8]|[A-Za-z]\xb5[a-z]|[b-df-hj-np-tv-z]\xf1[ae]|\xe2[cnsz](?![A-Za-z])"
)
# "España"; "Andrés", "después"; "Politécnica"; "année"; "São"; "Männer", "geändert"; "Çelebi", "Ägypten"; "¡Error!";
# "©2023"; "36°", "2º"; "°C"; "§ 5".
_LATIN1_WORDS: Final = re.compile(
    rb"[AEOUaeou]\xf1[aeo]|(?:[b-df-hj-np-tv-z]|pu)\xe9s(?![A-Za-z])|[b-df-hjkmnpqstv-xz]\xe9[csz][bcdfgk-npqtvxz]"
    rb"|\xe9es?(?![A-Za-z])|\xe3o(?![A-Za-z])|[B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]\xe4n|e\xe4n[dgkst]"
    rb"|(?<![A-Za-z])[\xc0-\xc4\xc7\xc8][a-z]|\xa1[A-Z][a-z]"
    rb"|\xa9 ?[12][0-9]{3}|[0-9][\xb0\xba]|\xb0[CF](?![a-z])|(?<![A-Za-z])\xa7 ?[0-9]"
)
# A grave accent keyed for an apostrophe ("don't"), of which neither makes sense, but MARC-8 lets it happen.
_APOSTROPHES: Final = re.compile(rb"(?:n\xe1t|\xe1ll|u\xe1re)(?![A-Za-z])")
_WORD, _IMPOSSIBLE, _APOSTROPHE = 2, -3, 5
# What the leader is worth: one that says UTF-8 comes from a system of today, which has no MARC-8 to mistake for it.
_SAYS_OTHER, _SAYS_UTF8 = 2, -1


def decoder(record: bytes, says_utf8: bool) -> Decode:
    """How to decode the fields of `record`, whose leader says UTF-8 or not, and may be wrong.

    Most records are plain ASCII, whatever they say. Valid UTF-8 is believed against a leader that
    denies it, because MARC-8 text with accents is practically never valid UTF-8.
    """
    if record.isascii() and _ESCAPE not in record:
        return ascii_only
    if says_utf8 or _ESCAPE not in record:
        try:
            record.decode("utf-8")
        except UnicodeDecodeError:
            return _mislabelled(_body(record), says_utf8)
        return utf8
    return marc8


def _mislabelled(body: bytes, says_utf8: bool) -> Decode:
    # A stray byte in the leader says nothing about the fields.
    if is_utf8(body) or (says_utf8 and any(map(is_utf8, filter(_is_beyond_ascii, body.split(_FIELD_END))))):
        return utf8  # with one good field the label is right, and other fields are damaged
    return _legacy(body, says_utf8)


def _body(record: bytes) -> bytes:
    """Without the leader of ISO 2709; other forms have none before their fields."""
    return record[_LEADER_LENGTH:] if record[:5].isdigit() and record[20:22] == b"45" else record


def is_utf8(data: bytes) -> bool:
    """Whether these bytes are UTF-8 from end to end."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_beyond_ascii(data: bytes) -> bool:
    return not data.isascii()


def ascii_only(data: bytes) -> str:
    """Text of bytes that are all ASCII."""
    return data.decode("ascii", "replace")


def utf8(data: bytes) -> str:
    """NFC, as patrons type it; a damaged field of a UTF-8 record keeps its good characters."""
    return composed(data.decode("utf-8", "replace"))


def composed(text: str) -> str:
    """In NFC. Asked of ASCII first, since normalising costs more than reading it did."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _latin1(data: bytes) -> str:
    return data.decode("cp1252", "replace")


def _legacy(record: bytes, says_utf8: bool) -> Decode:
    """What is neither ASCII nor UTF-8: MARC-8 or, mislabelled, Latin-1, by what each would make of the bytes."""
    if _ESCAPE in record:
        return marc8
    evidence = _SAYS_UTF8 if says_utf8 else _SAYS_OTHER
    for found in _CLUSTER.finditer(record):
        cluster = record[max(0, found.start() - _BEFORE) : found.end()]
        evidence += _kept_evidence(cluster) if len(cluster) <= _LONGEST_CLUSTER else _evidence(cluster)
    return marc8 if evidence > 0 else _latin1


def _evidence(cluster: bytes) -> int:
    """How far some characters beyond ASCII, with what is around them, speak for MARC-8; below 0 for Latin-1."""
    words = len(_MARC8_WORDS.findall(cluster)) - len(_LATIN1_WORDS.findall(cluster))
    return (
        sum(map(_evidence_of, _ACCENTED.findall(cluster)))
        + _WORD * words
        + _APOSTROPHE * len(_APOSTROPHES.findall(cluster))
    )


_kept_evidence: Final = lru_cache(maxsize=4_096)(_evidence)


def _evidence_of(unit: bytes) -> int:
    """The same of accents with what follows them, or of a special character."""
    first, last = unit[0], chr(unit[-1])
    if first < 0xE0 or first == 0xFF:
        if first in _PUNCTUATION or "\ufffd" in marc8(unit):
            return _IMPOSSIBLE
        return _WORD if first in _LETTERS and last.islower() else 0
    if len(unit) > 3 and unit[1] < 0x80:  # the halves of a ligature, as in romanised Cyrillic; letters all underlined
        return _WORD
    read = marc8(unit)
    if "\ufffd" in read or not read[:1].isalpha():
        return _IMPOSSIBLE  # a byte that means nothing, or an accent on no letter
    if len(unit) > 2 or not last.isascii():
        return _WORD if len(read) == 1 else -_WORD
    if last.lower() in _USUAL.get(first, ""):
        return _WORD
    if first == _CARON and last.isupper():  # "Š"; in Latin-1 a capital would follow a small letter
        return _WORD
    return 0 if last.lower() in _EITHER.get(first, "") else -_WORD


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
    if _ESCAPE in data:
        return _converted(data)
    return _NOT_PLAIN.sub(_unit, data.decode("latin-1"))


def _unit(found: re.Match[str]) -> str:
    text = found[0]
    return _converted_unit(text) if len(text) <= _LONGEST_UNIT else _converted(text.encode("latin-1"))


@lru_cache(maxsize=1_024)
def _converted_unit(text: str) -> str:
    return _converted(text.encode("latin-1"))


def _converted(data: bytes) -> str:
    """A run with its changes of character set, byte by byte."""
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
