"""What the portal serves, and how fast: python -m tests.benchmarks.portal [--records N] [--keep FOLDER] [SECTION ...]

A real portal process, with the shipped model, over real records of the shared data; sessions are real websockets that send
and receive Streamlit's own messages. Sections: rerun, sessions, katalog, cari, json, browser; all by default.

"distinct" searches are each asked once, so nothing can be known beforehand. "again" are a hundred searches, or two hundred
records, that were asked before. CPU is that of the portal's process for each answer. Whoever asks runs on the same
machine, in a process of its own.
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from ingest.pipeline import BATCH_EMBEDDED, BATCH_GROWS, BATCH_RECORDS
from portal.search_state import SearchState
from search.engines.embedded import EmbeddedEngine
from search.static_embedding import StaticEmbedder
from tests.benchmarks.library import records, searches
from tests.support.browsing import Portal, chromium, running_portal
from tests.support.catalogue import entries
from tests.support.streamlit_session import rerun, streamlit_session

RECORDS: Final = 20_000
RERUNS: Final = 150
# The portal takes in five clicks a second from one socket; a reader who is no faster waits for nothing.
BETWEEN_S: Final = 0.25
SESSIONS: Final = 40
THINK_S: Final = 5.0
WARM_UP_S: Final = 15.0
SESSIONS_S: Final = 45.0
CONNECTIONS: Final = 8
AGAIN: Final = 100
RECORDS_AGAIN: Final = 200
REQUESTS: Final = 3000
DISTINCT: Final = 300
FIRST_VISITS: Final = 5
# Each takes its searches from other records; one has too few for all sections.
SEEDS: Final = (5, 18)
SECTIONS: Final = ("rerun", "sessions", "katalog", "cari", "json", "browser")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure. target: the most it may be, or the least with `at_least`; None for one that has none."""

    what: str
    figure: float
    unit: str
    target: float | None = None
    at_least: bool = False
    cpu_ms: float | None = None

    def __str__(self) -> str:
        met = self.target is None or (self.figure >= self.target if self.at_least else self.figure <= self.target)
        target = "" if self.target is None else f"{'≥' if self.at_least else '≤'} {self.target:,.0f}"
        cpu = "" if self.cpu_ms is None else f"{self.cpu_ms:,.2f}"
        return f"| {self.what} | {self.figure:,.1f} {self.unit} | {target} | {'' if met else 'missed'} | {cpu} |"


class Cpu:
    """CPU of the portal's process with all its threads."""

    def __init__(self, portal: Portal) -> None:
        self._stat = Path(f"/proc/{portal.pid}/stat")
        self._before = self._seconds()

    def _seconds(self) -> float:
        fields = self._stat.read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ms_each(self, count: int) -> float:
        return (self._seconds() - self._before) * 1000 / count


class Searches:
    """Addresses of searches, no two the same."""

    def __init__(self, count: int = 6000) -> None:
        made = chain.from_iterable(searches(count, seed) for seed in SEEDS)
        states = (SearchState(q=asked.query.text, filters=asked.query.filters) for asked in made)
        self._addresses = list(dict.fromkeys(state.query_string() for state in states if state.q))
        # They come catalogue by catalogue; every part of the benchmark is to ask for the same mixture.
        random.Random(7).shuffle(self._addresses)
        self._next = iter(self._addresses)
        self.again = list(islice(self._next, AGAIN))

    def distinct(self, count: int) -> list[str]:
        found = list(islice(self._next, count))
        assert len(found) == count, "too few searches are left"
        return found


class Http:
    """One connection that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, portal: Portal) -> "Http":
        url = urlsplit(portal.address)
        return cls(*await asyncio.open_connection(url.hostname, url.port))

    async def get(self, path: str) -> float:
        """Milliseconds until the whole answer was there."""
        started = time.perf_counter()
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), (path, head[:60])
        await self._reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        return (time.perf_counter() - started) * 1000

    def close(self) -> None:
        self._writer.close()


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of all values stays under."""
    return statistics.quantiles(values, n=1000, method="inclusive")[round(part * 1000) - 1]


async def asked(portal: Portal, paths: Sequence[str], connections: int) -> tuple[list[float], float]:
    """Milliseconds of each answer, and answers a second."""
    left = iter(paths)
    taken: list[float] = []

    async def one() -> None:
        connection = await Http.to(portal)
        for path in left:
            taken.append(await connection.get(path))
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return taken, len(taken) / (time.perf_counter() - started)


