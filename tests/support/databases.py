"""Both databases for tests: an SQLite file, and a real PostgreSQL server that is started for the test run."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from portal.store.database import Database
from portal.store.upgrading import prepare
from tests.support.ports import free_port
from tests.support.quick_places import quick_folder, quick_place

BOTH = ("sqlite", "postgresql")
NO_SERVER = "no PostgreSQL server on this machine"
# A power cut ends the tests with the server, and the launcher of autovacuum would go round hundreds of small databases
# without end. What is committed survives a kill as before. The log of changes stays small. Not to measure.
QUICK = ("fsync=off", "autovacuum=off", "min_wal_size=32MB", "max_wal_size=64MB")
_TEMPLATE = "telusur_template"
_numbers = count()


def server_programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps it off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return folders[-1] if folders else None


@dataclass(frozen=True, slots=True)
class Server:
    """address: without the database's name. It can be stopped and started again, on the same port."""

    address: str
    start: Callable[[], None]
    stop: Callable[[], None]


@contextmanager
def postgresql_server(*settings: str, place: Path | None = None) -> Iterator[Server]:
    """A server of its own, which runs; it ends with the block. settings: as "name=value". place: where its folder is made."""
    programs = server_programs()
    if programs is None:
        # Where CI promised one, its absence is a fault and no reason to skip.
        (pytest.fail if os.environ.get("CI_NEEDS_POSTGRESQL") else pytest.skip)(NO_SERVER)
    port = free_port()
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="telusur-postgresql-", dir=place))
    if user:
        shutil.chown(folder, user)
    settings = (f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", "max_connections=200", *settings)
    options = " ".join([f"-p {port}", *(f"-c {setting}" for setting in settings)])
    control = [str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]

    def run(*command: str) -> None:
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run(
        str(programs / "initdb"),
        "--no-sync",
        "-A",
        "trust",
        "-U",
        "portal",
        "-E",
        "UTF8",
        "--locale=C",
        str(folder / "data"),
    )

    def start() -> None:
        run(*control, "-o", options, "start")

    def stop() -> None:
        run(*control, "-m", "immediate", "stop")

    start()
    try:
        yield Server(f"postgresql://portal@127.0.0.1:{port}", start, stop)
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            stop()
        shutil.rmtree(folder, ignore_errors=True)


class Servers:
    """New databases with the tables of this version, made from one that was filled once."""

    def __init__(self, folder: Path, server: str = "") -> None:
        self._folder = folder
        self._server = server
        self._filled = False
        self._made: list[str] = []  # names of databases, or of their files

    def new_url(self) -> str:
        if not self._server:
            template, url = self._folder / "template.sqlite3", self._file("test")
            if not template.exists():
                _fill(f"sqlite:///{template}")
            shutil.copy(template, self._folder / self._made[-1])
            return url
        if not self._filled:
            self._run(f"CREATE DATABASE {_TEMPLATE}")
            _fill(f"{self._server}/{_TEMPLATE}")
            self._filled = True
        return self._created(f"test_{next(_numbers)}", _TEMPLATE)

    def empty_url(self) -> str:
        """A database without any table."""
        if not self._server:
            return self._file("empty")
        return self._created(f"empty_{next(_numbers)}", "template1")

    @contextmanager
    def for_one_test(self) -> Iterator["Servers"]:
        """Takes away what was made within the block: hundreds of databases, on a server of 8 MB each even if empty, fill
        the disk of a small machine."""
        before = len(self._made)
        yield self
        made, self._made = self._made[before:], self._made[:before]
        if self._server:  # by force: a test may leave a connection behind
            self._run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in made))
        else:
            for path in (path for name in made for path in self._folder.glob(f"{name}*")):
                path.unlink()

    def _file(self, kind: str) -> str:
        self._made.append(f"{kind}-{next(_numbers)}.sqlite3")
        return f"sqlite:///{self._folder / self._made[-1]}"

    def _created(self, name: str, template: str) -> str:
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._made.append(name)
        return f"{self._server}/{name}"

    def _run(self, *statements: str) -> None:
        if not statements:
            return
        engine = create_engine(
            f"{self._server.replace('postgresql:', 'postgresql+psycopg:')}/postgres", isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


def _fill(url: str) -> None:
    database = Database(url)
    prepare(database)
    database.close()


# ---- fixtures


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[Servers]:
    with quick_folder("sqlite") as folder:
        yield Servers(folder)


@pytest.fixture(scope="session")
def postgresql_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with postgresql_server(*QUICK, place=quick_place()) as server:
        yield Servers(tmp_path_factory.mktemp("postgresql"), server.address)


@pytest.fixture(params=BOTH)
def databases(request: pytest.FixtureRequest) -> Iterator[Servers]:
    """Each test that asks for it runs on both."""
    found: Servers = request.getfixturevalue(f"{request.param}_databases")
    with found.for_one_test():
        yield found


@pytest.fixture
def database(databases: Servers) -> Iterator[Database]:
    """A database with all tables and nothing in them, on each of both."""
    database = Database(databases.new_url())
    yield database
    database.close()


@pytest.fixture
def sqlite_database(sqlite_databases: Servers) -> Iterator[Database]:
    """The same for tests of pages, which need no second database."""
    with sqlite_databases.for_one_test():
        database = Database(sqlite_databases.new_url())
        yield database
        database.close()
