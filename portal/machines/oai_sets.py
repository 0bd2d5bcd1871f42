"""The sets of OAI-PMH: what can be harvested by itself. By format ("format:book") and by hundred of Dewey ("ddc:300")."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from portal.i18n import messages
from search.document import Document
from search.engine import EVERYTHING, Searcher
from search.query import Filter, Query

# First part of a set's name, and the field that its second part is a value of.
FIELDS: Final[Mapping[str, str]] = {"format": "format", "ddc": "dewey_class"}
_NAMES: Final[Mapping[str, str]] = {"format": "Format", "ddc": "Dewey"}
_SPEC: Final = re.compile(r"(format|ddc)(?::([A-Za-z0-9_.!~*'()-]{1,80}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Set:
    """One set. spec: its name in requests; title: for people."""

    spec: str
    title: str


def sets(searcher: Searcher) -> Iterator[Set]:
    """All sets that hold something now, each group before its members."""
    found = searcher.facets(EVERYTHING)
    for group, field in FIELDS.items():
        members = [f"{group}:{value.value}" for value in found.get(field, ()) if value.count]
        specs = [spec for spec in members if _SPEC.fullmatch(spec)]
        if specs:
            yield Set(group, _NAMES[group])
            yield from (Set(spec, _title(field, spec.partition(":")[2])) for spec in sorted(specs))


def _title(field: str, code: str) -> str:
    both = dict.fromkeys(messages(hl).label(field, code) for hl in ("id", "en"))
    return " / ".join(both)


def query_of(spec: str, searcher: Searcher) -> Query | None:
    """What is in a set; None where no set can have this name."""
    named = _SPEC.fullmatch(spec)
    if named is None:
        return None
    field, value = FIELDS[named[1]], named[2]
    if value:
        return Query(filters=(Filter(field, (value,)),))
    values = tuple(found.value for found in searcher.facets(EVERYTHING).get(field, ()))
    return Query(filters=(Filter(field, values or ("-",)),))


def specs_of(document: Document) -> Iterator[str]:
    """The sets a document is in."""
    for group, field in FIELDS.items():
        for value in document.values(field):
            if _SPEC.fullmatch(spec := f"{group}:{value}"):
                yield spec
