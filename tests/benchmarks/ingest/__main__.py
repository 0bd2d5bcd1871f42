"""Records read and mapped, beside pymarc and marc4j: python -m tests.benchmarks.ingest [SECTION ...] [--list] [--memory]

Every row of a table is measured in each of several rounds, one row after the other, and its best round counts: the
speed of a machine drifts, so only ratios of one run say something. Rates are records a second of CPU time (two
processes: of the clock as well). The fourteen fields are those of `fourteen.py`; the whole map is `to_document`.
"""

import argparse
import gc
import resource
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import BytesIO, RawIOBase, StringIO
from typing import BinaryIO, Final, cast

import pymarc

from ingest.collecting import collecting_rarely
from ingest.mapping_pool import MappingPool
from ingest.mappings.marc21 import to_document
from ingest.readers import marc, marcxml
from ingest.record import Record
from ingest.source import Origin, Rejected, SourceRecord, UnreadRecord
from search.document import Document
from tests.benchmarks.ingest import corpora, marc4j
from tests.benchmarks.ingest.corpora import Corpus
from tests.benchmarks.ingest.fourteen import by_plain_rules, by_pymarc, by_rules
from tests.support.elasticsearch.jars import Unavailable

SOURCE: Final = "b"
MEMORY_COUNTS: Final = (10_000, 100_000, 1_000_000)
# Not run here, since Ruby's gems cannot be had: traject's own figure, and what was once measured beside pymarc.
TRAJECT: Final = (
    "traject (not run here): 244 records/s in production, reading and mapping (published: pulibrary/bibdata PR 2763);"
    " once measured 3,700-4,100 records a CPU second on its UTF-8 records with the same fourteen fields, 0.4 x pymarc"
)


@dataclass(frozen=True, slots=True)
class Measure:
    """Of the best round: how many records, in how many seconds by the clock and of CPU."""

    count: int
    clock_s: float
    cpu_s: float


Run = Callable[[], Measure]


def measured(work: Callable[[], int]) -> Run:
    def run() -> Measure:
        gc.collect()
        clock, cpu = time.perf_counter(), _cpu_s()
        with redirect_stderr(StringIO()):  # pymarc writes there what it cannot decode
            count = work()
        return Measure(count, time.perf_counter() - clock, _cpu_s() - cpu)

    return run


