"""The rows of a table by what their cells tell, whatever kind of file it is."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.readers.columns import HEADING_ROWS, ColumnsError
from ingest.readers.foreign import clean
from ingest.readers.rows import Row, csv_rows, html_rows, is_html
from ingest.readers.spreadsheet import WorkbookError, sheets
from portal.services.importing.columns import NEEDED, ImportColumns, Kind, KindColumns, fold_text, shipped

_PEEKED_BYTES: Final = 4096
_ZIP: Final = b"PK"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_TOLD: Final = 30
# As MySQL escapes texts for its own use, which SLiMS writes into its exports as they are.
_ESCAPE: Final = re.compile(r"\\([\\'\"nrtZ0])")


class TableError(Exception):
    """The file is no table that can be imported; the text says what to do."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its number, and its texts by field. values: only fields that hold something."""

    number: int
    values: Mapping[str, str]
    too_long: bool = False

    def get(self, field: str) -> str:
        return self.values.get(field, "")

    def has(self, field: str) -> bool:
        return field in self.values


class Table:
    """A table that stands open: which map fits it, and its rows. Use it as a context."""

    def __init__(self, path: Path, kind: Kind, columns: ImportColumns | None) -> None:
        self._path = path
        self._kind = kind
        self._own = columns
        self._stack = ExitStack()
        self.columns: ImportColumns
        self.unknown: list[str] = []

    def __enter__(self) -> "Table":
        """Raises TableError, OSError."""
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def fields(self) -> frozenset[str]:
        """The fields that this table has columns for."""
        return frozenset(self._places)

    def rows(self) -> Iterator[TableRow]:
        """Raises TableError where the file breaks off; the rows before are given."""
        map = self.columns.kinds[self._kind]
        try:
            for row in self._body:
                if row.too_long:
                    yield TableRow(row.number, {}, too_long=True)
                elif any(row.cells):
                    yield TableRow(row.number, self._values(map, row.cells))
        except WorkbookError as error:
            raise TableError(str(error)) from error

    def _values(self, map: KindColumns, cells: Sequence[str]) -> dict[str, str]:
        found = {}
        for name, places in self._places.items():
            texts = (_plain(cells[place]) for place in places if place < len(cells))
            text = next((text for text in texts if text and fold_text(text) not in self.columns.empty), "")
            if map.escaped and "\\" in text:
                text = _ESCAPE.sub(_unescaped, text)
            text = map.values.get(name, {}).get(fold_text(text), text)
            if text:
                found[name] = text
        return {**map.defaults, **found}

    def _open(self) -> None:
        stream = self._stack.enter_context(self._path.open("rb"))
        head = stream.read(_PEEKED_BYTES)
        stream.seek(0)
        if head.startswith(_OLD_OFFICE):
            raise TableError("This is a workbook of an old Excel (.xls); save it as .xlsx or CSV.")
        if not head.startswith(_ZIP):
            if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise TableError("This is neither CSV nor a workbook (.xlsx).")
            if self._fits(html_rows(stream) if is_html(head) else csv_rows(stream)):
                return
        else:
            try:
                found = self._stack.enter_context(sheets(stream))
                if any(self._fits(rows) for _, rows in found):
                    return
            except WorkbookError as error:
                raise TableError(str(error)) from error
        raise TableError(self._why_not())

    def _fits(self, rows: Iterator[Row]) -> bool:
        """Whether one of the maps fits; then the table is read by it."""
        top: list[Row] = []
        for row in rows:
            if any(row.cells) or row.too_long:
                top.append(row)
            if len(top) == HEADING_ROWS:
                break
        self._top = top
        for row in top:
            best = max(self._maps(), key=lambda map: _fit(map.kinds[self._kind], self._kind, row.cells), default=None)
            if best is not None and _fit(best.kinds[self._kind], self._kind, row.cells):
                after = [other for other in top if other.number > row.number]
                self._read_by(best, row.cells, _chained(after, rows))
                return True
        if self._own is not None and top and (order := self._own.kinds[self._kind].order):
            self._read_by(self._own, order, _chained(top, rows))
            return True
        return False

    def _read_by(self, columns: ImportColumns, heading: Sequence[str], body: Iterator[Row]) -> None:
        map = columns.kinds[self._kind]
        self.columns, self._body = columns, body
        self._places = map.places(heading)
        self.unknown = map.unknown(heading)

    def _maps(self) -> list[ImportColumns]:
        maps = shipped().values() if self._own is None else (self._own,)
        return [map for map in maps if self._kind in map.kinds]

    def _why_not(self) -> str:
        if self._own is not None and self._kind not in self._own.kinds:
            return f"The file of columns {self._own.name} has no section [{self._kind}.columns]."
        if not self._top:
            return "The table is empty."
        needed = ", ".join(NEEDED[self._kind])
        seen = ", ".join(cell[:60] for cell in self._top[0].cells[:_TOLD] if cell)
        return (
            f"No map of columns fits this table: each of {needed} needs a column. Its first row is: {seen}. Write a file "
            "of columns and name it with --columns; see docs/importing-patrons.md."
        )


def require_kind(columns: ImportColumns, kind: Kind) -> None:
    """Raises ColumnsError where a file of columns says nothing of such tables."""
    if kind not in columns.kinds:
        raise ColumnsError(f"{columns.name}: there is no section [{kind}.columns] for a table of {kind}.")


def _fit(map: KindColumns, kind: Kind, heading: Iterable[str]) -> int:
    places = map.places(tuple(heading))
    return len(places) if all(name in places or name in map.defaults for name in NEEDED[kind]) else 0


def _plain(text: str) -> str:
    """Without control characters, and those that turn the direction of what stands after them."""
    text = " ".join(clean(text).split())
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _unescaped(found: re.Match[str]) -> str:
    return " " if found[1] in "nrtZ0" else found[1]


def _chained(top: list[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from top
    yield from rest
