"""Who asks, and whether a form was really sent from one of our own pages."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.bootstrap_accounts import Accounts
from portal.i18n import DEFAULT_LANGUAGE, LANGUAGES, Language
from portal.ils.driver import PatronRef
from portal.services.actors import GUEST, Actor
from portal.services.errors import NotFound
from portal.services.identity.sessions import SignedIn
from portal.store.tables.people import Role

FORM_TOKEN: Final = "token"  # noqa: S105 - the name of a field
MAX_FIELDS: Final = 50
MAX_FIELD_BYTES: Final = 64 * 1024
MAX_LANJUT: Final = 2000
SIGN_IN: Final = "/masuk"
CHANGE_PIN: Final = "/akun/pin"
# By https, a browser takes such a cookie from this host alone, by TLS, for all its paths.
_COOKIE: Final = "telusur"
_COOKIE_BY_TLS: Final = "__Host-telusur"
_ACCOUNTS: Final = "telusur.accounts"
_SEGMENTS: Final = r"(?:/[A-Za-z0-9._~%:@!$&'()*+,;=-]+)*"
_OWN_PATH: Final = re.compile(
    rf"/(?:anak|rak|riwayat|simpanan|(?:akun|meja|cari|katalog|pesan|baca|kutip|pinjam-ebook){_SEGMENTS})?"
    r"(?:\?[A-Za-z0-9._~%:@!$&'()*+,;=/?-]*)?",
    re.ASCII,
)


class Forbidden(Exception):
    """A form that was not sent from a page we gave to this visitor. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. patron: None for guests, and for who must change a PIN before anything else.

    form_token: stands in every form of this visitor's pages; "" for guests, whom only the Origin protects.
    """

    actor: Actor
    patron: PatronRef | None
    name: str
    form_token: str
    language: Language
    must_change_pin: bool = False


class Audience(Enum):
    """Whom a page is for. SIGNED_IN: also those who must change a PIN before anything else."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"
    PATRONS = "patrons"
    STAFF = "staff"
    ADMINS = "admins"


Page = Callable[[Request, Visitor], Response]
Deed = Callable[[Request, Visitor, FormData], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class AccountsAtHand:
    """Lays the services for patrons beside every request; None where the portal has none."""

    def __init__(self, app: ASGIApp, accounts: Accounts | None) -> None:
        self._app = app
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, _ACCOUNTS: self._accounts}, receive, send)


def accounts_of(request: Request) -> Accounts:
    """The services of the portal that answers. Raises NotFound where there are no accounts."""
    accounts: Accounts | None = request.scope.get(_ACCOUNTS)
    if accounts is None:
        raise NotFound("this portal has no accounts")
    return accounts


# ---- who asks


def visitor_of(request: Request) -> Visitor:
    """Whoever holds the request's cookie; a guest with none, or with one that is no longer good.

    Looked up in the store every time: a session that was ended elsewhere is at an end here too. It waits for the store:
    from an asynchronous function, call it by `run_in_threadpool`.
    """
    found = signed_in(request)
    if found is None:
        return Visitor(GUEST, None, "", "", _language(request, DEFAULT_LANGUAGE))
    language = _language(request, found.language)
    if found.must_change_pin:
        return Visitor(GUEST, None, found.name, found.form_token, language, must_change_pin=True)
    return Visitor(found.actor, found.patron, found.name, found.form_token, language)


def signed_in(request: Request) -> SignedIn | None:
    """The same as the services know it, whether or not a PIN must be changed first."""
    secret = session_secret(request)
    accounts: Accounts | None = request.scope.get(_ACCOUNTS)
    return accounts.identity.find(secret) if secret and accounts is not None else None


def _language(request: Request, own: str) -> Language:
    asked = request.query_params.get("hl", own)
    return next((hl for hl in LANGUAGES if hl == asked), DEFAULT_LANGUAGE)


# ---- the cookie


def session_secret(request: Request) -> str:
    """What the session's cookie holds, "" without one."""
    return request.cookies.get(cookie_name(request), "")


def cookie_name(request: Request) -> str:
    return _COOKIE_BY_TLS if is_by_tls(request) else _COOKIE


def is_by_tls(request: Request) -> bool:
    """Whether the visitor came by https, as far as a trusted proxy or the portal's own address tell."""
    if request.scope.get("scheme") == "https":
        return True
    public = urlsplit(_public_url(request))
    return public.scheme == "https" and request.headers.get("host", "").lower() == public.netloc.lower()


def give_cookie(response: Response, request: Request, secret: str) -> None:
    """For as long as the browser is open: a public PC keeps nothing."""
    by_tls = is_by_tls(request)
    response.set_cookie(cookie_name(request), secret, path="/", secure=by_tls, httponly=True, samesite="lax")


def take_cookie(response: Response, request: Request) -> None:
    by_tls = is_by_tls(request)
    response.delete_cookie(cookie_name(request), path="/", secure=by_tls, httponly=True, samesite="lax")


