"""How many values a facet lists, and in which order: the same in every engine."""

from collections.abc import Iterable, Mapping
from typing import Final

from search.query import Filter
from search.results import FacetValue
from search.schema import BY_NAME

MAX_FACET_VALUES: Final = 50
# Of a single facet that is listed whole, the most frequent.
MAX_LISTED_VALUES: Final = 5000
# Where each part of an index (a shard) counts by itself: its most frequent values that are counted again, then exactly.
# A value can only be missing from the list if it is rarer than the last of these in every part.
CANDIDATES: Final = 1000
# Parts that leave rare values out count a value short, so more than are listed are counted again: one that belongs into
# the list may stand behind its end before it is counted in full.
COUNTED_AGAIN: Final = 2 * MAX_FACET_VALUES


def facet(name: str, counts: Mapping[str, int], chosen: Filter | None) -> tuple[FacetValue, ...]:
    """The values of a facet: most frequent first, years newest first."""
    values = frozenset(chosen.values if chosen else ())
    listed: Iterable[tuple[str, int]] = counts.items()
    if BY_NAME[name].kind == "year":
        ordered = sorted(listed, key=lambda pair: (-_opening_year(pair[0]), pair[0]))
    else:
        ordered = sorted(listed, key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetValue(value, number, value in values) for value, number in ordered)


def _opening_year(value: str) -> int:
    first, _, last = value.partition("..")
    return int(first or last or 0)
