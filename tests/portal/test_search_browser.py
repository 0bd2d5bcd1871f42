"""The search page in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from portal.keeping import MOST_SAVED
from tests.support.browsing import Portal, Window, box, drawn, visit
from tests.support.small_library import EBOOK_ID, REEF_ID

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize("root", ["/", "/cari"])


def options(page: Page) -> list[str]:
    return page.locator('#saran [role="option"] .suggest-text').all_inner_texts()


@BOTH
def test_suggestions_are_a_combobox_that_keys_alone_can_use(browser: Browser, portal: Portal, root: str) -> None:
    page, watch = visit(browser, portal, root)
    field, shown = box(page), page.locator("#saran")
    expect(field).to_have_attribute("role", "combobox")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("l")
    field.press_sequentially("a")
    expect(shown).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute("aria-controls", "saran")
    assert options(page) == ["Lagu-lagu Minahasa", "Laskar pelangi", "Lasut, Johan"]
    groups = shown.get_by_role("group").evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
    assert groups == ["Judul", "Pengarang"]
    expect(page.locator("#saran-live")).to_have_text("3 saran. Pakai panah atas dan bawah untuk memilih.")

    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "saran-0")
    field.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile(".*"))
    field.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", "saran-2")
    expect(page.locator("#saran-2")).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(shown).to_be_hidden()
    expect(page.locator("#saran-live")).to_have_text("")
    expect(field).to_have_value("la")
    expect(field).to_be_focused()

    field.press("ArrowDown")
    expect(shown).to_be_visible()
    field.press("ArrowUp")
    field.press("Enter")
    expect(page.locator("#judul-halaman")).to_contain_text("2 hasil")
    expect(page).to_have_url(portal.address + root + "?f.contributor=Lasut%2C+Johan")
    expect(field).to_have_value("")  # the box shows what the address says
    expect(shown).to_be_hidden()
    page.go_back()
    expect(page.locator(".chips a")).to_have_count(0)
    assert not watch.outside
    assert not watch.complaints
    page.close()


@BOTH
def test_a_suggestion_can_be_pressed_and_enter_alone_searches_for_what_was_typed(
    browser: Browser, portal: Portal, root: str
) -> None:
    page, watch = visit(browser, portal, root + "?hl=en")
    box(page).fill("terumbu")  # at once, so that no list of fewer letters is replaced while it is pressed
    page.locator('#saran [role="option"]', has_text="Selat Lembeh").click()
    expect(page.locator("#judul-halaman")).to_contain_text("1 result")
    expect(box(page)).to_have_value('"Terumbu karang Selat Lembeh : panduan lapangan"')
    assert "in=title" in page.url
    page.go_back()
    expect(box(page)).to_have_value("")  # what the address says, which holds no text of a suggestion
    page.go_forward()
    expect(box(page)).to_have_value('"Terumbu karang Selat Lembeh : panduan lapangan"')

    box(page).fill("coral reefs")
    expect(page.locator("#saran")).to_be_visible()
    box(page).press("Enter")
    expect(page.locator("#saran")).to_be_hidden()
    expect(page.locator(".cards h2").first).to_have_text("Coral reefs of the world")
    assert not watch.complaints
    page.close()


@BOTH
def test_the_scope_goes_with_the_text_and_stays_in_the_address(browser: Browser, portal: Portal, root: str) -> None:
    page, watch = visit(browser, portal, root)
    scope = page.get_by_label("Cari di", exact=True)
    scope.select_option("Pengarang")
    expect(page).to_have_url(portal.address + root)  # nothing is searched for yet
    box(page).fill("karang")
    box(page).press("Enter")
    expect(page.locator("#judul-halaman")).to_contain_text("Tidak ada hasil")
    assert "in=author" in page.url
    box(page).fill("lasut")
    page.get_by_role("button", name="Cari").click()
    expect(page.locator("#judul-halaman")).to_contain_text("2 hasil")
    expect(scope).to_have_value("author")
    scope.select_option("Semua")
    box(page).press("Enter")
    expect(page).to_have_url(portal.address + root + ("?q=lasut" if root == "/" else "?in=&q=lasut"))
    expect(scope).to_have_attribute("data-held", "")  # drawn
    page.go_back()
    expect(scope).to_have_value("author")
    assert not watch.complaints
    page.close()


def test_going_back_before_a_page_is_drawn_takes_the_scope_back(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, "/")
    scope = page.get_by_label("Cari di", exact=True)
    page.evaluate("history.pushState(null, '', '/?q=karang&in=author')")  # as the frame does before it draws
    scope.select_option("Pengarang")
    page.go_back()
    expect(scope).to_have_value("")
    assert not watch.complaints
    page.close()


def test_values_are_kept_out_listed_whole_and_narrowed_in_place(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, "/?sort=title")
    heading = page.locator("#judul-halaman")
    expect(heading).to_contain_text("43 judul")
    page.get_by_role("link", name="Bukan Peta").focus()
    page.keyboard.press("Enter")
    expect(heading).to_contain_text("42 hasil")
    page.get_by_role("link", name="Hapus saringan Format: bukan Peta").click()
    expect(heading).to_contain_text("43 judul")

    page.get_by_role("link", name="Lihat lebih banyak: Pengarang").click()
    expect(heading).to_have_text("Pengarang")
    expect(heading).to_be_focused()
    page.get_by_label("Cari dalam daftar ini").last.fill("lasut")
    page.get_by_label("Cari dalam daftar ini").last.press("Enter")
    expect(page.locator(".facet-values .facet")).to_have_count(1)
    assert "fq=lasut" in page.url
    page.get_by_role("link", name="Lasut, Johan: 2 judul").click()
    expect(heading).to_contain_text("2 hasil")
    page.go_back()
    expect(page.locator(".facet-values .facet")).to_have_count(1)

    page.goto(portal.address + "/?q=membaca")
    drawn(page)
    page.get_by_label("Dari tahun").fill("2000")
    page.get_by_label("Sampai tahun").fill("2009")
    page.get_by_label("Sampai tahun").press("Enter")
    expect(heading).to_contain_text("10 hasil")
    assert "f.year=2000..2009" in page.url
    assert not watch.complaints
    page.close()


def test_searches_are_kept_in_the_browser_alone_and_can_be_removed(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, "/?q=karang")
    asked: list[str] = []
    box(page).fill("gempa")
    box(page).press("Enter")
    expect(page.locator("#judul-halaman")).to_contain_text("gempa")
    page.goto(portal.address + "/cari?q=laskar&f.language=ind&hl=en")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(portal.address + "/riwayat")
    links = page.locator(".kept-link")
    expect(links).to_have_text(["laskar · Bahasa: Indonesia", "gempa", "karang"])
    told = page.locator(".kept-told")
    expect(told).to_have_text(["1 hasil", "2 hasil", "3 hasil"])
    assert not [url for url in asked if "laskar" in url or "gempa" in url]
    page.get_by_role("button", name="Hapus: gempa").click()
    expect(links).to_have_text(["laskar · Bahasa: Indonesia", "karang"])
    expect(page.get_by_role("button", name="Hapus: karang")).to_be_focused()
    links.last.click()
    expect(page).to_have_url(portal.address + "/?q=karang")
    drawn(page)  # before that it is not kept as the last one
    page.goto(portal.address + "/riwayat?hl=en")
    expect(links).to_have_text(["karang", "laskar · Language: Indonesian"])
    expect(told).to_have_text(["3 results", "1 result"])
    page.goto(portal.address + "/riwayat")
    page.get_by_role("button", name="Hapus semua").click()
    expect(links).to_have_count(0)
    expect(page.get_by_text("Belum ada pencarian.")).to_be_visible()
    assert page.evaluate("localStorage.getItem('telusur.riwayat')") == "[]"
    assert not watch.outside
    assert not watch.complaints
    page.close()


@BOTH
def test_titles_are_saved_from_results_and_listed(browser: Browser, portal: Portal, root: str) -> None:
    page, watch = visit(browser, portal, root + "?q=laskar+pelangi")
    button = page.get_by_role("button", name="Simpan judul: Laskar pelangi")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    saved = page.locator('a[data-key="saved"]')
    expect(saved).to_have_text(re.compile(r"\b1$"))
    page.goto(portal.address + "/simpanan")
    expect(page).to_have_url(portal.address + "/simpanan?ids=kota.007")
    drawn(page)
    expect(page.locator(".cards h2")).to_have_text(["Laskar pelangi"])
    page.get_by_role("button", name="Simpan judul: Laskar pelangi").click()
    expect(page.get_by_text("Belum ada judul tersimpan.")).to_be_visible()
    page.goto(portal.address + "/simpanan")
    expect(page.get_by_text("Belum ada judul tersimpan.")).to_be_visible()
    assert not watch.outside
    assert not watch.complaints
    page.close()


KEEP = "ids => localStorage.setItem('telusur.simpanan', JSON.stringify(ids))"
FILL = """() => { let held = ''; for (let n = 1 << 23; n; n >>= 1) {
    try { localStorage.setItem('penuh', held + 'x'.repeat(n)); held += 'x'.repeat(n); } catch { /* half of it, then */ }
} }"""
LIST = f"/simpanan?ids=kota.007&ids={REEF_ID}&ids={EBOOK_ID}"


@pytest.mark.parametrize("hl", ["id", "en"])
def test_a_title_that_is_not_kept_any_more_leaves_the_list(browser: Browser, portal: Portal, hl: str) -> None:
    page, watch = visit(browser, portal, LIST + "&hl=en" * (hl == "en"))
    page.evaluate(KEEP, ["kota.007", REEF_ID, EBOOK_ID])
    page.reload()
    titles, buttons = page.locator(".cards h2"), page.locator("button[data-save]")
    for id, left in ((REEF_ID, 2), (EBOOK_ID, 1), ("kota.007", 0)):
        page.locator(f'button[data-save="{id}"]').click()
        expect(titles).to_have_count(left)
        expect(page.locator("[data-saved-status]")).to_have_text(
            re.compile(("Dihapus" if hl == "id" else "Removed") + (f".*{left}" if left else ""))
        )
        links = page.locator(".kept a, a[data-key=language]").evaluate_all(
            "all => all.map(a => a.getAttribute('href'))"
        )
        assert not [href for href in links if id in href]
        assert id not in page.url
        expect(buttons.last if left else page.locator("[data-save-undo]")).to_be_focused()
    expect(page.locator("html")).to_have_attribute("lang", hl)
    assert not watch.complaints
    page.close()


@pytest.mark.parametrize("hl", ["id", "en"])
def test_what_was_taken_out_of_the_list_can_be_put_back(browser: Browser, portal: Portal, hl: str) -> None:
    page, watch = visit(browser, portal, LIST + "&hl=en" * (hl == "en"))
    ids = ["kota.007", REEF_ID, EBOOK_ID]
    page.evaluate(KEEP, ids)
    page.reload()
    page.wait_for_load_state()
    titles, told = page.locator(".cards h2"), page.locator("[data-saved-status]")
    whole, address = titles.all_text_contents(), page.url
    undo = page.get_by_role("button", name="Urungkan" if hl == "id" else "Undo")
    expect(undo).to_be_hidden()
    for press, left in ((f'button[data-save="{REEF_ID}"]', 2), ("[data-save-none]", 0)):
        page.locator(press).click()
        expect(titles).to_have_count(left)
        expect(undo).to_be_in_viewport()
        if left:
            undo.click()
        else:  # nothing else is left to go on from
            expect(undo).to_be_focused()
            page.keyboard.press("Enter")
        expect(titles).to_have_text(whole)
        expect(page).to_have_url(address)
        expect(told).to_have_text(re.compile(("Dikembalikan" if hl == "id" else "Back on") + ".*3"))
        expect(undo).to_be_hidden()
        assert page.evaluate("JSON.parse(localStorage.getItem('telusur.simpanan'))") == ids
        expect(page.locator("button[data-save]").nth(1) if left else page.locator("[data-save-none]")).to_be_focused()
    assert not watch.complaints
    page.close()


@pytest.mark.parametrize("left", [1, 0])
def test_a_list_is_changed_and_put_back_by_keys_without_a_connection(
    browser: Browser, portal: Portal, left: int
) -> None:
    page, _ = visit(browser, portal, LIST)
    ids = ["kota.007", REEF_ID]
    page.evaluate(KEEP, ids)
    page.goto(f"{portal.address}/simpanan?ids=kota.007&ids={REEF_ID}")
    titles, told = page.locator(".cards h2"), page.locator("[data-saved-status]")
    whole, address = titles.all_text_contents(), page.url
    page.context.set_offline(True)
    page.locator(f'button[data-save="{REEF_ID}"]' if left else "[data-save-none]").press("Enter")
    expect(titles).to_have_count(left)
    expect(told).to_have_text("Dihapus dari daftar.")
    expect(page.locator(".kept-tools")).to_have_count(0)
    expect(page.get_by_text("Belum ada judul tersimpan.")).to_be_visible(visible=not left)
    box(page).press("Control+z")  # takes back what was typed there
    expect(titles).to_have_count(left)
    page.locator("#judul-halaman").press("Control+z")
    expect(titles).to_have_text(whole)
    expect(told).to_have_text(re.compile("Dikembalikan.*2"))
    expect(page).to_have_url(address)
    assert page.evaluate("JSON.parse(localStorage.getItem('telusur.simpanan'))") == ids
    page.close()


def test_only_what_was_taken_out_here_is_put_back(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, LIST)
    page.evaluate(KEEP, ["kota.007", REEF_ID, EBOOK_ID])
    page.reload()
    page.wait_for_load_state()
    page.locator(f'button[data-save="{REEF_ID}"]').click()
    expect(page.locator(".cards h2")).to_have_count(2)
    page.evaluate(KEEP, [EBOOK_ID, "kota.099"])  # as another window does meanwhile
    page.get_by_role("button", name="Urungkan").click()
    expect(page.locator(".cards h2")).to_have_count(3)
    kept = page.evaluate("JSON.parse(localStorage.getItem('telusur.simpanan'))")
    assert kept == [REEF_ID, EBOOK_ID, "kota.099"]
    assert not watch.complaints
    page.close()


@BOTH
def test_no_title_is_given_up_for_one_too_many(browser: Browser, portal: Portal, root: str) -> None:
    page, watch = visit(browser, portal, f"{root}?q=membaca")
    ids = [f"lain.{n}" for n in range(MOST_SAVED - 1)]
    page.evaluate(KEEP, ids)
    page.reload()
    drawn(page)
    buttons, live = page.locator("button[data-save]"), page.locator("#portal-live, #skrip-live")
    expect(live).to_have_attribute("role", "status")  # before anything is told there
    ids += [str(buttons.first.get_attribute("data-save"))]
    for button, told, pressed in ((buttons.first, "kini penuh", "true"), (buttons.nth(1), "sudah penuh", "false")):
        button.click()
        expect(page.locator(".save-told")).to_contain_text(told)
        expect(page.locator(".save-told a")).to_have_attribute("href", re.compile("^/simpanan[?]ids=lain.0&"))
        expect(live).to_contain_text(told)
        expect(button).to_have_attribute("aria-pressed", pressed)
        assert page.evaluate("JSON.parse(localStorage.getItem('telusur.simpanan'))") == ids
    with page.expect_popup() as opened:
        page.evaluate("window.open('/riwayat')")
    opened.value.wait_for_url("**/riwayat")
    opened.value.evaluate(KEEP, ids[1:])
    expect(page.locator(".save-told")).to_have_count(0)  # there is room again
    assert not watch.complaints
    page.close()


@pytest.mark.parametrize("offline", [False, True])
def test_titles_that_the_catalogue_lost_can_be_taken_out_of_a_full_list(
    browser: Browser, portal: Portal, offline: bool
) -> None:
    page, _ = visit(browser, portal, "/simpanan")
    ids = [*(f"hilang.{n}" for n in range(MOST_SAVED - 1)), REEF_ID]
    page.evaluate(KEEP, ids)
    page.reload()
    gone = page.get_by_role("button", name="Keluarkan yang tidak ada lagi")
    expect(gone).to_be_visible()
    page.context.set_offline(offline)
    gone.press("Enter")
    expect(page.get_by_text("tidak ditampilkan")).to_be_hidden()
    expect(page.locator("button[data-save]")).to_be_focused()
    expect(page.locator("[data-saved-status]")).to_contain_text("Dihapus dari daftar.")
    assert page.evaluate("JSON.parse(localStorage.getItem('telusur.simpanan'))") == [REEF_ID]
    page.keyboard.press("Control+z")
    expect(gone).to_be_focused()
    assert page.evaluate("JSON.parse(localStorage.getItem('telusur.simpanan'))") == ids
    page.context.set_offline(False)
    page.evaluate(KEEP, [REEF_ID])
    page.reload()
    expect(page.get_by_text("tidak ditampilkan")).to_be_visible()
    expect(gone).to_be_hidden()  # the list of somebody else
    page.close()


def test_a_browser_that_is_full_says_so(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/cari?q=membaca")
    page.evaluate(FILL)
    page.locator("button[data-save]").first.click()
    expect(page.locator(".save-told")).to_contain_text("tidak tersimpan")
    expect(page.locator("button[data-save]").first).to_have_attribute("aria-pressed", "false")
    page.close()


def test_a_list_of_others_stays_whole_while_its_titles_are_kept_and_given_up(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, LIST)
    button = page.locator('button[data-save="kota.007"]')
    for pressed in ("true", "false"):
        button.click()
        expect(button).to_have_attribute("aria-pressed", pressed)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".cards h2")).to_have_count(3)
    assert not watch.complaints
    page.close()


REFUSE = "() => { Storage.prototype.setItem = () => { throw new DOMException('refused', 'QuotaExceededError'); }; }"
STAYS = "Daftar Anda tetap seperti semula"


def test_what_a_browser_does_not_let_be_changed_is_not_said_to_be_removed(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/simpanan")
    page.evaluate(KEEP, [REEF_ID])
    page.goto(portal.address + LIST)
    drawn(page)
    page.evaluate(REFUSE)
    page.get_by_role("button", name="Kosongkan daftar saya").click()
    expect(page.locator("[data-saved-status]")).to_contain_text(STAYS)
    expect(page.locator(".cards h2")).to_have_count(3)
    expect(page.locator("[data-save-undo]")).to_be_hidden()
    page.locator(f'button[data-save="{REEF_ID}"]').click()
    expect(page.locator(".save-told")).to_contain_text(STAYS)
    page.close()


def test_a_search_that_a_browser_does_not_forget_is_not_said_to_be_gone(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/riwayat")
    page.evaluate(
        "() => localStorage.setItem('telusur.riwayat', JSON.stringify([{ address: '?q=laut', label: 'laut', at: 1 }]))"
    )
    page.reload()
    page.evaluate(REFUSE)
    for button in ("[data-forget]", "[data-forget-all]"):
        page.locator(button).click()
        said = page.locator("[data-history] [role=status]")
        expect(said).to_contain_text("Riwayat Anda tetap seperti semula")
        expect(said).to_be_in_viewport(ratio=0.99)
        expect(page.locator(".kept-list li")).to_have_count(1)
    page.close()


def test_who_keeps_nothing_is_not_asked_to_empty_the_list_of_others(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, LIST)
    empty = page.locator("[data-save-none]")
    expect(empty).to_be_hidden()
    page.locator('button[data-save="kota.007"]').click()
    expect(empty).to_be_visible()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } })")
    page.reload()
    drawn(page)
    expect(page.locator(".cards h2")).to_have_count(3)
    expect(empty).to_be_hidden()
    page.close()


@pytest.mark.parametrize(
    "kept", ["nonsense", "[1, null, {}]", '{"a": 1}', '[{"address": "javascript:alert(1)", "label": "x"}]']
)
def test_what_somebody_else_wrote_into_the_browser_is_passed_over(browser: Browser, portal: Portal, kept: str) -> None:
    page, watch = visit(browser, portal, "/riwayat")
    page.evaluate(
        "kept => ['telusur.riwayat', 'telusur.simpanan'].forEach(name => localStorage.setItem(name, kept))", kept
    )
    page.reload()
    expect(page.get_by_text("Belum ada pencarian.")).to_be_visible()
    assert not watch.complaints
    page.close()


@BOTH
def test_on_a_phone_the_box_stays_and_the_sheet_waits_for_more_picks(
    browser: Browser, portal: Portal, root: str
) -> None:
    page, watch = visit(browser, portal, root + "?q=membaca", 360)
    sheet = page.locator(".facets-sheet")
    sheet.locator("summary").first.click()
    decade = page.get_by_role("link", name="2010–2019: 10 judul", exact=False).first
    decade.scroll_into_view_if_needed()
    decade.click()
    expect(page.locator("#judul-halaman")).to_contain_text("10 hasil")
    expect(sheet).to_have_attribute("open", "")
    chosen = page.get_by_role("link", name="2010–2019: 10 judul. Hapus saringan ini")
    expect(chosen).to_be_focused()
    expect(chosen).to_be_in_viewport()
    page.get_by_role("link", name="2000–2009: 10 judul", exact=False).first.click()
    expect(page.locator("#judul-halaman")).to_contain_text("20 hasil")
    page.get_by_role("button", name="Tampilkan 20 hasil").click()
    expect(sheet).not_to_have_attribute("open", "")
    expect(page.locator(".cards h2").first).to_be_in_viewport()
    page.locator(".cards li").nth(9).scroll_into_view_if_needed()
    expect(box(page)).to_be_in_viewport()
    expect(page.locator("html")).to_have_attribute("data-stuck", "")
    assert not watch.complaints
    page.close()


@BOTH
def test_keys_have_a_way_past_the_facets(browser: Browser, portal: Portal, root: str) -> None:
    page, watch = visit(browser, portal, root + "?q=membaca")
    page.locator(".facet").first.press("Enter")
    chosen = page.locator(".facet.is-chosen")
    expect(chosen).to_have_count(1)
    drawn(page)
    address = page.url
    chosen.focus()
    page.keyboard.press("Tab")
    if page.locator(".facet-row:has(.is-chosen) .facet-not").count():
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=re.compile("Lompat dari .+ ke hasil"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".hits")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".cards h2 a").first).to_be_focused()
    assert page.url.partition("#")[0] == address
    assert not watch.complaints
    page.close()


@BOTH
def test_the_way_past_the_facets_of_a_phone_shows_the_first_hit_and_names_the_list(
    browser: Browser, portal: Portal, root: str
) -> None:
    page, _ = visit(browser, portal, root + "?q=membaca", 360)
    page.locator(".facets-sheet > summary").click()
    page.locator(".to-hits").first.press("Enter")
    hits = page.get_by_role("group", name=str(page.locator("#judul-halaman").text_content()), exact=True)
    expect(hits).to_be_focused()
    expect(page.locator(".cards h2 a").first).to_be_in_viewport(ratio=1)
    page.close()


@BOTH
@pytest.mark.parametrize("by", ["button", "key"])
def test_on_a_phone_the_sheet_stays_open_when_years_are_applied(
    browser: Browser, portal: Portal, root: str, by: str
) -> None:
    page, watch = visit(browser, portal, root + "?q=membaca", 360)
    sheet = page.locator(".facets-sheet")
    sheet.locator("summary").first.click()
    page.get_by_label("Dari tahun").fill("2000")
    page.get_by_label("Sampai tahun").fill("2009")
    if by == "button":
        page.get_by_role("button", name="Terapkan").click()
    else:
        page.get_by_label("Sampai tahun").press("Enter")
    expect(page.locator("#judul-halaman")).to_contain_text("10 hasil")
    expect(sheet).to_have_attribute("open", "")
    expect(page.locator(".years :focus")).to_have_count(1)
    expect(page.locator(".years :focus")).to_be_in_viewport()
    page.get_by_role("button", name="Tampilkan 10 hasil").click()
    expect(sheet).not_to_have_attribute("open", "")
    assert not watch.complaints
    page.close()


def test_rows_of_the_form_are_added_taken_away_and_searched_for(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, "/?q=judul:karang")
    page.get_by_role("link", name="Ubah pencarian ini").click()
    page.wait_for_url("**/cari/lanjut?**")
    words = page.get_by_label("Kata", exact=True)
    expect(words.first).to_have_value("karang")
    before = words.count()
    page.get_by_role("button", name="Tambah baris").click()
    expect(words).to_have_count(before + 1)
    expect(page.locator('select[name="ruas"]').last).to_be_focused()
    page.get_by_role("button", name="Hapus baris ini").nth(1).click()
    expect(words).to_have_count(before)
    page.locator('select[name="ruas"]').nth(1).select_option("Pengarang")
    page.locator('select[name="cara"]').nth(1).select_option("tanpa kata ini")
    words.nth(1).fill("wenas")
    words.nth(1).press("Enter")
    expect(page).to_have_url(portal.address + "/?q=judul%3Akarang+-pengarang%3Awenas")
    drawn(page)
    expect(page.locator(".cards h2").first).to_have_text("Ikan karang Indonesia Timur")
    expect(page.locator(".cards")).not_to_contain_text("Wenas")
    page.get_by_role("link", name="Ubah pencarian ini").click()
    expect(words.nth(1)).to_have_value("wenas")
    page.go_back()
    expect(page.locator(".cards h2").first).to_have_text("Ikan karang Indonesia Timur")
    assert not watch.complaints
    page.close()


@BOTH
@pytest.mark.parametrize("hl", ["id", "en"])
def test_a_small_phone_shows_a_title_before_anything_is_scrolled(
    browser: Browser, portal: Portal, root: str, hl: str
) -> None:
    page, _ = visit(browser, portal, f"{root}?q=membaca+jilid&hl={hl}", 360)
    page.set_viewport_size({"width": 360, "height": 640})
    title = page.locator(".cards h2").first.bounding_box()
    assert title is not None
    assert title["y"] + title["height"] <= 540
    for one in page.locator(".toggles a, .facets-sheet > summary, .toolbar summary").all():
        target = one.bounding_box()
        assert target is not None
        assert min(target["width"], target["height"]) >= 44
    page.close()


def test_where_a_browser_shows_no_closed_details_the_ways_open_below_their_button(
    browser: Browser, portal: Portal
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})

    def older(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("::details-content", "::unheard-of"))

    page.route("**/*.css*", older)
    page.goto(f"{portal.address}/cari?q=membaca+jilid")
    page.locator(".ways > summary").click()
    toolbar, opened = page.locator(".toolbar").bounding_box(), page.locator(".ways-body").bounding_box()
    assert toolbar is not None
    assert opened is not None
    assert toolbar["x"] <= opened["x"]
    assert opened["x"] + opened["width"] <= toolbar["x"] + toolbar["width"]
    page.close()


@BOTH
@pytest.mark.parametrize("width", [360, 1280])
def test_how_is_searched_is_chosen_by_keys_on_any_width(
    browser: Browser, portal: Portal, root: str, width: int
) -> None:
    page, watch = visit(browser, portal, f"{root}?q=membaca+jilid", width)
    more, way = page.locator(".ways > summary"), page.get_by_role("link", name="Kata persis")
    if width < 900:
        expect(way).to_be_hidden()
        more.press("Enter")
    way.press("Enter")
    page.wait_for_url("**mode=keyword*")
    drawn(page)
    if width < 900:
        expect(way).to_be_hidden()
        more.press("Enter")
        expect(way).to_have_attribute("aria-current", "true")
        page.keyboard.press("Escape")
        expect(way).to_be_hidden()
        expect(more).to_be_focused()
    else:
        expect(more).to_be_hidden()
        expect(way).to_have_attribute("aria-current", "true")
        if root == "/":
            expect(way).to_be_focused()
    assert not watch.complaints
    page.close()


def test_who_picks_an_order_by_keyboard_stays_at_the_picker(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, "/?q=laut")
    drawn(page)
    picker = page.locator('details.picker[data-key="sort"]')
    picker.locator("summary").focus()
    page.keyboard.press("Enter")
    picker.get_by_role("link", name="Tahun terbaru", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("sort=newest"))
    expect(picker.locator("summary")).to_be_focused()
    assert not watch.complaints
    page.close()


@BOTH
def test_the_ring_of_what_has_the_focus_shows_on_the_band(browser: Browser, portal: Portal, root: str) -> None:
    page, _ = visit(browser, portal, root + "?q=laut")
    ring = "e => [getComputedStyle(e).outlineColor, getComputedStyle(e).getPropertyValue('--band-focus').trim()]"
    seen = set()
    for _step in range(12):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.evaluate("e => !!e.closest('.masthead-nav')"):
            seen.add(tuple(focused.evaluate(ring)))
    assert len(seen) == 1
    ((colour, wanted),) = seen
    assert colour == page.evaluate(
        "c => { const e = document.createElement('i'); e.style.color = c; document.body.append(e); return getComputedStyle(e).color; }",
        wanted,
    )
    page.close()


def test_a_double_click_saves_a_title_once(window: Window) -> None:
    page, _ = window.visit(f"/cari?q=karang&id={REEF_ID}")
    save = page.locator("button[data-save]").first
    save.dblclick()
    expect(save).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(600)  # longer than two presses make a double one
    save.click()
    expect(save).to_have_attribute("aria-pressed", "false")


def test_what_a_chosen_filter_is_of_is_never_cut_in_two(window: Window) -> None:
    page, _ = window.visit("/cari?q=membaca", 360)
    page.evaluate("localStorage.setItem('telusur.look', JSON.stringify({ text: 'largest' }))")
    page.goto(page.url.split("/cari")[0] + "/cari?q=anggaran&f.access=fulltext")
    field = page.locator(".chips a .chip-field").first
    lines = field.evaluate(
        "e => { const all = document.createRange(); all.selectNodeContents(e); return all.getClientRects().length; }"
    )
    assert lines == 1


def test_a_record_on_paper_begins_at_the_margin_and_has_nothing_to_press(window: Window) -> None:
    page, _ = window.visit(f"/katalog/{REEF_ID}")
    page.emulate_media(media="print")
    title, margin = page.locator(".record-head h1").bounding_box(), page.locator(".record-head").bounding_box()
    assert title
    assert margin
    assert title["x"] == margin["x"]
    expect(page.locator(".record-head [data-live-go]")).to_be_hidden()
    page.emulate_media(media="screen")


@BOTH
@pytest.mark.parametrize("width", [360, 1280])
def test_a_search_without_a_connection_waits_for_it(browser: Browser, portal: Portal, root: str, width: int) -> None:
    page, _ = visit(browser, portal, root + "?q=karang", width)
    told = page.get_by_role("alert").filter(has_text="Tidak ada sambungan internet")
    before = page.url
    page.context.set_offline(True)
    for words in ("gempa", "laskar"):
        box(page).fill(words)
        box(page).press("Enter")
        expect(told).to_be_in_viewport(ratio=0.99)
        expect(told).to_have_count(1)
        expect(box(page)).to_have_value(words)
    assert page.url == before
    page.context.set_offline(False)
    expect(page).to_have_url(re.compile("q=laskar$"))
    expect(page.locator("#judul-halaman")).to_contain_text("laskar")
    expect(told).to_have_count(0)
    page.close()


@BOTH
@pytest.mark.parametrize("link", [".cards h2 a", ".facet", 'a[data-key="language"]', 'a[data-key="saved"]'])
def test_a_link_without_a_connection_waits_for_it(browser: Browser, portal: Portal, root: str, link: str) -> None:
    page, _ = visit(browser, portal, root + "?q=karang")
    told = page.get_by_role("alert").filter(has_text="Tidak ada sambungan internet")
    before = page.url
    page.context.set_offline(True)
    page.locator(link).first.click()
    expect(told).to_be_in_viewport(ratio=0.99)
    assert page.url == before
    page.context.set_offline(False)
    expect(page).not_to_have_url(before)
    expect(page.locator("#judul-halaman")).to_be_visible()
    expect(told).to_have_count(0)
    page.close()


def test_what_a_session_has_opened_by_itself_is_not_opened_again(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/cari?q=karang")
    loads: list[str] = []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    page.context.set_offline(True)
    link = page.locator(".cards h2 a").first
    link.click()
    told = page.get_by_role("alert").filter(has_text="Tidak ada sambungan internet")
    expect(told).to_be_visible()
    link.evaluate("link => history.pushState(null, '', link.href)")  # as one does that outlived the loss
    page.context.set_offline(False)
    expect(told).to_have_count(0)
    assert loads == []
    page.close()


@BOTH
def test_what_waits_for_a_connection_can_be_given_up(browser: Browser, portal: Portal, root: str) -> None:
    page, _ = visit(browser, portal, root + "?q=karang")
    before = page.url
    page.context.set_offline(True)
    saved = page.locator('a[data-key="saved"]')
    saved.click()
    told = page.get_by_role("alert").filter(has_text="Tidak ada sambungan internet")
    expect(told).to_be_visible()
    page.get_by_role("button", name="Tutup").press("Enter")
    expect(told).to_have_count(0)
    expect(saved).to_be_focused()
    page.context.set_offline(False)
    page.wait_for_function("navigator.onLine")
    page.wait_for_timeout(2500)  # longer than it would wait
    assert page.url == before
    page.close()


@BOTH
@pytest.mark.parametrize("width", [360, 1280])
def test_the_number_of_saved_titles_moves_nothing_in_the_masthead(
    browser: Browser, portal: Portal, root: str, width: int
) -> None:
    page, _ = visit(browser, portal, root + "?q=laskar+pelangi", width)
    height = page.locator(".masthead").bounding_box()["height"]  # type: ignore[index]
    page.get_by_role("button", name="Simpan judul: Laskar pelangi").click()
    saved = page.locator('a[data-key="saved"]')
    expect(saved.locator("[data-saved-count]")).to_have_text("1")
    assert page.locator(".masthead").bounding_box()["height"] == height  # type: ignore[index]
    page.evaluate("localStorage.setItem('telusur.simpanan', JSON.stringify([...Array(100).keys()].map(String)))")
    page.reload()
    drawn(page)
    expect(saved.locator("[data-saved-count]")).to_have_text("100")
    assert page.locator(".masthead").bounding_box()["height"] == height  # type: ignore[index]
    mark, number = (saved.locator(part).bounding_box() for part in ("svg", "[data-saved-count]"))
    assert mark
    assert number
    assert number["x"] >= mark["x"] + mark["width"] / 2 - 1  # the mark stays in sight
    page.close()
