"""An e-book is borrowed, read, given back and then refused, in a real browser on a phone."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.bootstrap_accounts import open_accounts
from portal.services.actors import Actor
from portal.store.tables.people import Role
from tests.portal.test_accessibility import TAGS
from tests.support.accounts import PIN, add_person
from tests.support.browsing import CHROMIUM, NO_BROWSER, Portal, Watch, running_portal
from tests.support.closed_book import MEMBERS_ID, SENTENCE, library_with_closed_books

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lending_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One e-book that two may read at once, and two members."""
    if CHROMIUM is None:
        pytest.skip(NO_BROWSER)
    folder = tmp_path_factory.mktemp("lending")
    services = library_with_closed_books(folder)
    accounts = open_accounts(services.settings)
    for card in ("BT-0001", "BT-0002"):
        add_person(accounts.database, card)
    document = services.discovery.document(MEMBERS_ID)
    assert document is not None
    assert accounts.lending is not None
    accounts.lending.set_licence(Actor("staf", Role.LIBRARIAN, "pusat"), document, 2, 48)
    accounts.database.close()
    with running_portal(folder, TELUSUR_RATE="0") as portal:
        yield portal


def opened(browser: Browser, portal: Portal, path: str, *, scripts: bool = True) -> tuple[Page, Watch]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    page = context.new_page()
    page.set_default_timeout(20_000)
    watch = Watch(portal.address)
    watch.over(page)
    page.goto(portal.address + path)
    return page, watch


def faults(page: Page) -> list[str]:
    """What a checker finds wrong with the page, in both themes."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    told = []
    # The checker takes what the box that stays has cut away of its band for lying over the page.
    page.evaluate("scrollTo(0, 0)")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS)
        assert found["passes"]
        told += [
            f"{scheme}: {fault['id']} {node['target']}" for fault in found["violations"] for node in fault["nodes"]
        ]
    return told


def sign_in(page: Page, card: str) -> None:
    page.fill("#card", card)
    page.fill("#pin", PIN)
    page.get_by_role("main").get_by_role("button", name="Masuk", exact=True).click()


@pytest.mark.parametrize(("scripts", "card"), [(True, "BT-0001"), (False, "BT-0002")])
def test_borrow_read_return_and_be_refused(browser: Browser, lending_portal: Portal, scripts: bool, card: str) -> None:
    page, watch = opened(browser, lending_portal, f"/katalog/{MEMBERS_ID}", scripts=scripts)
    page.get_by_role("link", name="Pinjam e-book").click()
    expect(page.get_by_text("2 dari 2 lisensi bebas.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Masuk").click()
    sign_in(page, card)
    page.get_by_role("button", name="Pinjam e-book").click()
    expect(page.get_by_role("status").filter(has_text="dipinjamkan kepada Anda")).to_be_visible()
    page.get_by_role("link", name="Baca sekarang").click()
    expect(page.get_by_text(SENTENCE).first).to_be_visible()
    expect(page.get_by_text("Dipinjamkan kepada Anda sampai")).to_be_visible()
    expect(page.locator('a[href^="/berkas/"]')).to_have_count(0)
    reading = page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    button = page.get_by_role("button", name="Kembalikan sekarang")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    expect(page.get_by_text("E-book sudah dikembalikan")).to_be_visible()
    assert not watch.complaints
    page.goto(reading)
    expect(page.get_by_role("heading", name="Anda tidak sedang meminjam e-book ini")).to_be_visible()
    expect(page.get_by_text(SENTENCE)).to_have_count(0)
    page.get_by_role("link", name="Pinjam e-book").click()
    expect(page.get_by_role("button", name="Pinjam e-book")).to_be_visible()
    assert not watch.outside
    page.context.close()


def test_what_came_of_borrowing_is_in_sight_in_a_window_magnified_four_times(
    browser: Browser, lending_portal: Portal
) -> None:
    page, _ = opened(browser, lending_portal, f"/pinjam-ebook/{MEMBERS_ID}")
    page.set_viewport_size({"width": 320, "height": 256})
    page.get_by_role("main").get_by_role("link", name="Masuk").click()
    sign_in(page, "BT-0002")
    page.get_by_role("button", name="Pinjam e-book").click()
    expect(page.locator("#hasil")).to_be_in_viewport(ratio=0.9)
    page.get_by_role("button", name="Kembalikan").click()
    expect(page.locator("#hasil")).to_contain_text("sudah dikembalikan")
    page.context.close()


def test_a_checker_finds_no_fault_where_an_ebook_is_lent(browser: Browser, lending_portal: Portal) -> None:
    page, _ = opened(browser, lending_portal, f"/pinjam-ebook/{MEMBERS_ID}")
    assert not faults(page)
    page.get_by_role("main").get_by_role("link", name="Masuk").click()
    sign_in(page, "BT-0001")
    page.get_by_role("button", name="Pinjam e-book").click()
    page.locator("#hasil").wait_for()
    assert not faults(page)
    page.get_by_role("link", name="Baca sekarang").click()
    page.locator(".lent").wait_for()
    assert not faults(page)
    page.goto(f"{lending_portal.address}/pinjam-ebook/{MEMBERS_ID}?hl=en")
    page.get_by_role("button", name="Return now").click()
    page.goto(f"{lending_portal.address}/baca/{MEMBERS_ID}/1")
    assert not faults(page)
    page.context.close()
