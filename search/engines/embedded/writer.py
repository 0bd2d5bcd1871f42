"""Writing entries into the folder of an unpublished generation."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import tantivy

from search.document import Document, DocumentId, Page, Passage, from_json, to_json
from search.engine import Entry, Refused, WriteReport
from search.engines.embedded import words
from search.engines.embedded.guard import of_the_disk, reading
from search.engines.embedded.vectors import VectorWriter
from search.errors import EngineUnavailable
from search.schema import BY_NAME

logger = logging.getLogger(__name__)

BATCH_ENTRIES: Final = 1000
MAX_ID_CHARACTERS: Final = 500
MAX_NUMBER: Final = 2**31 - 1
_MIN_HEAP: Final = 15_000_000  # tantivy's own floor for one thread


@dataclass(frozen=True, slots=True)
class Counts:
    """What a generation holds when its writer is closed."""

    documents: int
    pages: int
    passages: int


class _Table:
    """One tantivy index being written."""

    def __init__(self, folder: Path, schema: tantivy.Schema, key: str, heap_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(schema, path=str(folder))
        self.schema, self._key = schema, key
        # One thread: documents stay in order and segments few; there are two such writers.
        self._writer: Any = self._index.writer(heap_bytes, 1)

    def replace(self, id: DocumentId, documents: Iterable[tantivy.Document]) -> None:
        self._writer.delete_documents_by_term(self._key, id)
        for document in documents:
            self._writer.add_document(document)

    def commit(self) -> None:
        self._writer.commit()
        self._index.reload()

    def rollback(self) -> None:
        self._writer.rollback()

    def count(self, ids: Sequence[DocumentId] | None = None) -> int:
        """How many committed documents there are, or belong to `ids`."""
        searcher = self._index.searcher()
        if ids is None:
            return searcher.num_docs
        query = tantivy.Query.term_set_query(self.schema, self._key, list(ids))
        return count(searcher, query)

    def close(self) -> int:
        """Waits until no file changes any more; gives how many documents there are."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._index.reload()
        return self._index.searcher().num_docs


def count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """How many documents match."""
    found: Any = searcher.search(query, 1, count=True)  # the library's stub lacks `count`
    return int(found.count)


