"""What a load has written and no searcher sees yet, kept on disk: memory stays flat however long a load is."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Final

from ingest.linking import is_record, title_words
from search.document import Document, DocumentId, Page, from_json, to_json

# What a PDF, a feed or another source may name a record by.
_LOOKED_UP: Final = ("linked_file", "isbn", "oai_identifier", "record_id", "ebook_file")
_TITLE: Final = "title"
_ASKED_AT_ONCE: Final = 500

_TABLES: Final = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE touched (id TEXT PRIMARY KEY, written INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE fresh (id TEXT PRIMARY KEY, fingerprint TEXT, document TEXT, pages TEXT) WITHOUT ROWID;
    CREATE TABLE named (field TEXT, value TEXT, source TEXT, id TEXT);
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
        self._many("INSERT OR IGNORE INTO touched VALUES (?, 0)", ((id,) for id in ids))

    def touched(self, ids: Iterable[DocumentId]) -> set[DocumentId]:
        return {DocumentId(id) for (id,) in self._of("SELECT id FROM touched WHERE id IN", ids)}

    def written(self, ids: Iterable[DocumentId]) -> set[DocumentId]:
        """Those that this load has written, published or not."""
        return {DocumentId(id) for (id,) in self._of("SELECT id FROM touched WHERE written AND id IN", ids)}

    def put(self, documents: Sequence[Document], pages: Sequence[tuple[Page, ...]]) -> None:
        """Documents are written, with the pages of their e-books."""
        ids = [document.id for document in documents]
        self._forget_names(ids)
        self._many("INSERT OR REPLACE INTO touched VALUES (?, 1)", ((id,) for id in ids))
        rows = (
            (d.id, d.fingerprint, to_json(d) if self._is_kept(d) else None, _pages_json(p) if p else None)
            for d, p in zip(documents, pages, strict=True)
        )
        self._many("INSERT OR REPLACE INTO fresh VALUES (?, ?, ?, ?)", rows)
        named = (
            (field, value, document.first("source"), document.id)
            for document in documents
            if self._is_kept(document) or document.values("oai_identifier")
            for field, value in _names(document)
        )
        self._many("INSERT INTO named VALUES (?, ?, ?, ?)", named)

    def remove(self, ids: Iterable[DocumentId]) -> None:
        """Documents are gone, or were never there."""
        ids = list(ids)
        self._forget_names(ids)
        self._many("INSERT OR REPLACE INTO touched VALUES (?, 0)", ((id,) for id in ids))
        self._many("INSERT OR REPLACE INTO fresh VALUES (?, NULL, NULL, NULL)", ((id,) for id in ids))

    def documents(self, ids: Iterable[DocumentId]) -> dict[DocumentId, Document | None]:
        """Of `ids` those that were written or removed (None) and are not published; of plain records only the
        id and the fingerprint are known."""
        found: dict[DocumentId, Document | None] = {}
        for id, fingerprint, text in self._of("SELECT id, fingerprint, document FROM fresh WHERE id IN", ids):
            if fingerprint is None:
                found[DocumentId(id)] = None
            else:
                found[DocumentId(id)] = (
                    from_json(text) if text else Document(DocumentId(id), {}, fingerprint=fingerprint)
                )
        return found

    def document(self, id: DocumentId) -> Document | None:
        return self.documents([id]).get(id)

    def pages(self, id: DocumentId) -> tuple[Page, ...]:
        row = self._database.execute("SELECT pages FROM fresh WHERE id = ?", (id,)).fetchone()
        return tuple(Page(**page) for page in json.loads(row[0])) if row and row[0] else ()

    def holding(self, field: str, values: Iterable[str], source: str = "") -> Sequence[DocumentId]:
        """Documents with any of `values` in `field`, of one source if that is named, in order of id."""
        found: set[DocumentId] = set()
        for value in values:
            rows = self._database.execute(
                "SELECT id FROM named WHERE field = ? AND value = ? AND (? = '' OR source = ?)",
                (field, value, source, source),
            )
            found.update(DocumentId(id) for (id,) in rows)
        return sorted(found)

    def titled(self, words: str) -> Sequence[DocumentId]:
        return self.holding(_TITLE, (words,))[:2]

    def has(self, id: DocumentId) -> bool:
        return self.document(id) is not None

    def _is_kept(self, document: Document) -> bool:
        return self._keep_all or document.ebook is not None or bool(document.members)

    def _forget_names(self, ids: Iterable[DocumentId]) -> None:
        self._many("DELETE FROM named WHERE id = ?", ((id,) for id in ids))

    def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(statement, rows)
        self._database.execute("COMMIT")

    def _of(self, statement: str, ids: Iterable[DocumentId]) -> Iterator[tuple[str, ...]]:
        rest = iter(dict.fromkeys(ids))
        while some := list(islice(rest, _ASKED_AT_ONCE)):
            places = ",".join("?" * len(some))
            yield from self._database.execute(f"{statement} ({places})", some)


def _names(document: Document) -> Iterator[tuple[str, str]]:
    for field in _LOOKED_UP:
        for value in document.values(field):
            yield field, value
    if is_record(document):
        yield _TITLE, title_words(document.title)


def _pages_json(pages: Iterable[Page]) -> str:
    return json.dumps([asdict(page) for page in pages])
