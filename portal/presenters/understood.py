"""What the search engine made of a text: what was read from it, in which spelling it was searched for, what else was
looked for, and the ways out where nothing was found."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal import choosing
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.choices import Chip, Choice
from portal.presenters.shortening import MOST_REPEATED, clipped
from portal.presenters.wording import begun, reading_field, reading_value, way_label
from portal.search_state import SearchState
from search.reading.interpretation import EVERYTHING
from search.results import ResultPage, Way
from search.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Understood:
    """chips: what was read and counts. words: what was left beside it, "" for nothing. as_words: where
    all is searched for as it was typed; anew: where it is read again; each "" where that is so already."""

    chips: tuple[Chip, ...]
    words: str
    as_words: str
    anew: str


@dataclass(frozen=True, slots=True)
class Spelling:
    """told: in which spelling the text was searched for. other: the other way; meant: a text that would find far more."""

    told: str = ""
    other: Choice | None = None
    meant: Choice | None = None


def understood(found: Understanding, state: SearchState, links: Links, t: Messages) -> Understood | None:
    """None for a text in which nothing was read and nothing was taken back."""
    taken_back = bool(state.drop or state.words)
    read = found.words != found.query.text
    if not read and not taken_back:
        return None
    chips = []
    for reading in found.readings:
        field, value = reading_field(reading, t), reading_value(reading, t)
        name = t("understood.remove", field=field, value=value)
        chips.append(Chip(field, value, name, links.search(state.dropping(reading.key))))
    return Understood(
        tuple(chips),
        clipped(found.subject, MOST_REPEATED) if read else "",
        links.search(state.as_words(EVERYTHING)) if read else "",
        links.search(state.read_anew()) if taken_back else "",
    )


def searched_words(page: ResultPage, found: Understanding) -> str:
    """The words that were looked for, as a text: what pages of an e-book are marked with."""
    return page.query.text if page.typed is not None else found.words


def spelling(page: ResultPage, found: Understanding, state: SearchState, links: Links, t: Messages) -> Spelling:
    if page.typed is not None:
        exactly = Choice(t("understood.exactly", words=_quoted(found.words)), links.search(state.exactly()))
        return Spelling(t("understood.shown", words=_quoted(page.query.text)), exactly)
    meant = None
    if page.meant is not None:
        meant = Choice(page.meant.text, links.search(choosing.asking_for(state, page.meant, found.today)))
    if state.exact:
        other = Choice(t("understood.not_exactly"), links.search(state.exactly(False)))
        return Spelling(t("understood.exact"), other, meant)
    return Spelling(meant=meant)


def ways_out(page: ResultPage, found: Understanding, state: SearchState, links: Links, t: Messages) -> Iterator[Choice]:
    """Searches that demand less, with how many results each has."""
    for way in page.ways:
        yield Choice(begun(way_label(way, t)), links.search(led_to(way, found, state)))


def closest(page: ResultPage) -> Way | None:
    """Of the searches that ask for the same words with fewer filters, the one that gives up least; None where none is."""
    return min((way for way in page.ways if way.kind in ("filter", "filters")), key=lambda way: way.total, default=None)


def led_to(way: Way, found: Understanding, state: SearchState) -> SearchState:
    """The search that a way out leads to."""
    if way.kind == "anywhere":
        return choosing.asking_for(state.in_scope(""), way.query, found.today)
    if way.kind == "words":
        return choosing.asking_for(state, way.query, found.today)
    if way.filter is not None:
        return choosing.without_filter(state, found, way.filter)
    return choosing.without_filters(state, found)


def _quoted(words: str) -> str:
    return words if '"' in words else f"“{words}”"
