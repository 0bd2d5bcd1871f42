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
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeVar

from ingest.record import Field, Record, arranged

Extract = Callable[["MarcView"], Sequence[str]]
Script = Literal["main", "original", "both"]
T = TypeVar("T")

_SPEC: Final = re.compile(
    r"(?P<tag>[0-9A-Z]{3})(?:\|(?P<ind1>.)(?P<ind2>.)\|)?(?P<codes>[a-z0-9]*)(?:\[(?P<first>\d+)(?:-(?P<last>\d+))?\])?"
)
_LINKAGE: Final = re.compile(r"(?P<tag>[0-9]{3})(?:-(?P<number>[0-9]{2})|(?![0-9]))")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstvxyz")
LEADER: Final = "LDR"
_FEW_PARTS: Final = 10
_MOST_CHOICES: Final = 1_024
ORIGINAL: Final = "880"
_SAID_BY_008: Final = slice(6, 35)  # all but the day it was made and the language


_CONTINUING: Final = frozenset("bis")


class MarcView:
    """A record arranged by tag. Never raises on a damaged record: what is missing is empty."""

    __slots__ = ("_controls", "_kept", "fields", "leader", "original")

    def __init__(self, record: Record, tags: frozenset[str] | None = None) -> None:
        """tags: those of the fields that will be asked for, 880 among them; others need not be decoded. None for all."""
        self.leader = record.leader
        self.original: list[tuple[str, Field]] = []  # tag that is stood for, field 880
        self._kept: dict[object, Any] = {}
        self._controls: dict[str, list[str]] = {}
        self.fields = arranged(record.fields) if tags is None else record.by_tag(tags)
        if ORIGINAL in self.fields:
            if tags is not None:  # they stand for any field
                self.fields = arranged(record.fields)
            self._place(self.fields.pop(ORIGINAL))

    def _place(self, originals: Sequence[Field]) -> None:
        links = [(link, field) for field in originals if (link := _LINKAGE.match(field.get("6")))]
        tags = [link["tag"] for link, _ in links]
        single = {tag for tag in tags if tags.count(tag) == 1 and len(self.fields.get(tag, ())) == 1}
        for link, field in links:
            tag, number = link["tag"], link["number"]
            partners = self.fields.get(tag, ())
            # The only two of a tag belong together, whatever became of the number; "00" says that there is no other.
            if number != "00" and (tag in single or any(_links(partner, number) for partner in partners)):
                self.original.append((tag, field))
            elif number:
                self.fields.setdefault(tag, []).append(field)

    @property
    def continuing(self) -> bool:
        """Whether it is a serial, a part of one, or an integrating resource (leader 07)."""
        return self.leader[7] in _CONTINUING

    def of(self, *tags: str) -> list[Field]:
        """The fields with these tags, tag by tag."""
        return [field for tag in tags for field in self.fields.get(tag, ())]

    def control(self, tag: str) -> list[str]:
        """The texts of a control field. INDOMARC writes a blank as "#".

        Of several 008, those that say something: some systems put one before it that holds the language alone.
        """
        texts = self._controls.get(tag)
        if texts is None:
            texts = [field.data.replace("#", " ") for field in self.fields.get(tag, ())]
            if tag == "008" and len(texts) > 1:
                texts = [text for text in texts if text[_SAID_BY_008].strip()] or texts
            self._controls[tag] = texts
        return texts

    def at(self, tag: str, position: int, length: int = 1) -> str:
        """Characters of the first control field of this tag, "" beyond its end."""
        texts = self._controls.get(tag)
        if texts is None:
            texts = self.control(tag)
        return texts[0][position : position + length] if texts else ""

    def once(self, compute: "Callable[[MarcView], T]") -> T:
        """What `compute` gives for this record, computed at the first call only."""
        kept = self._kept
        if compute not in kept:
            kept[compute] = compute(self)
        found: T = kept[compute]
        return found


def _links(partner: Field, number: str | None) -> bool:
    return number is not None and partner.get("6").startswith(f"880-{number}")


