"""What all pages of the desk share: how they are drawn, who may see them, how they say what came of a form."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from portal.account.forms import text_of
from portal.account.framing import TabLink, account_page
from portal.account.visitor import Audience, Endpoint, Visitor, done, shown, to
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.desk.moments import Moments
from portal.i18n import Messages, messages
from portal.services.administration import BranchRow
from portal.services.backroom import Backroom
from portal.services.circulation.desk import Desk
from portal.services.errors import NotFound, NotValid
from portal.store.columns import new_id
from portal.store.tables.people import Role

Page = Callable[[Request, Visitor], Response]
Deed = Callable[[Request, Visitor, FormData], Response]
Otherwise = Callable[[Request, Visitor, FormData, NotValid], Response]
# What a page tells after a form was done; the word stands in the address, so only words of ours are told.
TELLS: Final = "kabar"
BRANCH: Final = "cabang"
_WORD: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    path: str
    audience: Audience = Audience.STAFF


TABS: Final = (
    Tab("overview", "/meja"),
    Tab("lend", "/meja/pinjam"),
    Tab("return", "/meja/kembali"),
    Tab("patrons", "/meja/anggota"),
    Tab("pull", "/meja/ambil"),
    Tab("shelf", "/meja/rak-reservasi"),
    Tab("overdue", "/meja/terlambat"),
    Tab("items", "/meja/eksemplar"),
    Tab("licences", "/meja/lisensi"),
    Tab("requests", "/meja/permintaan-data"),
    Tab("rules", "/meja/aturan", Audience.ADMINS),
    Tab("calendar", "/meja/kalender", Audience.ADMINS),
    Tab("branches", "/meja/cabang", Audience.ADMINS),
    Tab("staff", "/meja/petugas", Audience.ADMINS),
    Tab("audit", "/meja/audit", Audience.ADMINS),
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a form. field: its element, "" for none in particular."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool = False


class DeskFrame:
    """Draws pages of the desk, and makes routes of functions."""

    def __init__(self, services: Services, accounts: Accounts, desk: Desk, backroom: Backroom) -> None:
        self.services, self.accounts, self.desk, self.backroom = services, accounts, desk, backroom

    def shown(self, page: Page, audience: Audience = Audience.STAFF) -> Endpoint:
        return shown(page, audience)

    def done(self, deed: Deed, otherwise: Otherwise | None = None, audience: Audience = Audience.STAFF) -> Endpoint:
        """A deed. otherwise: draws the form again with what is wrong in it."""

        def safely(request: Request, visitor: Visitor, form: FormData) -> Response:
            try:
                return deed(request, visitor, form)
            except NotValid as error:
                if otherwise is None:
                    return self.not_done(request, visitor, error)
                return otherwise(request, visitor, form, error)

        return done(safely, audience)

    def page(
        self,
        request: Request,
        visitor: Visitor,
        tab: str,
        template: str,
        view: object = None,
        *,
        heading: str = "",
        mistakes: Sequence[Mistake] = (),
        status: int = 200,
        beside: Mapping[str, object] | None = None,
    ) -> Response:
        """heading: that of the tab unless given."""
        t = messages(visitor.language)
        heading = heading or t(f"desk.tab_{tab}")
        known: dict[str, object] = {
            "tabs": self._tabs(visitor, tab, t),
            "heading": heading,
            "told": _told(request, t),
            "mistakes": mistakes,
            "wrong": defaultdict(str, {mistake.field: mistake.text for mistake in mistakes}),
            "moments": self.moments(t),
            "key": new_id(),
            "hl": f"?hl={t.language}",
            "is_admin": visitor.actor.role is Role.ADMIN,
            **(beside or {}),
        }
        title = t("desk.title", page=heading)
        answer = account_page(self.services, request, visitor, f"desk/{template}", view, title, status, known)
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    def moments(self, t: Messages) -> Moments:
        return Moments(self.accounts.settings.accounts.zone, t)

    def not_done(self, request: Request, visitor: Visitor, error: NotValid) -> Response:
        t = messages(visitor.language)
        return self.page(request, visitor, "overview", "not_done.html", mistakes=[mistake(error, t)], status=422)

    def branches(self, visitor: Visitor) -> tuple[BranchRow, ...]:
        return self.backroom.administration.branches(visitor.actor)

    def branch(self, visitor: Visitor, asked: str) -> str:
        """The branch where staff work: the one they say, else the one where they are at home."""
        codes = [branch.code for branch in self.branches(visitor)]
        for code in (asked, visitor.actor.branch):
            if code in codes:
                return code
        if not codes:
            raise NotFound("no branch")
        return codes[0]

    def branch_options(self, visitor: Visitor, chosen: str) -> tuple[Option, ...]:
        return tuple(Option(one.code, one.name, one.code == chosen) for one in self.branches(visitor))

    def category_options(self, visitor: Visitor, chosen: str) -> tuple[Option, ...]:
        is_id = visitor.language == "id"
        return tuple(
            Option(one.code, one.name_id if is_id else one.name_en, one.code == chosen)
            for one in self.backroom.administration.categories(visitor.actor)
        )

    def _tabs(self, visitor: Visitor, current: str, t: Messages) -> tuple[TabLink, ...]:
        allowed = [tab for tab in TABS if tab.audience is Audience.STAFF or visitor.actor.role is Role.ADMIN]
        return tuple(
            TabLink(t(f"desk.tab_{tab.key}"), f"{tab.path}?hl={t.language}", tab.key == current) for tab in allowed
        )


def mistake(error: NotValid, t: Messages) -> Mistake:
    """In words; what a service refuses that has none here, in general ones."""
    return Mistake(t.texts.get(f"desk.wrong_{error.code}", t("desk.wrong_other")), error.field)


def text(form: FormData, name: str) -> str:
    """A field of a form, "" where it is not there."""
    return text_of(form, name).strip()


def number(form: FormData, name: str) -> int:
    """A whole number. Raises NotValid: figure_wrong."""
    written = text(form, name).replace(".", "").replace(" ", "")
    if not written.isascii() or not written.isdecimal() or len(written) > 12:
        raise NotValid("figure_wrong", name)
    return int(written)


def onward(visitor: Visitor, path: str, told: str = "", **params: str) -> Response:
    """To a page that tells what was done."""
    given = {**params, **({TELLS: told} if told else {})}
    return to(f"{path}?{urlencode(given)}" if given else path, visitor.language)


def _told(request: Request, t: Messages) -> str:
    word = request.query_params.get(TELLS, "")
    return t.texts.get(f"desk.done_{word}", "") if _WORD.fullmatch(word) else ""
