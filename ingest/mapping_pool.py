"""Records read and mapped by several processes, so that a load uses more than one core.

The load is one of them: it maps what it would otherwise wait for. Each other is a program of its own, `python -m
ingest.mapping_pool SOCKET`, and no fork: the load may have threads and a model in it. It ends when the socket does, so
it outlives neither a load that ends nor one that is killed.
"""

import logging
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import partial
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import ForkingPickler
from operator import attrgetter
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Final

from ingest.changes import Change, change_of
from ingest.collecting import collecting_rarely
from ingest.source import Origin, RecordItem, Rejected, SourceRecord, UnreadRecord
from search.document import Contributor, Document, Item, OnlineAccess, Passage, RawRecord, Related, Vernacular

_log = logging.getLogger(__name__)

_ROOT: Final = Path(__file__).resolve().parents[1]
# Some 20 ms of work: many times what sending it costs, and little is read ahead of what is written.
BATCH_RECORDS: Final = 100
BATCH_BYTES: Final = 1 << 20
# One at work and one waiting, so that no process is idle while the load maps a batch itself.
_BATCHES_TO_DO: Final = 2
# What may wait for an earlier batch, for each worker: as much as the load maps while another process starts.
BATCHES_WAITING: Final = 16
_BYTES_WAITING: Final = 2 << 20
# How long Python lets one thread of a process run while another would.
_SWITCH_S: Final = 0.0005

_SENT: Final = (
    *(UnreadRecord, Rejected, Origin),
    *(Change, Document, Contributor, OnlineAccess, Vernacular, Item, Related, RawRecord, Passage),
)

Changes = list[Change | Rejected]


class MappingPool:
    """Makes changes of records, by as many processes at once as `workers`, of which this is one.

    A process that is killed costs time and no record: what it had is mapped here, and another takes its place.
    """

    def __init__(self, workers: int, source: str, with_passages: bool) -> None:
        self._workers = workers
        self._others: list[_Process] = []
        self._source = source
        self._with_passages = with_passages
        self._pending: deque[_Pending] = deque()  # in the order of their records

    def __enter__(self) -> "MappingPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes at once: one that is at a record without end must not be waited for."""
        self._pending.clear()
        for process in self._others:
            process.end()

    @property
    def process_ids(self) -> list[int]:
        """The other processes that are running now; one is started when it is first needed."""
        return [process.id for process in self._others if not process.has_ended]

    def changes(self, items: Iterable[RecordItem]) -> Iterator[Change | Rejected]:
        """The change that each item asks for, in their order. Of one iterable at a time.

        With more than one worker, `items` is read ahead by BATCHES_WAITING batches for each at most; they should be
        unread ones then.
        """
        if self._workers == 1:
            yield from self._mapped(items)
            return
        batches = _batched(items)
        try:
            while True:
                is_full = self._is_full()
                if self._has_room(is_full) and (batch := next(batches, None)):
                    self._give(batch)
                elif self._pending and (self._pending[0].is_there or is_full):
                    yield from self._received(self._pending.popleft())
                elif batch := next(batches, None):
                    self._map_here(batch)
                elif self._pending:
                    yield from self._received(self._pending.popleft())
                else:
                    return
        finally:
            self._pending.clear()
            if any(process.unanswered for process in self._others):  # given up: nobody waits for what would come
                self.close()

    def _is_full(self) -> bool:
        size = sum(pending.size for pending in self._pending)
        return len(self._pending) >= BATCHES_WAITING * self._workers or size >= _BYTES_WAITING * self._workers

    def _has_room(self, is_full: bool) -> bool:
        """Whether a process has less to do than keeps it busy while this one maps a batch, or may be started."""
        self._others = [process for process in self._others if not process.has_ended]
        may_start = len(self._others) < self._workers - 1 and not is_full
        return may_start or any(process.has_room for process in self._others)

    def _give(self, batch: "_Batch") -> None:
        """To the process that has least to do; to a new one if all have something and there may be more."""
        free = min((process for process in self._others if process.has_room), key=_unanswered, default=None)
        if (free is None or free.unanswered) and len(self._others) < self._workers - 1:
            try:
                free = _Process()
            except OSError as error:
                _log.warning("No mapping process can be started (%s); the load maps more by itself", error)
            else:
                self._others.append(free)
        if free is None:
            self._map_here(batch)
        else:
            free.send((batch.items, self._source, self._with_passages))
            self._pending.append(_Pending(batch.size, process=free, items=batch.items))

    def _map_here(self, batch: "_Batch") -> None:
        self._pending.append(_Pending(batch.size, changes=list(self._mapped(batch.items))))

    def _received(self, pending: "_Pending") -> Iterable[Change | Rejected]:
        if pending.process is None:
            return pending.changes
        try:
            return pending.process.receive()
        except (OSError, EOFError):
            code, count = pending.process.end(), len(pending.items)
            _log.warning(
                "A mapping process ended (exit code %d); its %d records are mapped by the load itself", code, count
            )
            # If a record is to blame, and not the system, its error is raised here and now.
            return self._mapped(pending.items)

    def _mapped(self, items: Iterable[RecordItem]) -> Iterator[Change | Rejected]:
        return (change_of(item, self._source, self._with_passages) for item in items)


