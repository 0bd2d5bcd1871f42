"""Signing in and out with a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.store.database import Database
from portal.store.upgrading import prepare
from tests.support.accounts import PIN, add_person
from tests.support.browsing import Portal, running_portal
from tests.support.small_library import REEF_ID, small_library

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("signing-in")
    small_library(folder)
    database = Database(f"sqlite:///{folder / 'accounts.sqlite3'}")
    prepare(database)
    add_person(database)
    database.close()
    with running_portal(folder) as portal:
        yield portal


@pytest.fixture
def page(browser: Browser, served: Portal) -> Iterator[Page]:
    context = browser.new_context(base_url=served.address, viewport={"width": 360, "height": 800})
    page = context.new_page()
    yield page
    context.close()


def sign_in(page: Page, card: str = "BT-0001", pin: str = PIN) -> None:
    page.goto("/masuk?lanjut=/akun/pin")
    page.fill("#card", card)
    page.fill("#pin", pin)
    page.get_by_role("button", name="Masuk", exact=True).click()


def test_a_patron_signs_in_and_out_and_leaves_nothing_behind(page: Page) -> None:
    sign_in(page)
    expect(page).to_have_url(re.compile("/akun/pin$"))
    page.evaluate("localStorage.setItem('telusur.saved', 'x')")
    page.goto("/keluar")
    expect(page.get_by_text("Anda masuk sebagai Maria Wenas.")).to_be_visible()
    page.get_by_role("button", name="Keluar", exact=True).click()
    expect(page.get_by_role("heading", name="Anda sudah keluar")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    assert not page.context.cookies()
    page.go_back()
    page.goto("/akun/pin")
    expect(page).to_have_url(re.compile("/masuk"))


def test_a_browser_without_cookies_is_told_what_to_do(page: Page) -> None:
    page.goto("/masuk")
    told = page.get_by_text("Peramban ini menolak kuki")
    expect(told).to_be_hidden()
    page.add_init_script("Object.defineProperty(navigator, 'cookieEnabled', { get: () => false })")
    page.reload()
    expect(told).to_be_in_viewport()
    expect(told).to_have_role("alert")
    expect(told).to_contain_text("Izinkan kuki untuk situs ini")


def test_without_a_script_everything_works_but_looking_at_the_pin(browser: Browser, served: Portal) -> None:
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    expect(page.get_by_role("heading", name="Ganti PIN")).to_be_visible()
    expect(page.get_by_role("button", name="Lihat isian PIN")).to_have_count(0)
    page.goto("/keluar")
    page.get_by_role("button", name="Keluar", exact=True).click()
    expect(page.get_by_role("heading", name="Anda sudah keluar")).to_be_visible()
    context.close()


def test_a_mistake_is_told_on_top_with_the_focus_and_beside_its_field(page: Page) -> None:
    sign_in(page, pin="")
    expect(page.locator(".mistakes")).to_be_focused()
    page.get_by_role("link", name="Isi PIN Anda.").click()
    expect(page.locator("#pin")).to_be_focused()
    expect(page.locator("#pin")).to_have_accessible_description("Isi PIN Anda.")
    expect(page.locator("#card")).to_have_value("BT-0001")


def test_the_pin_can_be_looked_at_and_is_hidden_again_before_it_is_sent(page: Page) -> None:
    page.goto("/masuk")
    page.fill("#pin", "000000")
    button = page.locator("[data-show=pin]")
    button.click()
    expect(page.locator("#pin")).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_text("Sembunyikan")
    sent = page.evaluate(
        """() => new Promise((told) => {
            document.querySelector('form[action^="/masuk"]').addEventListener('submit', (event) => {
                event.preventDefault(); setTimeout(() => told(document.querySelector('#pin').type));
            });
            document.querySelector('form[action^="/masuk"] button[type=submit]').click();
        })"""
    )
    assert sent == "password"


@pytest.mark.parametrize("path", ["/masuk", "/keluar", "/akun/pin"])
@pytest.mark.parametrize("size", ["100%", "200%"])
def test_nothing_is_cut_off_on_a_phone(page: Page, path: str, size: str) -> None:
    sign_in(page)
    page.goto(path)
    page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        """() => [...document.querySelectorAll('.signing :is(button, input:not([type=hidden]):not([hidden]), a.button)')]
            .filter(e => e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44).map(e => e.outerHTML)"""
    )
    assert not small


def test_the_header_leads_to_the_account_and_is_the_same_for_everybody(page: Page) -> None:
    page.goto(f"/katalog/{REEF_ID}")
    link = page.get_by_role("link", name="Akun saya")
    expect(link).to_have_attribute("href", "/akun")
    # As it is served; what a script writes into it is the reader's own.
    before = page.request.get(f"/katalog/{REEF_ID}").text()
    sign_in(page)
    assert page.request.get(f"/katalog/{REEF_ID}").text() == before
