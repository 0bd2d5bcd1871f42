"""Pictures of e-book pages, and where their words stand. Each page is drawn in a child process with limits: a PDF of
1.5 kB can ask for a gigabyte.

As a program (`python -m portal.reader.page_image FILE PAGE`) this is that child. It writes the length of a PNG in four bytes,
the PNG, and then the words as JSON; without them, when the page holds none or reading them took too long.
"""

import io
import json
import math
import re
import struct
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from ingest.readers.pdf_worker import allow_seconds, confine
from portal.reader.page_words import UNITS, PageWords, words_from_json

WIDTH_PX: Final = 1100
MAX_PIXELS: Final = 25_000_000
MAX_MEMORY_BYTES: Final = 1_500_000_000
MAX_CPU_S: Final = 10
MAX_WALL_S: Final = 20
AT_ONCE: Final = 2
MAX_WAIT_S: Final = 2
# A page that somebody else is having drawn right now: its picture and its words are asked for at the same time.
MAX_WAIT_FOR_SAME_S: Final = 5
CACHE_BYTES: Final = 64 * 1024 * 1024
# Raise it when pictures are drawn differently: what browsers keep is then out of date.
DRAWING_VERSION: Final = 1
# No page that is read has so many runs of letters; a map may.
MAX_PIECES: Final = 10_000
MAX_PIECE_CHARACTERS: Final = 200

_LENGTH: Final = struct.Struct(">I")
# pdfium puts one of these between the halves of a word that a line end breaks.
_PIECE: Final = re.compile(r"[^\s\ufffe\x02]+")


class PageImagesBusyError(Exception):
    """As many pages as may be are being drawn now."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a PNG, and its words with their places."""

    png: bytes
    words_json: bytes

    @property
    def size(self) -> int:
        return len(self.png) + len(self.words_json)

    def words(self) -> PageWords:
        return words_from_json(self.words_json)


class PageImages:
    """Draws pages, a few at a time, and keeps the last ones. Safe for threads."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._slots = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], PageImage] = OrderedDict()
        self._being_drawn: dict[tuple[str, int], Future[PageImage | None]] = {}
        self._size = 0

    def page(self, file: Path, page: int) -> PageImage | None:
        """The picture of page `page` (from 1); None when it cannot be drawn within the limits.

        Raises PageImagesBusyError when others are being drawn; the same request is served later.
        file: named by its contents, as the e-book store does, so the name can be the cache's key.
        """
        key = (file.name, page)
        with self._lock:
            kept = self._found(key)
            if kept is not None:
                return kept
            under_way = self._being_drawn.get(key)
            if under_way is None:
                self._being_drawn[key] = Future()
        if under_way is None:
            return self._draw(file, page)
        try:
            return under_way.result(MAX_WAIT_FOR_SAME_S)
        except TimeoutError:
            raise PageImagesBusyError from None

    def _found(self, key: tuple[str, int]) -> PageImage | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _draw(self, file: Path, page: int) -> PageImage | None:
        """Who waits for the same page is told the same: its picture, that it has none, or that others are being drawn."""
        key = (file.name, page)
        try:
            image = self._drawn_in_turn(file, page)
            if image is not None:
                self._keep(key, image)
        except BaseException as error:
            self._done(key).set_exception(error)
            raise
        self._done(key).set_result(image)
        return image

    def _drawn_in_turn(self, file: Path, page: int) -> PageImage | None:
        # A waiting request holds one of the server's few threads, so it waits for a moment only.
        if not self._slots.acquire(timeout=MAX_WAIT_S):
            raise PageImagesBusyError
        try:
            return _drawn_apart(file, page)
        finally:
            self._slots.release()

    def _done(self, key: tuple[str, int]) -> Future[PageImage | None]:
        with self._lock:
            return self._being_drawn.pop(key)

    def _keep(self, key: tuple[str, int], image: PageImage) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += image.size - (before.size if before else 0)
            self._kept[key] = image
            while self._size > CACHE_BYTES:
                self._size -= self._kept.popitem(last=False)[1].size


def picture_version(sha256: str, page: int) -> str:
    """What the ETag of a page's picture is: known without drawing it."""
    return f'"{sha256[:24]}-{page}-{DRAWING_VERSION}"'


