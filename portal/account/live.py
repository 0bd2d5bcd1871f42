"""What scripts ask for on pages that are the same for everybody: whether titles are there now, and who is signed in."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal import links as addresses
from portal.account.frame import AccountFrame
from portal.account.visitor import Audience, Visitor, shown
from portal.i18n import Messages, messages
from portal.ils.driver import Capability, Holdings, HoldStage
from portal.ils.errors import IlsUnavailable
from portal.plain import language_of
from portal.presenters.account.availability import live
from portal.search_state import MAX_ID, SIZES
from search.document import DocumentId

# As many as stand on the longest page of results, and the record that is open.
MOST_ASKED: Final = max(SIZES)
NOT_KEPT: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class LiveAnswers:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._mine = frame, frame.accounts.my_library

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/availability", self.availability),
            Route("/akun/status.json", shown(self.status, Audience.EVERYBODY)),
        ]

    def availability(self, request: Request) -> Response:
        """The state of titles, of all in one question to the library system; nothing of who asks."""
        t = messages(language_of(request))
        given = (id for id in request.query_params.getlist("id") if 0 < len(id) <= MAX_ID)
        ids = [DocumentId(id) for id in dict.fromkeys(given)][:MOST_ASKED]
        try:
            found = self._frame.accounts.ils.status(ids) if ids else {}
            answers = True
        except IlsUnavailable:
            found, answers = {id: Holdings(id) for id in ids}, False
        titles = self._titles(found, t)
        return JSONResponse({"answers": answers, "titles": titles}, headers=NOT_KEPT)

    def _titles(self, found: Mapping[DocumentId, Holdings], t: Messages) -> dict[str, dict[str, object]]:
        names, days = self._mine.branches(), self._frame.days(t)
        can_hold = self._frame.can(Capability.PLACE_HOLD)
        titles: dict[str, dict[str, object]] = {}
        for id, holdings in found.items():
            told = live(holdings, names, days)
            titles[id] = {
                "state": told.state,
                "text": told.text,
                "waiting": told.waiting,
                "copies": len(holdings.items),
                "free": holdings.free,
                "holds": holdings.holds,
                "licensed": holdings.is_licensed,
                "hold": can_hold and (holdings.is_licensed or any(item.holdable for item in holdings.items)),
                "href": addresses.borrow(id, "id") if holdings.is_licensed else addresses.asking(id),
            }
        return titles

    def status(self, request: Request, visitor: Visitor) -> Response:  # noqa: ARG002 - the shape of a page
        """Who is signed in, with the token for forms, and what is lent to them or asked for; no names, no titles."""
        if visitor.patron is None:
            return JSONResponse({"signed_in": False}, headers=NOT_KEPT)
        answer: dict[str, object] = {
            "signed_in": True,
            "token": visitor.form_token,
            "pickup": self._mine.home_branch(visitor.actor),
            "loans": [],
            "holds": {},
            "ready": 0,
            "late": 0,
        }
        can, now = self._mine.capabilities, self._frame.accounts.clock()
        try:
            if Capability.LOANS in can:
                lent = self._mine.loans(visitor.actor, renewals=False).loans
                answer["loans"] = [loan.document_id for loan in lent if loan.document_id and not loan.borrower]
                answer["late"] = sum(loan.due_at < now for loan in lent)
            if Capability.HOLDS in can:
                held = self._mine.holds(visitor.actor)
                answer["holds"] = {hold.document_id: hold.id for hold in held if hold.document_id}
                answer["ready"] = sum(hold.stage is HoldStage.READY for hold in held)
        except IlsUnavailable:
            answer["away"] = True
        return JSONResponse(answer, headers=NOT_KEPT)
