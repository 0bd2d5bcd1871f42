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
from portal.bootstrap import Accounts, Services
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