@dataclass(frozen=True, slots=True)
class _Batch:
    items: Sequence[RecordItem]
    size: int  # of their data, in bytes


def _batched(items: Iterable[RecordItem]) -> Iterator[_Batch]:
    batch: list[RecordItem] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.raw.data if isinstance(item, SourceRecord) else item.data)
        if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
            yield _Batch(batch, size)
            batch, size = [], 0
    if batch:
        yield _Batch(batch, size)


class _Process:
    """Another process, which takes batches at any time and keeps what it has made of them until it is fetched.

    Raises OSError where none can be started.
    """

    def __init__(self) -> None:
        _send_by_values()
        self._connection, theirs = Pipe()
        with theirs:
            try:
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
            except OSError:
                self._connection.close()
                raise
        self.unanswered = 0
        self._has_started = False

    @property
    def id(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._connection.closed

    @property
    def has_room(self) -> bool:
        """Whether it has less to do than keeps it busy. One that is only starting takes no second batch from the pipe."""
        return self.unanswered < (_BATCHES_TO_DO if self._has_started else 1)

    @property
    def has_answered(self) -> bool:
        """Whether `receive` need not wait."""
        return self.has_ended or self._connection.poll()

    def send(self, work: tuple[Sequence[RecordItem], str, bool]) -> None:
        """That it could not be sent is learnt with the answer."""
        self.unanswered += 1
        try:
            self._connection.send(work)
        except OSError:
            self.end()

    def receive(self) -> Changes:
        """What was made of the earliest batch whose answer was not fetched. Raises OSError or EOFError where the process is
        gone."""
        changes: Changes = self._connection.recv()
        self.unanswered -= 1
        self._has_started = True
        return changes

    def end(self) -> int:
        """Gives the exit code."""
        self._process.kill()
        self._connection.close()
        return self._process.wait()


def _unanswered(process: _Process) -> int:
    return process.unanswered


@dataclass(frozen=True, slots=True)
class _Pending:
    """The items that were given to a process, or the changes that were made of them here. size: of the items' data."""

    size: int
    process: _Process | None = None
    items: Sequence[RecordItem] = ()
    changes: Sequence[Change | Rejected] = ()

    @property
    def is_there(self) -> bool:
        return self.process is None or self.process.has_answered


def _send_by_values() -> None:
    """Have what is sent taken apart and made again by its constructor, which takes half as long.

    A dataclass that is frozen and has slots asks at each object, on both sides, what its fields are.
    """
    for kind in _SENT:
        values = attrgetter(*(one.name for one in fields(kind)))
        ForkingPickler.register(kind, partial(_parts, kind, values))


def _parts(kind: type, values: Callable[[object], tuple[object, ...]], sent: object) -> tuple[type, tuple[object, ...]]:
    return kind, values(sent)


def main() -> None:
    """The process: batches in, changes out, until the load has ended, in whatever way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _send_by_values()
    connection = Connection(int(sys.argv[1]))
    # The load must not wait until a batch is mapped, neither to send one nor to fetch what was made of another.
    sys.setswitchinterval(_SWITCH_S)
    work: SimpleQueue[bytes] = SimpleQueue()
    made: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_to_the_end, args=(lambda: work.put(connection.recv_bytes()),), daemon=True).start()
    Thread(target=_to_the_end, args=(lambda: connection.send_bytes(made.get()),), daemon=True).start()
    with collecting_rarely():
        while True:
            batch, source, with_passages = ForkingPickler.loads(work.get())
            changes = [change_of(item, source, with_passages) for item in batch]
            made.put(bytes(ForkingPickler.dumps(changes)))


def _to_the_end(step: Callable[[], None]) -> None:
    """Step by step until the load has ended, and with it, or with any error here, the process: whatever it is at."""
    try:
        while True:
            step()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
