"""Copies from the catalogue into circulation: what is new, changed, moved or gone since the last time.

The catalogue decides what a copy is and where it belongs: title, branch, location, call number, number. Staff decide how
it is lent and what state it is in: loan type, whether it is lent at all, status, note; the catalogue gives those once, with
a new copy. Nothing here ends a loan or takes a copy from a hold.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.services.circulation import queue
from portal.services.circulation.work import Transactions
from portal.services.collection.branches import Branches
from portal.services.collection.copies import Copy, Told, told_of
from portal.services.collection.report import ItemsReport, Noted
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.errors import StoreUnavailable
from portal.store.tables.circulation import Hold, HoldState
from portal.store.tables.collection import Item, ItemOrigin, ItemStatus
from portal.store.tables.messages import Job
from search.document import Document, DocumentId
from search.engine import Searcher
from search.publications import BEGINNING, Stamp
from search.query import Filter, Query

JOB: Final = "items"
# Titles in one transaction: circulation waits for no more than that.
AT_ONCE: Final = 200
# Copies in one question; databases take some thousands of values.
ASKED_AT_ONCE: Final = 1_000
TRIES: Final = 3
# What lies in nobody's hands and for nobody.
IDLE: Final = (ItemStatus.AVAILABLE, ItemStatus.LOST, ItemStatus.DAMAGED, ItemStatus.WITHDRAWN)

Progress = Callable[[int, float], None]  # titles looked at, seconds gone


def take_items(
    database: Database,
    searcher: Searcher,
    clock: Clock,
    zone: ZoneInfo,
    *,
    everything: bool = False,
    progress: Progress | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> ItemsReport:
    """Take the copies of all titles that changed since the last time. everything: of all titles there are.

    Each batch is one transaction that also keeps how far it came, so that a run which is broken off goes on from there. New
    copies go to those who wait for them. zone: of the library, whose days its holds count.
    Raises SearchError, StoreUnavailable.
    """
    return _Taking(database, searcher, Transactions(database, clock, zone)).run(everything, progress, stopped)


class _Taking:
    def __init__(self, database: Database, searcher: Searcher, circulation: Transactions) -> None:
        self._database = database
        self._searcher = searcher
        self._circulation = circulation
        self._report = ItemsReport()

    def run(self, everything: bool, progress: Progress | None, stopped: Callable[[], bool]) -> ItemsReport:
        begun = time.monotonic()
        upto = self._searcher.publications.last
        after = BEGINNING if everything else self._remembered(upto)
        self._written(_Batch.let_go_of_waiting)
        for documents, last in self._changed(after, upto):
            self._written(partial(_Batch.take, documents=documents, last=last))
            if progress is not None:
                progress(self._report.documents, time.monotonic() - begun)
            if stopped():
                break
        else:
            self._let_go_of_titles()
        self._report.seconds = time.monotonic() - begun
        return self._report

    def _remembered(self, upto: Stamp) -> Stamp:
        """How far the last run came; the beginning where this is an older index, or another one."""
        with self._database.reading() as session:
            text = session.scalar(select(Job.outcome).where(Job.name == JOB)) or ""
        last = int(text) if text.isascii() and text.isdigit() else BEGINNING
        return Stamp(last) if last <= upto else BEGINNING

    def _changed(self, after: Stamp, upto: Stamp) -> Iterator[tuple[Sequence[Document], Stamp]]:
        while after < upto and (steps := self._searcher.walk(after, AT_ONCE, until=upto)):
            after = steps[-1].stamp
            yield self._searcher.fetch([step.id for step in steps]), after

    def _let_go_of_titles(self) -> None:
        """The copies whose titles are gone; no walk meets those."""
        after = ""
        while True:
            with self._database.reading() as session:
                asked = select(Item.document_id).where(Item.origin != ItemOrigin.DESK, Item.document_id > after)
                ids = session.scalars(asked.distinct().order_by(Item.document_id).limit(ASKED_AT_ONCE)).all()
            if not ids:
                break
            after = ids[-1]
            there = self._searcher.fingerprints([DocumentId(id) for id in ids])
            if lost := [id for id in ids if id not in there]:
                self._written(partial(_Batch.let_go_of_titles, ids=lost))

    def _written(self, work: Callable[["_Batch"], None]) -> None:
        """One transaction. Another program may make the same branch or copy at that moment; then it is tried again."""
        for attempt in range(1, TRIES + 1):
            report = ItemsReport()
            try:
                with self._database.writing() as session:
                    self._database.deciding(session, JOB)
                    batch = _Batch(session, self._searcher, self._circulation.clock(), report)
                    work(batch)
            except IntegrityError as error:
                if attempt == TRIES:
                    raise StoreUnavailable(
                        "Copies could not be taken from the catalogue: another program changes the same ones. "
                        "Run `telusur circulation items` when it has ended."
                    ) from error
                continue
            self._report.add(report)
            self._serve(batch.freed)
            return

    def _serve(self, freed: Iterable[str]) -> None:
        """Give copies that can be lent now to those who wait for their titles."""
        documents = sorted(freed)
        with self._database.reading() as session:
            waited = Hold.document_id.in_(documents), Hold.state == HoldState.QUEUED
            wanted = session.scalars(select(Hold.document_id).where(*waited).distinct()).all()
        for document in wanted:
            with self._circulation.deciding(documents=[document]) as work:
                queue.serve(work, document)


class _Batch:
    """One transaction over some titles. freed: those of which a copy can be lent that could not before."""

    def __init__(self, session: Session, searcher: Searcher, now: datetime, report: ItemsReport) -> None:
        self.freed: set[str] = set()
        self._session = session
        self._searcher = searcher
        self._now = now
        self._report = report
        self._branches = Branches(session)
        self._report.branches = self._branches.made

    def let_go_of_titles(self, ids: Sequence[str]) -> None:
        """The copies of titles that are no more."""
        self._let_go(self._items(Item.document_id.in_(ids), Item.origin == ItemOrigin.CATALOGUE))

    def let_go_of_waiting(self) -> None:
        """Those that were in use when they should have gone or moved."""
        self._let_go(self._items(Item.origin == ItemOrigin.GONE, Item.status != ItemStatus.WITHDRAWN))

    def _items(self, *where: ColumnElement[bool]) -> list[Item]:
        return list(self._session.scalars(select(Item).where(Item.is_licence.is_(False), *where)))

    def take(self, documents: Sequence[Document], last: Stamp) -> None:
        told = {document.id: told_of(document) for document in documents}
        self._report.documents += len(documents)
        for found in told.values():
            self._report.others.update(found.others)
        known = self._known([copy.barcode for found in told.values() for copy in found.copies])
        strangers = self._strangers(known.values(), told)
        for found in told.values():
            for copy in found.copies:
                item = known.get(copy.barcode)
                if item is None:
                    if made := self._add(copy):
                        known[copy.barcode] = made
                elif item.document_id == copy.document_id:
                    self._update(item, copy)
                elif copy.barcode in strangers.get(item.document_id, ()):
                    self._report.note("shared", Noted(copy.barcode, item.document_id, copy.document_id))
                else:
                    self._move(item, copy)
        self._session.flush()
        self._let_go(self._no_longer_told(told))
        self._remember(last)

    def _known(self, barcodes: Sequence[str]) -> dict[str, Item]:
        known: dict[str, Item] = {}
        for first in range(0, len(barcodes), ASKED_AT_ONCE):
            for item in self._items(Item.barcode.in_(barcodes[first : first + ASKED_AT_ONCE])):
                known[item.barcode or ""] = item
        return known

    def _strangers(self, items: Iterable[Item], told: dict[DocumentId, Told]) -> dict[str, frozenset[str]]:
        """What the titles say now that known copies stand under: barcodes by title."""
        ids = {DocumentId(item.document_id) for item in items}
        found = dict(told)
        for document in self._searcher.fetch([id for id in ids if id not in told]):
            found[document.id] = told_of(document)
        return {id: frozenset(copy.barcode for copy in one.copies) for id, one in found.items()}

    def _add(self, copy: Copy) -> Item | None:
        branch = self._branches.code(copy.branch)
        if branch is None:
            self._report.others["too_many_branches"] += 1
            return None
        item = Item(
            document_id=copy.document_id,
            barcode=copy.barcode,
            branch=branch,
            place=branch,
            location=copy.location,
            call_number=copy.call_number,
            number=copy.number,
            loan_type=copy.loan_type,
            lendable=copy.lendable,
            status=copy.status,
            origin=ItemOrigin.CATALOGUE,
            title=copy.title,
            note=copy.note,
            added_at=self._now,
        )
        self._session.add(item)
        self.freed.add(copy.document_id)
        self._report.counts["added"] += 1
        return item

    def _update(self, item: Item, copy: Copy) -> None:
        told = {name: getattr(copy, name) for name in ("title", "location", "call_number", "number")}
        branch = self._branches.code(copy.branch) if copy.branch else item.branch
        if branch is not None:
            told["branch"] = branch
            if item.place == item.branch and item.status in IDLE:
                told["place"] = branch  # it stands at home, wherever that is
        came_back = item.origin is ItemOrigin.GONE
        if came_back and item.status is ItemStatus.WITHDRAWN:
            told["status"] = ItemStatus.AVAILABLE
            self.freed.add(copy.document_id)
            self._report.counts["returned"] += 1
        told["origin"] = ItemOrigin.CATALOGUE
        changed = {name: value for name, value in told.items() if getattr(item, name) != value}
        for name, value in changed.items():
            setattr(item, name, value)
        self._report.counts["changed" if changed else "unchanged"] += 1

    def _move(self, item: Item, copy: Copy) -> None:
        """A barcode that stands under another title now. What is in use stays with its loan or hold until it is not."""
        noted = Noted(copy.barcode, item.document_id, copy.document_id)
        if item.status not in IDLE:
            item.origin = ItemOrigin.GONE
            self._report.note("kept", noted)
            return
        item.document_id = copy.document_id
        self.freed.add(copy.document_id)
        self._update(item, copy)
        self._report.note("moved", noted)

    def _no_longer_told(self, told: dict[DocumentId, Told]) -> list[Item]:
        ids = list(told)
        listed = {(id, copy.barcode) for id, found in told.items() for copy in found.copies}
        found = self._items(Item.document_id.in_(ids), Item.origin == ItemOrigin.CATALOGUE)
        return [item for item in found if (item.document_id, item.barcode) not in listed]

    def _let_go(self, items: Sequence[Item]) -> None:
        """Copies that their titles do not tell of (any more): those of another title go there, the rest are withdrawn."""
        for item in items:
            if (copy := self._told_elsewhere(item)) is not None:
                (self._move if copy.document_id != item.document_id else self._update)(item, copy)
                continue
            # Circulation may have it in hand at this moment: the database decides.
            idle = update(Item).where(Item.id == item.id, Item.status.in_(IDLE))
            left = idle.values(status=ItemStatus.WITHDRAWN, origin=ItemOrigin.GONE).returning(Item.id)
            if self._session.scalar(left):
                self._report.counts["withdrawn"] += 1
            else:
                item.origin = ItemOrigin.GONE
                self._report.note("kept", Noted(item.barcode or "", item.document_id))

    def _told_elsewhere(self, item: Item) -> Copy | None:
        named = Query(filters=(Filter("barcode", (item.barcode or "",)),))
        ids = [found.id for found in self._searcher.keyword(named, 2).items]
        copies = (copy for document in self._searcher.fetch(ids) for copy in told_of(document).copies)
        return next((copy for copy in copies if copy.barcode == item.barcode), None)

    def _remember(self, last: Stamp) -> None:
        job = self._session.get(Job, JOB) or Job(name=JOB)
        job.outcome, job.seen_at, job.done_at = str(int(last)), self._now, self._now
        self._session.add(job)
