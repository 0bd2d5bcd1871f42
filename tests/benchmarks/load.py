"""A load from end to end, words only, and the same load again: python -m tests.benchmarks.load [RECORDS ...]

Real records of the shared data's US government sets, taken again under other numbers where there are too few. Each load
runs in a process of its own, with one worker. CPU is that of the process with all its threads (tantivy has its own), so it
says what one core would need; memory is the most that the process held, with the pages of the index that it mapped.
"""

import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest.jobs import IngestJob
from ingest.pipeline import Load
from tests.support.library import Library
from tests.support.shared_data import SHARED

RECORDS: Final = (10_000, 100_000)
END: Final = b"\x1d"


def records(count: int) -> Iterator[bytes]:
    """`count` records of different numbers. The second time round a number's first figure is a letter."""
    given, round_ = 0, 0
    paths = sorted((SHARED / "data/marc").glob("gpo_*/*utf8.mrc*"))
    if not paths:
        raise SystemExit("the shared MARC data, which this measures on, does not lie beside the checkout")
    while True:
        seen: set[bytes] = set()
        for path in paths:
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for record in data.split(END)[:-1]:
                base = int(record[12:17])
                number = record[base : record.index(b"\x1e", base)]
                if record[24:27] != b"001" or number in seen:
                    continue
                seen.add(number)
                yield (
                    record[:base] + (b"%c" % (96 + round_) if round_ else record[base : base + 1]) + record[base + 1 :]
                )
                given += 1
                if given == count:
                    return
        round_ += 1


def write(folder: Path, count: int) -> Path:
    path = folder / f"{count}.mrc"
    with path.open("wb") as file:
        for record in records(count):
            file.write(record + END)
    return path


def child(folder: str, path: str) -> None:
    """One load; prints what it cost as JSON."""
    library = Library(Path(folder))
    started, cpu = time.perf_counter(), time.process_time()
    report = Load(library.engine, library.ebooks, IngestJob((Path(path),)), tombstones=library.tombstones).run()
    figures = {
        "wall": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "outcomes": dict(report.outcomes),
    }
    print(json.dumps(figures))


def main(counts: list[int]) -> None:
    print(f"{'records':>9} {'load':>7} {'wall, s':>9} {'CPU, s':>8} {'us each':>8} {'memory, MB':>11}  outcomes")
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            path = write(Path(name), count)
            for which in ("first", "second"):
                command = [sys.executable, "-m", "tests.benchmarks.load", "--child", f"{name}/data", str(path)]
                found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
                outcomes = ", ".join(f"{number:,} {outcome}" for outcome, number in found["outcomes"].items())
                each = 1e6 * found["cpu"] / count
                print(
                    f"{count:9,} {which:>7} {found['wall']:9.1f} {found['cpu']:8.1f} {each:8.0f} {found['mb']:11.0f}  "
                    f"{outcomes}",
                    flush=True,
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main([int(argument) for argument in sys.argv[1:]] or list(RECORDS))
