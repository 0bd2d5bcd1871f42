"""When the library is closed: weekdays, and days with names, typed or pasted one a line. For admins."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import get_day_names
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.visitor import Audience, Visitor
from portal.desk.frame import BRANCH, DeskFrame, Mistake, Option, mistake, onward, text
from portal.i18n import messages
from portal.services.administration import CalendarRow
from portal.services.errors import NotValid
from portal.store.columns import EVERY

_PATH: Final = "/meja/kalender"


@dataclass(frozen=True, slots=True)
class CalendarView:
    """weekdays: number, name and whether it is closed. lines: what was typed and could not be read."""

    places: tuple[Option, ...]
    place: str
    weekdays: tuple[tuple[int, str, bool], ...]
    calendar: CalendarRow
    lines: str


class CalendarPages:
    """The routes under `/meja/kalender`."""

    def __init__(self, frame: DeskFrame) -> None:
        self._frame = frame
        self._house = frame.backroom.administration

    def routes(self) -> list[Route]:
        shown, done, admins = self._frame.shown, self._frame.done, Audience.ADMINS
        return [
            Route(_PATH, shown(self.calendar, admins)),
            Route(f"{_PATH}/hari", done(self.put_weekdays, self.again, admins), methods=["POST"]),
            Route(f"{_PATH}/libur", done(self.add_days, self.again, admins), methods=["POST"]),
            Route(f"{_PATH}/hapus", done(self.remove_day, self.again, admins), methods=["POST"]),
        ]

    def calendar(self, request: Request, visitor: Visitor) -> Response:
        return self._page(request, visitor, request.query_params.get(BRANCH, EVERY)[:64])

    def put_weekdays(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        place = text(form, BRANCH)
        given = [value for value in form.getlist("weekday") if isinstance(value, str) and value.isdecimal()]
        self._house.put_weekdays(visitor.actor, place, [int(value) for value in given if len(value) == 1])
        return onward(visitor, _PATH, "saved", **{BRANCH: place})

    def add_days(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        place = text(form, BRANCH)
        self._house.add_days(visitor.actor, place, text(form, "days"))
        return onward(visitor, _PATH, "days_added", **{BRANCH: place})

    def remove_day(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        place = text(form, BRANCH)
        try:
            day = date.fromisoformat(text(form, "day"))
        except ValueError as error:
            raise NotValid("days_none", "days") from error
        self._house.remove_day(visitor.actor, place, day)
        return onward(visitor, _PATH, "removed", **{BRANCH: place})

    def again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        t = messages(visitor.language)
        told = mistake(error, t)
        if error.code == "day_line":
            told = Mistake(t("desk.wrong_day_line", line=error.field), "days")
        return self._page(request, visitor, text(form, BRANCH), text(form, "days"), [told])

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        place: str,
        lines: str = "",
        mistakes: list[Mistake] | None = None,
    ) -> Response:
        t = messages(visitor.language)
        today = self._frame.accounts.clock().astimezone(self._frame.accounts.settings.accounts.zone).date()
        calendar = self._house.calendar(visitor.actor, place, today.replace(month=1, day=1))
        names = get_day_names("wide", locale=t.language)
        every = Option(EVERY, t("desk.every_branch"), place == EVERY)
        view = CalendarView(
            (every, *self._frame.branch_options(visitor, place)),
            place,
            tuple((day, str(names[day]), day in calendar.weekdays) for day in range(7)),
            calendar,
            lines,
        )
        status = 422 if mistakes else 200
        return self._frame.page(
            request, visitor, "calendar", "calendar.html", view, mistakes=mistakes or (), status=status
        )