def measure_rerun(portal: Portal, found: Searches) -> Iterator[Line]:
    with streamlit_session(portal.address) as session:
        for query in found.distinct(30):
            session.run(query.lstrip("?"))
        for what, queries, most in (
            ("rerun, distinct", found.distinct(RERUNS), (40, 120)),
            ("rerun, again", random.choices(found.again, k=RERUNS), (None, None)),
        ):
            cpu, taken, messages = Cpu(portal), [], 0
            for query in queries:
                time.sleep(BETWEEN_S)
                started = time.perf_counter()
                messages = max(messages, len(session.run(query.lstrip("?"))))
                taken.append((time.perf_counter() - started) * 1000)
            assert messages > 8, "the page failed"
            each = cpu.ms_each(len(queries))
            yield Line(f"{what}: p50", share(taken, 0.5), "ms", most[0], cpu_ms=each)
            yield Line(f"{what}: p95", share(taken, 0.95), "ms", most[1])
            yield Line(f"{what}: messages at most", messages, "", 30)


async def one_reader(portal: Portal, queries: Sequence[str], until: float, taken: list[tuple[float, float]]) -> None:
    """A reader who looks at each page for about THINK_S. taken: when each page was asked for, and its milliseconds."""
    url = f"{portal.address.replace('http://', 'ws://', 1)}/_stcore/stream"
    await asyncio.sleep(random.uniform(0, THINK_S))
    async with connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None) as socket:
        for query in queries:
            started = time.perf_counter()
            if started > until:
                return
            await socket.send(rerun(query.lstrip("?")))
            while True:
                data = await socket.recv()
                # The message that ends a page is a small one; to parse all of them would cost the portal its core.
                if len(data) < 200 and ForwardMsg.FromString(bytes(data)).WhichOneof("type") == "script_finished":  # type: ignore[arg-type]
                    break
            taken.append((started, (time.perf_counter() - started) * 1000))
            await asyncio.sleep(random.uniform(0.5, 1.5) * THINK_S)


async def readers(portal: Portal, found: Searches, seconds: float) -> list[tuple[float, float]]:
    """SESSIONS readers for some seconds, each with searches of its own."""
    taken: list[tuple[float, float]] = []
    until = time.perf_counter() + seconds
    each = int(seconds / THINK_S) + 6
    queries = [found.distinct(each) for _ in range(SESSIONS)]
    await asyncio.gather(*(one_reader(portal, own, until, taken) for own in queries))
    return taken


def measure_sessions(portal: Portal, found: Searches) -> Iterator[Line]:
    begun = time.perf_counter()
    cpu = Cpu(portal)
    taken = asyncio.run(readers(portal, found, WARM_UP_S + SESSIONS_S))
    warm = [ms for started, ms in taken if started > begun + WARM_UP_S]
    each = cpu.ms_each(len(taken))
    yield Line(f"{SESSIONS} sessions, {THINK_S:.0f} s think time: p50", share(warm, 0.5), "ms", cpu_ms=each)
    yield Line(f"{SESSIONS} sessions, {THINK_S:.0f} s think time: p95", share(warm, 0.95), "ms", 300)


def measure_katalog(portal: Portal, ids: Sequence[str]) -> Iterator[Line]:
    paths = [f"/katalog/{quote(id, safe='')}" for id in ids]
    cpu = Cpu(portal)
    _, first = asyncio.run(asked(portal, paths, CONNECTIONS))
    yield Line("/katalog, distinct: requests/s", first, "/s", cpu_ms=cpu.ms_each(len(paths)))
    again = paths[-RECORDS_AGAIN:]
    cpu = Cpu(portal)
    taken, rate = asyncio.run(asked(portal, random.choices(again, k=REQUESTS), CONNECTIONS))
    yield Line("/katalog, again: requests/s", rate, "/s", 1000, at_least=True, cpu_ms=cpu.ms_each(REQUESTS))
    yield Line("/katalog, again: p50", share(taken, 0.5), "ms")


