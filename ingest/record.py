"""A MARC record in memory.

Made by the readers by the ten thousand, so it is lighter than pymarc's, which checks as it builds; pymarc stays the
judge of it in the tests and writes the forms that are handed out (`to_pymarc`).
"""

from collections.abc import Container, Iterable, Sequence

import pymarc

Subfield = tuple[str, str]  # code, value


class Field:
    """One field. A control field (00X) has `data`; a data field has two indicators and subfields (code, value).

    Indicators are "" in a control field. Codes and values stand in the order of the record.
    """

    __slots__ = ("data", "indicators", "subfields", "tag")

    def __init__(self, tag: str, indicators: str = "", subfields: Sequence[Subfield] = (), data: str = "") -> None:
        self.tag = tag
        self.indicators = indicators
        self.subfields = subfields
        self.data = data

    def __str__(self) -> str:
        """A line of MARCMaker's text form: "=245  10$aLaut", blanks of fixed positions as "\\"."""
        if self.is_control:
            return f"={self.tag}  {self.data.replace(' ', chr(92))}"
        parts = "".join(f"${code}{value}" for code, value in self.subfields)
        return f"={self.tag}  {self.indicators.replace(' ', chr(92))}{parts}"

    __repr__ = __str__

    def take_apart(self) -> None:
        """Make the parts, where a reader left that for later; they come by themselves when one is asked for."""

    @property
    def is_control(self) -> bool:
        return not self.indicators

    def get(self, code: str) -> str:
        """The first subfield with this code, "" when there is none."""
        for found, value in self.subfields:
            if found == code:
                return value
        return ""

    def having(self, codes: str | frozenset[str]) -> list[str]:
        """The subfields with any of these codes that are not empty, in the order they stand; of a control field its text."""
        if self.indicators:
            return [value for code, value in self.subfields if code in codes and value]
        return [self.data] if self.data else []

    def get_subfields(self, *codes: str) -> list[str]:
        """The subfields with any of these codes, in the order they stand."""
        return [value for code, value in self.subfields if code in codes]


class Record:
    """A record: its leader (always 24 characters) and its fields, in their order."""

    __slots__ = ("fields", "leader")

    def __init__(self, leader: str, fields: Sequence[Field]) -> None:
        self.leader = leader
        self.fields = fields

    @property
    def count(self) -> int:
        """How many fields there are."""
        return len(self.fields)

    def by_tag(self, wanted: Container[str]) -> dict[str, list[Field]]:
        """The fields with these tags, tag by tag."""
        return arranged(field for field in self.fields if field.tag in wanted)

    def of(self, tag: str) -> list[Field]:
        """The fields with this tag."""
        return [field for field in self.fields if field.tag == tag]


def arranged(fields: Iterable[Field]) -> dict[str, list[Field]]:
    """Fields by their tags."""
    found: dict[str, list[Field]] = {}
    for field in fields:
        tag = field.tag
        if tag in found:
            found[tag].append(field)
        else:
            found[tag] = [field]
    return found


def to_pymarc(record: Record) -> pymarc.Record:
    """The record as pymarc has it, for writing: always UTF-8, whatever it was read from."""
    made = pymarc.Record(fields=[_to_pymarc(field) for field in record.fields], force_utf8=True)
    made.leader = pymarc.Leader(f"{record.leader[:9]}a{record.leader[10:]}")
    return made


def _to_pymarc(field: Field) -> pymarc.Field:
    if field.is_control:
        return pymarc.Field(tag=field.tag, data=field.data)
    subfields = [pymarc.Subfield(code, value) for code, value in field.subfields]
    return pymarc.Field(tag=field.tag, indicators=pymarc.Indicators(*field.indicators), subfields=subfields)
