"""How the page looks in a real browser: as its reader has chosen, from the first moment, and on any screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.support.browsing import Portal, Watch, Window, box, drawn

pytestmark = pytest.mark.browser

PAGES = ("/", "/?q=membaca", "/?id=kota.001", "/?q=zzz", "/cari?q=membaca", "/katalog/kota.001", "/anak", "/tidakada")
CHOICES = {
    "theme": ("Gelap", "dark"),
    "text": ("Sangat besar", "largest"),
    "spacing": ("Lega", "wide"),
    "contrast": ("Tinggi", "more"),
    "font": ("Mudah dibedakan", "hyperlegible"),
}
# What is in force when the page has drawn its first line.
AT_FIRST = """
    new MutationObserver((_, watcher) => {
        if (!document.body) return;
        window.atFirst = { ...document.documentElement.dataset };
        watcher.disconnect();
    }).observe(document, { childList: true, subtree: true });
"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    yield context
    context.close()


def opened(context: BrowserContext, portal: Portal, path: str) -> Page:
    page = context.new_page()
    page.goto(portal.address + path)
    drawn(page)
    return page


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


@pytest.mark.parametrize("path", ["/?q=membaca", "/cari?q=membaca"])
def test_choices_are_remembered_and_hold_before_the_page_is_drawn(
    context: BrowserContext, portal: Portal, path: str
) -> None:
    page = opened(context, portal, path)
    light = background(page)
    page.get_by_role("button", name="Tampilan").click()
    for label, _ in CHOICES.values():
        page.get_by_role("radio", name=label, exact=True).check(force=True)
    page.add_init_script(AT_FIRST)
    page.reload()
    drawn(page)
    at_first = page.evaluate("window.atFirst")
    assert {name: at_first.get(name) for name in CHOICES} == {name: value for name, (_, value) in CHOICES.items()}
    assert background(page) != light
    page.get_by_role("button", name="Tampilan").click()
    for label, _ in CHOICES.values():
        expect(page.get_by_role("radio", name=label, exact=True)).to_be_checked()
    page.get_by_role("button", name="Kembali ke semula").click()
    page.reload()
    drawn(page)
    assert background(page) == light
    assert page.evaluate("localStorage.getItem('telusur.look')") is None


def test_choices_hold_on_every_page(context: BrowserContext, portal: Portal) -> None:
    context.add_init_script("""localStorage.setItem('telusur.look', '{"theme":"dark","text":"larger"}')""")
    for path in PAGES:
        page = opened(context, portal, path)
        root = page.locator("html")
        expect(root).to_have_attribute("data-theme", "dark")
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == pytest.approx(19)
        page.close()


@pytest.mark.parametrize("kept", ["no json", '{"theme":"<b>","text":7}', '["dark"]', "null"])
def test_what_was_kept_wrongly_does_no_harm(context: BrowserContext, portal: Portal, kept: str) -> None:
    context.add_init_script(f"localStorage.setItem('telusur.look', {kept!r})")
    page = context.new_page()
    watch = Watch(portal.address)
    watch.over(page)
    page.goto(f"{portal.address}/cari?q=membaca")
    expect(page.locator("#judul-halaman")).to_be_visible()
    assert page.locator("html").get_attribute("data-theme") is None
    assert not watch.complaints


def test_the_panel_is_worked_by_keys_and_gives_the_focus_back(context: BrowserContext, portal: Portal) -> None:
    page = opened(context, portal, "/cari?q=membaca")
    button = page.get_by_role("button", name="Tampilan")
    button.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Atur tampilan")
    expect(panel).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()


def test_the_system_decides_where_the_reader_has_not(browser: Browser, portal: Portal) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = opened(context, portal, "/?q=membaca")
        box = page.locator('.st-key-band [data-testid="stTextInputRootElement"]')
        seen[scheme] = (background(page), box.evaluate("e => getComputedStyle(e).backgroundColor"))
        assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == background(page)
        context.close()
    assert seen["light"][0] != seen["dark"][0]
    assert seen["light"][1] != seen["dark"][1]


def test_the_other_typeface_is_asked_for_only_when_chosen(context: BrowserContext, portal: Portal) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened(context, portal, "/?q=membaca").wait_for_timeout(300)
    assert any("plus-jakarta" in url for url in asked)
    assert not [url for url in asked if "atkinson" in url or "SourceSans" in url]
    context.add_init_script("""localStorage.setItem('telusur.look', '{"font":"hyperlegible"}')""")
    opened(context, portal, "/cari?q=membaca").evaluate("document.fonts.ready")
    assert any("atkinson" in url for url in asked)


@pytest.mark.parametrize("path", ["/", "/cari?q=membaca"])
def test_our_own_bytes_are_few(context: BrowserContext, portal: Portal, path: str) -> None:
    page = context.new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(portal.address + path)
    page.wait_for_load_state("networkidle")
    ours = [request for request in finished if "/aset/" in request.url or request.is_navigation_request()]
    assert 10_000 < sum(request.sizes()["responseBodySize"] for request in ours) < 200_000


@pytest.fixture(scope="module", params=["light", "dark"])
def enlarged(request: pytest.FixtureRequest, browser: Browser, portal: Portal) -> Iterator[Window]:
    with browser.new_context() as context:
        context.add_init_script(
            f"""localStorage.setItem('telusur.look', '{{"text":"largest","spacing":"wide","theme":"{request.param}"}}')"""
        )
        yield Window(context, portal)