# ---- forms


async def checked_form(request: Request, visitor: Visitor, *, files: int = 0) -> FormData:
    """The form of a POST, once it is known to come from one of our pages. files: how many it may bring.

    Raises Forbidden before the body is read when it was sent from elsewhere, and then when it lacks the visitor's token.
    """
    require_own_origin(request)
    form = await request.form(max_files=files, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    if visitor.form_token:
        given = form.get(FORM_TOKEN)
        if not isinstance(given, str) or not secrets.compare_digest(given.encode(), visitor.form_token.encode()):
            raise Forbidden("no token of this session")
    return form


def require_own_origin(request: Request) -> None:
    """Raises Forbidden unless the browser says that the request was sent from a page of ours.

    Every browser of the last years says so with a POST; what says nothing is no browser, and is refused.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None:
        raise Forbidden("it does not say where it was sent from")
    if site is not None and site != "same-origin":
        raise Forbidden("sent from elsewhere")
    if origin is not None and not _is_own(origin, request, told_same=site is not None):
        raise Forbidden("sent from elsewhere")


def _is_own(origin: str, request: Request, *, told_same: bool) -> bool:
    """told_same: the browser itself says that the origin is the same, so a proxy that hides the scheme does no harm."""
    given, host = urlsplit(origin), request.headers.get("host", "").lower()
    scheme = "https" if is_by_tls(request) else "http"
    if given.netloc.lower() == host and (told_same or given.scheme == scheme):
        return True
    public = urlsplit(_public_url(request))
    return bool(public.netloc) and (given.scheme, given.netloc.lower()) == (public.scheme, public.netloc.lower())


def _public_url(request: Request) -> str:
    accounts: Accounts | None = request.scope.get(_ACCOUNTS)
    return "" if accounts is None else accounts.settings.url


# ---- routes


def shown(page: Page, audience: Audience) -> Endpoint:
    """A route that shows a page. Guests are sent to sign in and come back; staff pages are not there for others."""

    @wraps(page)
    async def endpoint(request: Request) -> Response:
        visitor = await run_in_threadpool(visitor_of, request)
        elsewhere = _required(request, visitor, audience)
        return _not_kept(await run_in_threadpool(page, request, visitor) if elsewhere is None else elsewhere)

    return endpoint


def done(deed: Deed, audience: Audience, *, files: int = 0) -> Endpoint:
    """A route that does what a form asks for, after `checked_form`."""

    @wraps(deed)
    async def endpoint(request: Request) -> Response:
        visitor = await run_in_threadpool(visitor_of, request)
        form = await checked_form(request, visitor, files=files)
        elsewhere = _required(request, visitor, audience)
        return _not_kept(await run_in_threadpool(deed, request, visitor, form) if elsewhere is None else elsewhere)

    return endpoint


def _required(request: Request, visitor: Visitor, audience: Audience) -> Response | None:
    """Where a visitor has to go first; None where the page is for this one. Raises NotFound."""
    if audience is Audience.EVERYBODY:
        return None
    if visitor.must_change_pin:
        if audience is Audience.SIGNED_IN:
            return None
        return to(CHANGE_PIN, visitor.language)
    if visitor.patron is None:
        return to(SIGN_IN, visitor.language, onward_from(request))
    if audience is Audience.STAFF and not visitor.actor.is_staff:
        raise NotFound("staff only")
    if audience is Audience.ADMINS and visitor.actor.role is not Role.ADMIN:
        raise NotFound("admins only")
    return None


def to(path: str, language: Language, lanjut: str = "") -> Response:
    """303, so that a browser asks for the page by GET and a reload sends nothing again."""
    params = [f"hl={language}"] if language != DEFAULT_LANGUAGE else []
    params += [f"lanjut={quote(lanjut, safe='/')}"] if lanjut not in ("", "/") else []
    joined = f"{path}{'&' if '?' in path else '?'}{'&'.join(params)}" if params else path
    return RedirectResponse(joined, 303)


def onward_from(request: Request) -> str:
    """The page that was asked for, to come back to; of a form's address there is no page, so the account."""
    if request.method not in ("GET", "HEAD"):
        return "/akun"
    query = request.url.query
    return onward(request.url.path + (f"?{query}" if query else ""))


def onward(text: str) -> str:
    """`text` when it is the address of one of our pages, as they stand in links; "/" for anything else.

    >>> [onward(t) for t in ("/akun/denda?hl=en", "//evil", "/\\\\evil", "https:evil", "/%2f%2fevil", "/akun\\t//x", "/cari?q=a")]
    ['/akun/denda?hl=en', '/', '/', '/', '/', '/', '/cari?q=a']
    """
    return text if len(text) <= MAX_LANJUT and _OWN_PATH.fullmatch(text) else "/"


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
