"""A patron's way through the account in a real browser, on a phone, and what a checker finds on its pages."""

import re
import urllib.request
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.i18n import LANGUAGES, Language
from tests.portal.test_accessibility import TAGS, looks
from tests.support.accounts import PIN
from tests.support.browsing import Portal, Watch, Window, drawn

pytestmark = [pytest.mark.browser, pytest.mark.long]

PHONE = 360
WHOLE = 0.98  # a part of a pixel may be cut off
SIGNED_IN = "[data-account-count]"  # what is late or ready, written once the page knows who reads it
PAGES = {
    "overview": "/akun",
    "loans": "/akun/pinjaman",
    "holds": "/akun/reservasi",
    "fines": "/akun/denda",
    "history": "/akun/riwayat",
    "lists": "/akun/daftar",
    "searches": "/akun/pencarian?alamat=%2Fcari%3Fq%3Dlaut&nama=Laut",
    "data": "/akun/data",
    "refused": "/akun/reservasi?tolak=debt",
    "asking": "/pesan/kota.008",
    "plain results": "/cari?q=karang",
    "results": "/?q=karang",
    "record": "/?id=kota.003",
}


@pytest.fixture(scope="module")
def signed_in(browser: Browser, lending_portal: Portal) -> Any:
    """Cookies of Maria's session."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, lending_portal)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def sign_in(page: Page, portal: Portal, path: str = "/masuk") -> None:
    page.goto(portal.address + path)
    page.get_by_label("Nomor anggota").fill("BT-0001")
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.locator("main").get_by_role("button", name="Masuk").click()
    page.wait_for_url("**/akun*")


@pytest.fixture(scope="module")
def window(browser: Browser, lending_portal: Portal, signed_in: Any) -> Iterator[Window]:
    """Maria's, for tests that only look."""
    with browser.new_context(storage_state=signed_in) as context:
        yield Window(context, lending_portal)


@pytest.fixture
def maria(browser: Browser, signed_in: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(storage_state=signed_in, viewport={"width": PHONE, "height": 800})
    context.set_default_timeout(20_000)
    yield context
    context.close()


def opened(context: BrowserContext, portal: Portal, path: str) -> tuple[Page, Watch]:
    page = context.new_page()
    watch = Watch(portal.address)
    watch.over(page)
    page.goto(portal.address + path)
    drawn(page)
    return page, watch


def test_what_was_not_done_is_come_to_first(maria: BrowserContext, lending_portal: Portal) -> None:
    page, _ = opened(maria, lending_portal, "/akun/data")
    form = page.locator("form[action^='/akun/data']").first
    form.evaluate("form => { form.noValidate = true; }")
    form.get_by_label("Surel").fill("bukan surel")
    form.get_by_role("button", name="Simpan").click()
    expect(page.get_by_role("alert").filter(has_text="Belum berhasil")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Surel")).to_be_focused()
    page.close()


def test_a_patron_signs_in_renews_reserves_cancels_and_signs_out(browser: Browser, lending_portal: Portal) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 800})
    context.set_default_timeout(20_000)
    page, watch = opened(context, lending_portal, "/masuk")
    sign_in(page, lending_portal)
    expect(page.get_by_role("img", name="Kode batang nomor anggota BT-0001")).to_be_visible()

    page.get_by_role("link", name="Pinjaman", exact=True).click()
    page.get_by_role("button", name="Perpanjang: Belajar membaca jilid 1").click()
    expect(page.locator("#hasil")).to_contain_text("1 pinjaman diperpanjang.")
    expect(page.get_by_text(re.compile(r"Diperpanjang\. Jatuh tempo baru: \w+, \d+ \w+ \d{4}\."))).to_be_visible()

    page.goto(f"{lending_portal.address}/?q=rainbow")
    drawn(page)
    expect(page.locator("[data-live='kota.008'] [data-live-words]")).to_contain_text("Tersedia di rak")
    expect(page.locator(SIGNED_IN)).to_have_text(re.compile(r"\d"))  # before that a page asks where to fetch it
    hold = page.get_by_role("link", name="Pesan: The rainbow troops")
    hold.click()
    told = page.locator("[data-live='kota.008'] [data-told]")
    expect(told).to_contain_text("Sudah dipesan")
    expect(page.locator("#portal-live")).to_contain_text("Sudah dipesan")
    assert page.url.endswith("/?q=rainbow")
    expect(page.locator("[data-live='kota.008'] [data-live-go]")).to_have_text("Sudah Anda pesan")
    page.get_by_role("button", name="Urungkan").click()
    expect(told).to_have_text("Reservasi dibatalkan.")
    page.get_by_role("link", name="Pesan: The rainbow troops").click()
    expect(told).to_contain_text("Sudah dipesan")

    page.goto(f"{lending_portal.address}/akun/reservasi")
    page.get_by_role("button", name="Batalkan reservasi: The rainbow troops").click()
    expect(page.locator("#hasil")).to_contain_text("Reservasi dibatalkan.")
    expect(page.get_by_text("The rainbow troops")).to_have_count(0)

    page.get_by_role("link", name="Keluar", exact=True).click()
    page.locator("main").get_by_role("button", name="Keluar").click()
    page.goto(f"{lending_portal.address}/akun")
    expect(page).to_have_url(re.compile("/masuk"))
    assert watch.outside == []
    assert watch.complaints == []
    context.close()


