"""`/akun/jatuh-tempo/{secret}.ics`: due dates for calendar programs, at an address that only its patron knows."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal.account.frame import AccountFrame, back_to
from portal.account.visitor import Visitor
from portal.i18n import LANGUAGES, Messages, messages
from portal.ils.driver import HoldView, LoanView
from portal.ils.errors import IlsUnavailable
from portal.services.due_feed import Due
from portal.services.errors import NotFound

FEED: Final = "/akun/jatuh-tempo"
MAX_SECRET: Final = 100
# A day of the library's ends with the loan; the event is its last half hour, so that it stands in every calendar's day.
EVENT: Final = timedelta(minutes=30)
ALARM_BEFORE: Final = timedelta(days=1)
MAX_TITLE: Final = 200


class DueFeedPages:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._feed = frame, frame.accounts.due_feed

    def routes(self) -> list[Route]:
        off = self._frame.done(self.switch_off, "data")
        return [
            Route(f"{FEED}/{{secret}}.ics", self.serve),
            # The second is of forms that were open when Telusur was brought up to date.
            *(Route(f"{at}/kalender/hapus", off, methods=["POST"]) for at in ("/akun/data", "/akun")),
        ]

    def serve(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        try:
            due = self._feed.due(secret if len(secret) <= MAX_SECRET else "")
        except NotFound:
            return PlainTextResponse("404", 404, headers)
        except IlsUnavailable:
            # A calendar program keeps what it has, and asks again later.
            return PlainTextResponse("503", 503, {**headers, "Retry-After": "3600"})
        language = next((hl for hl in LANGUAGES if hl == due.language), LANGUAGES[0])
        zone = self._frame.services.settings.accounts.zone
        made = calendar(due, self._frame.accounts.clock(), zone, messages(language), self._frame.services.library_name)
        return Response(made, media_type="text/calendar; charset=utf-8", headers=headers)

    def switch_off(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002
        self._feed.switch_off(visitor.actor)
        return back_to("/akun/data", visitor, ("hasil", "calendar_off"))


def calendar(due: Due, now: datetime, zone: ZoneInfo, t: Messages, library: str) -> bytes:
    """The calendar (RFC 5545): one event a loan, and one for each copy that waits to be fetched."""
    made = Calendar()
    made.add("prodid", "-//Telusur//Jatuh tempo//ID")
    made.add("version", "2.0")
    made.add("x-wr-calname", t("calendar.name", library=library))
    made.add("x-wr-timezone", zone.key)
    made.add_component(
        Timezone.from_tzinfo(zone, first_date=datetime(2020, 1, 1).date(), last_date=datetime(2040, 1, 1).date())
    )
    for event in _events(due, zone, t):
        event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
        made.add_component(event)
    return bytes(made.to_ical())


def _events(due: Due, zone: ZoneInfo, t: Messages) -> Iterator[Event]:
    for loan in due.loans:
        yield _event(_uid("loan", loan), loan.due_at, loan.renewals, t("calendar.due", title=_line(loan.title)), zone)
    for hold in due.ready:
        if hold.pickup_until is not None:
            yield _event(_uid("hold", hold), hold.pickup_until, 0, t("calendar.fetch", title=_line(hold.title)), zone)


def _event(uid: str, ends: datetime, sequence: int, summary: str, zone: ZoneInfo) -> Event:
    """sequence: grows when the event is another one, as with each renewal."""
    there = ends.astimezone(zone).replace(microsecond=0)
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("summary", summary)
    event.add("dtstart", there - EVENT)
    event.add("dtend", there)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -ALARM_BEFORE)
    event.add_component(alarm)
    return event


def _uid(kind: str, of: LoanView | HoldView) -> str:
    """The same for as long as the loan lasts, and no id of the store's."""
    return f"{hashlib.sha256(f'{kind} {of.id}'.encode()).hexdigest()[:32]}@telusur"


def _line(title: str) -> str:
    """A title as one line: what breaks lines in it would begin a property of its own in careless programs."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in title).split())[:MAX_TITLE]