def _cpu_s() -> float:
    """Of this process and of those that it started and that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def table(title: str, rows: Mapping[str, Run], rounds: int, peer: str) -> None:
    """Prints each row's rates, and how many times those of `peer` they are."""
    found: dict[str, list[Measure]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, run in rows.items():
            found[name].append(run())
    best = {name: Measure(m[0].count, min(x.clock_s for x in m), min(x.cpu_s for x in m)) for name, m in found.items()}
    print(f"\n{title}, {best[peer].count:,} records, best of {rounds}; x: {peer} = 1")
    print(f"  {'':40} {'us CPU':>8} {'rec/CPU s':>10} {'rec/s':>9} {'x CPU':>6} {'x clock':>7}")
    for name, row in best.items():
        cpu, clock = row.cpu_s / row.count, row.clock_s / row.count
        times = best[peer].cpu_s / best[peer].count / cpu, best[peer].clock_s / best[peer].count / clock
        print(
            f"  {name:40} {cpu * 1e6:8.1f} {1 / cpu:10,.0f} {1 / clock:9,.0f} {times[0]:6.2f} {times[1]:7.2f}",
            flush=True,
        )


def _nothing(_: object) -> int:
    return 0


def iso2709(corpus: Corpus, rounds: int) -> None:
    def by_peer(take: Callable[[pymarc.Record], object]) -> int:
        return sum(1 for record in pymarc.MARCReader(BytesIO(corpus.data)) if record is not None and take(record) != -1)

    def by_us(take: Callable[[SourceRecord], object]) -> int:
        return sum(take(item) != -1 for item in _read(marc.read(BytesIO(corpus.data), corpus.name)))

    _read_and_map(f"ISO 2709, {corpus.name}", by_peer, by_us, rounds)
    _compared(corpus)


def _read_and_map(
    title: str,
    by_peer: Callable[[Callable[[pymarc.Record], object]], int],
    by_us: Callable[[Callable[[SourceRecord], object]], int],
    rounds: int,
) -> None:
    rows = {
        "pymarc: read": measured(lambda: by_peer(_nothing)),
        "pymarc: read, 14 fields": measured(lambda: by_peer(by_pymarc)),
        "ours: read": measured(lambda: by_us(_nothing)),
        "ours: read, the same 14 fields": measured(lambda: by_us(by_plain_rules)),
        "ours: read, 14 fields by our rules": measured(lambda: by_us(by_rules)),
        "ours: read, whole map": measured(lambda: by_us(lambda item: to_document(item, SOURCE))),
    }
    table(title, rows, rounds, "pymarc: read, 14 fields")


def _read(items: Iterable[SourceRecord | Rejected]) -> Iterator[SourceRecord]:
    return (item for item in items if isinstance(item, SourceRecord))


def processes(corpus: Corpus, rounds: int) -> None:
    def by(workers: int) -> int:
        read = marc.read if workers == 1 else marc.cut
        with collecting_rarely(), MappingPool(workers, SOURCE, with_passages=False) as pool:  # as a load does
            return sum(1 for _ in pool.changes(read(BytesIO(corpus.data), corpus.name)))

    rows = {"one process": measured(lambda: by(1)), "two processes": measured(lambda: by(2))}
    table(f"Whole map by processes, {corpus.name}", rows, rounds, "one process")


def xml(count: int, rounds: int) -> None:
    data = corpora.in_xml(count)

    def by_peer(take: Callable[[pymarc.Record], object]) -> int:
        taken = 0

        def each(record: pymarc.Record) -> None:
            nonlocal taken
            take(record)
            taken += 1

        pymarc.map_xml(each, BytesIO(data))  # type: ignore[no-untyped-call]
        return taken

    def by_us(take: Callable[[SourceRecord], object]) -> int:
        return sum(take(item) != -1 for item in _read(marcxml.read(BytesIO(data), "mixed.xml")))

    _read_and_map(f"MARCXML of the mixed records, {len(data) / 1e6:.0f} MB", by_peer, by_us, rounds)


def java(corpus: Corpus, rounds: int) -> None:
    """Beside marc4j; its first passes, in which Java compiles what it runs, count for nothing."""

    def by_us(take: Callable[[SourceRecord], object]) -> int:
        return sum(take(item) != -1 for item in _read(marc.read(BytesIO(corpus.data), corpus.name)))

    try:
        with marc4j.running(corpus.data) as run:
            run(), run()
            rows = {
                "marc4j: permissive, to UTF-8, 14 fields": lambda: Measure(*run()),
                "ours: read, the same 14 fields": measured(lambda: by_us(by_plain_rules)),
                "ours: read, 14 fields by our rules": measured(lambda: by_us(by_rules)),
            }
            table(f"Beside marc4j, {corpus.name}", rows, rounds, "marc4j: permissive, to UTF-8, 14 fields")
    except Unavailable as reason:
        print(f"\nmarc4j: skipped, {reason}")


def _compared(corpus: Corpus) -> None:
    print(f"  records that differ from pymarc's in any field: {len(differing(corpus))} of {len(corpus.distinct):,}")


def differing(corpus: Corpus) -> list[tuple[int, str]]:
    """Place and first difference of every record that pymarc reads otherwise, all texts in NFC."""
    found = []
    for place, data in enumerate(corpus.distinct):
        item = marc.read_one(UnreadRecord(Origin(corpus.name, place), "marc", data))
        with redirect_stderr(StringIO()):
            theirs = [_plain_pymarc(field) for field in pymarc.Record(data).fields]
        if isinstance(item, Rejected):
            found.append((place, f"refused: {item.reason}"))
            continue
        ours = _plain(item.record)
        if ours != theirs:
            pairs = (f"{mine} / {its}" for mine, its in zip(ours, theirs, strict=False) if mine != its)
            found.append((place, next(pairs, f"{len(ours)} / {len(theirs)} fields")))
    return found


Plain = tuple[object, ...]


def _plain(record: Record) -> list[Plain]:
    return [
        (field.tag, _nfc(field.data))
        if field.is_control
        else (field.tag, field.indicators, *((code, _nfc(value)) for code, value in field.subfields))
        for field in record.fields
    ]


def _plain_pymarc(field: pymarc.Field) -> Plain:
    if field.is_control_field():
        return (field.tag, _nfc(field.data or ""))
    subfields = ((code, _nfc(value)) for code, value in field.subfields)
    return (field.tag, "".join(field.indicators or ()), *subfields)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


class _Repeated(RawIOBase):
    """The bytes of some records again and again, as a file that is larger than memory would give them."""

    def __init__(self, records: tuple[bytes, ...], count: int) -> None:
        self._records = records
        self._left = count
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while len(self._rest) < len(buffer) and self._left:
            part = self._records[: self._left]
            self._left -= len(part)
            self._rest += b"".join(part)
        given = self._rest[: len(buffer)]
        buffer[: len(given)] = given
        self._rest = self._rest[len(given) :]
        return len(given)


def memory() -> None:
    """Resident memory after each number of records, in a process of its own."""
    print("\nMemory, read and mapped in a stream")
    for count in MEMORY_COUNTS:
        command = [sys.executable, "-m", "tests.benchmarks.ingest", "--memory-of", str(count)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        print(f"  {count:>9,} records: {result.stdout.strip()}", flush=True)


def memory_of(count: int) -> None:
    stream = _Repeated(corpora.mixed(1).distinct, count)
    items = _read(marc.read(cast(BinaryIO, stream), "mixed"))
    mapped = sum(1 for item in items if isinstance(to_document(item, SOURCE), Document))
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most ({mapped:,} mapped)")


SECTIONS: Final[dict[str, Callable[[int, int], None]]] = {
    "mixed": lambda count, rounds: iso2709(corpora.mixed(count), rounds),
    "utf8": lambda count, rounds: iso2709(corpora.mixed_in_utf8(count), rounds),
    "catalogue": lambda count, rounds: iso2709(corpora.catalogue(count), rounds),
    "xml": xml,
    "processes": lambda count, rounds: processes(corpora.mixed(count), rounds),
    "marc4j": lambda count, rounds: java(corpora.mixed(count), rounds),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; all without one")
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--list", action="store_true", help="every record that pymarc reads otherwise, and no speeds")
    parser.add_argument("--memory", action="store_true", help="resident memory, up to a million records")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    if not corpora.is_there():
        parser.error("the shared MARC data, which this measures on, does not lie beside the checkout")
    if arguments.memory_of:
        memory_of(arguments.memory_of)
    elif arguments.list:
        for corpus in (corpora.mixed(1), corpora.catalogue(arguments.records)):
            for place, difference in differing(corpus):
                print(f"{corpus.name} {place}: {difference[:300]}")
    elif arguments.memory:
        memory()
    else:
        for name in arguments.sections or SECTIONS:
            SECTIONS[name](arguments.records, arguments.rounds)
        print(f"\n{TRAJECT}")


if __name__ == "__main__":
    main()
