"""A table's rows as they come from CSV, or from a page that calls itself an Excel file (INLISLite)."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import BinaryIO, Final

from ingest.readers.blocks import BLOCK_BYTES, BOM, text_blocks

MAX_CELL: Final = 100_000
MAX_COLUMNS: Final = 500
_MAX_ROW_BYTES: Final = 250_000
# After so many quotes without a partner they are taken as they stand, or looking for partners would never end.
_MAX_OPEN_QUOTES: Final = 10
_DELIMITERS: Final = (b",", b";", b"\t", b"|")
_SNIFFED_ROWS: Final = 20
_DECLARED: Final = re.compile(rb"sep=(.)\r?\n")  # for Excel, which does not count it as a row
_QUOTES: Final = re.compile(rb'"+')
_LINE_END: Final = re.compile(rb"\r\n?|\n")
# Accented letters of Mac Roman ("caf\x8es"), which in cp1252 are signs and capitals that stand in the middle of no word.
_FROM_MAC: Final = re.compile(rb"[a-z][\x80-\x84\x86-\x90\x98\x99\x9b\x9d\x9f][a-z]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number, from 1 as a spreadsheet counts, its byte offset (0 where there is none), its cells.

    too_long: beyond a limit; its cells are not kept. lines: the first and last of the file that it stands in, 0 where there are
    none. swallows: a cell seems to hold the rows after it, since a quote before them was not closed. unquoted: how many cells
    there were if quotes were none, 0 where every quote that opens is closed. from_mac: its letters seem to be those of old Macs.
    """

    number: int
    offset: int
    cells: tuple[str, ...]
    too_long: bool = False
    lines: tuple[int, int] = (0, 0)
    swallows: bool = False
    unquoted: int = 0
    from_mac: bool = False


def csv_rows(stream: BinaryIO) -> Iterator[Row]:
    """The rows of a CSV file, whatever its delimiter, in UTF-8, UTF-16 or what Windows writes (cp1252).

    A quote ends a cell only before a delimiter or the end of a line, for SLiMS writes the quotes inside of
    cells as they are. Databases put a backslash before them (MySQL, phpMyAdmin): such a quote before a delimiter is one of
    the text where it is the second of a pair, or a blank follows; else the backslash is the cell's last letter ("C:\\").
    A quote that is never closed costs its own line only.
    """
    blocks, start = text_blocks(stream)
    first, skipped = next(blocks, b""), 0
    if declared := _DECLARED.match(first):
        skipped, first = declared.end(), first[declared.end() :]
        delimiter = declared[1]
    else:
        delimiter = _delimiter(first)
    yield from _split(first, blocks, delimiter, start if start < 0 else start + skipped)


def _delimiter(head: bytes) -> bytes:
    """The one that cuts most of the first rows into the same number of cells, the more the better."""
    best, most = _DELIMITERS[0], (0, 0)
    for delimiter in _DELIMITERS:
        counts: Counter[int] = Counter()
        for row in _split(head, iter(()), delimiter, 0):
            if any(row.cells):
                counts[len(row.cells)] += 1
            if counts.total() >= _SNIFFED_ROWS:
                break
        width, rows = max(counts.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(1, 0))
        if width > 1 and (rows, width) > most:
            best, most = delimiter, (rows, width)
    return best


