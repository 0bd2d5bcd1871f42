"""What is looked over: requests about personal data with their clock, staff, the audit and the jobs of the house."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.visitor import Audience, Visitor
from portal.desk.auditing import AuditWords, EntryView
from portal.desk.frame import DeskFrame, Mistake, Option, mistake, onward, text
from portal.i18n import Messages, messages
from portal.presenters.wording import begun
from portal.services.errors import NotValid
from portal.services.housekeeping import CLOCK, FAILED
from portal.services.identity.staff import NewStaff, StaffMember
from portal.services.oversight import JobRow
from portal.services.personal_data import RequestView
from portal.store.tables.people import Role

_REQUESTS: Final = "/meja/permintaan-data"
_STAFF: Final = "/meja/petugas"
_AUDIT: Final = "/meja/audit"


@dataclass(frozen=True, slots=True)
class RequestRow:
    """late: its time has run out."""

    request: RequestView
    patron_id: str
    patron_name: str
    card_number: str
    late: bool


@dataclass(frozen=True, slots=True)
class RequestsView:
    rows: tuple[RequestRow, ...]


@dataclass(frozen=True, slots=True)
class JobView:
    """failed: how its last run ended, or why the clock is waited for, "" where all is well."""

    name: str
    done_at: datetime | None
    failed: str


@dataclass(frozen=True, slots=True)
class AuditView:
    """subject: whom or what the entries are about alone, and everything: those about all others too.

    checked: whether the whole chain was gone through, which takes its time; broken: what that found.
    """

    entries: tuple[EntryView, ...]
    total: int
    actions: tuple[Option, ...]
    people: tuple[Option, ...]
    subject: str
    everything: str
    earlier: str
    checked: bool
    broken: int | None
    jobs: tuple[JobView, ...]


@dataclass(frozen=True, slots=True)
class StaffView:
    members: tuple[StaffMember, ...]
    roles: tuple[Option, ...]
    branches: tuple[Option, ...]
    typed: dict[str, str]


class OversightPages:
    """The routes `/meja/permintaan-data`, `/meja/petugas` and `/meja/audit`."""

    def __init__(self, frame: DeskFrame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        shown, done, admins = self._frame.shown, self._frame.done, Audience.ADMINS
        return [
            Route(_REQUESTS, shown(self.requests)),
            Route(_REQUESTS, done(self.settle, self.requests_again), methods=["POST"]),
            Route(_AUDIT, shown(self.audit, admins)),
            Route(_STAFF, shown(self.staff, admins)),
            Route(_STAFF, done(self.promote, self.staff_again, admins), methods=["POST"]),
            Route(f"{_STAFF}/cabut", done(self.demote, self.staff_again, admins), methods=["POST"]),
        ]

    # ---- requests about personal data

    def requests(self, request: Request, visitor: Visitor) -> Response:
        return self._requests(request, visitor)

    def settle(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        personal = self._frame.accounts.personal_data
        personal.settle(visitor.actor, text(form, "request"), text(form, "outcome"), granted="grant" in form)
        return onward(visitor, _REQUESTS, "settled")

    def requests_again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:  # noqa: ARG002 - the shape
        told = Mistake(mistake(error, messages(visitor.language)).text)
        return self._requests(request, visitor, [told])

    def _requests(self, request: Request, visitor: Visitor, mistakes: list[Mistake] | None = None) -> Response:
        now = self._frame.accounts.clock()
        rows = tuple(
            RequestRow(one.request, one.patron_id, one.name, one.card_number, one.request.settle_by < now)
            for one in self._frame.accounts.personal_data.waiting(visitor.actor)
        )
        status = 422 if mistakes else 200
        return self._frame.page(
            request, visitor, "requests", "requests.html", RequestsView(rows), mistakes=mistakes or (), status=status
        )

    # ---- audit and jobs

    def audit(self, request: Request, visitor: Visitor) -> Response:
        t, asked, oversight = messages(visitor.language), request.query_params, self._frame.backroom.oversight
        action, subject, by = (asked.get(name, "")[:64] for name in ("kerja", "tentang", "siapa"))
        number, is_asked = entry_number(asked.get("sebelum", "")), "periksa" in asked
        page = oversight.entries(visitor.actor, before=number, action=action, subject=subject, by=by)
        here = {"hl": t.language, "kerja": action, "siapa": by, "tentang": subject}
        branches = {branch.code: branch.name for branch in self._frame.branches(visitor)}
        categories = {one.value: one.label for one in self._frame.category_options(visitor, "")}
        words = AuditWords(
            self._frame.moments(t), branches, categories, lambda one: audit_path(hl=t.language, tentang=one)
        )
        deeds = sorted((begun(words.deed(one)), one) for one in oversight.actions(visitor.actor))
        view = AuditView(
            tuple(map(words.entry, page.rows)),
            page.total,
            tuple(Option(one, deed, one == action) for deed, one in deeds),
            tuple(Option(id, name, id == by) for id, name in oversight.people(visitor.actor)),
            subject,
            audit_path(**{**here, "tentang": ""}) if subject else "",
            audit_path(**here, sebelum=str(page.before)) if page.before else "",
            is_asked,
            oversight.broken(visitor.actor) if is_asked else None,
            tuple(job_row(job, t) for job in oversight.jobs(visitor.actor)),
        )
        return self._frame.page(request, visitor, "audit", "audit.html", view)

    # ---- staff

    def staff(self, request: Request, visitor: Visitor) -> Response:
        return self._staff(request, visitor, {})

    def promote(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        role = Role.ADMIN if text(form, "role") == Role.ADMIN else Role.LIBRARIAN
        found = self._frame.accounts.staff.find(visitor.actor, text(form, "card"))
        if found is None:
            raise NotValid("card_unknown", "card")
        new = NewStaff(role=role, card_number=text(form, "card"), name=found.name, branch=text(form, "branch"))
        self._frame.accounts.staff.add(visitor.actor, new)
        return onward(visitor, _STAFF, "promoted")

    def demote(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        self._frame.accounts.staff.revoke(visitor.actor, text(form, "id"))
        return onward(visitor, _STAFF, "demoted")

    def staff_again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        typed = {name: text(form, name) for name in ("card", "role", "branch")}
        return self._staff(request, visitor, typed, [mistake(error, messages(visitor.language))])

    def _staff(
        self, request: Request, visitor: Visitor, typed: dict[str, str], mistakes: list[Mistake] | None = None
    ) -> Response:
        t, chosen = messages(visitor.language), typed.get("role", Role.LIBRARIAN)
        roles = tuple(Option(role, t(f"desk.role_{role}"), role == chosen) for role in (Role.LIBRARIAN, Role.ADMIN))
        branches = self._frame.branch_options(visitor, typed.get("branch", visitor.actor.branch))
        view = StaffView(self._frame.accounts.staff.all(visitor.actor), roles, branches, typed)
        status = 422 if mistakes else 200
        return self._frame.page(request, visitor, "staff", "staff.html", view, mistakes=mistakes or (), status=status)


def audit_path(**asked: str) -> str:
    return f"{_AUDIT}?{urlencode({name: value for name, value in asked.items() if value})}"


def entry_number(text: str) -> int:
    """A number of an entry, 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def job_row(job: JobRow, t: Messages) -> JobView:
    failed = ""
    if job.name == CLOCK and job.outcome:
        failed = t(f"desk.clock_{job.outcome}")
    elif job.outcome.startswith(FAILED):
        failed = t("desk.job_failed", kind=job.outcome.removeprefix(FAILED))
    return JobView(t.label("job", job.name), job.done_at or job.seen_at, failed)
