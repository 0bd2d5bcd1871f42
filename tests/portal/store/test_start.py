"""The portal begins on its own revision of the store, and on no other."""

from pathlib import Path

from sqlalchemy import text

from portal.store.database import Database
from portal.store.upgrading import prepare
from tests.support.telusur import Telusur


def test_a_portal_on_a_newer_store_ends_and_says_what_to_do(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'accounts.sqlite3'}")
    prepare(database)
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    said = Telusur(tmp_path, bare=True).run("portal", "--port", "0", code=3)
    assert "telusur db restore" in said
    assert "The portal is at" not in said


def test_a_store_that_is_no_database_ends_the_start_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "accounts.sqlite3").write_bytes(b"not a database at all, for sure" * 100)
    assert "does not work" in Telusur(tmp_path, bare=True).run("portal", "--port", "0", code=3)
