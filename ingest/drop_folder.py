"""A folder that files are dropped into to be loaded: `telusur ingest --watch FOLDER`.

Looked at again and again instead of asking the system for news of it: such folders often lie on another machine, whose
news does not travel. A file is taken once it has stopped changing, and moved aside when it was loaded, so that whoever
dropped it sees what became of it.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.report import IngestReport

LOADED, REFUSED, REPORTS = "loaded", "refused", "reports"
# Names under which programs write what is not finished yet.
_UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")


@dataclass(frozen=True, slots=True)
class _Look:
    size: int
    changed_ns: int


class DropFolder:
    """Files directly in the folder; its folders are ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last: dict[Path, _Look] = {}

    def settled(self) -> list[Path]:
        """The files that have not changed since the last call, in order of name. Raises OSError."""
        now: dict[Path, _Look] = {}
        for entry in os.scandir(self._folder):
            if entry.is_file(follow_symlinks=False) and not _is_unfinished(entry.name):
                found = entry.stat(follow_symlinks=False)
                now[Path(entry.path)] = _Look(found.st_size, found.st_mtime_ns)
        same = sorted(path for path, look in now.items() if self._last.get(path) == look)
        self._last = now
        return same

    def put_away(self, paths: Iterable[Path], report: IngestReport) -> None:
        """Move files that were loaded aside: to "loaded", or to "refused" what could not be used at all."""
        useless = {Path(item.origin.file) for item in report.refusals if not item.origin.position}
        for path in paths:
            target = self._folder / (REFUSED if path in useless else LOADED)
            target.mkdir(exist_ok=True)
            shutil.move(path, _free(target / path.name))
            self._last.pop(path, None)

    def report_path(self, name: str) -> Path:
        """Where the report of a load is saved."""
        folder = self._folder / REPORTS
        folder.mkdir(exist_ok=True)
        return _free(folder / f"{name}.json")


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "~")) or name.lower().endswith(_UNFINISHED)


def _free(path: Path) -> Path:
    """`path`, or with a number behind it that is not taken: a file of the same name came before."""
    number = 1
    found = path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
