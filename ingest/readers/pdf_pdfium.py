"""A PDF as pdfium sees it: pages, their text, labels, outline, metadata.

Runs in the child program only. pdfium repairs most damage by itself and says so when it cannot; what
pypdfium2 makes of its answers may still fail on text that is no UTF-16.
"""

import ctypes
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.readers.pdf_columns import gap, in_columns
from ingest.readers.pdf_head import MAX_HEADING, MAX_LABEL, MAX_SECTION_LEVEL, MAX_SECTIONS, plain_metadata
from ingest.readers.pdf_text import PlacedLine, clean, flowing_text, has_control, unmapped

PASSWORD_ERRORS: Final = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
# More than any page holds; a page of a million letters is cut before its letters are placed.
MAX_PAGE_UNITS: Final = 500_000
# A map of more lines than this is not looked through.
MAX_PAGE_OBJECTS: Final = 1_000
PAGES_BEFORE_RENEWAL: Final = 250
_MAX_LANGUAGE: Final = 64
_WRITING: Final = (pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_UNKNOWN)

# Boxes (left, bottom, right, top) as they are shown on a page that is turned clockwise (PDF 32000-1, 7.7.3.3).
_TURNS: Final[dict[int, Callable[[float, float, float, float], tuple[float, float, float, float]]]] = {
    90: lambda left, bottom, right, top: (bottom, -right, top, -left),
    180: lambda left, bottom, right, top: (-right, -top, -left, -bottom),
    270: lambda left, bottom, right, top: (-top, left, -bottom, right),
}

# pdfium joins the halves of a word that a line end breaks and puts this between them.
_BROKEN: Final = "\ufffe\x02"
_LINE: Final = re.compile(rf"[^\r\n{_BROKEN}]+[{_BROKEN}]?|[{_BROKEN}]")


