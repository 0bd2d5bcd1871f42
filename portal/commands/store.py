"""What `telusur db` does, and what `telusur check` says of the store. Each gives an exit code."""

import shlex
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from portal.bootstrap_accounts import open_database, open_other_system, where_database_is
from portal.commands.exit_codes import DONE, UNAVAILABLE
from portal.ils.errors import IlsError
from portal.ils.local import LocalSystem
from portal.settings import NO_ILS, Settings, SettingsError, read_settings
from portal.store import upgrading
from portal.store.backup import Manifest, backup, restore
from portal.store.checking import examine, exists, place
from portal.store.clock import utc_now
from portal.store.database import Database
from portal.store.errors import StoreError, WrongRevision

_MADE_AT_FIRST_START = "none yet; the portal makes it when it first starts"


def db(arguments: Namespace) -> int:
    settings = read_settings()
    if not exists(where_database_is(settings)) and arguments.action in ("check", "backup"):
        print(f"database: {place(where_database_is(settings))}: {_MADE_AT_FIRST_START}")
        return DONE if arguments.action == "check" else UNAVAILABLE
    database = open_database(settings)
    try:
        if arguments.action == "upgrade":
            return _upgrade(settings, database)
        if arguments.action == "backup":
            return _backup(database, arguments.folder.absolute())
        if arguments.action == "restore":
            return _restore(database, arguments.folder.absolute(), force=arguments.force)
        return _check(database)
    finally:
        database.close()


def _upgrade(settings: Settings, database: Database) -> int:
    found = upgrading.revision(database)
    if found == upgrading.newest():
        print(f"The database is of this version already (revision {found}).")
        return DONE
    if not found:
        upgrading.upgrade(database)
        print(f"An empty database got its tables (revision {upgrading.newest()}).")
        return DONE
    if found not in upgrading.known_revisions():
        raise WrongRevision(upgrading.wrong(found))
    now = utc_now()
    folder = settings.data.absolute() / "backups" / f"{now:%Y-%m-%dT%H%M%SZ}-before-{upgrading.newest()}"
    print(f"Backup before the upgrade: {folder} ({_told(backup(database, folder, now))})")
    print(f"To go back: install the earlier Telusur, then  telusur db restore {shlex.quote(str(folder))} --force")
    upgrading.upgrade(database)
    print(f"Upgraded from revision {found} to {upgrading.newest()}.")
    return DONE


def _check(database: Database) -> int:
    report = examine(database)
    print(f"database: {place(database.url)}")
    print(f"revision: {report.revision or 'none, it is empty'}; this version works with {upgrading.newest()}")
    for name, count in report.rows.items():
        print(f"  {name}: {count:,}")
    for warning in report.warnings:
        print(f"warning: {warning}")
    for fault in report.faults:
        print(f"wrong: {fault}")
    if not report.faults:
        print("Nothing is wrong with it.")
    return UNAVAILABLE if report.faults else DONE


def _backup(database: Database, folder: Path) -> int:
    print(f"Backup: {folder} ({_told(backup(database, folder, utc_now()))})")
    return DONE


def _restore(database: Database, folder: Path, *, force: bool) -> int:
    restored = restore(database, folder, force=force)
    print(f"Restored: {place(database.url)}, as it was at {restored.made_at} ({_told(restored)})")
    if restored.revision != upgrading.newest():
        print("It is of an earlier Telusur: run  telusur db upgrade", file=sys.stderr)
    return DONE


def _told(manifest: Manifest) -> str:
    return f"revision {manifest.revision}, {_figures(manifest.rows)}"


def _figures(rows: Mapping[str, int]) -> str:
    return f"{rows.get('patron', 0):,} patrons, {rows.get('item', 0):,} items, {rows.get('loan', 0):,} loans"


def account_lines(settings: Settings) -> Iterator[tuple[str, bool]]:
    """What `telusur check` says of accounts, line by line, and whether each is as it should be."""
    if settings.accounts.ils.name == NO_ILS:
        yield "accounts: none, since TELUSUR_ILS=none", True
        return
    yield _database_line(settings)
    try:
        name = settings.accounts.ils.name
        driver = LocalSystem if name == LocalSystem.name else open_other_system(settings)
        abilities = ", ".join(sorted(capability.value for capability in driver.capabilities))
        yield f"library system: {name}; {abilities or 'tells of copies only'}", True
    except (IlsError, SettingsError, StoreError) as error:
        yield f"library system: {error}", False


def _database_line(settings: Settings) -> tuple[str, bool]:
    try:
        where = where_database_is(settings)
        if not exists(where):
            return f"accounts: database {place(where)}: {_MADE_AT_FIRST_START}", True
        database = open_database(settings)
        try:
            found = upgrading.revision(database)
        finally:
            database.close()
    except StoreError as error:
        return f"accounts: {error}", False
    if found and found != upgrading.newest():
        return f"accounts: {upgrading.wrong(found)}", False
    return f"accounts: database {place(where)}, revision {found or 'none: it is empty'}", True
