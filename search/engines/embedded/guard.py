"""What tantivy raises, turned into the errors of this package."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from search.engines.compatibility import REBUILD
from search.errors import EngineUnavailable, SearchError

# How tantivy words a failure of the file system; it raises ValueError for these as for anything else.
_DISK_SIGNS: Final = ("os error", "ioerror", "io error")


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
        raise EngineUnavailable(f"The index could not {what}: {_first_line(error)}. {REBUILD}") from error


def is_panic(error: BaseException) -> bool:
    """A panic, not a wish to stop."""
    return not isinstance(error, (Exception, KeyboardInterrupt, SystemExit, GeneratorExit))


def of_the_disk(error: BaseException) -> bool:
    """The machine failed (disk full, file gone), so the next document would fail too."""
    told = str(error).lower()
    return isinstance(error, OSError) or is_panic(error) or any(sign in told for sign in _DISK_SIGNS)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
