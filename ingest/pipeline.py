"""A load: read > map > compare > split > embed > write, one bounded batch at a time."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Final

from ingest.changes import Change
from ingest.ebooks import EbookStore
from ingest.files import READ_ERRORS, FoundFile, find, open_stream, plain_file
from ingest.jobs import IngestJob, Progress
from ingest.linking import attach, candidates, document_of, standalone_id
from ingest.mapping_pool import Item, MappingPool
from ingest.readers import marc, marcxml
from ingest.readers.pdf import PdfReader, sha256_of
from ingest.report import IngestReport, Outcome
from ingest.session import Session, Settled
from ingest.source import Origin, PdfBook, Rejected
from search.embedding import Embedder
from search.engine import Engine, Entry

BATCH_RECORDS: Final = 500

_READERS: Final = {"marc": marc.read, "marcxml": marcxml.read}
_CUTTERS: Final = {"marc": marc.cut, "marcxml": marcxml.cut}


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
        try:
            with Session(self._engine, self._job, any(found.kind == "pdf" for found in files)) as session:
                self._load(session, files)
                if self._job.rebuild and (self._stop.is_set() or not self._report.outcomes["indexed"]):
                    raise _GivenUpError
        except _GivenUpError:
            self._report.given_up = True
        self._report.stopped = self._stop.is_set()
        self._report.seconds = time.monotonic() - self._started
        return self._report

    def _load(self, session: Session, files: Sequence[FoundFile]) -> None:
        # Records first: a PDF is attached to the record that names it, which must be known by then.
        records = (item for found in files if found.kind != "pdf" for item in self._read_records(found))
        with MappingPool(self._job.workers, self._job.source, self._job.embedder is not None) as pool:
            changes = pool.changes(records)
            while not self._stop.is_set() and (batch := list(islice(changes, BATCH_RECORDS))):
                self._write_records(session, batch)
                session.checkpoint_if_due()
        books = [found for found in files if found.kind == "pdf"]
        if not books or self._stop.is_set():
            return
        session.make_linkable()
        with PdfReader(workers=self._job.workers) as reader:
            for found in books:
                self._load_book(session, reader, found)
                self._done += found.effort
                self._tell(found.path)
                session.checkpoint_if_due()
                if self._stop.is_set():
                    break

    def _read_records(self, found: FoundFile) -> Iterator[Item]:
        """The file's records, read if they are mapped in this process, else as bytes that cost little to send."""
        readers = _READERS if self._job.workers == 1 else _CUTTERS
        before = self._done
        try:
            with open_stream(found) as (stream, counter):
                for item in readers[found.kind](stream, str(found.path)):
                    self._done = before + counter.bytes_read * found.effort_per_byte
                    self._tell(found.path)
                    yield item
        except READ_ERRORS as error:
            reason = f"The rest of the file cannot be read: {error}."
            yield Rejected(Origin(str(found.path)), "unreadable_file", reason)
        self._done = before + found.effort
        self._tell(found.path)

    def _write_records(self, session: Session, batch: Iterable[Change | Rejected]) -> None:
        changes: list[Change] = []
        for item in batch:
            if isinstance(item, Rejected):
                self._report.refuse(item)
            else:
                changes.append(item)
        self._write(session, session.settle(changes, self._report))

    def _write(self, session: Session, settled: Iterable[Settled]) -> None:
        settled = list(settled)
        entries = embedded([item.entry for item in settled], self._job.embedder)
        if self._job.embedder is not None:
            self._report.passages += sum(len(entry.passages) for entry in entries)
        refused = session.put(entries)
        for item in settled:
            reason = refused.get(item.entry.document.id)
            if reason is not None:
                self._report.outcomes[item.outcome] -= 1
                self._report.refuse(Rejected(item.origin, "not_indexed", reason))

    def _load_book(self, session: Session, reader: PdfReader, found: FoundFile) -> None:
        origin = Origin(str(found.path))
        try:
            with plain_file(found) as path:
                sha256 = sha256_of(path)
                if session.has_book(path, sha256):
                    self._report.count("unchanged")
                    return
                book = reader.read(path)
                if isinstance(book, PdfBook):
                    self._ebooks.add(path, sha256)
                    self._write_book(session, path, book, origin)
                else:
                    self._report.refuse(replace(book, origin=origin))
        except READ_ERRORS as error:
            self._report.refuse(Rejected(origin, "unreadable_file", f"The file cannot be read: {error}."))

    def _write_book(self, session: Session, path: Path, book: PdfBook, origin: Origin) -> None:
        record = session.find_record(candidates(path, book), book.sha256)
        if record is not None:
            session.delete(standalone_id(self._job.source, book.sha256))  # loaded before its record was
            document = attach(record, book)
        else:
            document = document_of(book, self._job.source)
        outcome: Outcome = "updated" if session.held([document.id]) else "indexed"
        self._report.count(outcome)
        self._write(session, [Settled(origin, session.entry(document, book.pages), outcome)])
        self._report.attached += record is not None
        self._report.pages += len(book.pages)
        self._report.pages_without_text += sum(not page.text for page in book.pages)

    def _tell(self, file: Path) -> None:
        seconds = time.monotonic() - self._started
        self._on_progress(Progress(str(file), self._done, self._total, self._report.read, seconds))


class _GivenUpError(Exception):
    """A rebuild that must not be published: it was stopped, or nothing could be loaded."""


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
