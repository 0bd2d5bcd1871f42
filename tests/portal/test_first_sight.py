"""What stands on the page until the interactive one is there: the same page, that can be read and written in."""

import re
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from starlette.testclient import TestClient

from tests.support.browsing import Portal, box
from tests.support.html import Elements
from tests.support.small_library import REEF_ID

browsing = pytest.mark.browser
FIRST = "#portal-first"


class Held:
    """Requests of the frame that wait until `let_go`."""

    def __init__(self, page: Page, which: str = "**/_stcore/**") -> None:
        self._routes: list[Route] = []
        self._held = True
        page.route(which, self._take)

    def _take(self, route: Route) -> None:
        if self._held:
            self._routes.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        self._held = False
        for route in self._routes:
            route.continue_()


@contextmanager
def slow_line(address: str) -> Iterator[str]:
    """The address of a line to the portal on which the scripts of the interactive page are on their way for ever.

    Unlike what a test holds back in the browser, each of them takes one of its six connections.
    """
    ended = threading.Event()

    class Line(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.startswith("/static/js/"):
                ended.wait()
                self.close_connection = True
                return
            with urllib.request.urlopen(address + self.path) as answer:  # noqa: S310 - our own address
                body = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Nothing: the browser's requests are no news."""

    line = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    line.daemon_threads = True
    threading.Thread(target=line.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{line.server_address[1]}"
    finally:
        ended.set()
        line.shutdown()
        line.server_close()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "Cari di koleksi perpustakaan"),
        ("/?q=karang", "3 hasil"),
        (f"/?id={REEF_ID}", "Terumbu karang Selat Lembeh"),
        ("/?q=zzzqqq&hl=en", "No results"),
    ],
)
def test_the_frame_holds_the_page_itself(client: TestClient, path: str, text: str) -> None:
    html = client.get(path).text
    first = html[html.index('id="portal-first"') : html.index('<div id="root">')]
    assert text in first


def test_its_ids_are_none_of_the_interactive_page(client: TestClient) -> None:
    elements = Elements(client.get("/?q=karang").text).found
    ids = [attributes["id"] for _, attributes in elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert all(id.startswith(("awal-", "portal-", "root")) for id in ids if id)
    named = [a[name] for _, a in elements for name in ("for", "aria-labelledby", "popovertarget") if a.get(name)]
    assert named
    assert set(named) <= set(ids)


@browsing
@pytest.mark.parametrize("which", ["**/_stcore/**", "**/static/js/**"], ids=["loaded", "still loading"])
def test_what_is_typed_before_goes_over(browser: Browser, portal: Portal, which: str) -> None:
    page = browser.new_page()
    held = Held(page, which)
    page.goto(f"{portal.address}/?q=membaca", wait_until="commit")
    early = page.locator(f"{FIRST} .searchform input[name=q]")
    expect(page.locator(FIRST).get_by_role("heading", level=1)).to_contain_text("31 hasil")
    early.fill("terumbu kar")
    early.press("ArrowLeft")
    held.let_go()
    expect(page.locator(FIRST)).to_have_count(0, timeout=30_000)
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("terumbu kar")
    expect(box(page)).to_have_js_property("selectionStart", len("terumbu ka"))
    box(page).press("End")
    box(page).press_sequentially("ang")
    box(page).press("Enter")
    expect(page.locator("#judul-halaman")).to_contain_text("untuk “terumbu karang”")
    page.close()


@browsing
def test_the_page_is_there_while_the_interactive_one_is_on_its_way(browser: Browser, portal: Portal) -> None:
    with slow_line(portal.address) as address:
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.goto(f"{address}/?q=membaca", wait_until="commit")
        first = page.locator(FIRST)
        expect(first.get_by_role("heading", level=1)).to_contain_text("31 hasil")
        expect(first.locator(".foot")).to_be_visible()
        page.close()


@browsing
def test_nothing_jumps_when_the_interactive_page_comes(browser: Browser, portal: Portal) -> None:
    for path in ("/", "/?q=membaca"):
        for width in (360, 1280):
            page = browser.new_page(viewport={"width": width, "height": 800})
            held = Held(page)
            page.goto(portal.address + path, wait_until="commit")
            before = tops(page, FIRST)
            held.let_go()
            expect(page.locator(FIRST)).to_have_count(0, timeout=30_000)
            assert tops(page, ".stApp") == pytest.approx(before, abs=2)  # rounding of rem in Streamlit's boxes
            page.close()


def tops(page: Page, within: str) -> dict[str, float]:
    """How far from the top each part of the page begins."""
    parts = (".masthead", ".tools", ".results-head, .home", ".card, .topics", ".foot")
    expect(page.locator(f"{within} .foot")).to_have_count(1, timeout=30_000)
    # Where a copy is comes when the library's system has answered, and takes other room than the question.
    expect(page.locator(f"{within} .live:not([hidden]):not([data-state])")).to_have_count(0, timeout=30_000)
    # "ready" alone is true before the page has asked for its first typeface, with which lines break elsewhere.
    page.evaluate(
        """async () => {
            while (![...document.fonts].some(face => face.status === "loaded")) await new Promise(requestAnimationFrame);
            await document.fonts.ready;
        }"""
    )
    return {
        part: page.locator(within).locator(part).first.evaluate("e => e.getBoundingClientRect().top") for part in parts
    }


@browsing
def test_without_the_frame_the_page_still_searches(browser: Browser, portal: Portal) -> None:
    page = browser.new_page()
    page.route("**/_stcore/**", lambda route: route.abort())
    page.goto(portal.address)
    page.locator(f"{FIRST} .searchform input[name=q]").fill("membaca")
    page.locator(f"{FIRST} .searchform input[name=q]").press("Enter")
    expect(page.locator(FIRST).get_by_role("heading", level=1)).to_contain_text("31 hasil")
    assert re.search(r"[?&]q=membaca", page.url)
    page.close()
