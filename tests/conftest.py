"""Fixtures for every test, and the order of their files."""

import pytest

pytest_plugins = ["tests.support.databases", "tests.support.elasticsearch.fixtures"]


@pytest.hookimpl(trylast=True)  # after pytest put together what shares a fixture
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
