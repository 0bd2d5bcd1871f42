"""Forms that were not sent from our pages, over every route there is: a new one without a check fails here."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.account.visitor import onward
from portal.asgi import portal_routes
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.accounts import (
    ORIGIN,
    TurnedClock,
    accounts_in,
    add_person,
    browser_of,
    plain_pages,
    sign_in,
    token_of,
    whole_app,
)
from tests.support.dumps import Dump, dump

# Forms that ask for something and change nothing, whoever sends them; other sites may do so, too.
ASKS_ONLY: Final = re.compile(r"/katalog\.\w+|/cari\.\w+|/oai|/sru|/unapi|/aset/.*")
CARDS: Final = {Role.PATRON: "BT-0001", Role.LIBRARIAN: "P-1", Role.ADMIN: "A-1"}
FOREIGN: Final = ("https://evil.example", "null", "http://testserver.evil.example", "https://testserver:8443")


@pytest.fixture
def accounts(tmp_path: Path, sqlite_database: Database) -> Accounts:
    for role, card in CARDS.items():
        add_person(sqlite_database, card, role)
    return accounts_in(tmp_path, sqlite_database, TurnedClock())


@pytest.fixture
def browser(library: Services, accounts: Accounts) -> Iterator[TestClient]:
    with browser_of(whole_app(library, accounts)) as client:
        yield client


def paths(library: Services, accounts: Accounts, method: str) -> list[str]:
    """The addresses of all routes that take a method, with something in their places."""
    routes = portal_routes(library, plain_pages(library), accounts)
    return [
        re.sub(r"\{(\w+)(:\w+)?\}", lambda place: "1" if place[2] == ":int" else "kota.001", route.path)
        for route in routes
        if isinstance(route, Route) and method in (route.methods or ())
    ]


def deeds(library: Services, accounts: Accounts) -> list[str]:
    found = [path for path in paths(library, accounts, "POST") if not ASKS_ONLY.fullmatch(path)]
    assert {"/masuk", "/keluar", "/akun/pin"} <= set(found)
    return found


def state(accounts: Accounts) -> Dump:
    # When a session was last seen is noted by every page, and that staff looked at a patron by some.
    return dump(accounts.database, but=("session.seen_at", "audit_entry"))


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_form_sent_from_elsewhere_does_nothing(
    library: Services, accounts: Accounts, browser: TestClient, origin: str
) -> None:
    sign_in(browser, CARDS[Role.ADMIN])
    token, before = token_of(browser), state(accounts)
    for path in deeds(library, accounts):
        answer = browser.post(path, data={"token": token}, headers={"Origin": origin})
        assert answer.status_code == 403, path
        assert answer.headers["cache-control"] == "no-store", path
    assert state(accounts) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "anything"])
def test_what_the_browser_says_of_the_other_site_is_believed(
    library: Services, accounts: Accounts, browser: TestClient, site: str
) -> None:
    sign_in(browser)
    token, before = token_of(browser), state(accounts)
    for path in deeds(library, accounts):
        answer = browser.post(path, data={"token": token}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403, path
    assert state(accounts) == before


def test_a_form_that_does_not_say_where_it_comes_from_does_nothing(
    library: Services, accounts: Accounts, browser: TestClient
) -> None:
    sign_in(browser)
    token, before = token_of(browser), state(accounts)
    del browser.headers["Origin"]
    for path in deeds(library, accounts):
        assert browser.post(path, data={"token": token}).status_code == 403, path
    assert state(accounts) == before


@pytest.mark.parametrize("role", CARDS)
@pytest.mark.parametrize("token", ["", "another's", "made up", "twice"])
def test_a_form_without_the_token_of_its_session_does_nothing(
    library: Services, accounts: Accounts, browser: TestClient, role: Role, token: str
) -> None:
    sign_in(browser, CARDS[Role.PATRON])
    others = token_of(browser)
    browser.cookies.clear()
    sign_in(browser, CARDS[role])
    own = token_of(browser)
    assert len(own) >= 43
    assert own != others
    sent: dict[str, dict[str, object]] = {
        "": {},
        "another's": {"token": others},
        "made up": {"token": "ä" * 43},
        "twice": {"token": [own, others]},
    }
    before = state(accounts)
    for path in deeds(library, accounts):
        assert browser.post(path, data=sent[token]).status_code == 403, path
    assert state(accounts) == before


def test_forms_that_only_ask_change_nothing(library: Services, accounts: Accounts, browser: TestClient) -> None:
    sign_in(browser, CARDS[Role.ADMIN])
    before = state(accounts)
    for path in paths(library, accounts, "POST"):
        if ASKS_ONLY.fullmatch(path):
            browser.post(path, data={"ids": "kota.001", "verb": "Identify"})
    assert state(accounts) == before


def test_no_page_that_is_read_changes_anything(library: Services, accounts: Accounts, browser: TestClient) -> None:
    """All GET routes, and what is linked from their pages, as an admin."""
    sign_in(browser, CARDS[Role.ADMIN])
    before = state(accounts)
    waiting, seen = paths(library, accounts, "GET"), set[str]()
    while waiting and len(seen) < 400:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = browser.get(path, headers={"Origin": ORIGIN})
        assert answer.status_code < 500, path
        if path.startswith(("/akun", "/meja", "/masuk", "/keluar")) and "html" in answer.headers.get(
            "content-type", ""
        ):
            found = (unescape(href) for href in re.findall(r'href="(/(?:akun|meja|masuk|keluar)[^"#]*)"', answer.text))
            waiting += [href for href in found if href not in seen]
    assert {"/keluar", "/akun/pin", "/masuk"} <= seen
    assert state(accounts) == before


ELSEWHERE: Final = (
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "%2f%2fevil.example",
    "/%2f%2fevil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\t//evil.example",
    "/akun\r\nSet-Cookie: a=b",
    "/akun//evil.example",
    "/akun/..//evil.example",
    "/masuk?lanjut=//evil.example",
    "/keluar",
    "/akun/@evil\u2028",
    "akun",
    " /akun",
    "/akun" + "x" * 3000,
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_after_signing_in_nobody_is_led_elsewhere(browser: TestClient, wanted: str) -> None:
    assert onward(wanted) == "/"
    answer = browser.post("/masuk", data={"card": "BT-0001", "pin": "271828", "lanjut": wanted})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/masuk", params={"lanjut": wanted}).headers["location"] == "/"


@pytest.mark.parametrize(
    "wanted",
    [
        "/",
        "/akun",
        "/akun/pinjaman?halaman=2",
        "/katalog/kota.001?hl=en",
        "/cari?q=laut%20biru&f.topic=a+b",
        "/?id=kota.001",
        "/meja",
    ],
)
def test_whoever_signs_in_comes_back_to_the_page_that_was_asked_for(browser: TestClient, wanted: str) -> None:
    answer = browser.post("/masuk", data={"card": "BT-0001", "pin": "271828", "lanjut": wanted})
    assert answer.headers["location"] == wanted


def test_a_form_of_too_many_or_too_long_fields_is_refused(browser: TestClient, accounts: Accounts) -> None:
    sign_in(browser)
    before, token = state(accounts), token_of(browser)
    forms: list[dict[str, Any]] = [
        {f"f{n}": (None, "x") for n in range(100)} | {"token": (None, token)},
        {"long": (None, "x" * 70_000), "token": (None, token)},
        {"file": ("a.txt", b"x"), "token": (None, token)},
    ]
    for fields in forms:
        assert browser.post("/akun/pin", files=fields).status_code == 400
    many = "&".join(f"f{n}=x" for n in range(100)) + f"&token={token}"
    sent = browser.post("/akun/pin", content=many, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert sent.status_code in (400, 422)
    assert state(accounts) == before


def test_an_address_of_a_form_that_is_opened_leads_to_the_page_it_stands_under(
    browser: TestClient, library: Services, accounts: Accounts
) -> None:
    sign_in(browser, CARDS[Role.ADMIN])
    answers = {path: browser.get(path).status_code for path in deeds(library, accounts)}
    assert {path: status for path, status in answers.items() if status not in (200, 303, 404)} == {}
    assert browser.get("/meja/aturan/hapus?hl=en").headers["location"] == "/meja/aturan?hl=en"
    assert browser.get("/akun/reservasi/1/batal").headers["location"] == "/akun/reservasi?hl=id"
