"""A library in each of both databases."""

import pytest

from portal.store.database import Database
from tests.support.circulation import Library


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database)
