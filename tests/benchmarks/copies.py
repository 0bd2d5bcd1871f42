"""Copies from the catalogue into circulation: how long, in how much memory: python -m tests.benchmarks.copies [TITLES]

TITLES (100,000) with a copy each are indexed, then taken on SQLite and on PostgreSQL where there is a server: the first
time, again with nothing new, and all looked through. Memory is the peak of the process so far, MB.
"""

import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from portal.services.collection.taking import take_items
from portal.store.database import Database
from portal.store.upgrading import prepare
from search.document import Document, Item
from search.engine import Engine, Entry
from search.engines.embedded import EmbeddedEngine
from tests.support.databases import postgresql_server, server_programs
from tests.support.documents import document

AT_ONCE = 2_000


def title(number: int) -> Document:
    made = document(f"k.{number}", f"Judul nomor {number}", format="book", barcode=f"P-{number}")
    copy = Item(
        branch=f"Cabang {number % 5}", location="Umum", call_number=f"577.{number}", number="1", barcode=f"P-{number}"
    )
    return replace(made, items=(copy,))


def filled(folder: Path, titles: int) -> Engine:
    engine = EmbeddedEngine(folder)
    with engine.rebuilding() as writer:
        for first in range(0, titles, AT_ONCE):
            writer.put([Entry(title(number)) for number in range(first, min(first + AT_ONCE, titles))])
    return engine


def measured(name: str, url: str, engine: Engine) -> Iterator[str]:
    database = Database(url)
    prepare(database)
    for what, everything in (("first", False), ("nothing new", False), ("all again", True)):
        zone = ZoneInfo("Asia/Makassar")
        report = take_items(database, engine.searcher(), lambda: datetime.now(UTC), zone, everything=everything)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        yield f"{name:10} {what:12} {report.seconds:6.1f} s  {dict(report.counts)}  {peak} MB"
    database.close()


def main(titles: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = filled(Path(folder) / "index", titles)
        for line in measured("SQLite", f"sqlite:///{folder}/accounts.sqlite3", engine):
            print(line, flush=True)
        if server_programs():
            with postgresql_server() as server:
                for line in measured("PostgreSQL", f"{server.address}/postgres", engine):
                    print(line, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
