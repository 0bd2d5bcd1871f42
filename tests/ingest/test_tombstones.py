"""What is remembered of removed documents."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ingest.tombstones import Tombstones
from search.document import DocumentId


def ids(*names: str) -> list[DocumentId]:
    return [DocumentId(name) for name in names]


def test_tombstones_are_walked_in_order_and_no_two_are_at_once(tmp_path: Path) -> None:
    kept = Tombstones(tmp_path / "data" / "gone.sqlite3")
    assert (kept.walk(), list(kept), kept.get(DocumentId("a.1"))) == ([], [], None)
    before = datetime.now(UTC)
    kept.add(ids("a.2", "a.1", "a.3", "a.2"))
    kept.add(ids("a.1"))
    found = list(kept)
    assert [tombstone.id for tombstone in found] == ["a.2", "a.3", "a.1"]
    assert len({tombstone.stamp for tombstone in found}) == 3
    assert before <= found[0].at <= datetime.now(UTC)
    assert kept.walk(limit=2) == found[:2]
    assert [kept.count(one.stamp) for one in found] == list(range(1, len(found) + 1))
    assert kept.walk(found[0].stamp, 9, found[1].stamp) == found[1:2]
    assert kept.get(DocumentId("a.3")) == found[1]
    kept.remove(ids("a.3"))
    assert kept.get(DocumentId("a.3")) is None


def test_a_file_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "gone.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE tombstone (id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID")
        rows = [("a.1", "2026-05-17T08:30:00Z"), ("a.2", "2026-05-17T08:30:00Z"), ("a.3", "2025-01-01T00:00:00Z")]
        database.executemany("INSERT INTO tombstone VALUES (?, ?)", rows)
    kept = Tombstones(path)
    kept.add(ids("a.4"))
    found = list(kept)
    assert [tombstone.id for tombstone in found] == ["a.3", "a.1", "a.2", "a.4"]
    assert [tombstone.at.replace(microsecond=0).isoformat() for tombstone in found[:2]] == [
        "2025-01-01T00:00:00+00:00",
        "2026-05-17T08:30:00+00:00",
    ]
