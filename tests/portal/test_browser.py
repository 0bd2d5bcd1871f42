"""A reader's way through the portal in a real browser."""

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect

from portal.bundles import styles
from portal.i18n import messages
from portal.links import PlainLinks
from portal.presenters.record import record
from portal.rendering import templates
from portal.search_state import SearchState
from tests.support.browsing import Portal, Window, box, drawn, visit
from tests.support.marc_records import mapped
from tests.support.small_library import EBOOK_ID

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_a_reader_searches_narrows_opens_goes_back_and_reads(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, "/")
    heading = page.locator("#judul-halaman")
    live = page.locator("#portal-live")
    expect(heading).to_have_text("Cari di koleksi perpustakaan")

    box(page).fill("membaca jilid")
    page.get_by_role("button", name="Cari").click()
    expect(heading).to_contain_text("30 hasil")
    expect(live).to_have_text("30 hasil untuk membaca jilid, halaman 1 dari 2")

    page.get_by_role("link", name="2010–2019: 10 judul").click()
    expect(heading).to_contain_text("10 hasil")
    assert "f.year=2010..2019" in page.url
    expect(page).to_have_title("membaca jilid · 2010–2019: hasil pencarian – Perpustakaan Kota Bitung")
    expect(page.locator(".chips a")).to_have_count(1)

    page.get_by_role("link", name="Belajar membaca jilid 25", exact=True).click()
    expect(heading).to_have_text("Belajar membaca jilid 25")
    expect(heading).to_be_focused()
    expect(page).to_have_title("Belajar membaca jilid 25 – Perpustakaan Kota Bitung")

    page.go_back()
    expect(heading).to_contain_text("10 hasil")
    expect(page.locator(".chips a")).to_contain_text("2010–2019")
    expect(box(page)).to_have_value("membaca jilid")
    page.go_back()
    expect(heading).to_contain_text("30 hasil")
    page.go_forward()
    expect(heading).to_contain_text("10 hasil")
    page.reload()
    drawn(page)
    expect(heading).to_contain_text("10 hasil")

    page.get_by_role("link", name="English", exact=True).click()
    expect(heading).to_contain_text("10 results")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "f.year=2010..2019" in page.url

    page.get_by_role("link", name="Remove filter Publication year: 2010–2019").click()
    expect(heading).to_contain_text("30 results")
    page.get_by_role("link", name="Page 2", exact=True).click()
    expect(page.locator(".cards li")).to_have_count(10)
    expect(heading).to_be_focused()

    box(page).fill("anggaran pendapatan")
    box(page).press("Enter")
    expect(heading).to_contain_text("1 result")
    page.get_by_role("link", name="p. 5").first.click()
    expect(page.locator(".page-text mark").first).to_be_visible()
    assert page.url.startswith(f"{portal.address}/baca/{EBOOK_ID}/5?q=anggaran+pendapatan")
    picture = page.locator(".page-picture .page-image")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    page.get_by_role("link", name="Next page").first.click()
    expect(page).to_have_url(f"{portal.address}/baca/{EBOOK_ID}/6?q=anggaran+pendapatan&hl=en")

    assert not watch.outside
    assert not watch.complaints
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_reader_is_understood_and_forgiven_and_can_object(browser: Browser, portal: Portal, width: int) -> None:
    page, watch = visit(browser, portal, "/", width)
    heading, field = page.locator("#judul-halaman"), box(page)
    field.fill("membacca")
    field.press("Enter")
    expect(heading).to_contain_text("31 hasil untuk “membaca”")
    expect(page.locator(".told")).to_contain_text("Menampilkan hasil untuk “membaca”.")
    expect(field).to_have_value("membacca")
    page.get_by_role("link", name="Cari persis “membacca”").click()
    expect(heading).to_contain_text("Tidak ada hasil untuk “membacca”")
    page.get_by_role("link", name="Cari juga ejaan lain").first.click()
    expect(heading).to_contain_text("31 hasil")

    field.fill("buku anak tentang membaca setelah 2010")
    field.press("Enter")
    expect(heading).to_contain_text("Tidak ada hasil")
    understood = page.get_by_role("group", name="Yang dipahami dari teks pencarian")
    expect(understood.get_by_role("listitem")).to_have_count(4)  # two chips, the subject, the way back to words
    expect(page.get_by_role("link", name="tanpa saringan Target pembaca: Anak")).to_be_visible()
    understood.get_by_role("link", name="Abaikan Untuk: Anak").click()
    expect(heading).to_contain_text("11 hasil")
    assert "drop=audience" in page.url
    expect(field).to_have_value("buku anak tentang membaca setelah 2010")

    if width == 360:
        page.locator(".facets-sheet > summary").click()
    chosen = page.get_by_role("link", name="2011 ke atas: 11 judul. Hapus saringan ini")
    expect(chosen).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="2000–2009: 10 judul").click()
    expect(heading).to_contain_text("10 hasil")
    page.go_back()
    expect(heading).to_contain_text("11 hasil")
    page.get_by_role("link", name="Cari sebagai kata biasa").click()
    page.wait_for_url("**words=all**")
    page.get_by_role("link", name="Pahami lagi teks ini").click()
    expect(understood.get_by_role("link", name="Abaikan Untuk: Anak")).to_be_visible()
    assert not watch.outside
    assert not watch.complaints
    page.close()


