"""What is gone from the catalogue, and when: those who copy it (OAI-PMH) must be told.

One SQLite file in the data folder. A tombstone is written before its document leaves the index and goes after the document
is back in it, so that a crash in between loses no word; whoever reads both must let the document win. A rebuild makes no
tombstones of what it leaves out: whoever copies the catalogue should copy it anew then.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from search.document import DocumentId
from search.publications import BEGINNING, Stamp, moment_of, now

_BUSY_S: Final = 30.0
_LATEST: Final = 2**63 - 1
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS removed (id TEXT PRIMARY KEY, stamp INTEGER NOT NULL) WITHOUT ROWID;
    CREATE UNIQUE INDEX IF NOT EXISTS by_stamp ON removed (stamp);
"""
# Files of the first version have a text of the second.
_OLDER: Final = "SELECT name FROM sqlite_master WHERE name = 'tombstone'"
_TAKE_OVER: Final = """
    INSERT OR IGNORE INTO removed
        SELECT id, unixepoch(at) * 1000000 + row_number() OVER (ORDER BY at, id) FROM tombstone;
    DROP TABLE tombstone;
"""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A document that was removed. stamp: when (search.publications); no two have the same."""

    id: DocumentId
    stamp: Stamp

    @property
    def at(self) -> datetime:
        return moment_of(self.stamp)


class Tombstones:
    """Safe for several processes; a file that does not exist yet is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, ids: Iterable[DocumentId]) -> None:
        distinct = list(dict.fromkeys(ids))
        if not distinct:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as database, database:
            database.execute("BEGIN IMMEDIATE")
            (last,) = database.execute("SELECT coalesce(max(stamp), 0) FROM removed").fetchone()
            first = max(now(), last + 1)
            rows = [(id, stamp) for stamp, id in enumerate(distinct, start=first)]
            database.executemany("INSERT OR REPLACE INTO removed VALUES (?, ?)", rows)

    def remove(self, ids: Iterable[DocumentId]) -> None:
        """Documents with these ids are there again."""
        rows = [(id,) for id in ids]
        if rows and self._path.exists():
            with closing(self._open()) as database, database:
                database.executemany("DELETE FROM removed WHERE id = ?", rows)

    def get(self, id: DocumentId) -> Tombstone | None:
        found = self._select("WHERE id = ?", id)
        return found[0] if found else None

    def walk(self, after: Stamp = BEGINNING, limit: int = 100, until: Stamp | None = None) -> list[Tombstone]:
        """The next tombstones, the oldest first: later than `after` and no later than `until`."""
        last = _LATEST if until is None else until
        return self._select("WHERE stamp > ? AND stamp <= ? ORDER BY stamp LIMIT ?", after, last, max(limit, 0))

    def count(self, until: Stamp) -> int:
        """How many are no later than `until`."""
        if not self._path.exists():
            return 0
        with closing(self._open()) as database:
            return int(database.execute("SELECT count(*) FROM removed WHERE stamp <= ?", (until,)).fetchone()[0])

    def __iter__(self) -> Iterator[Tombstone]:
        """All, the oldest first."""
        yield from self._select("ORDER BY stamp")

    def _select(self, which: str, *values: object) -> list[Tombstone]:
        if not self._path.exists():
            return []
        with closing(self._open()) as database:
            rows = database.execute(f"SELECT id, stamp FROM removed {which}", values)  # noqa: S608 - ours
            return [Tombstone(DocumentId(id), Stamp(stamp)) for id, stamp in rows]

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=_BUSY_S)
        database.executescript(_TABLES)
        if database.execute(_OLDER).fetchone():
            database.executescript(f"BEGIN IMMEDIATE;{_TAKE_OVER}COMMIT;")
        return database
