"""What leaves the index leaves a tombstone, whatever happens to the load, or it does not leave."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest.ebooks import EbookStore
from ingest.jobs import IngestJob, Progress
from ingest.pipeline import Load
from ingest.published import ebooks_held
from ingest.report import IngestReport
from ingest.tombstones import Tombstones
from search.document import DocumentId
from search.engine import Engine
from tests.support.pdfs import book
from tests.support.records import record, write

LEMBEH = DocumentId("katalog.A1")


@pytest.fixture
def load(engine: Engine, tmp_path: Path) -> Callable[[Path], IngestReport]:
    ebooks, tombstones = EbookStore(tmp_path / "ebooks"), Tombstones(tmp_path / "tombstones.sqlite3")
    return lambda path: Load(engine, ebooks, IngestJob((path,)), tombstones=tombstones).run()


def test_nothing_is_removed_while_no_tombstone_can_be_made(
    engine: Engine, load: Callable[[Path], IngestReport], tmp_path: Path
) -> None:
    """As when the disk of the data folder is full: the same command again must find it all to be done."""
    tombstones = Tombstones(tmp_path / "tombstones.sqlite3")
    load(write(tmp_path / "a.mrc", [record("A1", "Selat Lembeh"), record("B1", "Bunaken")]))
    deleted = write(tmp_path / "b.mrc", [record("A1", "Selat Lembeh", status="d")])
    tombstones.add([DocumentId("katalog.Z9")])
    with closing(sqlite3.connect(tmp_path / "tombstones.sqlite3")) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON removed BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(sqlite3.Error, match="full"):
            load(deleted)
        assert [found.id for found in engine.searcher().fetch([LEMBEH])] == [LEMBEH]
        database.execute("DROP TRIGGER full")
    assert load(deleted).outcomes["deleted"] == 1
    assert engine.searcher().fetch([LEMBEH]) == ()
    assert tombstones.get(LEMBEH) is not None


def test_a_tombstone_that_a_killed_load_left_of_what_is_there_goes_with_the_next(
    load: Callable[[Path], IngestReport], tmp_path: Path
) -> None:
    """It said that the title was back in the index, and not yet that it was gone no more."""
    tombstones = Tombstones(tmp_path / "tombstones.sqlite3")
    path = write(tmp_path / "a.mrc", [record("A1", "Selat Lembeh")])
    load(path)
    tombstones.add([LEMBEH, DocumentId("katalog.Z9")])
    assert load(path).outcomes["unchanged"] == 1
    assert [found.id for found in tombstones] == ["katalog.Z9"]


def test_what_comes_back_and_goes_in_one_load_is_gone(engine: Engine, tmp_path: Path) -> None:
    tombstones = Tombstones(tmp_path / "tombstones.sqlite3")
    first, there, gone = record("B1", "Bunaken"), record("A1", "Selat Lembeh"), record("A1", "Selat Lembeh", status="d")
    for records in ([first, there], [gone], [there, gone]):
        path = write(tmp_path / "a.mrc", records)
        ebooks = EbookStore(tmp_path / "ebooks")
        Load(engine, ebooks, IngestJob((path,)), tombstones=tombstones, batch_records=1).run()
    assert engine.searcher().fetch([LEMBEH]) == ()
    assert tombstones.get(LEMBEH) is not None


def test_the_file_of_an_ebook_that_was_replaced_is_not_forgotten_when_the_load_breaks_off(
    engine: Engine, load: Callable[[Path], IngestReport], tmp_path: Path
) -> None:
    folder, store = tmp_path / "from", EbookStore(tmp_path / "ebooks")
    folder.mkdir()
    write(folder / "a.mrc", [record("A1", "Selat Lembeh")])
    book(folder / "A1.pdf", ["Selat Lembeh"])
    load(folder)
    (before,) = store.names()
    book(folder / "A1.pdf", ["Selat Lembeh, dibetulkan"])

    def broken_off(progress: Progress) -> None:
        if progress.file.endswith(".pdf"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Load(engine, store, IngestJob((folder,)), broken_off).run()
    load(write(tmp_path / "b.mrc", [record("B1", "Bunaken")]))
    assert (store.path(before) is not None) == bool(ebooks_held(engine.searcher(), [before]))
