"""Where a record stands among the results it was opened from, with the way to the ones beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.i18n import Messages
from portal.links import Links
from portal.search_state import SearchState
from search.document import DocumentId


@dataclass(frozen=True, slots=True)
class Trail:
    """place: "Hasil 37 dari 214". previous, next: "" at the ends."""

    place: str
    previous: str
    next: str


def first_beside(at: int) -> int:
    """The first of the results that a trail needs to know; the last is `at + 1`."""
    return max(at - 1, 1)


def trail(
    id: DocumentId, beside: Sequence[DocumentId], total: int, state: SearchState, links: Links, t: Messages
) -> Trail | None:
    """beside: ids of the results from `first_beside(state.at)` on. None where `id` is not at its place any more."""
    here = state.at - first_beside(state.at)
    if not state.at or here >= len(beside) or beside[here] != id:
        return None
    after = beside[here + 1] if here + 1 < len(beside) else ""
    return Trail(
        place=t("record.place", n=t.number(state.at), total=t.number(total)),
        previous=links.record(state, beside[0], state.at - 1) if here else "",
        next=links.record(state, after, state.at + 1) if after else "",
    )
