"""`/akun/data`: what is held about a patron, to be seen, taken along, corrected and erased; reminders and the calendar."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.calendar import FEED
from portal.account.forms import text_of
from portal.account.frame import AccountFrame, Told, back_to
from portal.account.visitor import Visitor
from portal.i18n import LANGUAGES, Messages, messages
from portal.ils.driver import Capability
from portal.presenters.account.days import Days
from portal.public_address import public_address
from portal.services.consents import Purpose, text_key
from portal.services.errors import NotValid
from portal.services.personal_data import ConsentView, Contact, RequestView
from portal.store.tables.people import RequestKind

DATA: Final = "/akun/data"
_DONE: Final = ("corrected", "asked", "calendar_off")


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What was agreed to, in the words of then, and until when."""

    about: str
    text: str
    told: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    about: str
    text: str
    told: str


@dataclass(frozen=True, slots=True)
class HeldRow:
    """How many entries of a kind are held."""

    about: str
    count: str


@dataclass(frozen=True, slots=True)
class DataView:
    """feed: the address of due dates, shown this once; wrong: what is wrong with the form, by field."""

    contact: Contact
    reminders_text: str
    consents: tuple[ConsentRow, ...]
    requests: tuple[RequestRow, ...]
    held: tuple[HeldRow, ...]
    has_calendar: bool
    feed_is_on: bool
    feed: str
    wrong: Mapping[str, str]


class DataPages:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._data, self._feed = frame, frame.accounts.personal_data, frame.accounts.due_feed

    def routes(self) -> list[Route]:
        frame = self._frame
        return [
            Route(DATA, frame.shown(self.show, "data"), methods=["GET"]),
            Route(DATA, frame.done(self.correct, "data"), methods=["POST"]),
            Route(f"{DATA}.json", frame.shown(self.download, "data")),
            Route(f"{DATA}/permintaan", frame.done(self.ask, "data"), methods=["POST"]),
            # The second is of forms that were open when Telusur was brought up to date.
            *(Route(f"{at}/kalender", frame.done(self.make_feed, "data"), methods=["POST"]) for at in (DATA, "/akun")),
        ]

    def show(self, request: Request, visitor: Visitor) -> Response:
        t = messages(visitor.language)
        done = request.query_params.get("hasil", "")
        return self._page(request, visitor, told=Told(t(f"data.{done}")) if done in _DONE else None)

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        *,
        told: Told | None = None,
        feed: str = "",
        contact: Contact | None = None,
        wrong: Mapping[str, str] | None = None,
    ) -> Response:
        t, actor = messages(visitor.language), visitor.actor
        days = self._frame.days(t)
        view = DataView(
            contact=contact or self._data.contact(actor),
            reminders_text=t(text_key(Purpose.REMINDERS)),
            consents=tuple(_consent(one, days) for one in self._data.consents(actor)),
            requests=tuple(_request(one, days) for one in self._data.requests(actor)),
            held=_held(self._data.everything(actor), t),
            has_calendar=self._frame.can(Capability.LOANS),
            feed_is_on=self._feed.is_on(actor),
            feed=feed,
            wrong=wrong or {},
        )
        return self._frame.page(request, visitor, "data", "data.html", view, told=told, status=422 if wrong else 200)

    def download(self, request: Request, visitor: Visitor) -> Response:  # noqa: ARG002 - the shape of a page
        held = self._data.everything(visitor.actor)
        headers = {"Content-Disposition": 'attachment; filename="data-saya.json"', "X-Robots-Tag": "noindex"}
        written = json.dumps(held, ensure_ascii=False, indent=2, sort_keys=True)
        return Response(written, media_type="application/json", headers=headers)

    def correct(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        given = Contact(
            email=text_of(form, "surel"),
            phone=text_of(form, "telepon"),
            language=text_of(form, "bahasa"),
            reminders=text_of(form, "pengingat") == "1",
        )
        try:
            self._data.correct(visitor.actor, given)
        except NotValid as error:
            t = messages(visitor.language)
            wrong = {error.field: t(f"not_valid.{error.code}")}
            told = Told(t("data.wrong"), wrong=True)
            return self._page(request, visitor, told=told, contact=given, wrong=wrong)
        chosen = next(hl for hl in LANGUAGES if hl == given.language)
        return back_to(DATA, replace(visitor, language=chosen), ("hasil", "corrected"))

    def ask(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        deletion = text_of(form, "jenis") == RequestKind.DELETION.value
        kind = RequestKind.DELETION if deletion else RequestKind.CORRECTION
        try:
            self._data.ask(visitor.actor, kind, text_of(form, "isi"))
        except NotValid as error:
            t = messages(visitor.language)
            return self._page(
                request, visitor, told=Told(t("data.wrong"), wrong=True), wrong={"text": t(f"not_valid.{error.code}")}
            )
        return back_to(DATA, visitor, ("hasil", "asked"))

    def make_feed(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002
        """Shown at once and never again, so this page answers the form itself."""
        instead = self._feed.is_on(visitor.actor)
        secret = self._feed.make(visitor.actor)
        address = f"{public_address(request, self._frame.services.settings)}{FEED}/{secret}.ics"
        told = Told(messages(visitor.language)("data.calendar_renewed" if instead else "data.calendar_made"))
        return self._page(request, visitor, told=told, feed=address)


def _consent(one: ConsentView, days: Days) -> ConsentRow:
    t = days.t
    given = days.time(one.given_at)
    told = t("data.agreed", at=given)
    if one.withdrawn_at is not None:
        told = t("data.agreed_until", at=given, until=days.time(one.withdrawn_at))
    purpose = next((purpose for purpose in Purpose if purpose.value == one.purpose), None)
    if purpose is None:  # of a version of Telusur that is not this one
        return ConsentRow(one.purpose, "", told)
    return ConsentRow(t(f"consent_name.{purpose.value}"), t.texts.get(text_key(purpose, one.version), ""), told)


def _request(one: RequestView, days: Days) -> RequestRow:
    t = days.t
    if one.settled_at is None:
        told = t("data.waits", asked=days.time(one.asked_at), by=days.time(one.settle_by))
    else:
        told = t("data.settled", at=days.time(one.settled_at), outcome=one.outcome)
    return RequestRow(t(f"request_kind.{one.kind.value}"), one.text, told)


def _held(everything: Mapping[str, Sequence[object]], t: Messages) -> tuple[HeldRow, ...]:
    return tuple(
        HeldRow(t(f"held.{table}") if f"held.{table}" in t.texts else table, t.count("data.entries", len(rows)))
        for table, rows in everything.items()
        if rows
    )
