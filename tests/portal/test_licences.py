"""Staff set licences at the desk, and nobody else does."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.desk.licences import PATH
from portal.desk.routes import desk_routes
from portal.services.actors import Actor
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.accounts import TurnedClock, accounts_in, add_person, app_of, browser_of, sign_in, token_of
from tests.support.closed_book import MEMBERS_ID, ONSITE_ID, library_with_closed_books
from tests.support.html import Elements
from tests.support.small_library import EBOOK_ID, REEF_ID

STAFF = Actor("staf", Role.LIBRARIAN, "pusat")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return library_with_closed_books(tmp_path_factory.mktemp("licences"))


@pytest.fixture
def accounts(sqlite_database: Database, tmp_path: Path) -> Accounts:
    accounts = accounts_in(tmp_path, sqlite_database, TurnedClock())
    add_person(sqlite_database, "BT-0001")
    add_person(sqlite_database, "ST-0001", Role.LIBRARIAN, "Staf Meja")
    return accounts


def post(client: TestClient, document: str, copies: str, hours: str) -> int:
    fields = {"token": token_of(client), "document": document, "copies": copies, "hours": hours}
    return client.post(PATH, data=fields).status_code


def test_staff_set_and_see_a_licence(services: Services, accounts: Accounts) -> None:
    with browser_of(app_of(services, accounts, *desk_routes(services, accounts))) as client:
        sign_in(client, "ST-0001")
        assert "Belum ada lisensi" in client.get(PATH).text
        assert post(client, MEMBERS_ID, "3", "48") == 303
        page = client.get(PATH).text
        assert "3 pembaca sekaligus, 48 jam; sedang dibaca 0, menunggu 0." in page
        change = next(link for link in Elements(page).links() if "id=" in link)
        filled = {a["name"]: a.get("value") for a in Elements(client.get(change).text).all("input") if "name" in a}
        assert (filled["document"], filled["copies"], filled["hours"]) == (MEMBERS_ID, "3", "48")


@pytest.mark.parametrize(
    ("document", "copies", "hours", "told"),
    [
        ("kota.tidak-ada", "1", "48", "Tidak ada judul"),
        (REEF_ID, "1", "48", "tidak mempunyai berkas"),
        (EBOOK_ID, "1", "48", "terbuka bagi semua orang"),
        (ONSITE_ID, "1", "48", "hanya boleh dibaca di perpustakaan"),
        (MEMBERS_ID, "-1", "48", "0 sampai 1.000"),
        (MEMBERS_ID, "1001", "48", "0 sampai 1.000"),
        (MEMBERS_ID, "1", "0", "1 sampai 2.160"),
        (MEMBERS_ID, "1", "9999999", "1 sampai 2.160"),
    ],
)
def test_a_licence_that_cannot_be_is_told_beside_its_field(
    services: Services, accounts: Accounts, document: str, copies: str, hours: str, told: str
) -> None:
    with browser_of(app_of(services, accounts, *desk_routes(services, accounts))) as client:
        sign_in(client, "ST-0001")
        fields = {"token": token_of(client), "document": document, "copies": copies, "hours": hours}
        answer = client.post(PATH, data=fields)
        assert answer.status_code == 422
        assert answer.text.count(told) == 2
        assert "aria-invalid" in answer.text
        assert accounts.lending is not None
        assert accounts.lending.licences(STAFF) == []


@pytest.mark.parametrize("card", ["", "BT-0001"])
def test_no_one_else_finds_the_page(services: Services, accounts: Accounts, card: str) -> None:
    with browser_of(app_of(services, accounts, *desk_routes(services, accounts))) as client:
        if card:
            sign_in(client, card)
        assert client.get(PATH).status_code == (404 if card else 303)
        assert post(client, MEMBERS_ID, "1", "48") == (404 if card else 303)
        assert accounts.lending is not None
        assert accounts.lending.licences(STAFF) == []
