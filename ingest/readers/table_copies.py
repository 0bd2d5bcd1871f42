"""Tables with a row a copy: the rows of one title become one record, wherever in the table they stand."""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from typing import Final

from ingest.readers import marcxml
from ingest.readers.foreign import to_marcxml
from ingest.readers.records import MAX_FIELDS
from ingest.readers.spreadsheet import WorkbookError
from ingest.record import Field, Record
from ingest.source import Origin, Rejected, SourceRecord, UnreadRecord

COPY_TAGS: Final = ("852", "952", "990")
_NUMBER_TAGS: Final = ("001", "035")
# What the number of a record without one is made of (ingest.mappings.marc21): two that agree here would get the same.
_DESCRIPTION_TAGS: Final = ("020", "100", "245", "260", "264")
_DESCRIPTION_CODES: Final = frozenset("abcnp")
# One more than a record may have, so that it is refused and not cut short.
_MOST_FIELDS: Final = MAX_FIELDS + 1
_CACHE_KB: Final = 16_000

Cut = tuple[Record, UnreadRecord]


def title_key(record: Record) -> bytes:
    """The same for records that are one title: with the same number, if any, and the same description."""
    parts = []
    for field in record.fields:
        if field.tag in _NUMBER_TAGS:
            parts.append(f"{field.tag} {field.data or field.get('a')}")
        elif field.tag in _DESCRIPTION_TAGS:
            texts = [value for code, value in field.subfields if code in _DESCRIPTION_CODES]
            parts.append(f"{field.tag} {' '.join(' '.join(texts).split())}")
    return hashlib.sha1("\n".join(parts).encode("utf-8", "replace"), usedforsecurity=False).digest()


def joined(cut: Iterable[Cut | Rejected], file: str) -> Iterator[UnreadRecord | Rejected]:
    """Each title once, by its first row, with the copies of all its rows; what is refused comes before.

    The rows wait in a database in the folder for temporary files, so memory does not grow with the table. Where the
    table breaks off, its rows up to there are given before the error is raised. Raises OSError where the disk is full.
    """
    broken: Exception | None = None
    try:
        with closing(_database()) as database:
            rows = iter(cut)
            while True:
                try:
                    row = next(rows, None)
                except (WorkbookError, OSError, EOFError, zlib.error) as error:
                    broken, row = error, None
                if row is None:
                    break
                if isinstance(row, Rejected):
                    yield row
                else:
                    _keep(database, *row)
            yield from _titles(database, file)
    except sqlite3.OperationalError as error:
        raise OSError(
            f"Its rows cannot be kept in the folder for temporary files (TMPDIR), {error}: make room there, and load it again."
        ) from error
    if broken is not None:
        raise broken


def _database() -> sqlite3.Connection:
    # "" is a file that SQLite removes by itself. Generators may be closed by another thread than began them.
    database = sqlite3.connect("", check_same_thread=False)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    database.execute("CREATE TABLE title (key BLOB PRIMARY KEY, first INTEGER) WITHOUT ROWID")
    database.execute("CREATE TABLE line (title INTEGER, number INTEGER, byte INTEGER, record BLOB)")
    return database


def _keep(database: sqlite3.Connection, record: Record, unread: UnreadRecord) -> None:
    key, number = title_key(record), unread.origin.position
    database.execute("INSERT OR IGNORE INTO title VALUES (?, ?)", (key, number))
    database.execute(
        "INSERT INTO line SELECT first, ?, ?, ? FROM title WHERE key = ?",
        (number, unread.origin.offset, unread.data, key),
    )


def _titles(database: sqlite3.Connection, file: str) -> Iterator[UnreadRecord]:
    database.execute("CREATE INDEX by_title ON line (title, number)")
    found = database.execute("SELECT title, number, byte, record FROM line ORDER BY title, number")
    for _, lines in groupby(found, key=lambda line: line[0]):
        yield _title(UnreadRecord(Origin(file, number, byte), "marcxml", data) for _, number, byte, data in lines)


def _title(rows: Iterator[UnreadRecord]) -> UnreadRecord:
    first = next(rows)
    further = [record for row in rows if (record := _read(row)) is not None]
    record = _read(first) if further else None
    if record is None:  # a single row, as a rule; else what no reader takes, which it will say itself
        return first
    return UnreadRecord(first.origin, "marcxml", to_marcxml(Record(record.leader, _with_copies(record, further))))


def _read(row: UnreadRecord) -> Record | None:
    read = marcxml.read_one(row)
    return read.record if isinstance(read, SourceRecord) else None


def _with_copies(record: Record, further: Iterable[Record]) -> Sequence[Field]:
    """The fields of the first row, and the copies of the further ones, each once."""
    fields = list(record.fields)
    seen = {str(field) for field in fields if field.tag in COPY_TAGS}
    for copy in (field for other in further for field in other.fields if field.tag in COPY_TAGS):
        if len(fields) < _MOST_FIELDS and str(copy) not in seen:
            seen.add(str(copy))
            fields.append(copy)
    fields.sort(key=lambda field: field.tag)
    return fields
