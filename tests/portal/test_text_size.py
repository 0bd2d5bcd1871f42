"""Pages in a browser whose own text is twice as large as usual, as people set it who see little."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browsing import Window, chromium

pytestmark = [pytest.mark.browser, pytest.mark.long]

TWICE_PX = 32


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--blink-settings=defaultFontSize={TWICE_PX}") as browser:
        yield browser


@pytest.mark.parametrize("path", ["/", "/?q=karang", "/cari?q=karang"])
def test_a_page_is_as_large_as_the_text_of_the_browser(window: Window, path: str) -> None:
    page, _ = window.visit(path)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == f"{TWICE_PX}px"
