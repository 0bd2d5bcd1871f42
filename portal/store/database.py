"""The database: transactions that hold on SQLite and PostgreSQL alike."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final
from zlib import crc32

from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from portal.store.errors import NoText, StoreDamaged, StoreUnavailable

BUSY_MS: Final = 10_000
POOL: Final = 16
POOL_WAIT_S: Final = 3.0
CONNECT_S: Final = 5
STATEMENT_MS: Final = 15_000


class Database:
    """Sessions on one database. Raises StoreUnavailable wherever it does not answer, and NoText.

    Of SQLite there is one writer at a time, from the start of its transaction; on PostgreSQL transactions that would
    decide about the same thing take its lock first (`deciding`). Unique indexes are the last judge on both, so an
    IntegrityError reaches the caller, who knows what it means.

    first_use: what has to succeed once before the first transaction, and is tried again at each until it does. It is
    given the database without this condition. Whatever it raises, the transaction raises.
    """

    def __init__(self, url: str | URL, first_use: "Callable[[Database], None] | None" = None) -> None:
        self.url = parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._first_use, self._opening = first_use, Lock()
        if self.is_sqlite and first_use is None:
            _make_file(self.url)
        self._writer = open_engine(self.url, writes=True)
        self._reader = open_engine(self.url, writes=False) if self.is_sqlite else self._writer

    def open(self) -> None:
        """See to the first use now."""
        if self._first_use is None:
            return
        # While a server does not answer, whoever asks waits for one attempt at most and not for those of all the others.
        if not self._opening.acquire(timeout=POOL_WAIT_S):
            raise StoreUnavailable("The database of patrons has not answered yet; it is being asked.")
        try:
            if self._first_use is not None:
                bare = Database(self.url)
                try:
                    self._first_use(bare)
                finally:
                    bare.close()
                self._first_use = None
        finally:
            self._opening.release()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, committed when the block ends and rolled back when it raises."""
        self.open()
        with _told(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """What was true at one moment; nothing may be changed in it."""
        self.open()
        with _told(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    def deciding(self, session: Session, *things: str) -> None:
        """Wait until no other transaction decides about one of `things` ("patron:…", "document:…"), and hold them to the end.

        Everything one transaction decides about is named in one call: two calls could wait for each other.
        """
        if not self.is_sqlite:
            for key in sorted({crc32(thing.encode()) for thing in things}):
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The engine itself, for migrations and backups: foreign keys are off in SQLite, which cannot alter tables else."""
        engine = open_engine(self.url, writes=True, foreign_keys=False)
        try:
            with _told():
                yield engine
        finally:
            engine.dispose()

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def parsed(url: str | URL) -> URL:
    """The URL of a database we can use. Raises StoreUnavailable, which never shows a password."""
    try:
        made = make_url(url)
    except ArgumentError:
        made = None
    if made is None or made.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreUnavailable(
            "TELUSUR_DATABASE is not the address of a database; use sqlite:///folder/telusur.db, or "
            "postgresql://user@host/database, or leave it empty for a file in the data folder."
        )
    if made.get_backend_name() == "postgresql":
        if find_spec("psycopg") is None:
            raise StoreUnavailable(
                "A database on PostgreSQL needs the extra postgres: pip install 'telusur[postgres]'."
            )
        return made.set(drivername="postgresql+psycopg")
    if made.database in (None, "", ":memory:"):
        raise StoreUnavailable("TELUSUR_DATABASE names no file; use sqlite:///folder/telusur.db.")
    return made.set(drivername="sqlite+pysqlite")


def open_engine(url: URL, *, writes: bool, foreign_keys: bool = True) -> Engine:
    if url.get_backend_name() == "postgresql":
        options = f"-c statement_timeout={STATEMENT_MS} -c timezone=UTC"
        return create_engine(
            url,
            pool_size=POOL,
            pool_timeout=POOL_WAIT_S,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": CONNECT_S, "options": options},
        )
    engine = create_engine(url, pool_size=POOL, pool_timeout=BUSY_MS / 1000, hide_parameters=True)
    path = Path(str(url.database))

    @event.listens_for(engine, "do_connect")
    def there(*about: object) -> None:  # noqa: ARG001 - the shape of a listener
        # SQLite would make an empty file where that of the patrons is away, and go on with it when it is back.
        if _file_at(path) is None:
            raise sqlite3.OperationalError("there is no such file")

    @event.listens_for(engine, "checkout")
    def still_there(connection: object, record: Any, proxy: object) -> None:  # noqa: ARG001 - the shape of a listener
        # Of a file that was moved, or put in the place of another, what is open yet is no longer the database.
        if record.info["file"] != _file_at(path):
            raise DisconnectionError

    @event.listens_for(engine, "connect")
    def prepared(connection: Any, record: Any) -> None:
        record.info["file"] = _file_at(path)
        # Python's own module would begin transactions by itself, too late and never before reading.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        _write_ahead(connection)
        # A loan that was told to a patron outlives a power cut.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        if not writes:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        # A transaction that reads first and writes then would fail where another has written in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file lies there, None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _write_ahead(connection: Any) -> None:
    """Turn a new file to WAL: alone among statements it does not wait by itself for another that does the same."""
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _make_file(url: URL) -> None:
    """An empty file no one else may read, where there is none: SQLite would make it as readable as any."""
    path = Path(str(url.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnavailable(
            f"The database {path} cannot be opened: {error.strerror}. Make the folder writable, or name another in "
            "TELUSUR_DATABASE."
        ) from error


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        # What nobody expected ends in the log, and PostgreSQL adds the row that stands in the way, with all it holds.
        raise IntegrityError(None, None, Exception(_first_line(error)), hide_parameters=True) from None
    except (DBAPIError, PoolTimeout) as error:
        # What the server never saw has no state of the server's.
        if isinstance(error, DataError) and getattr(error.orig, "sqlstate", "") is None:
            raise NoText(_first_line(error)) from None
        # Statements and their values hold patrons' data; only the driver's own words are told.
        reason = _first_line(error) if isinstance(error, DBAPIError) else "too many at once"
        kind = StoreDamaged if isinstance(error, DBAPIError) and _is_damaged(error) else StoreUnavailable
        raise kind(
            f"The database of patrons does not work: {reason}. See whether its disk has space and, where "
            "TELUSUR_DATABASE names a server, whether that runs; `telusur check` tells."
        ) from None


def _is_damaged(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def _first_line(error: DBAPIError) -> str:
    return next(iter(str(error.orig).strip().splitlines()), "")
