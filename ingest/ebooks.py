"""The store of e-book files: each under the SHA-256 of its bytes, so that no name from outside is ever a path."""

import fcntl
import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_log = logging.getLogger(__name__)

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_BLOCK: Final = 1 << 20
_UNDER_WAY: Final = ".adding-"
_LOCK: Final = "loads.lock"
_GIVEN_UP: Final = "given-up.txt"
_INDEXES: Final = "indexes.txt"
_ASKED_AT_ONCE: Final = 100


class EbookChangedError(OSError):
    """The file is not what it was when it was read: it changed while it was loaded."""


class StoreError(Exception):
    """The store cannot take a file: its disk is full, or its folder cannot be written. No file is to blame."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """Files that were removed from the store, and how many could not be. kept_for: other indexes, for which all are left."""

    files: int = 0
    size_bytes: int = 0
    left: int = 0
    kept_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """The hold of somebody who uses the store, None where nothing can be locked."""

    handle: int | None

    def is_alone(self) -> bool:
        """Whether nobody else uses the store, nor can begin to until this hold ends. If not, this may have ended it."""
        if self.handle is None:
            return False
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


# Of these names, those of files that a title has. Asked when nobody can publish, it must look at what is published then.
Needed = Callable[[Collection[str]], set[str]]


class EbookStore:
    """A folder of PDFs. Safe for several processes: a file appears whole or not at all.

    A file may belong to several titles, and whether to any only the index knows. So what a title gives up is written down
    before its change is published, and looked up in what is published before the file is removed: a load that is killed
    in between loses no file that is needed, and the next one removes what is not. Another index may have titles with
    these files too: whoever adds some writes its index's name down, and where there are two, no file is removed.
    """

    def __init__(self, root: Path, index: str = "") -> None:
        """index: the name of the index that the files are for, on one line."""
        self._root = root
        self._index = index
        self._is_known = not index  # whether the name is written down
        # Why it could not be, though the files were there already: a sentence for who loads, "" where it could.
        self.unlisted = ""

    def add(self, path: Path, sha256: str) -> None:
        """Copy `path`, whose bytes have this SHA-256, into the store; nothing if it is there already.

        Raises EbookChangedError when the bytes have another, StoreError when the store cannot take it, OSError when
        the file cannot be read.
        """
        target = self._place(sha256)
        if target is None:
            raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {sha256!r}")
        if target.is_file():
            self._try_to_make_known()
            return
        self._make_known()
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

    def _try_to_make_known(self) -> None:
        """What is there can be read, whether or not the store can be written."""
        try:
            self._make_known()
        except StoreError as error:
            self.unlisted = (
                f"{error}. All files of this load are there; but add the line {self._index} to {self._root / _INDEXES}, or "
                "loads into another index may remove them."
            )

    def _make_known(self) -> None:
        """Write down that the index has files here. Raises StoreError."""
        if self._is_known:
            return
        try:
            if self._index not in self._indexes():
                self._write_down(_INDEXES, [self._index])
        except OSError as error:
            raise StoreError(f"The e-book store {self._root} cannot be written: {error.strerror or error}") from error
        self._is_known = True

    def _indexes(self) -> set[str]:
        try:
            lines = (self._root / _INDEXES).read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise StoreError(f"The e-book store's {_INDEXES} cannot be read: {error.strerror or error}") from error
        return set(filter(None, map(str.strip, lines)))

    def other_indexes(self) -> tuple[str, ...]:
        """The names of other indexes that have files here. Raises StoreError."""
        return tuple(sorted(self._indexes() - {self._index}))

    @contextmanager
    def in_use(self) -> Iterator[Hold]:
        """Nobody else removes files meanwhile: what a load adds, no title has before it is published."""
        with ExitStack() as stack:
            handle = None
            with suppress(OSError):  # where nothing can be locked, nothing is removed
                self._root.mkdir(parents=True, exist_ok=True)
                handle = _opened(self._root / _LOCK)
                stack.callback(os.close, handle)
                fcntl.flock(handle, fcntl.LOCK_SH)
            yield Hold(handle)

    def give_up(self, names: Iterable[str]) -> None:
        """A title that has these files is about to have them no more.

        Where that cannot be written down, the files stay until `remove_unneeded`: no change of the index waits for it.
        """
        known = list(filter(_SHA256.fullmatch, names))
        if not known:
            return
        try:
            self._write_down(_GIVEN_UP, known)
        except OSError as error:
            _log.warning("%s cannot be written, so e-book files stay that no title may have: %s", _GIVEN_UP, error)

    def _write_down(self, name: str, lines: Iterable[str]) -> None:
        """Add lines to a file of the store, durably. Raises OSError."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / name).open("a", encoding="utf-8") as out:
            before = "\n" if out.tell() else ""  # the last line there may be cut off
            out.write(before + "".join(f"{line}\n" for line in lines))
            out.flush()
            os.fsync(out.fileno())

    def given_up(self) -> set[str]:
        """What was given up and not looked up since."""
        try:
            lines = (self._root / _GIVEN_UP).read_text("ascii", "replace").split()
        except OSError:
            return set()
        return {line for line in lines if _SHA256.fullmatch(line)}

    def remove_given_up(self, hold: Hold, needed: Needed) -> Tidied:
        """Remove the files that were given up and that no title has; nothing while another load is under way, or where
        another index has files here.

        hold: of `in_use`, which may end here.
        """
        if not hold.is_alone():
            return Tidied()
        others = self.other_indexes()
        return Tidied(kept_for=others) if others else self._remove(self.given_up(), needed)

    def remove_unneeded(self, needed: Needed) -> Tidied | None:
        """Remove every file that no title has; None while a load is under way, or where nothing can be locked."""
        with self.in_use() as hold:
            if not hold.is_alone():
                return None
            others = self.other_indexes()
            return Tidied(kept_for=others) if others else self._remove(set(self.names()), needed)

    def unneeded(self, needed: Needed) -> Tidied:
        """The files that no title has, as `left`; also what a load under way has just added."""
        sizes = [size for name in self._not(needed, set(self.names())) if (size := self._size_of(name)) is not None]
        return Tidied(0, sum(sizes), len(sizes), self.other_indexes())

    def _remove(self, names: Collection[str], needed: Needed) -> Tidied:
        files = size_bytes = 0
        left = []
        for name in self._not(needed, names):
            if (path := self.path(name)) is None or (size := self._size_of(name)) is None:
                continue
            try:
                path.unlink()
            except OSError:
                left.append(name)
            else:
                files, size_bytes = files + 1, size_bytes + size
        with suppress(OSError):  # they are asked about once more, which costs little
            (self._root / _GIVEN_UP).unlink()
            self.give_up(left)
        return Tidied(files, size_bytes, len(left))

    def _not(self, needed: Needed, names: Collection[str]) -> list[str]:
        return [name for part in in_parts(sorted(names), _ASKED_AT_ONCE) for name in sorted(set(part) - needed(part))]

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

    def _size_of(self, sha256: str) -> int | None:
        """None when the file is gone, which somebody else may have removed a moment ago."""
        path = self.path(sha256)
        try:
            return path.stat().st_size if path is not None else None
        except FileNotFoundError:
            return None

    def names(self) -> Iterator[str]:
        """The SHA-256 of every stored file, in no order."""
        return (path.stem for path in self._root.glob("??/*.pdf") if _SHA256.fullmatch(path.stem))

    def _place(self, sha256: str) -> Path | None:
        return self._root / sha256[:2] / f"{sha256}.pdf" if _SHA256.fullmatch(sha256) else None


def in_parts(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Names by so many as an index is asked about at once.

    >>> list(in_parts("abcde", 2))
    ['ab', 'cd', 'e']
    """
    return (names[start : start + size] for start in range(0, len(names), size))


def _opened(lock: Path) -> int:
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except PermissionError:  # another user made it, and reading it is enough to take the lock
        return os.open(lock, os.O_RDONLY)


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
