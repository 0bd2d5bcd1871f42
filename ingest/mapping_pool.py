"""Records read and mapped by several processes, so that a load uses more than one core.

A process is a program of its own, `python -m ingest.mapping_pool SOCKET`, and no fork: the load may have threads
and a model in it. It ends when the socket does, so it outlives neither a load that ends nor one that is killed.
"""

import logging
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import fields
from functools import partial
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import ForkingPickler
from operator import attrgetter
from pathlib import Path
from queue import LifoQueue
from types import TracebackType
from typing import Final

from ingest.changes import Change, change_of
from ingest.collecting import collecting_rarely
from ingest.source import Origin, RecordItem, Rejected, UnreadRecord
from search.document import Contributor, Document, Item, OnlineAccess, Passage, RawRecord, Related, Vernacular

_log = logging.getLogger(__name__)

_ROOT: Final = Path(__file__).resolve().parents[1]
# Some 40 ms of work: many times what sending it costs, and little is read ahead of what is written.
BATCH_RECORDS: Final = 100
BATCH_BYTES: Final = 1 << 20
# One at work and one waiting for each process, so that none is idle while the load writes.
_BATCHES_PER_WORKER: Final = 2

_SENT: Final = (
    *(UnreadRecord, Rejected, Origin),
    *(Change, Document, Contributor, OnlineAccess, Vernacular, Item, Related, RawRecord, Passage),
)

Batch = list[RecordItem]
Changes = list[Change | Rejected]


class MappingPool:
    """Makes changes of records, as many processes at once as `workers`; with one, in this process.

    A process that is killed costs time and no record: what it had is mapped here, and another takes its place.
    """

    def __init__(self, workers: int, source: str, with_passages: bool) -> None:
        self._workers = [_Worker() for _ in range(workers)] if workers > 1 else []
        self._idle: LifoQueue[_Worker] = LifoQueue()  # the last one used is the one that is running already
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(max(1, len(self._workers)), "mapping")
        self._source = source
        self._with_passages = with_passages

    def __enter__(self) -> "MappingPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes at once: one that is at a record without end must not be waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown()
        for worker in self._workers:
            worker.stop()

    @property
    def process_ids(self) -> list[int]:
        """The processes that are running now; a process is started when it is first needed."""
        return [worker.process_id for worker in self._workers if worker.process_id is not None]

    def changes(self, items: Iterable[RecordItem]) -> Iterator[Change | Rejected]:
        """The change that each item asks for, in their order.

        With processes, `items` is read ahead by some hundred records; they should be unread ones then.
        """
        if not self._workers:
            yield from self._changes_of(items)
            return
        pending: deque[tuple[Batch, Future[Changes]]] = deque()
        for batch in _batches(items):
            pending.append((batch, self._threads.submit(self._sent, batch)))
            if len(pending) >= _BATCHES_PER_WORKER * len(self._workers):
                yield from self._received(*pending.popleft())
        while pending:
            yield from self._received(*pending.popleft())

    def _changes_of(self, items: Iterable[RecordItem]) -> Iterator[Change | Rejected]:
        return (change_of(item, self._source, self._with_passages) for item in items)

    def _sent(self, batch: Batch) -> Changes:
        worker = self._idle.get()
        try:
            return worker.changes(batch, self._source, self._with_passages)
        finally:
            self._idle.put(worker)

    def _received(self, batch: Batch, future: "Future[Changes]") -> Iterable[Change | Rejected]:
        try:
            return future.result()
        except _EndedError as ended:
            # If a record is to blame, and not the system, its error is raised here and now.
            _log.warning(
                "A mapping process ended (%s); its %d records are mapped by the load itself", ended, len(batch)
            )
            return self._changes_of(batch)


def _batches(items: Iterable[RecordItem]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.data) if isinstance(item, UnreadRecord) else 0
        if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _EndedError(Exception):
    """The process is gone; says how it ended."""


class _Worker:
    """One process, started when first needed and again after its end. For one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def changes(self, batch: Batch, source: str, with_passages: bool) -> Changes:
        """Raises _EndedError; the next call starts another process."""
        try:
            connection = self._connection or self._start()
            connection.send((batch, source, with_passages))
            changes: Changes = connection.recv()
        except (OSError, EOFError) as error:
            code = self.stop()
            raise _EndedError(error if code is None else f"exit code {code}") from error
        return changes

    def kill(self) -> None:
        """End the process; from any thread. The one that waits for its answer learns of it."""
        process = self._process
        if process is not None:
            process.kill()

    def stop(self) -> int | None:
        """End the process and forget it. Gives its exit code, None if there was none."""
        self.kill()
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        return process.wait() if process is not None else None

    def _start(self) -> Connection:
        _send_by_values()
        ours, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "ingest.mapping_pool", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # an error of the mapping is raised where its batch is mapped again
                pass_fds=(theirs.fileno(),),
                cwd="/",
                env={"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"},
                start_new_session=True,  # Ctrl-C is for the load, also while this starts
            )
        self._connection = ours
        return ours


def _send_by_values() -> None:
    """Have what is sent taken apart and made again by its constructor, which takes half as long.

    A dataclass that is frozen and has slots asks at each object, on both sides, what its fields are.
    """
    for kind in _SENT:
        values = attrgetter(*(field.name for field in fields(kind)))
        ForkingPickler.register(kind, partial(_parts, kind, values))


def _parts(kind: type, values: Callable[[object], tuple[object, ...]], sent: object) -> tuple[type, tuple[object, ...]]:
    return kind, values(sent)


def main() -> None:
    """The process: batches in, changes out, until the load has ended, in whatever way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _send_by_values()
    connection = Connection(int(sys.argv[1]))
    with collecting_rarely(), suppress(EOFError, OSError):
        while True:
            batch, source, with_passages = connection.recv()
            connection.send([change_of(item, source, with_passages) for item in batch])


if __name__ == "__main__":
    main()
