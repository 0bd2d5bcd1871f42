"""A portal in a process of its own and a real browser, for tests of pages."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
NO_BROWSER = "no chromium on this machine"
START_S = 180
PATIENCE_MS = 20_000  # for a page, and for what is to come to be seen there: the machine may be busy
ARGUMENTS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
SERVE = "from portal.bootstrap import open_services; from portal.server import serve; serve(open_services())"

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Portal:
    """A running portal, and where it writes what it says."""

    address: str
    log: Path
    pid: int


@dataclass
class Watch:
    """What went wrong or went elsewhere while a page was used."""

    own: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url.replace("ws://", "http://", 1)))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.own, "data:", "blob:")):
            self.outside.append(url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location.get('url', '')}".strip())


@contextmanager
def running_portal(folder: Path, **settings: str) -> Iterator[Portal]:
    """The portal over the index in `folder`, as it is run, on a free port. settings: TELUSUR_* by their names."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"TELUSUR_DATA": str(folder), "TELUSUR_MODEL": "none", "TELUSUR_PORT": str(port), **settings}
    log = folder / "log.txt"
    with log.open("wb") as out:
        command = [sys.executable, "-c", SERVE]
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=out, stderr=out)
        try:
            _wait_for(f"{address}/health", log, server)
            yield Portal(address, log, server.pid)
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(url: str, log: Path, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_S
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the portal did not start: {log.read_text()[-2000:]}")


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """more: arguments of the browser, beside ours."""
    if CHROMIUM is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS.split(), *more])
        yield browser
        browser.close()


def visit(browser: Browser, portal: Portal, path: str, width: int = 1280) -> tuple[Page, Watch]:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_default_timeout(PATIENCE_MS)
    watch = Watch(portal.address)
    watch.over(page)
    _open(page, portal.address + path)
    return page, watch


def _open(page: Page, address: str) -> None:
    page.goto(address)
    drawn(page)


def drawn(page: Page) -> None:
    """Waits until the page stands alone and its scripts listen: what is there at first has buttons of the same names,
    and a page that is led to by a click is seen before its scripts have run."""
    page.wait_for_selector("#judul-halaman")
    page.wait_for_selector("#portal-first", state="detached")
    page.wait_for_load_state()


class Window:
    """One window for tests that only look at a page each. A window of its own (`visit`) starts a process that reads and
    compiles every script anew, which takes two seconds of processor."""

    def __init__(self, context: BrowserContext, portal: Portal) -> None:
        self._address = portal.address
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        # Where what pages keep can be cleared. It names its icon, or the browser would ask for one that is not there.
        self.page.goto(f"{portal.address}/cari")
        self._watch = Watch(portal.address)
        self._watch.over(self.page)

    def visit(self, path: str, width: int = 1280) -> tuple[Page, Watch]:
        """The page at `path` as in a new window: of what was there before only cookies and files are kept."""
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.emulate_media(color_scheme="light", reduced_motion="no-preference", forced_colors="none")
        self.page.set_viewport_size({"width": width, "height": 800})
        self._watch.outside.clear()
        self._watch.complaints.clear()
        _open(self.page, self._address + path)
        return self.page, self._watch


def box(page: Page) -> Locator:
    """The search box, of either kind of page."""
    return page.locator('.st-key-band input[type="search"], .plain-page .searchform input[type="search"]')
