"""Reading an e-book in a real browser: keys, what is remembered, marks on the picture, reading aloud."""

import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, Route, TimeoutError, expect

from search.document import Page as BookPage
from search.engine import Entry
from tests.support.browsing import Portal, running_portal, visit
from tests.support.small_library import EBOOK_ID, ebook, small_library

pytestmark = pytest.mark.browser

HIT = f"/baca/{EBOOK_ID}/5?q=anggaran+belanja"
PAGES = 18


@pytest.fixture(scope="module")
def portal(portal: Portal) -> Portal:
    """The small library's, which has drawn every page: on a busy machine who turns them is told "later" as well."""
    draw_pages(portal)
    return portal


def draw_pages(portal: Portal) -> None:
    """Has the pages drawn one after another; they are kept."""
    for number in range(1, PAGES + 1):
        with urllib.request.urlopen(f"{portal.address}/baca/{EBOOK_ID}/{number}.png") as picture:  # noqa: S310 - our own
            assert picture.read()


DRAWN = "() => { const { complete, naturalWidth } = document.querySelector('.page-image'); return complete && naturalWidth; }"


def at(page: Page, number: int) -> None:
    """Waits for the page and its picture. Only a few are drawn at once, and who turns pages faster is answered "later",
    which a browser complains of; it asks for the picture again."""
    page.wait_for_url(f"**/baca/{EBOOK_ID}/{number}?**")
    page.wait_for_function(DRAWN)


def to_the_bottom(page: Page) -> None:
    """By its key, pressed again where the page grew under it, as when its letters came late."""
    page.evaluate("document.fonts.ready")
    bottom = "() => document.scrollingElement.scrollTop + innerHeight >= document.scrollingElement.scrollHeight - 2"
    for _ in range(10):
        page.keyboard.press("End")
        with suppress(TimeoutError):
            page.wait_for_function(bottom, timeout=2_000)
            return
    raise AssertionError("its end is never reached")


def test_arrows_turn_pages_and_letters_go_from_hit_to_hit(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, HIT)
    at(page, 5)
    page.keyboard.press("ArrowRight")
    at(page, 6)
    page.keyboard.press("ArrowLeft")
    at(page, 5)
    page.keyboard.press("n")
    at(page, 11)
    page.keyboard.press("p")
    at(page, 5)
    page.keyboard.press("PageUp")  # at the top
    at(page, 4)
    to_the_bottom(page)
    page.keyboard.press("PageDown")
    at(page, 5)
    assert not watch.complaints
    assert not watch.outside
    page.close()


