"""WCAG 2.2 AA: what a checker can see on every page, and what it cannot: order, names, focus, announcements."""

import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from portal.i18n import LANGUAGES, Language, messages
from tests.support.browsing import Window
from tests.support.small_library import EBOOK_ID, REEF_ID

pytestmark = [pytest.mark.browser, pytest.mark.long]

# Every kind of page, by its path without a language.
PAGES = {
    "home": "/",
    "plain home": "/cari",
    "results": "/?q=membaca+jilid&f.year=2010..2019",
    "read from plain words": "/?q=buku+anak+tentang+membaca+setelah+2000",
    "nothing found": "/?q=zzqqxx",
    "record": f"/?q=karang&id={REEF_ID}",
    "plain results": "/cari?q=karang",
    "a question to the library": "/cari?q=bolehkah+saya+pinjam+buku",
    "plain record": f"/katalog/{REEF_ID}",
    "e-book record": f"/katalog/{EBOOK_ID}?q=anggaran",
    "result record": f"/katalog/{REEF_ID}?q=karang&at=2",
    "citations": f"/kutip/{REEF_ID}",
    "shelf": "/rak?dari=577",
    "reader": f"/baca/{EBOOK_ID}/5?q=anggaran",
    "all values of a facet": "/?q=membaca&facet=topic",
    "something kept out": "/cari?sort=title&-f.format=map",
    "inside e-books": "/?q=presiden&in=pages",
    "several fields": "/cari/lanjut?q=judul:karang",
    "searches kept": "/riwayat",
    "help": "/bantuan",
    "titles kept": f"/simpanan?ids={REEF_ID}&ids=kota.007",
    "children": "/anak",
    "signing in": "/masuk?lanjut=/akun",
    "signed out": "/keluar",
    "asking for a title": "/pesan/kota.007",
    "no such page": "/tidakada",
    "no such record": "/?id=kota.tiada",
}
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture(scope="module")
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def looks(page: Page) -> Iterator[str]:
    """The page as wide and as narrow as people have it, in both themes."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(100)
            yield f"{scheme}, {width} px"


def opened(window: Window, path: str, hl: Language) -> Page:
    page, _ = window.visit(f"{path}{'&' if '?' in path else '?'}hl={hl}")
    return page


@pytest.fixture(
    scope="module",
    params=[(path, hl) for path in PAGES.values() for hl in LANGUAGES],
    ids=[f"{name}-{hl}" for name in PAGES for hl in LANGUAGES],
)
def shown(request: pytest.FixtureRequest, window: Window) -> tuple[Page, Language]:
    """Each page in each language, for the tests that only look at it."""
    path, hl = request.param
    return opened(window, path, hl), hl


def test_a_page_is_in_its_language_has_one_first_heading_and_leaves_no_level_out(shown: tuple[Page, Language]) -> None:
    page, hl = shown
    assert page.evaluate("document.documentElement.lang") == hl
    levels = page.evaluate(
        """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
            .filter(heading => heading.checkVisibility()).map(heading => Number(heading.tagName[1]))"""
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    assert page.title()


def test_a_checker_finds_no_fault(shown: tuple[Page, Language], axe: str) -> None:
    page, _ = shown
    page.evaluate(axe)
    faults = []
    for look in looks(page):
        found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS)
        assert found["passes"]
        faults += [
            f"{look}: {fault['id']} {node['target']} {node['failureSummary']}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_everything_is_reached_by_the_keyboard_and_shows_it(window: Window, path: str) -> None:
    page = opened(window, path, "id")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == messages("id")("site.skip")
    reached = 0
    for _ in range(400):
        seen = page.evaluate(
            """() => { const e = document.activeElement; if (e === document.body || e.dataset.reached) return null;
                e.dataset.reached = 1; const s = getComputedStyle(e);
                const box = e.closest('[data-testid="stTextInputRootElement"]');
                const ring = s.outlineStyle !== 'none' || (box && getComputedStyle(box).outlineStyle !== 'none');
                return { ring: Boolean(ring), what: e.outerHTML.slice(0, 90) } }"""
        )
        if seen is None:
            break
        assert seen["ring"], seen["what"]
        reached += 1
        page.keyboard.press("Tab")
    assert reached > 3


def test_a_facet_is_named_with_its_count_and_says_that_it_is_chosen(window: Window) -> None:
    page = opened(window, "/?q=membaca+jilid", "en")
    value = page.get_by_role("link", name=re.compile(r"^2010–2019: 10 titles"))
    expect(value).to_have_count(1)
    value.click()
    expect(page.locator("#portal-live")).to_have_text(re.compile(r"^10 results"))
    chosen = page.locator(".facets [aria-current=true]")
    expect(chosen).to_have_attribute("aria-label", re.compile("2010–2019"))


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_text_twice_as_large_fits(window: Window, path: str) -> None:
    page = opened(window, path, "id")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.add_style_tag(content=":root { font-size: 200% !important }")
    page.wait_for_timeout(150)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_what_is_chosen_is_seen_in_forced_colours(window: Window) -> None:
    page = opened(window, "/?q=membaca+jilid&f.year=2010..2019", "id")
    page.emulate_media(forced_colors="active")
    chosen = page.locator(".facets [aria-current=true]").first
    assert chosen.evaluate("e => getComputedStyle(e).outlineStyle") != "none"


@pytest.mark.parametrize("name", ["results", "plain results", "e-book record", "reader", "several fields", "children"])
def test_buttons_and_the_focus_are_seen_in_forced_colours(window: Window, name: str) -> None:
    page = opened(window, PAGES[name], "id")
    page.emulate_media(forced_colors="active")
    bare = page.evaluate(
        """() => [...document.querySelectorAll('button, .button')].filter(e => e.checkVisibility() && e.offsetWidth)
            .filter(e => getComputedStyle(e).borderTopStyle === 'none' || !parseFloat(getComputedStyle(e).borderTopWidth))
            .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert not bare
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # beyond the last
        rings = page.evaluate(
            """() => { const e = document.activeElement;
                const seen = [e, e.nextElementSibling, e.closest('label, [data-testid="stTextInputRootElement"]')];
                return seen.filter(Boolean).map(getComputedStyle).filter(s => s.outlineStyle !== 'none')
                    .map(s => parseFloat(s.outlineWidth)); }"""
        )
        assert max(rings, default=0) >= 3, page.evaluate("document.activeElement.outerHTML.slice(0, 90)")


