"""The store of today under the Telusur of tomorrow, and back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.store.checking import examine
from portal.store.database import Database
from portal.store.upgrading import newest, revision
from tests.support.databases import Servers
from tests.support.later_version import REVISION, ROOT, later_telusur
from tests.support.small_store import fill
from tests.support.telusur import Telusur


@pytest.fixture(scope="module")
def tomorrow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return later_telusur(tmp_path_factory.mktemp("tomorrow"))


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    fill(database)
    yield database
    database.close()


def url_of(database: Database) -> str:
    return database.url.set(drivername=database.url.get_backend_name()).render_as_string(hide_password=False)


def test_an_upgrade_keeps_a_backup_and_tells_the_way_back(filled: Database, tomorrow: Path, tmp_path: Path) -> None:
    telusur, url = Telusur(tmp_path), url_of(filled)
    of_tomorrow, later = Telusur(tmp_path, bare=True), str(tomorrow)

    refused = of_tomorrow.run("portal", "--port", "0", code=3, TELUSUR_DATABASE=url, PYTHONPATH=later)
    assert "telusur db upgrade" in refused
    assert "telusur db upgrade" in of_tomorrow.run("check", code=3, TELUSUR_DATABASE=url, PYTHONPATH=later)

    said = of_tomorrow.run("db", "upgrade", TELUSUR_DATABASE=url, PYTHONPATH=later)
    assert f"from revision {newest()} to {REVISION}" in said
    (folder,) = (tmp_path / "data" / "backups").iterdir()
    assert f"telusur db restore {folder} --force" in said
    # Its tables are tomorrow's, its classes are still those of today: the difference is told.
    whole = of_tomorrow.run("db", "check", code=3, TELUSUR_DATABASE=url, PYTHONPATH=later)
    assert f"revision: {REVISION}; this version works with {REVISION}" in whole
    assert "wrong: differs from this version's tables: ('remove_table'" in whole
    assert "already" in of_tomorrow.run("db", "upgrade", TELUSUR_DATABASE=url, PYTHONPATH=later)

    assert "newer Telusur" in telusur.run("portal", "--port", "0", code=3, TELUSUR_DATABASE=url)
    assert "newer Telusur" in telusur.run("db", "upgrade", code=3, TELUSUR_DATABASE=url)
    telusur.run("db", "restore", str(folder), "--force", TELUSUR_DATABASE=url)
    assert "Nothing is wrong" in telusur.run("db", "check", TELUSUR_DATABASE=url)
    assert examine(filled).rows["loan"] == 3
    assert "wish" not in examine(filled).rows

    # And forward again: nothing of tomorrow's tables was left in the way.
    assert f"to {REVISION}" in of_tomorrow.run("db", "upgrade", TELUSUR_DATABASE=url, PYTHONPATH=later)


def test_a_backup_of_tomorrow_is_not_restored_today(filled: Database, tomorrow: Path, tmp_path: Path) -> None:
    telusur, url = Telusur(tmp_path), url_of(filled)
    of_tomorrow, later = Telusur(tmp_path, bare=True), str(tomorrow)
    of_tomorrow.run("db", "upgrade", TELUSUR_DATABASE=url, PYTHONPATH=later)
    of_tomorrow.run("db", "backup", "b", TELUSUR_DATABASE=url, PYTHONPATH=later)
    refused = telusur.run("db", "restore", "b", "--force", code=3, TELUSUR_DATABASE=url)
    assert "Install that version" in refused
    assert revision(filled) == REVISION


# Each child kills itself before its n-th statement, until one comes to the end; the parent looks at what is left.
KILLED_AT_EACH = """
import itertools, json, os, signal, sys
from sqlalchemy import Engine, event
from portal.store.checking import count_rows, damage
from portal.store.database import Database
from portal.store.upgrading import revision, upgrade

url = sys.argv[1]
for point in itertools.count(1, int(sys.argv[2])):
    child = os.fork()
    if not child:
        seen = itertools.count(1)

        def count(*_):
            if next(seen) == point:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", count)
        database = Database(url)
        upgrade(database)
        database.close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    database = Database(url)
    with database.engine() as engine, engine.connect() as connection:
        rows, faults = count_rows(connection), damage(connection)
    found = revision(database)
    database.close()
    print(json.dumps({"killed": os.WIFSIGNALED(status), "revision": found, "loans": rows.get("loan", 0),
                      "wishes": "wish" in rows, "faults": faults}))
    if not os.WIFSIGNALED(status):
        break
"""


def killed_at_each_statement(url: str, packages: Path, step: int = 1) -> list[dict[str, object]]:
    command = [sys.executable, "-c", KILLED_AT_EACH, url, str(step)]
    done = subprocess.run(command, cwd=packages, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_upgrade_killed_at_any_statement_has_not_happened(filled: Database, tomorrow: Path) -> None:
    *killed, last = killed_at_each_statement(url_of(filled), tomorrow)
    assert len(killed) > 5
    for found in killed:
        assert found == {"killed": True, "revision": newest(), "loans": 3, "wishes": False, "faults": []}
    assert last == {"killed": False, "revision": REVISION, "loans": 3, "wishes": True, "faults": []}


def test_the_first_start_killed_at_any_statement_leaves_an_empty_database(databases: Servers) -> None:
    *killed, last = killed_at_each_statement(databases.empty_url(), ROOT, step=4)
    assert len(killed) > 10
    assert {(found["revision"], found["loans"]) for found in killed} == {("", 0)}
    assert (last["revision"], last["faults"]) == (newest(), [])
