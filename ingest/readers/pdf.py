"""PDF books, read without ever opening one in this process: see ingest.readers.pdf_worker.

Needs a POSIX system (limits on memory and CPU time are the kernel's).
"""

import hashlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Final, cast

from ingest.read_failure import told
from ingest.readers.ocr import Ocr, OcrError, page_texts
from ingest.readers.pdf_worker import LENGTH, Message
from ingest.source import Origin, PdfBook, RejectCode, Rejected
from search.document import Page, Section

_ROOT: Final = Path(__file__).resolve().parents[2]
_START_SECONDS: Final = 60.0  # a cold disk; it takes 0.4 s on a warm one
_FILES_PER_WORKER: Final = 200
# An outline of 5,000 headings of 300 characters, every character escaped, still fits.
_MAX_MESSAGE: Final = 32_000_000
# Below this a second process costs more than it gives.
_WORTH_SHARING: Final = 200_000


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What one file may cost. The wall clock and CPU limits are `seconds` + `seconds_per_page` x pages.

    pdfium reads 300 to 1,500 pages a second, but pages on which it finds no words go to pdfminer, which
    reads 8 to 45: half a second a page is four times the slowest seen.
    `characters` bounds a book's text in this process: 64 million is twenty of the longest novels.
    """

    memory_bytes: int = 1 << 30
    seconds: float = 30.0
    seconds_per_page: float = 0.5
    pages: int = 5_000
    page_characters: int = 250_000
    characters: int = 64_000_000
    file_bytes: int = 2_000_000_000


class PdfWorkerError(RuntimeError):
    """The child program does not start: the installation is at fault, not a file."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path, *, limits: PdfLimits | None = None) -> PdfBook | Rejected:
    """One PDF, in a child process of its own. For many, keep a PdfReader."""
    with PdfReader(limits) as reader:
        return reader.read(path)


class PdfReader:
    """Reads PDFs one after the other; a file that kills its reader costs only itself.

    workers: child processes that share the pages of one book between them. Not for several threads.
    ocr: how pages without text are read; None leaves them without.
    """

    def __init__(self, limits: PdfLimits | None = None, workers: int = 1, ocr: Ocr | None = None) -> None:
        self._limits = limits or PdfLimits()
        self._ocr = ocr
        self._workers = [_Worker(self._limits) for _ in range(max(1, workers))]

    def __enter__(self) -> "PdfReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child processes; the next `read` starts new ones."""
        for worker in self._workers:
            worker.stop()

    @property
    def peak_bytes(self) -> int:
        """The most memory a child process has held."""
        return max(worker.peak_bytes for worker in self._workers)

    def read(self, path: Path) -> PdfBook | Rejected:
        """The book in `path`, or why there is none. Raises PdfWorkerError."""
        origin = Origin(str(path))
        try:
            size = path.stat().st_size
            if size > self._limits.file_bytes:
                reason = f"It has {size:,} bytes; at most {self._limits.file_bytes:,} are read."
                return Rejected(origin, "too_large", reason)
            sha256 = sha256_of(path)
        except OSError as error:
            return Rejected(origin, "unreadable_file", f"The file cannot be read. {told(error)}")
        shares = self._shares(path.absolute(), size)
        for share in shares:
            if share.refusal is not None:
                code, reason = share.refusal
                return Rejected(origin, code, reason)
        book = _book(origin, sha256, shares)
        return book if self._ocr is None else _with_ocr(book, path, self._ocr)

    def _shares(self, path: Path, size: int) -> Sequence["_Share"]:
        workers = self._workers if size >= _WORTH_SHARING else self._workers[:1]
        if len(workers) == 1:
            return [workers[0].read(path, 0, 1)]
        with ThreadPoolExecutor(len(workers)) as pool:
            tasks = [pool.submit(worker.read, path, i, len(workers)) for i, worker in enumerate(workers)]
            return [task.result() for task in tasks]


@dataclass(slots=True)
class _Share:
    """What one child process gave of a book: everything about the file, and its part of the pages."""

    labels: list[str] = field(default_factory=list)
    outline: list[Section] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    refusal: tuple[RejectCode, str] | None = None


def _book(origin: Origin, sha256: str, shares: Sequence[_Share]) -> PdfBook:
    head = shares[0]
    texts = {number: text for share in shares for number, text in share.texts.items()}
    headings = headings_of(len(texts), head.outline)
    pages = tuple(
        Page(number, _label(head.labels, number), texts[number], headings[number - 1])
        for number in range(1, len(texts) + 1)
    )
    return PdfBook(origin, sha256, head.metadata, pages, tuple(head.outline))


def _with_ocr(book: PdfBook, path: Path, ocr: Ocr) -> PdfBook:
    """The book with text on the pages that had none, as far as OCR finds any."""
    numbers = [page.number for page in book.pages if not page.text]
    if not numbers:
        return book
    try:
        texts = page_texts(path, numbers, ocr)
    except OcrError as error:
        return replace(book, ocr_failure=str(error))
    pages = tuple(replace(page, text=texts.get(page.number, page.text)) for page in book.pages)
    return replace(book, pages=pages, pages_by_ocr=len(texts), ocr_done=True)


