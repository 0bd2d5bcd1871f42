"""The record page in a real browser: citations on demand, copying, scripts as text, print."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browsing import Portal, visit
from tests.support.small_library import PAYLOADS, REEF_ID, TRAP_ID

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", [f"/?id={REEF_ID}", f"/katalog/{REEF_ID}"])
def test_citations_come_when_they_are_opened_and_can_be_copied(browser: Browser, portal: Portal, path: str) -> None:
    page, watch = visit(browser, portal, path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("#judul-halaman")).to_contain_text("Terumbu karang")
    assert page.locator(".citation-text").count() == 0
    page.locator("details.cite > summary").click()
    expect(page.locator(".citation-text")).to_have_count(6)
    apa = page.locator("#teks-apa")
    expect(apa).to_contain_text("Wenas, M. (2014).")
    button = page.locator('button[data-copy="teks-apa"]')
    button.click()
    expect(button).to_have_text("Tersalin")
    assert page.evaluate("navigator.clipboard.readText()") == apa.inner_text()
    assert not watch.complaints
    assert not watch.outside
    page.close()


def test_without_scripts_citations_are_a_page(browser: Browser, portal: Portal) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal.address}/katalog/{REEF_ID}")
    page.locator("details.cite > summary").click()
    page.get_by_role("link", name="Tampilkan sitasi dalam semua gaya").click()
    expect(page.locator(".citation-text")).to_have_count(6)
    assert page.locator("button[data-copy]:visible").count() == 0
    context.close()


@pytest.mark.parametrize(
    "path", [f"/?id={quote(TRAP_ID)}", f"/katalog/{quote(TRAP_ID, safe='')}", f"/kutip/{quote(TRAP_ID, safe='')}"]
)
def test_a_title_that_is_a_script_shows_as_text(browser: Browser, portal: Portal, path: str) -> None:
    page, watch = visit(browser, portal, path)
    page.on("dialog", lambda dialog: watch.complaints.append(dialog.message))
    expect(page.locator("#judul-halaman")).to_contain_text(PAYLOADS[0])
    cite = page.locator("details.cite > summary")
    if cite.count():
        cite.click()
        expect(page.locator(".citation-text").first).to_contain_text("<script>alert(1)</script>")
    assert page.locator("img[src=x], svg[onload]").count() == 0
    assert not watch.complaints
    page.close()


def test_a_printed_record_keeps_its_call_number_and_leaves_out_what_is_to_be_pressed(
    browser: Browser, portal: Portal
) -> None:
    page, _ = visit(browser, portal, f"/katalog/{REEF_ID}")
    page.emulate_media(media="print")
    expect(page.locator(".stands .mark")).to_be_visible()
    expect(page.locator(".stands .mark")).to_have_text("577.789 WEN t")
    for hidden in (".record-nav", ".take-away", ".searchform"):
        expect(page.locator(hidden)).to_be_hidden()
    page.close()


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (f"/katalog/{REEF_ID}", "h1"),
        (f"/katalog/{REEF_ID}", ".similar li a"),
        ("/cari?q=karang", ".card h2 a"),
        ("/cari", ".cover-name"),
    ],
)
def test_the_mark_at_the_end_of_an_arabic_title_stands_at_its_left(
    browser: Browser, portal: Portal, path: str, title: str
) -> None:
    page, _ = visit(browser, portal, path)
    first, last, edges = page.locator(title).first.evaluate(
        """title => {
            title.textContent = 'مقدمة!';
            const at = (number) => {
                const range = document.createRange();
                range.setStart(title.firstChild, number);
                range.setEnd(title.firstChild, number + 1);
                return range.getBoundingClientRect().left;
            };
            const block = title.closest('h1, h2, li');
            return [at(0), at(5), at(5) - block.getBoundingClientRect().left];
        }"""
    )
    assert last < first
    assert abs(edges) < 12  # and begins where other titles do
    page.close()


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/cari?q=karang", ".about .names"),
        (f"/katalog/{REEF_ID}", ".similar .quiet bdi"),
        ("/cari", ".cover-about bdi"),
    ],
)
def test_the_year_stands_behind_a_name_in_arabic_script(
    browser: Browser, portal: Portal, path: str, names: str
) -> None:
    page, _ = visit(browser, portal, path)
    name, year = page.locator(names).first.evaluate(
        """names => {
            names.textContent = 'ابن خلدون';
            const behind = document.createRange();
            behind.selectNodeContents(names.nextSibling.nodeType === Node.TEXT_NODE && names.nextSibling.textContent.trim()
                ? names.nextSibling : names.nextElementSibling);
            return [names, behind].map(e => e.getBoundingClientRect()).map(box => [box.left, box.top]);
        }"""
    )
    assert name[0] < year[0]
    assert abs(name[1] - year[1]) < 12  # in the same line
    page.close()
