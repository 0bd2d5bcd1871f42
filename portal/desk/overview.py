"""The day at the desk, and the lists that begin it: what to pull, what lies ready, what is late."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.visitor import Audience, Visitor
from portal.bibliography.spreadsheet import BYTE_ORDER_MARK, harmless
from portal.desk.frame import BRANCH, DeskFrame, Option, onward
from portal.i18n import Messages, messages
from portal.presenters.wording import begun
from portal.services.circulation.results import OverdueEntry, ShelfEntry
from portal.services.messages.letters import Due, Sender, language_of, short_reminder, whatsapp_link
from portal.store.tables.people import Role

_CSV: Final = "text/csv; charset=utf-8"
_CRLF: Final = "\r\n"
# Programs for mail cut long addresses; a whole class set would not fit.
MOST_TOLD: Final = 10


@dataclass(frozen=True, slots=True)
class Panel:
    label: str
    count: str
    href: str


@dataclass(frozen=True, slots=True)
class Overview:
    """For admins besides: clock, why the jobs of the house wait, "" when they do not; letters, how many were given up."""

    branches: tuple[Option, ...]
    panels: tuple[Panel, ...]
    clock: str = ""
    letters: int = 0
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShelfRow:
    place: str
    barcode: str
    title: str
    patron: str
    patron_href: str
    when: str


@dataclass(frozen=True, slots=True)
class ShelfPart:
    """last: what the last column tells."""

    heading: str
    last: str
    rows: tuple[ShelfRow, ...]


@dataclass(frozen=True, slots=True)
class ShelfView:
    path: str
    lead: str
    branches: tuple[Option, ...]
    parts: tuple[ShelfPart, ...]
    csv: str = ""


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """mail, whatsapp: addresses that begin a letter, "" where there is none to write to."""

    entry: OverdueEntry
    mail: str
    whatsapp: str


@dataclass(frozen=True, slots=True)
class OverdueView:
    branches: tuple[Option, ...]
    rows: tuple[OverdueRow, ...]
    csv: str


class OverviewPages:
    """The routes `/meja`, `/meja/ambil`, `/meja/rak-reservasi` and `/meja/terlambat`."""

    def __init__(self, frame: DeskFrame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        frame = self._frame
        return [
            Route("/meja", frame.shown(self.overview)),
            Route("/meja/jam", frame.done(self.confirm_clock, audience=Audience.ADMINS), methods=["POST"]),
            Route("/meja/ambil", frame.shown(self.pull)),
            Route("/meja/ambil.csv", frame.shown(self.pull_csv)),
            Route("/meja/rak-reservasi", frame.shown(self.shelf)),
            Route("/meja/terlambat", frame.shown(self.overdue)),
            # A file of patrons leaves the house: admins answer for that.
            Route("/meja/terlambat.csv", frame.shown(self.overdue_csv, Audience.ADMINS)),
        ]

    def overview(self, request: Request, visitor: Visitor) -> Response:
        t, desk, at = messages(visitor.language), self._frame.desk, self._at(request, visitor)
        shelf = desk.hold_shelf(visitor.actor, at)
        counts = (
            ("pull", "/meja/ambil", len(desk.pull_list(visitor.actor, at))),
            ("ready", "/meja/rak-reservasi", sum(not entry.expired for entry in shelf)),
            ("to_clear", "/meja/rak-reservasi", sum(entry.expired for entry in shelf)),
            ("coming", "/meja/rak-reservasi", len(desk.in_transit(visitor.actor, at))),
        )
        panels = tuple(Panel(t(f"desk.panel_{key}"), t.number(n), self._href(path, at, t)) for key, path, n in counts)
        clock, letters = "", 0
        if visitor.actor.role is Role.ADMIN:
            problem = self._frame.accounts.housekeeping.clock_problem()
            clock = t(f"desk.clock_{problem}") if problem else ""
            letters = self._frame.backroom.oversight.letters_given_up(visitor.actor)
        view = Overview(self._frame.branch_options(visitor, at), panels, clock, letters, self._frame.accounts.clock())
        return self._frame.page(request, visitor, "overview", "overview.html", view)

    def confirm_clock(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - a form of one button
        self._frame.accounts.housekeeping.confirm_clock(visitor.actor)
        return onward(visitor, "/meja", "clock_confirmed")

    def pull(self, request: Request, visitor: Visitor) -> Response:
        t, at = messages(visitor.language), self._at(request, visitor)
        rows = self._rows(self._frame.desk.pull_list(visitor.actor, at), visitor, wanted_at=True)
        part = ShelfPart(t.count("desk.copies_count", len(rows)), t("desk.goes_to"), rows)
        view = ShelfView(
            "/meja/ambil",
            t("desk.pull_lead"),
            self._frame.branch_options(visitor, at),
            (part,),
            self._href("/meja/ambil.csv", at, t) if rows else "",
        )
        return self._frame.page(request, visitor, "pull", "shelf.html", view)

    def pull_csv(self, request: Request, visitor: Visitor) -> Response:
        """Without names: a list for the shelves lies about."""
        t, at = messages(visitor.language), self._at(request, visitor)
        names = {branch.code: branch.name for branch in self._frame.branches(visitor)}
        heading = [t(f"desk.{key}") for key in ("location", "call_number", "barcode", "title_of", "goes_to")]
        entries = self._frame.desk.pull_list(visitor.actor, at)
        rows = [[e.location, e.call_number, e.barcode, e.title, names.get(e.branch, e.branch)] for e in entries]
        return csv_answer([heading, *rows], "daftar-ambil.csv")

    def shelf(self, request: Request, visitor: Visitor) -> Response:
        t, desk, at = messages(visitor.language), self._frame.desk, self._at(request, visitor)
        entries = desk.hold_shelf(visitor.actor, at)

        def part(name: str, rows: tuple[ShelfRow, ...]) -> ShelfPart:
            return ShelfPart(begun(t(f"desk.panel_{name}")), t("desk.when"), rows)

        parts = (
            part("to_clear", self._rows([e for e in entries if e.expired], visitor)),
            part("ready", self._rows([e for e in entries if not e.expired], visitor)),
            part("coming", self._rows(desk.in_transit(visitor.actor, at), visitor)),
        )
        branches = self._frame.branch_options(visitor, at)
        view = ShelfView("/meja/rak-reservasi", t("desk.shelf_lead"), branches, parts)
        return self._frame.page(request, visitor, "shelf", "shelf.html", view)

    def overdue(self, request: Request, visitor: Visitor) -> Response:
        t, at = messages(visitor.language), self._at(request, visitor)
        entries = self._frame.desk.overdue_list(visitor.actor, at)
        csv_href = self._href("/meja/terlambat.csv", at, t) if visitor.actor.role is Role.ADMIN and entries else ""
        settings = self._frame.accounts.settings
        sender = Sender(self._frame.services.library_name, settings.url)
        rows = overdue_rows(entries, sender, settings.accounts.zone)
        view = OverdueView(self._frame.branch_options(visitor, at), rows, csv_href)
        return self._frame.page(request, visitor, "overdue", "overdue.html", view)

    def overdue_csv(self, request: Request, visitor: Visitor) -> Response:
        t = messages(visitor.language)
        moments = self._frame.moments(t)
        keys = ("name", "card", "phone", "email", "title_of", "barcode", "due_day", "days_late", "cost")
        entries = self._frame.desk.overdue_list(visitor.actor, self._at(request, visitor))
        rows = [
            [
                e.patron_name,
                e.card_number,
                e.phone,
                e.email,
                e.title,
                e.barcode,
                e.due_at.astimezone(moments.zone).date().isoformat(),
                str(e.days),
                str(e.owing),
            ]
            for e in entries
        ]
        return csv_answer([[t(f"desk.{key}") for key in keys], *rows], "terlambat.csv")

    def _at(self, request: Request, visitor: Visitor) -> str:
        return self._frame.branch(visitor, request.query_params.get(BRANCH, ""))

    def _href(self, path: str, branch: str, t: Messages) -> str:
        return f"{path}?{urlencode({'hl': t.language, BRANCH: branch})}"

    def _rows(
        self, entries: Iterable[ShelfEntry], visitor: Visitor, *, wanted_at: bool = False
    ) -> tuple[ShelfRow, ...]:
        """wanted_at: what is told last is where a copy goes, not until when it is kept."""
        t = messages(visitor.language)
        moments = self._frame.moments(t)
        names = {branch.code: branch.name for branch in self._frame.branches(visitor)}
        return tuple(
            ShelfRow(
                place=" · ".join(filter(None, (entry.location, entry.call_number))) or "–",
                barcode=entry.barcode,
                title=entry.title or entry.barcode,
                patron=f"{entry.patron_name} · {entry.card_number}" if entry.patron_id else t("desk.nobody"),
                patron_href=f"/meja/anggota/{entry.patron_id}?hl={t.language}" if entry.patron_id else "",
                when=names.get(entry.branch, entry.branch) if wanted_at else moments.day(entry.pickup_until) or "–",
            )
            for entry in entries
        )


def overdue_rows(entries: Sequence[OverdueEntry], sender: Sender, zone: ZoneInfo) -> tuple[OverdueRow, ...]:
    """Each with the letters to its patron, in their language and about all that they keep too long."""
    late: dict[str, list[Due]] = {}
    for entry in entries:
        late.setdefault(entry.patron_id, []).append(Due(entry.title, entry.due_at.astimezone(zone).date()))
    return tuple(_overdue_row(entry, late[entry.patron_id], sender) for entry in entries)


def _overdue_row(entry: OverdueEntry, late: Sequence[Due], sender: Sender) -> OverdueRow:
    hl = language_of(entry.language)
    words = short_reminder(hl, sender, entry.patron_name, late[:MOST_TOLD])
    subject = messages(hl).count("letter.late_subject", len(late))
    # RFC 6068, 5: lines of a body end with CR LF.
    said = f"subject={quote(subject, safe='')}&body={quote(_CRLF.join(words.splitlines()), safe='')}"
    return OverdueRow(
        entry,
        f"mailto:{quote(entry.email, safe='@')}?{said}" if entry.email else "",
        whatsapp_link(entry.phone, words) if entry.phone else "",
    )


def csv_answer(rows: Sequence[Sequence[str]], name: str) -> Response:
    """A file for spreadsheets, none of whose cells a program would run as a formula."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(BYTE_ORDER_MARK + written.getvalue(), media_type=_CSV, headers=headers)
