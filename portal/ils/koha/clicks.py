"""Clicks that were seen before. Koha has no key of its own that would keep a second click from acting again."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, TypeVar

from portal.ils.errors import IlsUnavailable

MOST: Final = 2_000
_TURNS: Final = 64
# Longer than one click takes with a Koha that answers; threads that wait for ever would leave none for the catalogue.
TURN_S: Final = 20.0
_T = TypeVar("_T")


class Clicks:
    """What came of the latest clicks, in this process. A patron's clicks are taken one after the other.

    turn_s: how long a click waits for those before it.
    """

    def __init__(self, turn_s: float = TURN_S) -> None:
        self._turn_s = turn_s
        self._lock = Lock()
        self._results: OrderedDict[tuple[str, int, str], Any] = OrderedDict()
        self._begun: OrderedDict[tuple[str, int, str], bool] = OrderedDict()
        self._turns = tuple(Lock() for _ in range(_TURNS))

    def once(self, what: str, patron: int, key: str, do: Callable[[bool], _T]) -> _T:
        """What `do` gives, or gave for the same key. It is told whether an attempt with this key has failed before.

        Raises IlsUnavailable when the clicks before it do not come to an end; nothing was asked then.
        """
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
        turn = self._turns[patron % _TURNS]
        if not turn.acquire(timeout=self._turn_s):
            raise IlsUnavailable("Koha has not yet answered an earlier click")
        try:
            yield
        finally:
            turn.release()

    def _keep(self, into: OrderedDict[tuple[str, int, str], Any], click: tuple[str, int, str], value: Any) -> None:
        into[click] = value
        while len(into) > MOST:
            into.popitem(last=False)
