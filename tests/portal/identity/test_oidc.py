"""Signing in by a provider, against a real one in a process of its own, and every way it can lie."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.account.visitor import Audience, Visitor, shown
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.services.identity.staff import CONSOLE, NewStaff
from portal.store.clock import utc_now
from portal.store.database import Database
from portal.store.tables.access import Session
from portal.store.tables.people import Patron, Role
from tests.support.accounts import TurnedClock, accounts_in, add_person, app_of, browser_of, token_of, with_settings
from tests.support.dumps import dump
from tests.support.oidc_provider import CLIENT, SECRET, Remote, running_provider

OF_ADMIN = "ikan-kerapu"


@pytest.fixture(scope="module")
def provider() -> Iterator[Remote]:
    with running_provider() as remote:
        yield remote


@pytest.fixture
def clock() -> TurnedClock:
    """Of today: the provider, another program, has the time of the machine."""
    return TurnedClock(utc_now())


def settings_of(provider: Remote, who: str = "staff") -> dict[str, str]:
    return {"oidc_url": provider.address, "oidc_client": CLIENT, "oidc_secret": SECRET, "oidc_for": who}


@pytest.fixture(params=["staff"])
def accounts(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_database: Database, provider: Remote, clock: TurnedClock
) -> Accounts:
    made = accounts_in(tmp_path, sqlite_database, clock, **settings_of(provider, request.param))
    made.staff.add(CONSOLE, NewStaff("A-1", "Ibu Kepala", Role.ADMIN, OF_ADMIN, subject="the-admin"))
    return made


for_all = pytest.mark.parametrize("accounts", ["all"], indirect=True)


def who(request: Request, visitor: Visitor) -> Response:
    return PlainTextResponse(f"{visitor.actor.role} {visitor.name}")


@pytest.fixture
def browser(library: Services, accounts: Accounts) -> Iterator[TestClient]:
    services = with_settings(library, accounts.settings)
    with browser_of(app_of(services, accounts, Route("/siapa", shown(who, Audience.EVERYBODY)))) as client:
        yield client


def there(browser: TestClient, lanjut: str = "/akun") -> str:
    """Go to the provider; the address that it sends the browser back to."""
    departure = browser.get("/masuk/oidc", params={"lanjut": lanjut})
    assert departure.status_code == 303
    cookie = departure.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    asked = parse_qs(urlsplit(departure.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    answer = httpx.get(departure.headers["location"])
    assert answer.status_code == 303
    return answer.headers["location"].removeprefix("http://testserver")


def require_nobody(browser: TestClient, accounts: Accounts) -> None:
    assert browser.get("/siapa").text == "None "
    with accounts.database.reading() as session:
        assert not session.scalars(select(Session)).all()


def test_staff_who_were_linked_sign_in_and_land_where_they_wanted(
    browser: TestClient, accounts: Accounts, provider: Remote
) -> None:
    provider.acts_as("the-admin")
    page = browser.get("/masuk?lanjut=/meja").text
    assert 'href="/masuk/oidc?lanjut=/meja"' in page
    answer = browser.get(there(browser, "/meja"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/meja")
    assert browser.get("/siapa").text == "admin Ibu Kepala"


def test_signing_in_gives_a_new_session_and_ends_the_old_one(
    browser: TestClient, accounts: Accounts, provider: Remote
) -> None:
    provider.acts_as("the-admin")
    browser.get(there(browser))
    old = browser.cookies["telusur"]
    browser.get(there(browser))
    assert browser.cookies["telusur"] != old
    assert accounts.identity.find(old) is None


LIES = (
    "nonce",
    "no nonce",
    "audience",
    "party",
    "azp",
    "expired",
    "endless",
    "future",
    "issuer",
    "iss",
    "no subject",
    "none",
    "hs256",
    "strange key",
    "changed",
    "no token",
)


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_quite_right_signs_nobody_in(
    browser: TestClient, accounts: Accounts, provider: Remote, lie: str
) -> None:
    provider.acts_as("the-admin", lie)
    before = dump(accounts.database)
    answer = browser.get(there(browser))
    assert answer.status_code == 403
    assert dump(accounts.database) == before
    require_nobody(browser, accounts)


def test_an_answer_without_the_state_that_was_asked_signs_nobody_in(
    browser: TestClient, accounts: Accounts, provider: Remote
) -> None:
    provider.acts_as("the-admin")
    back = there(browser)
    asked = parse_qs(urlsplit(back).query)
    for state in ("", "x", asked["state"][0] + "x", "ä"):
        kept = dict(browser.cookies)
        answer = browser.get("/masuk/oidc/kembali", params={"code": asked["code"][0], "state": state})
        assert answer.status_code == 403
        browser.cookies.update(kept)
    require_nobody(browser, accounts)


def test_an_answer_in_another_browser_signs_nobody_in(
    browser: TestClient, accounts: Accounts, provider: Remote
) -> None:
    provider.acts_as("the-admin")
    back = there(browser)
    browser.cookies.clear()  # of whoever is sent the link of an attacker
    assert browser.get(back).status_code == 403
    there(browser)
    assert browser.get(back).status_code == 403
    require_nobody(browser, accounts)


@pytest.mark.parametrize("kept", ["", "x", "x.y", "e30.x", "\x00.", "ÿ.ÿ", "a" * 5000])
def test_a_cookie_that_we_did_not_make_keeps_nothing(accounts: Accounts, kept: str) -> None:
    assert accounts.oidc is not None
    assert accounts.oidc._kept(kept) is None


def test_a_code_works_once(browser: TestClient, accounts: Accounts, provider: Remote) -> None:
    provider.acts_as("the-admin")
    back = there(browser)
    kept = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    browser.cookies.clear()
    assert browser.get(back).status_code == 403  # the cookie was for one way
    browser.cookies.update(kept)
    assert browser.get(back).status_code == 403  # and the provider takes a code once
    assert browser.get("/siapa").text == "None "


def test_who_stays_away_for_long_begins_anew(
    browser: TestClient, accounts: Accounts, provider: Remote, clock: TurnedClock
) -> None:
    provider.acts_as("the-admin")
    back = there(browser)
    clock.turn(minutes=10, seconds=1)
    assert browser.get(back).status_code == 403
    require_nobody(browser, accounts)


@pytest.mark.parametrize("subject", ["somebody", "the-admin ", "the-admi", "A-1"])
def test_nobody_is_made_staff_by_signing_in(
    browser: TestClient, accounts: Accounts, provider: Remote, subject: str
) -> None:
    provider.acts_as(subject, claims={"card_number": "A-1", "role": "admin", "email": "a@example.org"})
    before = dump(accounts.database)
    assert browser.get(there(browser)).status_code == 403
    assert dump(accounts.database) == before
    require_nobody(browser, accounts)


def test_patrons_do_not_sign_in_by_a_provider_for_staff(
    browser: TestClient, accounts: Accounts, provider: Remote
) -> None:
    person = add_person(accounts.database, oidc=f"{provider.address} maria")
    provider.acts_as("maria", claims={"card_number": "BT-0001"})
    assert browser.get(there(browser)).status_code == 403
    assert person
    require_nobody(browser, accounts)


@for_all
def test_where_it_is_for_all_a_patron_is_known_by_the_card_and_then_by_the_subject(
    browser: TestClient, accounts: Accounts, provider: Remote
) -> None:
    person = add_person(accounts.database)
    provider.acts_as("maria", claims={"card_number": "BT-0001"})
    assert browser.get(there(browser)).status_code == 303
    assert browser.get("/siapa").text == "patron Maria Wenas"
    with accounts.database.reading() as session:
        assert session.get_one(Patron, person).oidc == f"{provider.address} maria"
    # Another subject that claims the same card is somebody else.
    browser.cookies.clear()
    provider.acts_as("mallory", claims={"card_number": "BT-0001"})
    assert browser.get(there(browser)).status_code == 403
    # And the card number of before is no matter for who is linked.
    provider.acts_as("maria")
    assert browser.get(there(browser)).status_code == 303


@for_all
@pytest.mark.parametrize("card", ["A-1", "BT-9999", "", None, 1, ["BT-0001"], {"a": 1}])
def test_a_claimed_card_opens_no_account_of_staff_and_makes_none(
    browser: TestClient, accounts: Accounts, provider: Remote, card: object
) -> None:
    add_person(accounts.database)
    provider.acts_as("mallory", claims={"card_number": card})
    before = dump(accounts.database)
    assert browser.get(there(browser)).status_code == 403
    assert dump(accounts.database) == before


def test_new_keys_of_the_provider_are_fetched_but_not_for_every_token_somebody_makes_up(
    browser: TestClient, accounts: Accounts, provider: Remote, clock: TurnedClock
) -> None:
    provider.acts_as("the-admin")
    assert browser.get(there(browser)).status_code == 303
    provider.acts_as("the-admin", new_key=True)
    clock.turn(minutes=2)
    assert browser.get(there(browser)).status_code == 303
    asked = provider.acts_as("the-admin", "strange key")["jwks_asked"]
    for _ in range(3):
        assert browser.get(there(browser)).status_code == 403
    assert provider.acts_as("the-admin")["jwks_asked"] == asked


def test_a_document_of_another_issuer_is_none(browser: TestClient, accounts: Accounts, provider: Remote) -> None:
    provider.acts_as("the-admin", "document")
    answer = browser.get("/masuk/oidc")
    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers
    provider.acts_as("the-admin")


def test_a_provider_that_is_away_is_told_as_such_and_cards_still_work(
    library: Services, tmp_path: Path, sqlite_database: Database
) -> None:
    settings = {"oidc_url": "http://127.0.0.1:9", "oidc_client": CLIENT, "oidc_secret": SECRET}
    accounts = accounts_in(tmp_path, sqlite_database, TurnedClock(), **settings)
    add_person(sqlite_database)
    with browser_of(app_of(with_settings(library, accounts.settings), accounts)) as browser:
        answer = browser.get("/masuk/oidc")
        assert answer.status_code == 503
        assert "tidak menjawab" in answer.text
        assert browser.post("/masuk", data={"card": "BT-0001", "pin": "271828"}).status_code == 303


def test_who_signs_out_is_shown_the_way_out_of_the_provider(
    browser: TestClient, accounts: Accounts, provider: Remote
) -> None:
    provider.acts_as("the-admin")
    browser.get(there(browser))
    answer = browser.post("/keluar", data={"token": token_of(browser)})
    page = browser.get(answer.headers["location"]).text
    assert (
        f'href="{provider.address}/end?client_id={CLIENT}&amp;post_logout_redirect_uri=http%3A%2F%2Ftestserver%2Fkeluar"'
        in page
    )
    assert browser.get("/siapa").text == "None "
    browser.post("/masuk", data={"card": "A-1", "pin": OF_ADMIN})
    answer = browser.post("/keluar", data={"token": token_of(browser)})
    assert answer.headers["location"] == "/keluar"  # who came by card is not signed in there


def test_without_a_provider_there_are_no_such_pages(
    library: Services, tmp_path: Path, sqlite_database: Database
) -> None:
    accounts = accounts_in(tmp_path, sqlite_database, TurnedClock())
    with browser_of(app_of(library, accounts)) as browser:
        assert browser.get("/masuk/oidc").status_code == 404
        assert browser.get("/masuk/oidc/kembali?code=a&state=b").status_code == 404
        assert "/masuk/oidc" not in browser.get("/masuk").text


def test_no_secret_of_the_way_is_in_the_log(
    browser: TestClient, accounts: Accounts, provider: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for lie in ("", "nonce", "strange key"):
        provider.acts_as("the-admin", lie)
        back = there(browser)
        browser.get(back)
        asked = parse_qs(urlsplit(back).query)
        ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("portal"))
        assert not [word for word in (asked["code"][0], asked["state"][0], SECRET, "the-admin") if word in ours]
