"""The rows of an Excel workbook (.xlsx)."""

import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Any, BinaryIO, Final

from ingest.readers.rows import MAX_CELL, MAX_COLUMNS, Row

MAX_BYTES: Final = 200_000_000
# Sheets are read as a stream, but the texts that cells share are held in memory.
_MAX_SHARED_BYTES: Final = 100_000_000
_MAX_UNPACKED: Final = 2_000_000_000
_MAX_RATIO: Final = 200
_FREE_BYTES: Final = 20_000_000
_MAX_PARTS: Final = 2_000
MAX_ROWS: Final = 1_048_576
_MAX_SHEETS: Final = 50

Sheet = tuple[str, Iterator[Row]]


class WorkbookError(Exception):
    """The workbook cannot be read; the message is for a cataloguer."""


@contextmanager
def sheets(stream: BinaryIO) -> Iterator[Iterator[Sheet]]:
    """Name and rows of each sheet that is shown, one after another. Raises WorkbookError, also while rows are read.

    Values are those that were stored last; formulas are not worked out.
    """
    with tempfile.TemporaryFile(prefix="telusur-") as file:
        _copy(stream, file)
        _check(file)
        workbook = _open(file)
        try:
            yield ((sheet.title, _rows(sheet)) for sheet in workbook.worksheets[:_MAX_SHEETS] if _is_shown(sheet))
        finally:
            workbook.close()


def _copy(stream: BinaryIO, file: IO[bytes]) -> None:
    """A workbook is read from its end, and a stream only from its beginning."""
    left = MAX_BYTES
    while block := stream.read(min(1 << 20, left + 1)):
        left -= len(block)
        if left < 0:
            raise WorkbookError(f"The workbook is larger than {MAX_BYTES:,} bytes; save it as CSV.")
        file.write(block)
    file.seek(0)


def _check(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise WorkbookError(
            "The workbook is damaged, or was not copied to its end; copy it here again, or save it as CSV."
        ) from error
    size = file.seek(0, 2)
    file.seek(0)
    unpacked = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    if (
        len(parts) > _MAX_PARTS
        or unpacked > _MAX_UNPACKED
        or shared > _MAX_SHARED_BYTES
        or (unpacked > _FREE_BYTES and unpacked > _MAX_RATIO * size)
    ):
        raise WorkbookError(f"The workbook grows to {unpacked:,} bytes when unpacked; save it as CSV.")


# openpyxl ships no types of its own; what leaves this module has them.
def _open(file: IO[bytes]) -> Any:
    import openpyxl  # a fifth of a second, for a kind of file that most loads have none of

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and charts, which are not read
            return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # a damaged workbook makes openpyxl raise nearly anything
        raise WorkbookError(f"The workbook cannot be read: {_told(error)}. Save it as CSV.") from error


def _is_shown(sheet: Any) -> bool:
    return getattr(sheet, "sheet_state", "visible") == "visible" and hasattr(sheet, "iter_rows")


def _rows(sheet: Any) -> Iterator[Row]:
    try:
        # Programs that write no size, or a wrong one, would hide rows.
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS, max_row=MAX_ROWS), 1):
            yield Row(number, 0, tuple(map(_text, values)))
    except MemoryError:
        raise
    except Exception as error:  # as above; the rows before are kept
        raise WorkbookError(f"The rest of the workbook cannot be read: {_told(error)}.") from error


def _told(error: Exception) -> str:
    if isinstance(error, zipfile.BadZipFile | zlib.error | KeyError):
        return "a part of it is missing or damaged"
    return " ".join(str(error).split())[:200] or type(error).__name__


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return " ".join(str(value)[:MAX_CELL].split())
