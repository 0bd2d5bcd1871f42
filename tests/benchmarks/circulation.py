"""What the desk and the account pages do, how often in a second, on both databases: python -m tests.benchmarks.circulation

Both on this machine, the server without any tuning, every change written to disk before it is answered. One person after
the other, then eight at once. What counts is the ratio of the two; the figures themselves are those of this disk.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from portal.ils.driver import PatronRef
from portal.store.database import Database
from search.document import DocumentId
from tests.support.circulation import Library
from tests.support.databases import Servers, postgresql_server

PATRONS, COPIES, SECONDS, AT_ONCE = 200, 1_000, 3.0, 8


class Town:
    """A library in which everybody has borrowed something and some wait."""

    def __init__(self, database: Database) -> None:
        self.library = Library(database)
        self.library.rule(max_loans=1_000_000, max_holds=1_000_000, renewals=1_000_000)
        self.patrons = self.library.patrons(PATRONS)
        self.titles = [DocumentId(f"judul.{number}") for number in range(COPIES // 2)]
        self.barcodes = [barcode for title in self.titles for barcode in self.library.copies(title, 2)]
        for number, patron in enumerate(self.patrons):
            for barcode in self.barcodes[number * 2 : number * 2 + 2]:
                self.library.lend(patron, barcode)
        self.turn = count()

    def someone(self) -> tuple[int, PatronRef]:
        number = next(self.turn)
        return number, self.patrons[number % PATRONS]

    def lend_and_take_back(self) -> None:
        number, patron = self.someone()
        barcode = self.barcodes[2 * PATRONS + number % (COPIES - 2 * PATRONS)]
        self.library.lend(patron, barcode)
        self.library.take_back(barcode)

    def hold_and_cancel(self) -> None:
        number, patron = self.someone()
        placed = self.library.hold(patron, self.titles[(number + 7) % PATRONS])
        if placed.hold is not None:
            self.library.circulation.cancel_hold(patron.id, placed.hold.id)

    def renew(self) -> None:
        number, patron = self.someone()
        self.library.circulation.renew(patron.id, None, f"klik {number}")

    def loans(self) -> None:
        self.library.circulation.loans(self.someone()[1].id)

    def holds(self) -> None:
        self.library.circulation.holds(self.someone()[1].id)

    def status(self) -> None:
        number, _ = self.someone()
        start = number % (len(self.titles) - 20)
        self.library.circulation.status(self.titles[start : start + 20])


# What is measured, and how many operations each call is.
MEASURED: tuple[tuple[str, Callable[[Town], None], int], ...] = (
    ("lend, take back", Town.lend_and_take_back, 2),
    ("place a hold, cancel it", Town.hold_and_cancel, 2),
    ("renew all of a patron", Town.renew, 1),
    ("a patron's loans", Town.loans, 1),
    ("a patron's holds", Town.holds, 1),
    ("status of 20 titles", Town.status, 1),
)


def rate(act: Callable[[], None], weight: int, threads: int) -> float:
    """Operations in a second, by so many threads for SECONDS."""
    end = time.perf_counter() + SECONDS

    def turns(_: int) -> int:
        done = 0
        while time.perf_counter() < end:
            act()
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        total = sum(pool.map(turns, range(threads)))
        return total * weight / (time.perf_counter() - began)


def towns(folder: Path) -> Iterator[tuple[str, Town]]:
    database = Database(Servers(folder).new_url())
    yield "SQLite", Town(database)
    database.close()
    with postgresql_server() as server:
        database = Database(Servers(folder, server.address).new_url())
        yield "PostgreSQL", Town(database)
        database.close()


def main() -> None:
    found: dict[tuple[str, int], dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, town in towns(Path(folder)):
            for label, act, weight in MEASURED:
                for threads in (1, AT_ONCE):
                    per_second = rate(lambda act=act, town=town: act(town), weight, threads)  # type: ignore[misc]
                    found.setdefault((label, threads), {})[name] = per_second
    print(f"{'operations per second':28}{'at once':>8}{'SQLite':>10}{'PostgreSQL':>12}{'ratio':>8}")
    for (label, threads), rates in found.items():
        sqlite, server = rates["SQLite"], rates["PostgreSQL"]
        print(f"{label:28}{threads:>8}{sqlite:>10.0f}{server:>12.0f}{sqlite / server:>8.1f}")


if __name__ == "__main__":
    main()
