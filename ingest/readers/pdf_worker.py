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

LENGTH: Final = struct.Struct(">I")
PASSWORD: Final = ""
_PR_SET_NO_NEW_PRIVS: Final = 38
_PDFIUM_PASSWORD_ERRORS: Final = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

Message = dict[str, Any]


class RefusalError(Exception):
    """This file cannot be used; code and reason as in ingest.source.Rejected."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def main() -> None:
    confine(int(sys.argv[1]))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not fall between the messages.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    load_libraries()
    send(answers, {"kind": "ready"})
    spent = False
    while not spent and (job := receive(requests)) is not None:
        allow_seconds(job["seconds"])
        try:
            for message in answer(job):
                send(answers, message)
        except RefusalError as refused:
            send(answers, {"kind": "refused", "code": refused.code, "reason": str(refused)})
        except MemoryError:
            send(answers, {"kind": "refused", "code": "pdf_limit", "reason": "It takes too much memory to read."})
            spent = True  # nothing can be trusted now; the parent starts another worker
        send(answers, {"kind": "done", "peak_bytes": peak_bytes()})


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
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def load_libraries() -> None:
    """Import what reads PDFs now, so that no file pays for it. Not at the top: the limits come first."""
    import pypdfium2  # noqa: F401

    import ingest.readers.pdf_miner  # noqa: F401


def send(stream: BinaryIO, message: Message) -> None:
    # ASCII escapes carry lone surrogates, which UTF-8 cannot.
    data = json.dumps(message).encode("ascii")
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> Message | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    message: Message = json.loads(stream.read(LENGTH.unpack(head)[0]))
    return message


def answer(job: Message) -> Iterator[Message]:
    """All messages about one file, in order. Raises RefusalError, MemoryError."""
    from ingest.readers.pdf_miner import MinerBook
    from ingest.readers.pdf_text import clean

    path = Path(job["path"])
    second = Second(path)
    with contextlib.ExitStack() as stack:
        first = open_first(path, stack, second)
        count = first.page_count if first is not None else second.page_count
        if count > job["pages"]:
            raise RefusalError("pdf_limit", f"It has {count} pages; at most {job['pages']} are read.")
        if count == 0:
            raise RefusalError("broken_pdf", "It has no pages that can be read.")
        allow_seconds(job["seconds"] + job["seconds_per_page"] * count)
        head = first.head() if first is not None else second.head()
        yield {"kind": "book", "pages": count, **head}
        for number in range(1 + job["share"], count + 1, job["shares"]):
            text = clean(first.text(number), job["page_characters"]) if isinstance(first, MinerBook) else ""
            # Where one library finds no words the other often does; on a picture both take a millisecond.
            if not text and second.agrees(count):
                text = clean(second.text(number), job["page_characters"])
            yield {"kind": "page", "number": number, "text": text}


def open_first(path: Path, stack: contextlib.ExitStack, second: "Second") -> Any:
    """The file opened by pdfminer.six; None when only pdfium can open it. Raises RefusalError when none can."""
    from ingest.readers.pdf_miner import LockedError, MinerBook, UnusableError

    try:
        book = MinerBook(stack.enter_context(path.open("rb")))
    except OSError as error:
        raise RefusalError("unreadable_file", f"It cannot be read: {error.strerror}.") from error
    except (LockedError, UnusableError) as error:
        code = second.error_code()
        if code is None and second.page_count:
            return None
        if isinstance(error, LockedError) or code in _PDFIUM_PASSWORD_ERRORS:
            reason = "It is locked with a password. Ask the publisher for an unlocked copy."
            raise RefusalError("encrypted_pdf", reason) from error
        raise RefusalError("broken_pdf", "It is damaged or no PDF at all. Fetch or export it again.") from error
    return book


class Second:
    """The same file in pdfium, opened only when it is needed. Every method is safe on a broken file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: Any = None
        self._error: int | None = None

    def _document(self) -> Any:
        import pypdfium2

        if self._opened is None and self._error is None:
            try:
                self._opened = pypdfium2.PdfDocument(self._path, password=PASSWORD)
            except pypdfium2.PdfiumError as error:
                self._error = error.err_code or 0
        return self._opened

    def error_code(self) -> int | None:
        """pdfium's code when it cannot open the file, None when it can."""
        self._document()
        return self._error

    @property
    def page_count(self) -> int:
        document = self._document()
        return 0 if document is None else len(document)

    def agrees(self, count: int) -> bool:
        """Whether its pages can stand in for those of a reader that counted `count`."""
        return self.page_count == count

    def head(self) -> Message:
        from ingest.readers.pdf_miner import plain_metadata

        document = self._document()
        labels = [str(document.get_page_label(index) or "") for index in range(len(document))]
        metadata = {key.lower(): value for key, value in document.get_metadata_dict().items()}
        metadata["created"] = metadata.pop("creationdate", "")
        return {"labels": labels, "outline": [], "metadata": plain_metadata(metadata)}

    def text(self, number: int) -> str:
        import pypdfium2

        try:
            page = self._document()[number - 1]
            text: str = page.get_textpage().get_text_bounded()
        except pypdfium2.PdfiumError:
            return ""
        page.close()
        return text


if __name__ == "__main__":
    main()
