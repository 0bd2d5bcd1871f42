"""What was typed into a form is not lost when it could not be sent."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.portal.account.test_account_browser import PHONE, SIGNED_IN, opened
from tests.support.accounts import PIN
from tests.support.browsing import Portal, drawn

pytestmark = [pytest.mark.browser, pytest.mark.long]

WISH = "Nama saya salah eja: Wenas, bukan Wennas."


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": PHONE, "height": 800}) as context:
        context.set_default_timeout(20_000)
        yield context


def sign_in(page: Page, card: str = "BT-0001") -> None:
    page.wait_for_load_state()  # before that the script does not know where to lead
    page.get_by_label("Nomor anggota").fill(card)
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.locator("main").get_by_role("button", name="Masuk").click()


def typed(context: BrowserContext, portal: Portal) -> tuple[Page, Locator]:
    """Maria's page with her wish in its form, not yet sent."""
    page, _ = opened(context, portal, "/masuk?lanjut=/akun/data")
    sign_in(page)
    page.wait_for_url("**/akun/data*")  # with its script, which holds what is sent
    wish = page.get_by_label("Apa yang perlu diperbaiki?")
    wish.fill(WISH)
    return page, wish


def send(page: Page) -> None:
    page.get_by_role("button", name="Minta perbaikan").click()


def test_it_stands_there_again_after_a_session_had_ended(context: BrowserContext, lending_portal: Portal) -> None:
    page, wish = typed(context, lending_portal)
    context.clear_cookies()
    send(page)
    expect(page.locator("main .outcome")).to_contain_text("isian Anda masih ada")
    page.get_by_label("Nomor anggota").fill("BT-0001")
    page.locator("main").get_by_role("button", name="Masuk").click()  # a PIN is missing, which changes nothing
    sign_in(page)
    expect(page).to_have_url(re.compile("/akun/data$"))
    expect(wish).to_have_value(WISH)
    expect(wish).to_be_focused()
    expect(page.locator("#skrip-live")).to_contain_text("belum terkirim")
    expect(page.locator("main .outcome")).to_contain_text("periksa, lalu kirim lagi")
    send(page)
    expect(page.locator("section", has=page.locator("#permintaan")).locator("ul")).to_contain_text(WISH)
    expect(wish).to_have_value("")
    page.reload()
    expect(wish).to_have_value("")


def test_nobody_else_is_shown_it(context: BrowserContext, lending_portal: Portal) -> None:
    page, wish = typed(context, lending_portal)
    context.clear_cookies()
    send(page)
    sign_in(page, "BT-0002")
    page.wait_for_url(re.compile("/akun/data$"))
    expect(wish).to_have_value("")
    assert WISH not in page.content()
    assert page.evaluate("sessionStorage.length") == 0


def test_it_stands_there_again_after_a_form_of_an_older_session_was_refused(
    context: BrowserContext, lending_portal: Portal
) -> None:
    page, wish = typed(context, lending_portal)
    context.clear_cookies()
    other, _ = opened(context, lending_portal, "/masuk")
    sign_in(other)
    other.wait_for_url("**/akun*")
    send(page)
    page.get_by_role("link", name="Kembali ke formulir").click()
    expect(wish).to_have_value(WISH)


def test_a_pin_is_never_kept(context: BrowserContext, lending_portal: Portal) -> None:
    page, _ = opened(context, lending_portal, "/masuk?lanjut=/akun/pin")
    sign_in(page)
    page.wait_for_url("**/akun/pin*")
    for field in page.locator("main input[type=password]").all():
        field.fill("314159")
    page.locator("main").get_by_role("button", name="Lihat").first.click()
    context.clear_cookies()
    page.locator('main form:has([autocomplete="new-password"]) button[type=submit]').click()
    page.wait_for_url(re.compile("/masuk"))
    assert "314159" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_who_was_signed_out_meanwhile_is_led_to_sign_in_from_a_title(
    context: BrowserContext, lending_portal: Portal
) -> None:
    page, _ = opened(context, lending_portal, "/masuk")
    sign_in(page)
    page.wait_for_url("**/akun*")
    page.goto(f"{lending_portal.address}/?q=rainbow")
    drawn(page)
    ask = page.locator("a[data-hold='kota.008']")
    expect(ask).to_be_visible()
    expect(page.locator(SIGNED_IN)).to_have_text(re.compile(r"\d"))
    context.clear_cookies()
    ask.click()
    expect(page.get_by_role("link", name="Masuk dan pesan")).to_be_visible()


def test_it_stands_there_again_on_a_page_that_its_address_says_more_of(
    context: BrowserContext, lending_portal: Portal
) -> None:
    page, _ = opened(context, lending_portal, "/masuk?lanjut=/akun/pencarian?alamat=%252Fcari%253Fq%253Dlaut")
    sign_in(page)
    page.wait_for_url("**/akun/pencarian?**")
    name = page.locator("section", has=page.locator("#simpan-cari")).get_by_label("Nama", exact=True)
    name.fill("Laut di skripsi saya")
    context.clear_cookies()
    name.press("Enter")
    expect(page.locator("main .outcome")).to_contain_text("isian Anda masih ada")
    sign_in(page)
    expect(name).to_have_value("Laut di skripsi saya")


def test_signing_out_in_another_tab_leaves_nothing_of_it(context: BrowserContext, lending_portal: Portal) -> None:
    unsent, _ = typed(context, lending_portal)
    context.clear_cookies()
    send(unsent)
    expect(unsent.locator("main .outcome")).to_be_visible()
    still, wish = typed(context, lending_portal)
    other, _ = opened(context, lending_portal, "/keluar")
    other.locator("main form[data-forget] button").click()
    expect(other.get_by_role("heading", name="Anda sudah keluar")).to_be_visible()
    expect(still).to_have_url(f"{lending_portal.address}/")
    expect(wish).to_have_count(0)
    for page in (unsent, still, other):  # each is told in its own time
        page.wait_for_function("sessionStorage.getItem('telusur.belum-terkirim') === null")
    assert other.evaluate("localStorage.getItem('telusur.keluar')") is None


def test_it_is_forgotten_after_half_an_hour(context: BrowserContext, lending_portal: Portal) -> None:
    page, wish = typed(context, lending_portal)
    context.clear_cookies()
    page.clock.install()
    send(page)
    expect(page.locator("main .outcome")).to_be_visible()
    assert WISH in page.evaluate("JSON.stringify(sessionStorage)")
    page.clock.fast_forward("30:01")
    assert page.evaluate("sessionStorage.length") == 0
    sign_in(page)
    page.goto(f"{lending_portal.address}/akun/data")
    expect(wish).to_have_value("")