def test_the_band_has_no_ground_of_its_own_in_forced_colours(window: Window) -> None:
    page = opened(window, "/cari?q=karang", "id")
    page.emulate_media(forced_colors="active")
    band = page.locator(".band").first
    assert band.evaluate("e => getComputedStyle(e).borderImageSource") == "none"
    assert band.evaluate("e => getComputedStyle(e).borderBottomStyle") == "solid"


@pytest.mark.parametrize("path", ["/", "/cari"])
def test_the_mark_of_the_library_is_drawn_in_forced_colours(window: Window, path: str) -> None:
    page = opened(window, path, "id")
    page.emulate_media(forced_colors="active")
    mark, name = page.locator(".brand-mark path").first, page.locator(".brand-library").first
    assert mark.evaluate("e => getComputedStyle(e).stroke") == name.evaluate("e => getComputedStyle(e).color")


def test_nothing_moves_for_who_asked_for_less_motion(window: Window) -> None:
    page = opened(window, "/?q=membaca+jilid", "id")
    page.emulate_media(reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll('.telusur *, .stApp *')].filter(e => {
            const s = getComputedStyle(e);
            return [s.transitionDuration, s.animationDuration].some(d => d.split(',').some(t => parseFloat(t) > 0.011));
        }).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert not moving
