"""Pages to sign in and out, and to change one's PIN."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.by_provider import DEPART
from portal.account.forms import text_of
from portal.account.framing import account_page
from portal.account.visitor import (
    CHANGE_PIN,
    SIGN_IN,
    Audience,
    Visitor,
    accounts_of,
    done,
    give_cookie,
    onward,
    session_secret,
    shown,
    signed_in,
    take_cookie,
    to,
)
from portal.bootstrap import Services
from portal.guards.client_address import visitor_of as address_of
from portal.i18n import Messages, messages
from portal.public_address import public_address
from portal.services.errors import NotValid
from portal.services.identity.pins import LEAST
from portal.services.identity.sessions import is_by_provider
from portal.services.identity.sign_in import Refused, WhyNot

SIGN_OUT: Final = "/keluar"
AFTERWARDS: Final = "/akun"
# What a browser keeps of this site is gone after a sign-out, saved titles and reading aids with it: the next person at
# a public PC must find nothing, and the page says so before.
FORGET: Final = '"cookies", "storage"'
_STATUS: Final = {WhyNot.WRONG: 422, WhyNot.TOO_MANY: 429, WhyNot.AWAY: 503}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a form. field: its element, "" for none in particular."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class SignInView:
    """card: as it was typed. The PIN is never given back. provider: the way to sign in by one, "" without it."""

    lanjut: str
    provider: str
    provider_first: bool
    card: str = ""
    mistakes: Sequence[Mistake] = ()

    def of(self, field: str) -> str:
        return next((mistake.text for mistake in self.mistakes if mistake.field == field), "")


@dataclass(frozen=True, slots=True)
class PinView:
    """card: whose PIN it is."""

    card: str
    least: int = LEAST
    changed: bool = False
    mistakes: Sequence[Mistake] = ()

    def of(self, field: str) -> str:
        return next((mistake.text for mistake in self.mistakes if mistake.field == field), "")


class SigningIn:
    """The routes `/masuk`, `/keluar` and `/akun/pin`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [
            Route(SIGN_IN, shown(self.form, Audience.EVERYBODY)),
            Route(SIGN_IN, done(self.sign_in, Audience.EVERYBODY), methods=["POST"]),
            Route(SIGN_OUT, shown(self.leaving, Audience.EVERYBODY)),
            Route(SIGN_OUT, done(self.sign_out, Audience.EVERYBODY), methods=["POST"]),
            Route(CHANGE_PIN, shown(self.pin, Audience.SIGNED_IN)),
            Route(CHANGE_PIN, done(self.change_pin, Audience.SIGNED_IN), methods=["POST"]),
        ]

    # ---- in

    def form(self, request: Request, visitor: Visitor) -> Response:
        accounts_of(request)
        lanjut = onward(request.query_params.get("lanjut", AFTERWARDS))
        if visitor.must_change_pin:
            return to(CHANGE_PIN, visitor.language)
        if visitor.patron is not None:
            return to(lanjut, visitor.language)
        return self._form(request, visitor, lanjut)

    def sign_in(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        t = messages(visitor.language)
        card, pin = text_of(form, "card").strip(), text_of(form, "pin")
        lanjut = onward(text_of(form, "lanjut") or AFTERWARDS)
        mistakes = [
            Mistake(t(f"identity.{name}_missing"), name) for name, value in (("card", card), ("pin", pin)) if not value
        ]
        if mistakes:
            return self._form(request, visitor, lanjut, 422, card, mistakes)
        found = accounts_of(request).identity.sign_in(card, pin, address_of(request.scope), session_secret(request))
        if isinstance(found, Refused):
            told = Mistake(_refusal(found, t), _FIELD[found.why])
            answer = self._form(request, visitor, lanjut, _STATUS[found.why], card, [told])
            if found.wait:
                answer.headers["Retry-After"] = str(math.ceil(found.wait.total_seconds()))
            return answer
        answer = to(CHANGE_PIN if found.must_change_pin else lanjut, visitor.language)
        give_cookie(answer, request, found.secret)
        return answer

    def _form(
        self,
        request: Request,
        visitor: Visitor,
        lanjut: str,
        status: int = 200,
        card: str = "",
        mistakes: Sequence[Mistake] = (),
    ) -> Response:
        t, oidc = messages(visitor.language), accounts_of(request).oidc
        provider = "" if oidc is None else f"{DEPART}?lanjut={quote(lanjut, safe='/')}"
        view = SignInView(lanjut, provider, oidc is not None and oidc.is_for_patrons, card, mistakes)
        title = t("identity.sign_in")
        return account_page(self._services, request, visitor, "account/_sign_in.html", view, title, status)

    # ---- out

    def leaving(self, request: Request, visitor: Visitor) -> Response:
        title, oidc = messages(visitor.language)("identity.sign_out"), accounts_of(request).oidc
        ending = ""
        if oidc is not None and "penyedia" in request.query_params and not visitor.form_token:
            ending = oidc.ending(f"{public_address(request, self._services.settings)}{SIGN_OUT}")
        return account_page(self._services, request, visitor, "account/_sign_out.html", ending, title)

    def sign_out(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - a form of one button
        secret = session_secret(request)
        accounts_of(request).identity.sign_out(secret)
        # Not led there at once: the content security policy lets forms lead to pages of ours only.
        answer = to(f"{SIGN_OUT}?penyedia=1" if is_by_provider(secret) else SIGN_OUT, visitor.language)
        take_cookie(answer, request)
        answer.headers["Clear-Site-Data"] = FORGET
        return answer

    # ---- PIN

    def pin(self, request: Request, visitor: Visitor) -> Response:
        return self._pin(request, visitor, PinView(_card(request), changed="berhasil" in request.query_params))

    def change_pin(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        t, identity, found = messages(visitor.language), accounts_of(request).identity, signed_in(request)
        if found is None:  # ended this very moment
            return to(SIGN_IN, visitor.language)
        new = text_of(form, "new")
        try:
            if new != text_of(form, "again"):
                raise NotValid("pin_unequal", "again")
            identity.change_pin(found.actor, text_of(form, "old"), new)
        except NotValid as error:
            told = Mistake(t(f"identity.{error.code}", least=LEAST), error.field)
            return self._pin(request, visitor, PinView(found.patron.card_number, mistakes=[told]), 422)
        welcome = identity.begin(found.patron.id, session_secret(request))
        if isinstance(welcome, Refused):
            return to(SIGN_IN, visitor.language)
        answer = to(f"{CHANGE_PIN}?berhasil=1", visitor.language)
        give_cookie(answer, request, welcome.secret)
        return answer

    def _pin(self, request: Request, visitor: Visitor, view: PinView, status: int = 200) -> Response:
        title = messages(visitor.language)("identity.pin_title")
        return account_page(self._services, request, visitor, "account/_pin.html", view, title, status)


_FIELD: Final = {WhyNot.WRONG: "card", WhyNot.TOO_MANY: "", WhyNot.AWAY: ""}


def _refusal(refused: Refused, t: Messages) -> str:
    if refused.why is not WhyNot.TOO_MANY:
        return t(f"identity.refused_{refused.why}")
    if refused.wait < timedelta(minutes=1):
        return t.count("identity.wait_seconds", math.ceil(refused.wait.total_seconds()))
    return t.count("identity.wait_minutes", math.ceil(refused.wait / timedelta(minutes=1)))


def _card(request: Request) -> str:
    found = signed_in(request)
    return "" if found is None else found.patron.card_number
