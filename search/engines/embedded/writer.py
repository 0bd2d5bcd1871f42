"""Writing entries into the folder of an unpublished generation."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import tantivy

from search.document import DocumentId
from search.engine import Entry, Refused, WriteReport
from search.engines.checking import sift
from search.engines.embedded import words
from search.engines.embedded.columns import ColumnWriter
from search.engines.embedded.guard import not_written, of_the_disk, reading
from search.engines.embedded.sets import RecordSets, write_sets
from search.engines.embedded.vectors import VectorWriter
from search.engines.terms import clean, record_terms, word_text
from search.errors import EngineUnavailable
from search.publications import BEGINNING, Stamp, Stamps

logger = logging.getLogger(__name__)

# tantivy joins segments of fewer than 10,000 documents over and over, which cost as much again as writing them; of
# this size they are left alone until there are eight.
BATCH_ENTRIES: Final = 16_000
_MIN_HEAP: Final = 15_000_000  # tantivy's own floor for one thread
_PAGES_SHARE: Final = 3  # a third of the memory is for pages, the rest for records


@dataclass(frozen=True, slots=True)
class Counts:
    """What a generation holds when its writer is closed. stamp: no change is later; that of the base without any."""

    documents: int
    pages: int
    passages: int
    stamp: Stamp


class _Table:
    """One tantivy index being written."""

    def __init__(self, folder: Path, schema: tantivy.Schema, key: str, heap_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(schema, path=str(folder))
        self.schema, self._key = schema, key
        # One thread: documents stay in order and segments few; there are two such writers.
        self._writer: Any = self._index.writer(max(_MIN_HEAP, heap_bytes), 1)
        self._changed = False

    def remove(self, ids: Iterable[DocumentId]) -> None:
        for id in ids:
            self._changed = True
            self._writer.delete_documents_by_term(self._key, id)

    def add(self, document: tantivy.Document) -> None:
        self._changed = True
        self._writer.add_document(document)

    def commit(self) -> None:
        if self._changed:  # a catalogue without e-books writes no pages, and an empty commit costs as much as any
            self._writer.commit()
            self._index.reload()
            self._changed = False

    def rollback(self) -> None:
        self._writer.rollback()
        self._changed = False

    def count(self, ids: Sequence[DocumentId] | None = None) -> int:
        """How many committed documents there are, or belong to `ids`."""
        searcher = self._index.searcher()
        if ids is None:
            return searcher.num_docs
        query = tantivy.Query.term_set_query(self.schema, self._key, list(ids))
        return count(searcher, query)

    def close(self) -> tantivy.Searcher:
        """Waits until no file changes any more."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._index.reload()
        return self._index.searcher()


def count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """How many documents match."""
    found: Any = searcher.search(query, 1, count=True)  # the library's stub lacks `count`
    return int(found.count)


class EmbeddedWriter:
    """Adds, replaces and removes documents; nothing is visible before the generation is published."""

    def __init__(
        self, folder: Path, embedder: str, dimensions: int, heap_bytes: int, published: Stamp = BEGINNING
    ) -> None:
        """published: the last stamp of what is there already."""
        self._published, self._stamps = published, Stamps(published)
        self._embedder, self.dimensions = embedder, dimensions
        self._folder = folder
        pages_heap = heap_bytes // _PAGES_SHARE
        with reading("be opened for writing"):
            self._records = _Table(folder / "words", words.record_schema(), "id", heap_bytes - pages_heap)
            self._pages = _Table(folder / "pages", words.page_schema(), "parent", pages_heap)
            self._columns = ColumnWriter(folder / "columns")
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
            sound, unsound = sift(batch, self.dimensions if self._embedder else 0)
            refused += unsound
            done, failed = self._write(sound)
            written += done
            refused += failed
        return WriteReport(tuple(written), tuple(refused))

    def delete(self, ids: Iterable[DocumentId]) -> int:
        self._require_open()
        known = [id for id in dict.fromkeys(ids) if isinstance(id, str) and _encodable(id)]
        new = [id for id in known if id not in self._removed]
        if new:
            self._stamps.next()
        with reading("be searched for documents to remove"):
            present = self._records.count(new) if new else 0
        # They leave with the next commit: one for each would cost a load of deletions minutes.
        self._removed.update(new)
        return present

    def close(self) -> Counts:
        """Everything on disk and at rest."""
        self._require_open()
        self._open = False
        with reading("be written to its end"):
            self._write_together([])
            self._columns.close()
            last = self._stamps.next() if self._stamps.last > self._published else self._published
            records, pages = self._records.close(), self._pages.close()
            sets = RecordSets(records, self._records.schema, self._columns.next)
            write_sets(self._folder / "sets", sets)
            passages = self._vectors.close(sets.numbers(sets.everything().bits()))
            return Counts(records.num_docs, pages.num_docs, passages, last)

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
        before = self._columns.next
        try:
            self._write_together(entries)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic is no Exception
            with reading("go back to its last good state"):
                self._records.rollback()
                self._pages.rollback()
            if of_the_disk(error):
                raise not_written(error) from error
            if len(entries) == 1:
                logger.warning("Document %s was refused: %s", entries[0].document.id, error)
                return [], [Refused(entries[0].document.id, f"the index refuses it: {error}")]
            middle = len(entries) // 2
            first, second = self._write(entries[:middle]), self._write(entries[middle:])
            return first[0] + second[0], first[1] + second[1]
        for number, entry in enumerate(entries, before):
            if entry.vectors is not None:
                self._vectors.add(number, entry.vectors, [passage.first_page for passage in entry.passages])
        return [entry.document.id for entry in entries], []

    def _write_together(self, entries: list[Entry]) -> None:
        gone = list(self._removed.union(entry.document.id for entry in entries))
        if not gone:
            return
        old_records, old_pages = self._records.count(gone), self._pages.count(gone)
        records = self._records.count() - old_records + len(entries)
        pages = self._pages.count() - old_pages + sum(len(entry.pages) for entry in entries)
        # What is not there need not be removed: at the commit each removal is looked up in every segment.
        self._records.remove(gone if old_records else ())
        self._pages.remove(gone if old_pages else ())
        for entry in entries:
            document, texts = entry.document, [word_text(page.text) for page in entry.pages]
            terms = record_terms(document, texts)
            number = self._columns.add(document.id, terms.values)
            self._records.add(words.record(document, terms, number, self._stamps.next()))
            for page, text in zip(entry.pages, texts, strict=True):
                self._pages.add(words.page(document, page, text))
        self._commit()
        # A commit can succeed having dropped documents (tantivy, after an earlier failure).
        if (self._records.count(), self._pages.count()) != (records, pages):
            raise ValueError("not everything was kept")
        self._removed.clear()

    def _commit(self) -> None:
        self._records.commit()
        self._pages.commit()


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    source = iter(entries)
    while batch := list(islice(source, BATCH_ENTRIES)):
        yield batch


def _encodable(text: str) -> bool:
    return clean(text) == text
