"""What can be said of a database without changing it: its revision, its rows, what is wrong with it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, func, inspect, select, table

from portal.store.database import Database, parsed
from portal.store.upgrading import drift, newest, revision

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class StoreReport:
    """rows: by table. faults: what has to be mended. warnings: what should be known. revision: "" of an empty one."""

    revision: str
    rows: Mapping[str, int]
    faults: tuple[str, ...]
    warnings: tuple[str, ...]


def examine(database: Database) -> StoreReport:
    """All of the database is read. Raises StoreUnavailable when it does not answer."""
    found = revision(database)
    with database.reading() as session:
        rows = count_rows(session.connection())
        faults = damage(session.connection())
    if found == newest():
        faults += tuple(f"differs from this version's tables: {difference}" for difference in drift(database))
    elif found:
        faults += (f"revision {found}, where this version works with {newest()}: see `telusur db upgrade`",)
    return StoreReport(found, rows, faults, _warnings(database))


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table of a database has, also of one from another version."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def damage(connection: Connection) -> tuple[str, ...]:
    """What SQLite finds broken. PostgreSQL holds its foreign keys itself, and checks pages as it reads them."""
    if connection.dialect.name != "sqlite":
        return ()
    found = [str(line) for (line,) in connection.exec_driver_sql("PRAGMA integrity_check")]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    lines = [f"damaged: {line}" for line in found if line != "ok"]
    return (*lines, *(f"table {row[0]} refers to what is not in table {row[2]}" for row in broken))


def exists(url: str | URL) -> bool:
    """Whether there is a database to be asked; opening an SQLite file that is not there would make it."""
    found = parsed(url)
    if found.get_backend_name() != "sqlite":
        return True
    try:
        return Path(str(found.database)).exists()
    except OSError:
        return True  # opening it will say what is wrong


def place(url: str | URL) -> str:
    """Where a database is, for people: without user and password."""
    found = parsed(url)
    if found.get_backend_name() == "sqlite":
        return str(found.database)
    return f"PostgreSQL, database {found.database} on {found.host or 'this machine'}"


def has_wal_race(version: Version) -> bool:
    """Whether an SQLite may damage a file that several connections write (fixed in 3.51.3, 3.50.7 and 3.44.6).

    >>> [has_wal_race(version) for version in ((3, 40, 1), (3, 44, 6), (3, 50, 6), (3, 50, 7), (3, 51, 2), (3, 51, 3))]
    [True, False, True, False, True, False]
    """
    backported = (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0)
    return (3, 7, 0) <= version <= (3, 51, 2) and not backported


def _warnings(database: Database) -> tuple[str, ...]:
    if not database.is_sqlite or not has_wal_race(sqlite3.sqlite_version_info[:3]):
        return ()
    return (
        f"SQLite {sqlite3.sqlite_version} has a rare fault by which a file may be damaged when connections write at the same "
        "moment (mended in 3.51.3, 3.50.7 and 3.44.6): keep backups, or use PostgreSQL.",
    )