def _split(held: bytes, blocks: Iterator[bytes], delimiter: bytes, offset: int) -> Iterator[Row]:
    """Rows of the bytes in `held` and then in `blocks`. offset: of `held`; -1 when places are not to be told."""
    places = offset >= 0
    offset = max(0, offset)
    number, at, final, open_quotes, line = 0, 0, False, 0, 1
    begins = re.compile(re.escape(delimiter) + rb'"(?!")')
    joins = re.compile(re.escape(delimiter) + rb"(?!\s)")
    while True:
        place = offset + at
        quoting = open_quotes < _MAX_OPEN_QUOTES
        found = _row(held, at, delimiter, final, quoting) if at < len(held) else None
        if found is None and final and at >= len(held):
            return
        if found is None and (final or len(held) - at > _MAX_ROW_BYTES):
            # A quote without its partner, as a rule: its line is given up, and what comes after it is read.
            open_quotes += 1
            found = _first_line(held, at)
            while found is None:
                block = next(blocks, b"")
                offset, held, at, final = offset + len(held), block, 0, not block
                found = (None, 0) if final else _first_line(held, at)
        if found is None:
            block = next(blocks, b"")
            offset, held, at, final = offset + at, held[at:] + block, 0, not block
            continue
        cells, end = found
        number += 1
        too_long = cells is None or any(len(cell) > MAX_CELL for cell in cells)
        texts = () if cells is None or too_long else tuple(map(_text, cells))
        if len(texts) > MAX_COLUMNS and any(texts[MAX_COLUMNS:]):
            too_long = True
        one_line = held.find(b"\n", at, end) == end - 1
        height = 1 if one_line else max(1, len(_LINE_END.findall(held, at, end)))
        row = held[at:end]
        yield Row(
            number,
            place if places else 0,
            () if too_long else texts[:MAX_COLUMNS],
            too_long,
            (line, line + height - 1),
            swallows=height > 1 and not too_long and _swallows(row, delimiter, begins),
            unquoted=_unquoted(row, delimiter)
            if height == 1 and cells and b'"' in row and any(map(joins.search, cells))
            else 0,
            from_mac=not row.isascii() and _FROM_MAC.search(row) is not None,
        )
        line += height
        at = end


def _swallows(row: bytes, delimiter: bytes, begins: re.Pattern[bytes]) -> bool:
    """Whether another cell begins (`begins`) within one, in a later line."""
    at = 0
    while at < len(row):
        if row[at : at + 1] == b'"' and (quoted := _quoted(row, at + 1, delimiter, final=True)) is not None:
            line_end = _LINE_END.search(row, at + 1, quoted[1])
            if line_end and begins.search(row, line_end.end(), quoted[1] - 1):
                return True
            at = quoted[1]
        else:
            _, at = _plain(row, at, delimiter)
        if row[at : at + 1] != delimiter:
            return False
        at += 1
    return False


def _unquoted(row: bytes, delimiter: bytes) -> int:
    """How many cells a row has without its quotes, 0 where these are as they should be (RFC 4180): then what holds
    delimiters is one cell, and the row is short since its last cells are empty.

    >>> _unquoted(b'"Laut;"Wenas, M";2014', b";"), _unquoted(b'Laut;"Wenas;Lasut"', b";"), _unquoted(b'3.5" disk', b";")
    (3, 0, 0)
    """
    try:
        next(csv.reader([row.decode("latin-1")], delimiter=delimiter.decode("latin-1"), strict=True), None)
    except csv.Error:
        return row.count(delimiter) + 1
    return 0


def _row(held: bytes, at: int, delimiter: bytes, final: bool, quoting: bool) -> tuple[list[bytes] | None, int] | None:
    """The cells of the row that begins at `at`, and where the next begins; None when more bytes are needed."""
    cells: list[bytes] = []
    while True:
        quoted = quoting and held[at : at + 1] == b'"'
        found = _quoted(held, at + 1, delimiter, final) if quoted else _plain(held, at, delimiter)
        if found is None:
            return None
        cell, at = found
        cells.append(cell)
        if held[at : at + 1] == delimiter:
            at += 1
            continue
        if at >= len(held):
            return (cells, at) if final else None
        end = _LINE_END.match(held, at)
        if end is None or (end.end() == len(held) and end.group() == b"\r" and not final):
            return None
        return cells, end.end()


def _plain(held: bytes, at: int, delimiter: bytes) -> tuple[bytes, int]:
    line = _LINE_END.search(held, at)
    end = line.start() if line else len(held)
    mark = held.find(delimiter, at, end)
    end = mark if mark >= 0 else end
    return held[at:end], end


