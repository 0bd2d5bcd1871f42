"""Jobs that run by themselves: each once, again after a failure, and not by a clock that jumped; on both databases."""

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest

from portal.services.actors import Actor
from portal.services.errors import NotAllowed
from portal.services.housekeeping import AGAIN, LEASE, Housekeeping, Task
from portal.store.database import Database
from portal.store.tables import Job
from portal.store.tables.people import Role
from tests.support.circulation import LIBRARIAN, NOON, WITA, Turned
from tests.support.databases import Servers

ADMIN = Actor("admin", Role.ADMIN)
MINUTE = timedelta(minutes=1)
ROOT = Path(__file__).resolve().parents[3]


class House:
    """A clock, the machine's own seconds, and a book of what was run when."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Turned()
        self.seconds = 0.0
        self.book: list[tuple[str, datetime | None]] = []

    def later(self, **by: float) -> None:
        """Time goes by, as it does."""
        self.clock.now += timedelta(**by)
        self.seconds += timedelta(**by).total_seconds()

    def task(self, name: str = "task", every: timedelta = MINUTE, **fields: object) -> Task:
        def run(since: datetime | None) -> str:
            self.book.append((name, since))
            return "done"

        return Task(name, every, run, **fields)  # type: ignore[arg-type] # hour, waits_for_clock

    def keeper(self, *tasks: Task) -> Housekeeping:
        return Housekeeping(self.database, self.clock, WITA, tasks or (self.task(),), lambda: self.seconds)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_a_job_runs_when_it_is_due_and_is_told_when_it_last_ran(house: House) -> None:
    jobs = house.keeper()
    assert (jobs.run_due(), jobs.run_due()) == (("task",), ())
    house.later(seconds=59)
    assert jobs.run_due() == ()
    house.later(seconds=1)
    assert jobs.run_due() == ("task",)
    assert house.book == [("task", None), ("task", NOON)]


def test_a_daily_job_waits_for_its_hour_and_is_done_later_where_nobody_was_there(house: House) -> None:
    jobs = house.keeper(house.task(hour=13))  # it is noon
    assert jobs.run_due() == ()
    house.later(hours=1)
    assert (jobs.run_due(), jobs.run_due()) == (("task",), ())
    house.later(hours=23)
    assert jobs.run_due() == ()
    house.later(hours=9)
    assert (jobs.run_due(), jobs.run_due()) == (("task",), ())


def test_of_several_processes_one_does_a_job(database: Database) -> None:
    house, together = House(database), Barrier(4)

    def work(_: int) -> tuple[str, ...]:
        jobs = house.keeper(house.task("a"), house.task("b"))
        together.wait()
        return jobs.run_due()

    with ThreadPoolExecutor(4) as threads:
        done = [name for names in threads.map(work, range(4)) for name in names]
    assert sorted(done) == ["a", "b"]
    assert sorted(name for name, _ in house.book) == ["a", "b"]


def test_a_job_that_died_is_done_anew_when_its_lease_ends(house: House) -> None:
    with house.database.writing() as session:  # as a process leaves it that is killed in the middle
        session.add(Job(name="task", held_by="another", held_until=NOON + LEASE))
    assert house.keeper().run_due() == ()
    house.later(minutes=LEASE.total_seconds() / 60)
    assert house.keeper().run_due() == ("task",)


def test_a_failure_is_tried_again_later_and_names_nobody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: datetime | None) -> None:
        raise ValueError("Maria Wenas")

    jobs = house.keeper(Task("bad", MINUTE, fail), house.task("good"))
    with caplog.at_level(logging.INFO):
        assert jobs.run_due() == ("good",)
    assert "The job bad failed: ValueError" in caplog.text
    assert "Maria" not in caplog.text
    assert jobs.states()[0].outcome == "failed: ValueError"
    house.later(minutes=1)
    with caplog.at_level(logging.INFO):
        caplog.clear()
        jobs.run_due()
        assert "bad" not in caplog.text
        house.later(minutes=AGAIN.total_seconds() / 60)
        jobs.run_due()
        assert "The job bad failed" in caplog.text


# ---- the clock


def careful(house: House) -> Housekeeping:
    return house.keeper(house.task("expire", waits_for_clock=True), house.task("send"))


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(minutes=6)])
def test_a_clock_that_jumps_ahead_stops_expiry_until_an_admin_confirms_it(
    house: House, jump: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = careful(house)
    assert jobs.run_due() == ("expire", "send")
    house.later(minutes=2)
    house.clock.now += jump
    assert jobs.run_due() == ("send",)
    assert "jumped ahead" in caplog.text
    house.later(hours=1)
    assert careful(house).run_due() == ("send",)  # another process, which has not seen it jump
    assert jobs.clock_problem() == "ahead"
    for nobody in (Actor(), Actor("p", Role.PATRON), LIBRARIAN):
        with pytest.raises(NotAllowed):
            jobs.confirm_clock(nobody)
    assert jobs.clock_problem() == "ahead"
    jobs.confirm_clock(ADMIN)
    assert jobs.run_due() == ("expire",)


def test_a_clock_that_went_back_behind_what_was_done_stops_expiry(house: House) -> None:
    jobs = careful(house)
    jobs.run_due()
    house.clock.now -= timedelta(days=2)
    house.seconds += 60
    restarted = careful(house)
    assert restarted.run_due() == ("send",)
    assert restarted.clock_problem() == "behind"
    restarted.confirm_clock(ADMIN)
    assert "expire" in restarted.run_due()


@pytest.mark.parametrize("change", [timedelta(minutes=4), timedelta(minutes=-4)])
def test_a_clock_that_is_only_set_right_stops_nothing(house: House, change: timedelta) -> None:
    jobs = careful(house)
    jobs.run_due()
    house.later(minutes=10)
    house.clock.now += change
    assert jobs.run_due() == ("expire", "send")


def test_a_machine_that_slept_has_not_jumped(house: House) -> None:
    jobs = careful(house)
    jobs.run_due()
    house.later(days=3)
    assert jobs.run_due() == ("expire", "send")


# ---- the thread and the command


def test_the_thread_works_until_the_block_ends(sqlite_database: Database) -> None:
    house, ran = House(sqlite_database), Event()

    def run(_: datetime | None) -> None:
        ran.set()

    with house.keeper(Task("task", MINUTE, run)).running():
        assert ran.wait(30)


def test_the_thread_outlives_a_database_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    house, told = House(Database("postgresql://portal@127.0.0.1:9/none")), Event()

    class Telling(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.set()

    handler = Telling()
    logging.getLogger("portal.services.housekeeping").addHandler(handler)
    try:
        with house.keeper().running(tick_s=0.01):
            assert told.wait(30)
            told.clear()
            assert told.wait(30)
    finally:
        logging.getLogger("portal.services.housekeeping").removeHandler(handler)
    assert "The jobs of the house wait" in caplog.text


SLOW = """
import sys
from datetime import timedelta
from zoneinfo import ZoneInfo
from portal.services.housekeeping import Housekeeping, Task
from portal.store.clock import utc_now
from portal.store.database import Database

def run(_):
    print("begun", flush=True)
    sys.stdin.read()

Housekeeping(Database(sys.argv[1]), utc_now, ZoneInfo("Asia/Makassar"), [Task("task", timedelta(minutes=1), run)]).run_due()
"""


def test_a_job_killed_in_the_middle_is_not_lost(databases: Servers) -> None:
    url = databases.new_url()
    command = [sys.executable, "-c", SLOW, url]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    house = House(Database(url))
    with house.database.reading() as session:
        held = session.get_one(Job, "task").held_until
    assert held is not None
    house.clock.now = held - MINUTE
    assert house.keeper().run_due() == ()
    house.later(minutes=1)
    assert house.keeper().run_due() == ("task",)
    house.database.close()