class PdfiumBook:
    """An open PDF. Raises pypdfium2.PdfiumError when it cannot be one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document: Any = pypdfium2.PdfDocument(path, password="")
        self._pages_read = 0
        self._characters = _CharacterBoxes()

    def close(self) -> None:
        self._document.close()

    @property
    def page_count(self) -> int:
        return len(self._document)

    @property
    def has_all_pages(self) -> bool:
        """Whether the last page is there: `page_count` is no more than what the file claims."""
        try:
            self._document.get_page_size(self.page_count - 1)
        except pypdfium2.PdfiumError:
            return False
        return True

    def head(self) -> dict[str, Any]:
        return {"labels": self._labels(), "outline": list(self._outline()), "metadata": self._metadata()}

    def text(self, number: int) -> str | None:
        """The text of a page in reading order, "" where nothing is written.

        None where something is that pdfium makes no text of, or the page is damaged: another reader may know.
        """
        try:
            self._forget_now_and_then()
            page = self._document[number - 1]
        except pypdfium2.PdfiumError:
            return None
        try:
            lines = self._lines(page)
            return flowing_text(lines) if lines or not _may_hold_text(page) else None
        except pypdfium2.PdfiumError:
            return None
        finally:
            page.close()

    def _forget_now_and_then(self) -> None:
        """Open the file anew: pdfium keeps every object it has met, 50 MB of them in a book of 2,000 pages."""
        self._pages_read += 1
        if self._pages_read % PAGES_BEFORE_RENEWAL == 0:
            renewed = pypdfium2.PdfDocument(self._path, password="")
            self._document.close()
            self._document = renewed

    def _lines(self, page: Any) -> Sequence[PlacedLine]:
        """The lines inside the visible part of a page, in the order of reading, as far as single lines tell."""
        textpage = page.get_textpage()
        try:
            text = textpage.get_text_range()
            left, bottom, right, top = page.get_bbox()
            self._characters.open(textpage, text)
            suspect = has_control(text)
            lines: list[PlacedLine] = []
            starts: list[int] = []
            for match in _LINE.finditer(text[:MAX_PAGE_UNITS]):
                line = match[0].strip()
                if not line or (suspect and unmapped(line)):
                    continue
                start = match.start() + match[0].index(line[0])
                placed = self._characters.line(line, start)
                if placed.right > left and placed.left < right and placed.top > bottom and placed.bottom < top:
                    lines.append(placed)
                    starts.append(start)
            turn = _TURNS.get(page.get_rotation())
            # A wide table is set along a page that is shown turned; a page may also lie on its side by mistake.
            if (
                turn is not None
                and sum(line.top - line.bottom > line.right - line.left for line in lines) > len(lines) / 2
            ):
                return [PlacedLine(line.text, *turn(*line[1:])) for line in lines]
            return in_columns(lines, lambda index, at: self._characters.halves(lines[index], starts[index], at))
        finally:
            textpage.close()

    def _labels(self) -> list[str]:
        labels = []
        for index in range(self.page_count):
            try:
                label = self._document.get_page_label(index) or ""
                labels.append(label if label.isdecimal() else clean(label, MAX_LABEL))
            except ValueError:
                labels.append("")
        return labels

    def _outline(self) -> Iterator[dict[str, Any]]:
        for bookmark in islice(self._document.get_toc(max_depth=MAX_SECTION_LEVEL), MAX_SECTIONS):
            try:
                title = clean(bookmark.get_title(), MAX_HEADING).replace("\n", " ")
            except ValueError:
                continue
            destination = bookmark.get_dest()
            index = None if destination is None else destination.get_index()
            if title and index is not None:
                yield {"title": title, "page": index + 1, "level": bookmark.level + 1}

    def _metadata(self) -> dict[str, str]:
        values = {"language": self._language()}
        for key in ("Title", "Author", "Subject", "Keywords", "CreationDate"):
            try:
                values[key.lower()] = self._document.get_metadata_value(key)
            except ValueError:
                continue
        values["created"] = values.get("creationdate", "")
        return plain_metadata(values)

    def _language(self) -> str:
        units = (ctypes.c_ushort * _MAX_LANGUAGE)()
        size = pdfium.FPDFCatalog_GetLanguage(self._document, units, ctypes.sizeof(units))
        if not 2 < size <= ctypes.sizeof(units):
            return ""
        return bytes(units)[: size - 2].decode("utf-16-le", "ignore")


def _may_hold_text(page: Any) -> bool:
    """Whether anything drawn on a page can be writing: not on an empty page or a scanned one."""
    count = pdfium.FPDFPage_CountObjects(page)
    objects = (pdfium.FPDFPage_GetObject(page, index) for index in range(min(count, MAX_PAGE_OBJECTS)))
    return count > MAX_PAGE_OBJECTS or any(pdfium.FPDFPageObj_GetType(one) in _WRITING for one in objects)


class _CharacterBoxes:
    """Where letters of a page stand. One for all pages: what pdfium fills in is made once."""

    def __init__(self) -> None:
        self._box = pdfium.FS_RECTF()
        self._into = ctypes.pointer(self._box)
        self._textpage: Any = None
        self._shifts: list[int] | None = None
        self._direct = True

    def open(self, textpage: Any, text: str) -> None:
        """Turn to a page whose whole text this is."""
        self._textpage = textpage.raw
        # pdfium counts in UTF-16: a letter beyond the 65,536th is two.
        self._shifts = _shifts(text) if text and max(text) > "\uffff" else None
        units = len(text) + (self._shifts[-1] if self._shifts else 0)
        self._direct = textpage.count_chars() == units

    def line(self, text: str, start: int) -> PlacedLine:
        """The line `text`, placed by its first and last letter; `start` is where it begins in the page's text."""
        left, bottom, right, top = self._of(start)
        if len(text) > 1:
            # Comparisons, not min() and max(): a book has 20,000 lines, and a call costs as much as a letter.
            other_left, other_bottom, other_right, other_top = self._of(start + len(text) - 1)
            left = other_left if other_left < left else left
            bottom = other_bottom if other_bottom < bottom else bottom
            right = other_right if other_right > right else right
            top = other_top if other_top > top else top
        if text[-1] in _BROKEN:
            text = text[:-1] + "-"
        return PlacedLine(text, left, bottom, right, top)

    def halves(self, line: PlacedLine, start: int, at: float) -> tuple[PlacedLine, PlacedLine] | None:
        """The parts of a line on either side of a place, None when there is no gap as wide as a gutter."""
        text = line.text
        cut = bisect_left(range(len(text)), at, key=lambda index: self._of(start + index)[0])
        first, second = text[:cut].rstrip(), text[cut:].lstrip()
        if not first or not second or len(first) + len(second) == len(text):
            return None
        both = self.line(first, start), self.line(second, start + len(text) - len(second))
        return both if gap(*both) else None

    def _of(self, index: int) -> tuple[float, float, float, float]:
        if self._shifts is not None:
            index += self._shifts[index]
        if not self._direct:
            index = pdfium.FPDFText_GetCharIndexFromTextIndex(self._textpage, index)
        box = self._box
        pdfium.FPDFText_GetLooseCharBox(self._textpage, index, self._into)
        return box.left, box.bottom, box.right, box.top


def _shifts(text: str) -> list[int]:
    """How many more UTF-16 units than characters lie before each character, and at the end."""
    shifts = [0]
    for character in text:
        shifts.append(shifts[-1] + (character > "\uffff"))
    return shifts
