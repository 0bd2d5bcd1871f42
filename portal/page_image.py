"""Pictures of e-book pages. Each is drawn in a child process with limits: a PDF of 1.5 kB can ask for a gigabyte.

As a program (`python -m portal.page_image FILE PAGE`) this is that child: it writes a PNG to its output.
"""

import io
import math
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from ingest.readers.pdf_worker import allow_seconds, confine

WIDTH_PX: Final = 1100
MAX_PIXELS: Final = 25_000_000
MAX_MEMORY_BYTES: Final = 1_500_000_000
MAX_CPU_S: Final = 10
MAX_WALL_S: Final = 20
AT_ONCE: Final = 2
MAX_WAIT_S: Final = 2
CACHE_BYTES: Final = 64 * 1024 * 1024


class PageImagesBusyError(Exception):
    """As many pages as may be are being drawn now."""


class PageImages:
    """Draws pages, a few at a time, and keeps the last ones. Safe for threads."""

    def __init__(self) -> None:
        self._slots = threading.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._size = 0

    def png(self, file: Path, page: int) -> bytes | None:
        """The picture of page `page` (from 1); None when it cannot be drawn within the limits.

        Raises PageImagesBusyError when others are being drawn; the same request is served later.
        file: named by its contents, as the e-book store does, so the name can be the cache's key.
        """
        key = (file.name, page)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        # A waiting request holds one of the server's few threads, so it waits for a moment only.
        if not self._slots.acquire(timeout=MAX_WAIT_S):
            raise PageImagesBusyError
        try:
            image = _drawn_apart(file, page)
        finally:
            self._slots.release()
        if image is not None:
            self._keep(key, image)
        return image

    def _keep(self, key: tuple[str, int], image: bytes) -> None:
        with self._lock:
            self._size += len(image) - len(self._kept.pop(key, b""))
            self._kept[key] = image
            while self._size > CACHE_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1])


def _drawn_apart(file: Path, page: int) -> bytes | None:
    command = [sys.executable, "-m", "portal.page_image", str(file.resolve()), str(page)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=MAX_WALL_S
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 and done.stdout.startswith(b"\x89PNG") else None


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
    sys.stdout.buffer.write(out.getvalue())


if __name__ == "__main__":
    main()
