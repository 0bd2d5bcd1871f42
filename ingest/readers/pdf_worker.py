"""The child program that opens PDFs: `python -m ingest.readers.pdf_worker MEMORY_BYTES`.

A PDF of 1.5 kB can ask for a gigabyte, so no PDF is opened in the program that serves or loads. This
one has limits on memory and CPU, may write no file, and is killed from outside when it takes too long.

Both directions speak messages of a 4-byte length and JSON. In: {"path", "pages", "page_characters",
"seconds", "seconds_per_page", "share", "shares"}. Out, for each file: one "book" (page count, labels,
outline, metadata), one "page" for each page of its share; or one "refused" (code, reason) in place of
the rest; and always one "done" (peak memory so far).
"""

import contextlib
import ctypes
import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from ingest.read_failure import told

LENGTH: Final = struct.Struct(">I")
# Some pages together: waking the parent for each takes a tenth of the time.
ANSWERS_BUFFER: Final = 1 << 15
_PR_SET_NO_NEW_PRIVS: Final = 38

Message = dict[str, Any]


class RefusalError(Exception):
    """This file cannot be used; code and reason as in ingest.source.Rejected."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def main() -> None:
    confine(int(sys.argv[1]))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=ANSWERS_BUFFER)
    # Whatever a library prints must not fall between the messages.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    load_libraries()
    send(answers, {"kind": "ready"})
    answers.flush()
    spent = False
    while not spent and (job := receive(requests)) is not None:
        allow_seconds(job["seconds"])
        try:
            for message in answer(job):
                send(answers, message)
                if message["kind"] == "book":
                    answers.flush()  # it says how long the parent shall wait
        except RefusalError as refused:
            send(answers, {"kind": "refused", "code": refused.code, "reason": str(refused)})
        except MemoryError:
            send(answers, {"kind": "refused", "code": "pdf_limit", "reason": "It takes too much memory to read."})
            spent = True  # nothing can be trusted now; the parent starts another worker
        send(answers, {"kind": "done", "peak_bytes": peak_bytes()})
        answers.flush()


def confine(memory_bytes: int) -> None:
    """Give up what a hostile file could use: memory, new files, core dumps, more rights."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def allow_seconds(seconds: float) -> None:
    """Let the process use so much more CPU time; the system ends it after that."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime + seconds) + 1, hard))


def peak_bytes() -> int:
    """The most memory this program has held."""
    # ru_maxrss starts with what the parent held when it forked; Linux counts anew for the new program.
    with contextlib.suppress(OSError, ValueError, IndexError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def load_libraries() -> None:
    """Import what reads PDFs now, so that no file pays for it. Not at the top: the limits come first."""
    import ingest.readers.pdf_miner
    import ingest.readers.pdf_pdfium  # noqa: F401


def send(stream: BinaryIO, message: Message) -> None:
    # ASCII escapes carry lone surrogates, which UTF-8 cannot.
    data = json.dumps(message).encode("ascii")
    stream.write(LENGTH.pack(len(data)) + data)


def receive(stream: BinaryIO) -> Message | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    message: Message = json.loads(stream.read(LENGTH.unpack(head)[0]))
    return message


def answer(job: Message) -> Iterator[Message]:
    """All messages about one file, in order. Raises RefusalError, MemoryError."""
    from ingest.readers.pdf_text import clean

    path = Path(job["path"])
    with contextlib.ExitStack() as stack:
        book, other = opened(path, stack)
        count = book.page_count
        if count > job["pages"]:
            raise RefusalError(
                "pdf_limit", f"It has {count:,} pages; at most {job['pages']:,} are read. Split it into parts."
            )
        if count == 0:
            raise RefusalError("broken_pdf", "It has no pages that can be read.")
        allow_seconds(job["seconds"] + job["seconds_per_page"] * count)
        yield {"kind": "book", "pages": count, **book.head()}
        for number in range(1 + job["share"], count + 1, job["shares"]):
            found = book.text(number)
            text = clean(found or "", job["page_characters"])
            # Where one library finds no words the other sometimes does.
            if not text and found != "" and other is not None:
                text = clean(other.text(number, count), job["page_characters"])
            yield {"kind": "page", "number": number, "text": text}


def opened(path: Path, stack: contextlib.ExitStack) -> "tuple[Any, Other | None]":
    """The file as opened by pdfium, with another opinion for pages without text; or by pdfminer.six alone.

    Raises RefusalError when neither can open it.
    """
    import pypdfium2

    from ingest.readers.pdf_miner import LockedError, UnusableError
    from ingest.readers.pdf_pdfium import PASSWORD_ERRORS, PdfiumBook

    try:
        file = stack.enter_context(path.open("rb"))
    except OSError as error:
        raise RefusalError("unreadable_file", f"The file cannot be read. {told(error)}") from error
    other = Other(file)
    locked = "It is locked with a password. Ask the publisher for an unlocked copy."
    try:
        book = PdfiumBook(path)
        stack.callback(book.close)
    except pypdfium2.PdfiumError as error:
        if error.err_code in PASSWORD_ERRORS:
            raise RefusalError("encrypted_pdf", locked) from error
    else:
        if book.page_count and (book.has_all_pages or other.page_count in (0, book.page_count)):
            return book, other
    try:
        return other.book(), None
    except LockedError as error:
        raise RefusalError("encrypted_pdf", locked) from error
    except UnusableError as error:
        raise RefusalError("broken_pdf", "It is damaged or no PDF at all. Fetch or export it again.") from error


class Other:
    """The same file in pdfminer.six, opened only when it is needed: that alone takes as long as a hundred pages."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._book: Any = None
        self._failed: Exception | None = None

    def book(self) -> Any:
        """The file opened. Raises LockedError, UnusableError."""
        from ingest.readers.pdf_miner import LockedError, MinerBook, UnusableError

        if self._failed is not None:
            raise self._failed
        if self._book is None:
            try:
                self._book = MinerBook(self._file)
            except (LockedError, UnusableError) as error:
                self._failed = error
                raise
        return self._book

    @property
    def page_count(self) -> int:
        """0 when it cannot be opened."""
        from ingest.readers.pdf_miner import LockedError, UnusableError

        try:
            count: int = self.book().page_count
        except (LockedError, UnusableError):
            return 0
        return count

    def text(self, number: int, count: int) -> str:
        """The text of a page, "" unless its pages can stand in for those of a reader that counted `count`."""
        if self.page_count != count:
            return ""
        text: str = self.book().text(number)
        return text


if __name__ == "__main__":
    main()
