"""Backups made while others write, and restores that do all or nothing, on both databases."""

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from portal.store.backup import FILES, MANIFEST, backup, read_manifest, restore
from portal.store.checking import examine
from portal.store.database import Database
from portal.store.errors import BackupRefused, StoreUnavailable
from portal.store.tables import Branch, Loan, Patron, Session
from portal.store.tables.people import Role
from portal.store.upgrading import newest, revision
from tests.support.databases import Servers
from tests.support.small_store import NOON, fill


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    return database


@pytest.fixture
def empty(databases: Servers) -> Iterator[Database]:
    database = Database(databases.empty_url())
    yield database
    database.close()


def file_of(database: Database, folder: Path) -> Path:
    return folder / FILES[database.url.get_backend_name()]


def test_a_backup_holds_every_row_and_what_it_is(filled: Database, tmp_path: Path) -> None:
    manifest = backup(filled, tmp_path / "b", NOON)
    assert manifest == read_manifest(tmp_path / "b")
    assert (manifest.revision, manifest.rows["patron"], manifest.rows["loan"]) == (newest(), 3, 3)
    assert {path.name for path in (tmp_path / "b").iterdir()} == {MANIFEST, file_of(filled, tmp_path).name}
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_no_one_else_may_read_a_backup(filled: Database, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b", NOON)
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "b").iterdir()} == {0o600}


def test_a_new_machine_gets_all_of_it_back(filled: Database, empty: Database, tmp_path: Path) -> None:
    manifest = backup(filled, tmp_path / "b", NOON)
    restore(empty, tmp_path / "b")
    report = examine(empty)
    assert (report.revision, report.rows, report.faults) == (newest(), manifest.rows, ())
    assert empty_refuses_a_second_open_loan(empty)


def empty_refuses_a_second_open_loan(database: Database) -> bool:
    """Whether the unique indexes came with the rows."""
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(
            text(
                "INSERT INTO loan SELECT 'second', item_id, document_id, patron_id, branch, category, loan_type, out_at,"
                " due_at, returned_at, renewals, renewals_allowed, renew_days, no_renewal_before, fine_per_day,"
                " grace_days, renewal_key FROM loan WHERE item_id = 'item0'"
            )
        )
    return True


