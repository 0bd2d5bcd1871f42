"""Several processes map what one would: the same, in the same order, whatever happens to them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import marc_samples
from ingest.changes import Change
from ingest.files import READ_ERRORS, FoundFile, find, open_stream
from ingest.mapping_pool import BATCH_BYTES, BATCH_RECORDS, BATCHES_WAITING, MappingPool
from ingest.readers.formats import READERS
from ingest.source import Origin, RecordItem, Rejected, UnreadRecord
from tests.support.records import record, write
from tests.support.shared_data import shared

# Test data of seven programs, damaged files among them, and catalogues in UTF-8 and MARC-8.
REAL = ("evergreen", "gpo_collections", "marc4j", "pymarc", "ruby_marc", "solrmarc", "stanford_solrmarc", "traject")


@pytest.fixture(scope="module")
def two() -> Iterator[MappingPool]:
    with MappingPool(2, "uji", with_passages=True) as pool:
        yield pool


def catalogues(path: Path) -> list[FoundFile]:
    return [found for found in find([path]) if isinstance(found, FoundFile) and found.kind != "pdf"]


def items(found: FoundFile, cut: bool) -> Iterator[RecordItem]:
    try:
        with open_stream(found) as (stream, _):
            reader = READERS[found.kind]
            yield from (reader.cut if cut else reader.read)(stream, str(found.path))
    except READ_ERRORS as error:
        yield Rejected(Origin(str(found.path)), "unreadable_file", str(error))


def made(count: int) -> Iterator[UnreadRecord]:
    """Records with the titles "Judul 1", "Judul 2"..."""
    for number in range(1, count + 1):
        yield UnreadRecord(Origin("uji.mrc", number), "marc", record(str(number), f"Judul {number}"))


def titles(changes: list[Change | Rejected]) -> list[str]:
    return [change.document.title for change in changes if isinstance(change, Change) and change.document]


def expected(count: int) -> list[str]:
    return [f"Judul {number}" for number in range(1, count + 1)]


def same(two: MappingPool, folder: Path) -> int:
    """How many items of the folder were compared."""
    one, count = MappingPool(1, "uji", with_passages=True), 0
    for found in catalogues(folder):
        by_one = list(one.changes(items(found, cut=False)))
        assert list(two.changes(items(found, cut=True))) == by_one, found.path
        count += len(by_one)
    return count


def test_two_processes_make_of_the_samples_what_one_makes(two: MappingPool) -> None:
    assert same(two, marc_samples.SAMPLES) > 600


@pytest.mark.parametrize("folder", REAL)
def test_two_processes_make_of_real_files_what_one_makes(two: MappingPool, folder: str) -> None:
    assert same(two, shared(f"data/marc/{folder}"))


def test_a_record_deleted_and_one_refused_come_back_as_such(two: MappingPool) -> None:
    refused = Rejected(Origin("uji.mrc", 9), "too_large", "No end of record.")
    gone = UnreadRecord(Origin("uji.mrc", 1), "marc", record("1", "Satu", status="d"))
    nameless = UnreadRecord(Origin("uji.mrc", 2, 300), "marc", record("2", ""))
    deletion, untitled, passed = two.changes([gone, nameless, refused])
    assert isinstance(deletion, Change)
    assert (deletion.id, deletion.document) == ("uji.1", None)
    assert isinstance(untitled, Rejected)
    assert (untitled.code, untitled.origin) == ("no_title", nameless.origin)
    assert passed == refused


def test_passages_are_made_only_where_they_are_wanted(two: MappingPool) -> None:
    (with_passages,) = two.changes(made(1))
    assert isinstance(with_passages, Change)
    assert [passage.text for passage in with_passages.passages] == ["Judul 1"]
    with MappingPool(2, "uji", with_passages=False) as pool:
        (without,) = pool.changes(made(1))
    assert isinstance(without, Change)
    assert without.passages == ()


def test_little_is_read_ahead_of_what_is_taken(two: MappingPool) -> None:
    read = 0

    def endless() -> Iterator[RecordItem]:
        nonlocal read
        for item in made(1_000_000):
            read += 1
            yield item

    changes = two.changes(endless())
    for _ in range(3 * BATCH_RECORDS):
        next(changes)
    assert read <= (3 + 2 * BATCHES_WAITING) * BATCH_RECORDS


def test_every_worker_has_something_to_do_also_where_records_are_large() -> None:
    large = [
        UnreadRecord(Origin("uji.mrc", number), "marc", record(str(number), "x" * 9_000)) for number in range(3000)
    ]
    with MappingPool(6, "uji", with_passages=False) as pool:
        changes = pool.changes(large)
        next(changes)
        assert len(pool.process_ids) == 5


def test_of_what_was_refused_before_no_more_is_read_ahead(two: MappingPool) -> None:
    taken = 0

    def refused() -> Iterator[RecordItem]:
        nonlocal taken
        for taken in range(1, 10_001):
            yield Rejected(Origin("uji.mrc", taken), "broken_record", "Broken.", b"x" * 100_000, "marc")

    changes = two.changes(refused())
    next(changes)
    assert taken <= 60


def test_large_records_are_sent_a_few_at_a_time(two: MappingPool) -> None:
    taken: list[int] = []

    def large() -> Iterator[RecordItem]:
        for number in range(1, 21):
            taken.append(number)
            yield UnreadRecord(Origin("uji.mrc", number), "marc", b"x" * (BATCH_BYTES // 2))

    next(two.changes(large()))
    assert len(taken) <= 8


@pytest.mark.parametrize("at", [1, BATCH_RECORDS + 1, 3 * BATCH_RECORDS, 7 * BATCH_RECORDS + 5])
def test_a_killed_process_costs_no_record(at: int) -> None:
    with MappingPool(3, "uji", with_passages=True) as pool:

        def deadly() -> Iterator[RecordItem]:
            for number, item in enumerate(made(1200), start=1):
                if number in (at, at + 250):
                    for id in pool.process_ids:
                        os.kill(id, signal.SIGKILL)
                yield item

        assert titles(list(pool.changes(deadly()))) == expected(1200)


def test_a_killed_process_is_told_of_and_replaced(caplog: pytest.LogCaptureFixture) -> None:
    with MappingPool(3, "uji", with_passages=True) as pool:
        list(pool.changes(made(300)))
        before = pool.process_ids
        for id in before:
            os.kill(id, signal.SIGKILL)
        assert titles(list(pool.changes(made(1200)))) == expected(1200)
        assert len(pool.process_ids) == 2
        assert not set(pool.process_ids) & set(before)
    assert "A mapping process ended (exit code -9); its 100 records are mapped by the load itself" in caplog.messages


def test_where_no_process_can_start_the_load_maps_by_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with MappingPool(2, "uji", with_passages=True) as pool:
        assert titles(list(pool.changes(made(300)))) == expected(300)
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    with MappingPool(2, "uji", with_passages=True) as pool:
        assert titles(list(pool.changes(made(300)))) == expected(300)
        assert not pool.process_ids
    assert "No mapping process can be started" in caplog.text


def test_what_was_given_up_in_the_middle_does_not_answer_for_what_comes_next() -> None:
    with MappingPool(2, "uji", with_passages=True) as pool:
        given_up = pool.changes(made(1200))
        next(given_up)
        given_up.close()  # type: ignore[attr-defined]  # a generator
        others = [UnreadRecord(item.origin, "marc", record("9", "Lain")) for item in made(250)]
        assert titles(list(pool.changes(others))) == ["Lain"] * 250


def test_an_error_in_the_mapping_is_raised_by_the_load() -> None:
    unheard_of = UnreadRecord(Origin("uji.mrc", 1), "unimarc", b"")  # type: ignore[arg-type]  # a bug
    with MappingPool(2, "uji", with_passages=True) as pool, pytest.raises(KeyError, match="unimarc"):
        list(pool.changes([*made(10), unheard_of]))


def test_an_interrupt_is_not_for_the_processes() -> None:
    with MappingPool(2, "uji", with_passages=True) as pool:
        list(pool.changes(made(400)))  # while they start, a session of their own keeps a terminal's Ctrl-C from them
        before = pool.process_ids
        assert [os.getsid(id) for id in before] == before

        def interrupted() -> Iterator[RecordItem]:
            for number, item in enumerate(made(1200)):
                if number % 100 == 50:
                    for id in before:
                        os.kill(id, signal.SIGINT)
                yield item

        assert titles(list(pool.changes(interrupted()))) == expected(1200)
        assert pool.process_ids == before


def test_processes_end_with_the_pool_even_in_the_middle_of_work() -> None:
    with MappingPool(3, "uji", with_passages=True) as pool:
        changes = pool.changes(made(2000))
        next(changes)
        ids = pool.process_ids
        assert ids
        os.kill(ids[0], signal.SIGSTOP)  # one that would never answer
        started = time.monotonic()
    assert time.monotonic() - started < 5
    assert not any(running(id) for id in ids)


ROOT = Path(__file__).resolve().parents[2]

A_LOAD = """
import signal, sys
from pathlib import Path
from threading import Event
from ingest.ebooks import EbookStore
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from search.engines.embedded import EmbeddedEngine

