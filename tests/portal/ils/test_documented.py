"""docs/library-systems.md says what the drivers say of themselves."""

import re
from pathlib import Path

from portal.ils.driver import Capability
from portal.ils.koha.circuit import OPEN_AFTER, OPEN_S
from portal.ils.koha.client import Limits
from portal.ils.koha.driver import Koha
from portal.ils.local import LocalSystem
from portal.ils.none import NoSystem
from portal.ils.slims import TABLES, Slims
from portal.settings import ILS_NAMES
from tests.support.koha.description import Description

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "library-systems.md").read_text(encoding="utf-8")
DRIVERS = (LocalSystem, Koha, Slims, NoSystem)


def _table() -> list[list[str]]:
    _, _, after = TEXT.partition("<!-- capabilities -->\n")
    lines = after.partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_capabilities_is_that_of_the_drivers() -> None:
    heading, _, copies, *rows = _table()
    assert heading[1:] == [driver.name for driver in DRIVERS] == list(ILS_NAMES)
    assert copies[1:] == ["yes", "yes", "as of the export", "no"]
    said = {}
    for what, *cells in rows:
        (name,) = re.findall(r"\(`(\w+)`\)", what)
        said[Capability(name)] = cells
    assert said == {
        capability: ["yes" if capability in driver.capabilities else "no" for driver in DRIVERS]
        for capability in Capability
    }


def test_the_limits_are_those_of_the_client() -> None:
    assert f"waits {Limits().limit_s:.0f} seconds" in TEXT
    assert OPEN_AFTER == 3
    assert "three\nfailures" in TEXT
    assert f"for {OPEN_S:.0f} seconds" in TEXT
    assert f"more than {Limits().max_bytes // 1_000_000} MB" in TEXT


def test_every_permission_of_the_key_is_named() -> None:
    for name in Description().permissions():
        assert f"`{name}`" in TEXT


def test_the_tables_of_the_export_are_named() -> None:
    for table in TABLES:
        assert f"`{table}`" in TEXT
