"""A system that has failed several times in a row is not asked for a while, so that nobody waits for it in vain."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

OPEN_AFTER: Final = 3
OPEN_S: Final = 30.0


class Circuit:
    """Counts failures in a row. clock: seconds that only go forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._until = 0.0

    def may_ask(self) -> bool:
        """Whether to ask now. After the pause one may try; the others wait for what comes of it."""
        with self._lock:
            if self._failures < OPEN_AFTER:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + OPEN_S
            return True

    def answered(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= OPEN_AFTER:
                self._until = self._clock() + OPEN_S
