"""From the paths a person names to open files of a known kind."""

import gzip
import io
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from ingest.readers.detect import detect
from ingest.source import Origin, Rejected

Kind = Literal["marc", "marcxml", "pdf"]

_GZIP: Final = b"\x1f\x8b"
_HEAD_BYTES: Final = 65_536
# A gzip of zeros grows a thousandfold; a catalogue shrinks to a tenth.
MAX_PDF_BYTES: Final = 2_000_000_000

# What reading a file may raise: the disk's errors, and those of a gzip that breaks off or is damaged.
READ_ERRORS: Final = (OSError, EOFError, zlib.error)

UNPACKS: Final = 5.0
PDF_EFFORT: Final = 0.2

# Files that lie beside catalogues and are no records: skipped in a folder, refused when named.
_SKIPPED_SUFFIXES: Final = frozenset({".md", ".txt", ".toml", ".py", ".pyc", ".json", ".html", ".css", ".jpg", ".png"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read. size_bytes is its size on disk, packed or not."""

    path: Path
    kind: Kind
    packed: bool
    size_bytes: int

    @property
    def effort_per_byte(self) -> float:
        """How much work a byte on disk is, against one of plain MARC; for the time that is left.

        Measured on the GPO sets and 184 PDFs: gzip shrinks MARC to a fifth, and a PDF is mostly pictures.
        """
        return (PDF_EFFORT if self.kind == "pdf" else 1.0) * (1.0 if self.kind == "pdf" or not self.packed else UNPACKS)

    @property
    def effort(self) -> float:
        return self.size_bytes * self.effort_per_byte


def find(paths: Iterable[Path]) -> Iterator[FoundFile | Rejected]:
    """Every file of `paths`, folders walked in order of name, links to folders not followed.

    In a folder, files that are plainly something else (text, pictures, programs) are passed over
    in silence; anything else that is no MARC and no PDF is rejected by name.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path)
        else:
            yield inspect(path)


def _walk(top: Path) -> Iterator[FoundFile | Rejected]:
    closed: list[OSError] = []
    for folder, subfolders, names in os.walk(top, onerror=closed.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() not in _SKIPPED_SUFFIXES:
                yield inspect(Path(folder, name))
    for error in closed:
        reason = f"The folder cannot be read: {error.strerror}."
        yield Rejected(Origin(str(error.filename)), "unreadable_file", reason)


def inspect(path: Path) -> FoundFile | Rejected:
    """What a file is, by its first bytes."""
    # Asked before opening: a pipe or a device would be waited for without end.
    if path.exists() and not path.is_file():
        return Rejected(Origin(str(path)), "unreadable_file", "This is not a file but a pipe or a device.")
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            head = gzip.GzipFile(fileobj=file).read(_HEAD_BYTES) if packed else file.read(_HEAD_BYTES)
        size = path.stat().st_size
    except READ_ERRORS as error:
        return Rejected(Origin(str(path)), "unreadable_file", f"The file cannot be read: {error}.")
    if not head:
        return Rejected(Origin(str(path)), "not_marc", "The file is empty.")
    kind = detect(head, path.name)
    if kind is None:
        return Rejected(
            Origin(str(path)),
            "unknown_format",
            "The file is neither MARC 21, MARCXML nor PDF. Export it in one of these.",
        )
    return FoundFile(path, kind, packed, size)


class CountingFile(io.RawIOBase):
    """A file that knows how far it was read, so that progress counts packed bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        count = self._file.readinto(cast(bytearray, buffer)) or 0
        self.bytes_read += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class Unpacked(io.RawIOBase):
    """The bytes of a gzip stream as they come, so that one that breaks off gives all there is before it raises."""

    def __init__(self, packed: io.BufferedIOBase) -> None:
        self._gzip = gzip.GzipFile(fileobj=cast(BinaryIO, packed))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        block = self._gzip.read1(len(view))
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._gzip.close()
        super().close()


@contextmanager
def open_stream(found: FoundFile) -> Iterator[tuple[BinaryIO, CountingFile]]:
    """The file's bytes, unpacked, and the counter behind them."""
    counter = CountingFile(found.path)
    buffered = io.BufferedReader(counter, 1 << 20)
    stream = cast(BinaryIO, Unpacked(buffered) if found.packed else buffered)
    try:
        yield stream, counter
    finally:
        stream.close()
        buffered.close()


@contextmanager
def plain_file(found: FoundFile) -> Iterator[Path]:
    """The file's path, or that of an unpacked copy that lives as long as the block."""
    if not found.packed:
        yield found.path
        return
    with tempfile.TemporaryDirectory(prefix="telusur-") as folder:
        # A link between records and e-books is made by file name, so the copy keeps it.
        copy = Path(folder, found.path.name.removesuffix(".gz"))
        with gzip.open(found.path) as packed, copy.open("wb") as plain:
            shutil.copyfileobj(_Limited(packed), plain)
        yield copy


class _Limited(io.RawIOBase):
    """A stream that refuses to give more than MAX_PDF_BYTES."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._left = MAX_PDF_BYTES

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise OSError(f"unpacks to more than {MAX_PDF_BYTES} bytes")
        return block
