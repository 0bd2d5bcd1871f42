"""The index while a load writes to it: what it holds, what is unchanged, what is to be written."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ingest import fingerprints
from ingest.changes import Change
from ingest.ebooks import EbookStore
from ingest.jobs import IngestJob
from ingest.linking import (
    Catalogue,
    LinkKeys,
    Place,
    find_record,
    found_at,
    is_newer_state,
    is_record,
    named,
    without_ebook,
)
from ingest.passages import split
from ingest.published import Published
from ingest.report import IngestReport, Outcome, Replacement
from ingest.shelf import Shelf
from ingest.source import Origin, PdfBook
from ingest.tombstones import Tombstones
from ingest.unpublished import Unpublished
from ingest.works import members_of
from search.document import Document, DocumentId, Ebook, Page, Passage
from search.engine import Engine, Entry, IndexWriter, Searcher
from search.errors import IndexBusy, IndexMissing
from search.publications import BEGINNING
from search.query import Filter, Query

_WAIT_FOR_OTHERS_S: Final = 60.0
_LOOK_AGAIN_S: Final = 0.2
_WALKED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """An entry to write, where it came from, and what its record was counted as: None where the document only changed
    because a record has joined or left it.

    replacement: what was told of the record that it takes the place of. earlier: what was counted in this batch and is
    to be written no more, since this entry took its place; it is refused with it.
    """

    origin: Origin
    entry: Entry
    outcome: Outcome | None
    replacement: Replacement | None = None
    earlier: tuple["Settled", ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a batch of changes does to the index: entries to write, then documents to remove."""

    placed: tuple[Settled, ...]
    vacated: tuple[DocumentId, ...]


