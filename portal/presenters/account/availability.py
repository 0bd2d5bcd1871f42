"""Whether a title is there now, in a few words: on a row of results, on a record page, on the page that asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.ils.driver import Availability, Holding, Holdings
from portal.presenters.account.days import Days
from search.call_numbers import shelf_key

MOST_PLACES: Final = 2


@dataclass(frozen=True, slots=True)
class Live:
    """state: a name of Availability. text: it in words. waiting: how many wait, in words, "" for nobody."""

    state: str
    text: str
    waiting: str


def live(holdings: Holdings, branches: Mapping[str, str], days: Days) -> Live:
    """branches: names by code."""
    t = days.t
    waiting = t.count("live.waiting", holdings.holds) if holdings.holds else ""
    return Live(holdings.availability.value, _text(holdings, branches, days), waiting)


def _text(holdings: Holdings, branches: Mapping[str, str], days: Days) -> str:
    t = days.t
    match holdings.availability:
        case Availability.AVAILABLE if holdings.is_licensed:
            return t.count("live.licences", holdings.free)
        case Availability.AVAILABLE:
            return _with_places("live.available", holdings, Availability.AVAILABLE, branches, days)
        case Availability.ONSITE:
            return _with_places("live.onsite", holdings, Availability.ONSITE, branches, days)
        case Availability.UNAVAILABLE:
            due = [item.due_at for item in holdings.items if item.due_at is not None]
            if not due:
                return t("live.unavailable")
            day = min(due)
            return t("live.lent_late") if day < days.now else t("live.lent", day=days.short(days.of(day)))
        case _:
            return t("live.unknown")


def _with_places(key: str, holdings: Holdings, wanted: Availability, branches: Mapping[str, str], days: Days) -> str:
    t = days.t
    names = dict.fromkeys(
        branches.get(item.branch, item.branch) for item in holdings.items if item.availability is wanted
    )
    places = [name for name in names if name]
    if not places:
        return t(key)
    shown = ", ".join(places[:MOST_PLACES])
    more = len(places) - MOST_PLACES
    return f"{t(key)} · {shown}" + (f" {t.count('live.more_places', more)}" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy as the page that asks for it lists it."""

    place: str
    call_number: str
    number: str
    state: str
    holdable: bool
    item_id: str


def copy_rows(holdings: Holdings, branches: Mapping[str, str], days: Days) -> tuple[CopyRow, ...]:
    """What is there first, then as the copies stand on their shelves: c.9 before c.10."""
    return tuple(_copy(item, branches, days) for item in sorted(holdings.items, key=_shelved))


def _shelved(item: Holding) -> tuple[object, ...]:
    is_there = item.availability is Availability.AVAILABLE
    return (not is_there, *map(shelf_key, (item.branch, item.location, item.call_number, item.number, item.barcode)))


def _copy(item: Holding, branches: Mapping[str, str], days: Days) -> CopyRow:
    t = days.t
    state = t(f"copy_state.{item.availability.value}")
    if item.availability is Availability.UNAVAILABLE and item.due_at is not None:
        state = t("copy_state.lent", day=days.short(days.of(item.due_at)))
    place = " · ".join(filter(None, (branches.get(item.branch, item.branch), item.location)))
    return CopyRow(place, item.call_number, item.number, state, item.holdable, item.item_id)
