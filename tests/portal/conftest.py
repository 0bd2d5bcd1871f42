"""One small library and one running application for all portal tests."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from starlette.testclient import TestClient

from portal.asgi import create_app
from portal.bootstrap import Services
from portal.current import hand_over
from tests.support.browsing import Portal, serving
from tests.support.small_library import small_library

CHROMIUM = shutil.which("chromium")
ARGUMENTS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"


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


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal as it is run, in a process of its own on a free port."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with serving(tmp_path_factory.mktemp("served")) as portal:
        yield portal


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        yield browser
        browser.close()
