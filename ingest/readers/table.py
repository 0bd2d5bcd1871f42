"""Tables, CSV or Excel: each row becomes a MARC record, by a map of columns."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO, Final, cast

from ingest.readers import marcxml
from ingest.readers.columns import HEADING_ROWS, TableMapping, fold, shipped
from ingest.readers.excel_damage import Damage
from ingest.readers.foreign import clean, to_marcxml
from ingest.readers.notes import Note, log_note
from ingest.readers.records import MAX_FIELDS
from ingest.readers.rows import Row, csv_rows, html_rows, is_html
from ingest.readers.spreadsheet import Sheet, WorkbookError, sheets
from ingest.readers.table_copies import COPY_TAGS, Cut, joined
from ingest.readers.table_heading import Heading, NamelessColumns, find_heading, numbers_columns
from ingest.readers.table_record import Plan, damage, is_sum, may_repeat, plan, record_of_listing, record_of_row
from ingest.record import Record
from ingest.source import Origin, Rejected, SourceRecord, UnreadRecord

_ZIP: Final = b"PK"
_PEEKED_BYTES: Final = 4096
# One more than a record may have, so that it is refused and not cut short.
_MAX_FIELDS_OF_LISTING: Final = MAX_FIELDS + 1
_TOLD_COLUMNS: Final = 40
_TOLD_SWALLOWING: Final = 5
_TOLD_CELL: Final = 30
_NO_LINES: Final = (0, 0)  # of a row in a workbook or a page, where no mark parts cells
_ABOUT_MAC: Final = (
    "From row {} on letters seem to be written as on old Macs (Mac Roman), and are read as Windows writes them. Where they "
    "are wrong, save the table as CSV in UTF-8 and load it again."
)
# What books have and names of columns have not: a year, an ISBN, SLiMS's lists of names.
_OF_A_BOOK: Final = re.compile(
    r"(?:1[5-9]|20)[0-9]{2}(?:\.0)?|[0-9][0-9 -]{8,16}[0-9Xx]|[0-9.,]+[eE]\+[0-9]+|<[^<>]+>.*", re.DOTALL
)

Item = UnreadRecord | Rejected


class TableReader:
    """Reads tables by `columns`, or by the shipped map that fits best.

    on_note is told, once a file, what is worth knowing and costs no record: the file, and a sentence.
    """

    def __init__(self, columns: TableMapping | None = None, on_note: Note = log_note) -> None:
        self._own = columns
        self._on_note = on_note

    def read(self, stream: BinaryIO, file: str) -> Iterator[SourceRecord | Rejected]:
        """A record for every row, in order; rows without a title, and a table that no map fits, as Rejected.

        Rows that tell of copies are joined where they are of one title; such a table is read to its end before its
        first record is given. A record's position is the number of its row, as a spreadsheet counts, or of its first.
        """
        for item in self.cut(stream, file):
            yield item if isinstance(item, Rejected) else self.read_one(item)

    def cut(self, stream: BinaryIO, file: str) -> Iterator[Item]:
        """What `read` gives, but for `read_one`: each row as MARCXML, which is most of the work already."""
        head = stream.read(_PEEKED_BYTES)
        whole = cast(BinaryIO, io.BufferedReader(_Rejoined(head, stream), 1 << 16))
        if not head.startswith(_ZIP):
            yield from self._only(html_rows(whole) if is_html(head) else csv_rows(whole), file)
            return
        try:
            with sheets(whole) as found:
                yield from self._sheets(found, file)
        except WorkbookError as error:
            yield Rejected(Origin(file), "broken_record", str(error))

    def read_one(self, unread: UnreadRecord) -> SourceRecord | Rejected:
        """The record in the MARCXML that `cut` gave."""
        return marcxml.read_one(unread)

    def _only(self, rows: Iterator[Row], file: str) -> Iterator[Item]:
        top = _top(rows)
        items = self._items(top, rows, file)
        if items is None:
            yield _no_map(file, top, self._own)
        else:
            yield from items

    def _sheets(self, found: Iterable[Sheet], file: str) -> Iterator[Item]:
        """The first sheet that a map fits. Others are lists of codes, summaries, or the same once more; those that it
        fits too are named, for they may as well be the rest of the catalogue."""
        first: list[Row] = []
        left = iter(found)
        for title, rows in left:
            top = _top(rows)
            items = self._items(top, rows, file)
            if items is not None:
                yield from items
                self._tell_sheets(title, [other for other, rows in left if self._holds_titles(rows)], file)
                return
            first = first or top
        yield _no_map(file, first, self._own)

    def _items(self, top: list[Row], rest: Iterator[Row], file: str) -> Iterator[Item] | None:
        """None when no map fits the rows at the top."""
        repeated: Mapping[str, tuple[int, ...]] = {}
        found = find_heading(self._maps(), top)
        if found is not None:
            best, heading = found
            self._tell_unknown(best, heading, file)
            places, repeated = best.places(heading.names), best.repeated(heading.names)
            self._tell_repeated(best, repeated, heading, file)
            below = _chained([row for row in top if row.number > heading.number], rest)
            body, names = self._body(heading, below, file), heading.names
        elif self._own is not None and self._own.order and top and not _is_of_others(self._own, top):
            best, places, body = self._own, self._own.places(self._own.order), _chained(top, rest)
            names = self._own.order
        else:
            return None
        if best.listing is not None:
            return _listed(best, places, body, file)
        columns = plan(best, places, repeated)
        # Where the map gives the order, it also says by "" what is left out.
        nameless = NamelessColumns(names) if found is not None else None
        cut = self._rows(best, columns, body, file, len(names), nameless)
        return joined(cut, file) if _tells_of_copies(columns) else _streamed(cut)

    def _body(self, heading: Heading, rows: Iterator[Row], file: str) -> Iterator[Row]:
        """Rows without the heading where it stands again, as on every page that was printed, or where tables were joined,
        and without the numbers of the columns that offices write under their names."""
        is_under, is_told = True, False
        for row in rows:
            if row.cells in heading.rows:
                is_under = True
                continue
            if is_under and numbers_columns(row.cells, heading.names):
                if not is_told:
                    self._on_note(file, f"Row {row.number} only numbers the columns (1, 2, 3 ...), so it is left out.")
                is_told = True
                continue
            is_under = is_under and not any(row.cells)
            yield row

    def _maps(self) -> Sequence[TableMapping]:
        return shipped() if self._own is None else (self._own,)

    def _holds_titles(self, rows: Iterator[Row]) -> bool:
        """Whether a further sheet has names of columns that a map fits, and something under them."""
        with suppress(WorkbookError):  # a sheet that is not loaded does no harm
            top = _top(rows)
            found = find_heading(self._maps(), top)
            return found is not None and any(row.number > found[1].number for row in top)
        return False

    def _rows(
        self,
        mapping: TableMapping,
        columns: Plan,
        rows: Iterator[Row],
        file: str,
        width: int,
        nameless: NamelessColumns | None,
    ) -> Iterator[Cut | Rejected]:
        any_row = False
        spoiled = Damage()
        swallowing = 0
        from_mac = False
        for row in rows:
            if not any(row.cells) and not row.too_long:
                continue
            any_row = True
            if row.swallows:
                swallowing += 1
                if swallowing <= _TOLD_SWALLOWING:
                    self._on_note(file, _about_swallowing(row))
            if row.from_mac and not from_mac:
                from_mac = True
                self._on_note(file, _ABOUT_MAC.format(row.number))
            origin = Origin(file, row.number, row.offset)
            if row.too_long:
                yield _too_long(origin)
                continue
            if len(row.cells) < width <= row.unquoted:
                yield _joined_cells(row, width, origin)
                continue
            if nameless is not None and row.lines != _NO_LINES and any(row.cells[width:]):
                yield _parted_cells(row, width, origin)
                continue
            if nameless is not None:
                nameless.look(row)
            record = record_of_row(mapping, columns, row.cells)
            if is_sum(record, row.cells):
                self._on_note(file, f"Row {row.number} only counts the titles, so it is left out.")
                continue
            if not record.fields:
                yield Rejected(origin, "no_title", f"Row {row.number} has no title; fill it in.")
                continue
            for what, text in damage(columns, row.cells):
                spoiled.note(what, row.number, text)
            yield record, UnreadRecord(origin, "marcxml", to_marcxml(record))
        if swallowing > _TOLD_SWALLOWING:
            self._on_note(file, f"{swallowing - _TOLD_SWALLOWING:,} more rows seem to stand in cells of others.")
        for sentence in spoiled.told():
            self._on_note(file, sentence)
        if nameless is not None and (sentence := nameless.told()):
            self._on_note(file, sentence)
        if not any_row:
            yield Rejected(Origin(file), "not_marc", "There is no row under the names of the columns.")

    def _tell_repeated(
        self, mapping: TableMapping, repeated: Mapping[str, tuple[int, ...]], heading: Heading, file: str
    ) -> None:
        read = {name for column in mapping.columns if may_repeat(column) for name in column.names}
        if left := [heading.names[places[0]] for name, places in repeated.items() if name not in read]:
            self._on_note(file, f"These columns stand more than once, and the first of each is loaded: {_told(left)}.")

    def _tell_unknown(self, mapping: TableMapping, heading: Heading, file: str) -> None:
        if unknown := mapping.unknown(heading.names):
            names = _told(unknown)
            self._on_note(
                file, f"These columns are not loaded, for the map of {mapping.name} does not name them: {names}."
            )

    def _tell_sheets(self, read: str, others: Sequence[str], file: str) -> None:
        if others:
            self._on_note(
                file,
                f'Of this workbook only the sheet "{_told([read])}" is loaded. These hold titles too: {_told(others)}. Put their rows under '
                "those of the first, or save each sheet as a file (CSV), and load all of them in one command.",
            )


def _top(rows: Iterator[Row]) -> list[Row]:
    """The first rows that hold anything."""
    found: list[Row] = []
    for row in rows:
        if any(row.cells) or row.too_long:
            found.append(row)
        if len(found) == HEADING_ROWS:
            break
    return found


def _is_of_others(mapping: TableMapping, top: list[Row]) -> bool:
    """Whether the names in a heading say that the table is about something else than titles."""
    return any(not mapping.not_with.isdisjoint(map(fold, row.cells)) for row in top)


def _tells_of_copies(columns: Plan) -> bool:
    return any(target.tag in COPY_TAGS for column, _, _ in columns for target in (column.to, column.more))


def _streamed(cut: Iterator[Cut | Rejected]) -> Iterator[Item]:
    for item in cut:
        yield item if isinstance(item, Rejected) else item[1]


def _chained(top: list[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from top
    yield from rest


def _about_swallowing(row: Row) -> str:
    first, last = row.lines
    return (
        f"Row {row.number} (line {first}): a quotation mark seems not to be closed, so what stands down to line {last} is in one "
        "cell. Close it there, and load again."
    )


def _joined_cells(row: Row, width: int, origin: Origin) -> Rejected:
    reason = (
        f"Row {row.number} (line {row.lines[0]}) has {len(row.cells)} cells where the table has {width} columns: a quotation mark "
        "seems not to be closed, so that two cells are one. Close it, or take it out."
    )
    return Rejected(origin, "broken_record", reason)


def _parted_cells(row: Row, width: int, origin: Origin) -> Rejected:
    reason = (
        f'Row {row.number} (line {row.lines[0]}) has a cell "{clean(next(filter(None, row.cells[width:])))[:_TOLD_CELL]}" after the last of the {width} columns, so its '
        "others may stand under wrong names. Put quotation marks around the cell in which a comma or semicolon stands, or give each "
        "column a name."
    )
    return Rejected(origin, "broken_record", reason)


def _too_long(origin: Origin) -> Rejected:
    reason = f"Row {origin.position} is too long, or a quotation mark in it is never closed."
    return Rejected(origin, "too_large", reason)


def _listed(mapping: TableMapping, places: Mapping[str, int], rows: Iterator[Row], file: str) -> Iterator[Item]:
    """Rows that follow each other with one record number, together; a row without a number goes with those before."""
    assert mapping.listing is not None  # noqa: S101 - chosen by it
    columns = {
        role: next((places[name] for name in names if name in places), -1)
        for role, names in mapping.listing.names.items()
    }
    held: list[dict[str, str]] = []
    number, origin = "", Origin(file)
    for row in rows:
        if row.too_long:
            yield _too_long(Origin(file, row.number, row.offset))
            continue
        values = {role: row.cells[at] if 0 <= at < len(row.cells) else "" for role, at in columns.items()}
        if not values["tag"] and not values["value"]:
            continue
        if held and values["record"] and values["record"] != number:
            yield _unread(record_of_listing(held, mapping), origin)
            held = []
        if not held:
            origin = Origin(file, row.number, row.offset)
        number = values["record"] or number
        if len(held) < _MAX_FIELDS_OF_LISTING:
            held.append(values)
    if held:
        yield _unread(record_of_listing(held, mapping), origin)


def _unread(record: Record, origin: Origin) -> Item:
    if not record.fields:
        return Rejected(origin, "broken_record", f"The rows from {origin.position} on hold no field of a record.")
    return UnreadRecord(origin, "marcxml", to_marcxml(record))


def _told(names: Sequence[str]) -> str:
    """Names of columns for a sentence: short, and without what would confuse a terminal."""
    return ", ".join(clean(name)[:60] for name in names[:_TOLD_COLUMNS] if name)


def _no_map(file: str, top: list[Row], own: TableMapping | None) -> Rejected:
    if not top:
        return Rejected(Origin(file), "not_marc", "The table is empty.")
    return Rejected(Origin(file), "unknown_format", _why_no_map(top, own))


def _why_no_map(top: list[Row], own: TableMapping | None) -> str:
    maps = shipped() if own is None else (own,)
    nearest, heading = max(
        ((mapping, row) for row in top for mapping in maps), key=lambda pair: len(pair[0].places(pair[1].cells))
    )
    if len(nearest.places(heading.cells)) < 2 and any(map(_OF_A_BOOK.fullmatch, top[0].cells)):
        return (
            "The first row looks like a book and not like names of columns; for an export of SLiMS: --columns slims. "
            'For another table, write a file of columns with their "order" and name it with --columns; see '
            f"docs/loading.md. The row is: {_told(top[0].cells)}."
        )
    by = "No map of columns that comes with Telusur" if own is None else f"Not the map of columns {own.name}"
    lack = nearest.lack(heading.cells)
    return (
        f"{by} fits this table: {lack}. Its columns are: {_told(heading.cells)}. "
        "Write a file of columns for it and name it with --columns; see docs/loading.md."
    )


class _Rejoined(io.RawIOBase):
    """A stream from its beginning, although its head was read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        block = self._head[: len(view)] or self._rest.read(len(view))
        self._head = self._head[len(view) :]
        view[: len(block)] = block
        return len(block)
