"""Backups of PostgreSQL, by its own programs."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import text

from portal.store.checking import count_rows
from portal.store.database import Database
from portal.store.errors import BackupRefused, StoreUnavailable

_DEBIAN: Final = Path("/usr/lib/postgresql")
# Names come from the catalogue of the server and are quoted by it; psql runs each line that comes back.
_EMPTY_IT: Final = r"""
SET lock_timeout = '30s';
SELECT format('DROP TABLE %I.%I CASCADE', schemaname, tablename) FROM pg_tables WHERE schemaname = current_schema()
\gexec
"""


def dump(database: Database, path: Path, without: str) -> dict[str, int]:
    """Write what is true at one moment to a file; the rows of each table at that moment, none of the table `without`."""
    with database.engine() as engine, engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        moment = str(connection.scalar(text("SELECT pg_export_snapshot()")))
        rows = count_rows(connection)
        options = ("--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=30s")
        with _address(database) as address:
            _run(
                "pg_dump", *options, f"--snapshot={moment}", f"--exclude-table-data={without}", "-f", str(path), address
            )
    return {**rows, without: 0}


def load(database: Database, path: Path) -> None:
    """Empty the database and fill it from a file, in one transaction. Raises StoreUnavailable, and nothing has changed."""
    with tempfile.TemporaryDirectory(prefix="telusur-restore-") as folder, _address(database) as address:
        script, empty_it = Path(folder) / "all.sql", Path(folder) / "empty.sql"
        empty_it.write_text(_EMPTY_IT, encoding="utf-8")
        _run("pg_restore", "--no-owner", "--no-privileges", "-f", str(script), str(path))
        options = ("--no-psqlrc", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse")
        _run("psql", *options, "-o", "/dev/null", "-f", str(empty_it), "-f", str(script), "-d", address)


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs, the newest of Debian's where it is not on the PATH."""
    found = shutil.which(name)
    if found:
        return found
    ours = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    if not ours:
        raise BackupRefused(f"{name} is missing on this machine; install Debian's package postgresql-client.")
    return str(ours[-1])


@contextmanager
def _address(database: Database) -> Iterator[str]:
    """How libpq's programs reach the database. The password is in a file, where no list of processes shows it."""
    # Imported here: an optional package, there whenever the database is PostgreSQL.
    from psycopg.conninfo import make_conninfo

    values = {**database.url.translate_connect_args(username="user", database="dbname"), **database.url.query}
    password = values.pop("password", "")
    if not password:
        yield make_conninfo(**values)
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="telusur-") as file:
        file.write("*:*:*:*:" + str(password).replace("\\", "\\\\").replace(":", "\\:") + "\n")
        file.flush()
        yield make_conninfo(**values, passfile=file.name)


def _run(name: str, *arguments: str) -> None:
    try:
        done = subprocess.run(
            [program(name), *arguments], capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise StoreUnavailable(f"{name} cannot be started: {error.strerror}.") from error
    if done.returncode:
        # The lines after it may hold the data of patrons.
        reason = next((line for line in done.stderr.splitlines() if line.strip()), f"exit code {done.returncode}")
        raise StoreUnavailable(f"{name} failed, and nothing has changed: {reason}")
