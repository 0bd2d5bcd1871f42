"""The pages to sign in and out, as a browser meets them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.account.visitor import Audience, Visitor, done, shown
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.services.actors import Actor
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.accounts import (
    PIN,
    TurnedClock,
    accounts_in,
    add_person,
    app_of,
    browser_of,
    sign_in,
    token_of,
)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def accounts(tmp_path: Path, sqlite_database: Database, clock: TurnedClock) -> Accounts:
    return accounts_in(tmp_path, sqlite_database, clock)


def who(request: Request, visitor: Visitor) -> Response:
    return PlainTextResponse(f"{visitor.actor.role} {visitor.name}")


def deed(request: Request, visitor: Visitor, form: FormData) -> Response:
    return PlainTextResponse(str(form.get("word")))


@pytest.fixture
def browser(library: Services, accounts: Accounts) -> Iterator[TestClient]:
    routes = (
        Route("/akun", shown(who, Audience.PATRONS)),
        Route("/akun/ubah", done(deed, Audience.PATRONS), methods=["POST"]),
        Route("/meja", shown(who, Audience.STAFF)),
        Route("/meja/aturan", shown(who, Audience.ADMINS)),
        Route("/siapa", shown(who, Audience.EVERYBODY)),
    )
    with browser_of(app_of(library, accounts, *routes)) as client:
        yield client


def test_card_and_pin_open_the_page_that_was_asked_for(browser: TestClient, sqlite_database: Database) -> None:
    add_person(sqlite_database)
    asked = browser.get("/akun")
    assert (asked.status_code, asked.headers["location"]) == (303, "/masuk?lanjut=/akun")
    page = browser.get(asked.headers["location"])
    assert 'name="lanjut" value="/akun"' in page.text
    answer = browser.post("/masuk", data={"card": " BT-0001 ", "pin": PIN, "lanjut": "/akun"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun")
    assert browser.get("/akun").text == "patron Maria Wenas"


def test_guests_get_no_cookie(browser: TestClient) -> None:
    for path in ("/masuk", "/keluar", "/akun", "/siapa"):
        assert "set-cookie" not in browser.get(path).headers


def test_a_staff_page_is_not_there_for_a_patron(browser: TestClient, sqlite_database: Database) -> None:
    add_person(sqlite_database)
    sign_in(browser)
    assert browser.get("/meja").status_code == 404
    add_person(sqlite_database, "P-1", Role.LIBRARIAN)
    browser.cookies.clear()
    sign_in(browser, "P-1")
    assert browser.get("/meja").status_code == 200
    assert browser.get("/meja/aturan").status_code == 404


def test_a_form_without_the_token_does_nothing(browser: TestClient, sqlite_database: Database) -> None:
    add_person(sqlite_database)
    sign_in(browser)
    assert browser.post("/akun/ubah", data={"word": "laut"}).status_code == 403
    answer = browser.post("/akun/ubah", data={"word": "laut", "token": token_of(browser)})
    assert answer.text == "laut"


def test_signing_out_ends_the_session_and_clears_the_browser(browser: TestClient, sqlite_database: Database) -> None:
    add_person(sqlite_database)
    sign_in(browser)
    cookies = dict(browser.cookies)
    answer = browser.post("/keluar", data={"token": token_of(browser)})
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cookies", "storage"'
    browser.cookies.update(cookies)
    assert browser.get("/akun").status_code == 303


def test_an_idle_session_ends(browser: TestClient, sqlite_database: Database, clock: TurnedClock) -> None:
    add_person(sqlite_database)
    sign_in(browser)
    clock.turn(minutes=14)
    assert browser.get("/akun").status_code == 200
    clock.turn(minutes=14)
    assert browser.get("/akun").status_code == 200
    clock.turn(minutes=16)
    assert browser.get("/akun").status_code == 303


# ---- what strangers try


def test_a_cookie_planted_before_signing_in_is_worth_nothing_after(
    browser: TestClient, sqlite_database: Database
) -> None:
    add_person(sqlite_database)
    planted = "p" * 43
    browser.cookies.set("telusur", planted, domain="testserver.local")
    sign_in(browser)
    assert browser.cookies["telusur"] != planted
    browser.cookies.clear()
    browser.cookies.set("telusur", planted)
    assert browser.get("/akun").status_code == 303


def test_signing_out_in_one_tab_ends_the_other(
    browser: TestClient, library: Services, accounts: Accounts, sqlite_database: Database
) -> None:
    add_person(sqlite_database)
    sign_in(browser)
    token = token_of(browser)
    with browser_of(app_of(library, accounts, Route("/akun", shown(who, Audience.PATRONS)))) as other_tab:
        other_tab.cookies.update(browser.cookies)
        assert other_tab.get("/akun").status_code == 200
        browser.post("/keluar", data={"token": token})
        assert other_tab.get("/akun").status_code == 303
        answer = other_tab.post("/akun/pin", data={"token": token, "old": PIN, "new": "314159", "again": "314159"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/masuk")
    browser.cookies.clear()
    sign_in(browser)  # with the PIN that nobody has changed


FORGED = ("X-Portal-User", "x-portal-user", "X-PORTAL-USER", "X_Portal_User", "X-portal-User")
OTHERS = ("Remote-User", "X-Forwarded-User", "X-Auth-Request-User", "Authorization", "X-Portal-Role")


@pytest.mark.parametrize("name", [*FORGED, *OTHERS])
def test_no_header_signs_anybody_in(browser: TestClient, sqlite_database: Database, name: str) -> None:
    person = add_person(sqlite_database, "A-1", Role.ADMIN)
    for value in ("A-1", "admin", person, "Basic QS0xOjI3MTgyOA=="):
        headers = [(name, value), (name, value)]
        assert browser.get("/siapa", headers=headers).text == "None "
        assert browser.get("/meja", headers=headers).status_code == 303


def test_an_unknown_card_and_a_wrong_pin_give_the_same_page(browser: TestClient, sqlite_database: Database) -> None:
    add_person(sqlite_database)
    add_person(sqlite_database, "BT-0002", pin_hash="")
    pages = set()
    for card in ("BT-0001", "BT-0002", "BT-9999"):
        answer = browser.post("/masuk", data={"card": card, "pin": "000000"})
        assert answer.status_code == 422
        assert "set-cookie" not in answer.headers
        pages.add(answer.text.replace(card, "CARD"))
    assert len(pages) == 1


def test_the_pin_is_never_given_back(browser: TestClient, sqlite_database: Database) -> None:
    add_person(sqlite_database)
    assert "000013" not in browser.post("/masuk", data={"card": "BT-0001", "pin": "000013"}).text
    sign_in(browser)
    sent = {"token": token_of(browser), "old": "000013", "new": "000014", "again": "000015"}
    assert not [pin for pin in ("000013", "000014", "000015") if pin in browser.post("/akun/pin", data=sent).text]


def test_who_waits_is_told_for_how_long(browser: TestClient, sqlite_database: Database, clock: TurnedClock) -> None:
    add_person(sqlite_database)
    for _ in range(5):
        browser.post("/masuk", data={"card": "BT-0001", "pin": "000000"})
        clock.turn(seconds=2)
    answer = browser.post("/masuk?hl=en", data={"card": "BT-0001", "pin": PIN})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "28"
    assert "28 seconds" in answer.text


def test_what_is_missing_is_named_beside_its_field(browser: TestClient) -> None:
    answer = browser.post("/masuk", data={"card": " ", "pin": ""})
    assert answer.status_code == 422
    for field in ("card", "pin"):
        assert f'<a href="#{field}">' in answer.text
        assert f'id="{field}-salah"' in answer.text


# ---- the cookie


def test_the_cookie_is_for_the_browser_alone_and_as_long_as_it_is_open(
    browser: TestClient, sqlite_database: Database
) -> None:
    add_person(sqlite_database)
    cookie = browser.post("/masuk", data={"card": "BT-0001", "pin": PIN}).headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("telusur=")
    assert {attribute.lower() for attribute in attributes} == {"httponly", "path=/", "samesite=lax"}


def test_by_tls_the_cookie_is_for_tls_and_this_host(
    library: Services, accounts: Accounts, sqlite_database: Database
) -> None:
    add_person(sqlite_database)
    app = app_of(library, accounts, Route("/siapa", shown(who, Audience.EVERYBODY)))
    with TestClient(
        app, "https://testserver", follow_redirects=False, headers={"Origin": "https://testserver"}
    ) as by_tls:
        cookie = by_tls.post("/masuk", data={"card": "BT-0001", "pin": PIN}).headers["set-cookie"]
        name, *attributes = cookie.split("; ")
        assert name.startswith("__Host-telusur=")
        assert {a.lower() for a in attributes} == {"httponly", "path=/", "samesite=lax", "secure"}
        assert by_tls.get("/siapa").text == "patron Maria Wenas"
        secret = by_tls.cookies["__Host-telusur"]
        by_tls.cookies.clear()
        by_tls.cookies.set("telusur", secret)  # as somebody on the way could have planted it, without TLS
        assert by_tls.get("/siapa").text == "None "


def test_a_proxy_that_hides_tls_is_no_matter_where_the_portal_knows_its_address(
    library: Services, tmp_path: Path, sqlite_database: Database, clock: TurnedClock
) -> None:
    accounts = accounts_in(tmp_path, sqlite_database, clock, url="https://katalog.example.org")
    add_person(sqlite_database)
    with TestClient(app_of(library, accounts), "http://katalog.example.org", follow_redirects=False) as client:
        sent = {"card": "BT-0001", "pin": PIN}
        answer = client.post("/masuk", headers={"Origin": "https://katalog.example.org"}, data=sent)
        assert answer.headers["set-cookie"].startswith("__Host-telusur=")
        assert "Secure" in answer.headers["set-cookie"]
        assert client.post("/masuk", headers={"Origin": "http://katalog.example.org"}, data=sent).status_code == 403


# ---- a PIN from the desk, and one's own


def test_who_has_a_pin_from_the_desk_does_nothing_before_changing_it(
    browser: TestClient, accounts: Accounts, sqlite_database: Database
) -> None:
    person = add_person(sqlite_database)
    desk = Actor(add_person(sqlite_database, "P-1", Role.LIBRARIAN), Role.LIBRARIAN)
    pin = accounts.identity.reset_pin(desk, person)
    answer = browser.post("/masuk", data={"card": "BT-0001", "pin": pin, "lanjut": "/akun"})
    assert answer.headers["location"] == "/akun/pin"
    assert browser.get("/akun").headers["location"] == "/akun/pin"
    assert browser.get("/siapa").text == "None Maria Wenas"
    token = token_of(browser)
    assert browser.post("/akun/ubah", data={"token": token, "word": "laut"}).headers["location"] == "/akun/pin"
    assert "dari meja layanan" in browser.get("/akun/pin").text
    sent = {"token": token, "old": pin, "new": "314159", "again": "314158"}
    assert "tidak sama" in browser.post("/akun/pin", data=sent).text
    before = browser.cookies["telusur"]
    answer = browser.post("/akun/pin", data={**sent, "again": "314159"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun/pin?berhasil=1")
    assert browser.cookies["telusur"] != before
    assert "PIN sudah diganti" in browser.get("/akun/pin?berhasil=1").text
    assert browser.get("/akun").text == "patron Maria Wenas"


def test_pages_of_accounts_are_kept_in_no_cache(browser: TestClient, sqlite_database: Database) -> None:
    add_person(sqlite_database)
    for path in ("/masuk", "/keluar", "/akun", "/akun/pin", "/meja"):
        assert browser.get(path).headers["cache-control"] == "no-store", path
    sign_in(browser)
    for path in ("/masuk", "/keluar", "/akun", "/akun/pin", "/meja"):
        assert browser.get(path).headers["cache-control"] == "no-store", path


def test_a_patron_reads_in_the_language_of_the_card(browser: TestClient, sqlite_database: Database) -> None:
    add_person(sqlite_database, language="en")
    sign_in(browser)
    page = browser.get("/akun/pin").text
    assert '<html lang="en">' in page
    assert 'href="/akun/pin?hl=id"' in page
    assert '<html lang="id">' in browser.get("/akun/pin?hl=id").text


def test_a_portal_without_accounts_has_no_such_pages(library: Services) -> None:
    with browser_of(app_of(library, None)) as browser:
        for path in ("/masuk", "/keluar", "/akun/pin"):
            assert browser.get(path).status_code in (303, 404)
            assert browser.post(path, data={"card": "a", "pin": "b"}).status_code in (303, 404)


def test_a_store_that_is_away_is_told_and_signs_nobody_in(
    browser: TestClient, accounts: Accounts, sqlite_database: Database
) -> None:
    add_person(sqlite_database)
    sign_in(browser)
    Path(str(sqlite_database.url.database)).rename(str(sqlite_database.url.database) + ".away")
    sqlite_database.close()
    answer = browser.get("/akun")
    assert answer.status_code == 503
    assert "Data anggota sedang tidak tersedia" in answer.text
    assert str(sqlite_database.url.database) not in answer.text