def right_to_left(field: Field) -> bool:
    """Whether an 880 says that its script runs from right to left."""
    return field.get("6").endswith("/r")


def joined(field: Field, codes: str, separator: str = " ") -> str:
    """The subfields with these codes, in the order they stand."""
    return separator.join([value for code, value in field.subfields if code in codes and value])


def indicator(field: Field, number: int) -> str:
    """An indicator, " " when the field has none."""
    pair = field.indicators
    return pair[number - 1] if pair else " "


class _Part(NamedTuple):
    tag: str
    codes: frozenset[str]
    indicators: tuple[str, str] | None  # None where any will do
    characters: slice | None  # of a control field


def marc(spec: str, script: Script = "main") -> "Extractor":
    """One value for each field that `spec` names. Raises ValueError for a spec that cannot be read."""
    return Extractor(spec, script, whole=True)


def marc_each(spec: str, script: Script = "main") -> "Extractor":
    """One value for each subfield that `spec` names."""
    return Extractor(spec, script, whole=False)


class Extractor:
    """What `marc` and `marc_each` give. `tags` and `original_tags`: without a field of these, it finds nothing."""

    __slots__ = ("_parts", "_parts_of", "_whole", "original_tags", "spec", "tags")

    def __init__(self, spec: str, script: Script, whole: bool) -> None:
        self.spec = spec
        self._parts = tuple(map(_compile, spec.split(":")))
        self._parts_of: dict[frozenset[str], Sequence[_Part]] = {}
        self._whole = whole
        named = frozenset(part.tag for part in self._parts)
        self.tags = named if script != "original" else frozenset()
        self.original_tags = named if script != "main" else frozenset()

    def __repr__(self) -> str:
        return f"marc({self.spec!r})"

    def __call__(self, view: MarcView) -> list[str]:
        parts: Sequence[_Part] = self._parts
        if len(parts) > _FEW_PARTS:  # notes name forty tags, of which a record has three
            parts = self._parts_in(view.fields)
        values = self._taken(parts, view.fields, view) if self.tags else []
        if self.original_tags and view.original:
            for tag, field in view.original:
                if tag in self.original_tags:
                    values += self._taken(self._parts, {tag: [field]}, view)
        return values

    def _parts_in(self, fields: Mapping[str, object]) -> Sequence[_Part]:
        tags = frozenset(self.tags & fields.keys())
        parts = self._parts_of.get(tags)
        if parts is None:
            if len(self._parts_of) >= _MOST_CHOICES:
                self._parts_of.clear()
            parts = self._parts_of[tags] = tuple(part for part in self._parts if part.tag in tags or part.tag == LEADER)
        return parts

    def _taken(self, parts: Sequence[_Part], fields: Mapping[str, Sequence[Field]], view: MarcView) -> list[str]:
        values: list[str] = []
        for tag, codes, indicators, characters in parts:
            if tag not in fields:
                if tag == LEADER and characters is not None:
                    values.append(view.leader[characters])
                continue
            if characters is not None:
                values += [text[characters] for text in view.control(tag)]
                continue
            for field in fields[tag]:
                if indicators is not None and (pair := field.indicators):  # a control field has none
                    first, second = indicators
                    if (first != "*" and first != pair[0]) or (second != "*" and second != pair[1]):
                        continue
                found = field.having(codes)
                if self._whole and len(found) > 1:
                    values.append(" ".join(found))
                else:
                    values += found
        return values


def _compile(text: str) -> _Part:
    found = _SPEC.fullmatch(text)
    if found is None:
        raise ValueError(f'cannot read "{text}": write a tag and subfields like 245abnp, 264|*1|b or 008[35-37]')
    characters = None
    if found["first"] is not None:
        first = int(found["first"])
        characters = slice(first, int(found["last"] or first) + 1)
    ind1, ind2 = ((found[name] or "*").replace("#", " ") for name in ("ind1", "ind2"))
    indicators = None if ind1 == ind2 == "*" else (ind1, ind2)
    return _Part(found["tag"], frozenset(found["codes"]) or _LETTERS, indicators, characters)