@pytest.mark.parametrize("path", PAGES)
def test_large_type_on_a_narrow_screen_is_not_cut_off(enlarged: Window, path: str) -> None:
    page, _ = enlarged.visit(path, 320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    beyond = page.evaluate(
        """() => [...document.querySelectorAll('.telusur *')]
            .filter(e => !e.closest('.visually-hidden, .scroll, .cover-shelf, .children-topics, [popover], svg, details:not([open])')
                && e.getBoundingClientRect().width > 1 && e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 100))"""
    )
    assert not beyond


@pytest.mark.parametrize("path", ["/anak", "/anak?q=membaca"])
def test_children_have_large_targets(context: BrowserContext, portal: Portal, path: str) -> None:
    page = opened(context, portal, path)
    sizes = page.locator(".children a, .children-band form :is(input[type=search], button)").evaluate_all(
        "all => all.map(e => Math.min(e.getBoundingClientRect().width, e.getBoundingClientRect().height))"
    )
    assert len(sizes) > 5
    assert min(sizes) >= 48


def test_the_box_lets_go_of_the_window_when_text_grows(context: BrowserContext, portal: Portal) -> None:
    page = opened(context, portal, "/cari?q=membaca")
    page.set_viewport_size({"width": 360, "height": 640})
    root = page.locator("html")
    expect(root).to_have_attribute("data-box-stays", "")
    page.get_by_role("button", name="Tampilan").click()
    page.get_by_role("radio", name="Sangat besar", exact=True).check(force=True)
    expect(root).not_to_have_attribute("data-box-stays", "")


UNDER_SOMETHING = """() => {
    const held = document.activeElement, at = held.getBoundingClientRect(), parts = [.1, .3, .5, .7, .9];
    const seen = parts.some(x => parts.some(y => {
        const hit = document.elementFromPoint(at.x + at.width * x, at.y + at.height * y);
        return hit && (hit === held || held.contains(hit));
    }));
    return held === document.body || seen ? '' : held.outerHTML.slice(0, 100);
}"""
ROLL = "(document.querySelector('[data-testid=stMain]') ?? document.scrollingElement).scrollTo(0, 700)"
ROLLED = "(document.querySelector('[data-testid=stMain]') ?? document.scrollingElement).scrollTop"


@pytest.mark.parametrize("path", ["/cari?q=membaca", "/?q=membaca"])
def test_what_has_the_focus_is_not_under_the_box_nor_above_the_window(window: Window, path: str) -> None:
    page, _ = window.visit(path, 360)
    page.set_viewport_size({"width": 360, "height": 500})
    expect(page.locator("html")).to_have_attribute("data-box-stays", "")
    page.locator(".card .save").last.focus()
    hidden = []
    for _ in range(page.locator("main :is(a, button, summary)").count()):
        page.keyboard.press("Shift+Tab")
        hidden.append(page.evaluate(UNDER_SOMETHING))
        if page.evaluate("document.activeElement.dataset.key === 'brand'"):
            break
    assert page.evaluate("document.activeElement.dataset.key") == "brand"
    assert not any(hidden)


@pytest.mark.parametrize("path", ["/cari?q=membaca", "/?q=membaca"])
def test_the_box_that_stays_takes_no_more_than_it_shows_and_moves_nothing(window: Window, path: str) -> None:
    page, _ = window.visit(path, 360)
    page.set_viewport_size({"width": 360, "height": 500})
    expect(page.locator("html")).to_have_attribute("data-box-stays", "")
    page.evaluate(ROLL)
    expect(page.locator("html")).to_have_attribute("data-stuck", "")
    field = box(page).bounding_box()
    assert field
    below = "y => Boolean(document.elementFromPoint(180, y).closest('.results'))"
    assert page.evaluate(below, field["y"] + field["height"] + 12)
    rolled = page.evaluate(ROLLED)
    # By the mouse itself: a locator that is clicked rolls the page where it takes its target for covered.
    page.mouse.click(field["x"] + field["width"] / 2, field["y"] + field["height"] / 2)
    expect(box(page)).to_be_focused()
    page.keyboard.type("abc")
    assert page.evaluate(ROLLED) == rolled


def test_what_is_told_of_a_search_has_a_row_of_its_own(context: BrowserContext, portal: Portal) -> None:
    page = opened(context, portal, "/cari?q=membaca+hermeneutika+sepanjang+zaman&hl=en")
    for letters in range(0, 60, 4):  # until the toggles have no room beside the heading, and further
        page.locator(".for-query").evaluate("(line, letters) => { line.textContent = 'a'.repeat(letters) }", letters)
        notice, toggles = (page.locator(one).first.bounding_box() for one in (".results-head > .notice", ".toggles"))
        assert notice is not None
        assert toggles is not None
        assert notice["y"] >= toggles["y"] + toggles["height"]


def test_what_keys_come_to_in_a_line_that_rolls_is_drawn_into_it(window: Window) -> None:
    page, _ = window.visit("/", 360)
    covers = page.locator(".cover-shelf").first.locator("a")
    assert covers.last.evaluate("e => e.getBoundingClientRect().left") > 360
    covers.first.focus()
    for cover in covers.all()[1:]:
        page.keyboard.press("Tab")
        expect(cover).to_be_focused()
        expect(cover).to_be_in_viewport(ratio=0.98)
