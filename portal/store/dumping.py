"""Backups of PostgreSQL, by its own programs."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from portal.store.checking import count_rows
from portal.store.database import Database
from portal.store.errors import BackupRefused, StoreUnavailable

_DEBIAN: Final = Path("/usr/lib/postgresql")
_PLAIN: Final = ("--no-owner", "--no-privileges")  # the backup belongs to whoever restores it
_PSQL: Final = ("psql", "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse", "-f", "-", "-d")
# Names come from the catalogue of the server and are quoted by it; psql runs each line that comes back.
_EMPTY_IT: Final = rb"""
BEGIN;
SET LOCAL lock_timeout = '30s';
SELECT format('DROP TABLE %I.%I CASCADE', schemaname, tablename) FROM pg_tables WHERE schemaname = current_schema()
\gexec
"""


def dump(database: Database, path: Path, without: str) -> dict[str, int]:
    """Write what is true at one moment to a file; the rows of each table at that moment, none of the table `without`."""
    with database.engine() as engine, engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        moment = str(connection.scalar(text("SELECT pg_export_snapshot()")))
        rows = count_rows(connection)
        options = ("--format=custom", *_PLAIN, "--lock-wait-timeout=30s")
        with _address(database) as address:
            _dump(*options, f"--snapshot={moment}", f"--exclude-table-data={without}", "-f", str(path), address)
    return {**rows, without: 0}


def load(database: Database, path: Path) -> None:
    """Empty the database and fill it from a file, in one transaction. Raises StoreUnavailable, and nothing has changed.

    psql is told to commit only when pg_restore has said all it has, so that whatever dies first takes all of it back.
    """
    with (
        _address(database) as address,
        tempfile.TemporaryFile() as complaints,
        _started("pg_restore", *_PLAIN, "-f", "-", str(path), stdout=subprocess.PIPE, stderr=complaints) as reader,
        _started(*_PSQL, address, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints) as writer,
    ):
        assert reader.stdout is not None  # noqa: S101 - both were asked for
        assert writer.stdin is not None  # noqa: S101
        with suppress(BrokenPipeError), writer.stdin:  # psql ends at the first mistake
            writer.stdin.write(_EMPTY_IT)
            shutil.copyfileobj(reader.stdout, writer.stdin)
            if reader.wait() == 0:
                writer.stdin.write(b"\nCOMMIT;\n")
        reader.stdout.close()
        failed = [name for name, program in (("pg_restore", reader), ("psql", writer)) if program.wait()]
        if failed:
            complaints.seek(0)
            raise _failure(failed[-1], complaints.read().decode("utf-8", "replace"))


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs, the newest of Debian's where it is not on the PATH."""
    found = shutil.which(name)
    if found:
        return found
    ours = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    if not ours:
        raise BackupRefused(f"{name} is missing on this machine; install Debian's package postgresql-client.")
    return str(ours[-1])


def _dump(*arguments: str) -> None:
    with tempfile.TemporaryFile() as complaints, _started("pg_dump", *arguments, stderr=complaints) as running:
        if running.wait():
            complaints.seek(0)
            raise _failure("pg_dump", complaints.read().decode("utf-8", "replace"))


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


@contextmanager
def _started(name: str, *arguments: str, **pipes: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A program of PostgreSQL's, which ends with the block."""
    try:
        running = subprocess.Popen([program(name), *arguments], **pipes)
    except OSError as error:
        raise StoreUnavailable(f"{name} cannot be started: {error.strerror}.") from error
    with running:
        try:
            yield running
        except BaseException:
            running.kill()
            raise


def _failure(name: str, complaints: str) -> StoreUnavailable:
    # The lines after the first may hold the data of patrons.
    reason = next((line for line in complaints.splitlines() if line.strip()), "it did not say why")
    return StoreUnavailable(f"{name} failed, and nothing has changed: {reason}")
