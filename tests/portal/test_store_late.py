"""A portal that begins before its store of patrons does: the catalogue is there, and patrons' pages as soon as it is."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts, open_accounts, open_lending
from portal.settings import read_settings
from portal.store.database import Database
from portal.store.errors import StoreDamaged, StoreUnavailable
from portal.store.tables.circulation import Rule
from portal.store.upgrading import prepare, revision
from tests.support.accounts import ORIGIN, add_person, sign_in, whole_app
from tests.support.databases import BOTH, postgresql_server


@dataclass(frozen=True, slots=True)
class LateStore:
    """A store that is away. come, go: it is there from then on, or away again."""

    url: str
    come: Callable[[], None]
    go: Callable[[], None]


@contextmanager
def late_sqlite(folder: Path) -> Iterator[LateStore]:
    """Its folder cannot be made while a file has the name."""
    mount, kept = folder / "mount", folder / "kept"
    mount.write_text("not there yet")
    kept.mkdir()

    def come() -> None:
        mount.unlink()
        kept.rename(mount)

    def go() -> None:
        mount.rename(kept)
        mount.write_text("not there any more")

    yield LateStore(f"sqlite:///{mount / 'patrons.sqlite3'}", come, go)


@contextmanager
def late_postgresql() -> Iterator[LateStore]:
    with postgresql_server() as server:
        server.stop()
        yield LateStore(f"{server.address}/postgres", server.start, server.stop)


@pytest.fixture(params=BOTH)
def late(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LateStore]:
    with late_sqlite(tmp_path) if request.param == "sqlite" else late_postgresql() as store:
        yield store


def lending(folder: Path, url: str) -> Accounts:
    accounts = open_lending(read_settings({"TELUSUR_DATA": str(folder / "data"), "TELUSUR_DATABASE": url}))
    assert accounts is not None
    return accounts


def browser_on(services: Services, accounts: Accounts) -> TestClient:
    """Signed in once, as its cookie says, so that its pages ask the store who that is."""
    browser = TestClient(whole_app(services, accounts), follow_redirects=False, headers={"Origin": ORIGIN})
    browser.cookies.set("telusur", "of-another-day")
    return browser


def test_patrons_are_served_as_soon_as_the_store_is_there(late: LateStore, library: Services, tmp_path: Path) -> None:
    accounts = lending(tmp_path, late.url)
    browser = browser_on(library, accounts)
    for _ in range(2):
        assert browser.get("/cari?q=laut").status_code == 200
        answer = browser.get("/akun")
        assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
        assert "lang=" in answer.text
        with pytest.raises(StoreUnavailable):
            accounts.housekeeping.run_due()
    late.come()
    assert browser.get("/akun").status_code == 303
    with accounts.database.reading() as session:
        assert session.scalars(select(Rule)).first() is not None
    add_person(accounts.database, "BT-0001")
    browser.cookies.clear()
    sign_in(browser, "BT-0001")
    assert browser.get("/akun").status_code == 200
    accounts.database.close()


def test_a_store_of_another_version_that_comes_late_says_what_to_do(
    late: LateStore, library: Services, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    late.come()
    database = Database(late.url)
    prepare(database)
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    late.go()
    accounts = lending(tmp_path, late.url)
    browser = browser_on(library, accounts)
    late.come()
    with caplog.at_level(logging.ERROR):
        answer = browser.get("/akun")
    assert answer.status_code == 503
    assert "9999" not in answer.text
    assert "telusur db restore" in caplog.text
    assert browser.get("/cari?q=laut").status_code == 200
    accounts.database.close()
    bare = Database(late.url)
    assert revision(bare) == "9999"
    bare.close()


def test_a_command_does_not_wait_for_the_store(late: LateStore, tmp_path: Path) -> None:
    settings = read_settings({"TELUSUR_DATA": str(tmp_path / "data"), "TELUSUR_DATABASE": late.url})
    with pytest.raises(StoreUnavailable):
        open_accounts(settings)


def test_a_portal_does_not_wait_for_a_damaged_file_to_mend_itself(tmp_path: Path) -> None:
    path = tmp_path / "patrons.sqlite3"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreDamaged):
        lending(tmp_path, f"sqlite:///{path}")
