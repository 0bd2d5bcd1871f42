"""Records a second, read and mapped by two processes against one: python -m tests.benchmarks.mapping [PATH ...]

Without paths, the sample records many times over. The ratio of wall times is what the machine had to give at that
moment; where other work runs, that of CPU times (best possible: 2 / cost) says what an idle one would give.
"""

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import marc_samples
from ingest.files import FoundFile, find, open_stream
from ingest.mapping_pool import MappingPool
from ingest.readers.formats import READERS
from ingest.source import RecordItem, Rejected

ROUNDS = 3
LEAST_BYTES = 50_000_000


def files(paths: list[Path]) -> list[FoundFile]:
    found = [file for file in find(paths) if not isinstance(file, Rejected) and file.kind != "pdf"]
    return found * (1 + int(LEAST_BYTES / sum(file.effort for file in found)))


def records(found: list[FoundFile], workers: int) -> Iterator[RecordItem]:
    """As the load takes them: read for one worker, cut for more."""
    for file in found:
        with open_stream(file) as (stream, _):
            reader = READERS[file.kind]
            yield from (reader.read if workers == 1 else reader.cut)(stream, str(file.path))


def cpu_s() -> float:
    """Of this process and of those that it started and that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def run(found: list[FoundFile], workers: int) -> tuple[int, float, float]:
    """Records, seconds by the clock and of CPU, with the start of the processes."""
    clock, cpu = time.perf_counter(), cpu_s()
    with MappingPool(workers, "b", with_passages=True) as pool:
        count = sum(1 for _ in pool.changes(records(found, workers)))
    return count, time.perf_counter() - clock, cpu_s() - cpu


if __name__ == "__main__":
    found = files([Path(argument) for argument in sys.argv[1:]] or [marc_samples.SAMPLES])
    for _ in range(ROUNDS):
        (count, one, one_cpu), (_, two, two_cpu) = run(found, 1), run(found, 2)
        cost = two_cpu / one_cpu
        print(
            f"{count} records: {count / one:.0f}/s by one, {count / two:.0f}/s by two, {one / two:.2f} times as fast; "
            f"CPU {one_cpu:.1f} s and {two_cpu:.1f} s, {2 / cost:.2f} times as fast at best"
        )
