"""The index while a load writes to it: what it holds, what is unchanged, what is to be written."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import fingerprints
from ingest.changes import Change
from ingest.jobs import IngestJob
from ingest.linking import Catalogue, LinkKeys, Published, find_record, named
from ingest.passages import split
from ingest.report import IngestReport, Outcome
from ingest.shelf import Shelf
from ingest.source import Origin
from ingest.tombstones import Tombstones
from ingest.unpublished import Unpublished
from search.document import Document, DocumentId, Ebook, Page, Passage
from search.engine import Engine, Entry, IndexWriter, Searcher
from search.errors import IndexMissing
from search.query import Filter, Query


@dataclass(frozen=True, slots=True)
class Settled:
    """An entry to write, where it came from, and what it was counted as."""

    origin: Origin
    entry: Entry
    outcome: Outcome


class Session:
    """An open writer beside a view of what is published, renewed at every checkpoint.

    Knows of every document whether it is there already and unchanged, written or not yet published.
    """

    def __init__(self, engine: Engine, job: IngestJob, tombstones: Tombstones | None, with_books: bool) -> None:
        self._engine = engine
        self._job = job
        self._tombstones = tombstones
        self._embedder_name = job.embedder.name if job.embedder else ""
        self._dimensions = job.embedder.dimensions if job.embedder else 0
        self._unpublished = Unpublished(keep_all=job.rebuild and with_books)
        self._gone: list[DocumentId] = []  # records removed since the last checkpoint

    def __enter__(self) -> "Session":
        try:
            self._open(self._job.rebuild)
        except BaseException:
            self._unpublished.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if error[0] is None:
                self._bury()
            self._stack.__exit__(*error)  # type: ignore[arg-type]  # the three that `with` gives
        finally:
            self._unpublished.close()

    def _open(self, rebuild: bool) -> None:
        self._stack = ExitStack()
        start = self._engine.rebuilding if rebuild else self._engine.updating
        self._writer: IndexWriter = self._stack.enter_context(start(self._embedder_name, self._dimensions))
        self._view = None if rebuild else self._published()
        self._other_sources = self._view is not None and self._has_other_sources(self._view)
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
        if not self._job.rebuild:
            self._checkpoint()

    def _checkpoint(self) -> None:
        self._bury()
        self._stack.close()
        self._open(rebuild=False)
        self._unpublished.clear()

    def _bury(self) -> None:
        if self._tombstones is not None:
            self._tombstones.add(self._gone)
        self._gone.clear()

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
        return same

    def removed_from_repository(self, oai_identifiers: Collection[str]) -> dict[str, DocumentId]:
        """The records that a repository knows by these names."""
        found: dict[str, DocumentId] = {}
        values = tuple(oai_identifiers)
        ids = list(self._unpublished.holding("oai_identifier", values))
        if self._view is not None and values:
            holding = Query(filters=(Filter("oai_identifier", values),))
            ids += [item.id for item in self._view.keyword(holding, 2 * len(values)).items]
        for document in self._documents(ids).values():
            for record in document.members or (document,):
                found |= {name: record.id for name in record.values("oai_identifier") if name in oai_identifiers}
        return found

    def settle(self, changes: Sequence[Change], report: IngestReport) -> list[Settled]:
        """Entries for the documents that are new or changed, the last of each id; counts every change.

        Removals are done, what is unchanged is left out.
        """
        shelf = self._shelf(changes)
        written = self._unpublished.written(change.id for change in changes)
        placed: dict[DocumentId, Settled] = {}
        for change in changes:
            old = shelf.record(change.id)
            if change.document is None:
                report.count("deleted")
                self._gone.append(change.id)
                shelf.remove(change.id)
            elif old is not None and self._is_unchanged(change.document, old, shelf):
                report.count("unchanged")
                continue
            else:
                outcome: Outcome = "indexed" if old is None else "updated"
                report.count(outcome)
                report.joined += shelf.put(change.document)
                report.replaced_in_load += old is not None and change.id in written
                written.add(change.id)
                home = shelf.home(change.id) or change.id
                placed[home] = Settled(change.origin, self._entry_of(change, shelf.document(home), shelf), outcome)
            for id in shelf.disturbed():  # other documents, whose record has come or gone
                settled = Settled(change.origin, self.entry(shelf.document(id), self._pages(shelf, id)), "updated")
                placed[id] = settled
            for id in shelf.vacated():
                placed.pop(id, None)
                self.delete(id)
        return list(placed.values())

    def _is_unchanged(self, record: Document, held: Document, shelf: Shelf) -> bool:
        document = shelf.document(shelf.home(record.id) or record.id)
        same = fingerprints.record_part(held.fingerprint) == record.fingerprint
        return same and self._has_vectors(document.fingerprint)

    def _entry_of(self, change: Change, document: Document, shelf: Shelf) -> Entry:
        if document is change.document:
            return self._sealed(document, (), change.passages)
        return self.entry(document, self._pages(shelf, document.id))

    def _pages(self, shelf: Shelf, id: DocumentId) -> tuple[Page, ...]:
        ebook = shelf.document(id).ebook
        return self._pages_of(shelf.pages_from(id), ebook) if ebook else ()

    def _shelf(self, changes: Sequence[Change]) -> Shelf:
        """What the index holds of these records, and of others that they may be joined to."""
        ids = [change.id for change in changes]
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

    def has_book(self, path: Path, sha256: str) -> bool:
        """Whether nothing is to be done for a PDF: the record its name leads to has it, or no name
        leads anywhere and it is in the index, with the vectors this load would make."""
        named_record = find_record(named(path), self._catalogue(), self._job.source)
        record = self._document(named_record) if named_record is not None else None
        if record is not None and _may_take(record.ebook, path.name, sha256):
            return record.ebook is not None and record.ebook.sha256 == sha256 and self._is_read(record)
        return any(self._is_read(held) for held in self._holders(sha256))

    def _is_read(self, document: Document) -> bool:
        held = document.fingerprint
        return self._has_vectors(held) and not fingerprints.is_read_anew(held)

    def _holders(self, sha256: str) -> list[Document]:
        """Documents that have the PDF of these bytes."""
        ids = list(self._unpublished.holding("ebook_file", (sha256,)))
        if self._view is not None:
            holding = Query(filters=(Filter("ebook_file", (sha256,)),))
            ids += [item.id for item in self._view.keyword(holding, 10).items]
        return [held for held in self._documents(ids).values() if held.ebook and held.ebook.sha256 == sha256]

    def find_record(self, keys: LinkKeys, sha256: str) -> Document | None:
        """The record a PDF belongs to, if one names it and has no other e-book already."""
        id = find_record(keys, self._catalogue(), self._job.source)
        held = self._document(id) if id is not None else None
        return held if held is not None and _may_take(held.ebook, keys.file_name, sha256) else None

    def _catalogue(self) -> Catalogue:
        return Published(self._view) if self._view is not None else self._unpublished

    def put(self, entries: Sequence[Entry]) -> dict[DocumentId, str]:
        """Write entries; gives the reasons of those refused."""
        report = self._writer.put(entries)
        refused = {item.id: item.reason for item in report.refused}
        written = [entry for entry in entries if entry.document.id not in refused]
        self._unpublished.put([entry.document for entry in written], [entry.pages for entry in written])
        if self._tombstones is not None:
            documents = [entry.document for entry in written]
            self._tombstones.remove(record.id for document in documents for record in document.members or (document,))
        return refused

    def delete(self, id: DocumentId) -> None:
        self._writer.delete([id])
        self._unpublished.remove([id])


def _may_take(ebook: Ebook | None, file_name: str, sha256: str) -> bool:
    """Whether a record with `ebook` is the place for this PDF: it has none, this one, or an older one of that name.

    A record that names two volumes keeps the first; the second is a document of its own.
    """
    return ebook is None or ebook.sha256 == sha256 or ebook.file_name.lower() == file_name.lower()
