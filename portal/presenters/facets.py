"""What narrows a page of results: values with their counts, years as bars, and what stands above the results."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from portal import choosing
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.choices import Choice
from portal.presenters.wording import value_label
from portal.search_state import FILTER_PREFIX, WITHOUT_PREFIX, FacetOrder, SearchState, encoded
from search.engines.terms import word_text
from search.query import Filter, year_range
from search.results import FacetValue, ResultPage
from search.schema import BY_NAME, FACETS
from search.understanding import Understanding

VALUES_SHOWN: Final = 6
DECADES_SHOWN: Final = 8
GROUPS_OPEN: Final = 6
# A page of names that nobody reads to its end; the box above them narrows it.
VALUES_LISTED: Final = 200
RECENT_YEARS: Final = 5
# What stands above the results, in this order, of the facet that says how a title can be had.
AVAILABILITY: Final = "access"
TOGGLES: Final = ("shelf", "online")


@dataclass(frozen=True, slots=True)
class FacetItem:
    """name: what a screen reader says instead of label and bare number. without: the search that keeps the value out,
    "" where there is none. share: of the largest count, in percent."""

    label: str
    count: str
    name: str
    href: str
    chosen: bool
    without: str = ""
    without_name: str = ""
    share: int = 0


@dataclass(frozen=True, slots=True)
class YearSpan:
    """The form of years: what is filled in, the search it narrows as hidden fields, and the last few years as a link."""

    first: str
    last: str
    kept: tuple[tuple[str, str], ...]
    recent: Choice


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """more: where all values are listed, "" when they are shown. years: for a facet of years."""

    field: str
    label: str
    items: tuple[FacetItem, ...]
    more: str
    more_name: str
    open: bool
    years: YearSpan | None = None


@dataclass(frozen=True, slots=True)
class FacetList:
    """All values of a facet. told: how many of them are shown. kept: the search, as hidden fields of the box."""

    heading: str
    field: str
    told: str
    text: str
    kept: tuple[tuple[str, str], ...]
    orders: tuple[Choice, ...]
    items: tuple[FacetItem, ...]
    back: str


@dataclass(frozen=True, slots=True)
class Choosing:
    """What values are drawn with."""

    found: Understanding
    state: SearchState
    links: Links
    t: Messages

    def items(self, field: str, values: Iterable[FacetValue]) -> tuple[FacetItem, ...]:
        listed = list(values)
        most = max((value.count for value in listed), default=0)
        addresses = self._addresses(field)
        return tuple(self._item(field, value, most, *addresses(value.value)) for value in listed)

    def _item(self, field: str, value: FacetValue, most: int, href: str, without: str) -> FacetItem:
        label = value_label(field, value.value, self.t)
        return FacetItem(
            label,
            self.t.number(value.count),
            self.t.count("facets.value", value.count, label=label),
            href,
            value.chosen,
            "" if value.chosen else without,
            self.t("facets.without", label=label),
            value.count * 100 // most if most else 0,
        )

    def _addresses(self, field: str) -> Callable[[str], tuple[str, str]]:
        """What gives the searches with a value chosen, or given up, and kept out."""

        def worked_out(value: str) -> tuple[str, str]:
            chosen = choosing.toggled(self.state, self.found, field, value)
            kept_out = choosing.kept_out(self.state, self.found, field, value)
            return self.links.search(chosen), self.links.search(kept_out)

        if any(held.field == field for held in (*self.state.filters, *self.found.query.filters)):
            return worked_out
        # Where nothing of the field is chosen, addresses differ in the value alone, and a page has a hundred.
        any_value = "0" if BY_NAME[field].kind == "year" else field
        with_any, without_any = (
            address.partition(f"{prefix}{field}={any_value}")
            for address, prefix in zip(worked_out(any_value), (FILTER_PREFIX, WITHOUT_PREFIX), strict=True)
        )
        if not with_any[1] or not without_any[1]:  # there is no room for another filter
            return worked_out

        def filled_in(value: str) -> tuple[str, str]:
            written = encoded(value)
            return (
                f"{with_any[0]}{FILTER_PREFIX}{field}={written}{with_any[2]}",
                f"{without_any[0]}{WITHOUT_PREFIX}{field}={written}{without_any[2]}",
            )

        return filled_in


def facet_groups(
    page: ResultPage, found: Understanding, state: SearchState, links: Links, t: Messages
) -> tuple[FacetGroup, ...]:
    """Facets that can narrow the results. One that every result shares tells nothing and is left out."""
    drawing = Choosing(found, state, links, t)
    groups: list[FacetGroup] = []
    for field in FACETS:
        values = [value for value in page.facets.get(field, ()) if value.count or value.chosen]
        chosen = any(value.chosen for value in values)
        narrows = len(values) > 1 or any(value.count < page.total for value in values)
        if not values or not (narrows or chosen):
            continue
        of_years = BY_NAME[field].kind == "year"
        shown = DECADES_SHOWN if of_years else VALUES_SHOWN
        ordered = values if of_years else sorted(values, key=lambda value: not value.chosen)
        label = t.label("field", field)
        groups.append(
            FacetGroup(
                field,
                label,
                drawing.items(field, ordered[:shown]),
                links.search(state.listing(field)) if len(values) > shown else "",
                t("facets.more_of", label=label),
                len(groups) < GROUPS_OPEN or chosen,
                _years(drawing) if of_years else None,
            )
        )
    return tuple(groups)


def _years(drawing: Choosing) -> YearSpan:
    found, state, t = drawing.found, drawing.state, drawing.t
    held = found.query.chosen.get("year")
    span = year_range(held.values[0]) if held is not None and len(held.values) == 1 else None
    first, last = (_year(span[0], 0), _year(span[1], 9999)) if span else ("", "")
    recent = f"{found.today.year - RECENT_YEARS}.."
    kept = choosing.only(state, found, "year")
    return YearSpan(
        first,
        last,
        kept.to_params(),
        Choice(
            t("facets.recent", n=RECENT_YEARS),
            drawing.links.search(choosing.only(state, found, "year", recent)),
            held is not None and held.values == (recent,),
        ),
    )


def _year(year: int, open_end: int) -> str:
    return "" if year == open_end else str(year)


def facet_list(
    values: Sequence[FacetValue], found: Understanding, state: SearchState, links: Links, t: Messages
) -> FacetList:
    """values: all there are, most frequent first. What `state` says of text and order is done here."""
    field = state.facet
    wanted = word_text(state.facet_text)
    named = [(word_text(value_label(field, value.value, t)), value) for value in values if value.count or value.chosen]
    held = [pair for pair in named if wanted in pair[0]]
    if state.facet_order == "az":
        held.sort(key=lambda pair: (pair[0], pair[1].value))
    held.sort(key=lambda pair: not pair[1].chosen)
    label = t.label("field", field)
    listing = state.listing(field)
    told = "facets.listed" if len(held) <= VALUES_LISTED else "facets.listed_first"
    orders: tuple[FacetOrder, ...] = ("count", "az")
    return FacetList(
        label,
        field,
        t.count(told, len(held), shown=t.number(VALUES_LISTED)),
        state.facet_text,
        listing.to_params(),
        tuple(
            Choice(t.label("facet_order", order), links.search(state.in_order(order)), order == state.facet_order)
            for order in orders
        ),
        Choosing(found, state, links, t).items(field, [value for _, value in held[:VALUES_LISTED]]),
        links.search(listing.listing("")),
    )


def toggles(
    page: ResultPage, found: Understanding, state: SearchState, links: Links, t: Messages
) -> tuple[Choice, ...]:
    """All / on the shelf / to read online, with counts; () where no title says how it can be had."""
    counts = {value.value: value.count for value in page.facets.get(AVAILABILITY, ())}
    held = found.query.chosen.get(AVAILABILITY, Filter(AVAILABILITY, ())).values
    offered = [value for value in TOGGLES if counts.get(value) or value in held]
    if not offered:
        return ()
    everything = Choice(t("toggle.all"), links.search(choosing.only(state, found, AVAILABILITY)), not held)
    return (
        everything,
        *(
            Choice(
                t(f"toggle.{value}", n=t.number(counts.get(value, 0))),
                links.search(choosing.only(state, found, AVAILABILITY, value)),
                held == (value,),
            )
            for value in offered
        ),
    )
