"""One small library and one running application for all portal tests."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from portal.asgi import create_app
from portal.bootstrap import Services
from portal.current import hand_over
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
