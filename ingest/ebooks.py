"""The store of e-book files: each under the SHA-256 of its bytes, so that no name from outside is ever a path."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_BLOCK: Final = 1 << 20
_UNDER_WAY: Final = ".adding-"


class EbookChangedError(OSError):
    """The file is not what it was when it was read: it changed while it was loaded."""


class StoreError(Exception):
    """The store cannot take a file: its disk is full, or its folder cannot be written. No file is to blame."""


class EbookStore:
    """A folder of PDFs. Safe for several processes: a file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, path: Path, sha256: str) -> None:
        """Copy `path`, whose bytes have this SHA-256, into the store; nothing if it is there already.

        Raises EbookChangedError when the bytes have another, StoreError when the store cannot take it, OSError when
        the file cannot be read.
        """
        target = self._place(sha256)
        if target is None:
            raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {sha256!r}")
        if target.is_file():
            return
        with path.open("rb") as file:
            try:
                self._copy(file, target, sha256)
            except EbookChangedError:
                raise
            except OSError as error:
                raise StoreError(
                    f"The e-book store {self._root} cannot take {path.name}: {error.strerror or error}"
                ) from error

    def _copy(self, file: BinaryIO, target: Path, sha256: str) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, copy = _begun(target.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                if _copy(file, out.fileno()) != sha256:
                    raise EbookChangedError(f"{Path(str(file.name)).name} changed while it was read; load it again")
            copy.chmod(0o644)  # mkstemp gives 0600, and the portal may run as another user
            copy.replace(target)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        _flush(target.parent)

    def clear(self) -> None:
        """Take away the copies that loads left when they were killed; one that is under way is locked."""
        for left in self._root.glob(f"??/{_UNDER_WAY}*"):
            with suppress(OSError), left.open("r+b") as copy:
                fcntl.flock(copy, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()

    def path(self, sha256: str) -> Path | None:
        """The stored file; None when there is none, or when `sha256` is no SHA-256 at all."""
        place = self._place(sha256)
        return place if place is not None and place.is_file() and not place.is_symlink() else None

    def names(self) -> Iterator[str]:
        """The SHA-256 of every stored file, in no order."""
        return (path.stem for path in self._root.glob("??/*.pdf") if _SHA256.fullmatch(path.stem))

    def _place(self, sha256: str) -> Path | None:
        return self._root / sha256[:2] / f"{sha256}.pdf" if _SHA256.fullmatch(sha256) else None


def _begun(folder: Path) -> tuple[int, Path]:
    """A new file for a copy, open and locked until it is closed: `clear` leaves it alone."""
    while True:
        handle, name = tempfile.mkstemp(prefix=_UNDER_WAY, dir=folder)
        with suppress(OSError):  # a file system without locks; nothing is cleared there either
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)  # another load cleared it away before it was locked


def _copy(file: BinaryIO, out: int) -> str:
    """Copy an open file to another and onto the disk; gives the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
        view = memoryview(block)
        while view:
            view = view[os.write(out, view) :]
    os.fsync(out)
    return digest.hexdigest()


def _flush(folder: Path) -> None:
    """Put a folder's new names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
