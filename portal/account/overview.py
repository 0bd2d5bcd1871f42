"""`/akun`: what is due next, what can be fetched, what is owed, and the card itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.frame import AccountFrame, address
from portal.account.visitor import Visitor
from portal.i18n import Messages, messages
from portal.ils.driver import Capability, HoldStage, HoldView, LoanPage, Profile
from portal.ils.errors import IlsUnavailable
from portal.presenters.account.card import bars_svg, has_bars
from portal.presenters.account.days import Days, rupiah
from portal.presenters.account.holds import HoldRow, holds
from portal.presenters.account.loans import LoanRow, loans, refusal
from portal.qr import qr_svg
from portal.services.my_library import MyLibrary

DUE_SHOWN: Final = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Card:
    """The card as the desk reads it. bars: "" where the number cannot be drawn so."""

    name: str
    number: str
    qr: Markup
    bars: Markup
    expires: str


@dataclass(frozen=True, slots=True)
class Overview:
    """due, ready, owed: None where the library system cannot tell, or does not answer. late: how many are overdue."""

    is_away: bool
    card: Card | None
    blocks: tuple[str, ...]
    due: tuple[LoanRow, ...] | None
    loans_told: str
    late: str
    ready: tuple[HoldRow, ...] | None
    holds_told: str
    owed: str | None
    is_owed: bool
    links: dict[str, str]


class OverviewPage:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._mine = frame, frame.accounts.my_library

    def routes(self) -> list[Route]:
        return [Route("/akun", self._frame.shown(self.show, "overview"))]

    def show(self, request: Request, visitor: Visitor) -> Response:
        t = messages(visitor.language)
        days = self._frame.days(t)
        asked = _Asked(self._mine, self._frame)
        view = asked.overview(visitor, days)
        return self._frame.page(request, visitor, "overview", "overview.html", view)


class _Asked:
    """What the library system says for one page; from its first silence on it is not asked again."""

    def __init__(self, mine: MyLibrary, frame: AccountFrame) -> None:
        self._mine, self._frame = mine, frame
        self.is_away = False

    def _told(self, capability: Capability, ask: Callable[[], T]) -> T | None:
        if self.is_away or not self._frame.can(capability):
            return None
        try:
            return ask()
        except IlsUnavailable:
            self.is_away = True
            return None

    def overview(self, visitor: Visitor, days: Days) -> Overview:
        t, actor = days.t, visitor.actor
        profile = self._told(Capability.LOGIN, lambda: self._mine.profile(actor))
        lent: LoanPage | None = self._told(Capability.LOANS, lambda: self._mine.loans(actor, renewals=False))
        held: tuple[HoldView, ...] | None = self._told(Capability.HOLDS, lambda: self._mine.holds(actor))
        owed = self._told(Capability.FINES, lambda: sum(fine.balance for fine in self._mine.fines(actor)))
        ready = [hold for hold in held or () if hold.stage is HoldStage.READY]
        late = sum(loan.due_at < days.now for loan in lent.loans) if lent is not None else 0
        branches = self._mine.branches()
        return Overview(
            is_away=self.is_away,
            card=_card(visitor, profile, days),
            blocks=tuple(refusal(block, t) for block in profile.blocks) if profile is not None else (),
            due=None if lent is None else loans(lent, (), False, days).rows[:DUE_SHOWN],
            loans_told="" if lent is None else t.count("loans.count", lent.total),
            late=t.count("loans.late_count", late) if late else "",
            ready=None if held is None else holds(ready, branches, frozenset(), days),
            holds_told="" if held is None else t.count("holds.count", len(held)),
            owed=None if owed is None else rupiah(owed, t),
            is_owed=bool(owed),
            links=_links(t),
        )


def _links(t: Messages) -> dict[str, str]:
    paths = {"loans": "pinjaman", "holds": "reservasi", "fines": "denda", "data": "data"}
    return {key: address(f"/akun/{path}", t.language) for key, path in paths.items()}


def _card(visitor: Visitor, profile: Profile | None, days: Days) -> Card | None:
    number = (profile.card_number if profile is not None else "") or (
        visitor.patron.card_number if visitor.patron else ""
    )
    if not number:
        return None
    t = days.t
    shown = str(escape(t("card.code_name", number=number)))
    bars = bars_svg(number, shown) if has_bars(number) else ""
    expires = profile.expires_on if profile is not None else None
    return Card(
        name=visitor.name,
        number=number,
        qr=Markup(qr_svg(number)),  # noqa: S704 - drawn here, of squares
        bars=Markup(bars),  # noqa: S704 - drawn here, with a name that is escaped
        expires=t("card.expires", day=days.long(expires)) if expires else "",
    )
