"""Folders in memory, where the system has room, for what tests write and need not outlive a power cut.

A new database of PostgreSQL is some hundred files, and Elasticsearch waits for the disk at every load: on a disk that
others use too a database takes a third of a second to make, in memory a thirtieth, and every test has one.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - of Linux; what lies there is made by mkdtemp
_ROOM_BYTES: Final = 2_000_000_000  # containers often have 64 MB of it


def quick_place() -> Path | None:
    """The file system in memory; None, for where temporary files go, where there is none or no room in it."""
    if os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free >= _ROOM_BYTES:
        return _IN_MEMORY
    return None


@contextmanager
def quick_folder(kind: str) -> Iterator[Path]:
    """A folder until the block ends. kind: what is in it, for its name."""
    with tempfile.TemporaryDirectory(prefix=f"telusur-{kind}-", dir=quick_place(), ignore_cleanup_errors=True) as made:
        yield Path(made)