class Session:
    """An open writer beside a view of what is published, renewed at every checkpoint.

    Knows of every document whether it is there already and unchanged, written or not yet published.
    """

    def __init__(
        self, engine: Engine, ebooks: EbookStore, job: IngestJob, tombstones: Tombstones | None, with_books: bool
    ) -> None:
        self._engine = engine
        self._ebooks = ebooks
        self._job = job
        self._tombstones = tombstones
        self._embedder_name = job.embedder.name if job.embedder else ""
        self._dimensions = job.embedder.dimensions if job.embedder else 0
        self._unpublished = Unpublished(keep_all=job.rebuild and with_books)
        # Records and documents removed since the last checkpoint, and those that have a tombstone and are back.
        self._gone: dict[DocumentId, None] = {}
        self._back: set[DocumentId] = set()
        # Files of e-books that a title had, since the last checkpoint.
        self._ebooks_given_up: set[str] = set()
        self._buried = {found.id for found in tombstones} if tombstones is not None else set()

    def __enter__(self) -> "Session":
        try:
            self._open(self._job.rebuild)
        except BaseException:
            self._unpublished.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._stack.__exit__(*error)  # type: ignore[arg-type]  # the three that `with` gives
            if error[0] is None:
                self._raise_again()
        finally:
            self._unpublished.close()

    def _open(self, rebuild: bool) -> None:
        with ExitStack() as opening:
            start = self._engine.rebuilding if rebuild else self._engine.updating
            self._writer: IndexWriter = opening.enter_context(start(self._embedder_name, self._dimensions))
            opening.push(self._bury_first)
            self._view = None if rebuild else self._published()
            self._other_sources = self._view is not None and self._has_other_sources(self._view)
            self._stack = opening.pop_all()
        self._opened = time.monotonic()

    def _published(self) -> Searcher | None:
        try:
            return self._engine.searcher()
        except IndexMissing:
            return None

    def _has_other_sources(self, view: Searcher) -> bool:
        """Whether records of another source are there, which those of this load may be joined to."""
        return any(value.value != self._job.source for value in view.facets(Query()).get("source", ()))

    def checkpoint_if_due(self) -> bool:
        """Publish what is written, every `checkpoint_s`; never during a rebuild, which is published once.

        Gives whether it did: what was read before this call is then safe.
        """
        if self._job.rebuild or time.monotonic() - self._opened < self._job.checkpoint_s:
            return False
        self._checkpoint()
        return True

    def make_linkable(self) -> None:
        """Let e-books find the records written so far."""
        if not self._job.rebuild and not self._unpublished.is_empty:
            self._checkpoint()

    def _checkpoint(self) -> None:
        self._stack.close()
        self._raise_again()
        self._unpublished.clear()
        self._reopen()

    def _reopen(self) -> None:
        """Another load may come in between, at each publication; it is waited for, as it has waited for us."""
        deadline = time.monotonic() + _WAIT_FOR_OTHERS_S
        while True:
            try:
                self._open(rebuild=False)
                return
            except IndexBusy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK_AGAIN_S)

    def _bury_first(self, kind: type[BaseException] | None, *_: object) -> None:
        """Before the writer ends: where no tombstone can be made, an exclusive engine publishes nothing."""
        if kind is None:
            self._bury()

    def _bury(self) -> None:
        """Before removals are published: until then the documents are there and win."""
        if self._tombstones is not None:
            self._tombstones.add(self._gone)
            self._buried.update(self._gone)
        self._gone.clear()
        self._ebooks.give_up(self._ebooks_given_up)
        self._ebooks_given_up.clear()

    def _bury_at_once(self) -> None:
        """What a shared engine is told is so from then on, however the load ends."""
        if not self._engine.exclusive:
            self._bury()

    def _raise_again(self) -> None:
        """After what is back is published."""
        if self._tombstones is not None:
            self._tombstones.remove(self._back)
        self._back.clear()

    def unchanged(self, wanted: Mapping[DocumentId, str], coming: Collection[DocumentId]) -> set[DocumentId]:
        """Of the records with these ids, those that are in the index as these fingerprints say, with the vectors this
        load would make. Not those that this load has touched before; of `coming`, it has touched the others now."""
        if self._view is None:
            self._unpublished.touch(coming)
            return set()
        untouched = wanted.keys() - self._unpublished.touched(wanted)
        published = self._view.fingerprints(list(untouched))
        same = {
            id
            for id, held in published.items()
            if fingerprints.record_part(held) == wanted[id] and self._has_vectors(held)
        }
        self._unpublished.touch(id for id in coming if id not in same)
        self._back |= self._buried & same  # the load that brought them back was killed before it said so
        return same

    def named_in_repository(self, oai_identifiers: Collection[str]) -> dict[str, list[DocumentId]]:
        """The records of this load's source that a repository knows by these names."""
        found: dict[str, list[DocumentId]] = {}
        values = tuple(oai_identifiers)
        ids = list(self._unpublished.holding("oai_identifier", values))
        if self._view is not None and values:
            holding = Query(filters=(Filter("oai_identifier", values),))
            ids += [item.id for item in self._view.keyword(holding, 4 * len(values)).items]
        for document in self._documents(ids).values():
            for record in members_of(document):
                if self._job.source in record.values("source"):
                    for name in set(record.values("oai_identifier")) & set(values):
                        found.setdefault(name, []).append(record.id)
        return found

    def settle(self, changes: Sequence[Change], report: IngestReport) -> Settlement:
        """What is to be done for the documents that are new or changed; counts every change.

        A record that a repository gives another number has left its old one. What is unchanged is left out.
        """
        names = {name for change in changes if change.document for name in change.document.values("oai_identifier")}
        before = self.named_in_repository(names) if names else {}
        old_ids = {id for ids in before.values() for id in ids}
        shelf = self._shelf(changes, old_ids)
        written = self._unpublished.written(change.id for change in changes)
        placed: dict[DocumentId, Settled] = {}
        gone: dict[DocumentId, None] = {}
        for change in changes:
            old = shelf.record(change.id)
            if change.document is None:
                # A check has no index to look into: it takes each at its word.
                is_there = old is not None or self._job.dry
                report.count("deleted" if is_there else "unchanged", file=change.origin.file)
                if old is not None:
                    self._take_leave(change.id, shelf)
            elif old is not None and self._is_unchanged(change.document, old, shelf):
                report.count("unchanged", file=change.origin.file)
                continue
            else:
                record = _with_names(change.document, old)
                renumbered = [
                    id for name in record.values("oai_identifier") for id in before.get(name, ()) if id != change.id
                ]
                for id in renumbered:
                    self._take_leave(id, shelf)
                outcome: Outcome = "indexed" if old is None and not renumbered else "updated"
                report.count(outcome, file=change.origin.file)
                report.joined += shelf.put(record)
                replacement = None
                if old is not None:
                    replacement = _replacement(change, record, old, change.id in written)
                    report.replace(replacement)
                written.add(change.id)
                home = shelf.home(change.id) or change.id
                entry = self._entry_of(change, record, home, shelf)
                placed[home] = Settled(change.origin, entry, outcome, replacement, _earlier(placed.get(home)))
            for id in shelf.disturbed():  # other documents, whose record has come or gone
                entry = self.entry(shelf.document(id), self._pages(shelf, id))
                placed[id] = Settled(change.origin, entry, None, earlier=_earlier(placed.get(id)))
            for id in shelf.vacated():
                placed.pop(id, None)
                gone[id] = None
        vacated = tuple(id for id in gone if id not in placed)
        # Also where a record goes on in another document: who copied it by this id must hear that it is gone.
        self._go(vacated)
        self._come(placed)
        self._ebooks_given_up |= shelf.ebooks_given_up()
        return Settlement(tuple(placed.values()), vacated)

    def _take_leave(self, id: DocumentId, shelf: Shelf) -> None:
        shelf.remove(id)
        self._go((id,))

    def _entry_of(self, change: Change, record: Document, home: DocumentId, shelf: Shelf) -> Entry:
        document = shelf.document(home)
        if document is record:
            return self._sealed(document, (), change.passages)
        return self.entry(document, self._pages(shelf, document.id))

    def _is_unchanged(self, record: Document, held: Document, shelf: Shelf) -> bool:
        document = shelf.document(shelf.home(record.id) or record.id)
        same = fingerprints.record_part(held.fingerprint) == record.fingerprint
        return same and self._has_vectors(document.fingerprint)

    def _pages(self, shelf: Shelf, id: DocumentId) -> tuple[Page, ...]:
        ebook = shelf.document(id).ebook
        return self._pages_of(shelf.pages_from(id), ebook) if ebook else ()

    def _shelf(self, changes: Sequence[Change], old_ids: Collection[DocumentId]) -> Shelf:
        """What the index holds of these records, by the numbers they have and had, and of others that they may be
        joined to."""
        ids = [*(change.id for change in changes), *old_ids]
        found = self._documents(ids)
        if self._view is not None and self._other_sources:
            found |= self._documents(self._unpublished.holding("record_id", ids))
            missing = tuple(id for id in ids if id not in found)
            works = tuple({key for change in changes if change.document for key in change.document.values("work")})
            for field, values in (("record_id", missing), ("work", works)):
                if values:
                    near = self._view.keyword(Query(filters=(Filter(field, values),)), 4 * len(ids)).items
                    found |= self._documents([item.id for item in near if item.id not in found])
        return Shelf(found.values())

    def _documents(self, ids: Iterable[DocumentId]) -> dict[DocumentId, Document]:
        """Those of `ids` that are in the index, counting what this load wrote."""
        ids = list(dict.fromkeys(ids))
        fresh = self._unpublished.documents(ids)
        unknown = [id for id in ids if id not in fresh]
        held = {found.id: found for found in (self._view.fetch(unknown) if self._view is not None else ())}
        return held | {id: found for id, found in fresh.items() if found is not None}

    def _document(self, id: DocumentId) -> Document | None:
        return self._documents([id]).get(id)

    def has(self, id: DocumentId) -> bool:
        return self._document(id) is not None

    def entry(self, document: Document, pages: tuple[Page, ...]) -> Entry:
        return self._sealed(document, pages, split(document, pages) if self._embedder_name else ())

    def _sealed(self, document: Document, pages: tuple[Page, ...], passages: tuple[Passage, ...]) -> Entry:
        sealed = replace(document, fingerprint=fingerprints.with_embedder(document.fingerprint, self._embedder_name))
        return Entry(sealed, pages, passages)

    def _has_vectors(self, held: str) -> bool:
        """Whether a document in the index has the vectors this load would make. Without an embedder, those that
        are there already may stay."""
        return not self._embedder_name or fingerprints.embedder_part(held) == self._embedder_name

    def _pages_of(self, id: DocumentId, ebook: Ebook) -> tuple[Page, ...]:
        return self._unpublished.pages(id) or (
            tuple(self._view.pages(id, 1, ebook.page_count)) if self._view is not None else ()
        )

    def unchanged_book(self, path: Path, sha256: str) -> list[Document]:
        """The titles that have a PDF as this load would give it to them; [] where it is to be read.

        That is the record its name leads to; or, where it leads nowhere, whatever has it, of any source: one file is one
        title.
        """
        named_record = find_record(named(path), self._catalogue(), self._job.source)
        record = self._document(named_record) if named_record is not None else None
        if record is not None and _may_take(record.ebook, path.name, sha256):
            has_it = record.ebook is not None and record.ebook.sha256 == sha256 and self._is_read(record)
            return [record] if has_it else []
        return [held for held in self._holders(sha256) if self._is_read(held)]

    def moved(self, origin: Origin, documents: Iterable[Document], place: Place) -> tuple[Settlement, bool]:
        """What lets those of these titles that have their file from elsewhere know where it is now; and whether some
        cannot know, since this load would write them without the vectors that they have.

        Nothing for another source's.
        """
        elsewhere = [
            held
            for held in documents
            if held.ebook is not None and held.ebook.place != place.file and self._job.source in held.values("source")
        ]
        placed = tuple(
            Settled(origin, self.entry(found_at(held, place), self._pages_of(held.id, held.ebook)), None)
            for held in elsewhere
            if held.ebook is not None and fingerprints.embedder_part(held.fingerprint) == self._embedder_name
        )
        return Settlement(placed, ()), len(placed) < len(elsewhere)

    def _is_read(self, document: Document) -> bool:
        held, ebook = document.fingerprint, document.ebook
        if self._job.ocr is not None and ebook is not None and ebook.pages_without_text and not ebook.ocr_done:
            return False
        return self._has_vectors(held) and not fingerprints.was_read_by_older(held)

    def _holders(self, file: str) -> list[Document]:
        """Documents that have the PDF of these bytes (SHA-256), or had theirs from this place."""
        ids = list(self._unpublished.holding("ebook_file", (file,)))
        if self._view is not None:
            holding = Query(filters=(Filter("ebook_file", (file,)),))
            ids += [item.id for item in self._view.keyword(holding, 10).items]
        return [held for held in self._documents(ids).values() if file in held.values("ebook_file")]

    def former(self, keys: LinkKeys, book: PdfBook, place: Place, met: Collection[str]) -> tuple[Document | None, bool]:
        """The document of this load's source that has what the file at `place` held before, and whether the book is a
        newer state of that.

        met: SHA-256 of files in this load. What has moved elsewhere is no earlier state of anything.
        """
        another = None
        for held in self._holders(place.file):
            if (
                held.ebook is not None
                and held.ebook.sha256 != book.sha256
                and held.ebook.sha256 not in met
                and self._job.source in held.values("source")
            ):
                if is_newer_state(held, self._pages_of(held.id, held.ebook), keys, book):
                    return held, True
                another = another or held
        return another, False

    def find_record(self, keys: LinkKeys, sha256: str) -> Document | None:
        """The record a PDF belongs to, if one names it and has no other e-book already."""
        id = find_record(keys, self._catalogue(), self._job.source)
        held = self._document(id) if id is not None else None
        # A number may also be that of a title which is a PDF alone.
        found = held is not None and is_record(held) and _may_take(held.ebook, keys.file_name, sha256)
        return held if found else None

    def missing(self, folder: str, met: Collection[str], places: Collection[str]) -> Iterator[list[Document]]:
        """Titles of this load's source whose e-book was found in a folder and lies there no more, some at a time.

        met: SHA-256 of the files of this load, wherever they lie; places: where it found any.
        """
        in_folder = Query(filters=(Filter("ebook_file", (folder,)), Filter("source", (self._job.source,))))
        view, after = self._view, BEGINNING
        while view is not None:
            steps = view.walk(after, _WALKED_AT_ONCE, in_folder)
            yield [
                held
                for held in self._documents(step.id for step in steps).values()
                if held.ebook is not None
                and folder in held.ebook.folders
                and held.ebook.sha256 not in met
                and held.ebook.place not in places
            ]
            if len(steps) < _WALKED_AT_ONCE:
                return
            after = steps[-1].stamp

    def without_ebooks(self, documents: Iterable[Document]) -> Settlement:
        """What takes their e-books from these titles: a record stays without, a PDF that is a title itself goes."""
        placed: list[Settled] = []
        vacated: list[DocumentId] = []
        for held in documents:
            assert held.ebook is not None  # noqa: S101 - chosen by it
            self.give_up_ebook(held.ebook.sha256)
            if is_record(held):
                placed.append(Settled(Origin(held.ebook.file_name), self.entry(without_ebook(held), ()), None))
            else:
                vacated.append(held.id)
        self._go(vacated)
        return Settlement(tuple(placed), tuple(vacated))

    def give_up_ebook(self, sha256: str) -> None:
        """A title is written without the file that it had."""
        self._ebooks_given_up.add(sha256)

    def leave(self, ids: Iterable[DocumentId], to: DocumentId) -> tuple[DocumentId, ...]:
        """Of documents that another, `to`, takes the place of, those that are there; each is told to be gone."""
        there = tuple(self._documents(ids))
        self._go(there)
        self._come((to,))
        return there

    def _go(self, ids: Collection[DocumentId]) -> None:
        """Documents are about to be removed, some of which this load may have brought back."""
        self._gone.update(dict.fromkeys(ids))
        self._back.difference_update(ids)

    def _come(self, ids: Collection[DocumentId]) -> None:
        """Documents are about to be written, some of which may have been gone."""
        for id in ids:
            self._gone.pop(id, None)
        self._back.update(self._buried.intersection(ids))

    def _catalogue(self) -> Catalogue:
        return Published(self._view) if self._view is not None else self._unpublished

    def put(self, entries: Sequence[Entry]) -> dict[DocumentId, str]:
        """Write entries; gives the reasons of those refused."""
        self._bury_at_once()
        report = self._writer.put(entries)
        refused = {item.id: item.reason for item in report.refused}
        written = [entry for entry in entries if entry.document.id not in refused]
        self._unpublished.put([entry.document for entry in written], [entry.pages for entry in written])
        return refused

    def delete(self, ids: Sequence[DocumentId]) -> None:
        if ids:
            self._bury_at_once()
            self._writer.delete(ids)
            self._unpublished.remove(ids)


def _earlier(before: Settled | None) -> tuple[Settled, ...]:
    return () if before is None else (*before.earlier, replace(before, earlier=()))


def _replacement(change: Change, record: Document, old: Document, in_load: bool) -> Replacement:
    return Replacement(change.origin, record.id, old.title, record.title, in_load)


def _with_names(record: Document, old: Document | None) -> Document:
    """A record from a file goes on under the name that a repository gave it before."""
    names = old.values("oai_identifier") if old is not None else ()
    if not names or record.values("oai_identifier"):
        return record
    return replace(record, fields={**record.fields, "oai_identifier": names})


def _may_take(ebook: Ebook | None, file_name: str, sha256: str) -> bool:
    """Whether a record with `ebook` is the place for this PDF: it has none, this one, or an older one of that name.

    A record that names two volumes keeps the first; the second is a document of its own.
    """
    return ebook is None or ebook.sha256 == sha256 or ebook.file_name.lower() == file_name.lower()
