"""A library that lends, with patrons who sign in to it, over the real services on SQLite."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from portal.account.routes import account_middleware, account_routes
from portal.asgi import answers_to_errors
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.ils.driver import PatronRef
from portal.routes import PlainPages
from portal.services.actors import Actor
from portal.services.shelves import ReadingLists, SavedSearches
from portal.shell import Shell
from portal.store.clock import utc_now
from portal.store.database import Database
from portal.store.tables import FamilyLink, Fine
from portal.store.tables.circulation import FineKind
from portal.store.tables.people import Role
from portal.store.upgrading import prepare
from tests.support.accounts import ORIGIN, accounts_in, add_person, sign_in, token_of
from tests.support.browsing import CHROMIUM, NO_BROWSER, Portal, running_portal
from tests.support.circulation import Library, Turned
from tests.support.small_library import small_library


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


@pytest.fixture(scope="session")
def lending_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The small library's portal in a process of its own, with Maria's loans, holds, fines and lists in its store."""
    if CHROMIUM is None:
        pytest.skip(NO_BROWSER)
    folder = tmp_path_factory.mktemp("lending")
    small_library(folder)
    database = Database(f"sqlite:///{folder / 'accounts.sqlite3'}")
    prepare(database)
    fill(Library(database, Turned(utc_now())))
    database.close()
    with running_portal(folder, TELUSUR_RATE="0") as portal:
        yield portal


def fill(lending: Library) -> None:
    """Maria has a loan that is late, one to renew, one that others wait for, a ready hold, a waiting one, a fine, a list."""
    now = lending.clock.now
    lending.rule("umum", max_holds=5)
    id = add_person(lending.database, "BT-0001", email="maria@contoh.id")
    add_person(lending.database, "BT-0002", name="Yulin Tangka")
    maria, child, other = PatronRef(id, id, "BT-0001"), lending.patron(name="Ani Wenas"), lending.patron()
    who = Actor(id, Role.PATRON, "pusat")
    lending.clock.on(days=-9)
    lending.lend(maria, lending.copy("kota.007", title="Laskar pelangi"))
    lending.clock.now = now
    lending.lend(maria, lending.copy("kota.101", title="Belajar membaca jilid 1"))
    lending.lend(maria, lending.copy("kota.002", title="Ikan karang Indonesia Timur"))
    lending.hold(other, "kota.002")
    lending.lend(child, lending.copy("kota.102", title="Belajar membaca jilid 2"))
    lending.copy("kota.010")
    lending.hold(maria, "kota.010", title="Jurnal kelautan tropis")
    lending.lend(other, lending.copy("kota.004"))
    lending.hold(maria, "kota.004", title="Cerita rakyat Sulawesi Utara")
    lending.lend(other, lending.copy("kota.003"))
    lending.copies("kota.008", 2, title="The rainbow troops")
    with lending.database.writing() as session:
        session.add(FamilyLink(guardian_id=id, child_id=child.id, linked_at=now))
        session.add(
            Fine(patron_id=id, kind=FineKind.OVERDUE, amount=4_000, days=4, title="Peta laut", note="", charged_at=now)
        )
    lists = ReadingLists(lending.database, lending.clock)
    lists.add(who, lists.create(who, "Skripsi", "Bab dua"), [("kota.002", "Ikan karang"), ("kota.003", "Coral reefs")])
    SavedSearches(lending.database, lending.clock).save(who, "Karang", "/cari?q=karang&f.language=ind")


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
