"""`/akun/pinjaman`: what is lent, renewed one by one or all at once; and `/akun/riwayat`: what was."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.forms import key_of, text_of
from portal.account.frame import AccountFrame, Told, address, back_to
from portal.account.framing import TabLink
from portal.account.visitor import Visitor
from portal.i18n import messages
from portal.ils.driver import Capability
from portal.presenters.account.loans import Loans, PastRow, loans, past, renewals_query, renewals_read
from portal.services.consents import Purpose, text_key
from portal.services.my_library import PAGE

MAX_PAGE: Final = 1_000
CHILD: Final = "anak"
LOANS: Final = "/akun/pinjaman"
HISTORY: Final = "/akun/riwayat"


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the rows before and after these are, "" at the ends."""

    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class LoansView:
    """family: whose loans can be seen, none where they have no children here."""

    loans: Loans
    family: tuple[TabLink, ...]
    child: str
    can_renew: bool
    pages: Pages
    calendar: str


class LoanPages:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._mine = frame, frame.accounts.my_library

    def routes(self) -> list[Route]:
        routes = []
        if self._frame.can(Capability.LOANS):
            routes.append(Route(LOANS, self._frame.shown(self.show, "loans")))
        if self._frame.can(Capability.RENEW):
            routes.append(Route(f"{LOANS}/perpanjang", self._frame.done(self.renew, "loans"), methods=["POST"]))
        return routes

    def show(self, request: Request, visitor: Visitor) -> Response:
        t = messages(visitor.language)
        child, page = request.query_params.get(CHILD, ""), page_of(request)
        found = self._mine.loans(visitor.actor, child, page)
        renewed = renewals_read(request.query_params.multi_items(), {loan.id: loan for loan in found.loans})
        can_renew = self._frame.can(Capability.RENEW)
        view = LoansView(
            loans=loans(found, renewed, can_renew, self._frame.days(t)),
            family=self._family(visitor, child),
            child=child,
            can_renew=can_renew,
            pages=pages(LOANS, visitor, page, found.total, (CHILD, child)),
            calendar=address("/akun/data", visitor.language) + "#kalender",
        )
        told = Told(view.loans.told, view.loans.wrong, view.loans.partly) if view.loans.told else None
        return self._frame.page(request, visitor, "loans", "loans.html", view, told=told)

    def renew(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        child, key, loan = text_of(form, CHILD), key_of(form), text_of(form, "loan")
        if text_of(form, "semua"):
            renewed = self._mine.renew_all(visitor.actor, key, child)
        else:
            renewed = (self._mine.renew(visitor.actor, loan, key),)
        params = [(CHILD, child)] if child else []
        return back_to(LOANS, visitor, *params, *renewals_query(renewed))

    def _family(self, visitor: Visitor, current: str) -> tuple[TabLink, ...]:
        children = self._mine.children(visitor.actor)
        if not children:
            return ()
        hl = visitor.language
        everyone = TabLink(messages(hl)("loans.everyone"), address(LOANS, hl), not current)
        others = (TabLink(one.name, address(LOANS, hl, (CHILD, one.id)), one.id == current) for one in children)
        return (everyone, *others)


@dataclass(frozen=True, slots=True)
class HistoryView:
    """keeps: whether what is returned from now on stays here. forgets: whether the system can cut what it has kept."""

    keeps: bool
    forgets: bool
    consent: str
    told: str
    rows: tuple[PastRow, ...]
    pages: Pages


class HistoryPages:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._mine = frame, frame.accounts.my_library

    def routes(self) -> list[Route]:
        if not self._frame.can(Capability.HISTORY):
            return []
        routes = [
            Route(HISTORY, self._frame.shown(self.show, "history"), methods=["GET"]),
            Route(HISTORY, self._frame.done(self.switch, "history"), methods=["POST"]),
        ]
        if self._frame.can(Capability.FORGET_HISTORY):
            routes.append(Route(f"{HISTORY}/lupakan", self._frame.done(self.forget, "history"), methods=["POST"]))
        return routes

    def show(self, request: Request, visitor: Visitor) -> Response:
        t, page = messages(visitor.language), page_of(request)
        found = self._mine.history(visitor.actor, page)
        view = HistoryView(
            keeps=self._mine.keeps_history(visitor.actor),
            forgets=self._frame.can(Capability.FORGET_HISTORY),
            consent=t(text_key(Purpose.HISTORY)),
            told=t.count("history_of_loans.count", found.total),
            rows=past(found, self._frame.days(t)),
            pages=pages(HISTORY, visitor, page, found.total),
        )
        done = request.query_params.get("hasil", "")
        told = Told(t(f"history_of_loans.{done}")) if done in ("kept", "not_kept", "forgotten") else None
        return self._frame.page(request, visitor, "history", "history.html", view, told=told)

    def switch(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002
        keep = text_of(form, "simpan") == "1"
        self._mine.switch_history(visitor.actor, keep)
        return back_to(HISTORY, visitor, ("hasil", "kept" if keep else "not_kept"))

    def forget(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002
        if text_of(form, "semua"):
            self._mine.forget_all(visitor.actor)
        else:
            self._mine.forget(visitor.actor, text_of(form, "loan"))
        return back_to(HISTORY, visitor, ("hasil", "forgotten"))


def page_of(request: Request) -> int:
    """The page of rows that is asked for, 1 for what is no number of one."""
    text = request.query_params.get("hlm", "")
    return min(max(int(text), 1), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def pages(path: str, visitor: Visitor, page: int, total: int, *kept: tuple[str, str]) -> Pages:
    params = [(name, value) for name, value in kept if value]

    def at(number: int) -> str:
        return address(path, visitor.language, *params, ("hlm", str(number)))

    return Pages(at(page - 1) if page > 1 else "", at(page + 1) if page * PAGE < total else "")
