"""Answers that are still good: those of the index's published generation, for as long as it is the newest one."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Final, Generic, TypeVar

from search.bilingual.lexicon import Lexicon
from search.discovery import Discovery
from search.document import Document, DocumentId
from search.embedding import Embedder
from search.engine import Engine
from search.query import Mode, Query
from search.results import Hit, ResultPage

# How long a generation is taken to be the newest one; with a cluster each look is a journey.
LOOK_EVERY_S: Final = 1.0
PAGES_KEPT: Final = 200
SIMILAR_KEPT: Final = 500

T = TypeVar("T")


class Generation:
    """The name of the newest published generation, looked up now and then. Safe for threads."""

    def __init__(self, look: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._clock = clock
        self._seen: tuple[str, float] | None = None

    def now(self) -> str:
        """As of LOOK_EVERY_S ago at most. Raises what looking raises."""
        name = self.fresh()
        if name is None:
            at = self._clock()
            self._seen = None  # whoever cannot look has nothing to go by
            name = self._look()
            self._seen = (name, at)
        return name

    def fresh(self) -> str | None:
        """The same without looking; None when it is time to look."""
        seen = self._seen
        return seen[0] if seen is not None and self._clock() - seen[1] < LOOK_EVERY_S else None


class Kept(Generic[T]):
    """The values that were asked for last. Safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def keep(self, key: Hashable, value: T) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def __len__(self) -> int:
        return len(self._values)


class RememberingDiscovery(Discovery):
    """The same answers, and none of them worked out twice while the index stays as it is.

    Back, reload, the next facet's count and a popular search are asked again within minutes. at_once: how many are worked
    out at the same time; the others wait their turn. More threads than cores make all slower, and keep the server from
    answering what takes no work at all.
    """

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder | None = None,
        lexicon: Callable[[], Lexicon] | None = None,
        may_quote: Callable[[Document], bool] | None = None,
        at_once: int = 16,
    ) -> None:
        super().__init__(engine, embedder, lexicon, may_quote)
        self._turns = threading.BoundedSemaphore(at_once)
        self.generation = Generation(lambda: self.info().generation)
        self._pages: Kept[ResultPage] = Kept(PAGES_KEPT)
        self._alike: Kept[tuple[Hit, ...]] = Kept(SIMILAR_KEPT)

    def search(
        self, query: Query, mode: Mode = "hybrid", page: int = 1, size: int = 20, *, exact: bool = False
    ) -> ResultPage:
        started = time.perf_counter()
        # Looked up before the search: what is kept may be newer than its key says, never older.
        key = (self.generation.now(), query, mode, page, size, exact)
        kept = self._pages.get(key)
        if kept is not None:
            return replace(kept, took_ms=round((time.perf_counter() - started) * 1000, 1))
        with self._turns:
            found = super().search(query, mode, page, size, exact=exact)
        self._pages.keep(key, found)
        return found

    def similar(self, id: DocumentId, limit: int = 6) -> tuple[Hit, ...]:
        key = (self.generation.now(), id, limit)
        kept = self._alike.get(key)
        if kept is None:
            with self._turns:
                kept = super().similar(id, limit)
            self._alike.keep(key, kept)
        return kept
