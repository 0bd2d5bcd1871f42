"""One small library and one running application for all portal tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from portal.asgi import create_app
from portal.bootstrap import Services
from portal.current import hand_over
from tests.support.browsing import CHROMIUM, NO_BROWSER, Portal, Window, chromium, running_portal
from tests.support.small_library import small_library


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return small_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
def client(library: Services) -> Iterator[TestClient]:
    """The whole application. Once a test run: Streamlit's runtime hangs when it is started again."""
    with TestClient(create_app(library)) as client:
        yield client


@pytest.fixture
def handed_over(library: Services) -> Services:
    hand_over(library)
    return library


# Not for the session: while a browser is driven an event loop runs, and no other test could start one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def window(browser: Browser, portal: Portal) -> Iterator[Window]:
    """For tests of the small library's pages that only look at one."""
    with browser.new_context() as context:
        yield Window(context, portal)


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The small library's portal in a process of its own, for tests with a browser."""
    if CHROMIUM is None:
        pytest.skip(NO_BROWSER)
    folder = tmp_path_factory.mktemp("served")
    small_library(folder)
    with running_portal(folder) as portal:
        yield portal
