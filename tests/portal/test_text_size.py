"""Pages in a browser whose own text is twice as large as usual, as people set it who see little, and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import Window, box, chromium, running_portal, visit
from tests.support.small_library import EBOOK_ID, REEF_ID, small_library

pytestmark = [pytest.mark.browser, pytest.mark.long]

TWICE_PX = 32
PHONE_PX = 360
PAGES = (
    "/",
    "/?q=membaca",
    f"/?q=karang&id={REEF_ID}",
    "/?q=membaca&facet=topic",
    "/cari?q=anggaran",
    f"/katalog/{EBOOK_ID}?q=anggaran",
    f"/baca/{EBOOK_ID}/5?q=anggaran",
    f"/baca/{EBOOK_ID}?hlm=zzz",
    f"/simpanan?ids={EBOOK_ID}&ids=kota.007",
    "/cari/lanjut",
    "/anak",
    "/tidakada",
)
PICKERS = ("/?q=membaca", "/cari?q=karang", f"/katalog/{EBOOK_ID}", f"/simpanan?ids={EBOOK_ID}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--blink-settings=defaultFontSize={TWICE_PX}") as browser:
        yield browser


def reaches_out(page: Page) -> list[str]:
    """What stands beyond the sides of the page, other than pictures and what is pushed along in a frame of its own."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('.telusur *')]
            .filter(e => e.checkVisibility() && !e.closest('svg, .scroll, .shelf-row, .visually-hidden, .masthead-nav .long'))
            .filter(e => { const r = e.getBoundingClientRect();
                return r.width && (r.left < -1 || r.right > document.documentElement.clientWidth + 1); })
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    return found


@pytest.mark.parametrize("path", ["/", "/?q=karang", "/cari?q=karang"])
def test_a_page_is_as_large_as_the_text_of_the_browser(window: Window, path: str) -> None:
    page, _ = window.visit(path)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == f"{TWICE_PX}px"


@pytest.mark.parametrize("hl", ["id", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_a_page_without_scrolling_sideways(window: Window, path: str, hl: str) -> None:
    page, _ = window.visit(f"{path}{'&' if '?' in path else '?'}hl={hl}", PHONE_PX)
    wide = "[document.documentElement, document.querySelector('[data-testid=stMain]')].map(e => e?.scrollWidth ?? 0)"
    assert max(page.evaluate(wide)) <= PHONE_PX
    assert not reaches_out(page)


def test_a_long_address_of_the_library_is_broken_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    small_library(tmp_path)
    with running_portal(tmp_path, TELUSUR_EMAIL="layanan.perpustakaan.umum@bitungkota.example") as portal:
        page, _ = visit(browser, portal, "/bantuan", 320)
        expect(page.get_by_role("link", name="layanan.perpustakaan.umum@")).to_be_visible()
        assert not reaches_out(page)
        page.close()


@pytest.mark.parametrize("hl", ["id", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_the_largest_text_without_scrolling_sideways(window: Window, path: str, hl: str) -> None:
    """The largest that a reader can choose here, on top of what the browser is set to."""
    page, _ = window.visit(f"{path}{'&' if '?' in path else '?'}hl={hl}", PHONE_PX)
    page.evaluate("document.documentElement.dataset.text = 'largest'")
    wide = "[document.documentElement, document.querySelector('[data-testid=stMain]')].map(e => e?.scrollWidth ?? 0)"
    assert max(page.evaluate(wide)) <= PHONE_PX
    assert not reaches_out(page)


@pytest.mark.parametrize(
    ("path", "heading"), [("/cari?q=laut", ".card h2 a"), (f"/katalog/{REEF_ID}", ".record-head h1")]
)
def test_a_long_word_is_whole_in_the_largest_text(window: Window, path: str, heading: str) -> None:
    page, _ = window.visit(path, PHONE_PX)
    page.evaluate("document.documentElement.dataset.text = 'largest'")
    lines = page.locator(heading).first.evaluate(
        """e => { e.textContent = 'Pertanggungjawaban';
            const text = document.createRange(); text.selectNodeContents(e); return text.getClientRects().length }"""
    )
    assert lines == 1


@pytest.mark.parametrize("path", PAGES)
def test_the_box_has_room_for_words(window: Window, path: str) -> None:
    page, _ = window.visit(path, PHONE_PX)
    letters = box(page).first.evaluate(
        """e => { const s = getComputedStyle(e);
            return (e.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight)) / parseFloat(s.fontSize) }"""
    )
    assert letters > 5


@pytest.mark.parametrize("text", ["usual", "largest"])
@pytest.mark.parametrize("width", [PHONE_PX, 700])
@pytest.mark.parametrize("path", PICKERS)
def test_menus_open_inside_of_the_page(window: Window, path: str, width: int, text: str) -> None:
    page, _ = window.visit(path, width)
    page.evaluate("text => { document.documentElement.dataset.text = text }", text)
    pickers = page.locator(":is(.picker, .ways):visible").all()
    assert pickers
    for picker in pickers:
        picker.locator("summary").click()
        menu = picker.locator("> :not(summary)").bounding_box()
        assert menu is not None
        assert menu["x"] >= 0
        assert menu["x"] + menu["width"] <= width
        page.keyboard.press("Escape")


def test_a_box_as_tall_as_this_leaves_with_the_rest_of_the_page(window: Window) -> None:
    page, _ = window.visit("/cari?q=membaca", PHONE_PX)
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("data-box-stays") is None