def measure_cari(portal: Portal, found: Searches) -> Iterator[Line]:
    cpu, paths = Cpu(portal), [f"/cari{query}" for query in found.distinct(DISTINCT)]
    taken, _ = asyncio.run(asked(portal, paths, 1))
    yield Line("/cari, distinct: p50", share(taken, 0.5), "ms", 15, cpu_ms=cpu.ms_each(DISTINCT))
    yield Line("/cari, distinct: p95", share(taken, 0.95), "ms")
    paths = [f"/cari{query}" for query in found.again]
    asyncio.run(asked(portal, paths, 1))
    cpu = Cpu(portal)
    taken, _ = asyncio.run(asked(portal, random.choices(paths, k=REQUESTS // 3), 1))
    yield Line("/cari, again: p50", share(taken, 0.5), "ms", 15, cpu_ms=cpu.ms_each(REQUESTS // 3))


async def paced(portal: Portal, paths: Sequence[str], seconds: float) -> list[float]:
    """One program that asks every 20 ms."""
    connection, taken = await Http.to(portal), []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        taken.append(await connection.get(random.choice(paths)))
        await asyncio.sleep(0.02)
    connection.close()
    return taken


def measure_json(portal: Portal, found: Searches) -> Iterator[Line]:
    cpu, paths = Cpu(portal), [f"/api/v1/search{query}" for query in found.distinct(DISTINCT)]
    _, rate = asyncio.run(asked(portal, paths, CONNECTIONS))
    yield Line("JSON search, distinct: answers/s", rate, "/s", cpu_ms=cpu.ms_each(DISTINCT))
    paths = [f"/api/v1/search{query}" for query in found.again]
    asyncio.run(asked(portal, paths, 1))
    cpu = Cpu(portal)
    _, rate = asyncio.run(asked(portal, random.choices(paths, k=REQUESTS), CONNECTIONS))
    yield Line("JSON search, again: answers/s", rate, "/s", 500, at_least=True, cpu_ms=cpu.ms_each(REQUESTS))
    idle = share(asyncio.run(paced(portal, paths, 15)), 0.99)
    yield Line("JSON search, idle: p99", idle, "ms")

    async def both() -> list[float]:
        reading = asyncio.create_task(readers(portal, found, 30))
        await asyncio.sleep(THINK_S)
        taken = await paced(portal, paths, 25)
        await reading
        return taken

    busy = share(asyncio.run(both()), 0.99)
    yield Line(f"JSON search, {SESSIONS} sessions: p99", busy, "ms")
    yield Line("JSON search, p99 with sessions over idle", busy / idle, "times", 10)


def measure_browser(portal: Portal, found: Searches) -> Iterator[Line]:
    taken = []
    with chromium() as browser:
        for query in found.distinct(FIRST_VISITS + 1):
            context = browser.new_context()  # nothing in its cache
            page = context.new_page()
            started = time.perf_counter()
            page.goto(f"{portal.address}/{query}")
            page.wait_for_selector("#judul-halaman")
            taken.append((time.perf_counter() - started) * 1000)
            context.close()
    yield Line("browser, empty cache: first results, median", statistics.median(taken[1:]), "ms", 1500)


def filled(folder: Path, count: int) -> list[str]:
    """An index of `count` records in `folder`, unless one is there, written in batches as a load with vectors does: of how many
    parts an index is, every search feels. Gives the ids of some of them."""
    made = records(count)
    ids: list[str] = [document.id for document in islice(records(count), 0, count, max(1, count // 1000))]
    engine = EmbeddedEngine(folder / "index")
    if not (folder / "index").exists():
        embedder = StaticEmbedder()
        with engine.rebuilding(embedder.name, embedder.dimensions) as writer:
            size = BATCH_EMBEDDED
            while batch := list(islice(made, size)):
                size = min(BATCH_GROWS * size, BATCH_RECORDS)
                report = writer.put(entries(batch, embedder))
                assert not report.refused, report.refused[:3]
    return ids


@contextmanager
def kept_or_temporary(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], default=[])
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--keep", type=Path, help="a folder for the index, used again by the next run")
    arguments = parser.parse_args()
    sections = arguments.sections or SECTIONS
    random.seed(7)
    with kept_or_temporary(arguments.keep) as folder:
        ids = filled(folder, arguments.records)
        found = Searches()
        with running_portal(folder, TELUSUR_MODEL="", TELUSUR_RATE="0") as portal:
            print(f"{arguments.records:,} records; load average before: {os.getloadavg()[0]:.1f}\n")
            print("| what | measured | target | | CPU, ms each |\n| --- | --- | --- | --- | --- |")
            for section in sections:
                lines = {
                    "rerun": lambda: measure_rerun(portal, found),
                    "sessions": lambda: measure_sessions(portal, found),
                    "katalog": lambda: measure_katalog(portal, ids),
                    "cari": lambda: measure_cari(portal, found),
                    "json": lambda: measure_json(portal, found),
                    "browser": lambda: measure_browser(portal, found),
                }[section]()
                for line in lines:
                    print(line, flush=True)
            print(f"\nload average after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
