"""What the pages of e-books are called in print, and which page a reader means who types "xii", "12" or "PDF 8"."""

import re
import threading
from collections import OrderedDict
from typing import Final

from search.discovery import Discovery
from search.document import Document

BOOKS_KEPT: Final = 64
PAGES_AT_ONCE: Final = 200
MAX_ASKED: Final = 40
_PHYSICAL: Final = re.compile(r"pdf\s{0,3}(\d{1,6})", re.ASCII)


class PageLabels:
    """Labels of whole books, those of the last ones kept. Safe for threads."""

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()

    def of(self, document: Document) -> tuple[str, ...]:
        """The label of each page in order, "" where it has none; () without an e-book."""
        if document.ebook is None:
            return ()
        key = (document.id, document.ebook.sha256)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        labels = self._read(document, document.ebook.page_count)
        with self._lock:
            self._kept[key] = labels
            while len(self._kept) > BOOKS_KEPT:
                self._kept.popitem(last=False)
        return labels

    def _read(self, document: Document, count: int) -> tuple[str, ...]:
        labels = [""] * count
        for first in range(1, count + 1, PAGES_AT_ONCE):
            for page in self._discovery.pages(document.id, first, min(first + PAGES_AT_ONCE - 1, count)):
                labels[page.number - 1] = page.label
        return tuple(labels)


def page_meant(asked: str, labels: tuple[str, ...]) -> int | None:
    """The number (from 1) of the page with this label, else with this number; None when there is none.

    A printed number goes before the place in the file, for it is what readers quote; "PDF 8" is always the place.

    >>> labels = ("i", "ii", "1", "2", "")
    >>> [page_meant(asked, labels) for asked in ("II", "2", "pdf 2", "5", "9", "")]
    [2, 4, 2, 5, None, None]
    """
    text = asked[:MAX_ASKED].strip().casefold()
    physical = _PHYSICAL.fullmatch(text)
    if text and not physical and text in (folded := [label.casefold() for label in labels]):
        return folded.index(text) + 1
    number = physical[1] if physical else text
    if not (number.isascii() and number.isdigit()):
        return None
    return int(number[:7]) if 1 <= int(number[:7]) <= len(labels) else None
