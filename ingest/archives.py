"""Files in zip archives, read in place: nothing is ever unpacked under the name that an archive gives it."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, cast

MAX_MEMBERS: Final = 1_000
# A catalogue shrinks to a tenth; what grows more than a hundredfold was made to fill memory or disk.
MAX_RATIO: Final = 100
_FREE_BYTES: Final = 10_000_000
_KNOWN_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_UNSHOWN: Final = re.compile(r"[^\w\-.,()\[\]+@=& ]")

# What zipfile may raise on a damaged archive, beside errors of the disk.
DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OverflowError)


class ArchiveError(OSError):
    """An archive, or one file in it, that is not read; the message is for a cataloguer."""


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive. Raises ArchiveError when it is damaged."""
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as error:
        raise ArchiveError(f"The archive is damaged: {error}.") from error
    with archive:
        yield archive


def members(archive: zipfile.ZipFile, size: int) -> list[tuple[int, str]]:
    """The files of an archive in order of name: the place in its list, and a name that is safe to show.

    size: of the archive. Raises ArchiveError when it holds too many files, or grows too much.
    """
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise ArchiveError(f"The archive holds {len(infos):,} files; more than {MAX_MEMBERS:,} are not read.")
    found = [(place, info) for place, info in enumerate(infos) if not info.is_dir()]
    # Measured against the archive itself: its files may share their bytes.
    unpacked = sum(info.file_size for _, info in found)
    if unpacked > _FREE_BYTES and unpacked > MAX_RATIO * size:
        raise ArchiveError(
            f"The archive grows from {size:,} to {unpacked:,} bytes: more than {MAX_RATIO} times is not read."
        )
    return [(place, shown_name(info.filename)) for place, info in sorted(found, key=lambda item: item[1].filename)]


def shown_name(name: str) -> str:
    """A member's name without steps upwards, roots, drives and characters that would confuse.

    >>> shown_name("..\\\\../etc/pass\\x1bwd"), shown_name("C:/data/buku.mrc"), shown_name("/")
    ('etc/pass_wd', 'C_/data/buku.mrc', 'unnamed')
    """
    parts = [_UNSHOWN.sub("_", part)[:120] for part in name.replace("\\", "/").split("/") if part.strip(". ")]
    return str(PurePosixPath(*parts)) if parts else "unnamed"


def member(archive: zipfile.ZipFile, place: int) -> "Member":
    """The file at a place of an archive. Raises ArchiveError for one that is encrypted, damaged or packed in a way of its own."""
    infos = archive.infolist()
    if place >= len(infos):
        raise ArchiveError("The archive changed while it was read; load it again.")
    info = infos[place]
    if info.flag_bits & _ENCRYPTED:
        raise ArchiveError("The file has a password; pack it without one.")
    if info.compress_type not in _KNOWN_PACKINGS:
        raise ArchiveError("The file is packed in a way of its own; pack it as ordinary zip.")
    try:
        file = archive.open(info)
    except DAMAGE as error:
        raise ArchiveError(f"The file is damaged in its archive: {error}.") from error
    return Member(cast(zipfile.ZipExtFile, file), info)


class Member(io.RawIOBase):
    """One file of an archive as it unpacks. `bytes_read` counts its packed bytes, for progress.

    Raises ArchiveError when what is read is damaged.
    """

    def __init__(self, file: zipfile.ZipExtFile, info: zipfile.ZipInfo) -> None:
        self._file = file
        self.packed_bytes = info.compress_size
        self._ratio = info.compress_size / max(1, info.file_size)
        self._unpacked = 0

    @property
    def bytes_read(self) -> int:
        return int(self._unpacked * self._ratio)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            block = self._file.read1(len(view))
        except DAMAGE as error:
            raise ArchiveError(f"The file is damaged in its archive: {error}.") from error
        view[: len(block)] = block
        self._unpacked += len(block)
        return len(block)

    def close(self) -> None:
        self._file.close()
        super().close()