folder, stop = Path(sys.argv[1]), Event()
signal.signal(signal.SIGINT, lambda *_: stop.set())
job = IngestJob((folder / "a.mrc",), workers=3)
report = Load(EmbeddedEngine(folder / "index"), EbookStore(folder / "ebooks"), job, stop=stop).run()
print(report.stopped, report.read < 30_000)
"""


@contextmanager
def load(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A load of some seconds in a program of its own, when the two processes beside it have started, and their ids."""
    write(folder / "a.mrc", [record(str(n), f"Judul {n}") for n in range(1000)] * 30)
    with subprocess.Popen(
        [sys.executable, "-c", A_LOAD, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    ) as program:
        while len(ids := children(program.pid)) < 2 and program.poll() is None:
            time.sleep(0.02)
        yield program, ids


def test_ctrl_c_ends_a_load_without_a_word(tmp_path: Path) -> None:
    with load(tmp_path) as (program, ids):
        os.killpg(program.pid, signal.SIGINT)
        said, _ = program.communicate(timeout=60)
    assert said == "True True\n"
    assert not any(running(id) for id in ids)


def test_processes_end_when_the_load_is_killed(tmp_path: Path) -> None:
    with load(tmp_path) as (program, ids):
        program.kill()
    deadline = time.monotonic() + 10
    while any(running(id) for id in ids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(ids) == 2
    assert not any(running(id) for id in ids)


def running(id: int) -> bool:
    """Whether the process lives; one that only waits to be buried does not."""
    return any(own == id and not state.startswith("Z") for own, _, state in processes())


def children(id: int) -> list[int]:
    return [own for own, parent, _ in processes() if parent == id]


def processes() -> list[tuple[int, int, str]]:
    """Every process of the machine: its id, its parent's, its state."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return [(int(own), int(parent), state) for own, parent, state in rows]
