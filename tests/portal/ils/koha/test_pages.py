"""The portal's own pages with Koha behind them, and with Koha gone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from portal.account.frame import TABS
from portal.bootstrap import Services
from portal.store.clock import utc_now
from portal.store.database import Database
from search.query_language import parse
from tests.support.accounts import ORIGIN, accounts_in, sign_in, token_of, whole_app
from tests.support.koha.library import due
from tests.support.koha.process import PIN, SOURCE, KohaProcess
from tests.support.koha.server import CLIENT, SECRET

SOON = due(datetime.now(UTC).date() + timedelta(days=3))


@pytest.fixture
def browser(library: Services, koha: KohaProcess, sqlite_database: Database, tmp_path: Path) -> TestClient:
    key = {"ils_client": CLIENT, "ils_secret": SECRET, "source": SOURCE}
    accounts = accounts_in(tmp_path, sqlite_database, utc_now, ils="koha", ils_url=koha.url, **key)
    return TestClient(whole_app(library, accounts), follow_redirects=False, headers={"Origin": ORIGIN})


def test_a_patron_of_koha_sees_renews_and_asks_for_books_here(koha: KohaProcess, browser: TestClient) -> None:
    patron = koha.patron(cardnumber="KB-7")
    _, (item,) = koha.title("Laut Bercerita")
    wanted, (lent,) = koha.title("Bumi Manusia")
    loan = koha.loan(patron, item, SOON)
    koha.loan(koha.patron(), lent, SOON)
    sign_in(browser, "KB-7", PIN)
    assert "Laut Bercerita" in browser.get("/akun/pinjaman").text
    browser.post("/akun/pinjaman/perpanjang", data={"token": token_of(browser), "loan": str(loan), "key": "klik"})
    assert [row["renewals_count"] for row in koha.rows("checkouts") if row["checkout_id"] == loan] == [1]
    told = browser.get("/api/v1/availability", params={"id": f"{SOURCE}.{wanted}"}).json()
    assert told["answers"]
    assert (told["titles"][f"{SOURCE}.{wanted}"]["copies"], told["titles"][f"{SOURCE}.{wanted}"]["free"]) == (1, 0)


def test_every_page_of_the_account_is_there(koha: KohaProcess, browser: TestClient) -> None:
    koha.patron(cardnumber="KB-7")
    sign_in(browser, "KB-7", PIN)
    assert {tab.path: browser.get(tab.path).status_code for tab in TABS} == dict.fromkeys(
        (tab.path for tab in TABS), 200
    )


def test_history_is_shown_for_who_wants_it_and_forgotten_in_koha_alone(koha: KohaProcess, browser: TestClient) -> None:
    patron = koha.patron(cardnumber="KB-7")
    _, (item,) = koha.title("Laut Bercerita")
    koha.loan(patron, item, SOON, checkin_date="2026-11-02T10:00:00+08:00")
    sign_in(browser, "KB-7", PIN)
    assert "Laut Bercerita" not in browser.get("/akun/riwayat").text
    assert browser.post("/akun/riwayat", data={"token": token_of(browser), "simpan": "1"}).status_code == 303
    page = browser.get("/akun/riwayat").text
    assert "Laut Bercerita" in page
    assert "/akun/riwayat/lupakan" not in page
    assert browser.post("/akun/riwayat/lupakan", data={"token": token_of(browser), "semua": "1"}).status_code == 404
    assert browser.post("/akun/riwayat", data={"token": token_of(browser), "simpan": "0"}).status_code == 303
    assert "Laut Bercerita" not in browser.get("/akun/riwayat").text


def test_with_koha_gone_searching_goes_on_and_nothing_is_known_of_copies(
    library: Services, koha: KohaProcess, browser: TestClient
) -> None:
    koha.patron(cardnumber="KB-7")
    biblio, _ = koha.title()
    id = f"{SOURCE}.{biblio}"
    sign_in(browser, "KB-7", PIN)
    known = browser.get("/api/v1/availability", params={"id": id}).json()
    assert (known["answers"], known["titles"][id]["free"]) == (True, 1)
    koha.control(faults=[{"kind": "status", "status": 500, "times": 99}])
    gone = browser.get("/api/v1/availability", params={"id": id})
    assert (gone.status_code, gone.json()["answers"]) == (200, False)
    assert gone.json()["titles"][id]["state"] == "unknown"
    assert browser.get("/akun/pinjaman").status_code == 503
    assert library.discovery.search(parse("laut")).total > 0
    assert browser.get("/cari?q=laut").status_code == 200