class EmbeddedWriter:
    """Adds, replaces and removes documents; nothing is visible before the generation is published."""

    def __init__(self, folder: Path, embedder: str, dimensions: int, heap_bytes: int) -> None:
        self._embedder, self.dimensions = embedder, dimensions
        self._folder = folder
        heap = max(_MIN_HEAP, heap_bytes // 2)
        with reading("be opened for writing"):
            self._records = _Table(folder / "words", words.record_schema(), "id", heap)
            self._pages = _Table(folder / "pages", words.page_schema(), "parent", heap)
        self._vectors = VectorWriter(folder / "vectors", dimensions)
        self._removed: set[DocumentId] = set()
        self._open = True

    def put(self, entries: Iterable[Entry]) -> WriteReport:
        """Add or replace by id, committed in batches of BATCH_ENTRIES. Raises EngineUnavailable when
        the disk fails: then the whole load should end."""
        self._require_open()
        written: list[DocumentId] = []
        refused: list[Refused] = []
        for batch in _batches(entries):
            sound: dict[DocumentId, Entry] = {}
            for entry in batch:
                reason = problem(entry, self.dimensions if self._embedder else 0)
                if reason:
                    refused.append(Refused(_id_of(entry), reason))
                else:
                    sound.pop(entry.document.id, None)  # the later of two entries with one id stands
                    sound[entry.document.id] = entry
            done, failed = self._write(list(sound.values()))
            written += done
            refused += failed
        return WriteReport(tuple(written), tuple(refused))

    def delete(self, ids: Iterable[DocumentId]) -> int:
        self._require_open()
        known = [id for id in dict.fromkeys(ids) if isinstance(id, str) and _encodable(id)]
        new = [id for id in known if id not in self._removed]
        with reading("be searched for documents to remove"):
            present = self._records.count(new) if new else 0
        # They leave with the next commit: one for each would cost a load of deletions minutes.
        self._removed.update(new)
        for id in new:
            self._vectors.remove(id)
        return present

    def close(self) -> Counts:
        """Everything on disk and at rest."""
        self._require_open()
        self._open = False
        with reading("be written to its end"):
            self._write_together([])
            return Counts(self._records.close(), self._pages.close(), self._vectors.close())

    def abandon(self) -> None:
        """Stops; the caller removes the folder."""
        self._open = False
        self._vectors.abandon()
        with reading("be let go"):
            self._records.rollback()
            self._pages.rollback()

    def _require_open(self) -> None:
        if not self._open:
            raise EngineUnavailable("This load is closed; open another one to write more.")

    def _write(self, entries: list[Entry]) -> tuple[list[DocumentId], list[Refused]]:
        """Writes a batch at once; when that fails, by halves, down to the culprit."""
        if not entries:
            return [], []
        try:
            self._write_together(entries)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic is no Exception
            with reading("go back to its last good state"):
                self._records.rollback()
                self._pages.rollback()
            if of_the_disk(error):
                raise EngineUnavailable(
                    f"The index could not be written: {error}. The published one goes on serving."
                ) from error
            if len(entries) == 1:
                logger.warning("Document %s was refused: %s", entries[0].document.id, error)
                return [], [Refused(entries[0].document.id, f"the index refuses it: {error}")]
            middle = len(entries) // 2
            first, second = self._write(entries[:middle]), self._write(entries[middle:])
            return first[0] + second[0], first[1] + second[1]
        for entry in entries:
            self._put_vectors(entry)
        return [entry.document.id for entry in entries], []

    def _write_together(self, entries: list[Entry]) -> None:
        gone = list(self._removed.union(entry.document.id for entry in entries))
        if not gone:
            return
        records = self._records.count() - self._records.count(gone) + len(entries)
        pages = self._pages.count() - self._pages.count(gone) + sum(len(entry.pages) for entry in entries)
        for id in self._removed:
            self._records.replace(id, ())
            self._pages.replace(id, ())
        for entry in entries:
            document, texts = entry.document, [words.analysed(entry.document, page.text) for page in entry.pages]
            pages_made = [words.page(document, page, text) for page, text in zip(entry.pages, texts, strict=True)]
            self._records.replace(document.id, [words.record(document, texts)])
            self._pages.replace(document.id, pages_made)
        self._commit()
        # A commit can succeed having dropped documents (tantivy, after an earlier failure).
        if (self._records.count(), self._pages.count()) != (records, pages):
            raise ValueError("not everything was kept")
        self._removed.clear()

    def _put_vectors(self, entry: Entry) -> None:
        if entry.vectors is None:
            self._vectors.remove(entry.document.id)
        else:
            pages = [passage.first_page for passage in entry.passages]
            self._vectors.add(entry.document.id, entry.vectors, pages)

    def _commit(self) -> None:
        self._records.commit()
        self._pages.commit()


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    source = iter(entries)
    while batch := list(islice(source, BATCH_ENTRIES)):
        yield batch


def problem(entry: Entry, dimensions: int) -> str:
    """Why `entry` cannot be indexed, "" when it can. Types are checked, for tantivy would drop a whole batch.

    dimensions: of this load's vectors, 0 when it has none.
    """
    if not isinstance(entry, Entry) or not isinstance(entry.document, Document):
        return "it is not a document"
    return (
        _problem_of_document(entry.document)
        or _problem_of_pages(entry.pages)
        or _problem_of_vectors(entry.passages, entry.vectors, dimensions)
    )


def _problem_of_document(document: Document) -> str:
    id = document.id
    if not isinstance(id, str) or not 0 < len(id) <= MAX_ID_CHARACTERS or not id.isprintable():
        return f"its id must be 1 to {MAX_ID_CHARACTERS} printable characters"
    if not isinstance(document.fields, Mapping):
        return "its fields are not a table of names and values"
    for name, values in document.fields.items():
        if name not in BY_NAME:
            return f"no field {name!r} in search.schema.FIELDS"
        if not isinstance(values, tuple) or not all(isinstance(value, str) for value in values):
            return f"the values of {name!r} must be a tuple of texts"
    try:
        from_json(words.encoded(to_json(document)).decode())
        [vernacular.text.split() for vernacular in document.vernacular]
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it cannot be stored
        return f"it cannot be stored: {error}"
    return ""


def _problem_of_pages(pages: tuple[Page, ...]) -> str:
    for page in pages:
        if not isinstance(page, Page) or not _is_number(page.number) or page.number < 1:
            return "a page needs a whole number from 1"
        if not all(isinstance(text, str) for text in (page.label, page.section, page.text)):
            return f"label, section and text of page {page.number} must be texts"
    return "" if len({page.number for page in pages}) == len(pages) else "two pages have the same number"


def _problem_of_vectors(passages: tuple[Passage, ...], vectors: object, dimensions: int) -> str:
    if vectors is None:
        return ""
    if not dimensions:
        return "it has vectors, but this load names no embedding model"
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind != "f":
        return "its vectors must be a matrix of floating point numbers"
    if vectors.shape != (len(passages), dimensions):
        return f"its vectors have the shape {vectors.shape}, not {(len(passages), dimensions)}"
    if not np.isfinite(vectors).all():
        return "its vectors hold a value that is no finite number"
    if not all(isinstance(p, Passage) and _is_number(p.first_page) and p.first_page >= 0 for p in passages):
        return "a passage needs a whole page number from 0"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER


def _encodable(text: str) -> bool:
    return words.clean(text) == text


def _id_of(entry: object) -> DocumentId:
    document = getattr(entry, "document", None)
    return DocumentId(str(getattr(document, "id", "")))
