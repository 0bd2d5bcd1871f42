"""A Koha of the test run, emptied for each test, which has nothing to complain of in the end."""

from collections.abc import Iterator

import pytest

from portal.ils.koha.driver import Koha
from tests.support.koha.process import KohaProcess


@pytest.fixture(scope="session")
def koha_process() -> Iterator[KohaProcess]:
    with KohaProcess() as process:
        yield process


@pytest.fixture
def koha(koha_process: KohaProcess) -> Iterator[KohaProcess]:
    koha_process.reset()
    yield koha_process
    assert koha_process.told["complaints"] == []


@pytest.fixture
def driver(koha: KohaProcess) -> Iterator[Koha]:
    made = koha.driver()
    yield made
    made.close()
