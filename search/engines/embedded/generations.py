"""The folder of an embedded index: generations, the pointer to the published one, the writer's lock.

<root>/CURRENT                     names the published generation and the one before it
<root>/write.lock                  held by the one writer; the kernel lets go when the process ends
<root>/generations/<name>/         words/  pages/  columns/  sets/  vectors/  manifest.json

A generation never changes once it is published. The next one starts from hard links to its files,
so a small update costs little, and a load that is killed leaves the published one as it was.
"""

import fcntl
import json
import logging
import os
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from search.engines.compatibility import REBUILD
from search.errors import EngineUnavailable, IndexBusy, IndexMissing
from search.publications import UNPUBLISHED, Publications, Stamp, now, publications_of

logger = logging.getLogger(__name__)

MANIFEST: Final = "manifest.json"
POINTER: Final = "CURRENT"
# From the writing of the manifest until the pointer leads to it, a slow disk considered.
SWITCHED_WITHIN_US: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What a file must be: its size and the CRC-32 of its bytes; inode says it is still the same file."""

    size: int
    crc32: int
    inode: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds. layout: version of the files themselves; files: path in the folder -> check."""

    layout: int
    schema_version: int
    embedder: str = ""
    dimensions: int = 0
    documents: int = 0
    pages: int = 0
    passages: int = 0
    files: Mapping[str, FileCheck] = field(default_factory=dict)
    publications: Publications = UNPUBLISHED

    @property
    def size_bytes(self) -> int:
        return sum(check.size for check in self.files.values())


