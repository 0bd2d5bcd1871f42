"""The schema's revisions. Only an empty database is filled by itself; one with patrons in it waits for `telusur db upgrade`."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from portal.store import tables
from portal.store.columns import Base
from portal.store.database import Database
from portal.store.errors import WrongRevision

MIGRATIONS: Final = Path(__file__).parent / "migrations"
assert tables  # noqa: S101 - imported so that Base knows them all


def newest() -> str:
    """The revision this version of Telusur works with."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def known_revisions() -> frozenset[str]:
    """Those this version can bring to the newest."""
    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def revision(database: Database) -> str:
    """The revision a database is at, "" when it is empty."""
    with database.reading() as session:
        return _revision(session.connection())


def prepare(database: Database) -> None:
    """An empty database gets its tables; any other must be of this version. Raises WrongRevision."""
    found = revision(database)
    if not found:
        upgrade(database)
    elif found != newest():
        raise WrongRevision(wrong(found))


def upgrade(database: Database, to: str = "head") -> None:
    """Bring the schema to a revision, all of it or nothing. Raises WrongRevision for one this version does not know."""
    with database.engine() as engine, engine.begin() as connection:
        _alone(connection)
        found = _revision(connection)
        if found and found not in known_revisions():
            raise WrongRevision(wrong(found))
        command.upgrade(_config(connection), to)
        _require_whole(connection)


def downgrade(database: Database, to: str) -> None:
    with database.engine() as engine, engine.begin() as connection:
        _alone(connection)
        command.downgrade(_config(connection), to)
        _require_whole(connection)


def drift(database: Database) -> list[str]:
    """Where the tables differ from what this version says they are; [] when they do not."""
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def wrong(found: str) -> str:
    """What to do about a database of revision `found`, which is not the newest."""
    if found in known_revisions():
        return (
            f"The database of patrons is of an older Telusur (revision {found}, wanted {newest()}). Stop the portal and "
            "run `telusur db upgrade`, which keeps a backup."
        )
    return (
        f"The database of patrons is of a newer Telusur (revision {found}, which this one does not know). Install that "
        "version again, or restore a backup with `telusur db restore`."
    )


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _revision(connection: Connection) -> str:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None and inspect(connection).has_table("patron"):
        return "unknown"
    return found or ""


def _alone(connection: Connection) -> None:
    """Of two processes that begin on an empty database, the second waits and finds it filled (SQLite: by its transaction)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7354873)"))


def _require_whole(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise WrongRevision(
                f"The upgrade was taken back: {len(broken)} rows would have lost what they refer to. Nothing has "
                "changed; please report it with the text of `telusur db check`."
            )
