"""The library systems the suite runs over: `system` is each of them, or those a test names (`able`)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.store.database import Database
from tests.contract.ils.systems import NAMES, LocalLibrary, NoLibrary, SlimsLibrary, System, koha_library
from tests.support.databases import Servers
from tests.support.koha.process import KohaProcess

_STORES = {"local on SQLite": "sqlite_databases", "local on PostgreSQL": "postgresql_databases"}


@pytest.fixture(scope="session")
def contract_koha() -> Iterator[KohaProcess]:
    with KohaProcess() as process:
        yield process


@pytest.fixture(params=NAMES)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    name: str = request.param
    if name in _STORES:
        servers: Servers = request.getfixturevalue(_STORES[name])
        with servers.for_one_test():
            database = Database(servers.new_url())
            yield LocalLibrary(database)
            database.close()
    elif name == "koha":
        with koha_library(request.getfixturevalue("contract_koha")) as library:
            yield library
    else:
        yield SlimsLibrary(tmp_path) if name == "slims" else NoLibrary()
