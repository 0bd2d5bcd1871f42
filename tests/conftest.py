"""Fixtures for every test, the order of their files, and what Hypothesis may not complain of."""

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
settings.register_profile("telusur", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("telusur")

pytest_plugins = ["tests.support.databases", "tests.support.elasticsearch.fixtures"]


@pytest.hookimpl(trylast=True)  # after pytest put together what shares a fixture
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
