"""A load: read > map > compare > split > embed > write, one bounded batch at a time."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path
from threading import Event
from typing import Final, TypeVar

from ingest.changes import Change, Known, change_of, known, numbered
from ingest.collecting import collecting_rarely
from ingest.ebooks import EbookStore, Hold, StoreError
from ingest.files import READ_ERRORS, FoundFile, PassedOver, find, open_stream, plain_file
from ingest.harvest import Harvest
from ingest.harvest_state import Position
from ingest.imprint import title_from
from ingest.jobs import IngestJob, Progress
from ingest.linking import (
    Place,
    attach,
    candidates,
    document_of,
    folder_of,
    is_nameless,
    is_record,
    place_of,
    standalone_id,
)
from ingest.mapping_pool import MappingPool
from ingest.published import ebooks_held
from ingest.read_failure import told
from ingest.readers.formats import readers
from ingest.readers.pdf import PdfReader, sha256_of
from ingest.report import IngestReport, Outcome
from ingest.session import Session, Settled, Settlement
from ingest.source import Origin, PdfBook, RecordItem, Rejected, RemovedRecord
from ingest.still_there import StillThere
from ingest.tombstones import Tombstones
from search.document import Document, DocumentId
from search.embedding import Embedder
from search.engine import Engine, Entry
from search.errors import SearchError
from search.query import Query

T = TypeVar("T")

# Records written together, as many as the embedded engine commits at once: smaller commits are joined afterwards, which
# costs it as much as writing them did. Some 200 MB while it is written.
BATCH_RECORDS: Final = 16_000
# With vectors the first batch is so large, and the next one as large as takes so long, but no more than some times as large:
# how long vectors take is the model's, and Ctrl-C waits for the end of a batch.
BATCH_EMBEDDED: Final = 500
BATCH_GROWS: Final = 8
_WAITED_FOR_S: Final = 8.0
# Repositories are slow, and what was asked of them should not be lost.
BATCH_HARVESTED: Final = 200
# One a file at most, and a load may have a hundred thousand.
MAX_NOTES: Final = 1_000
# Read ahead to be compared with the index in one question.
BATCH_COMPARED: Final = 1_000
# Until everybody who shows the index has seen that there is a new one (portal.caching.remembering), and to spare.
_FOLLOWED_S: Final = 2.0
# Of the work that a record is, the part that is done when it is read and mapped.
_READING: Final = 1 / 3
_TOLD_FILES: Final = 5
_PASSED_OVER: Final = {
    "document": "These documents are passed over; save as PDF what is an e-book, and as .xlsx or CSV what is a table of titles",
    "database": "These files of a database are passed over; export its titles as a table (CSV, .xlsx) or as MARC",
    "unfinished": "These files are still being copied or downloaded; load them once they are whole",
}


class Load:
    """One run of a job. `stop` may be set from a signal handler: the batch under way is written, then it ends.

    tombstones: where removals are remembered. on_refused: gets each refused record with its bytes. batch_records: how many
    are written together at most.
    """

    def __init__(
        self,
        engine: Engine,
        ebooks: EbookStore,
        job: IngestJob,
        on_progress: Callable[[Progress], None] = lambda _: None,
        stop: Event | None = None,
        *,
        tombstones: Tombstones | None = None,
        on_refused: Callable[[Rejected], None] = lambda _: None,
        batch_records: int = BATCH_RECORDS,
    ) -> None:
        self._engine = engine
        self._ebooks = ebooks
        self._job = job
        self._on_progress = on_progress
        self._stop = stop or Event()
        self._tombstones = tombstones
        self._on_refused = on_refused
        self._readers = readers(job.columns, self._note)
        # An order of columns fits whatever has tabs.
        named = replace(job.columns, order=()) if job.columns else None
        self._guessing = readers(named, self._note)
        self._batch = min(batch_records, BATCH_EMBEDDED) if job.embedder else batch_records
        self._most_together = batch_records
        self._report = IngestReport(
            job.dry, embedder=job.embedder.name if job.embedder else "", removes_missing=job.missing == "removed"
        )
        self._started = time.monotonic()
        # Work of all there is, of what is read, and about that of what is in one of the report's counts (FoundFile.effort).
        self._total = self._read = self._settled = 0.0
        self._items, self._last_file = 0, ""
        # After how many items how much was read. Unchanged ones are counted before changed ones that were read earlier.
        self._marks: deque[tuple[int, float]] = deque()
        self._position: Position | None = None
        self._hidden = 0  # records that their library shows to nobody
        self._met: set[str] = set()  # the SHA-256 of every PDF
        self._places: set[str] = set()  # what stands for its file, and for the folders that this lies in

    def run(self) -> IngestReport:
        """Load everything; gives the report. Raises what the engine raises (IndexBusy, SchemaMismatch...)."""
        self._ebooks.clear()
        files: list[FoundFile] = []
        passed_over: list[PassedOver] = []
        for found in find(self._job.paths, self._job.links, passed_over.append):
            if isinstance(found, Rejected):
                self._refuse(found)
            else:
                files.append(found)
        self._tell_of_passed_over(passed_over)
        self._report.files = len(files)
        self._total = sum(found.effort for found in files)
        own, others = self._held()
        with_books = any(found.kind == "pdf" for found in files)
        try:
            with self._ebooks.in_use() as hold:
                with collecting_rarely(), self._session(with_books) as session:
                    if self._job.harvest is not None:
                        self._harvest(session, self._job.harvest)
                    self._load(session, files)
                    self._look_for_missing(session)
                    if self._job.rebuild and not self._is_whole():
                        raise _GivenUpError
                self._keep_position()
                self._tidy(hold)
                if self._ebooks.unlisted:
                    self._note(self._job.source, self._ebooks.unlisted)
            if self._hidden:
                self._note(self._job.source, _about_hidden(self._hidden))
            if self._job.rebuild:
                self._tell_of_gone(own, others)
            elif others and not own and self._report.outcomes["indexed"]:
                self._note(self._job.source, _about_first(others))
        except _GivenUpError:
            self._report.given_up = True
        self._report.stopped = self._stop.is_set()
        self._report.seconds = time.monotonic() - self._started
        return self._report

    def _session(self, with_books: bool) -> Session:
        return Session(self._engine, self._ebooks, self._job, self._tombstones, with_books)

    def _tidy(self, hold: Hold) -> None:
        """Remove the files of e-books that no title has any more, once nobody is shown the index before."""
        if not self._ebooks.given_up() or self._stop.wait(_FOLLOWED_S):
            return  # what is left is for the next load
        try:
            tidied = self._ebooks.remove_given_up(hold, lambda names: ebooks_held(self._engine.searcher(), names))
        except (SearchError, StoreError) as error:  # the load itself is done
            self._note(self._job.source, f"e-book files that no title may have stay until the next load. {error}")
            return
        self._report.ebook_files_removed = tidied.files
        if tidied.kept_for:
            others = ", ".join(tidied.kept_for)
            self._note(
                self._job.source,
                f"e-book files that no title may have stay, since another index has files there too ({others}). "
                "telusur check tells how many, and what to do.",
            )
        if tidied.left:
            self._note(self._job.source, f"{tidied.left:,} e-book files that no title has could not be removed.")

    def _load(self, session: Session, files: Sequence[FoundFile]) -> None:
        # Records first: a PDF is attached to the record that names it, which must be known by then.
        records = (item for found in files if found.kind != "pdf" for item in self._read_records(found))
        with MappingPool(self._job.workers, self._job.source, self._job.embedder is not None) as pool:
            changes = pool.changes(self._changed_only(session, self._until_stopped(records)))
            self._items = self._report.read
            while batch := list(islice(self._until_stopped(changes), self._batch)):
                began = time.monotonic()
                self._write_records(session, batch)
                grown = _grown(len(batch), time.monotonic() - began)
                self._batch = min(max(self._batch, grown), self._most_together)
                self._tell(batch[-1].origin.file)
                session.checkpoint_if_due()
            if self._last_file:
                self._tell(self._last_file)  # the last of them may have been unchanged
        books = [found for found in files if found.kind == "pdf"]
        if not books or self._stop.is_set():
            return
        session.make_linkable()
        self._marks.clear()
        self._settled = self._read
        with PdfReader(workers=self._job.workers, ocr=self._job.ocr) as reader:
            for found in books:
                self._load_book(session, reader, found)
                self._read = self._settled = self._settled + found.effort
                self._tell(str(found.path))
                session.checkpoint_if_due()
                if self._stop.is_set():
                    break

    def _until_stopped(self, items: Iterator[T]) -> Iterator[T]:
        while not self._stop.is_set() and (item := next(items, None)) is not None:
            yield item

    def _read_records(self, found: FoundFile) -> Iterator[RecordItem]:
        """The file's records as bytes, which cost little to compare or to send."""
        self._last_file = str(found.path)
        cut = (self._guessing if found.is_guess else self._readers)[found.kind].cut
        before = self._read
        try:
            with open_stream(found) as (stream, counter):
                for item in cut(stream, str(found.path)):
                    self._has_read(before + counter.bytes_read * found.effort_per_byte, 1)
                    self._tell(str(found.path))
                    if found.is_guess and isinstance(item, Rejected) and item.code == "unknown_format":
                        self._pass_over(found, item)
                        continue
                    yield item
        except READ_ERRORS as error:
            reason = f"The rest of the file cannot be read. {told(error)}"
            self._has_read(self._read, 1)
            yield Rejected(Origin(str(found.path)), "unreadable_file", reason)
        self._has_read(before + found.effort)
        self._tell(str(found.path))

    def _pass_over(self, found: FoundFile, why: Rejected) -> None:
        """A log or a list of other things is no reason to end each night's load with an exit code; a table may be one."""
        self._report.files -= 1
        self._note(str(found.path), f"passed over; if it is a table of titles, name the file itself. {why.reason}")

    def _tell_of_passed_over(self, passed_over: Sequence[PassedOver]) -> None:
        """A sentence for each folder and kind: what lies beside a catalogue is no refusal, but may be meant to be loaded."""
        names: dict[tuple[Path, str], list[str]] = {}
        for found in passed_over:
            names.setdefault((found.top, found.why), []).append(str(found.path.relative_to(found.top)))
        for (top, why), those in names.items():
            told = ", ".join(those[:_TOLD_FILES]) + (
                f" and {len(those) - _TOLD_FILES:,} more" if those[_TOLD_FILES:] else ""
            )
            self._note(str(top), f"{_PASSED_OVER[why]}: {told}.")

    def _has_read(self, effort: float, items: int = 0) -> None:
        """`effort` is what all that was read so far took."""
        self._read, self._items = effort, self._items + items
        if self._marks and self._marks[-1][0] == self._items:
            self._marks.pop()
        self._marks.append((self._items, effort))

    def _changed_only(self, session: Session, items: Iterable[RecordItem]) -> Iterator[RecordItem]:
        """Items less the records that are in the index just as they are, which are counted."""
        if self._job.rebuild:
            yield from items
            return
        rest = iter(items)
        while batch := list(islice(rest, BATCH_COMPARED)):
            found = [known(item, self._job.source) for item in batch]
            # Of a number that occurs twice here nothing is sure but the order, so both go the long way.
            numbers = Counter(one.id for one in found if isinstance(one, Known))
            wanted = {one.id: one.fingerprint for one in found if isinstance(one, Known) and numbers[one.id] == 1}
            same = session.unchanged(wanted, numbers.keys())
            for one in found:
                if isinstance(one, Rejected):
                    yield one
                elif one.id in same:
                    self._report.count("unchanged", file=one.item.origin.file)
                else:
                    yield one.item

    def _harvest(self, session: Session, harvest: Harvest) -> None:
        """A repository's records, batch by batch: what is kept of the position is only what is published."""
        items = harvest.items()
        while not self._stop.is_set() and (batch := list(islice(items, BATCH_HARVESTED))):
            self._position = harvest.position
            for removed, some in groupby(batch, lambda item: isinstance(item, RemovedRecord)):
                if removed:
                    self._remove(session, [item for item in some if isinstance(item, RemovedRecord)])
                else:
                    self._map_here(session, [item for item in some if not isinstance(item, RemovedRecord)])
            self._read = self._settled = harvest.count
            self._total = max(harvest.total, harvest.count) if harvest.total else 0.0
            self._tell(self._job.source)
            if session.checkpoint_if_due():
                self._keep_position()
        self._position = harvest.position

    def _map_here(self, session: Session, items: Sequence[RecordItem]) -> None:
        # All of them, though asked to stop meanwhile: the repository's position is beyond them already.
        with_passages = self._job.embedder is not None
        changed = self._changed_only(session, items)
        self._write_records(session, [change_of(item, self._job.source, with_passages) for item in changed])

    def _remove(self, session: Session, items: Sequence[RemovedRecord]) -> None:
        ids = session.named_in_repository([item.oai_identifier for item in items])
        gone = [Change(item.origin, id) for item in items for id in ids.get(item.oai_identifier, ())]
        # What was never here need not go.
        self._report.count("unchanged", sum(item.oai_identifier not in ids for item in items))
        self._write(session, session.settle(gone, self._report))

    def _held(self) -> tuple[int, str]:
        """How many records the index holds of this source, and what of others, "" for nothing.

        Of one that only tells how many it has, as that of another version does, all count as this source's.
        """
        try:
            sources = self._engine.searcher().facets(Query()).get("source", ())
        except SearchError:
            with suppress(SearchError):
                return self._engine.info().documents, ""
            return 0, ""
        held = {value.value: value.count for value in sources if value.count}
        own = held.pop(self._job.source, 0)
        return own, ", ".join(f"{_records(count)} of {name}" for name, count in held.items())

    def _tell_of_gone(self, own: int, others: str) -> None:
        """own, others: what the index held before it was made anew."""
        if others:
            self._note(self._job.source, f"this is all that the index holds now; gone: {others}.")
        left = self._held()[0] if own and not self._job.dry else own
        if left < own:
            self._note(
                self._job.source,
                f"the index held {_records(own)} before, and holds {left:,} now, for a rebuild is made of what it is given and nothing "
                "else. If a file or folder was not named, or could not be read, load it too.",
            )

    def _is_whole(self) -> bool:
        """Whether a rebuild may take the place of the index: not with a part of what should be in it."""
        if self._job.dry:
            return True
        came_to_its_end = self._job.harvest is None or self._job.harvest.position.complete
        return came_to_its_end and not self._stop.is_set() and bool(self._report.outcomes["indexed"])

    def _keep_position(self) -> None:
        if self._job.harvest is None or self._position is None:
            return
        try:
            self._job.harvest.keep(self._position)
        except OSError as error:
            self._note(
                self._job.source,
                f"how far the harvest came could not be kept ({error.strerror or error}), so the next begins earlier. "
                "See that the data folder can be written and has room.",
            )

    def _note(self, file: str, sentence: str) -> None:
        if len(self._report.notes) < MAX_NOTES:
            self._report.notes.append(f"{file}: {sentence}")

    def _note_once(self, file: str, sentence: str) -> None:
        if f"{file}: {sentence}" not in self._report.notes:
            self._note(file, sentence)

    def _refuse(self, rejected: Rejected) -> None:
        self._report.refuse(numbered(rejected))
        self._on_refused(rejected)

    def _write_records(self, session: Session, batch: Iterable[Change | Rejected]) -> None:
        changes: list[Change] = []
        for item in batch:
            if isinstance(item, Rejected):
                self._refuse(item)
            else:
                self._hidden += item.hidden
                if item.document is not None:
                    self._report.find_damage(item.document, item.origin)
                changes.append(item)
        self._write(session, session.settle(changes, self._report))

    def _write(self, session: Session, settlement: Settlement) -> None:
        settled = settlement.placed
        entries = embedded([item.entry for item in settled], self._job.embedder)
        if self._job.embedder is not None:
            self._report.passages += sum(len(entry.passages) for entry in entries)
        refused = session.put(entries)
        for last in settled:
            reason = refused.get(last.entry.document.id)
            for item in (*last.earlier, last):
                if reason is not None and item.outcome is not None:
                    self._take_back(item, item.outcome)
                    self._refuse(_refused(item, reason))
        if not refused:  # what a refused document was to take the place of stays
            session.delete(settlement.vacated)

    def _take_back(self, item: Settled, outcome: Outcome) -> None:
        self._report.count(outcome, -1, file=item.origin.file)
        if item.replacement is not None:
            self._report.take_back(item.replacement)

    def _load_book(self, session: Session, reader: PdfReader, found: FoundFile) -> None:
        origin = Origin(str(found.path))
        place = place_of(found.path)
        self._places.update((place.file, *place.folders))
        try:
            with plain_file(found) as path:
                sha256 = sha256_of(path)
                is_copy = sha256 in self._met
                self._met.add(sha256)
                if held := session.unchanged_book(path, sha256):
                    self._ebooks.add(path, sha256)  # it may have been lost from the store
                    self._report.count("unchanged", file=str(found.path))
                    if not is_copy:
                        self._follow(session, origin, held, place)
                    return
                book = reader.read(path)
                if isinstance(book, PdfBook):
                    self._ebooks.add(path, sha256)
                    self._write_book(session, path, place, book, origin)
                else:
                    self._refuse(replace(book, origin=origin))
        except StoreError:  # no file's fault: the next one would fare no better
            raise
        except READ_ERRORS as error:
            self._refuse(Rejected(origin, "unreadable_file", f"The file cannot be read. {told(error)}"))

    def _follow(self, session: Session, origin: Origin, held: Sequence[Document], place: Place) -> None:
        settlement, is_untold = session.moved(origin, held, place)
        if settlement.placed:
            self._write(session, settlement)
        if is_untold:
            self._note_once(
                self._job.source,
                "e-books lie elsewhere than the index has them, which a load without vectors leaves so. Load them "
                "with vectors (without --no-embed) before --remove-missing is said of the folders where they were.",
            )

    def _write_book(self, session: Session, path: Path, place: Place, book: PdfBook, origin: Origin) -> None:
        record, former = self._owners(session, path, place, book)
        if record is not None:
            document = attach(record, book, place)
            left = [standalone_id(self._job.source, book.sha256)]  # loaded before its record was
        else:
            document = document_of(book, self._job.source, place)
            left = []
            if is_nameless(book):
                self._note(path.name, _about_nameless(document.title, book))
        if former is not None and not is_record(former):
            left.append(former.id)
        for replaced in (record, former):
            if replaced is not None and replaced.ebook is not None and replaced.ebook.sha256 != book.sha256:
                session.give_up_ebook(replaced.ebook.sha256)
        outcome: Outcome = "updated" if former is not None or session.has(document.id) else "indexed"
        self._report.count(outcome, file=origin.file)
        settled = Settled(origin, session.entry(document, book.pages), outcome)
        self._write(session, Settlement((settled,), session.leave(left, document.id)))
        self._report.attached += record is not None
        self._count_pages(path.name, book)

    def _owners(
        self, session: Session, path: Path, place: Place, book: PdfBook
    ) -> tuple[Document | None, Document | None]:
        """The record that a book belongs to, and the title made of an earlier state of it, whose place it takes."""
        keys = candidates(path, book)
        record = session.find_record(keys, book.sha256)
        former, is_newer = session.former(keys, book, place, self._met)
        if former is None or (record is not None and former.id == record.id):
            return record, None  # its record has a newer file, whatever stands in that
        if not is_newer:
            self._note(path.name, f"another text stands in it than before; the title made of that stays ({former.id}).")
            return record, None
        if record is None and is_record(former):
            record = former  # which record it has found stays
        return record, former

    def _count_pages(self, name: str, book: PdfBook) -> None:
        self._report.pages += len(book.pages)
        self._report.pages_by_ocr += book.pages_by_ocr
        if without := sum(not page.text for page in book.pages):
            self._report.pages_without_text += without
            self._note(name, f"{without:,} of {len(book.pages):,} pages have no text.")
        if book.ocr_failure:
            self._note(name, f"no OCR: {book.ocr_failure}.")

    def _look_for_missing(self, session: Session) -> None:
        """E-books whose files were in a folder of this load and are there no more: told, and taken out where asked."""
        if self._job.missing == "ignored" or self._job.rebuild or self._stop.is_set():
            return
        told: set[DocumentId] = set()  # of two folders one may lie in the other
        for path in filter(Path.is_dir, self._job.paths):
            there = StillThere(path, self._places)
            for documents in session.missing(folder_of(path), self._met, self._places):
                missing = {
                    held.id: held
                    for held in documents
                    if held.id not in told and held.ebook is not None and not there.has_file(held.ebook)
                }
                told |= missing.keys()
                gone = {id: held for id, held in missing.items() if self._may_go(held, there)}
                self._report.miss(gone.values(), removed=True)
                self._report.miss((held for id, held in missing.items() if id not in gone), removed=False)
                self._write(session, session.without_ebooks(gone.values()))

    def _may_go(self, held: Document, there: StillThere) -> bool:
        """Whether an e-book that is missing is to be taken out, and gone as far as one can see."""
        if self._job.missing != "removed" or held.ebook is None:
            return False
        if self._report.reasons["unreadable_file"]:
            self._note_once(self._job.source, "not everything could be read, so no e-book was taken out.")
            return False
        if (emptied := there.emptied(held.ebook)) is not None:
            self._note_once(
                str(emptied),
                "no e-book was found in it, so none that lay there was taken out. See that its disk is connected, or "
                "delete it if it is to go.",
            )
            return False
        return True

    def _tell(self, name: str) -> None:
        while self._marks and self._marks[0][0] <= self._report.read:
            _, self._settled = self._marks.popleft()
        done = self._settled + _READING * (self._read - self._settled)
        seconds = time.monotonic() - self._started
        self._on_progress(Progress(name, done, self._total, self._report.read, seconds))