def test_guests_are_led_to_a_page_and_back_after_they_signed_in(browser: Browser, lending_portal: Portal) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 800})
    context.set_default_timeout(20_000)
    page, watch = opened(context, lending_portal, "/cari?q=rainbow")
    page.get_by_role("link", name="Pesan: The rainbow troops").click()
    page.get_by_role("link", name="Masuk dan pesan").click()
    page.get_by_label("Nomor anggota").fill("BT-0001")
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.locator("main").get_by_role("button", name="Masuk").click()
    expect(page.get_by_label("Diambil di")).to_be_visible()
    assert "/pesan/kota.008" in page.url
    assert watch.complaints == []
    context.close()


def test_the_address_of_a_calendar_is_in_sight_where_it_is_shown_once(
    maria: BrowserContext, lending_portal: Portal
) -> None:
    maria.grant_permissions(["clipboard-read", "clipboard-write"])
    page, watch = opened(maria, lending_portal, "/akun/data")
    page.get_by_role("button", name=re.compile("^Buat alamat")).click()
    address = page.locator(".secret-address")
    expect(address).to_be_in_viewport()
    page.wait_for_load_state()
    copy = page.get_by_role("button", name="Salin")
    copy.click()
    expect(page.get_by_role("button", name="Tersalin")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address.inner_text().strip()
    assert not watch.complaints


def test_without_a_script_there_is_a_plain_link_to_ask(browser: Browser, lending_portal: Portal) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{lending_portal.address}/cari?q=rainbow")
    page.get_by_role("link", name="Ketersediaan dan pemesanan: The rainbow troops").click()
    expect(page.get_by_text("Tersedia di rak").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/", "/cari?q=karang", "/katalog/kota.003", "/?q=karang"])
def test_pages_of_the_catalogue_are_the_same_for_everybody(lending_portal: Portal, signed_in: Any, path: str) -> None:
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in signed_in["cookies"])
    assert cookies

    def read(headers: dict[str, str]) -> bytes:
        with urllib.request.urlopen(urllib.request.Request(lending_portal.address + path, headers=headers)) as answer:  # noqa: S310
            whole: bytes = answer.read()
            return whole

    assert read({"Cookie": cookies}) == read({})


def test_titles_saved_in_the_browser_go_into_a_list(maria: BrowserContext, lending_portal: Portal) -> None:
    page, watch = opened(maria, lending_portal, "/cari?q=karang")
    page.locator("button[data-save]").first.click()
    page.goto(f"{lending_portal.address}/akun/daftar")
    page.get_by_role("button", name="Masukkan").click()
    expect(page.locator("#hasil")).to_contain_text("Judul ditambahkan.")
    expect(page.locator("h1")).to_have_text("Judul tersimpan")
    assert watch.complaints == []


@pytest.mark.parametrize("hl", LANGUAGES)
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_checker_finds_no_fault(window: Window, axe: str, path: str, hl: Language) -> None:
    page, watch = window.visit(f"{path}{'&' if '?' in path else '?'}hl={hl}", PHONE)
    for fold in page.locator(".row-more > summary").all():
        fold.click()
    page.wait_for_timeout(300)
    page.evaluate(axe)
    faults = []
    for look in looks(page):
        found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS)
        assert found["passes"]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), look
        faults += [
            f"{look}: {fault['id']} {node['target']} {node['failureSummary']}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]
    assert not faults, "\n".join(faults)
    levels = page.evaluate(
        """() => [...document.querySelectorAll('h1, h2, h3, h4')].filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]))"""
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    assert watch.complaints == []
    assert watch.outside == []


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_what_can_be_pressed_has_room_for_a_finger(window: Window, path: str) -> None:
    page, _ = window.visit(path, PHONE)
    page.wait_for_timeout(500)
    small = page.evaluate(
        """() => [...document.querySelectorAll('.account :is(a, button, summary, select, input:not([type=hidden], [type=checkbox])), .live :is(a, button)')]
            .filter(e => e.checkVisibility() && !e.closest('p:not(.brief-title) > a')).map(e => [e, e.getBoundingClientRect()])
            .filter(([e, box]) => box.width && box.height < 43.5 && !e.closest('.brief-title, h2')).map(([e]) => e.outerHTML.slice(0, 120))"""
    )
    assert not small


@pytest.mark.parametrize("path", [path for path in PAGES.values() if path.startswith(("/akun", "/pesan"))])
@pytest.mark.parametrize("width", [320, PHONE, 768, 1280])
def test_nothing_is_cut_off_in_doubled_text(window: Window, path: str, width: int) -> None:
    page, _ = window.visit(path, width)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_card_stands_beside_the_rest_where_both_have_room(window: Window) -> None:
    page, _ = window.visit(PAGES["overview"], 768)
    columns = "getComputedStyle(document.querySelector('.panels')).gridTemplateColumns.split(' ').length"
    assert page.evaluate(columns) == 2
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(columns) == 1


@pytest.mark.parametrize("name", ["overview", "data"])
def test_tabs_take_one_line_on_a_phone_and_the_way_out_stays_in_sight(window: Window, name: str) -> None:
    page, _ = window.visit(PAGES[name], PHONE)
    tabs = page.locator(".tabs a")
    places = [box for tab in tabs.all() if (box := tab.bounding_box()) is not None]
    assert len({box["y"] for box in places}) == 1
    assert min(box["height"] for box in places) >= 44
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=WHOLE)
    expect(tabs.last).to_be_in_viewport(ratio=WHOLE)
    tabs.first.focus()
    for tab in tabs.all():
        expect(tab).to_be_focused()
        expect(tab).to_be_in_viewport(ratio=WHOLE)
        page.keyboard.press("Tab")


EDGES = """() => {
    const { left, right, top } = document.querySelector('.tabs ul').getBoundingClientRect();
    return [left, right - 1].map((x) => ({ x, y: top + 2, width: 1, height: 1 }));
}"""


@pytest.mark.parametrize(
    ("name", "shaded"), [("overview", [False, True]), ("history", [True, True]), ("data", [True, False])]
)
def test_tabs_that_are_out_of_sight_are_told_of_by_a_shade(window: Window, name: str, shaded: list[bool]) -> None:
    page, _ = window.visit(PAGES[name], PHONE)
    page.add_style_tag(content=".tabs li { visibility: hidden; }")  # a letter is no shade
    edges = page.evaluate(EDGES)
    ground = page.screenshot(clip=edges[0] | {"x": 1})
    assert [page.screenshot(clip=edge) != ground for edge in edges] == shaded


def test_without_scripts_the_tab_that_is_open_is_in_sight(browser: Browser, lending_portal: Portal) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": PHONE, "height": 800})
    page = context.new_page()
    page.goto(f"{lending_portal.address}/masuk?lanjut={PAGES['data']}")
    page.fill("#card", "BT-0001")
    page.fill("#pin", PIN)
    page.get_by_role("main").get_by_role("button", name="Masuk", exact=True).click()
    row, tab = (
        page.locator(".tabs ul").bounding_box(),
        page.locator(".tabs [aria-current]").bounding_box(),
    )
    assert row is not None
    assert tab is not None
    assert row["x"] <= tab["x"] <= tab["x"] + tab["width"] <= row["x"] + row["width"] + 1
    context.close()


def test_in_large_text_a_whole_tab_has_room_beside_or_above_the_way_out(window: Window) -> None:
    page, _ = window.visit(PAGES["overview"], 320)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=WHOLE)
    cut = page.locator(".tabs [aria-current]").evaluate(
        "tab => tab.getBoundingClientRect().right > tab.closest('ul').getBoundingClientRect().right"
    )
    assert not cut


def test_what_can_be_done_with_a_hit_takes_one_line_on_a_phone(window: Window) -> None:
    page, _ = window.visit("/cari?q=karang", PHONE)
    for foot in page.locator(".card-foot:has(.live:visible)").all():
        live, save = foot.locator(".live").bounding_box(), foot.locator(".save").bounding_box()
        assert live is not None
        assert save is not None
        assert live["y"] < save["y"] + save["height"] / 2 < live["y"] + live["height"]
        assert min(save["width"], save["height"]) >= 44


def test_paper_tells_in_ink_what_is_late_and_has_nothing_to_press(window: Window) -> None:
    page, _ = window.visit("/akun/pinjaman", 1280)
    page.emulate_media(media="print")
    expect(page.locator(".is-late .due-note").first).to_have_css("color", "rgb(28, 37, 41)")
    assert not page.locator("button:visible, .button:visible").count()
    page.emulate_media(media="null")
