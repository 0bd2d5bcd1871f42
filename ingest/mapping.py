"""The machinery of a mapping: rules that fill the fields of search.schema, and tables of codes."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ingest.extract import Extract, MarcView
from search.schema import BY_NAME

Step = Callable[[str], str | tuple[str, ...]]


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


def apply(rules: Iterable[Rule], view: MarcView) -> dict[str, tuple[str, ...]]:
    """The fields of a record; a field without values is absent."""
    fields: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        before = fields.get(rule.field, ())
        if before and (rule.fallback or rule.first):
            continue
        values = rule.extract(view)
        if not values:
            continue
        for step in rule.steps:
            values = _stepped(step, values)
        if not values:
            continue
        found = unique((*before, *values))
        if found:
            fields[rule.field] = found[:1] if rule.first else found
    return fields


def _stepped(step: Step, values: Iterable[str]) -> list[str]:
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
    found = [plain for value in values if (plain := " ".join(value.split()))]
    if len(found) < 2:
        return tuple(found)
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
