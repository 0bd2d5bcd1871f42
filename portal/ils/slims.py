"""The driver `slims`: which copies are there, as of the last database export of SLiMS 9. Nothing is written, nobody signs in."""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

from portal.ils.barcodes import Barcodes, no_barcodes
from portal.ils.driver import Availability, Holding, Holdings, PatronRef
from portal.ils.errors import IlsUnavailable
from portal.ils.none import Unsupported
from portal.ils.slims_rows import Copy, Named
from portal.ils.slims_tables import SlimsTables, read_dump_file
from portal.ils.sql_dump import ExportError
from search.document import DocumentId

logger = logging.getLogger(__name__)

# Those that copies need: names of members stay in the file.
TABLES: Final = ("biblio", "item", "loan", "reserve", "mst_coll_type", "mst_location", "mst_item_status")
# SLiMS' own status for what may be read there but is never lent; other ones that lend nothing are of copies not there.
READ_THERE: Final = "NL"
_END_OF_DAY: Final = time(23, 59, 59)
_NONE: Final = ("", "0")


@dataclass(frozen=True, slots=True)
class Export:
    """An export as it was read. stamp: of the file, to see when there is another. titles: of barcodes."""

    stamp: tuple[int, int]
    copies: Mapping[str, tuple[Holding, ...]]
    titles: Mapping[str, str]
    holds: Mapping[str, int]


class Slims(Unsupported):
    """path: of the export, which may be replaced at any time. source: that of SLiMS' records in the catalogue.

    A document is known by the barcodes of its copies, for SLiMS' exports of titles leave its numbers out; one without
    any by "<source>.<biblio_id>". zone: the library's. An export that cannot be read leaves the one before it in place.
    """

    name = "slims"

    def __init__(self, path: Path, source: str, zone: ZoneInfo, barcodes: Barcodes = no_barcodes) -> None:
        self._path = path
        self._source = source
        self._zone = zone
        self._barcodes = barcodes
        self._lock = Lock()
        self._export: Export | None = None
        self._refused: tuple[int, int] | None = None
        self._told = ""

    def status(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        export = self._current()
        known = self._barcodes(documents)
        return {document: self._holdings(export, document, known.get(document, ())) for document in documents}

    def holdings(self, document: DocumentId, patron: PatronRef | None = None) -> Holdings:  # noqa: ARG002
        return self.status([document])[document]

    def _holdings(self, export: Export, document: DocumentId, barcodes: Sequence[str]) -> Holdings:
        titles = dict.fromkeys(export.titles[barcode] for barcode in barcodes if barcode in export.titles)
        if not barcodes:  # of one that has some, the number may be another title's
            source, _, number = document.rpartition(".")
            titles = {number: None} if source == self._source and number in export.copies else {}
        items = tuple(item for title in titles for item in export.copies[title])
        return Holdings(document, items, sum(export.holds.get(title, 0) for title in titles))

    def _current(self) -> Export:
        """The export in the file, read anew when the file has changed. Raises IlsUnavailable."""
        held = self._export
        # Whoever comes while another export is read is told what the one before it says.
        if not self._lock.acquire(blocking=held is None):
            return held or self._current()
        try:
            self._export = self._newest(self._export)
            return self._export
        finally:
            self._lock.release()

    def _newest(self, held: Export | None) -> Export:
        stamp: tuple[int, int] | None = None
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if held is not None and stamp in (held.stamp, self._refused):
                return held
            return _read(self._path, stamp, self._zone)
        except (OSError, ExportError) as error:
            self._refused = stamp
            if str(error) != self._told:
                self._told = str(error)
                logger.warning("SLiMS' export cannot be read: %s", error)
            if held is None:
                raise IlsUnavailable(f"SLiMS' export cannot be read: {error}") from error
            return held


def _read(path: Path, stamp: tuple[int, int], zone: ZoneInfo) -> Export:
    tables = read_dump_file(path, TABLES)
    told = tables.exported_at or datetime.fromtimestamp(stamp[0] / 1e9, UTC)
    exported_at = told if told.tzinfo is None else told.astimezone(zone)
    hidden = {title.id for title in tables.titles if title.is_hidden}
    shelves = _Shelves(tables, f"SLiMS {exported_at:%Y-%m-%d %H:%M}", zone)
    copies: dict[str, list[Holding]] = defaultdict(list)
    for copy in tables.copies:
        if copy.biblio_id not in (*_NONE, *hidden):
            copies[copy.biblio_id].append(shelves.holding(copy))
    return Export(
        stamp,
        {title: tuple(items) for title, items in copies.items()},
        {copy.code: copy.biblio_id for copy in tables.copies if copy.biblio_id in copies},
        Counter(reservation.biblio_id for reservation in tables.reservations),
    )


class _Shelves:
    """What the other tables say of copies."""

    def __init__(self, tables: SlimsTables, as_of: str, zone: ZoneInfo) -> None:
        self._as_of = as_of
        self._tells_loans = "loan" in tables.present
        self._zone = zone
        self._due = {loan.item_code: loan.due_on for loan in tables.loans if loan.is_open}
        self._reserved = {reservation.item_code for reservation in tables.reservations}
        self._call_numbers = {title.id: title.call_number for title in tables.titles}
        self._collections = _names(tables.collections)
        self._locations = _names(tables.locations)
        self._statuses = {status.id: status for status in tables.statuses}

    def holding(self, copy: Copy) -> Holding:
        status = self._statuses.get(copy.status_id)
        note = f"{status.name} · {self._as_of}" if status is not None else self._as_of
        due_on = self._due.get(copy.code)
        return Holding(
            item_id=copy.code,
            availability=self._availability(copy, status, due_on),
            branch=self._locations.get(copy.location_id, copy.location_id),
            location=copy.site,
            call_number=copy.call_number or self._call_numbers.get(copy.biblio_id, ""),
            barcode=copy.code,
            loan_type=self._collections.get(copy.collection_id, copy.collection_id),
            due_at=None if due_on is None else datetime.combine(due_on, _END_OF_DAY, self._zone).astimezone(UTC),
            note=note,
        )

    def _availability(self, copy: Copy, status: Named | None, due_on: date | None) -> Availability:
        if not self._tells_loans:
            return Availability.UNKNOWN
        if due_on is not None:
            return Availability.UNAVAILABLE
        if status is not None and status.no_loan:
            return Availability.ONSITE if status.id == READ_THERE else Availability.UNAVAILABLE
        # One that is back but reserved waits at the desk.
        return Availability.UNAVAILABLE if copy.code in self._reserved else Availability.AVAILABLE


def _names(kinds: Sequence[Named]) -> Mapping[str, str]:
    return {kind.id: kind.name for kind in kinds}
