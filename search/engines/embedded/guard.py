"""What tantivy raises, turned into the errors of this package."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from search.engines.compatibility import REBUILD
from search.errors import EngineUnavailable, SearchError

# How tantivy words a failure of the file system; it raises ValueError for these as for anything else.
_DISK_SIGNS: Final = ("os error", "ioerror", "io error")
_NUMBER: Final = re.compile(r"\bcode: (\d+)|\bos error (\d+)")
_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_NO_RIGHT: Final = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turns a failure of tantivy or of the files under it into EngineUnavailable.

    A panic of its Rust code reaches Python as a BaseException that is no Exception.
    """
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, SearchError):
        raise
    except BaseException as error:
        raise EngineUnavailable(_told(what, error, REBUILD)) from error


def is_panic(error: BaseException) -> bool:
    """A panic, not a wish to stop."""
    return not isinstance(error, (Exception, KeyboardInterrupt, SystemExit, GeneratorExit))


def of_the_disk(error: BaseException) -> bool:
    """The machine failed (disk full, file gone), so the next document would fail too."""
    told = str(error).lower()
    return isinstance(error, OSError) or is_panic(error) or any(sign in told for sign in _DISK_SIGNS)


def not_written(error: BaseException) -> EngineUnavailable:
    """What to raise when a file of the index could not be written."""
    return EngineUnavailable(
        _told("be written", error, "Look at the disk of the data folder, and run the command again.")
    )


def _told(what: str, error: BaseException, advice: str) -> str:
    """What happened and what to do, in the system's words and not in Rust's where it was the disk."""
    number = system_number(error)
    if number in _NO_ROOM:
        advice = (
            "Make room on the disk of the data folder, and run the command again; what was published goes on serving."
        )
    elif number in _NO_RIGHT:
        advice = "Let the user who runs this write to the data folder, and run the command again."
    why = os.strerror(number) if number else _first_line(error).rstrip(".")
    place = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    return f"The index could not {what}: {why}{place}. {advice}"


def system_number(error: BaseException) -> int:
    """The system's number of an error, 0 where it has none.

    >>> system_number(ValueError("IoError { err: Os { code: 28, kind: StorageFull } }")), system_number(ValueError("x"))
    (28, 0)
    """
    if isinstance(error, OSError):
        return error.errno or 0
    found = _NUMBER.search(str(error))
    return int(found[1] or found[2]) if found else 0


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