def _records(count: int) -> str:
    return f"{count:,} record{'s' * (count != 1)}"


def _about_hidden(count: int) -> str:
    return (
        f"{_records(count)} left out, as if deleted, since the library hides them from its public catalogue (942 $n is 1, opac_hide in "
        "SLiMS). Take the mark off there to show them."
    )


def _about_nameless(title: str, book: PdfBook) -> str:
    origin = "its file" if title == title_from(Path(book.origin.file).name) else "what its first page begins with"
    return (
        f'it belongs to no record and states no title, so it is called "{title}" after {origin}. Give the file a name that tells '
        "what it is, or a record that links to it (856), and load it again."
    )


def _about_first(others: str) -> str:
    return (
        f"the index has records under this name for the first time, beside {others}. If that is the same catalogue, its "
        "titles stand there twice: build the index anew under one --source, with --rebuild."
    )


def _refused(item: Settled, reason: str) -> Rejected:
    raw = item.entry.document.raw
    if raw is None or raw.format == "pdf":
        return Rejected(item.origin, "not_indexed", reason)
    return Rejected(item.origin, "not_indexed", reason, raw.data, raw.format)


class _GivenUpError(Exception):
    """A rebuild that must not be published: it was stopped, broke off, or nothing could be loaded."""


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


def _grown(size: int, taken_s: float) -> int:
    """How many records to write together when `size` of them took so long.

    >>> _grown(500, 0.3), _grown(4_000, 2.0), _grown(500, 20.0)
    (4000, 16000, 200)
    """
    return int(size * min(BATCH_GROWS, _WAITED_FOR_S / max(taken_s, 0.001)))