def _quoted(held: bytes, start: int, delimiter: bytes, final: bool) -> tuple[bytes, int] | None:
    raw = False  # whether the cell holds quotes that are not doubled
    opened = False  # whether one with a backslash waits for its second
    at = start
    while (found := _QUOTES.search(held, at)) is not None:
        at, run = found.end(), found.end() - found.start()
        following = held[at : at + 1]
        if not following and not final:
            return None
        closes = following in (delimiter, b"\r", b"\n", b"")
        escaped = run == 1 and _is_escaped(held, start, at - 1)
        if escaped and following == delimiter:
            if at + 1 >= len(held) and not final:
                return None
            closes = not opened and held[at + 1 : at + 2] != b" "
        if closes and (run % 2 or raw):
            cell = held[start : at - 1]
            return _unescaped(cell, raw), at
        raw = raw or (run % 2 == 1 and not closes)
        opened = opened != escaped
    return None


def _is_escaped(held: bytes, start: int, at: int) -> bool:
    """Whether the quote at `at` has a backslash before it that has none itself."""
    first = at
    while first > start and held[first - 1 : first] == b"\\":
        first -= 1
    return (at - first) % 2 == 1


def _unescaped(cell: bytes, raw: bool) -> bytes:
    cell = cell.replace(b"\\\n", b"\n")
    return cell.replace(b'\\"', b'"') if raw else cell.replace(b'""', b'"')


def _first_line(held: bytes, at: int) -> tuple[None, int] | None:
    """Where the line after this one begins; None when it is not there yet."""
    end = _LINE_END.search(held, at)
    return (None, end.end()) if end else None


def _text(cell: bytes) -> str:
    try:
        text = cell.decode("utf-8")
    except UnicodeDecodeError:
        text = cell.decode("cp1252", "replace")
    text = text.strip()
    # Excel's way to keep a number as text: ="0012".
    return text[2:-1] if text.startswith('="') and text.endswith('"') else text


def html_rows(stream: BinaryIO) -> Iterator[Row]:
    """The rows of the tables in a page."""
    parser = _TableParser()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    number = 0
    while block := stream.read(BLOCK_BYTES):
        parser.feed(decoder.decode(block))
        # Text outside of tables is thrown away; a tag that never ends must not be kept.
        if len(parser.rawdata) > _MAX_ROW_BYTES:
            parser.rawdata = ""
        for cells in parser.take():
            number += 1
            yield Row(number, 0, cells or (), cells is None)


class _TableParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[tuple[str, ...] | None] = []
        self._cells: list[str] | None = None
        self._text: list[str] | None = None
        self._size = 0

    def take(self) -> list[tuple[str, ...] | None]:
        """The rows that ended since it was last asked; None for one beyond the limits."""
        rows, self._rows = self._rows, []
        return rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - of HTMLParser
        if tag == "tr":
            self._end_row()
            self._cells, self._size = [], 0
        elif tag in ("td", "th") and self._cells is not None:
            self._end_cell()
            self._text = []

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        return self.parse_bogus_comment(i, report)  # Python's own raises AssertionError for a mark it does not know

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "table"):
            self._end_row()
        elif tag in ("td", "th"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._text is not None and self._size <= _MAX_ROW_BYTES:
            self._size += len(data)
            self._text.append(data)

    def _end_cell(self) -> None:
        if self._text is not None and self._cells is not None:
            self._size += 1
            if self._size <= _MAX_ROW_BYTES and len(self._cells) < MAX_COLUMNS:
                self._cells.append(" ".join("".join(self._text).split()))
        self._text = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._cells is not None:
            self._rows.append(None if self._size > _MAX_ROW_BYTES else tuple(self._cells))
        self._cells = None


def is_html(head: bytes) -> bool:
    """Whether a table is a page, and not CSV."""
    return head.removeprefix(BOM).lstrip().startswith(b"<")
