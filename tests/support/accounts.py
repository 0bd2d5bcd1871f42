"""Patrons, staff and signed-in browsers for tests of services and pages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.testclient import TestClient
from streamlit import file_util

from portal.account.by_provider import ByProvider
from portal.account.signing_in import SigningIn
from portal.account.visitor import AccountsAtHand
from portal.asgi import answers_to_errors, portal_routes
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts, accounts_on
from portal.routes import PlainPages
from portal.services.identity.pins import Hasher
from portal.settings import Settings, read_settings
from portal.shell import Shell
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables.people import Branch, Category, Patron, Role

PIN = "271828"
ORIGIN = "http://testserver"
# Nothing is kept here, and hundreds of tests sign in. That the portal hashes at full cost is tests/portal/identity's.
QUICK_HASH = {"memory_kib": 8, "passes": 1}
_hashed = Hasher(**QUICK_HASH).hashed(PIN)


class TurnedClock:
    """A clock that stands still until a test turns it."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


def accounts_in(folder: Path, database: Database, clock: Clock, **settings: str) -> Accounts:
    """The services over a test's database. settings: variables without TELUSUR_, in small letters."""
    named = {f"TELUSUR_{name.upper()}": value for name, value in settings.items()}
    read = read_settings({"TELUSUR_DATA": str(folder), **named})
    return accounts_on(database, read, clock, hasher=Hasher(**QUICK_HASH))


def add_person(
    database: Database, card: str = "BT-0001", role: Role = Role.PATRON, name: str = "Maria Wenas", **fields: object
) -> str:
    """The id of a new person whose PIN is PIN, unless pin_hash says otherwise."""
    with database.writing() as session:
        if session.get(Branch, "pusat") is None:
            session.add(Branch(code="pusat", name="Perpustakaan Pusat"))
        if session.get(Category, "umum") is None:
            session.add(Category(code="umum", name_id="Umum", name_en="General"))
        session.flush()
        values = {"category": "umum", "home_branch": "pusat", "pin_hash": _hashed}
        person = Patron(
            card_number=card,
            role=role,
            name=name,
            registered_at=datetime(2026, 1, 1, tzinfo=UTC),
            **values | fields,
        )
        session.add(person)
        session.flush()
        return person.id


def plain_pages(services: Services) -> PlainPages:
    return PlainPages(services, Shell(Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")))


def whole_app(services: Services, accounts: Accounts) -> Starlette:
    """Every route the portal itself answers, without what Streamlit needs."""
    pages = plain_pages(services)
    return _app(pages, accounts, portal_routes(services, pages, accounts))


def app_of(services: Services, accounts: Accounts | None, *routes: BaseRoute) -> Starlette:
    """The pages to sign in, and routes of a test."""
    return _app(
        plain_pages(services), accounts, [*SigningIn(services).routes(), *ByProvider(services).routes(), *routes]
    )


def _app(pages: PlainPages, accounts: Accounts | None, routes: Sequence[BaseRoute]) -> Starlette:
    return Starlette(
        routes=routes,
        middleware=[Middleware(AccountsAtHand, accounts=accounts)],
        exception_handlers=answers_to_errors(pages),
    )


@contextmanager
def browser_of(app: Starlette) -> Iterator[TestClient]:
    """A browser with cookies of its own, which says where its forms come from."""
    with TestClient(app, follow_redirects=False, headers={"Origin": ORIGIN}) as client:
        yield client


def sign_in(client: TestClient, card: str = "BT-0001", pin: str = PIN) -> None:
    answer = client.post("/masuk", data={"card": card, "pin": pin})
    assert answer.status_code == 303, answer.text


def token_of(client: TestClient) -> str:
    """What stands in the forms of this browser's pages."""
    page = client.get("/keluar").text
    return page.partition('name="token" value="')[2].partition('"')[0]


def with_settings(services: Services, settings: Settings) -> Services:
    return replace(services, settings=settings)
