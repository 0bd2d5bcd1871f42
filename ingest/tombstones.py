"""What is gone from the catalogue, and when: those who copy it (OAI-PMH) must be told.

One SQLite file in the data folder. A tombstone is written before its document leaves the index and goes after the document
is back in it, so that a crash in between loses no word; whoever reads both must let the document win. A rebuild makes no
tombstones of what it leaves out: whoever copies the catalogue should copy it anew then.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from search.document import DocumentId

_BUSY_S: Final = 30.0
_TABLE: Final = "CREATE TABLE IF NOT EXISTS tombstone (id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A document that was removed. at: ISO 8601, UTC, to the second."""

    id: DocumentId
    at: str


class Tombstones:
    """Safe for several processes; a file that does not exist yet is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, ids: Iterable[DocumentId]) -> None:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._change("INSERT OR REPLACE INTO tombstone VALUES (?, ?)", [(id, at) for id in ids])

    def remove(self, ids: Iterable[DocumentId]) -> None:
        """Documents with these ids are there again."""
        if self._path.exists():
            self._change("DELETE FROM tombstone WHERE id = ?", [(id,) for id in ids])

    def __iter__(self) -> Iterator[Tombstone]:
        """All, the oldest first."""
        if not self._path.exists():
            return
        with closing(self._open()) as database:
            rows = database.execute("SELECT id, at FROM tombstone ORDER BY at, id").fetchall()
        yield from (Tombstone(DocumentId(id), at) for id, at in rows)

    def _change(self, statement: str, rows: list[tuple[str, ...]]) -> None:
        if not rows:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as database, database:
            database.executemany(statement, rows)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=_BUSY_S)
        database.execute(_TABLE)
        return database
