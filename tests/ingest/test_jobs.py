"""Loads that are killed, or tried without keeping anything."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import marc_samples
from ingest.dry_run import NoEbooks, NoEngine
from ingest.jobs import IngestJob
from ingest.pipeline import BATCH_EMBEDDED, BATCH_RECORDS, Load
from ingest.report import IngestReport
from search.document import DocumentId
from search.errors import IndexMissing
from search.query import Query
from tests.support.embedders import LetterEmbedder
from tests.support.library import Library
from tests.support.records import record, write

# A load in a process of its own, publishing after every batch, that says when it has begun to write.
LOADING = """
import sys
from pathlib import Path
from ingest.jobs import IngestJob
from ingest.pipeline import BATCH_EMBEDDED, Load
from tests.support.embedders import LetterEmbedder
from tests.support.library import Library

folder, rebuild, *paths = sys.argv[1:]
library = Library(Path(folder))
job = IngestJob(tuple(map(Path, paths)), embedder=LetterEmbedder(), rebuild=rebuild == "rebuild", checkpoint_s=0.0)
began = False

def tell(progress):
    global began
    if progress.read and not began:
        began = True
        print("writing", flush=True)

Load(library.engine, library.ebooks, job, tell, tombstones=library.tombstones, batch_records=BATCH_EMBEDDED).run()
"""


def start(folder: Path, *paths: Path, rebuild: bool = False) -> "subprocess.Popen[bytes]":
    arguments = [str(folder), "rebuild" if rebuild else "update", *map(str, paths)]
    return subprocess.Popen([sys.executable, "-c", LOADING, *arguments], stdout=subprocess.PIPE)


def state(library: Library) -> tuple[dict[DocumentId, str], int, int]:
    """What is in the index: fingerprints by id, passages, pages."""
    searcher, info = library.engine.searcher(), library.engine.info()
    ids = [item.id for item in searcher.keyword(Query(), 1_000_000).items]
    assert len(ids) == info.documents == len(set(ids))
    return dict(searcher.fingerprints(ids)), info.passages, info.pages


def published(library: Library) -> int:
    """How many documents are there to be found, 0 before the first."""
    try:
        return library.engine.info().documents
    except IndexMissing:
        return 0


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of some batches, with a record that occurs twice, one that is broken and one that is deleted again."""
    records = [record(str(n), f"Judul ke-{n}", "Kaligis, Frans", "Laut") for n in range(12 * BATCH_EMBEDDED)]
    records.insert(2 * BATCH_EMBEDDED, record("7", "Judul ke-7, diperbaiki"))
    records.insert(3 * BATCH_EMBEDDED, b"00050 broken record\x1d")
    records.append(record("9", "Judul ke-9", status="d"))
    return write(tmp_path_factory.mktemp("large") / "besar.mrc", records)


@pytest.fixture(scope="module")
def undisturbed(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("undisturbed")
    with start(folder, large) as process:
        process.communicate()
    assert process.returncode == 0
    return Library(folder)


def test_a_load_killed_again_and_again_ends_with_nothing_lost_or_doubled(
    large: Path, undisturbed: Library, tmp_path: Path
) -> None:
    library = Library(tmp_path / "data")
    chance = random.Random(5)
    kept = []
    for _ in range(5):
        with start(tmp_path / "data", large) as process:
            assert process.stdout is not None
            process.stdout.readline()  # from here on, anywhere in the work
            time.sleep(chance.uniform(0.0, 0.6))
            process.send_signal(signal.SIGKILL)
        held, passages, _ = state(library) if (tmp_path / "data/index/CURRENT").exists() else ({}, 0, 0)
        assert passages == len(held)
        kept.append(len(held))
    assert kept == sorted(kept)  # what one has published, the next does not lose
    with start(tmp_path / "data", large) as process:
        process.communicate()
    assert process.returncode == 0
    assert state(library) == state(undisturbed)


def test_what_was_published_before_a_kill_is_not_embedded_again(large: Path, tmp_path: Path) -> None:
    library = Library(tmp_path / "data")
    with start(tmp_path / "data", large) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while not published(library):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    library = Library(tmp_path / "data")
    before = library.engine.info().documents
    report = library.load(large, embedder=LetterEmbedder())
    assert report.outcomes["unchanged"] >= before - 2  # those that the file has twice, or deletes, are looked at again
    assert report.passages <= report.read - before + 2


def test_a_rebuild_that_is_killed_leaves_the_old_index(large: Path, tmp_path: Path) -> None:
    library = Library(tmp_path / "data")
    library.load(write(tmp_path / "lama.mrc", [record("1", "Yang lama")]))
    with start(tmp_path / "data", large, rebuild=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert library.titles("") == ["Yang lama"]


def test_the_second_load_of_a_file_embeds_nothing(large: Path, undisturbed: Library) -> None:
    before = state(undisturbed)
    embedder = LetterEmbedder()
    report = undisturbed.load(large, embedder=embedder)
    # Only the record that the file holds in two versions is written again; one it brings and deletes comes and goes.
    assert report.outcomes["unchanged"] == report.read - 5
    assert report.passages == embedder.embedded == 1
    assert state(undisturbed) == before


def check(*paths: Path) -> IngestReport:
    return Load(NoEngine(), NoEbooks(), IngestJob(paths, rebuild=True, dry=True)).run()


def test_a_check_reports_what_a_load_would(large: Path, undisturbed: Library, tmp_path: Path) -> None:
    tried = check(large)
    loaded = Library(tmp_path / "data").load(large)
    for name in ("indexed", "updated", "deleted", "refused"):
        assert tried.outcomes[name] == loaded.outcomes[name]
    assert tried.refusals == loaded.refusals
    assert tried.replaced_in_load == loaded.replaced_in_load == 1


def test_a_check_counts_the_records_that_say_they_are_deleted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mrc", [record("1", "Laut"), record("2", "Gunung", status="d")])
    report = check(path)
    assert (report.outcomes["indexed"], report.outcomes["deleted"], report.outcomes["unchanged"]) == (1, 1, 0)


def test_a_check_of_the_samples_finds_their_books_and_refusals() -> None:
    report = check(marc_samples.SAMPLES)
    assert report.attached >= 2
    assert report.outcomes["refused"] == len(report.refusals) > 0
    assert not report.given_up


def test_a_batch_is_bounded_by_what_is_done_with_it() -> None:
    assert BATCH_EMBEDDED < BATCH_RECORDS