def _drawn_apart(file: Path, page: int) -> PageImage | None:
    command = [sys.executable, "-m", "portal.reader.page_image", str(file.resolve()), str(page)]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        written, _ = child.communicate(timeout=MAX_WALL_S)
    except subprocess.TimeoutExpired:
        child.kill()
        written, _ = child.communicate()  # the picture may have come before the words took too long
    return _read_page(io.BytesIO(written))


def _read_page(written: BinaryIO) -> PageImage | None:
    head = written.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    length = _LENGTH.unpack(head)[0]
    png = written.read(length)
    return PageImage(png, written.read()) if len(png) == length and png.startswith(b"\x89PNG") else None


def scale_for(width: float, height: float) -> float:
    """How many pixels a point of a page gets: WIDTH_PX across, and never more than MAX_PIXELS in all.

    >>> round(scale_for(595, 842), 2), scale_for(200_000, 200_000) < 0.03
    (1.85, True)
    """
    wanted = WIDTH_PX / max(width, 1)
    allowed = math.sqrt(MAX_PIXELS / max(width * height, 1))
    return min(wanted, allowed)


def main() -> None:
    """Draw one page to standard output."""
    confine(MAX_MEMORY_BYTES)
    allow_seconds(MAX_CPU_S)
    # Imported after the limits: from here on a file's contents decide what happens.
    import pypdfium2

    document = pypdfium2.PdfDocument(sys.argv[1])
    page = document[int(sys.argv[2]) - 1]
    image = page.render(scale=scale_for(*page.get_size())).to_pil()
    out = io.BytesIO()
    image.convert("RGB").quantize(64).save(out, "PNG", optimize=False)
    sys.stdout.buffer.write(_LENGTH.pack(len(out.getvalue())) + out.getvalue())
    sys.stdout.buffer.flush()
    pieces = [[joined, text, *box] for joined, text, box in _pieces(page)]
    sys.stdout.buffer.write(json.dumps(pieces, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def _pieces(page: Any) -> Iterator[tuple[int, str, tuple[int, int, int, int]]]:
    """Runs of letters in the order of the file: whether one goes on where the last broke off (1 or 0), its text, and its
    box on the picture (left, top, right, bottom), in UNITS of its width and height."""
    import ctypes

    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    text = textpage.get_text_range()
    # pdfium counts in UTF-16: a letter beyond the 65,536th is two.
    shifts = [0]
    for character in text:
        shifts.append(shifts[-1] + (character > "\uffff"))
    box, x, y = pdfium.FS_RECTF(), ctypes.c_int(), ctypes.c_int()

    def on_picture(across: float, up: float) -> tuple[int, int]:
        pdfium.FPDF_PageToDevice(page, 0, 0, UNITS, UNITS, 0, across, up, x, y)
        return x.value, y.value

    for number, match in enumerate(_PIECE.finditer(text)):
        if number >= MAX_PIECES:
            return
        corners: list[tuple[int, int]] = []
        for place in {match.start(), match.end() - 1}:
            index = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, place + shifts[place])
            if index >= 0 and pdfium.FPDFText_GetLooseCharBox(textpage, index, box):
                corners += on_picture(box.left, box.bottom), on_picture(box.right, box.top)
        if not corners:
            continue
        across, down = zip(*corners, strict=True)
        joined = int(match.start() > 0 and text[match.start() - 1] in "\ufffe\x02")
        yield joined, match[0][:MAX_PIECE_CHARACTERS], (min(across), min(down), max(across), max(down))


if __name__ == "__main__":
    main()
