"""What a load has written and no searcher sees yet, kept on disk: memory stays flat however long a load is."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any, Final

from ingest.linking import is_record, title_words
from search.document import Document, DocumentId, Page, from_json, to_json

# What a PDF, a feed or another source may name a record by.
_LOOKED_UP: Final = ("linked_file", "isbn", "oai_identifier", "record_id", "ebook_file")
_TITLE: Final = "title"
_ASKED_AT_ONCE: Final = 500

_TABLES: Final = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE touched (id BLOB PRIMARY KEY, written INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE fresh (id BLOB PRIMARY KEY, fingerprint TEXT, document BLOB, pages BLOB) WITHOUT ROWID;
    CREATE TABLE named (field TEXT, value BLOB, source TEXT, id BLOB);
    CREATE INDEX by_value ON named (field, value);
    CREATE INDEX by_id ON named (id);
"""


class Unpublished:
    """A database of this process alone, in a file that is gone when it ends. For one thread.

    keep_all: during a rebuild nothing is published before its end, so whole documents are kept for e-books to find;
    otherwise only of those whose parts a later record may need (an e-book, records of other sources).
    """

    def __init__(self, *, keep_all: bool) -> None:
        self._keep_all = keep_all
        self._database = sqlite3.connect("", isolation_level=None)  # "": a temporary file, on disk once it is large
        self._database.executescript(_TABLES)

    def close(self) -> None:
        self._database.close()

    def clear(self) -> None:
        """What was written is published now. Which ids this load has touched stays known."""
        self._database.executescript("DELETE FROM fresh; DELETE FROM named;")

    def touch(self, ids: Iterable[DocumentId]) -> None:
        """Records with these ids are on their way to the index."""
        self._many("INSERT OR IGNORE INTO touched VALUES (?, 0)", ((_bytes(id),) for id in ids))

    def touched(self, ids: Iterable[DocumentId]) -> set[DocumentId]:
        return {_id(id) for (id,) in self._of("SELECT id FROM touched WHERE id IN", ids)}

    def written(self, ids: Iterable[DocumentId]) -> set[DocumentId]:
        """Those that this load has written, published or not."""
        return {_id(id) for (id,) in self._of("SELECT id FROM touched WHERE written AND id IN", ids)}

    @property
    def is_empty(self) -> bool:
        """Whether everything is published."""
        return self._database.execute("SELECT 1 FROM fresh LIMIT 1").fetchone() is None

    def put(self, documents: Sequence[Document], pages: Sequence[tuple[Page, ...]]) -> None:
        """Documents are written, with the pages of their e-books."""
        ids = [_bytes(document.id) for document in documents]
        self._many("DELETE FROM named WHERE id = ?", ((id,) for id in ids))
        self._many("INSERT OR REPLACE INTO touched VALUES (?, 1)", ((id,) for id in ids))
        rows = (
            (id, d.fingerprint, _bytes(to_json(d)) if self._is_kept(d) else None, _pages_bytes(p) if p else None)
            for id, d, p in zip(ids, documents, pages, strict=True)
        )
        self._many("INSERT OR REPLACE INTO fresh VALUES (?, ?, ?, ?)", rows)
        named = (
            (field, _bytes(value), document.first("source"), id)
            for id, document in zip(ids, documents, strict=True)
            if self._is_kept(document)
            for field, value in _names(document)
        )
        self._many("INSERT INTO named VALUES (?, ?, ?, ?)", named)

    def remove(self, ids: Iterable[DocumentId]) -> None:
        """Documents are gone, or were never there."""
        gone = [_bytes(id) for id in ids]
        self._many("DELETE FROM named WHERE id = ?", ((id,) for id in gone))
        self._many("INSERT OR REPLACE INTO touched VALUES (?, 0)", ((id,) for id in gone))
        self._many("INSERT OR REPLACE INTO fresh VALUES (?, NULL, NULL, NULL)", ((id,) for id in gone))

    def documents(self, ids: Iterable[DocumentId]) -> dict[DocumentId, Document | None]:
        """Of `ids` those that were written or removed (None) and are not published; of plain records only the
        id and the fingerprint are known."""
        found: dict[DocumentId, Document | None] = {}
        for id, fingerprint, json_text in self._of("SELECT id, fingerprint, document FROM fresh WHERE id IN", ids):
            if fingerprint is None:
                found[_id(id)] = None
            elif json_text is None:
                found[_id(id)] = Document(_id(id), {}, fingerprint=fingerprint)
            else:
                found[_id(id)] = from_json(_text(json_text))
        return found

    def document(self, id: DocumentId) -> Document | None:
        return self.documents([id]).get(id)

    def pages(self, id: DocumentId) -> tuple[Page, ...]:
        row = self._database.execute("SELECT pages FROM fresh WHERE id = ?", (_bytes(id),)).fetchone()
        return tuple(Page(**page) for page in json.loads(row[0])) if row and row[0] else ()

    def holding(self, field: str, values: Iterable[str], source: str = "") -> Sequence[DocumentId]:
        """Documents with any of `values` in `field`, of one source if that is named, in order of id."""
        found: set[DocumentId] = set()
        for value in values:
            rows = self._database.execute(
                "SELECT id FROM named WHERE field = ? AND value = ? AND (? = '' OR source = ?)",
                (field, _bytes(value), source, source),
            )
            found.update(_id(id) for (id,) in rows)
        return sorted(found)

    def titled(self, words: str) -> Sequence[DocumentId]:
        return self.holding(_TITLE, (words,))[:2]

    def has(self, id: DocumentId) -> bool:
        return self.document(id) is not None

    def _is_kept(self, document: Document) -> bool:
        own_parts = document.ebook is not None or bool(document.members) or bool(document.values("oai_identifier"))
        return self._keep_all or own_parts

    def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(statement, rows)
        self._database.execute("COMMIT")

    def _of(self, statement: str, ids: Iterable[DocumentId]) -> Iterator[tuple[Any, ...]]:
        rest = iter(dict.fromkeys(ids))
        while some := [_bytes(id) for id in islice(rest, _ASKED_AT_ONCE)]:
            places = ",".join("?" * len(some))
            yield from self._database.execute(f"{statement} ({places})", some)


def _names(document: Document) -> Iterator[tuple[str, str]]:
    for field in _LOOKED_UP:
        for value in document.values(field):
            yield field, value
    if is_record(document):
        yield _TITLE, title_words(document.title)


# Names of files may hold bytes that are no text; they come as halves of surrogate pairs, which SQLite's texts refuse.
def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _id(data: bytes) -> DocumentId:
    return DocumentId(_text(data))


def _pages_bytes(pages: Iterable[Page]) -> bytes:
    return json.dumps([asdict(page) for page in pages]).encode("ascii")
