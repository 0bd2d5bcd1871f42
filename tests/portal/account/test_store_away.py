"""What goes on while the database of patrons does not answer."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.portal.account.conftest import House
from tests.support.accounts import ORIGIN, whole_app
from tests.support.small_library import REEF_ID


def shut(house: House) -> None:
    """The database's file is no database any more."""
    database = house.accounts.database
    database.close()
    path = Path(str(database.url.database))
    for beside in path.parent.glob(f"{path.name}-*"):
        beside.unlink()
    path.write_bytes(b"no database" * 1000)


@pytest.fixture
def browser(house: House) -> TestClient:
    house.patron()
    signed_in = house.browser("BT-0001")
    client = TestClient(whole_app(house.services, house.accounts), follow_redirects=False, headers={"Origin": ORIGIN})
    client.cookies = signed_in.cookies
    shut(house)
    return client


@pytest.mark.parametrize("path", ["/cari?q=laut", f"/katalog/{REEF_ID}", "/cari.ris?q=laut", "/api/v1/search?q=laut"])
def test_the_catalogue_goes_on(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/akun", "/akun/pinjaman", "/akun/data", "/akun/data.json", "/masuk", f"/pesan/{REEF_ID}", "/meja"]
)
def test_a_page_of_patrons_says_so_in_words(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert "lang=" in answer.text
    assert f'<a class="button" href="{path}?hl=id">Coba lagi</a>' in answer.text


@pytest.mark.parametrize("path", [f"/api/v1/availability?id={REEF_ID}", "/akun/status.json"])
def test_a_script_is_told_so(browser: TestClient, path: str) -> None:
    answer = browser.get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert answer.json()
