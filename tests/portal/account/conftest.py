"""A library that lends, with patrons who sign in to it, over the real services on SQLite."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from portal.account.routes import account_middleware, account_routes
from portal.asgi import answers_to_errors
from portal.bootstrap import Accounts, Services
from portal.ils.driver import PatronRef
from portal.routes import PlainPages
from portal.services.actors import Actor
from portal.shell import Shell
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.accounts import ORIGIN, accounts_in, add_person, sign_in, token_of
from tests.support.circulation import Library, Turned


@dataclass
class House:
    """Everything around one browser: who lends, what the pages stand on, and the clock."""

    services: Services
    accounts: Accounts
    lending: Library
    app: Starlette
    open_browsers: list[TestClient] = field(default_factory=list)

    @property
    def clock(self) -> Turned:
        return self.lending.clock

    def patron(self, card: str = "BT-0001", **fields: object) -> PatronRef:
        id = add_person(self.accounts.database, card, **fields)  # type: ignore[arg-type]
        return PatronRef(id, id, card)

    def browser(self, card: str = "") -> TestClient:
        """A browser, signed in with a card if one is named."""
        client = TestClient(self.app, follow_redirects=False, headers={"Origin": ORIGIN})
        self.open_browsers.append(client)
        if card:
            sign_in(client, card)
        return client


def actor_of(patron: PatronRef, role: Role = Role.PATRON) -> Actor:
    return Actor(patron.id, role, "pusat")


def post(client: TestClient, path: str, **fields: str) -> str:
    """Send a form with the token of this browser's pages, and read the page that it leads to."""
    answer = client.post(path, data={"token": token_of(client), **fields})
    if answer.status_code == 303:
        return client.get(answer.headers["location"].partition("#")[0]).text
    assert answer.status_code in (200, 422), answer.text
    return answer.text


@pytest.fixture
def house(library: Services, sqlite_database: Database, tmp_path: Path) -> House:
    lending = Library(sqlite_database)
    accounts = accounts_in(tmp_path, sqlite_database, lending.clock)
    return house_of(library, accounts, lending)


def house_of(services: Services, accounts: Accounts, lending: Library) -> House:
    pages = PlainPages(services, Shell(Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")))
    app = Starlette(
        routes=account_routes(services, accounts),
        middleware=account_middleware(services, accounts),
        exception_handlers=answers_to_errors(pages),
    )
    return House(services, accounts, lending, app)
