"""`/akun/reservasi`: what patrons wait for; `/pesan/{id}`: asking for a title; and `/akun/denda`, what they owe."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal import links as addresses
from portal.account.forms import key_of, text_of
from portal.account.frame import AccountFrame, Told, back_to, wants_json
from portal.account.visitor import Visitor
from portal.i18n import Messages, messages
from portal.ils.driver import Capability, HoldRequest, HoldResult, HoldStage, PickupBranch, Refusal
from portal.presenters.account.fines import fines
from portal.presenters.account.holds import HoldRow, expected, holds
from portal.presenters.account.loans import refusal, refusal_named
from portal.search_state import MAX_ID
from portal.services.errors import NotFound
from portal.services.my_library import MOST_SUSPENDED_DAYS
from search.document import DocumentId

HOLDS: Final = "/akun/reservasi"
# What may have been done to a hold, as the address of the page says it.
_DONE: Final = ("placed", "cancelled", "cancel_asked", "suspended", "resumed", "moved")


@dataclass(frozen=True, slots=True)
class HoldsView:
    """first, last: the days between which a hold can be put off."""

    told: str
    rows: tuple[HoldRow, ...]
    branches: tuple[PickupBranch, ...]
    first: str
    last: str


class HoldPages:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._mine = frame, frame.accounts.my_library

    def routes(self) -> list[Route]:
        frame = self._frame
        deeds = {
            Capability.CANCEL_HOLD: ("batal", self.cancel),
            Capability.SUSPEND_HOLD: ("tunda", self.suspend),
            Capability.MOVE_HOLD: ("pindah", self.move),
        }
        routes = []
        if frame.can(Capability.PLACE_HOLD):
            routes.append(Route(HOLDS, frame.done(self.place, "holds"), methods=["POST"]))
        if frame.can(Capability.HOLDS):
            routes.append(Route(HOLDS, frame.shown(self.show, "holds"), methods=["GET"]))
        for capability, (name, deed) in deeds.items():
            if frame.can(capability):
                routes.append(Route(f"{HOLDS}/{{id}}/{name}", frame.done(deed, "holds"), methods=["POST"]))
        return routes

    def show(self, request: Request, visitor: Visitor) -> Response:
        t = messages(visitor.language)
        days, can = self._frame.days(t), self._mine.capabilities
        found = self._mine.holds(visitor.actor)
        offered = self._mine.pickup_branches(visitor.actor) if found and Capability.MOVE_HOLD in can else ()
        names = {**self._mine.branches(), **{branch.code: branch.name for branch in offered}}
        today = days.today
        view = HoldsView(
            told=t.count("holds.count", len(found)),
            rows=holds(found, names, can, days),
            branches=offered,
            first=date.fromordinal(today.toordinal() + 1).isoformat(),
            last=date.fromordinal(today.toordinal() + MOST_SUSPENDED_DAYS).isoformat(),
        )
        return self._frame.page(request, visitor, "holds", "holds.html", view, told=_told(request, t))

    def place(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        t = messages(visitor.language)
        document = self._frame.services.discovery.document(DocumentId(text_of(form, "dokumen")[:MAX_ID]))
        if document is None:
            raise NotFound("no such title")
        wish = HoldRequest(
            document_id=document.id,
            pickup_branch=text_of(form, "ambil"),
            key=key_of(form),
            title=document.title,
            item_id=text_of(form, "eksemplar"),
        )
        result = self._mine.place_hold(visitor.actor, wish)
        if wants_json(request):
            return self._answer(result, t, self._placed(result, t))
        if result.refusal is not None:
            return back_to(addresses.asking(document.id), visitor, ("tolak", result.refusal.value))
        return back_to(HOLDS, visitor, ("hasil", "placed"))

    def _placed(self, result: HoldResult, t: Messages) -> str:
        """What a script tells: that it is placed, where in the queue, and when a copy may be there."""
        hold = result.hold
        if hold is None:
            return t("holds.placed")
        if hold.stage is HoldStage.READY:
            return t("holds.placed_ready")
        days = self._frame.days(t)
        parts = [t("holds.placed")]
        parts += [t("holds.place", n=t.number(hold.place))] if hold.place is not None else []
        parts += [t("holds.expected", day=expected(hold.expected_on, days))] if hold.expected_on is not None else []
        return " ".join(parts)

    def cancel(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002
        result = self._mine.cancel_hold(visitor.actor, request.path_params["id"])
        return self._done(request, visitor, result, "cancel_asked" if result.pending else "cancelled")

    def suspend(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Until a day; without one, wait again from now."""
        text = text_of(form, "sampai")
        resumed = bool(text_of(form, "lanjutkan"))
        until = _day(text) if not resumed else None
        if not resumed and until is None:
            own = {hold.id for hold in self._mine.holds(visitor.actor)}
            if request.path_params["id"] not in own:
                raise NotFound("no such hold")
            return self._done(request, visitor, HoldResult(refusal=Refusal.BAD_DATE), "")
        result = self._mine.suspend_hold(visitor.actor, request.path_params["id"], until)
        return self._done(request, visitor, result, "resumed" if resumed else "suspended")

    def move(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        result = self._mine.move_hold(visitor.actor, request.path_params["id"], text_of(form, "ambil"))
        return self._done(request, visitor, result, "moved")

    def _done(self, request: Request, visitor: Visitor, result: HoldResult, done: str) -> Response:
        t = messages(visitor.language)
        if wants_json(request):
            return self._answer(result, t, t(f"holds.{done}") if done else "")
        if result.refusal is not None:
            return back_to(HOLDS, visitor, ("tolak", result.refusal.value))
        return back_to(HOLDS, visitor, ("hasil", done))

    def _answer(self, result: HoldResult, t: Messages, text: str) -> Response:
        if result.refusal is not None:
            return JSONResponse({"done": False, "text": refusal(result.refusal, t), "code": result.refusal.value})
        hold = result.hold
        undo = ""
        if hold is not None and hold.stage not in (HoldStage.CANCELLED,) and self._frame.can(Capability.CANCEL_HOLD):
            undo = f"{HOLDS}/{hold.id}/batal"
        return JSONResponse({"done": True, "text": text, "undo": undo})


def _told(request: Request, t: Messages) -> Told | None:
    done = request.query_params.get("hasil", "")
    return Told(t(f"holds.{done}")) if done in _DONE else told_refusal(request, t)


def told_refusal(request: Request, t: Messages) -> Told | None:
    """Why what was just asked for was refused, as the address says it."""
    why = refusal_named(request.query_params.get("tolak", ""))
    return None if why is None else Told(refusal(why, t), wrong=True)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class FinePages:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._mine = frame, frame.accounts.my_library

    def routes(self) -> list[Route]:
        if not self._frame.can(Capability.FINES):
            return []
        return [Route("/akun/denda", self._frame.shown(self.show, "fines"))]

    def show(self, request: Request, visitor: Visitor) -> Response:
        days = self._frame.days(messages(visitor.language))
        view = fines(self._mine.fines(visitor.actor), self._mine.payments(visitor.actor), days)
        return self._frame.page(request, visitor, "fines", "fines.html", view)
