"""Worked examples of readings: how they are written down and read."""

from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from search.query import Filter
from search.reading.constructions import Order
from search.reading.interpretation import Interpretation, Reading

TODAY: Final = date(2026, 8, 1)


class Example(NamedTuple):
    query: str
    rest: str
    readings: str


def lines(name: str) -> list[str]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


def examples(name: str) -> list[Example]:
    return [Example(*(part.strip() for part in line.split("|", 2))) for line in lines(name)]


def written(found: Interpretation) -> str:
    """The readings as an example has them: "audience=children; year=2016..; -language=eng; contributor~Hamka; not~ikan"."""
    return "; ".join(map(_written, found.readings))


def _written(reading: Reading) -> str:
    meaning = reading.meaning
    if isinstance(meaning, Order):
        return f"sort={meaning.sort}"
    negated = "-" if meaning.negated else ""
    if isinstance(meaning, Filter):
        return f"{negated}{meaning.field}={','.join(meaning.values)}"
    return f"{negated}{meaning.field or 'not'}~{'|'.join(meaning.words)}"
