"""CSV for spreadsheets: a title a row, every cell in quotes, none of which a program would run as a formula."""

import csv
import io
from collections.abc import Callable
from typing import Final

from portal.bibliography.reference import MOST_VALUES, reference
from portal.bibliography.texts import line
from search.document import Document

# CWE-1236. Spreadsheets pass over blanks before the sign, and know its full-width forms.
_STARTS_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
_BETWEEN: Final = "; "
MOST_NAMES: Final = 50


def _joined(name: str) -> Callable[[Document], str]:
    return lambda document: _BETWEEN.join(document.values(name)[:MOST_VALUES])


_COLUMNS: Final[dict[str, Callable[[Document], str]]] = {
    "id": lambda document: document.id,
    "title": lambda document: document.title,
    "contributor": lambda document: _BETWEEN.join(c.name for c in document.contributors[:MOST_NAMES]),
    **{
        name: _joined(name)
        for name in (
            "year", "publisher", "publication_place", "edition", "format", "language", "isbn", "issn", "subject",
            "series_statement", "physical", "call_number", "location",
        )
    },
}  # fmt: skip
BYTE_ORDER_MARK: Final = "\ufeff"  # without it a spreadsheet takes UTF-8 for the local code page


def header() -> str:
    return BYTE_ORDER_MARK + _row([*_COLUMNS, "address"])


def row(document: Document, base: str = "") -> str:
    """base: as for `reference`."""
    cells = [line(value(document), 10_000) for value in _COLUMNS.values()]
    return _row([*cells, reference(document, base).address])


def harmless(cell: str) -> str:
    """
    >>> harmless("=1+2"), harmless("  @SUM(A1)"), harmless("Laut - pantai")
    ("'=1+2", "'  @SUM(A1)", 'Laut - pantai')
    """
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) or cell.lstrip().startswith(_STARTS_FORMULA) else cell


def _row(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(map(harmless, cells))
    return written.getvalue()
