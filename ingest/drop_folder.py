"""A folder that files are dropped into to be loaded: `telusur ingest --watch FOLDER`.

Looked at again and again instead of asking the system for news of it: such folders often lie on another machine, whose
news does not travel. A file is taken once it has stopped changing, a folder once all in it has, and moved aside when it
was loaded, so that whoever dropped it sees what became of it.
"""

import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.files import UNFINISHED_SUFFIXES
from ingest.report import IngestReport

LOADED, REFUSED, REPORTS = "loaded", "refused", "reports"
# How long a file must have been left alone: a copy over a slow line pauses for seconds.
QUIET_S: Final = 10.0
_OURS: Final = frozenset((LOADED, REFUSED, REPORTS))
_BACKUP: Final = "~"
# What Windows puts into folders by itself.
_OF_WINDOWS: Final = frozenset(("thumbs.db", "desktop.ini"))


@dataclass(frozen=True, slots=True)
class _Look:
    """What tells a file, or a folder with all that lies in it, from one that came in its place or was written to.

    changed_ns: of a folder, when the last thing in it was. places: of a folder, what tells the files in it.
    """

    size: int
    changed_ns: int
    inode: int
    places: frozenset[tuple[str, "_Look"]] = frozenset()


def _look(found: os.stat_result) -> _Look:
    return _Look(found.st_size, found.st_mtime_ns, found.st_ino)


def _look_into(folder: Path) -> _Look | None:
    """None for a folder that is not whole yet, because it is empty or a file in it is unfinished."""
    places: set[tuple[str, _Look]] = set()
    closed: list[OSError] = []
    changed_ns = 0
    for top, _, names in os.walk(folder, onerror=closed.append):
        changed_ns = max(changed_ns, os.lstat(top).st_mtime_ns)
        for name in names:
            if name.lower().endswith(UNFINISHED_SUFFIXES):
                return None
            path = Path(top, name)
            places.add((str(path), _look(path.lstat())))
    if not places and not closed:  # what cannot be looked into is for the load to tell
        return None
    size = sum(look.size for _, look in places)
    changed_ns = max([changed_ns, *(look.changed_ns for _, look in places)])
    return _Look(size, changed_ns, folder.lstat().st_ino, frozenset(places))


class DropFolder:
    """What lies directly in the folder, files and folders, but for the folders that are ours.

    quiet_s: how long a file, or all in a folder, must have been left alone.
    """

    def __init__(self, folder: Path, quiet_s: float = QUIET_S) -> None:
        self._folder = folder
        self._quiet_s = quiet_s
        self._seen: dict[Path, tuple[_Look, float]] = {}  # since when, by a clock that is never set
        self._given: dict[Path, _Look] = {}
        self._immovable: dict[Path, _Look] = {}
        self._strange: set[Path] = set()
        self._told: set[Path] = set()

    def settled(self) -> list[Path]:
        """The files and folders that have stopped changing, in order of name. Raises OSError.

        Seen the same in two calls, and not written to for `quiet_s`: by the folder's clock, or by ours where the
        folder's is ahead. Not those that `put_away` could not move, until they change.
        """
        now = time.monotonic()
        seen: dict[Path, tuple[_Look, float]] = {}
        settled: list[Path] = []
        for path, look in self._looks():
            held, since = self._seen.get(path, (None, now))
            if held != look:
                seen[path] = look, now
                continue
            seen[path] = look, since
            quiet_s = max(now - since, time.time() - look.changed_ns / 1e9)
            if quiet_s >= self._quiet_s and self._immovable.get(path) != look:
                settled.append(path)
        self._seen = seen
        self._immovable = {path: look for path, look in self._immovable.items() if path in seen}
        self._given = {path: seen[path][0] for path in settled}
        return sorted(settled)

    def strange(self) -> list[Path]:
        """What lies there and is neither a file nor a folder, links among them, as the last call of `settled` saw it and this
        has not told of before."""
        new = sorted(self._strange - self._told)
        self._told = set(self._strange)
        return new

    def _looks(self) -> Iterable[tuple[Path, _Look]]:
        self._strange = set()
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if _is_unfinished(entry.name):
                    continue
                try:
                    if entry.is_file(follow_symlinks=False):
                        yield Path(entry.path), _look(entry.stat(follow_symlinks=False))
                    elif entry.is_dir(follow_symlinks=False):
                        if entry.name not in _OURS and (look := _look_into(Path(entry.path))) is not None:
                            yield Path(entry.path), look
                    elif entry.name not in _OURS:
                        self._strange.add(Path(entry.path))
                except FileNotFoundError:  # taken away since the folder was read
                    continue

    def put_away(self, paths: Iterable[Path], report: IngestReport) -> list[str]:
        """Move what was loaded aside: to "loaded", or to "refused" what could not be used at all.

        What has changed since `settled` gave it, or has gone, is left: it was not this that was loaded. Gives a
        sentence for each that could not be moved, which `settled` does not give again, and for each folder that holds
        nothing for us, since the report does not name it.
        """
        problems = []
        for path in paths:
            given = self._given.pop(path, None)
            try:
                look = _look_into(path) if path.is_dir() and not path.is_symlink() else _look(path.lstat())
                if look is None or (given is not None and look != given):
                    continue
                self._immovable[path] = look
                target = self._folder / (LOADED if _is_used(path, report) else REFUSED)
                target.mkdir(exist_ok=True)
                moved = _free(target / path.name)
                shutil.move(path, moved)
                del self._immovable[path]
                if look.places and target.name == REFUSED and not _is_named(path, report):
                    problems.append(
                        f"{path} held no MARC records, table of a catalogue or e-book (PDF); it is {moved} now"
                    )
            except FileNotFoundError:
                self._immovable.pop(path, None)
            except OSError as error:
                problems.append(
                    f"{path} was read, but could not be moved aside: {error.strerror or error}. "
                    "Move it away yourself; it is not loaded again until it changes"
                )
        return problems

    def report_path(self, name: str) -> Path:
        """Where the report of a load is saved. Raises OSError."""
        folder = self._folder / REPORTS
        folder.mkdir(exist_ok=True)
        return _free(folder / f"{name}.json")


def _is_used(path: Path, report: IngestReport) -> bool:
    """Whether anything of a file, or in an archive or folder, went into the index or was there already."""
    used = report.used_of(path)
    if used is None:
        return all(Path(item.origin.file) != path or item.origin.position for item in report.refusals)
    return used > 0


def _is_named(folder: Path, report: IngestReport) -> bool:
    """Whether the report tells of anything in a folder that it was refused."""
    return any(item.origin.file == str(folder) or item.origin.file.startswith(f"{folder}/") for item in report.refusals)


def _is_unfinished(name: str) -> bool:
    """Whether a program writes the file still, or no one means to drop it."""
    if name.lower() in _OF_WINDOWS:
        return True
    return name.startswith((".", _BACKUP)) or name.lower().endswith((*UNFINISHED_SUFFIXES, _BACKUP))


def _free(path: Path) -> Path:
    """`path`, or with a number behind it that is not taken: a file of the same name came before."""
    number = 1
    found = path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
