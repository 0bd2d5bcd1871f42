"""What a choice on a page of results does to the search, where its text was read as plain language too.

Pure functions. Something that was read is taken away by its key and stays away; something that is chosen takes its place.
"""

from dataclasses import replace
from datetime import date

from portal.search_state import SearchState
from search.query import Filter, Query
from search.reading.interpretation import EVERYTHING, Reading
from search.schema import RELEVANCE
from search.understanding import Understanding, is_read


def toggled(state: SearchState, found: Understanding, field: str, value: str) -> SearchState:
    """The search with a facet value chosen, or given up when it was chosen or read from the text.

    A value chosen beside one that was read takes its place. Once the last value of a field is given up, what the
    text says of that field does not come back.
    """
    read = found.about(field)
    if read is None:
        return state.toggling(field, value)
    if value in state.chosen(field):
        left = state.without(field, value)
        return left if left.chosen(field) else left.dropping(read.key)
    values = read.meaning.values if isinstance(read.meaning, Filter) and read.key not in found.overruled else ()
    if value not in values:
        return state.toggling(field, value)
    others = tuple(other for other in values if other != value)
    if not others:
        return state.dropping(read.key)
    return state.with_filters((*state.filters, Filter(field, others)))


def kept_out(state: SearchState, found: Understanding, field: str, value: str) -> SearchState:
    """The search without documents that have a value; chosen or read, it is given up."""
    held = value in state.chosen(field) or any(
        one.field == field and value in one.values and not one.negated for one in found.query.filters
    )
    return (toggled(state, found, field, value) if held else state).keeping_out(field, value)


def without_filter(state: SearchState, found: Understanding, gone: Filter) -> SearchState:
    """The search without a filter; chosen or read."""
    same = (gone.field, gone.negated)
    read = [one.key for one in found.interpretation.readings if _filtered(one) == same]
    left = state.with_filters(one for one in state.filters if (one.field, one.negated) != same)
    return left.dropping(*read)


def _filtered(reading: Reading) -> tuple[str, bool] | None:
    """The field that a reading narrows, and whether by what is not wanted."""
    meaning = reading.meaning
    return (meaning.field, meaning.negated) if isinstance(meaning, Filter) else None


def only(state: SearchState, found: Understanding, field: str, *values: str) -> SearchState:
    """The search with these values of a field and no others, chosen or read; none at all for none."""
    read = found.about(field)
    left = state.choosing_only(field, *values)
    return left.dropping(read.key) if read and not values else left


def without_chosen(state: SearchState, found: Understanding) -> SearchState:
    """The search without all that was chosen; what that had overruled does not come back."""
    fields = {chosen.field for chosen in state.filters if not chosen.negated}
    read = ((one.key, _filtered(one)) for one in found.interpretation.readings)
    return state.without_filters().dropping(*(key for key, held in read if held is not None and held[0] in fields))


def without_filters(state: SearchState, found: Understanding) -> SearchState:
    """The search without all filters, chosen or read."""
    read = (one.key for one in found.interpretation.readings if isinstance(one.meaning, Filter))
    return state.without_filters().dropping(*read)


def ordered(state: SearchState, found: Understanding, sort: str) -> SearchState:
    """The search in another order; by relevance even if the text asks for an order."""
    chosen = state.sorted_by(sort)
    return chosen.dropping(found.order.key) if sort == RELEVANCE and found.order else chosen


def asking_for(state: SearchState, query: Query, today: date) -> SearchState:
    """A search of its own for just what `query` says: its filters and order chosen outright, its text no longer read."""
    asked = replace(state.asking(query.text), filters=query.filters, sort=query.sort)
    return asked.as_words(EVERYTHING) if not asked.scope and is_read(asked.q, today) else asked
