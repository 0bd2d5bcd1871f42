"""`telusur housekeeping`, and the same jobs in a running portal, with a real mail server."""

import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from portal.store.clock import utc_now
from portal.store.database import Database
from portal.store.tables import Job, Loan
from portal.store.upgrading import prepare
from tests.support.browsing import running_portal
from tests.support.mail_server import mail_server, text_of
from tests.support.small_library import small_library
from tests.support.small_store import fill
from tests.support.telusur import Telusur


def with_late_loans(data: Path) -> None:
    """Three patrons with a loan that was due yesterday."""
    database = Database(f"sqlite:///{data / 'accounts.sqlite3'}")
    prepare(database)
    fill(database)
    with database.writing() as session:
        session.execute(update(Loan).values(due_at=utc_now() - timedelta(days=1)))
    database.close()


def mail(port: int) -> dict[str, str]:
    return {
        "TELUSUR_SMTP": f"smtp://127.0.0.1:{port}",
        "TELUSUR_EMAIL": "perpus@example.org",
        "TELUSUR_TIMEZONE": daytime(),
    }


def daytime() -> str:
    """A zone where it is afternoon, whenever this runs: letters are written from seven in the morning on."""
    ahead = 15 - utc_now().hour
    return f"Etc/GMT{-ahead:+d}" if ahead <= 14 else "Etc/GMT-14"


def test_one_run_writes_and_sends_what_is_due_and_the_next_nothing(tmp_path: Path) -> None:
    with_late_loans(tmp_path / "data")
    telusur = Telusur(tmp_path)
    with mail_server() as server:
        first = telusur.run("housekeeping", "--once", **mail(server.port))  # type: ignore[arg-type] # texts all
        second = telusur.run("housekeeping", "--once", **mail(server.port))  # type: ignore[arg-type]
    assert sorted(server.recipients) == [f"anggota{n}@example.org" for n in range(3)]
    assert "Judul 0" in text_of(next(m for m in server.messages if m["To"] == "anggota0@example.org"))
    assert "expire: holds ended 0, not fetched 0, waiting again 0; e-books back 0\n" in first
    assert "remind: 3" in first
    assert "send: sent 3, delayed 0, given up 0\n" in first
    assert "remind: not due" in second
    assert "anggota" not in first


def test_a_clock_that_waits_is_told_and_confirmed(tmp_path: Path) -> None:
    with_late_loans(tmp_path / "data")
    database = Database(f"sqlite:///{tmp_path / 'data' / 'accounts.sqlite3'}")
    with database.writing() as session:
        session.add(Job(name="clock", seen_at=utc_now() + timedelta(days=2)))
    database.close()
    telusur = Telusur(tmp_path)
    assert "--confirm-clock" in telusur.run("housekeeping", "--once", code=3)
    assert "expire: not due" in telusur.run("housekeeping", "--once", code=3)
    telusur.run("housekeeping", "--confirm-clock")
    assert "expire: holds ended 0" in telusur.run("housekeeping", "--once")


def test_without_accounts_there_is_nothing_to_keep(tmp_path: Path) -> None:
    assert "no accounts" in Telusur(tmp_path).run("housekeeping", "--once", code=2, TELUSUR_ILS="none")


def test_a_running_portal_does_it_by_itself(tmp_path: Path) -> None:
    small_library(tmp_path)
    with_late_loans(tmp_path)
    with mail_server() as server, running_portal(tmp_path, **mail(server.port)) as portal:
        end = time.monotonic() + 60
        while len(server.messages) < 3 and time.monotonic() < end:
            time.sleep(0.1)
        assert len(server.messages) == 3, portal.log.read_text()
        assert "anggota" not in portal.log.read_text()
