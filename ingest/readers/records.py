"""What both MARC readers share: limits, fields that come in the wrong shape, records set apart."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from ingest.record import Field, Record, Subfield

# The largest real records seen hold about 200 kB; a record is held whole in memory.
MAX_RECORD_BYTES: Final = 5_000_000
# A directory has room for 8,331 fields; serials with thousands of items come near the half of it.
MAX_FIELDS: Final = 5_000

_BLANK_INDICATORS: Final = str.maketrans({"#": " ", "\\": " "})
_NO_INDICATORS: Final = "  "

# Leader 06: what a record describes when it is no title of the catalogue.
_SET_APART: Final = {
    "z": "an authority record",
    "u": "a holdings record",
    "v": "a holdings record",
    "x": "a holdings record",
    "y": "a holdings record",
    "w": "a classification record",
    "q": "a community information record",
}


def set_apart(record: Record) -> str | None:
    """Why a sound record is no title of the catalogue; None for a bibliographic one."""
    kind = _SET_APART.get(record.leader[6])
    return kind and f"This is {kind}, which describes no title; load it where such records are kept."


def control_field(tag: str, data: str) -> Field:
    """A field without subfields; under a data tag the text becomes its $a."""
    if is_control(tag):
        return Field(tag, data=data)
    return Field(tag, _NO_INDICATORS, (("a", data),))


def data_field(tag: str, first: str, subfields: Sequence[Subfield]) -> Field:
    """A field with subfields; SLiMS writes 005 so, where only the text of $a is meant.

    first: what stands before the subfields, the indicators.
    """
    if is_control(tag):
        return Field(tag, data=subfields[0][1] if subfields else "")
    return Field(tag, indicators(first), subfields)


@lru_cache(maxsize=1024)
def indicators(text: str) -> str:
    """Exactly two: missing ones are blank, further ones are dropped; "#" is how INLIS writes a blank."""
    return text[:2].ljust(2).translate(_BLANK_INDICATORS)


def is_control(tag: str) -> bool:
    return tag[:2] == "00"


def leader(text: str) -> str:
    """Exactly 24 characters: what is missing is blank."""
    return text[:24].ljust(24)
