"""From the paths a person names to open files of a known kind."""

import gzip
import io
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, Literal, Protocol, cast
from zipfile import ZipFile

from ingest import archives
from ingest.read_failure import told
from ingest.readers.detect import DATABASE_NAMES, Kind, detect, is_zip, refusal
from ingest.source import Origin, Rejected

_GZIP: Final = b"\x1f\x8b"
_HEAD_BYTES: Final = 65_536
# A gzip of zeros grows a thousandfold; a catalogue shrinks to a tenth.
MAX_PDF_BYTES: Final = 2_000_000_000

# What reading a file may raise: the disk's errors, and those of a gzip that breaks off or is damaged.
READ_ERRORS: Final = (OSError, EOFError, zlib.error)

UNPACKS: Final = 5.0
PDF_EFFORT: Final = 0.2

# Files that lie beside catalogues and are no records: skipped in a folder or archive, refused when named.
_SKIPPED_SUFFIXES: Final = frozenset(
    (
        *(".md", ".toml", ".py", ".pyc", ".html", ".css", ".ini", ".db", ".sqlite3"),
        *(".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".heic", ".svg"),
        *(".mp3", ".wav", ".m4a", ".mp4", ".avi", ".mkv", ".mov"),
        *(".exe", ".dll", ".bat", ".sh", ".log", ".bak", ".lnk"),
    )
)
# What may well be an e-book or a list of titles, in a form that is not read: skipped in the same way, but told.
_DOCUMENT_SUFFIXES: Final = frozenset(
    (".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx", ".epub", ".mobi", ".azw", ".azw3", ".djvu")
)
# What programs write while a file is copied or downloaded.
UNFINISHED_SUFFIXES: Final = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
# Office programs keep one of these beside each document that is open.
_LOCK: Final = "~$"
# Records come with these endings as well; what holds none is skipped in the same way.
_MIXED_SUFFIXES: Final = frozenset({".txt", ".json"})
_PASSED_OVER: Final = "__MACOSX"


_Why = Literal["document", "database", "unfinished"]
_TOLD: Final[tuple[tuple[Collection[str], _Why], ...]] = (
    (_DOCUMENT_SUFFIXES, "document"),
    (DATABASE_NAMES, "database"),
    (UNFINISHED_SUFFIXES, "unfinished"),
)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that nobody named and that is not read, though it may be meant to be. top: the folder or archive that was named."""

    path: Path
    top: Path
    why: _Why


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read. size_bytes is its size on disk, packed or not; packed: it is a gzip.

    In a zip archive, `path` is the archive's with the member's name behind it, to be shown and never to be opened:
    the bytes are those of `archive` at `place` in its list. is_guess: nobody named it, and its name may be anything's;
    when no map of columns fits, it is no catalogue.
    """

    path: Path
    kind: Kind
    packed: bool
    size_bytes: int
    archive: Path | None = None
    place: int = 0
    is_guess: bool = False

    @property
    def effort_per_byte(self) -> float:
        """How much work a byte on disk is, against one of plain MARC; for the time that is left.

        Measured on the GPO sets and 184 PDFs: gzip shrinks MARC to a fifth, and a PDF is mostly pictures.
        """
        if self.kind == "pdf":
            return PDF_EFFORT
        return UNPACKS if self.packed or self.archive is not None else 1.0

    @property
    def effort(self) -> float:
        return self.size_bytes * self.effort_per_byte


_Found = FoundFile | PassedOver | Rejected


def find(
    paths: Iterable[Path], links: bool = True, on_passed_over: Callable[[PassedOver], None] = lambda _: None
) -> Iterator[FoundFile | Rejected]:
    """Every file of `paths`, folders walked and archives opened in order of name, links to folders not followed.

    In a folder or archive, files that are plainly something else (text, pictures, programs) and data folders of Telusur
    are passed over in silence; anything else that is none of ours is rejected by name. links: whether files there may be
    links. on_passed_over: is told of documents, databases and what is still being copied, which are passed over too.
    """
    for path in paths:
        for found in _walk(path, links) if path.is_dir() else _file(path):
            if isinstance(found, PassedOver):
                on_passed_over(found)
            else:
                yield found


def _walk(top: Path, links: bool) -> Iterator[_Found]:
    closed: list[OSError] = []
    for folder, subfolders, names in os.walk(top, onerror=closed.append):
        if _is_of_telusur(folder):
            subfolders.clear()
            continue
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if links or not os.path.islink(path):  # unlike Path, it raises nothing
                yield from _worth_telling(path, top, _file(path))
            else:
                yield Rejected(Origin(str(path)), "unreadable_file", "This is a link; put the file itself here.")
    for error in closed:
        reason = f"The folder cannot be read. {told(error)}"
        yield Rejected(Origin(str(error.filename)), "unreadable_file", reason)


def _is_of_telusur(folder: str) -> bool:
    """Whether a folder holds an index, or what belongs to one: `telusur ingest .` finds its own data folder."""
    return os.path.isdir(os.path.join(folder, "index", "generations")) or os.path.isfile(
        os.path.join(folder, "accounts.key")
    )


def _worth_telling(path: Path, top: Path, found: Iterable[_Found]) -> Iterator[_Found]:
    """What was found under a name that nobody gave, without what lies beside catalogues and is none."""
    name, suffix = path.name, path.suffix.lower()
    if name.startswith((".", _LOCK)) or suffix in _SKIPPED_SUFFIXES:
        return
    for suffixes, why in _TOLD:
        if suffix in suffixes:
            yield PassedOver(path, top, why)
            return
    for item in found:
        if suffix not in _MIXED_SUFFIXES:
            yield item
        elif isinstance(item, FoundFile):
            yield replace(item, is_guess=item.kind == "table")


def _file(path: Path) -> Iterator[_Found]:
    """The file, or the files in it."""
    item = inspect(path)
    if isinstance(item, _Archive):
        yield from _unpacked(path)
    else:
        yield item


class _Archive:
    """The file is a zip archive of others."""


def inspect(path: Path) -> FoundFile | Rejected | _Archive:
    """What a file is, by its first bytes."""
    try:
        # Asked before opening: a pipe or a device would be waited for without end.
        if path.exists() and not path.is_file():
            return Rejected(Origin(str(path)), "unreadable_file", "This is not a file but a pipe or a device.")
        with path.open("rb") as file:
            packed, head = _head(file)
        size = path.stat().st_size
    except READ_ERRORS as error:
        return Rejected(Origin(str(path)), "unreadable_file", f"The file cannot be read. {told(error)}")
    if not packed and is_zip(head):
        return _Archive()
    return _found(path, packed, head, size)


def _head(file: io.BufferedReader) -> tuple[bool, bytes]:
    """Whether a file is a gzip, and its first bytes, unpacked."""
    packed = file.peek(2)[:2] == _GZIP
    return packed, _unpacked_head(file) if packed else file.read(_HEAD_BYTES)


def _unpacked_head(file: io.BufferedReader) -> bytes:
    """The first bytes in a gzip. Where it is broken off or damaged, what comes before: its records can be read."""
    head = b""
    with Unpacked(file) as unpacked:
        try:
            while len(head) < _HEAD_BYTES and (block := unpacked.read(_HEAD_BYTES - len(head))):
                head += block
        except READ_ERRORS:
            if not head:
                raise
    return head


def _found(
    path: Path, packed: bool, head: bytes, size: int, archive: Path | None = None, place: int = 0
) -> FoundFile | Rejected:
    if not head:
        return Rejected(Origin(str(path)), "not_marc", "The file is empty.")
    if is_zip(head):
        return Rejected(Origin(str(path)), "unknown_format", "This is an archive in an archive; unpack the outer one.")
    kind = detect(head, path.name)
    if kind is None:
        return Rejected(Origin(str(path)), "unknown_format", refusal(head, path.name))
    return FoundFile(path, kind, packed, size, archive, place)


def _unpacked(path: Path) -> Iterator[_Found]:
    """The files in an archive. One that holds nothing for us is rejected once, and not once a file."""
    refused: list[Rejected] = []
    any_found = False
    try:
        with archives.opened(path) as archive:
            for place, name in archives.members(archive, path.stat().st_size):
                if _PASSED_OVER in name:
                    continue
                for item in _worth_telling(path / name, path, [_member(archive, place, path, name)]):
                    if isinstance(item, PassedOver):
                        yield item
                    elif isinstance(item, FoundFile):
                        any_found = True
                        yield from refused
                        yield item
                        refused = []
                    else:
                        refused.append(item)
    except READ_ERRORS as error:
        yield Rejected(Origin(str(path)), "unreadable_file", told(error))
        return
    if any_found or len(refused) == 1:
        yield from refused
    else:
        yield Rejected(Origin(str(path)), "unknown_format", "No file in this archive is one that can be loaded.")


def _member(archive: ZipFile, place: int, path: Path, name: str) -> FoundFile | Rejected:
    shown = path / name
    try:
        with archives.member(archive, place) as member, io.BufferedReader(member) as stream:
            packed, head = _head(cast(io.BufferedReader, stream))
        return _found(shown, packed, head, member.packed_bytes, path, place)
    except READ_ERRORS as error:
        return Rejected(Origin(str(shown)), "unreadable_file", told(error))


class Counter(Protocol):
    """Knows how many bytes on disk were read so far."""

    @property
    def bytes_read(self) -> int: ...


class CountingFile(io.RawIOBase):
    """A file that knows how far it was read, so that progress counts packed bytes."""

    def __init__(self, file: io.FileIO) -> None:
        """file: open already, as a stream that fails while it is made cannot be closed."""
        self._file = file
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
def open_stream(found: FoundFile) -> Iterator[tuple[BinaryIO, Counter]]:
    """The file's bytes, unpacked, and the counter behind them."""
    with ExitStack() as stack:
        counter: CountingFile | archives.Member = (
            CountingFile(found.path.open("rb", buffering=0))
            if found.archive is None
            else archives.member(stack.enter_context(archives.opened(found.archive)), found.place)
        )
        buffered = stack.enter_context(io.BufferedReader(counter, 1 << 20))
        stream = cast(BinaryIO, Unpacked(buffered) if found.packed else buffered)
        yield stack.enter_context(stream), counter


@contextmanager
def plain_file(found: FoundFile) -> Iterator[Path]:
    """The file's path, or that of an unpacked copy that lives as long as the block."""
    if not found.packed and found.archive is None:
        yield found.path
        return
    with tempfile.TemporaryDirectory(prefix="telusur-") as folder, open_stream(found) as (packed, _):
        # A link between records and e-books is made by file name, so the copy keeps it: its last part, made safe.
        copy = Path(folder, archives.shown_name(found.path.name).removesuffix(".gz"))
        with copy.open("wb") as plain:
            shutil.copyfileobj(_Limited(packed), plain)
        yield copy


class _Limited(io.RawIOBase):
    """A stream that refuses to give more than MAX_PDF_BYTES."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = MAX_PDF_BYTES

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise OSError(f"It unpacks to more than {MAX_PDF_BYTES:,} bytes, the most that is read.")
        return block
