"""A library with two branches, and an importer of tables that a test writes."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.services.actors import Actor
from portal.services.importing.batch import Ways
from portal.services.importing.columns import Kind, load_columns
from portal.services.importing.importer import Importer
from portal.services.importing.report import ImportReport
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.circulation import WITA, Library

ADMIN = Actor("admin", Role.ADMIN, "pusat")


@dataclass
class Imports:
    """Writes a table, reads it in, and says what came of it."""

    library: Library
    folder: Path

    def __call__(
        self,
        kind: str,
        table: str | bytes,
        columns: str = "",
        *,
        name: str = "tabel.csv",
        actor: Actor = ADMIN,
        check: bool = False,
        create: bool = False,
        only_new: bool = False,
        branch: str = "pusat",
    ) -> ImportReport:
        path = self.folder / name
        path.write_bytes(table.encode() if isinstance(table, str) else table)
        importer = Importer(self.library.database, self.library.clock, WITA)
        ways = Ways("kota", branch, create=create, only_new=only_new)
        return importer.run(actor, Kind(kind), path, ways, load_columns(columns) if columns else None, check=check)


@pytest.fixture
def imports(database: Database, tmp_path: Path) -> Imports:
    return Imports(Library(database), tmp_path)


@pytest.fixture
def sqlite_imports(sqlite_database: Database, tmp_path: Path) -> Imports:
    """The same for what has nothing to do with the kind of database."""
    return Imports(Library(sqlite_database), tmp_path)


def reasons(report: ImportReport) -> list[tuple[int, str]]:
    return [(refused.row, refused.reason) for refused in report.refused]
