"""The words of an index in a folder that may be read and not written: on a read-only disk, or of another user.

tantivy takes a lock when it opens an index, for which it writes a file beside its data. Where it may not, it is given a
folder of its own, with links to the data. A published generation never changes, so nothing is lost with the lock.
"""

import errno
import tempfile
from pathlib import Path
from typing import Final

import tantivy

from search.engines.embedded.guard import system_number
from search.errors import EngineUnavailable

_MAY_NOT_WRITE: Final = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))


class OpenWords:
    """An index that is open, and the folder of links that it was opened in, if any, which lives as long."""

    def __init__(self, folder: Path) -> None:
        """Raises what tantivy raises."""
        self._links: tempfile.TemporaryDirectory[str] | None = None
        try:
            self.index = tantivy.Index.open(str(folder))
            self.searcher = self.index.searcher()
        except ValueError as error:
            if system_number(error) not in _MAY_NOT_WRITE:
                raise
            self._links = _links_to(folder)
            self.index = tantivy.Index.open(self._links.name)
            self.searcher = self.index.searcher()


def _links_to(folder: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        links = tempfile.TemporaryDirectory(prefix="telusur-index-")
        for path in folder.iterdir():
            if path.suffix != ".lock":
                Path(links.name, path.name).symlink_to(path.resolve())
    except OSError as error:
        raise EngineUnavailable(
            f"The index in {folder} may not be written to, and cannot be read without a folder for temporary files: "
            f"{error.strerror or error}. Let TMPDIR name one that can be written, or let this user write to the index."
        ) from error
    return links
