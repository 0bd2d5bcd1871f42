"""The book of what staff did: a chain that no one changes unseen."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, select, update

from portal.services import audit
from portal.store.database import Database
from portal.store.tables.access import AuditEntry

AT = datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC)


def write(database: Database, number: int) -> None:
    with database.writing() as session:
        audit.record(session, "a" * 32, "patron.view", f"subject-{number}", "ä", at=AT + timedelta(seconds=number))


def test_an_untouched_book_is_whole(database: Database) -> None:
    for number in range(5):
        write(database, number)
    with database.reading() as session:
        assert audit.verify(session) is None
        assert session.scalars(select(AuditEntry.number).order_by(AuditEntry.number)).all() == [1, 2, 3, 4, 5]


def test_an_empty_book_is_whole(database: Database) -> None:
    with database.reading() as session:
        assert audit.verify(session) is None


@pytest.mark.parametrize("field", ["at", "actor_id", "action", "subject", "detail", "previous", "digest"])
def test_an_entry_that_was_changed_is_named(database: Database, field: str) -> None:
    for number in range(5):
        write(database, number)
    value = AT - timedelta(days=1) if field == "at" else "f" * 8
    with database.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.number == 3).values({field: value}))
    with database.reading() as session:
        assert audit.verify(session) == 3


@pytest.mark.parametrize(("gone", "named"), [(2, 2), (3, 3), (4, 4)])
def test_an_entry_that_was_taken_out_is_missed(database: Database, gone: int, named: int) -> None:
    for number in range(5):
        write(database, number)
    with database.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.number == gone))
    with database.reading() as session:
        assert audit.verify(session) == named


def test_the_oldest_go_and_the_rest_is_whole_and_goes_on(database: Database) -> None:
    for number in range(5):
        write(database, number)
    with database.writing() as session:
        assert audit.forget(session, AT + timedelta(seconds=2)) == 2
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.number).order_by(AuditEntry.number)).all() == [3, 4, 5]
        assert audit.verify(session) is None
    write(database, 5)
    with database.writing() as session:
        assert audit.verify(session) is None
        session.execute(update(AuditEntry).where(AuditEntry.number == 3).values(action="patron.find"))
    with database.reading() as session:
        assert audit.verify(session) == 3


def test_the_newest_stays_so_that_the_next_is_sealed_to_it(database: Database) -> None:
    for number in range(3):
        write(database, number)
    with database.writing() as session:
        assert audit.forget(session, AT + timedelta(days=900)) == 2
        assert audit.forget(session, AT + timedelta(days=900)) == 0
    write(database, 3)
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.number).order_by(AuditEntry.number)).all() == [3, 4]
        assert audit.verify(session) is None


def test_an_entry_of_a_clock_that_was_wrong_leaves_no_gap(database: Database) -> None:
    for number in (100, 1, 200):
        write(database, number)
    with database.writing() as session:
        assert audit.forget(session, AT + timedelta(seconds=50)) == 0
        assert audit.verify(session) is None


def test_twenty_at_once_make_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: write(database, number), range(20)))
    with database.reading() as session:
        assert audit.verify(session) is None
        assert len(session.scalars(select(AuditEntry.number)).all()) == 20


def test_what_is_taken_back_leaves_no_entry_and_no_gap(database: Database) -> None:
    write(database, 0)
    with suppress(RuntimeError), database.writing() as session:
        audit.record(session, "a", "patron.view", at=AT)
        raise RuntimeError
    write(database, 1)
    with database.reading() as session:
        assert audit.verify(session) is None
        assert session.scalars(select(AuditEntry.number)).all() == [1, 2]


def test_the_zone_of_the_clock_makes_no_difference(database: Database) -> None:
    with database.writing() as session:
        audit.record(session, "a", "patron.view", at=AT.astimezone(timezone(timedelta(hours=8))))
    with database.reading() as session:
        assert audit.verify(session) is None
