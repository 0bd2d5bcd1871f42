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
LEADER: Final = "LDR"


class MarcView:
    """A record arranged by tag. Never raises on a damaged record: what is missing is empty."""

    __slots__ = ("_controls", "_kept", "fields", "leader", "original")

    def __init__(self, record: Record) -> None:
        self.leader = record.leader
        self.fields: dict[str, list[Field]] = {}
        self.original: list[tuple[str, Field]] = []  # tag that is stood for, field 880
        self._kept: dict[object, object] = {}
        self._controls: dict[str, list[str]] = {}
        fields = self.fields
        for field in record.fields:
            tag = field.tag
            if tag in fields:
                fields[tag].append(field)
            else:
                fields[tag] = [field]
        if "880" in fields:
            for field in fields.pop("880"):
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
        texts = self._controls.get(tag)
        if texts is None:
            texts = self._controls[tag] = [field.data.replace("#", " ") for field in self.fields.get(tag, ())]
        return texts

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

    @property
    def any_indicators(self) -> bool:
        return self.ind1 == self.ind2 == "*"

    def fits(self, field: Field) -> bool:
        pair = field.indicators
        if not pair:
            return False
        return (self.ind1 == "*" or self.ind1 == pair[0]) and (self.ind2 == "*" or self.ind2 == pair[1])


def marc(spec: str, script: Script = "main") -> "Extractor":
    """One value for each field that `spec` names. Raises ValueError for a spec that cannot be read."""
    return Extractor(spec, script, whole=True)


def marc_each(spec: str, script: Script = "main") -> "Extractor":
    """One value for each subfield that `spec` names."""
    return Extractor(spec, script, whole=False)


class Extractor:
    """What `marc` and `marc_each` give. `tags` and `original_tags`: without a field of these, it finds nothing."""

    __slots__ = ("_parts", "_whole", "original_tags", "spec", "tags")

    def __init__(self, spec: str, script: Script, whole: bool) -> None:
        self.spec = spec
        self._parts = tuple(
            (part, part.tag, part.codes, part.any_indicators) for part in map(_compile, spec.split(":"))
        )
        self._whole = whole
        named = frozenset(part.tag for part, *_ in self._parts)
        self.tags = named if script != "original" else frozenset()
        self.original_tags = named if script != "main" else frozenset()

    def __repr__(self) -> str:
        return f"marc({self.spec!r})"

    def __call__(self, view: MarcView) -> list[str]:
        values: list[str] = []
        if self.tags:
            fields = view.fields
            for part, tag, codes, any_indicators in self._parts:
                if part.first is not None:
                    values += _slices(view, part)
                elif tag in fields:
                    self._take(part, codes, any_indicators, fields[tag], values)
        if self.original_tags and view.original:
            for tag, field in view.original:
                for part, named, codes, any_indicators in self._parts:
                    if named == tag:
                        self._take(part, codes, any_indicators, (field,), values)
        return values

    def _take(
        self, part: _Part, codes: frozenset[str], any_indicators: bool, fields: Sequence[Field], values: list[str]
    ) -> None:
        for field in fields:
            if not field.indicators:  # a control field
                if field.data:
                    values.append(field.data)
                continue
            if not any_indicators and not part.fits(field):
                continue
            found = [value for code, value in field.subfields if code in codes and value]
            if len(found) > 1 and self._whole:
                values.append(" ".join(found))
            else:
                values += found


def _slices(view: MarcView, part: _Part) -> list[str]:
    texts = [view.leader] if part.tag == LEADER else view.control(part.tag)
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
