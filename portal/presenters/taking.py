"""What a reader takes along of a search: its name in the window, its address to hand on, a feed of it, its titles as files,
a line of history."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal import links as addresses
from portal.bibliography.exports import FORMATS
from portal.i18n import LANGUAGES, Language, Messages, messages
from portal.presenters.choices import Choice
from portal.presenters.wording import value_label
from portal.search_state import DEFAULT_MODE, SearchState
from search.query import Filter
from search.schema import RELEVANCE


@dataclass(frozen=True, slots=True)
class Kept:
    """A search as the history tells it in one language. told: how much it found."""

    label: str
    told: str


@dataclass(frozen=True, slots=True)
class Taking:
    """keep: where a patron saves the search. title, address: what is handed on. query, kept: what the reader's browser
    keeps of the search; the history may be opened in the other language than the search was made in."""

    title: str
    address: str
    feed: str
    files: tuple[Choice, ...]
    advanced: str
    keep: str
    query: str
    kept: Mapping[Language, Kept]


def taking(total: int, state: SearchState, base: str, interactive: bool, t: Messages) -> Taking:
    """total: results of the search. base: the portal's public address."""
    whole = state.at_page(1)
    return Taking(
        title=search_title(whole, t),
        address=f"{base}/{whole.query_string()}",
        feed=addresses.feed(whole),
        files=tuple(Choice(made.label, f"/cari.{name}{whole.query_string()}") for name, made in FORMATS.items()),
        advanced=addresses.advanced(whole, interactive),
        keep=addresses.keep_search(whole, _label(state, t)),
        query=whole.in_language("id").query_string(),
        kept={hl: Kept(_label(state, messages(hl)), _told(total, messages(hl))) for hl in LANGUAGES},
    )


def search_title(state: SearchState, t: Messages) -> str:
    """What tells a search from others among windows and in the browser's history: what differs comes first, briefly."""
    parts = [state.q or t("results.title_all"), *_scope(state, t), *(_values(one, t) for one in state.filters)]
    if state.sort != RELEVANCE:
        parts.append(t.label("sort", state.sort))
    if state.mode != DEFAULT_MODE:
        parts.append(t.label("mode", state.mode))
    if state.page > 1:
        parts.append(t("results.page_n", n=t.number(state.page)))
    named = " · ".join(parts)
    return t("results.title", query=named) if state.q else named


def _label(state: SearchState, t: Messages) -> str:
    """The search in words: its text, then what was chosen beside it."""
    chosen = (f"{t.label('field', one.field)}: {_values(one, t)}" for one in state.filters)
    return " · ".join([state.q or t("results.title_all"), *_scope(state, t), *chosen])


def _scope(state: SearchState, t: Messages) -> list[str]:
    return [t.label("scope", state.scope)] if state.scope else []


def _values(chosen: Filter, t: Messages) -> str:
    values = t.listing([value_label(chosen.field, value, t) for value in chosen.values], "number.or")
    return t("results.not", value=values) if chosen.negated else values


def _told(total: int, t: Messages) -> str:
    return t.count("results.heading", total) if total else t("empty.heading")
