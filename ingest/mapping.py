"""The machinery of a mapping: rules that fill the fields of search.schema, and tables of codes."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ingest.extract import LEADER, ORIGINAL, Extract, Extractor, MarcView
from ingest.transform import plain
from search.schema import BY_NAME

Step = Callable[[str], str | tuple[str, ...]]

# Records of one catalogue have some hundred sets of tags; each choice of rules holds a hundred references.
_MOST_CHOICES: Final = 4_096


@dataclass(frozen=True, slots=True)
class Rule:
    """Fills one field. first: only the first value is kept. fallback: only if the rules before found nothing.

    tags: without a field of these the rule finds nothing. "880" among them are fields in original script with a
    romanised partner; with "LDR", the leader, or without any tags the rule is asked for every record.
    """

    field: str
    extract: Extract
    steps: tuple[Step, ...] = ()
    first: bool = False
    fallback: bool = False
    tags: frozenset[str] = frozenset()


def to_field(
    name: str, extract: Extract, *steps: Step, reads: str = "", first: bool = False, fallback: bool = False
) -> Rule:
    """A rule: what `extract` finds goes through `steps`, one value at a time, into the field `name`.

    A step gives the changed value, several, or "" to leave it out. Values are kept once each,
    in the order found. reads: the tags that a function looks at, parted by spaces, with LDR for the leader.
    Raises ValueError for a field that search.schema.FIELDS lacks.
    """
    if name not in BY_NAME:
        raise ValueError(f'no field "{name}" in search.schema.FIELDS')
    tags = frozenset(reads.split())
    if isinstance(extract, Extractor):
        tags = extract.tags | ({ORIGINAL} if extract.original_tags else set())
    return Rule(name, extract, steps, first, fallback, tags)


class RuleSet:
    """Rules put in order for a record's tags, so that a rule for tags that a record lacks costs it nothing.

    tags: those of all fields that the rules read, and 880, which stands for any.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: list[_Chosen] = []
        self._taken_apart: set[str] = set()  # tags of fields that a function reads
        self._always = 0  # rules that ask for more than tags, as one bit each
        self._of_tag: dict[str, int] = {}
        self._chosen: dict[int, tuple[_Chosen, ...]] = {}
        for number, rule in enumerate(rules):
            self._rules.append((rule.field, rule.extract, rule.steps, rule.first, rule.first or rule.fallback))
            bit = 1 << number
            if not rule.tags or LEADER in rule.tags:
                self._always |= bit
            for tag in rule.tags:
                self._of_tag[tag] = self._of_tag.get(tag, 0) | bit
            if not isinstance(rule.extract, Extractor):
                self._taken_apart |= rule.tags
        self.tags = frozenset((*self._of_tag, ORIGINAL))

    def apply(self, view: MarcView) -> dict[str, tuple[str, ...]]:
        """The fields of a record; a field without values is absent."""
        fields: dict[str, tuple[str, ...]] = {}
        for name, extract, steps, first, only_once in self._rules_for(view):
            if only_once and name in fields:
                continue
            values = extract(view)
            if not values:
                continue
            if first:
                if value := _first(values, steps):
                    fields[name] = (value,)
                continue
            for step in steps:
                values = _stepped(step, values)
            if len(values) == 1 and name not in fields:  # most fields stand once
                if value := plain(values[0]):
                    fields[name] = (value,)
            elif values and (found := unique((*fields.get(name, ()), *values))):
                fields[name] = found
        return fields

    def _rules_for(self, view: MarcView) -> "tuple[_Chosen, ...]":
        mask = self._always
        of_tag, taken_apart = self._of_tag, self._taken_apart
        for tag, fields in view.fields.items():
            if tag in of_tag:
                mask |= of_tag[tag]
                if tag in taken_apart:
                    for field in fields:
                        field.take_apart()  # each is sure to be asked for its parts
        if view.original:
            mask |= of_tag.get(ORIGINAL, 0)
        chosen = self._chosen.get(mask)
        if chosen is None:
            if len(self._chosen) >= _MOST_CHOICES:
                self._chosen.clear()
            chosen = tuple([rule for number, rule in enumerate(self._rules) if mask >> number & 1])
            self._chosen[mask] = chosen
        return chosen


# Field, extract, steps, first, and whether a value found before is enough.
_Chosen = tuple[str, Extract, tuple[Step, ...], bool, bool]


def apply(rules: Iterable[Rule], view: MarcView) -> dict[str, tuple[str, ...]]:
    """The fields of one record; for many, keep a RuleSet."""
    return RuleSet(rules).apply(view)


def _first(values: Sequence[str], steps: Sequence[Step]) -> str:
    """The first that is left of `values`; those behind it are not looked at."""
    for value in values:
        found: Sequence[str] = (value,)
        for step in steps:
            found = _stepped(step, found)
        for text in found:
            if value := plain(text):
                return value
    return ""


def _stepped(step: Step, values: Sequence[str]) -> Sequence[str]:
    if len(values) == 1:
        result = step(values[0])
        return result if not isinstance(result, str) else (result,) if result else ()
    changed: list[str] = []
    for value in values:
        result = step(value)
        if isinstance(result, str):
            if result:
                changed.append(result)
        else:
            changed += result
    return changed


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Values once each, in order of first sight, spaces made plain; capitals make no difference.

    >>> unique(["Laut", " laut ", "", "Ikan"])
    ('Laut', 'Ikan')
    """
    found = tuple(filter(None, map(plain, values)))
    if len(found) < 2 or len(set(map(str.casefold, found))) == len(found):
        return found
    seen: dict[str, str] = {}
    for value in found:
        seen.setdefault(value.casefold(), value)
    return tuple(seen.values())


@cache
def table(file: str, name: str) -> Mapping[str, str]:
    """A table of codes from ingest/maps/<file>.toml: what a source writes -> what we write."""
    return dict(_tables(file)[name])


@cache
def words(file: str, name: str) -> Sequence[str]:
    """A list of words or codes from ingest/maps/<file>.toml, written as a list or parted by spaces."""
    found = _tables(file)[name]
    return tuple(found.split() if isinstance(found, str) else found)


@cache
def _tables(file: str) -> Mapping[str, Any]:
    return tomllib.loads((files("ingest") / "maps" / f"{file}.toml").read_text(encoding="utf-8"))
