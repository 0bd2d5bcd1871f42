"""A load: read > map > compare > split > embed > write, one bounded batch at a time."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Final

from ingest.ebooks import EbookStore
from ingest.files import FoundFile, find, open_stream, plain_file
from ingest.linking import attach, candidates, carry_over, document_of, find_record
from ingest.mappings.marc21 import document_id, is_deleted, to_document
from ingest.passages import split
from ingest.readers import marc, marcxml
from ingest.readers.pdf import PdfReader, sha256_of
from ingest.report import IngestReport, Outcome
from ingest.source import Origin, PdfBook, Rejected, SourceRecord
from search.document import Document, DocumentId, Page
from search.embedding import Embedder
from search.engine import Engine, Entry, IndexWriter, Searcher
from search.errors import IndexMissing
from search.query import Filter, Query

BATCH_RECORDS: Final = 500
# A stopped or killed load loses at most this much work; publishing costs well under a second.
CHECKPOINT_S: Final = 60.0

_READERS: Final = {"marc": marc.read, "marcxml": marcxml.read}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is: work done of all there is (FoundFile.effort), items read, seconds gone."""

    file: str
    done: float
    total: float
    read: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """By the work so far; None at the start."""
        if not self.done:
            return None
        return self.seconds * (self.total - self.done) / self.done


@dataclass(frozen=True, slots=True)
class IngestJob:
    """What to load and how. embedder: None for words only."""

    paths: tuple[Path, ...]
    source: str = "katalog"
    embedder: Embedder | None = None
    rebuild: bool = False
    workers: int = 1


