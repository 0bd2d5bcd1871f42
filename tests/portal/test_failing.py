"""A fault of ours, as its readers see it: in their language, with a way on, and nothing of what it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from portal.bootstrap import Services
from portal.current import hand_over
from portal.routes import PlainPages
from portal.shell import Shell
from tests.portal.test_app import SCRIPT, shown
from tests.support.frame import frame

WHAT_IT_WAS = "the calendar of /srv/secret is broken"
TOLD = [("id", "Terjadi kesalahan"), ("en", "Something went wrong")]


def no_day() -> date:
    raise RuntimeError(WHAT_IT_WAS)


@pytest.fixture
def broken(library: Services) -> Iterator[Services]:
    """A portal that fails wherever it has to know the day."""
    services = replace(library, today=no_day)
    hand_over(services)
    yield services
    hand_over(library)


@pytest.mark.parametrize(("hl", "told"), TOLD)
def test_the_interactive_page_tells_of_a_fault_in_its_own_words(broken: Services, hl: str, told: str) -> None:
    page = AppTest.from_file(str(SCRIPT), default_timeout=20)
    page.query_params["q"] = "laut"
    page.query_params["hl"] = hl
    page.run()
    assert not page.exception
    assert told in shown(page)
    assert "secret" not in shown(page)
    assert page.text_input(key="q").value == "laut"  # and can be searched on


@pytest.mark.parametrize(("hl", "told"), TOLD)
@pytest.mark.parametrize("path", ["/cari?q=laut", "/api/v1/search?q=laut"])
def test_a_plain_page_tells_of_a_fault_in_its_own_words(broken: Services, path: str, hl: str, told: str) -> None:
    pages = PlainPages(broken, Shell(frame()))
    app = Starlette(routes=pages.routes(), exception_handlers={500: pages.failed})
    answer = TestClient(app, raise_server_exceptions=False).get(f"{path}&hl={hl}")
    assert answer.status_code == 500
    assert told in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
