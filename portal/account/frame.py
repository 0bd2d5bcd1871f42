"""What all pages of the account share: how they are drawn, who may see them, and what they say when something is amiss."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from portal.account.framing import TabLink, account_page
from portal.account.visitor import Audience, Endpoint, Visitor, done, shown
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.i18n import Language, Messages, messages
from portal.ils.driver import Capability
from portal.ils.errors import IlsUnavailable
from portal.links import in_language
from portal.pages import Drawing
from portal.plain import asked_at, drawing_of
from portal.presenters.account.days import Days
from portal.search_state import SearchState
from portal.services.errors import NotValid
from portal.store.columns import new_id

Page = Callable[[Request, Visitor], Response]
Deed = Callable[[Request, Visitor, FormData], Response]


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the account. path: without a language. capability: what the library system must be able to do for it."""

    key: str
    path: str
    capability: Capability | None = None


TABS: Final = (
    Tab("overview", "/akun"),
    Tab("loans", "/akun/pinjaman", Capability.LOANS),
    Tab("holds", "/akun/reservasi", Capability.HOLDS),
    Tab("fines", "/akun/denda", Capability.FINES),
    Tab("history", "/akun/riwayat", Capability.HISTORY),
    Tab("lists", "/akun/daftar"),
    Tab("searches", "/akun/pencarian"),
    Tab("data", "/akun/data"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of what was just done, at the top of the page. wrong: it was not done, or not all of it. partly: some of it was."""

    text: str
    wrong: bool = False
    partly: bool = False


class AccountFrame:
    """Draws account pages, and makes routes of functions."""

    def __init__(self, services: Services, accounts: Accounts) -> None:
        self.services, self.accounts = services, accounts

    def can(self, capability: Capability) -> bool:
        return capability in self.accounts.ils.capabilities

    def shown(self, page: Page, tab: str) -> Endpoint:
        """A page for whoever is signed in. tab: the one it is drawn under."""

        def safely(request: Request, visitor: Visitor) -> Response:
            try:
                return page(request, visitor)
            except IlsUnavailable:
                return self.away(request, visitor, tab)

        return shown(safely, Audience.PATRONS)

    def done(self, deed: Deed, tab: str) -> Endpoint:
        """A deed for whoever is signed in. What it may not be told in is told on a page of its own."""

        def safely(request: Request, visitor: Visitor, form: FormData) -> Response:
            try:
                return deed(request, visitor, form)
            except IlsUnavailable:
                if wants_json(request):
                    return JSONResponse({"done": False, "text": messages(visitor.language)("account.away")}, 503)
                return self.away(request, visitor, tab)
            except NotValid as error:
                return self.not_valid(request, visitor, tab, error)

        return done(safely, Audience.PATRONS)

    def page(
        self,
        request: Request,
        visitor: Visitor,
        tab: str,
        template: str,
        view: object,
        *,
        heading: str = "",
        told: Told | None = None,
        status: int = 200,
        beside: Mapping[str, object] | None = None,
    ) -> Response:
        """heading: that of the tab unless given."""
        t = messages(visitor.language)
        heading = heading or t(f"account.tab_{tab}")
        values = {
            "tabs": self._tabs(tab, t),
            "heading": heading,
            "told": told,
            "token": visitor.form_token,
            "key": new_id(),
            **(beside or {}),
        }
        title = t("account.title", page=heading)
        page = f"account/{template}"
        answer = account_page(self.services, request, visitor, page, view, title, status, values, switched(request, t))
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    def away(self, request: Request, visitor: Visitor, tab: str) -> Response:
        """The library system does not answer. All that is ours is still a click away."""
        return self.page(request, visitor, tab, "away.html", _here(request), status=503)

    def not_valid(self, request: Request, visitor: Visitor, tab: str, error: NotValid) -> Response:
        t = messages(visitor.language)
        told = Told(t(f"not_valid.{error.code}"), wrong=True)
        if wants_json(request):
            return JSONResponse({"done": False, "text": told.text}, 422)
        path = next(one.path for one in TABS if one.key == tab)
        return self.page(request, visitor, tab, "not_done.html", address(path, visitor.language), told=told, status=422)

    def drawing(self, request: Request, hl: Language) -> Drawing:
        return drawing_of(self.services, request, SearchState(hl=hl))

    def days(self, t: Messages) -> Days:
        return Days(self.accounts.clock(), self.services.settings.accounts.zone, t)

    def _tabs(self, current: str, t: Messages) -> tuple[TabLink, ...]:
        can = self.accounts.ils.capabilities
        return tuple(
            TabLink(t(f"account.tab_{tab.key}"), address(tab.path, t.language), tab.key == current)
            for tab in TABS
            if tab.capability is None or tab.capability in can
        )


def address(path: str, hl: Language, *params: tuple[str, str]) -> str:
    """A page of the account in the language of this one: said outright, for patrons have one of their own.

    >>> address("/akun", "id"), address("/akun", "en", ("anak", "1"))
    ('/akun?hl=id', '/akun?anak=1&hl=en')
    """
    return f"{path}?{urlencode([*params, ('hl', hl)])}"


def switched(request: Request, t: Messages) -> str:
    """The page that was asked for, in the other language."""
    return in_language(asked_at(request.scope), t.other)


def back_to(path: str, visitor: Visitor, *params: tuple[str, str], at: str = "hasil") -> Response:
    """303 to a page that tells what was done. at: the element that is looked at first."""
    return RedirectResponse(f"{address(path, visitor.language, *params)}#{at}", 303)


def wants_json(request: Request) -> bool:
    """A script asks, not a browser that shows what it is given."""
    return "application/json" in request.headers.get("accept", "")


def _here(request: Request) -> str:
    """The page to try again; a form is not sent twice."""
    query = request.url.query
    return (request.url.path + (f"?{query}" if query else "")) if request.method == "GET" else "/akun"
