"""What rules take from a record: a small language of tags, and the record arranged for it.

    245abnp        subfields a, b, n, p of each 245, in the order they stand, joined by a space
    500            all lettered subfields but u and w (links and control numbers)
    264|*1|b       only where the second indicator is 1; * is any, # is blank
    008[35-37]     characters of a control field, from 0 on; LDR[6] of the leader
    264c:260c      one after the other

Fields 880 hold another field in its original script. One without a romanised partner counts as the
field that it stands for; one with a partner is kept apart (`original`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar, cast

from ingest.record import Field, Record

Extract = Callable[["MarcView"], Sequence[str]]
Script = Literal["main", "original", "both"]
T = TypeVar("T")

_SPEC: Final = re.compile(
    r"(?P<tag>[0-9A-Z]{3})(?:\|(?P<ind1>.)(?P<ind2>.)\|)?(?P<codes>[a-z0-9]*)(?:\[(?P<first>\d+)(?:-(?P<last>\d+))?\])?"
)
_LINKAGE: Final = re.compile(r"(?P<tag>[0-9]{3})-(?P<number>[0-9]{2})")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstvxyz")
_LEADER: Final = "LDR"


class MarcView:
    """A record arranged by tag. Never raises on a damaged record: what is missing is empty."""

    __slots__ = ("_kept", "fields", "leader", "original")

    def __init__(self, record: Record) -> None:
        self.leader = record.leader
        self.fields: dict[str, list[Field]] = {}
        self.original: list[tuple[str, Field]] = []  # tag that is stood for, field 880
        self._kept: dict[object, object] = {}
        for field in record.fields:
            self.fields.setdefault(field.tag, []).append(field)
        for field in self.fields.pop("880", ()):
            self._place_880(field)

    def _place_880(self, field: Field) -> None:
        link = _LINKAGE.match(field.get("6"))
        if link is None:
            return
        tag = link["tag"]
        if link["number"] == "00" or not any(_links(partner, link["number"]) for partner in self.fields.get(tag, ())):
            self.fields.setdefault(tag, []).append(field)
        else:
            self.original.append((tag, field))

    def of(self, *tags: str) -> list[Field]:
        """The fields with these tags, tag by tag."""
        return [field for tag in tags for field in self.fields.get(tag, ())]

    def control(self, tag: str) -> list[str]:
        """The texts of a control field. INDOMARC writes a blank as "#"."""
        return [field.data.replace("#", " ") for field in self.fields.get(tag, ())]

    def at(self, tag: str, position: int, length: int = 1) -> str:
        """Characters of the first control field of this tag, "" beyond its end."""
        texts = self.control(tag)
        return texts[0][position : position + length] if texts else ""

    def once(self, compute: "Callable[[MarcView], T]") -> T:
        """What `compute` gives for this record, computed at the first call only."""
        if compute not in self._kept:
            self._kept[compute] = compute(self)
        return cast(T, self._kept[compute])


def _links(partner: Field, number: str) -> bool:
    return partner.get("6").startswith(f"880-{number}")


def right_to_left(field: Field) -> bool:
    """Whether an 880 says that its script runs from right to left."""
    return field.get("6").endswith("/r")


def joined(field: Field, codes: str, separator: str = " ") -> str:
    """The subfields with these codes, in the order they stand."""
    return separator.join([value for code, value in field.subfields if code in codes and value])


def indicator(field: Field, number: int) -> str:
    """An indicator, " " when the field has none."""
    return field.indicators[number - 1] if field.indicators else " "


@dataclass(frozen=True, slots=True)
class _Part:
    tag: str
    ind1: str
    ind2: str
    codes: frozenset[str]
    first: int | None
    stop: int

    def fits(self, field: Field) -> bool:
        pair = field.indicators
        if not pair:
            return False
        return (self.ind1 == "*" or self.ind1 == pair[0]) and (self.ind2 == "*" or self.ind2 == pair[1])


def marc(spec: str, script: Script = "main") -> Extract:
    """One value for each field that `spec` names. Raises ValueError for a spec that cannot be read."""
    return _Extractor(spec, script, whole=True)


def marc_each(spec: str, script: Script = "main") -> Extract:
    """One value for each subfield that `spec` names."""
    return _Extractor(spec, script, whole=False)


class _Extractor:
    __slots__ = ("_parts", "_script", "_whole", "spec")

    def __init__(self, spec: str, script: Script, whole: bool) -> None:
        self.spec = spec
        self._parts = tuple(_compile(part) for part in spec.split(":"))
        self._script = script
        self._whole = whole

    def __repr__(self) -> str:
        return f"marc({self.spec!r})"

    def __call__(self, view: MarcView) -> list[str]:
        values: list[str] = []
        if self._script != "original":
            for part in self._parts:
                if part.first is not None:
                    values += _slices(view, part)
                elif fields := view.fields.get(part.tag):
                    self._take(part, fields, values)
        if self._script != "main":
            for tag, field in view.original:
                for part in self._parts:
                    if part.tag == tag:
                        self._take(part, (field,), values)
        return values

    def _take(self, part: _Part, fields: Sequence[Field], values: list[str]) -> None:
        codes = part.codes
        for field in fields:
            if field.is_control:
                if field.data:
                    values.append(field.data)
                continue
            if not part.fits(field):
                continue
            found = [value for code, value in field.subfields if code in codes and value]
            if self._whole and found:
                values.append(" ".join(found))
            else:
                values += found


def _slices(view: MarcView, part: _Part) -> list[str]:
    texts = [view.leader] if part.tag == _LEADER else view.control(part.tag)
    return [text[part.first : part.stop] for text in texts]


def _compile(text: str) -> _Part:
    found = _SPEC.fullmatch(text)
    if found is None:
        raise ValueError(f'cannot read "{text}": write a tag and subfields like 245abnp, 264|*1|b or 008[35-37]')
    first = None if found["first"] is None else int(found["first"])
    last = first if found["last"] is None else int(found["last"])
    ind1, ind2 = ((found[name] or "*").replace("#", " ") for name in ("ind1", "ind2"))
    codes = frozenset(found["codes"]) or _LETTERS
    return _Part(found["tag"], ind1, ind2, codes, first, 0 if last is None else last + 1)
