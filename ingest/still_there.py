"""What is still there of a folder from which e-books are missing: not all that was not found is gone."""

import os
from functools import cached_property
from pathlib import Path

from ingest.linking import folder_of, place_of
from search.document import Ebook


class StillThere:
    """A folder of a load, looked through when it is first asked about. found: places and folders of its e-books."""

    def __init__(self, folder: Path, found: set[str]) -> None:
        self._folder = folder
        self._found = found

    def has_file(self, ebook: Ebook) -> bool:
        """Whether there is a file where it was, though none that is read as an e-book: it broke off, or is empty."""
        return ebook.place in self._left[0]

    def emptied(self, ebook: Ebook) -> Path | None:
        """The folder or archive that it lay in, where that is there and no e-book was found in it.

        It may be that of a disk that is away, a link or a hidden folder, which are not looked into, or a broken archive.
        """
        return next((self._left[1][folder] for folder in ebook.folders if folder in self._left[1]), None)

    @cached_property
    def _left(self) -> tuple[set[str], dict[str, Path]]:
        """What stands for each file, and folders and files without e-books by what stands for them."""
        files: set[str] = set()
        empty = {folder_of(self._folder): self._folder}
        for parent, folders, names in os.walk(self._folder):
            paths = [Path(parent, name) for name in names]
            files.update(place_of(path).file for path in paths)
            empty |= {folder_of(path): path for path in (*paths, *(Path(parent, name) for name in folders))}
        return files, {place: path for place, path in empty.items() if place not in self._found}