def test_keys_are_letters_again_where_one_types(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    box = page.get_by_role("searchbox", name="Cari di dalam e-book ini")
    box.click()
    for key in ("End", "n", "p", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    expect(box).to_have_value("anggaran belanjanp")
    at(page, 5)
    page.close()


def test_letters_can_be_switched_off_and_stay_off(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    page.locator(".reader-keys summary").click()
    page.get_by_role("checkbox", name="Pakai juga huruf").uncheck()
    page.reload()
    page.locator("#judul-halaman").focus()
    page.keyboard.press("n")
    page.keyboard.press("ArrowRight")  # were the letter heard, this would lead elsewhere
    at(page, 6)
    page.close()


def test_found_words_are_marked_on_the_picture_where_they_stand(browser: Browser, portal: Portal) -> None:
    page, watch = visit(browser, portal, HIT)
    for name in (".page-image", ".page-marks"):
        page.wait_for_function(
            "name => { const i = document.querySelector(name); return i.complete && i.naturalWidth }", arg=name
        )
    boxes = page.evaluate(
        "['.page-image', '.page-marks'].map(n => document.querySelector(n).getBoundingClientRect().toJSON())"
    )
    assert abs(boxes[0]["width"] - boxes[1]["width"]) <= 3
    assert abs(boxes[0]["top"] - boxes[1]["top"]) <= 2
    assert abs(boxes[0]["height"] - boxes[1]["height"]) <= 3
    assert not watch.complaints
    page.close()


def test_zoom_is_remembered_on_the_next_page(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    sheet = page.locator(".page-sheet")
    before = sheet.evaluate("e => e.getBoundingClientRect().width")
    page.locator("label.choice", has_text="Lebih besar").click()
    assert sheet.evaluate("e => e.getBoundingClientRect().width") == 1650 > before
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.get_by_role("link", name="Halaman berikutnya").first.click()
    at(page, 6)
    expect(page.get_by_role("radio", name="Lebih besar")).to_be_checked()
    page.close()


def test_text_and_picture_stand_side_by_side_on_a_wide_screen(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    text, picture = (page.locator(name).bounding_box() for name in (".page-text", ".page-picture"))
    assert text is not None
    assert picture is not None
    assert text["x"] + text["width"] <= picture["x"]
    assert abs(text["y"] - picture["y"]) < 40
    page.close()


@pytest.mark.parametrize("width", [360, 768])
def test_a_phone_shows_text_or_picture_as_chosen(browser: Browser, portal: Portal, width: int) -> None:
    page, _ = visit(browser, portal, HIT + "&hl=en", width)
    text, picture = page.locator(".page-text"), page.locator(".page-picture")
    expect(text).to_be_visible()
    expect(picture).to_be_hidden()
    page.locator("label.choice", has_text="Image").first.click()
    expect(picture).to_be_visible()
    expect(text).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.reload()
    expect(picture).to_be_visible()
    page.close()


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The small library, whose e-book has no text on its fifth page."""
    folder = tmp_path_factory.mktemp("scanned")
    document, book, _ = ebook()
    pages = tuple(BookPage(page.number, page.label, "") if page.number == 5 else page for page in book.pages)
    with small_library(folder).engine.updating() as writer:
        assert not writer.put([Entry(document, pages)]).refused
    with running_portal(folder) as portal:
        draw_pages(portal)
        yield portal


def test_keys_that_are_pressed_faster_than_pages_come_all_count(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    at(page, 5)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    at(page, 10)
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    at(page, 9)
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    at(page, 1)
    page.close()


def test_a_page_that_never_comes_holds_no_key_up(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    at(page, 5)
    asked_and_never_answered(page, "ArrowRight", 6)
    page.keyboard.press("ArrowRight")
    at(page, 7)
    page.close()


def asked_and_never_answered(page: Page, key: str, number: int) -> None:
    """Presses the key, after which the reader waits for a page that does not come."""
    page.route(f"**/baca/{EBOOK_ID}/{number}?**", lambda _: None)
    page.keyboard.press(key)
    expect(page.locator("[data-reader]")).to_have_attribute("aria-busy", "true")


def test_only_what_is_asked_for_last_is_fetched_besides_what_is_on_its_way(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    at(page, 5)
    note_pages(page)
    page.route(f"**/baca/{EBOOK_ID}/6?**", lambda _: None)
    # Faster than any hand, so that none rests between them however busy the machine is.
    page.evaluate("""() => {
        const pressed = () => new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true });
        for (let times = 0; times < 5; times += 1) document.body.dispatchEvent(pressed());
    }""")
    at(page, 10)
    assert noted_pages(page) == ["6", "10"]
    page.close()


def note_pages(page: Page) -> None:
    """Has the window note the pages that are asked for from now on: of a request that is given up at once, who listens
    from outside may hear nothing."""
    page.evaluate("""() => {
        const { fetch } = window;
        window.asked = [];
        window.fetch = (address, ...more) => {
            const { pathname } = new URL(address, location.href);
            if (pathname.startsWith('/baca/')) window.asked.push(pathname.split('/').pop());
            return fetch(address, ...more);
        };
    }""")


def noted_pages(page: Page) -> list[str]:
    """The numbers of the pages that were asked for since `note_pages`."""
    return list(page.evaluate("window.asked"))


def test_there_and_back_again_stays(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    at(page, 5)
    note_pages(page)
    asked_and_never_answered(page, "ArrowRight", 6)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    at(page, 4)
    assert noted_pages(page) == ["6", "4"]
    page.close()


def marked_window(page: Page) -> None:
    page.evaluate("window.same = true")


def same_window(page: Page) -> bool:
    """Whether no document was loaded since it was marked."""
    return bool(page.evaluate("window.same === true"))


@pytest.mark.parametrize("pause_ms", [50, 170])
@pytest.mark.parametrize(("width", "hl"), [(360, "id"), (1280, "en")])
def test_each_key_turns_a_page_without_a_document_being_loaded(
    browser: Browser, portal: Portal, width: int, hl: str, pause_ms: int
) -> None:
    page, watch = visit(browser, portal, f"{HIT}&hl={hl}", width)
    marked_window(page)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(pause_ms)
    page.wait_for_url(f"**/baca/{EBOOK_ID}/10?**")
    page.wait_for_function("document.querySelector('[data-reader]').dataset.page === '10'")
    assert same_window(page)
    assert "10" in page.title()
    assert page.evaluate("document.activeElement.id") == "judul-halaman"
    expect(page.locator("#skrip-live")).to_have_text("hlm. 10 dari 18" if hl == "id" else "p. 10 of 18")
    other = page.locator('a[data-key="language"]')
    assert f"/baca/{EBOOK_ID}/10?" in str(other.get_attribute("href"))
    assert page.evaluate("scrollY") == 0
    assert not watch.complaints
    page.close()


def test_the_windows_way_back_and_on_leads_through_the_pages(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    marked_window(page)
    for number in (6, 7):
        page.keyboard.press("ArrowRight")
        at(page, number)
    page.go_back()
    shown = page.locator(".reader-bar .turn-place")
    expect(shown).to_contain_text("6")
    page.go_back()
    expect(shown).to_contain_text("5")
    page.go_forward()
    expect(shown).to_contain_text("6")
    page.keyboard.press("ArrowRight")
    at(page, 7)
    assert same_window(page)
    page.get_by_role("link", name="Tentang judul ini").click()
    page.go_back()
    at(page, 7)
    page.close()


def test_a_turn_that_is_pressed_again_and_again_keeps_the_focus(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, "/baca/" + EBOOK_ID + "/15?hl=en")
    on = page.locator('.reader-bar [rel="next"]')
    on.focus()
    for number in (16, 17):
        page.keyboard.press("Enter")
        at(page, number)
        expect(on).to_be_focused()
    page.keyboard.press("Enter")
    at(page, 18)
    expect(page.locator("#judul-halaman")).to_be_focused()  # there is no page to turn to
    page.close()


def test_who_is_on_the_way_back_and_turns_on_again_is_where_the_window_says(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    page.keyboard.press("ArrowRight")
    at(page, 6)
    page.route(f"**/baca/{EBOOK_ID}/5?**", lambda _: None)
    page.evaluate("history.back()")
    page.wait_for_url(f"**/baca/{EBOOK_ID}/5?**")
    page.keyboard.press("ArrowRight")
    at(page, 6)
    expect(page.locator("[aria-busy]")).to_have_count(0)
    expect(page.locator(".reader-bar .turn-place")).to_contain_text("6")
    page.unroute_all()
    page.go_back()
    at(page, 5)
    expect(page.locator(".reader-bar .turn-place")).to_contain_text("5")
    page.close()


@pytest.mark.parametrize("box", ["#q-inside", "#hlm", "#q"])
def test_what_is_typed_while_a_page_is_on_its_way_stays(browser: Browser, portal: Portal, box: str) -> None:
    page, _ = visit(browser, portal, HIT)
    at(page, 5)
    held_up: list[Route] = []
    page.route(f"**/baca/{EBOOK_ID}/6?**", lambda route: held_up.append(route))
    page.locator('.reader-bar [rel="next"]').click()
    expect(page.locator("[data-reader]")).to_have_attribute("aria-busy", "true")
    page.locator(box).fill("1")
    while not held_up:
        page.wait_for_timeout(20)
    held_up[0].continue_()
    at(page, 6)
    expect(page.locator(".reader-bar .turn-place")).to_contain_text("6")
    expect(page.locator(box)).to_be_focused()
    page.keyboard.type("2")
    expect(page.locator(box)).to_have_value("12")
    page.close()


def test_on_a_phone_the_bar_below_keeps_the_focus_and_on_a_screen_the_page_begins(
    browser: Browser, portal: Portal
) -> None:
    page, _ = visit(browser, portal, HIT, 360)
    below = page.locator('.reader > .turn [rel="next"]')
    shown = page.locator("[data-reader]")
    below.focus()
    for number in ("6", "7"):
        page.keyboard.press("Enter")
        expect(shown).to_have_attribute("data-page", number)
        expect(below).to_be_focused()
    page.set_viewport_size({"width": 1280, "height": 400})
    below.focus()
    page.keyboard.press("Enter")
    expect(shown).to_have_attribute("data-page", "8")
    expect(page.locator("#judul-halaman")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    page.close()


def test_the_next_hit_is_in_sight_of_who_presses_it_again_in_a_small_window(browser: Browser, portal: Portal) -> None:
    """As on a wide screen at 400 %."""
    page, _ = visit(browser, portal, HIT, 320)
    page.set_viewport_size({"width": 320, "height": 256})
    following = page.locator('[data-hit="next"]')
    following.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/baca/{EBOOK_ID}/11?**")
    expect(following).to_be_focused()
    expect(following).to_be_in_viewport(ratio=1)
    page.close()


def test_the_next_hit_is_that_after_the_page_asked_for_last(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, f"/baca/{EBOOK_ID}/1?q=anggaran")
    hits = [str(link.get_attribute("href")).partition("?")[0] for link in page.locator(".found-list a").all()]
    asked_and_never_answered(page, "n", int(hits[0].rpartition("/")[2]))
    page.keyboard.press("n")
    page.wait_for_url(f"**{hits[1]}?**")
    expect(page.locator("#skrip-live")).to_contain_text(f"Temuan 2 dari {len(hits)}")
    page.close()


@pytest.mark.parametrize("answer", ["refused", "another page", "none"])
def test_a_page_that_cannot_be_fetched_is_loaded(browser: Browser, portal: Portal, answer: str) -> None:
    page, _ = visit(browser, portal, HIT)

    def answered(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
        elif answer == "refused":
            route.fulfill(status=403, body="")
        elif answer == "another page":
            route.fulfill(body="<!doctype html><main>Masuk dahulu</main>", content_type="text/html")
        else:
            route.abort()

    page.route(f"**/baca/{EBOOK_ID}/6?**", answered)
    marked_window(page)
    page.keyboard.press("ArrowRight")
    at(page, 6)
    page.wait_for_load_state()
    assert not same_window(page)
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_stays_open_while_the_connection_is_gone(browser: Browser, portal: Portal, width: int) -> None:
    page, _ = visit(browser, portal, HIT, width)
    marked_window(page)
    address, told = page.url, page.get_by_role("alert").filter(has_text="Tidak ada sambungan internet")
    page.context.set_offline(True)
    page.keyboard.press("ArrowRight")
    expect(told).to_be_in_viewport()
    with page.expect_event("requestfailed"):  # one that fails when the connection is back is asked for by a page load
        page.keyboard.press("ArrowRight")
    expect(told).to_have_count(1)
    assert (page.url, same_window(page)) == (address, True)
    page.context.set_offline(False)
    expect(told).to_have_count(0)
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/baca/{EBOOK_ID}/6?**")
    assert same_window(page)
    page.close()


def test_scrolling_on_turns_one_page_which_is_to_be_scrolled_first(browser: Browser, portal: Portal) -> None:
    page, _ = visit(browser, portal, HIT)
    at(page, 5)
    to_the_bottom(page)
    for _ in range(3):
        page.keyboard.press("PageDown")
    at(page, 6)
    page.close()


@pytest.mark.parametrize(("hl", "told"), [("id", "hanya berupa gambar"), ("en", "only an image")])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_that_is_an_image_is_shown_at_once(
    browser: Browser, scanned: Portal, width: int, hl: str, told: str
) -> None:
    page, watch = visit(browser, scanned, f"/baca/{EBOOK_ID}/4?hl={hl}", width)
    page.evaluate("localStorage.setItem('telusur-show', 'text')")  # as chosen for pages that have some
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/baca/{EBOOK_ID}/5*")
    expect(page.locator(".page-picture")).to_be_visible()
    expect(page.locator(".page-text")).to_contain_text(told)
    expect(page.locator(".reader-show")).to_have_count(0)
    picture = page.locator(".page-picture").bounding_box()
    assert picture is not None
    assert picture["width"] >= min(0.85 * width, 700)
    page.emulate_media(media="print")
    expect(page.locator(".page-picture")).to_be_visible()
    page.emulate_media(media="screen")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/baca/{EBOOK_ID}/6*")
    expect(page.locator(".page-text")).to_be_visible()
    assert not watch.complaints
    page.close()


def test_the_reader_works_without_javascript(browser: Browser, portal: Portal) -> None:
    page = browser.new_page(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(portal.address + HIT)
    page.locator("label.choice", has_text="Gambar").first.click()
    expect(page.locator(".page-picture")).to_be_visible()
    page.get_by_label("Ke halaman").fill("7")
    page.get_by_role("button", name="Buka").click()
    at(page, 7)
    expect(page.locator(".aloud")).to_be_hidden()
    page.close()


def test_the_next_picture_is_fetched_beforehand(browser: Browser, portal: Portal) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    with page.expect_response(f"**/baca/{EBOOK_ID}/6.png") as answer:
        page.goto(portal.address + HIT)
    assert answer.value.ok
    page.close()


def test_a_picture_that_had_to_wait_is_asked_for_again(browser: Browser, portal: Portal) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []

    def busy_at_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=503, headers={"Retry-After": "5"})
        else:
            route.continue_()

    page.route(f"**/baca/{EBOOK_ID}/5.png", busy_at_first)
    page.goto(portal.address + HIT)
    page.wait_for_function("() => document.querySelector('.page-image').naturalWidth > 0")
    assert len(asked) == 2
    page.close()


# This browser has no voices; what it is asked to say is written down instead.
SPEECH = """
window.said = [];
const synthesis = {
  getVoices: () => [{ lang: 'en-GB', name: 'A' }, { lang: 'id-ID', name: 'B' }],
  addEventListener: () => {}, pause: () => said.push('pause'), resume: () => said.push('resume'),
  cancel: () => {}, speak: (one) => { said.push([one.text, one.lang, one.voice?.lang]); window.speaking = one; },
};
Object.defineProperty(window, 'speechSynthesis', { value: synthesis });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


def test_a_page_is_read_aloud_sentence_by_sentence(browser: Browser, portal: Portal) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(SPEECH)
    page.goto(portal.address + HIT)
    page.get_by_role("button", name="Bacakan", exact=True).click()
    first = page.evaluate("said[0]")
    assert first[1:] == ["id", "id-ID"]
    assert page.evaluate(
        "[...CSS.highlights.get('telusur-aloud')].map(r => r.toString().replace(/\\s+/g, ' ').trim())"
    ) == [first[0]]
    page.evaluate("speaking.onend()")
    assert page.evaluate("said.length") == 2
    pause, resume = page.get_by_role("button", name="Jeda"), page.get_by_role("button", name="Lanjutkan")
    pause.click()
    expect(resume).to_be_visible()
    expect(pause).to_be_hidden()
    resume.click()
    page.get_by_role("button", name="Berhenti membacakan").click()
    assert page.evaluate("said.slice(2)") == ["pause", "resume"]
    assert page.evaluate("CSS.highlights.has('telusur-aloud')") is False
    page.evaluate("speaking.onend()")  # what was cut off does not go on
    assert page.evaluate("said.length") == 4
    page.close()


def test_reading_aloud_ends_with_its_page_and_is_offered_on_the_next(browser: Browser, portal: Portal) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(SPEECH)
    page.goto(portal.address + HIT)
    start = page.get_by_role("button", name="Bacakan", exact=True)
    start.click()
    first = page.evaluate("said[0][0]")
    page.keyboard.press("ArrowRight")
    at(page, 6)
    expect(start).to_be_visible()
    page.evaluate("speaking.onend()")
    assert page.evaluate("said.length") == 1
    assert page.evaluate("CSS.highlights.has('telusur-aloud')") is False
    start.click()
    assert page.evaluate("said[1][0]") != first
    page.close()


def test_reading_aloud_is_not_offered_without_a_voice(browser: Browser, portal: Portal) -> None:
    page = browser.new_page()
    page.add_init_script("Object.defineProperty(window, 'speechSynthesis', { value: undefined })")
    page.goto(portal.address + HIT)
    expect(page.locator(".page-text")).to_be_visible()
    expect(page.locator(".aloud")).to_be_hidden()
    page.close()
