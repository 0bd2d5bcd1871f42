"""The pages between here and a provider: the way to sign in there, and back."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal.account.framing import account_page
from portal.account.visitor import Audience, Visitor, accounts_of, give_cookie, is_by_tls, onward, session_secret, shown
from portal.bootstrap import Services
from portal.i18n import messages
from portal.public_address import public_address
from portal.services.errors import NotFound
from portal.services.identity.oidc import GOOD_FOR, Arrival, Oidc, Unproved

DEPART: Final = "/masuk/oidc"
ARRIVE: Final = "/masuk/oidc/kembali"
MAX_ANSWER: Final = 4000
_STATUS: Final = {Unproved.FAILED: 403, Unproved.UNKNOWN: 403, Unproved.AWAY: 503}


@dataclass(frozen=True, slots=True)
class UnprovedView:
    """why: names a message. lanjut: the page that was wanted."""

    why: Unproved
    lanjut: str


class ByProvider:
    """The routes `/masuk/oidc` and `/masuk/oidc/kembali`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [
            Route(DEPART, shown(self.depart, Audience.EVERYBODY)),
            Route(ARRIVE, shown(self.arrive, Audience.EVERYBODY)),
        ]

    def depart(self, request: Request, visitor: Visitor) -> Response:
        lanjut = onward(request.query_params.get("lanjut", "/akun"))
        found = _oidc(request).depart(self._redirect_uri(request), lanjut)
        if isinstance(found, Unproved):
            return self._unproved(request, visitor, UnprovedView(found, lanjut))
        answer = RedirectResponse(found.address, 303)
        answer.set_cookie(
            _cookie(request),
            found.keeping,
            max_age=int(GOOD_FOR.total_seconds()),
            path="/",
            secure=is_by_tls(request),
            httponly=True,
            samesite="lax",
        )
        return answer

    def arrive(self, request: Request, visitor: Visitor) -> Response:
        params = request.query_params
        arrival = Arrival(
            params.get("code", "")[:MAX_ANSWER],
            params.get("state", "")[:MAX_ANSWER],
            params.get("iss", "")[:MAX_ANSWER],
            request.cookies.get(_cookie(request), ""),
        )
        found, lanjut = _oidc(request).arrive(arrival, self._redirect_uri(request), session_secret(request))
        if isinstance(found, Unproved):
            answer = self._unproved(request, visitor, UnprovedView(found, onward(lanjut)))
        else:
            answer = RedirectResponse(onward(lanjut), 303)
            give_cookie(answer, request, found.secret)
        # Good for one way there and back.
        answer.delete_cookie(_cookie(request), path="/", secure=is_by_tls(request), httponly=True, samesite="lax")
        return answer

    def _redirect_uri(self, request: Request) -> str:
        return public_address(request, self._services.settings) + ARRIVE

    def _unproved(self, request: Request, visitor: Visitor, view: UnprovedView) -> Response:
        title = messages(visitor.language)("identity.oidc_title")
        return account_page(self._services, request, visitor, "account/_unproved.html", view, title, _STATUS[view.why])


def _oidc(request: Request) -> Oidc:
    found = accounts_of(request).oidc
    if found is None:
        raise NotFound("no provider is set")
    return found


def _cookie(request: Request) -> str:
    return "__Host-telusur-oidc" if is_by_tls(request) else "telusur-oidc"