@dataclass(frozen=True, slots=True)
class Generation:
    """A published state: its folder, whose name is the name of the generation, and its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.folder.name


class Generations:
    """The generations under one root folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / "generations"

    def published(self) -> str:
        """The name of the published generation, "" when nothing was ever published."""
        return self._pointer().get("generation", "")

    def current(self) -> Generation:
        """The published generation, its files present and of the right size.

        Raises IndexMissing when there is none, EngineUnavailable when it is damaged.
        """
        name = self.published()
        if not name:
            raise IndexMissing(
                f"There is no index in {self._root.absolute()} yet. Load records with: telusur ingest PATH "
                "(TELUSUR_DATA names the data folder)"
            )
        generation = self._read(name)
        for path, check in generation.manifest.files.items():
            _require_size(generation.folder / path, check)
        return generation

    def damaged(self) -> list[str]:
        """The files of the published generation whose bytes are not those that were written."""
        generation = self.current()
        try:
            return [
                path
                for path, check in generation.manifest.files.items()
                if _crc32(generation.folder / path) != check.crc32
            ]
        except OSError as error:
            raise _unreadable(Path(error.filename or generation.folder), error) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the writer's lock. Raises IndexBusy while another writer, of any process, holds it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._root / "write.lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise EngineUnavailable(
                f"The index folder {self._root} cannot be written: {error.strerror or error}. Let the user who runs this "
                "write to it, or make room on its disk."
            ) from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
                raise IndexBusy(
                    f"Another load is writing to the index in {self._root} (process {holder}). "
                    "Wait until it has finished, then try again."
                ) from error
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
            self._remove_unpublished()
            yield
        finally:
            os.close(handle)

    def begin(self, base: Generation | None) -> Path:
        """A new, unpublished folder: empty, or with every file of `base` as a hard link."""
        # Counted from the folders: a garbled pointer must not stop the rebuild that mends it.
        numbers = [int(found.name[:6]) for found in self._folder.iterdir() if found.name[:6].isdigit()]
        number = max(numbers, default=0) + 1
        # The random part keeps names apart when the whole folder is removed and made anew.
        folder = self._folder / f"{number:06d}-{secrets.token_hex(3)}"
        folder.mkdir()
        if base is not None:
            for path in base.manifest.files:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(base.folder / path, target)
        return folder

    def publish(self, folder: Path, manifest: Manifest, base: Generation | None, upto: Stamp) -> None:
        """Makes `folder` the published generation, surely on disk; `base` gave the checks of unchanged files.

        upto: nothing in it is stamped later.
        """
        known = {} if base is None else base.manifest.files
        files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if _is_data(path)}
        checks = {name: _check(path, known.get(name)) for name, path in files.items()}
        for inner in {path.parent for path in files.values()} | {folder, self._folder}:
            _sync_folder(inner)
        dated = Stamp(now() + SWITCHED_WITHIN_US)
        publications = manifest.publications.followed_by(upto, dated).plain()
        plain = asdict(replace(manifest, files={}, publications=UNPUBLISHED))
        plain |= {"files": _plain(checks), "publications": publications}
        write_durably(folder / MANIFEST, json.dumps(plain).encode())
        try:
            previous = self.published()
        except EngineUnavailable:
            previous = ""
        pointer = {"generation": folder.name, "previous": previous}
        write_durably(self._root / POINTER, json.dumps(pointer).encode())
        self._remove_unpublished()

    def discard(self, folder: Path) -> None:
        """Removes an unpublished folder."""
        shutil.rmtree(folder, ignore_errors=True)

    def _remove_unpublished(self) -> None:
        # The generation before is kept: a reader may be opening it just now.
        try:
            kept = set(self._pointer().values())
        except EngineUnavailable:
            return  # garbled: one of these folders is the good one, and which is not known
        for folder in self._folder.iterdir():
            if folder.name not in kept:
                logger.info("Removing index generation %s", folder.name)
                self.discard(folder)

    def _pointer(self) -> dict[str, str]:
        try:
            text = (self._root / POINTER).read_text("utf-8")
        except FileNotFoundError:
            # Lost, or the first load ended right before it was written: the newest whole generation is what was published.
            whole = sorted(found.parent.name for found in self._folder.glob(f"*/{MANIFEST}"))
            return {"generation": whole[-1], "previous": ""} if whole else {}
        except OSError as error:
            raise _unreadable(self._root / POINTER, error) from error
        try:
            names = json.loads(text)
            return {key: str(names[key]) for key in ("generation", "previous")}
        except (ValueError, KeyError, TypeError) as error:
            raise EngineUnavailable(f"{self._root / POINTER} is damaged. {REBUILD}") from error

    def _read(self, name: str) -> Generation:
        folder = self._folder / name
        try:
            plain: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
            files = {path: FileCheck(*check) for path, check in plain.pop("files").items()}
            publications = publications_of(plain.pop("publications", ()))
            return Generation(folder, Manifest(**plain, files=files, publications=publications))
        except OSError as error:
            raise _unreadable(folder / MANIFEST, error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise EngineUnavailable(f"The index in {folder} is damaged: {error}. {REBUILD}") from error


def write_durably(path: Path, data: bytes) -> None:
    """Replaces a file all at once: after a crash it holds the old bytes or the new, never a mixture."""
    write_parts_durably(path, [data])


def write_parts_durably(path: Path, parts: Iterable[bytes]) -> None:
    """As write_durably, one part after the other."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as out:
        out.writelines(parts)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_data(path: Path) -> bool:
    return path.is_file() and path.suffix != ".lock" and path.name != MANIFEST


def _require_size(path: Path, check: FileCheck) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error
    if size != check.size:
        raise EngineUnavailable(f"The index is damaged: {path} has {size} bytes, not {check.size}. {REBUILD}")


def _unreadable(path: Path, error: OSError) -> EngineUnavailable:
    """Of a file of the index that the system does not give. One that belongs to another user is no damage."""
    if isinstance(error, PermissionError):
        return EngineUnavailable(
            f"The index cannot be read: the user who runs this may not read {path}. Run the command as the user who loads, or "
            "give this one the right to read and write the data folder."
        )
    return EngineUnavailable(f"The index is damaged: {path} cannot be read ({error.strerror}). {REBUILD}")


def _check(path: Path, known: FileCheck | None) -> FileCheck:
    found = path.stat()
    # A hard link to a published file: its bytes are those that were checked before.
    if known is not None and (known.inode, known.size) == (found.st_ino, found.st_size):
        return known
    return FileCheck(found.st_size, _crc32(path), found.st_ino)


def _crc32(path: Path) -> int:
    total = 0
    with path.open("rb") as data:
        while block := data.read(1 << 20):
            total = zlib.crc32(block, total)
    return total


def _plain(checks: Mapping[str, FileCheck]) -> dict[str, list[int]]:
    return {path: [check.size, check.crc32, check.inode] for path, check in checks.items()}
