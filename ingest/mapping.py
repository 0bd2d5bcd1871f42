"""The machinery of a mapping: rules that fill the fields of search.schema, and tables of codes."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ingest.extract import LEADER, Extract, Extractor, MarcView
from search.schema import BY_NAME

Step = Callable[[str], str | tuple[str, ...]]

# Records of one catalogue have some hundred sets of tags; each choice of rules holds a hundred references.
_MOST_CHOICES: Final = 4_096


@dataclass(frozen=True, slots=True)
class Rule:
    """Fills one field. first: only the first value is kept. fallback: only if the rules before found nothing."""

    field: str
    extract: Extract
    steps: tuple[Step, ...] = ()
    first: bool = False
    fallback: bool = False


def to_field(name: str, extract: Extract, *steps: Step, first: bool = False, fallback: bool = False) -> Rule:
    """A rule: what `extract` finds goes through `steps`, one value at a time, into the field `name`.

    A step gives the changed value, several, or "" to leave it out. Values are kept once each,
    in the order found. Raises ValueError for a field that search.schema.FIELDS lacks.
    """
    if name not in BY_NAME:
        raise ValueError(f'no field "{name}" in search.schema.FIELDS')
    return Rule(name, extract, steps, first, fallback)


class RuleSet:
    """Rules put in order for a record's tags, so that a rule for tags that a record lacks costs it nothing."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._always = 0  # rules that ask for more than tags, as one bit each
        self._of_tag: dict[str, int] = {}
        self._of_original: dict[str, int] = {}
        self._chosen: dict[int, tuple[Rule, ...]] = {}
        for number, rule in enumerate(self._rules):
            bit = 1 << number
            if not isinstance(rule.extract, Extractor):
                self._always |= bit
                continue
            for tag in rule.extract.tags:
                self._of_tag[tag] = self._of_tag.get(tag, 0) | bit
            for tag in rule.extract.original_tags:
                self._of_original[tag] = self._of_original.get(tag, 0) | bit
        self._always |= self._of_tag.pop(LEADER, 0)

    def apply(self, view: MarcView) -> dict[str, tuple[str, ...]]:
        """The fields of a record; a field without values is absent."""
        fields: dict[str, tuple[str, ...]] = {}
        for rule in self._rules_for(view):
            name = rule.field
            before = fields.get(name)
            if before is not None and (rule.fallback or rule.first):
                continue
            values: Sequence[str] = rule.extract(view)
            for step in rule.steps:
                if not values:
                    break
                values = _stepped(step, values)
            if not values:
                continue
            found = unique(values if before is None else (*before, *values))
            if found:
                fields[name] = found[:1] if rule.first else found
        return fields

    def _rules_for(self, view: MarcView) -> tuple[Rule, ...]:
        mask = self._always
        of_tag = self._of_tag
        for tag in view.fields:
            if tag in of_tag:
                mask |= of_tag[tag]
        for tag, _ in view.original:
            mask |= self._of_original.get(tag, 0)
        chosen = self._chosen.get(mask)
        if chosen is None:
            if len(self._chosen) >= _MOST_CHOICES:
                self._chosen.clear()
            chosen = tuple(rule for number, rule in enumerate(self._rules) if mask >> number & 1)
            self._chosen[mask] = chosen
        return chosen


def apply(rules: Iterable[Rule], view: MarcView) -> dict[str, tuple[str, ...]]:
    """The fields of one record; for many, keep a RuleSet."""
    return RuleSet(rules).apply(view)


def _stepped(step: Step, values: Sequence[str]) -> Sequence[str]:
    if len(values) == 1:  # most fields stand once
        result = step(values[0])
        if isinstance(result, str):
            return (result,) if result else ()
        return result
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
    found = tuple([plain for value in values if (plain := " ".join(value.split()))])
    if len(found) < 2:
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