def _label(labels: Sequence[str], number: int) -> str:
    """The printed number of a page; where the file states none, the physical one, as viewers do."""
    return (labels[number - 1] if number <= len(labels) else "") or str(number)


def headings_of(page_count: int, outline: Sequence[Section]) -> list[str]:
    """The heading each page lies under, "" before the first.

    A page on which headings begin lies under the first of them; a page on which none begins, under
    the last one before it.
    """
    first_on: dict[int, str] = {}
    last_on: dict[int, str] = {}
    for section in outline:
        first_on.setdefault(section.page, section.title)
        last_on[section.page] = section.title
    headings, current = [], ""
    for number in range(1, page_count + 1):
        headings.append(first_on.get(number, current))
        current = last_on.get(number, current)
    return headings


class _SlowError(Exception):
    """The deadline of a file has passed."""


class _EndedError(Exception):
    """The child process is gone, or what it says makes no sense."""


class _Worker:
    """One child process, started when first needed and again after each file that was too much for it."""

    def __init__(self, limits: PdfLimits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._files = 0
        self.peak_bytes = 0

    def read(self, path: Path, share: int, shares: int) -> _Share:
        """Pages share + 1, share + 1 + shares, ... of a file."""
        if self._files >= _FILES_PER_WORKER:
            self.stop()
        if self._process is None:
            self._start()
        self._files += 1
        got = _Share()
        try:
            self._send(self._job(path, share, shares))
            self._collect(got, self._limits.characters // shares)
        except _SlowError:
            got.refusal = ("pdf_limit", f"It takes too long to read{_stopped_at(got)}.")
        except (_EndedError, OSError, KeyError, TypeError, ValueError):  # killed by the system, or talks nonsense
            got.refusal = ("pdf_limit", f"It takes too much time or memory to read{_stopped_at(got)}.")
        # Memory is not given back for certain, and the next file must not pay for this one.
        if (got.refusal and got.refusal[0] == "pdf_limit") or self.peak_bytes > self._limits.memory_bytes // 3:
            self.stop()
        return got

    def stop(self) -> None:
        """End the process, at once; nothing in it is worth waiting for."""
        process, self._process, self._files = self._process, None, 0
        if process is not None:
            process.kill()
            with suppress(OSError):
                process.communicate()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "ingest.readers.pdf_worker", str(self._limits.memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            # Nothing of our own environment: CMAP_PATH makes pdfminer read files of the PDF's choosing.
            env={"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"},
            start_new_session=True,  # Ctrl-C is for us; we end the child ourselves
        )
        try:
            self._receive(time.monotonic() + _START_SECONDS)
        except (_SlowError, _EndedError, OSError) as error:
            self.stop()
            raise PdfWorkerError("The PDF reader does not start; install the project again.") from error

    def _job(self, path: Path, share: int, shares: int) -> Message:
        limits = self._limits
        return {
            "path": os.fsdecode(path),
            "pages": limits.pages,
            "page_characters": limits.page_characters,
            "seconds": limits.seconds,
            "seconds_per_page": limits.seconds_per_page,
            "share": share,
            "shares": shares,
        }

    def _collect(self, got: _Share, characters: int) -> None:
        deadline = time.monotonic() + self._limits.seconds
        while True:
            message = self._receive(deadline)
            match message["kind"]:
                case "book":
                    deadline += self._limits.seconds_per_page * min(int(message["pages"]), self._limits.pages)
                    got.labels = [str(label) for label in message["labels"]]
                    got.outline = [
                        Section(str(s["title"]), int(s["page"]), int(s["level"])) for s in message["outline"]
                    ]
                    got.metadata = {str(key): str(value) for key, value in message["metadata"].items()}
                case "page":
                    got.texts[int(message["number"])] = text = str(message["text"])
                    characters -= len(text)
                    if characters < 0:
                        got.refusal = ("pdf_limit", "It holds more text than a book may.")
                        return
                case "refused":
                    got.refusal = (cast(RejectCode, message["code"]), str(message["reason"]))
                case "done":
                    self.peak_bytes = max(self.peak_bytes, int(message["peak_bytes"]))
                    return
                case kind:
                    raise ValueError(f"no message of kind {kind!r}")

    def _send(self, message: Message) -> None:
        data = json.dumps(message).encode("ascii")
        stdin, _ = self._pipes()
        stdin.write(LENGTH.pack(len(data)) + data)
        stdin.flush()

    def _receive(self, deadline: float) -> Message:
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size, deadline))
        if length > _MAX_MESSAGE:
            raise _EndedError
        message = json.loads(self._exactly(length, deadline))
        if not isinstance(message, dict):
            raise _EndedError
        return message

    def _exactly(self, count: int, deadline: float) -> bytes:
        _, stdout = self._pipes()
        poll = select.poll()
        poll.register(stdout, select.POLLIN)
        data = bytearray()
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise _SlowError
            block = os.read(stdout.fileno(), min(count - len(data), 1 << 16))
            if not block:
                raise _EndedError
            data += block
        return bytes(data)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise _EndedError
        return self._process.stdin, self._process.stdout


def _stopped_at(got: _Share) -> str:
    return f"; it got beyond page {max(got.texts)}" if got.texts else ""
