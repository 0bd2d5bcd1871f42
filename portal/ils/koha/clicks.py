"""Clicks that were seen before. Koha has no key of its own that would keep a second click from acting again."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, TypeVar

MOST: Final = 2_000
_TURNS: Final = 64
_T = TypeVar("_T")


class Clicks:
    """What came of the latest clicks, in this process. A patron's clicks are taken one after the other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._results: OrderedDict[tuple[str, int, str], Any] = OrderedDict()
        self._begun: OrderedDict[tuple[str, int, str], bool] = OrderedDict()
        self._turns = tuple(Lock() for _ in range(_TURNS))

    def once(self, what: str, patron: int, key: str, do: Callable[[bool], _T]) -> _T:
        """What `do` gives, or gave for the same key. It is told whether an attempt with this key has failed before."""
        click = (what, patron, key)
        with self._turn(patron):
            if not key:
                return do(False)
            with self._lock:
                if click in self._results:
                    found: _T = self._results[click]
                    return found
                was_begun = click in self._begun
                self._keep(self._begun, click, True)
            result = do(was_begun)
            with self._lock:
                self._keep(self._results, click, result)
            return result

    @contextmanager
    def _turn(self, patron: int) -> Iterator[None]:
        with self._turns[patron % _TURNS]:
            yield

    def _keep(self, into: OrderedDict[tuple[str, int, str], Any], click: tuple[str, int, str], value: Any) -> None:
        into[click] = value
        while len(into) > MOST:
            into.popitem(last=False)
