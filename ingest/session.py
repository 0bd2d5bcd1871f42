"""The index while a load writes to it: what it holds, what is unchanged, what is to be written."""

import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ingest.changes import Change
from ingest.jobs import IngestJob
from ingest.linking import Catalogue, LinkKeys, Published, Unpublished, carry_over, find_record, named
from ingest.passages import split
from ingest.report import IngestReport, Outcome
from ingest.source import Origin
from search.document import Document, DocumentId, Ebook, Page, Passage
from search.engine import Engine, Entry, IndexWriter, Searcher
from search.errors import IndexMissing
from search.query import Filter, Query

# A stopped or killed load loses at most this much work; publishing costs well under a second.
CHECKPOINT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Settled:
    """An entry to write, where it came from, and what it was counted as."""

    origin: Origin
    entry: Entry
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Held:
    """What must be remembered of a document that is in the index. fingerprint: "<content>+<embedder>"."""

    fingerprint: str
    ebook: Ebook | None = None


class Session:
    """An open writer beside a view of what is published, renewed at every checkpoint.

    Knows of every document whether it is there already and unchanged, written or not yet published.
    """

    def __init__(self, engine: Engine, job: IngestJob, with_books: bool) -> None:
        self._engine = engine
        self._job = job
        self._with_books = with_books
        self._embedder_name = job.embedder.name if job.embedder else ""
        self._dimensions = job.embedder.dimensions if job.embedder else 0
        # Ids this load has written; of those since the last checkpoint, what was written (None: removed).
        self._written: set[DocumentId] = set()
        self._fresh: dict[DocumentId, Held | None] = {}
        self._fresh_pages: dict[DocumentId, tuple[Page, ...]] = {}
        self._unpublished = Unpublished()

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

    def _published(self) -> Searcher | None:
        try:
            return self._engine.searcher()
        except IndexMissing:
            return None

    def checkpoint_if_due(self) -> None:
        """Publish what is written, every CHECKPOINT_S; never during a rebuild, which is published once."""
        if time.monotonic() - self._opened > CHECKPOINT_S:
            self._checkpoint()

    def make_linkable(self) -> None:
        """Let e-books find the records written so far."""
        if self._fresh:
            self._checkpoint()

    def _checkpoint(self) -> None:
        if not self._job.rebuild:
            self._stack.close()
            self._open(rebuild=False)

    def held(self, ids: Iterable[DocumentId]) -> dict[DocumentId, Held]:
        """Those of `ids` that are in the index, counting what this load wrote."""
        ids = list(dict.fromkeys(ids))
        unknown = [id for id in ids if id not in self._fresh]
        found = self._view.fetch(unknown) if self._view is not None and unknown else ()
        held = {document.id: Held(document.fingerprint, document.ebook) for document in found}
        return held | {id: fresh for id in ids if (fresh := self._fresh.get(id)) is not None}

    def settle(self, changes: Sequence[Change], report: IngestReport) -> list[Settled]:
        """Entries for the documents that are new or changed, the last of each id; counts every change.

        Removals are done, what is unchanged is left out.
        """
        state: dict[DocumentId, Held | None] = dict(self.held(change.id for change in changes))
        settled: dict[DocumentId, Settled] = {}
        for change in changes:
            old = state.get(change.id)
            if change.document is None:
                settled.pop(change.id, None)
                state[change.id] = None
                report.count("deleted")
                self.delete(change.id)
                continue
            document = carry_over(change.document, old.ebook) if old and old.ebook else change.document
            if old is not None and self._same(document, old):
                report.count("unchanged")
                continue
            pages = self._pages_of(change.id, old.ebook) if old and old.ebook else ()
            entry = self.entry(document, pages) if pages else self._sealed(document, (), change.passages)
            outcome: Outcome = "indexed" if old is None else "updated"
            report.count(outcome)
            report.replaced_in_load += old is not None and (change.id in settled or change.id in self._written)
            settled[change.id] = Settled(change.origin, entry, outcome)
            state[change.id] = Held(entry.document.fingerprint, document.ebook)
        return list(settled.values())

    def entry(self, document: Document, pages: tuple[Page, ...]) -> Entry:
        return self._sealed(document, pages, split(document, pages) if self._embedder_name else ())

    def _sealed(self, document: Document, pages: tuple[Page, ...], passages: tuple[Passage, ...]) -> Entry:
        sealed = replace(document, fingerprint=f"{document.fingerprint}+{self._embedder_name}")
        return Entry(sealed, pages, passages)

    def _same(self, document: Document, old: Held) -> bool:
        """Whether nothing changed. Without an embedder, vectors that are there already may stay."""
        return old.fingerprint.partition("+")[0] == document.fingerprint and self._has_vectors(old)

    def _has_vectors(self, held: Held) -> bool:
        """Whether a document in the index has the vectors this load would make."""
        return not self._embedder_name or held.fingerprint.partition("+")[2] == self._embedder_name

    def _pages_of(self, id: DocumentId, ebook: Ebook) -> tuple[Page, ...]:
        if id in self._fresh_pages:
            return self._fresh_pages[id]
        return tuple(self._view.pages(id, 1, ebook.page_count)) if self._view else ()

    def has_book(self, path: Path, sha256: str) -> bool:
        """Whether nothing is to be done for a PDF: the record its name leads to has it, or no name
        leads anywhere and it is in the index, with the vectors this load would make."""
        named_record = find_record(named(path), self._catalogue(), self._job.source)
        record = self.held([named_record]).get(named_record) if named_record is not None else None
        if record is not None and _may_take(record.ebook, path.name, sha256):
            return record.ebook is not None and record.ebook.sha256 == sha256 and self._has_vectors(record)
        return any(self._has_vectors(held) for held in self._holders(sha256))

    def _holders(self, sha256: str) -> list[Held]:
        """Documents that have the PDF of these bytes."""
        fresh = [held for held in self._fresh.values() if held and held.ebook and held.ebook.sha256 == sha256]
        if fresh or self._view is None:
            return fresh
        holding = Query(filters=(Filter("ebook_file", (sha256,)),))
        return list(self.held(item.id for item in self._view.keyword(holding, 10).items).values())

    def find_record(self, keys: LinkKeys, sha256: str) -> Document | None:
        """The record a PDF belongs to, if one names it and has no other e-book already."""
        id = find_record(keys, self._catalogue(), self._job.source)
        held = self.held([id]).get(id) if id is not None else None
        if id is None or held is None or not _may_take(held.ebook, keys.file_name, sha256):
            return None
        return self._document(id)

    def _catalogue(self) -> Catalogue:
        return Published(self._view) if self._view is not None else self._unpublished

    def _document(self, id: DocumentId) -> Document | None:
        if self._view is None:
            return self._unpublished.document(id)
        return next(iter(self._view.fetch([id])), None)

    def put(self, entries: list[Entry]) -> dict[DocumentId, str]:
        """Write entries; gives the reasons of those refused."""
        report = self._writer.put(entries)
        refused = {item.id: item.reason for item in report.refused}
        for entry in entries:
            document = entry.document
            if document.id in refused:
                continue
            self._written.add(document.id)
            self._fresh[document.id] = Held(document.fingerprint, document.ebook)
            if entry.pages:
                self._fresh_pages[document.id] = entry.pages
            if self._job.rebuild and self._with_books:
                self._unpublished.add(document)
        return refused

    def delete(self, id: DocumentId) -> None:
        self._writer.delete([id])
        self._fresh[id] = None
        self._fresh_pages.pop(id, None)
        self._unpublished.remove(id)


def _may_take(ebook: Ebook | None, file_name: str, sha256: str) -> bool:
    """Whether a record with `ebook` is the place for this PDF: it has none, this one, or an older one of that name.

    A record that names two volumes keeps the first; the second is a document of its own.
    """
    return ebook is None or ebook.sha256 == sha256 or ebook.file_name.lower() == file_name.lower()
