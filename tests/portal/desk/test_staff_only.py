"""The desk is not there for anybody but staff, and much of it only for admins."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.desk.routes import desk_routes
from portal.store.columns import Base
from portal.store.tables.people import Role
from tests.portal.desk.conftest import AtDesk
from tests.support.accounts import add_person, browser_of, sign_in, token_of, whole_app
from tests.support.circulation import Library

ADMINS = ("/meja/aturan", "/meja/kalender", "/meja/cabang", "/meja/petugas", "/meja/audit", "/meja/terlambat.csv")
# What staff leave by looking: sessions that were seen, and the audit.
_LOOKED = ("session", "audit_entry", "login_try")


def kept(shelves: Library) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the store, but for what looking leaves behind."""
    with shelves.database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name not in _LOOKED
        }


def paths(services: Services, accounts: Accounts, method: str, patron: str, item: str) -> list[str]:
    return [
        route.path.replace("{patron}", patron).replace("{item}", item)
        for route in desk_routes(services, accounts)
        if method in (route.methods or set())
    ]


@pytest.fixture
def patron(library: Services, accounts: Accounts) -> Iterator[TestClient]:
    add_person(accounts.database, "BT-1", Role.PATRON, "Anggota")
    with browser_of(whole_app(library, accounts)) as client:
        sign_in(client, "BT-1")
        yield client


def test_patrons_find_no_desk_and_change_nothing(
    patron: TestClient, library: Services, accounts: Accounts, shelves: Library
) -> None:
    ref, barcode = shelves.patron(), shelves.copy()
    token, before = token_of(patron), kept(shelves)
    shown = paths(library, accounts, "GET", ref.id, f"item-{barcode}")
    assert len(shown) > 20
    assert {path: patron.get(path).status_code for path in shown} == dict.fromkeys(shown, 404)
    deeds = paths(library, accounts, "POST", ref.id, f"item-{barcode}")
    assert len(deeds) > 25
    data = {"token": token, "kartu": ref.card_number, "barcode": barcode, "reason": "x", "name": "x", "code": "x"}
    assert {path: patron.post(path, data=data).status_code for path in deeds} == dict.fromkeys(deeds, 404)
    assert kept(shelves) == before


def test_guests_are_asked_to_sign_in(library: Services, accounts: Accounts) -> None:
    with browser_of(whole_app(library, accounts)) as guest:
        answer = guest.get("/meja/anggota")
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?lanjut=/meja/anggota")


@pytest.mark.parametrize("path", ADMINS)
def test_librarians_do_not_find_what_is_for_admins(librarian: AtDesk, path: str) -> None:
    librarian.get(path, 404)
    assert path not in librarian.get("/meja")


@pytest.mark.parametrize("path", ADMINS)
def test_admins_do(admin: AtDesk, path: str) -> None:
    admin.get(path)


def test_looking_at_everything_changes_nothing(
    admin: AtDesk, library: Services, accounts: Accounts, shelves: Library
) -> None:
    ref, barcode = shelves.patron(), shelves.copy()
    before = kept(shelves)
    for path in paths(library, accounts, "GET", ref.id, f"item-{barcode}"):
        if path != "/meja/aturan/ubah":
            admin.get(path)
    assert kept(shelves) == before


def test_no_deed_is_done_without_the_token_or_from_elsewhere(
    admin: AtDesk, library: Services, accounts: Accounts, shelves: Library
) -> None:
    ref, barcode = shelves.patron(), shelves.copy()
    before = kept(shelves)
    for path in paths(library, accounts, "POST", ref.id, f"item-{barcode}"):
        assert admin.client.post(path, data={"kartu": "x"}).status_code == 403
        elsewhere = {"Origin": "https://evil.example"}
        assert admin.client.post(path, data={"token": admin.token}, headers=elsewhere).status_code == 403
    assert kept(shelves) == before


def test_where_another_system_lends_there_is_no_desk(library: Services, accounts: Accounts) -> None:
    elsewhere = replace(accounts, desk=None, backroom=None)
    assert desk_routes(library, elsewhere) == []
