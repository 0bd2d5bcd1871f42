"""Pictures of the portal over the sample collection: `python -m tests.screens [folder]` makes those of docs/screens."""

import io
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.support.browsing import ROOT, Portal, chromium, drawn, running_portal
from tests.support.telusur import Telusur

FOLDER: Final = ROOT / "docs" / "screens"
SHIPPED_MODEL: Final = ""
# Few colours are drawn, so a palette shows them all and a picture stays small.
COLOURS: Final = 128
MAX_BYTES: Final = 150_000
DESK: Final = (1280, 900)
PHONE: Final = (360, 740)


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: of which page, on which screen. look: as its reader has chosen. click: what is pressed first.

    card: of the made-up patron who is signed in.
    """

    name: str
    path: str
    size: tuple[int, int] = DESK
    scheme: Literal["light", "dark"] = "light"
    look: dict[str, str] = field(default_factory=dict)
    click: str = ""
    card: str = ""


SCREENS: Final = (
    Screen("home", "/"),
    Screen("results", "/?q=perubahan+iklim"),
    Screen("facets-on-a-phone", "/?q=laut", PHONE, click=".facets-sheet > summary"),
    Screen("record", "/?q=undang-undang&id=contoh.telusur-ebook-0002"),
    Screen("reader", "/baca/contoh.telusur-ebook-0002/3?q=laut"),
    Screen("no-results", "/?q=zzzqqq&f.format=map"),
    Screen("not-found", "/tidak-ada"),
    Screen("children", "/anak", (768, 1024)),
    Screen("dark-on-a-phone", "/?q=terumbu+karang", PHONE, look={"theme": "dark"}),
    Screen("english", "/?hl=en", scheme="dark"),
    Screen("loans-on-a-phone", "/akun/pinjaman", PHONE, card="CONTOH-1"),
    Screen("availability", "/?q=cahaya", card="CONTOH-1"),
    Screen("desk", "/meja", card="CONTOH-4"),
)
_PIN: Final = re.compile(r"(CONTOH-\d)\s+PIN (\d+)")


def take(browser: Browser, portal: Portal, screen: Screen, pins: Mapping[str, str]) -> bytes:
    """The picture as PNG. pins: of the made-up patrons, by card."""
    width, height = screen.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=screen.scheme, reduced_motion="reduce"
    )
    if screen.look:
        context.add_init_script(f"localStorage.setItem('telusur.look', {json.dumps(json.dumps(screen.look))})")
    page = context.new_page()
    if screen.card:
        _sign_in(page, portal, screen.card, pins[screen.card])
    page.goto(portal.address + screen.path)
    _wait_until_drawn(page)
    if screen.click:
        page.locator(screen.click).first.click()
    shot = page.screenshot()
    context.close()
    return _in_palette(shot)


def _sign_in(page: Page, portal: Portal, card: str, pin: str) -> None:
    page.goto(f"{portal.address}/masuk")
    page.locator('input[autocomplete="username"]').fill(card)
    page.locator('input[autocomplete="current-password"]').fill(pin)
    page.locator('main button[type="submit"]').click()
    page.wait_for_url("**/akun*")


def _wait_until_drawn(page: Page) -> None:
    drawn(page)
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")


def _in_palette(png: bytes) -> bytes:
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        told = Telusur(Path(data)).run("demo", "--load-only", TELUSUR_MODEL=SHIPPED_MODEL)
        pins = dict(_PIN.findall(told))
        with running_portal(Path(data) / "data" / "demo", TELUSUR_MODEL=SHIPPED_MODEL) as portal, chromium() as browser:
            for screen in SCREENS:
                png = take(browser, portal, screen, pins)
                assert len(png) <= MAX_BYTES, f"{screen.name}: {len(png)} bytes"
                (folder / f"{screen.name}.png").write_bytes(png)
                print(f"{screen.name}.png {len(png)} bytes")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