def test_restoring_takes_back_what_came_after(filled: Database, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b", NOON)
    with filled.writing() as session:
        session.add(Branch(code="later", name="Later"))
        session.get_one(Patron, "patron0").name = "Another"
        session.execute(text("CREATE TABLE of_tomorrow (id INTEGER)"))
    restore(filled, tmp_path / "b", force=True)
    with filled.reading() as session:
        assert session.get(Branch, "later") is None
        assert session.get_one(Patron, "patron0").name == "Anggota 0"
    assert "of_tomorrow" not in examine(filled).rows


def test_nobody_is_signed_in_by_a_backup(filled: Database, tmp_path: Path) -> None:
    with filled.writing() as session:
        session.add(
            Session(
                key="k" * 64, patron_id="patron0", role=Role.PATRON, form_token="", began_at=NOON, seen_at=NOON,
                expires_at=NOON, idle_s=900,
            )
        )  # fmt: skip
    assert backup(filled, tmp_path / "b", NOON).rows["session"] == 0
    assert b"k" * 64 not in file_of(filled, tmp_path / "b").read_bytes()
    restore(filled, tmp_path / "b", force=True)
    with filled.reading() as session:
        assert session.scalar(select(func.count()).select_from(Session)) == 0


def test_what_was_acknowledged_before_a_backup_began_is_in_it(
    filled: Database, empty: Database, tmp_path: Path
) -> None:
    acknowledged: list[int] = []
    enough, stop = Event(), Event()

    def write() -> None:
        while not stop.is_set():
            number = len(acknowledged)
            with filled.writing() as session:
                session.add(Branch(code=f"a{number}", name="first of two"))
                session.flush()
                session.add(Branch(code=f"b{number}", name="second of two"))
            acknowledged.append(number)
            if number > 20:
                enough.set()

    writer = Thread(target=write)
    writer.start()
    try:
        assert enough.wait(60)
        before = len(acknowledged)
        manifest = backup(filled, tmp_path / "b", NOON)
    finally:
        stop.set()
        writer.join()
    restore(empty, tmp_path / "b")
    with empty.reading() as session:
        codes = set(session.scalars(select(Branch.code).where(Branch.code != "pusat")))
    numbers = {code[1:] for code in codes}
    assert numbers >= {str(number) for number in range(before)}
    assert codes == {f"{half}{number}" for number in numbers for half in "ab"}
    assert manifest.rows["branch"] == len(codes) + 1


# ---- refusals


def test_a_folder_with_something_in_it_is_left_alone(filled: Database, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("mine")
    with pytest.raises(BackupRefused, match="new folder"):
        backup(filled, tmp_path / "b", NOON)
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["mine.txt"]


def test_an_empty_database_has_no_backup(empty: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="empty"):
        backup(empty, tmp_path / "b", NOON)
    assert not list(tmp_path.iterdir())


def test_a_database_with_rows_is_overwritten_only_by_force(filled: Database, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b", NOON)
    with filled.writing() as session:
        session.add(Branch(code="later", name="Later"))
    with pytest.raises(BackupRefused, match="--force"):
        restore(filled, tmp_path / "b")
    with filled.reading() as session:
        assert session.get(Branch, "later")


@pytest.mark.parametrize("place", [10, -10])
def test_a_changed_backup_is_refused_before_anything_is_touched(filled: Database, tmp_path: Path, place: int) -> None:
    backup(filled, tmp_path / "b", NOON)
    file = file_of(filled, tmp_path / "b")
    plain = bytearray(file.read_bytes())
    plain[place] ^= 1
    file.write_bytes(plain)
    with pytest.raises(BackupRefused, match="damaged"):
        restore(filled, tmp_path / "b", force=True)
    assert examine(filled).rows["loan"] == 3


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [("revision", "9999", "newer"), ("database", "oracle", "not one"), ("rows", {"patron": "3"}, "not one")],
)
def test_a_manifest_this_version_does_not_know_is_refused(
    filled: Database, tmp_path: Path, field: str, value: object, word: str
) -> None:
    backup(filled, tmp_path / "b", NOON)
    path = tmp_path / "b" / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(BackupRefused, match=word):
        restore(filled, tmp_path / "b", force=True)
    assert examine(filled).rows["loan"] == 3


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"database": "sqlite"}'])
def test_a_folder_without_a_whole_manifest_is_no_backup(
    database: Database, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(BackupRefused, match="holds no backup"):
        restore(database, tmp_path, force=True)


def test_a_backup_of_the_other_database_is_refused(filled: Database, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b", NOON)
    path = tmp_path / "b" / MANIFEST
    other = "postgresql" if filled.is_sqlite else "sqlite"
    path.write_text(json.dumps({**json.loads(path.read_text()), "database": other}))
    with pytest.raises(BackupRefused, match="TELUSUR_DATABASE"):
        restore(filled, tmp_path / "b", force=True)


# ---- what goes wrong in the middle


def test_a_dump_that_cannot_be_loaded_leaves_all_as_it_was(filled: Database, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b", NOON)
    file, path = file_of(filled, tmp_path / "b"), tmp_path / "b" / MANIFEST
    half = file.read_bytes()[: file.stat().st_size // 2]
    file.write_bytes(half)
    digest = hashlib.sha256(half).hexdigest()
    path.write_text(json.dumps({**json.loads(path.read_text()), "sha256": digest}))
    with filled.writing() as session:
        session.add(Branch(code="later", name="Later"))
    with pytest.raises((BackupRefused, StoreUnavailable), match=r"[Nn]othing"):
        restore(filled, tmp_path / "b", force=True)
    with filled.reading() as session:
        assert session.get(Branch, "later")


RESTORE = """
import sys
from pathlib import Path
from portal.store.backup import restore
from portal.store.database import Database
restore(Database(sys.argv[1]), Path(sys.argv[2]), force=True)
"""


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_restore_killed_in_the_middle_leaves_all_as_it_was_or_is_done(
    sqlite_databases: Servers, tmp_path: Path, share: float
) -> None:
    source, target = Database(sqlite_databases.new_url()), Database(sqlite_databases.new_url())
    fill(source, 4000, note="x" * 1500)
    fill(target, 3)
    backup(source, tmp_path / "b", NOON)
    size = file_of(source, tmp_path / "b").stat().st_size
    log = Path(f"{target.url.database}-wal")
    url = target.url.render_as_string(hide_password=False)
    child = subprocess.Popen([sys.executable, "-c", RESTORE, url, str(tmp_path / "b")])
    while child.poll() is None and (log.stat().st_size if log.exists() else 0) < size * share:
        pass
    child.kill()
    assert child.wait() == -signal.SIGKILL
    report = examine(target)
    assert report.rows["patron"] in (3, 4000)
    assert report.rows["loan"] == report.rows["patron"]
    assert report.faults == ()
    restore(target, tmp_path / "b", force=True)
    assert examine(target).rows["patron"] == 4000
    source.close()
    target.close()


def test_a_restore_killed_while_the_server_works_leaves_all_as_it_was(
    postgresql_databases: Servers, tmp_path: Path
) -> None:
    database = Database(postgresql_databases.new_url())
    fill(database)
    backup(database, tmp_path / "b", NOON)
    with database.writing() as session:
        session.add(Branch(code="later", name="Later"))
    url = database.url.render_as_string(hide_password=False)
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'psql' AND wait_event_type = 'Lock'")
    with database.reading() as session:
        session.execute(select(Loan))
        # The tables before it in the alphabet are dropped by now; this one waits for us.
        child = subprocess.Popen([sys.executable, "-c", RESTORE, url, str(tmp_path / "b")], start_new_session=True)
        with database.reading() as watching:
            while not watching.scalar(waiting):
                assert child.poll() is None
                watching.rollback()
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    report = examine(database)
    assert (report.revision, report.rows["branch"], report.rows["loan"], report.faults) == (newest(), 2, 3, ())
    database.close()


def test_a_file_that_is_no_database_is_put_aside_and_replaced(sqlite_databases: Servers, tmp_path: Path) -> None:
    source = Database(sqlite_databases.new_url())
    fill(source)
    backup(source, tmp_path / "b", NOON)
    path = tmp_path / "here" / "accounts.sqlite3"
    path.parent.mkdir()
    path.write_bytes(b"what a broken disk left of it" * 1000)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(BackupRefused, match="--force"):
        restore(database, tmp_path / "b")
    restore(database, tmp_path / "b", force=True)
    assert revision(database) == newest()
    assert examine(database).rows["patron"] == 3
    (aside,) = path.parent.glob("accounts.sqlite3.damaged-*")
    assert aside.read_bytes().startswith(b"what a broken disk")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    database.close()
    source.close()


def test_a_damaged_database_is_not_taken_for_a_backup(sqlite_databases: Servers, tmp_path: Path) -> None:
    database = Database(sqlite_databases.new_url())
    fill(database)
    with database.engine() as engine, engine.begin() as connection:  # foreign keys are off here
        connection.execute(text("DELETE FROM patron WHERE id = 'patron0'"))
    with pytest.raises(BackupRefused, match="damaged"):
        backup(database, tmp_path / "b", NOON)
    assert not list(tmp_path.iterdir())
    assert any("refers to" in fault for fault in examine(database).faults)
    database.close()


def test_a_folder_that_cannot_be_written_is_told(filled: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        backup(filled, tmp_path / "file" / "b", NOON)
