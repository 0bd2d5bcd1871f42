"""Addresses with what no text can hold lead nowhere, on both databases."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.portal.account.conftest import House, house_of
from tests.support.accounts import ORIGIN, accounts_in, sign_in, token_of, whole_app
from tests.support.circulation import Library


@pytest.fixture
def town(library: Services, database: Database, tmp_path: Path) -> House:
    lending = Library(database)
    return house_of(library, accounts_in(tmp_path, database, lending.clock), lending)


def browser_of(town: House, role: Role) -> TestClient:
    town.patron(role=role)
    browser = TestClient(whole_app(town.services, town.accounts), follow_redirects=False, headers={"Origin": ORIGIN})
    sign_in(browser, "BT-0001")
    return browser


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.PATRON, "/akun/daftar/a%00b"),
        (Role.PATRON, "/akun/kalender/a%00b.ics"),
        (Role.PATRON, "/pesan/a%00b"),
        (Role.PATRON, "/pinjam-ebook/a%00b"),
        (Role.ADMIN, "/meja/anggota/a%00b"),
    ],
)
def test_a_page_is_not_there(town: House, role: Role, path: str) -> None:
    assert browser_of(town, role).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/akun/daftar/a%00b/hapus", "/akun/pencarian/a%00b/hapus"])
def test_nothing_is_there_to_be_changed(town: House, path: str) -> None:
    browser = browser_of(town, Role.PATRON)
    assert browser.post(path, data={"token": token_of(browser)}).status_code == 404
