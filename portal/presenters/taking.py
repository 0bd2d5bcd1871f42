"""What a reader takes along of a search: its address to hand on, a feed of it, its titles as files, a line of history."""

from dataclasses import dataclass

from portal import links as addresses
from portal.bibliography.exports import FORMATS
from portal.i18n import Messages
from portal.presenters.choices import Choice
from portal.presenters.results import Results
from portal.presenters.wording import value_label
from portal.search_state import SearchState


@dataclass(frozen=True, slots=True)
class Taking:
    """keep: where a patron saves the search. title, address: what is handed on. query, label, told: what the reader's browser keeps of the search, in whichever
    language it was made."""

    title: str
    address: str
    feed: str
    files: tuple[Choice, ...]
    advanced: str
    keep: str
    query: str
    label: str
    told: str


def taking(view: Results, title: str, state: SearchState, base: str, interactive: bool, t: Messages) -> Taking:
    """base: the portal's public address."""
    whole = state.at_page(1)
    query = whole.in_language("id").query_string()
    label = _label(state, t)
    return Taking(
        title=title,
        address=f"{base}/{whole.query_string()}",
        feed=addresses.feed(whole),
        files=tuple(Choice(made.label, f"/cari.{name}{whole.query_string()}") for name, made in FORMATS.items()),
        advanced=addresses.advanced(whole, interactive),
        keep=addresses.keep_search(whole, label),
        query=query,
        label=label,
        told=view.heading,
    )


def _label(state: SearchState, t: Messages) -> str:
    """The search in words: its text, then what was chosen beside it."""
    chosen = []
    for one in state.filters:
        values = t.listing([value_label(one.field, value, t) for value in one.values], "number.or")
        values = t("results.not", value=values) if one.negated else values
        chosen.append(f"{t.label('field', one.field)}: {values}")
    scope = [t.label("scope", state.scope)] if state.scope else []
    return " · ".join([state.q or t("results.title_all"), *scope, *chosen])
