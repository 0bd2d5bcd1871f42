"""Lent e-books in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from portal import links as addresses
from portal.i18n import Messages
from portal.ils.driver import HoldStage
from portal.links import PlainLinks
from portal.reader.gate import Reading
from portal.search_state import SearchState
from portal.services.lending import EbookState
from search.document import Document


@dataclass(frozen=True, slots=True)
class LentView:
    """What a borrower is told while reading. action: where the book is given back, by a form that holds token."""

    until: str
    action: str
    token: str


@dataclass(frozen=True, slots=True)
class LoanView:
    """The page on which an e-book is borrowed. acts: what this visitor can do now, the foremost first: each a value for
    the form and its label. read: the first page, "" where it may not be read. sign_in: "" for whoever is signed in.
    result: what came of the last click, refused: that it was not done."""

    title: str
    lines: Sequence[str]
    acts: Sequence[tuple[str, str]]
    action: str
    key: str
    token: str
    record: str
    read: str
    sign_in: str
    result: str
    refused: bool


def lent_view(id: str, may: "Reading", zone: ZoneInfo, t: Messages) -> LentView | None:
    """None for a book that is open to all."""
    if may.until is None or may.visitor is None:
        return None
    until = t("lending.until", time=moment(may.until, zone, t))
    return LentView(until, addresses.borrow(id, t.language), may.visitor.form_token)


def moment(at: datetime, zone: ZoneInfo, t: Messages) -> str:
    """A day and a time of day where the library is."""
    there = at.astimezone(zone)
    day = format_date(there, "EEEE, d MMMM y", locale=t.language)
    clock = format_time(there, "HH.mm" if t.language == "id" else "HH:mm", locale=t.language)
    return f"{day}, {clock} {there.tzname()}"


def loan_view(
    document: Document,
    state: EbookState,
    *,
    token: str,
    key: str,
    sign_in: str,
    result: str,
    refused: bool,
    zone: ZoneInfo,
    t: Messages,
) -> LoanView:
    return LoanView(
        title=document.title,
        lines=tuple(_lines(state, zone, t)),
        acts=() if sign_in else tuple((act, t(f"lending.act_{act}")) for act in _acts(state)),
        action=addresses.borrow(document.id, t.language),
        key=key,
        token=token,
        record=PlainLinks().record(SearchState(hl=t.language), document.id),
        read=addresses.reader(document.id, 1, t.language) if state.until is not None else "",
        sign_in=sign_in,
        result=result,
        refused=refused,
    )


def _lines(state: EbookState, zone: ZoneInfo, t: Messages) -> list[str]:
    if state.until is not None:
        return [t("lending.until", time=moment(state.until, zone, t)), t("lending.by_itself")]
    if not state.copies:
        return [t("lending.no_licence")]
    lines = [t("lending.free", free=t.number(state.free), copies=t.number(state.copies)), _for_how_long(state, t)]
    if state.waiting:
        lines.append(t.count("lending.waiting", state.waiting))
    hold = state.hold
    if hold is not None and hold.stage is HoldStage.READY and hold.pickup_until is not None:
        lines.append(t("lending.ready", time=moment(hold.pickup_until, zone, t)))
    elif hold is not None and hold.place is not None:
        lines.append(t("lending.place", n=t.number(hold.place)))
    return lines


def _for_how_long(state: EbookState, t: Messages) -> str:
    days, hours = divmod(timedelta(hours=state.loan_hours), timedelta(days=1))
    if days and not hours:
        return t.count("lending.for_days", days)
    return t.count("lending.for_hours", state.loan_hours)


def _acts(state: EbookState) -> list[str]:
    if state.until is not None:
        return ["return"]
    acts = []
    if state.can_borrow:
        acts.append("borrow")
    if state.hold is not None:
        acts.append("leave")
    elif state.copies and not state.can_borrow:
        acts.append("wait")
    return acts