class Load:
    """One run of a job. `stop` may be set from a signal handler: the batch under way is written, then it ends."""

    def __init__(
        self,
        engine: Engine,
        ebooks: EbookStore,
        job: IngestJob,
        on_progress: Callable[[Progress], None] = lambda _: None,
        stop: Event | None = None,
    ) -> None:
        self._engine = engine
        self._ebooks = ebooks
        self._job = job
        self._on_progress = on_progress
        self._stop = stop or Event()
        self._report = IngestReport(embedder=job.embedder.name if job.embedder else "")
        self._started = time.monotonic()
        self._done = self._total = 0.0

    def run(self) -> IngestReport:
        """Load everything; gives the report. Raises what the engine raises (IndexBusy, SchemaMismatch...)."""
        files: list[FoundFile] = []
        for found in find(self._job.paths):
            if isinstance(found, Rejected):
                self._report.refuse(found)
            else:
                files.append(found)
        self._report.files = len(files)
        self._total = sum(found.effort for found in files)
        records = [found for found in files if found.kind != "pdf"]
        books = [found for found in files if found.kind == "pdf"]
        # Records first: a PDF is attached to the record that names it, which must be searchable by then.
        if records or self._job.rebuild:
            self._load_records(records)
        if books and not self._stop.is_set():
            self._load_books(books)
        self._report.stopped = self._stop.is_set()
        self._report.seconds = time.monotonic() - self._started
        return self._report

    def _load_records(self, files: Iterable[FoundFile]) -> None:
        items = (item for found in files for item in self._read_records(found))
        with Session(self._engine, self._job) as session:
            while batch := list(islice(items, BATCH_RECORDS)):
                self._write_records(session, batch)
                session.checkpoint_if_due()
                if self._stop.is_set():
                    break

    def _read_records(self, found: FoundFile) -> Iterator[SourceRecord | Rejected]:
        before = self._done
        try:
            with open_stream(found) as (stream, counter):
                for item in _READERS[found.kind](stream, str(found.path)):
                    self._done = before + counter.bytes_read * found.effort_per_byte
                    self._tell(found.path)
                    yield item
        except (OSError, EOFError) as error:  # a packed file that breaks off, a disk that fails
            reason = f"The rest of the file cannot be read: {error}."
            yield Rejected(Origin(str(found.path)), "unreadable_file", reason)
        self._done = before + found.effort
        self._tell(found.path)

    def _write_records(self, session: "Session", batch: Iterable[SourceRecord | Rejected]) -> None:
        documents: list[tuple[Origin, Document]] = []
        seen: set[DocumentId] = set()
        for item in batch:
            if isinstance(item, SourceRecord) and is_deleted(item):
                self._put(session, documents)
                documents, seen = [], set()
                session.delete(document_id(item, self._job.source))
                self._report.count("deleted")
                continue
            document = to_document(item, self._job.source) if isinstance(item, SourceRecord) else item
            if isinstance(document, Rejected):
                self._report.refuse(document)
                continue
            if document.id in seen:  # the same control number again: the later record wins, in order
                self._put(session, documents)
                documents, seen = [], set()
            documents.append((item.origin, document))
            seen.add(document.id)
        self._put(session, documents)

    def _put(self, session: "Session", documents: list[tuple[Origin, Document]]) -> None:
        prepared = session.prepare(documents)
        self._report.count("unchanged", len(documents) - len(prepared))
        self._write(session, prepared)

    def _write(self, session: "Session", prepared: list["Prepared"]) -> None:
        entries = embedded([p.entry for p in prepared], self._job.embedder)
        if self._job.embedder is not None:
            self._report.passages += sum(len(entry.passages) for entry in entries)
        refused = session.put(entries)
        for item in prepared:
            reason = refused.get(item.entry.document.id)
            if reason is not None:
                self._report.refuse(Rejected(item.origin, "not_indexed", reason))
            else:
                self._report.count(item.outcome)
                self._report.replaced_in_load += item.seen_in_load

    def _load_books(self, files: list[FoundFile]) -> None:
        with ExitStack() as stack:
            reader = stack.enter_context(PdfReader(workers=self._job.workers))
            session = stack.enter_context(Session(self._engine, replace(self._job, rebuild=False)))
            for found in files:
                self._load_book(session, reader, found)
                self._done += found.effort
                self._tell(found.path)
                session.checkpoint_if_due()
                if self._stop.is_set():
                    break

    def _load_book(self, session: "Session", reader: PdfReader, found: FoundFile) -> None:
        try:
            with plain_file(found) as path:
                sha256 = sha256_of(path)
                if session.has_book(sha256):
                    self._report.count("unchanged")
                    return
                book = reader.read(path)
                if isinstance(book, PdfBook):
                    self._ebooks.add(path, sha256)
                    self._write_book(session, path, book)
                else:
                    origin = replace(book.origin, file=str(found.path))
                    self._report.refuse(replace(book, origin=origin))
        except (OSError, EOFError) as error:
            reason = f"The file cannot be read: {error}."
            self._report.refuse(Rejected(Origin(str(found.path)), "unreadable_file", reason))

    def _write_book(self, session: "Session", path: Path, book: PdfBook) -> None:
        record = session.find_record(path, book)
        document = attach(record, book) if record is not None else document_of(book, self._job.source)
        outcome: Outcome = "updated" if record is not None else "indexed"
        prepared = Prepared(book.origin, session.entry(document, book.pages), outcome, False)
        self._write(session, [prepared])
        self._report.attached += record is not None
        self._report.pages += len(book.pages)
        self._report.pages_without_text += sum(not page.text for page in book.pages)

    def _tell(self, file: Path) -> None:
        seconds = time.monotonic() - self._started
        self._on_progress(Progress(str(file), self._done, self._total, self._report.read, seconds))


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry to write, where it came from, and what it will be counted as."""

    origin: Origin
    entry: Entry
    outcome: Outcome
    seen_in_load: bool


class Session:
    """An open writer beside a view of what is published, renewed at every checkpoint.

    Knows of every document whether it is there already and unchanged, written or not yet published.
    """

    def __init__(self, engine: Engine, job: IngestJob) -> None:
        self._engine = engine
        self._job = job
        self._embedder_name = job.embedder.name if job.embedder else ""
        self._dimensions = job.embedder.dimensions if job.embedder else 0
        # Ids written by this load, and of those since the last checkpoint, what was written.
        self._written: set[DocumentId] = set()
        self._fresh: dict[DocumentId, Document | None] = {}
        self._fresh_pages: dict[DocumentId, tuple[Page, ...]] = {}
        self._fresh_books: set[str] = set()

    def __enter__(self) -> "Session":
        self._open(self._job.rebuild)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.__exit__(*error)  # type: ignore[arg-type]  # the three that `with` gives

    def _open(self, rebuild: bool) -> None:
        self._stack = ExitStack()
        start = self._engine.rebuilding if rebuild else self._engine.updating
        self._writer: IndexWriter = self._stack.enter_context(start(self._embedder_name, self._dimensions))
        self._view = None if rebuild else self._published()
        self._opened = time.monotonic()
        self._fresh.clear()
        self._fresh_pages.clear()
        self._fresh_books.clear()

    def _published(self) -> Searcher | None:
        try:
            return self._engine.searcher()
        except IndexMissing:
            return None

    def checkpoint_if_due(self) -> None:
        """Publish what is written, every CHECKPOINT_S; never during a rebuild, which is published once."""
        if not self._job.rebuild and time.monotonic() - self._opened > CHECKPOINT_S:
            self._stack.close()
            self._open(rebuild=False)

    def existing(self, ids: Iterable[DocumentId]) -> dict[DocumentId, Document]:
        """Those of `ids` that are in the index, counting what this load wrote."""
        ids = list(ids)
        known = {id: self._fresh[id] for id in ids if id in self._fresh}
        unknown = [id for id in ids if id not in known]
        found = {d.id: d for d in self._view.fetch(unknown)} if self._view is not None and unknown else {}
        return found | {id: document for id, document in known.items() if document is not None}

    def prepare(self, documents: Iterable[tuple[Origin, Document]]) -> list[Prepared]:
        """Entries for the documents that are new or changed."""
        documents = list(documents)
        there = self.existing(document.id for _, document in documents)
        prepared = []
        for origin, document in documents:
            old = there.get(document.id)
            if old is not None and old.ebook is not None:
                document = carry_over(document, old.ebook)
            if old is not None and self._same(document, old):
                continue
            pages = self._pages_of(old) if old is not None else ()
            outcome: Outcome = "indexed" if old is None else "updated"
            prepared.append(Prepared(origin, self.entry(document, pages), outcome, document.id in self._written))
        return prepared

    def entry(self, document: Document, pages: tuple[Page, ...]) -> Entry:
        sealed = replace(document, fingerprint=f"{document.fingerprint}+{self._embedder_name}")
        return Entry(sealed, pages, split(document, pages) if self._embedder_name else ())

    def _same(self, document: Document, old: Document) -> bool:
        """Whether nothing changed. Without an embedder, vectors that are there already may stay."""
        return old.fingerprint.partition("+")[0] == document.fingerprint and self._has_vectors(old)

    def _has_vectors(self, document: Document) -> bool:
        """Whether a document in the index has the vectors this load would make."""
        return not self._embedder_name or document.fingerprint.partition("+")[2] == self._embedder_name

    def _pages_of(self, document: Document) -> tuple[Page, ...]:
        if document.ebook is None:
            return ()
        if document.id in self._fresh_pages:
            return self._fresh_pages[document.id]
        return tuple(self._view.pages(document.id, 1, document.ebook.page_count)) if self._view else ()

    def has_book(self, sha256: str) -> bool:
        """Whether an e-book of these bytes is indexed already, with this embedder's vectors or none asked for."""
        if sha256 in self._fresh_books:
            return True
        if self._view is None:
            return False
        holding = Query(filters=(Filter("ebook_file", (sha256,)),))
        found = self._view.fetch([item.id for item in self._view.keyword(holding, 1).items])
        return any(self._has_vectors(document) for document in found)

    def find_record(self, path: Path, book: PdfBook) -> Document | None:
        """The record a PDF belongs to, if one names it."""
        if self._view is None:
            return None
        id = find_record(candidates(path, book), self._view, self._job.source)
        return self.existing([id]).get(id) if id is not None else None

    def put(self, entries: list[Entry]) -> dict[DocumentId, str]:
        """Write entries; gives the reasons of those refused."""
        report = self._writer.put(entries)
        refused = {item.id: item.reason for item in report.refused}
        for entry in entries:
            if entry.document.id not in refused:
                self._written.add(entry.document.id)
                self._fresh[entry.document.id] = entry.document
                self._fresh_pages[entry.document.id] = entry.pages
                if entry.document.ebook is not None:
                    self._fresh_books.add(entry.document.ebook.sha256)
        return refused

    def delete(self, id: DocumentId) -> None:
        self._writer.delete([id])
        self._fresh[id] = None


def embedded(entries: list[Entry], embedder: Embedder | None) -> list[Entry]:
    """Entries with their vectors, all texts of the batch in one call, so that equal lengths meet."""
    if embedder is None:
        return entries
    texts = [passage.text for entry in entries for passage in entry.passages]
    rows = embedder.passages(texts)
    embedded, start = [], 0
    for entry in entries:
        end = start + len(entry.passages)
        embedded.append(replace(entry, vectors=rows[start:end]))
        start = end
    return embedded
