"""Jobs of the house, which run by themselves: of several processes, one does each.

Jobs that end what time ends (`waits_for_clock`) stop when the clock cannot be trusted: when it jumped ahead of the
machine's own count of seconds, or went back behind a time at which a job had run already. An admin confirms the clock.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Event, Thread
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.services.actors import Actor, require_admin
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.errors import StoreError
from portal.store.tables import Job

TICK_S: Final = 20.0
# Longer than any job takes; one that died is done anew after it.
LEASE: Final = timedelta(minutes=30)
AGAIN: Final = timedelta(minutes=15)  # after a failure
JUMP: Final = timedelta(minutes=5)
CLOCK: Final = "clock"  # the row that remembers the latest time seen, and whether the clock waits for an admin
# How the outcome of a job begins that ended in an error.
FAILED: Final = "failed: "
_AHEAD: Final = "ahead"
_BEHIND: Final = "behind"

Run = Callable[[datetime | None], object]


@dataclass(frozen=True, slots=True)
class Task:
    """run: is given the time it last ended well, None for never; what it returns is told as its outcome.

    hour: once a day, not before this hour of the library's day; `every` then has no meaning.
    """

    name: str
    every: timedelta
    run: Run
    hour: int | None = None
    waits_for_clock: bool = False


@dataclass(frozen=True, slots=True)
class JobState:
    """outcome: of the last run; a failure says which kind, never of whom."""

    name: str
    done_at: datetime | None
    outcome: str


def seconds_of_the_machine() -> float:
    """Seconds that nobody can set, also those during which the machine slept."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Housekeeping:
    """Runs tasks when they are due. steady: seconds since whenever, which no change of the clock changes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        tasks: Sequence[Task],
        steady: Callable[[], float] = seconds_of_the_machine,
    ) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._tasks = tuple(tasks)
        self._steady = steady
        self._me = token_hex(8)
        self._last: tuple[datetime, float] | None = None

    def run_due(self) -> tuple[str, ...]:
        """Run what is due and nobody else runs; the names of what was done. Raises StoreUnavailable."""
        is_trusted = self._look_at_clock()
        done = []
        for task in self._tasks:
            if (is_trusted or not task.waits_for_clock) and self._run(task):
                done.append(task.name)
        return tuple(done)

    def clock_problem(self) -> str:
        """ "ahead" or "behind" while jobs wait for an admin to confirm the clock, else ""."""
        with self._database.reading() as session:
            row = session.get(Job, CLOCK)
            return "" if row is None else row.outcome

    def confirm_clock(self, actor: Actor) -> None:
        """The time is right: go on. Raises NotAllowed."""
        require_admin(actor)
        self.trust_clock()

    def trust_clock(self) -> None:
        """The same for whoever works on the machine itself."""
        with self._database.writing() as session:
            row = self._row(session, CLOCK)
            row.seen_at, row.outcome = self._clock(), ""
        self._last = None

    def states(self) -> tuple[JobState, ...]:
        """Every job and what came of it last."""
        with self._database.reading() as session:
            rows = {task.name: session.get(Job, task.name) for task in self._tasks}
            return tuple(
                JobState(name, row.done_at if row else None, row.outcome if row else "") for name, row in rows.items()
            )

    @contextmanager
    def running(self, tick_s: float = TICK_S) -> Iterator[None]:
        """In a thread, while the block lasts."""
        stop = Event()
        thread = Thread(target=self._go_on, args=(stop, tick_s), name="housekeeping", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=30)

    def go_on(self, stop: Event) -> None:
        """Run what is due, again and again, until `stop` is set."""
        self._go_on(stop, TICK_S)

    def _go_on(self, stop: Event, tick_s: float) -> None:
        while not stop.is_set():
            try:
                self.run_due()
            except StoreError as error:
                logging.getLogger(__name__).warning("The jobs of the house wait: %s", error)
            stop.wait(tick_s)

    # ---- the clock

    def _look_at_clock(self) -> bool:
        """Whether it can be trusted."""
        now, steady = self._clock(), self._steady()
        before, counted = self._last or (now, steady)
        jumped = now - before - timedelta(seconds=steady - counted)
        self._last = now, steady
        with self._database.writing() as session:
            row = self._row(session, CLOCK)
            if row.outcome:
                return False
            if jumped > JUMP:
                row.outcome = _AHEAD
            elif row.seen_at is not None and now < row.seen_at - JUMP:
                row.outcome = _BEHIND
            else:
                row.seen_at = max(now, row.seen_at or now)
            problem = row.outcome
        if problem:
            logging.getLogger(__name__).error(
                "The clock of this machine jumped %s: nothing expires and nobody is reminded until an admin has looked "
                "at it and run `telusur housekeeping --confirm-clock`.",
                "ahead" if problem == _AHEAD else "back",
            )
        return not problem

    # ---- one task

    def _run(self, task: Task) -> bool:
        claimed = self._claim(task)
        if not claimed:
            return False
        began, since = claimed
        try:
            outcome, is_done = str(task.run(since)), True
        except Exception as error:  # noqa: BLE001 - the next job has to run; what failed is told by its kind alone
            # Its text may name a patron, and so may that of what caused it.
            logging.getLogger(__name__).error("The job %s failed: %s", task.name, type(error).__name__)
            outcome, is_done = f"{FAILED}{type(error).__name__}", False
        with self._database.writing() as session:
            row = self._row(session, task.name)
            if row.held_by == self._me:
                row.held_by, row.outcome = "", outcome[:2000]
                row.held_until = None if is_done else self._clock() + AGAIN
                row.done_at = began if is_done else row.done_at
        return is_done

    def _claim(self, task: Task) -> tuple[datetime, datetime | None] | None:
        """When it began, and when it was last done; None where it is not due or in another's hands."""
        with self._database.reading() as session:
            if not self._is_due(task, session.get(Job, task.name)):
                return None
        with self._database.writing() as session:
            row = self._row(session, task.name)
            if not self._is_due(task, row):
                return None
            now = self._clock()
            row.held_by, row.held_until = self._me, now + LEASE
            return now, row.done_at

    def _is_due(self, task: Task, row: Job | None) -> bool:
        now = self._clock()
        if row is None:
            return task.hour is None or now >= self._hour_of(now, task.hour)
        # A time further ahead than any we set was set by a clock that was wrong.
        if row.held_until is not None and now < row.held_until <= now + LEASE:
            return False
        done = None if row.done_at is None or row.done_at > now else row.done_at
        if task.hour is None:
            return done is None or now - done >= task.every
        begins = self._hour_of(now, task.hour)
        return now >= begins and (done is None or done < begins)

    def _hour_of(self, now: datetime, hour: int) -> datetime:
        return now.astimezone(self._zone).replace(hour=hour, minute=0, second=0, microsecond=0)

    def _row(self, session: Session, name: str) -> Job:
        self._database.deciding(session, f"job:{name}")
        row = session.get(Job, name)
        if row is None:
            row = Job(name=name, held_by="", outcome="")
            session.add(row)
            session.flush()
        return row
