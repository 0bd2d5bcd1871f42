"""Transactions, revisions and the tables themselves, on both databases."""

import shutil
import stat
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import inspect, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from portal.store.database import Database
from portal.store.errors import StoreUnavailable, WrongRevision
from portal.store.tables import Branch, Category, Job, Patron
from portal.store.upgrading import downgrade, drift, newest, prepare, revision, upgrade
from tests.support.databases import Servers

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)


def test_an_empty_database_gets_the_tables_of_this_version(databases: Servers) -> None:
    database = Database(databases.empty_url())
    assert revision(database) == ""
    prepare(database)
    assert revision(database) == newest()
    assert drift(database) == []
    database.close()


def test_every_revision_goes_down_and_up_again_with_data(database: Database) -> None:
    with database.writing() as session:
        session.add(Branch(code="pusat", name="Pusat"))
    downgrade(database, "base")
    with database.engine() as engine:
        assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(database)
    assert drift(database) == []


@pytest.mark.parametrize(("found", "word"), [("0000", "newer"), ("9999", "newer")])
def test_a_database_of_another_version_is_refused(database: Database, found: str, word: str) -> None:
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    with pytest.raises(WrongRevision, match=word):
        prepare(database)
    with pytest.raises(WrongRevision, match=word):
        upgrade(database)


def test_two_that_begin_at_once_fill_one_database(databases: Servers) -> None:
    url, together = databases.empty_url(), Barrier(2)

    def begin() -> str:
        database = Database(url)
        together.wait()
        try:
            prepare(database)
            return revision(database)
        finally:
            database.close()

    with ThreadPoolExecutor(2) as threads:
        assert [future.result() for future in [threads.submit(begin) for _ in range(2)]] == [newest()] * 2


def test_a_time_comes_back_in_utc_whatever_zone_it_went_in_with(database: Database) -> None:
    wita = timezone(timedelta(hours=8))
    with database.writing() as session:
        session.add(Job(name="nightly", held_until=NOON.astimezone(wita)))
    with database.reading() as session:
        job = session.get_one(Job, "nightly")
        assert job.held_until == NOON
        assert job.held_until.tzinfo == UTC
        assert session.scalars(select(Job).where(Job.held_until <= NOON.astimezone(wita))).one()


def test_a_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="no time zone"), database.writing() as session:
        session.add(Job(name="nightly", held_until=NOON.replace(tzinfo=None)))


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def begin_and_fail() -> None:
        with database.writing() as session:
            session.add(Branch(code="pusat", name="Pusat"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        begin_and_fail()
    with database.reading() as session:
        assert session.get(Branch, "pusat") is None


def test_what_refers_to_nothing_is_refused(database: Database) -> None:
    from portal.store.tables import Item

    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(
            Item(document_id="k.1", barcode="1", branch="nowhere", place="nowhere", title="", note="", added_at=NOON)
        )


def test_reading_cannot_write_where_the_database_knows_the_difference(sqlite_database: Database) -> None:
    with pytest.raises(StoreUnavailable, match=r"readonly|read-only"), sqlite_database.reading() as session:
        session.execute(update(Category).values(membership_days=1))


def test_counting_up_in_many_threads_loses_nothing(database: Database) -> None:
    with database.writing() as session:
        session.add(Category(code="umum", name_id="Umum", name_en="General"))

    def once(_: int) -> None:
        with database.writing() as session:
            database.deciding(session, "category:umum")
            category = session.get_one(Category, "umum")
            category.membership_days += 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(once, range(80)))
    with database.reading() as session:
        assert session.get_one(Category, "umum").membership_days == 80


def test_no_one_else_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "accounts.sqlite3"
    database = Database(f"sqlite:///{path}")
    prepare(database)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    database.close()


@pytest.mark.parametrize("url", ["", "mysql://u:geheim@h/d", "sqlite://", "nonsense geheim", "postgresql"])
def test_an_address_of_no_database_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="TELUSUR_DATABASE") as refused:
        Database(url)
    assert "geheim" not in str(refused.value)


def test_a_server_that_is_away_is_told_in_words() -> None:
    database = Database("postgresql://portal:geheim@127.0.0.1:9/none")
    with pytest.raises(StoreUnavailable, match="telusur check") as refused, database.reading() as session:
        session.execute(select(Branch))
    assert "geheim" not in str(refused.value)
    database.close()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="Make the folder writable"):
        Database(f"sqlite:///{tmp_path / 'file' / 'accounts.sqlite3'}")


def test_what_is_there_already_is_refused_without_a_word_of_whose_it_is(database: Database) -> None:
    with database.writing() as session:
        session.add_all((Branch(code="pusat", name="Pusat"), Category(code="umum", name_id="Umum", name_en="General")))
        session.flush()
        session.add(_patron("BT-0077", "Kenari Lumentut"))
    with pytest.raises(IntegrityError) as found, database.writing() as session:
        session.add(_patron("BT-0077", "Maleo Rantung"))
    told = "".join(traceback.format_exception(found.value))
    assert not [word for word in ("BT-0077", "Kenari", "Maleo", "secret hash") if word in told]


def _patron(card: str, name: str) -> Patron:
    return Patron(
        card_number=card, name=name, category="umum", home_branch="pusat", pin_hash="secret hash", registered_at=NOON
    )


def test_a_server_without_its_driver_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where it is not installed
    with pytest.raises(StoreUnavailable, match="extra postgres"):
        Database("postgresql://portal@127.0.0.1/none")


def test_a_file_that_goes_away_is_told_made_by_nobody_and_used_again_when_it_is_back(sqlite_database: Database) -> None:
    sqlite_database.close()  # what is in the file alone is moved whole
    path = Path(str(sqlite_database.url.database))
    with sqlite_database.reading() as session:
        before = session.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
    away = path.rename(path.with_name("away"))
    for transaction in (sqlite_database.reading, sqlite_database.writing):
        with pytest.raises(StoreUnavailable, match="no such file"), transaction() as session:
            session.execute(text("SELECT 1"))
    assert not path.exists()
    away.rename(path)
    for transaction in (sqlite_database.reading, sqlite_database.writing):
        with transaction() as session:
            assert session.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one() == before


def test_a_backup_that_is_put_in_its_place_is_what_is_read(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.writing() as session:
        session.execute(text("CREATE TABLE kept (n integer)"))
    sqlite_database.close()
    path = Path(str(sqlite_database.url.database))
    backup = Path(shutil.copy(path, path.with_name("backup")))
    with sqlite_database.writing() as session:
        session.execute(text("INSERT INTO kept VALUES (1)"))
    for left in ("-wal", "-shm"):
        path.with_name(path.name + left).unlink(missing_ok=True)
    backup.rename(path)
    with sqlite_database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM kept")).scalar_one() == 0
