"""`/pesan/{id}`: the copies of a title as they are now, and asking for it. Works without any script."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import links as addresses
from portal.account.frame import TABS, AccountFrame, address, switched
from portal.account.framing import TabLink
from portal.account.holds import told_refusal
from portal.account.visitor import SIGN_IN, Audience, Visitor, shown, to
from portal.i18n import Messages
from portal.ils.driver import Capability, Holdings, PickupBranch, Refusal
from portal.ils.errors import IlsUnavailable
from portal.plain import plain_answer
from portal.presenters.account.availability import CopyRow, Live, copy_rows, live
from portal.presenters.account.days import Days
from portal.presenters.account.loans import record_address, refusal
from portal.presenters.copies import COPIES_SHOWN
from portal.presenters.wording import names_line
from portal.search_state import MAX_ID
from portal.services.errors import NotFound
from portal.services.lending import lendable
from portal.store.columns import new_id
from search.document import Document, DocumentId

# The page of the account that says more of a refusal.
_ABOUT: Final = {
    Refusal.ALREADY_YOURS: "loans",
    Refusal.DUPLICATE: "holds",
    Refusal.MAX_HOLDS: "holds",
    Refusal.DEBT: "fines",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """see: the page that says more of why_not. live: None while the library system does not answer. why_not: why it cannot be asked for, "" where it can.

    shown: how many of the copies stand open; more: how many lie folded behind them, in words, "" for none.
    sign_in: where guests do so first, "" for patrons. branches: none where it is not fetched anywhere, as an e-book.
    """

    id: str
    title: str
    names: str
    record: str
    live: Live | None
    copies: tuple[CopyRow, ...]
    shown: int
    more: str
    can_ask: bool
    why_not: str
    see: TabLink | None
    sign_in: str
    branches: tuple[PickupBranch, ...]
    can_choose_copy: bool
    is_licensed: bool


class AskingPage:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._mine = frame, frame.accounts.my_library

    def routes(self) -> list[Route]:
        return [Route("/pesan/{id:path}", shown(self.show, Audience.EVERYBODY))]

    def show(self, request: Request, visitor: Visitor) -> Response:
        document = self._frame.services.discovery.document(DocumentId(request.path_params["id"][:MAX_ID]))
        if document is None:
            raise NotFound("no such title")
        drawing = self._frame.drawing(request, visitor.language)
        t = drawing.t
        holdings = self._holdings(document, visitor)
        if holdings is not None and holdings.is_licensed and lendable(document):
            return to(addresses.borrow(document.id, "id"), visitor.language)
        view = self._view(document, holdings, visitor, self._frame.days(t))
        told = told_refusal(request, t)
        title = t("asking.title", title=document.title)
        beside = {"told": told, "token": visitor.form_token, "key": new_id()}
        status = 503 if holdings is None else 200
        drawn = drawing.framed("account/asking.html", view, title, switched(request, t), status, beside)
        response = plain_answer(drawing, drawn)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _holdings(self, document: Document, visitor: Visitor) -> Holdings | None:
        try:
            return self._frame.accounts.ils.holdings(document.id, visitor.patron)
        except IlsUnavailable:
            return None

    def _view(self, document: Document, holdings: Holdings | None, visitor: Visitor, days: Days) -> Asking:
        t = days.t
        names = self._mine.branches()
        why_not, see, branches = self._wishes(document, holdings, visitor, t)
        can_place = self._frame.can(Capability.PLACE_HOLD) and holdings is not None
        copies = copy_rows(holdings, names, days) if holdings is not None else ()
        folded = len(copies) - COPIES_SHOWN
        here = addresses.asking(document.id, visitor.language)
        onward = urlencode([("lanjut", here), *([("hl", "en")] if t.language == "en" else [])])
        return Asking(
            id=document.id,
            title=document.title,
            names=names_line(document, t),
            record=record_address(document.id, t),
            live=live(holdings, names, days) if holdings is not None else None,
            copies=copies,
            shown=COPIES_SHOWN,
            more=t.count("record.items_more", folded) if folded > 0 else "",
            can_ask=can_place and not why_not and bool(holdings and (holdings.items or holdings.is_licensed)),
            why_not=why_not,
            see=see,
            sign_in=f"{SIGN_IN}?{onward}" if visitor.patron is None else "",
            branches=branches,
            can_choose_copy=self._frame.can(Capability.ITEM_HOLD),
            is_licensed=holdings is not None and holdings.is_licensed,
        )

    def _wishes(
        self, document: Document, holdings: Holdings | None, visitor: Visitor, t: Messages
    ) -> tuple[str, TabLink | None, tuple[PickupBranch, ...]]:
        """Why this patron cannot ask for it now, "" for no reason, with the page that says more; where it can be fetched."""
        if holdings is None or not self._frame.can(Capability.PLACE_HOLD):
            return "", None, ()
        if not holdings.items and not holdings.is_licensed:
            return t("asking.no_copies"), None, ()
        if not holdings.is_licensed and not any(item.holdable for item in holdings.items):
            return refusal(Refusal.NOT_HOLDABLE, t), None, ()
        if visitor.patron is None:
            return "", None, ()
        try:
            refused = self._mine.check_hold(visitor.actor, document.id)
            branches = () if holdings.is_licensed else self._mine.pickup_branches(visitor.actor, document.id)
        except IlsUnavailable:
            return t("account.away"), None, ()
        if refused is None:
            return "", None, branches
        return refusal(refused, t), _page_about(refused, t), branches


def _page_about(refused: Refusal, t: Messages) -> TabLink | None:
    key = _ABOUT.get(refused)
    tab = next((tab for tab in TABS if tab.key == key), None)
    return None if tab is None else TabLink(t(f"account.tab_{tab.key}"), address(tab.path, t.language), current=False)
