"""Backups: a folder with the database as it was at one moment, and a manifest that says what it is.

A backup is never half there: its folder gets its name when it is whole. Nor is a restore: the database is as before, or
as in the backup. Nobody stays signed in by a backup, so sign-ins are left out of it.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import NullPool, create_engine, inspect
from sqlalchemy.exc import DatabaseError

from portal.store import dumping
from portal.store.checking import count_rows, damage
from portal.store.database import BUSY_MS, Database
from portal.store.errors import BackupMisused, BackupRefused, StoreUnavailable
from portal.store.tables import Session
from portal.store.upgrading import known_revisions, revision

MANIFEST: Final = "manifest.json"
FILES: Final = {"sqlite": "accounts.sqlite3", "postgresql": "accounts.dump"}
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """database: "sqlite" or "postgresql". version: of Telusur. rows: of each table in the backup."""

    database: str
    sha256: str
    revision: str
    version: str
    made_at: str
    rows: Mapping[str, int]


def backup(database: Database, folder: Path, now: datetime) -> Manifest:
    """Write the database into a new folder while it is in use. Raises BackupRefused, StoreUnavailable."""
    found = revision(database)
    if not found:
        raise BackupRefused("There is nothing to back up: the database of patrons is empty.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupMisused(f"{folder} is there already; name a new folder for the backup.")
    partial = folder.with_name(f".{folder.name}.partial-{token_hex(4)}")
    kind = database.url.get_backend_name()
    try:
        partial.mkdir(parents=True, mode=0o700)
        path = partial / FILES[kind]
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if database.is_sqlite:
            _copy_out(database, path)
            rows = _rows_of_a_good(path, "the database of patrons (see `telusur db check`)")
        else:
            rows = dumping.dump(database, path, without=Session.__tablename__)
        manifest = Manifest(kind, _digest(path), found, version("telusur"), now.isoformat(timespec="seconds"), rows)
        _write(partial / MANIFEST, json.dumps(asdict(manifest), indent=1))
        _keep(path)
        os.replace(partial, folder)
        _keep(folder.parent)
    except OSError as error:
        raise StoreUnavailable(f"The backup {folder} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def restore(database: Database, folder: Path, *, force: bool = False) -> Manifest:
    """Make the database what it was in a backup. force: also where it holds something now.

    Raises BackupRefused before anything is touched; StoreUnavailable when it failed, and all is as it was.
    """
    manifest = read_manifest(folder)
    kind = database.url.get_backend_name()
    if manifest.database != kind:
        raise BackupMisused(f"{folder} is a backup of {manifest.database}; TELUSUR_DATABASE names one of {kind}.")
    if manifest.revision not in known_revisions():
        raise BackupRefused(
            f"{folder} was made by Telusur {manifest.version} (revision {manifest.revision}), which is newer than this "
            "one. Install that version, then restore."
        )
    path = folder / FILES[kind]
    _verify(path, manifest)
    if not force and _in_use(database):
        raise BackupMisused(
            "The database of patrons is not empty, and restoring takes away what it holds. Stop the portal, keep a "
            "backup of it (`telusur db backup`), and say --force."
        )
    if database.is_sqlite:
        _copy_in(database, path)
    else:
        dumping.load(database, path)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Raises BackupRefused for a folder that holds no whole backup."""
    try:
        plain = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        values: dict[str, Any] = {field.name: plain[field.name] for field in fields(Manifest)}
        rows = values.pop("rows")
        whole = all(isinstance(value, str) for value in values.values()) and values["database"] in FILES
        whole = whole and isinstance(rows, dict) and all(isinstance(count, int) for count in rows.values())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupMisused(f"{folder} holds no backup: its {MANIFEST} cannot be read.") from error
    if not whole:
        raise BackupMisused(f"{folder} holds no backup: its {MANIFEST} is not one of Telusur's.")
    return Manifest(**values, rows=rows)


def _verify(path: Path, manifest: Manifest) -> None:
    try:
        is_same = _digest(path) == manifest.sha256
    except OSError as error:
        raise BackupRefused(f"{path} cannot be read: {error.strerror}.") from error
    if not is_same or (manifest.database == "sqlite" and _rows_of_a_good(path, str(path)) != dict(manifest.rows)):
        raise BackupRefused(f"{path} is damaged: it is not what its manifest says. Use an older backup.")


def _in_use(database: Database) -> bool:
    """A file that is no database is in use too: somebody has to see it before it is gone."""
    try:
        with database.engine() as engine, engine.connect() as connection:
            return bool(inspect(connection).get_table_names())
    except StoreUnavailable:
        if database.is_sqlite:
            return True
        raise


# ---- SQLite


def _copy_out(database: Database, path: Path) -> None:
    try:
        with database.engine() as engine, closing(engine.raw_connection()) as connection:
            # Reads one moment, whoever writes meanwhile; a copy of the file would miss what is in its log.
            connection.cursor().execute("VACUUM INTO ?", (str(path),))
        with closing(sqlite3.connect(path)) as copy, copy:
            copy.execute("PRAGMA secure_delete=ON")
            copy.execute(f"DELETE FROM {Session.__tablename__}")  # noqa: S608 - a name of ours
    except sqlite3.Error as error:
        raise StoreUnavailable(f"The backup was not made: {error}.") from error


def _rows_of_a_good(path: Path, what: str) -> dict[str, int]:
    """Of a backup's file, which is left untouched. what: is said to be damaged where it is (BackupRefused)."""
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            found = damage(connection)
            rows = count_rows(connection)
    except DatabaseError as error:
        raise BackupRefused(f"Nothing was done: {what} is damaged: {error.orig}.") from error
    finally:
        engine.dispose()
    if found:
        raise BackupRefused(f"Nothing was done: {what} is damaged: {found[0]}.")
    return rows


def _copy_in(database: Database, path: Path) -> None:
    """One transaction of SQLite's own, so that whoever has the file open goes on, and a crash leaves it as it was."""
    target = Path(str(database.url.database))
    end = time.monotonic() + BUSY_MS / 1000

    def watch(status: int, remaining: int, total: int) -> None:  # noqa: ARG001 - the shape of a listener
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > end:
            raise StoreUnavailable("The database of patrons is being written to. Stop the portal, then restore again.")

    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as source,
            closing(sqlite3.connect(target, isolation_level=None)) as connection,
        ):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            source.backup(connection, progress=watch)
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"The restore was taken back, nothing has changed: {error}.") from error
    except sqlite3.DatabaseError:
        database.close()
        _replace(target, path)


def _replace(target: Path, path: Path) -> None:
    """A file that is no database any more is put aside, with its log, and the backup's takes its place."""
    aside = target.with_name(f"{target.name}.damaged-{token_hex(4)}")
    fresh = target.with_name(f".{target.name}.restored-{token_hex(4)}")
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        shutil.copyfile(path, fresh)
        _keep(fresh)
        os.link(target, aside)
        # The log of the damaged file would be played into the new one.
        for end in ("-wal", "-shm"):
            log = target.with_name(target.name + end)
            if log.exists():
                os.replace(log, aside.with_name(aside.name + end))
        os.replace(fresh, target)
        _keep(target.parent)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StoreUnavailable(f"{target} cannot be replaced: {error.strerror}.") from error


# ---- files


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _keep(path: Path) -> None:
    """Have a file, or the names in a folder, outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