def test_the_way_home_is_named_as_it_reads(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/?q=membaca")
    name = "Perpustakaan Kota Bitung Telusur · Katalog daring (beranda)"
    expect(page.locator(".brand")).to_have_accessible_name(name)
    page.close()


def test_the_heading_keeps_the_focus_on_the_way_back_from_a_record_and_a_filter(
    browser: Browser, portal: Portal
) -> None:
    page, _ = visit(browser, portal, "/?q=laut")
    page.locator(".facets a[data-key]").first.click()
    expect(page.locator(".chips a")).to_have_count(1)  # the address changes before the hits do
    page.locator(".hits h2 a, .hits h3 a").first.click()
    page.wait_for_url("**id=*")
    heading = page.locator("#judul-halaman")
    expect(heading).to_be_focused()
    page.go_back()
    expect(page.locator(".hits")).to_be_visible()
    expect(page.locator("#judul-halaman")).to_be_focused()
    found = page.locator("#judul-halaman").inner_text()
    page.go_back()
    expect(page.locator("#judul-halaman")).not_to_have_text(found)
    expect(page.locator("#judul-halaman")).to_be_focused()
    page.close()


def test_focus_and_announcements_follow_what_is_shown(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, "/?q=membaca+jilid")
    live, heading = page.locator("#portal-live"), page.locator("#judul-halaman")
    counted = "30 hasil untuk membaca jilid, halaman 1 dari 2"
    expect(live).to_have_text(counted)
    page.evaluate(
        """() => { window.said = []; const live = document.getElementById("portal-live");
            new MutationObserver(() => said.push(live.textContent)).observe(live, { childList: true }); }"""
    )
    page.locator("details.picker summary").first.click()
    page.get_by_role("link", name="Tahun terbaru").click()
    page.wait_for_function("text => said.at(-1) === text", arg=counted)

    page.get_by_role("link", name="English", exact=True).click()
    expect(heading).to_contain_text("30 results")
    expect(page.locator("[data-key=language]")).to_be_focused()
    page.locator(".brand").click()
    # By its words: until the results are gone, two headings stand on the page for a moment.
    expect(page.get_by_role("heading", name="Search the library's collections")).to_be_focused()
    expect(heading).to_have_text("Search the library's collections")
    expect(live).to_have_text("")
    assert not watch.complaints
    page.close()


def test_the_skip_link_passes_masthead_and_box(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/?q=membaca")
    expect(page.get_by_role("search", name="Pencarian katalog")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Lompat ke isi utama")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#judul-halaman")).to_be_focused()
    page.close()


def test_what_a_lost_session_did_not_hear_is_asked_again(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/?q=membaca+jilid&hl=en")
    heard = True

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda message: server.send(message) if heard else None)

    page.route_web_socket("**/_stcore/stream", between)
    page.reload()
    drawn(page)
    heading = page.locator("#judul-halaman")
    expect(heading).to_contain_text("30 results")
    heard = False
    page.get_by_role("link", name="Belajar membaca jilid 1", exact=True).click()
    page.wait_for_url("**/?*id=*")
    heard = True
    page.reload()
    drawn(page)
    expect(heading).to_have_text("Belajar membaca jilid 1")
    heard = False
    box(page).fill("karang")
    box(page).press("Enter")
    page.wait_for_url(f"{portal.address}/?hl=en&q=karang")
    page.close()


def test_a_lost_connection_is_told_in_the_language_of_the_page(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/?q=membaca")
    sockets: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket("**/_stcore/stream", between)
    page.reload()
    drawn(page)
    page.route("**/_stcore/**", lambda route: route.abort())
    sockets[-1].close()
    dialog = page.get_by_role("dialog", name="Sambungan terputus")
    expect(dialog).to_be_visible(timeout=30_000)
    expect(dialog).not_to_contain_text("Streamlit", use_inner_text=True)
    expect(dialog.get_by_role("button", name="Tutup")).to_be_visible()
    link = dialog.get_by_role("link", name="pencarian tanpa JavaScript")
    expect(link).to_have_attribute("href", "/cari?q=membaca")
    page.close()


def test_no_search_is_written_to_the_log(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/?q=rahasiasekali")
    page.goto(f"{portal.address}/cari?q=rahasiasekali")
    page.close()
    log = portal.log.read_text()
    assert "running on" in log
    assert "rahasia" not in log
    assert "WebSocket" not in log


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=membaca",
        "/?id=kota.001",
        "/?id=kota.x%2F%3Cb%3E%26",
        "/?q=zzz",
        f"/baca/{EBOOK_ID}/5",
        "/cari?q=karang",
        "/?q=perpustakan",
        "/?q=Siapa+yang+memilih+presiden+dan+wakil+presiden%3F",
        "/?q=buku+anak+tentang+membaca+dalam+bahasa+Inggris+setelah+2000+kecuali+sejarah+dunia&f.format=book",
    ],
)
@pytest.mark.parametrize(("width", "hl"), [(360, "id"), (320, "en")])
def test_nothing_is_cut_off_on_a_phone(window: Window, path: str, width: int, hl: str) -> None:
    page, watch = window.visit(path + ("&" if "?" in path else "?") + f"hl={hl}", width)
    beyond = page.evaluate(
        """() => [...document.querySelectorAll('.telusur *, .st-key-band *')]
            .filter(e => !e.closest('.visually-hidden, .scroll, details:not([open])')
                && e.getBoundingClientRect().width && e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert not beyond
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not watch.complaints


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_a_record_with_copies_and_marc_view_is_no_wider_than_the_window(browser: Browser, width: int) -> None:
    copies = [f"952    $a Perpustakaan-Kota-Bitung $b Cabang{n} $o 899.221{n:050} $p {n:020} $y BK" for n in range(12)]
    document = mapped("001 1", "245 10 $a Laut", "500    $a https://example.org/" + "a" * 200, *copies)
    view = record(document, (), (), "", SearchState(), PlainLinks(), messages("id"))
    body = templates().get_template("_record.html").render(view=view, t=messages("id"))
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content(f"<style>{styles().content}</style><main class=telusur>{body}</main>")
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    lines = page.locator(".marc th[scope=row]").evaluate_all(
        """cells => cells.map(cell => { const text = document.createRange(); text.selectNodeContents(cell);
            return text.getClientRects().length })"""
    )
    assert set(lines) == {1}  # no tag is broken into two lines
    page.close()


def test_filters_wait_in_a_sheet_on_a_phone_and_stay_open_while_choosing(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/?q=membaca+jilid", 360)
    sheet = page.locator(".facets-sheet")
    assert not sheet.evaluate("e => e.open")
    sheet.locator("summary").first.click()
    page.get_by_role("link", name="2010–2019: 10 judul").click()
    expect(page.locator("#judul-halaman")).to_contain_text("10 hasil")
    assert sheet.evaluate("e => e.open")
    page.close()


def test_the_order_is_picked_from_a_list_that_closes(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, "/?q=membaca+jilid")
    picker = page.locator("details.picker").first
    picker.locator("summary").click()
    page.keyboard.press("Escape")
    assert not picker.evaluate("e => e.open")
    picker.locator("summary").click()
    page.get_by_role("link", name="Tahun terbaru").click()
    expect(page.locator(".cards h2").first).to_contain_text("jilid 30")
    assert "sort=newest" in page.url
    assert not picker.evaluate("e => e.open")
    assert not watch.complaints
    page.close()


def test_the_page_without_javascript_is_the_same_catalogue(browser: Browser, portal: Portal) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal.address}/?q=karang")
    page.get_by_role("link", name="Buka pencarian tanpa JavaScript").click()
    expect(page.locator("h1")).to_contain_text("3 hasil")
    page.get_by_role("link", name="Lasut, Johan: 2 judul").first.click()
    page.get_by_role("link", name="Ikan karang Indonesia Timur", exact=True).click()
    expect(page.locator("h1")).to_have_text("Ikan karang Indonesia Timur")
    assert page.url.startswith(f"{portal.address}/katalog/kota.002?q=karang&")
    context.close()
