"""Loads that are killed, tried without keeping anything, mended and loaded again, or fed by a drop folder."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import marc_samples
from ingest.drop_folder import DropFolder
from ingest.dry_run import NoEbooks, NoEngine
from ingest.jobs import IngestJob
from ingest.pipeline import BATCH_EMBEDDED, BATCH_RECORDS, Load
from ingest.refused import RefusedRecords
from ingest.report import IngestReport
from ingest.source import Origin, Rejected
from search.document import DocumentId
from search.query import Query
from tests.support.embedders import LetterEmbedder
from tests.support.library import Library
from tests.support.marc_records import made
from tests.support.records import record, write

# A load in a process of its own, publishing after every batch, that says when it has begun to write.
LOADING = """
import sys
from pathlib import Path
from ingest.jobs import IngestJob
from ingest.pipeline import Load
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

Load(library.engine, library.ebooks, job, tell, tombstones=library.tombstones).run()
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
    with start(tmp_path / "data", large) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
    library = Library(tmp_path / "data")
    before = library.engine.info().documents
    assert before
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
    return Load(NoEngine(), NoEbooks(), IngestJob(paths, rebuild=True)).run()


def test_a_check_reports_what_a_load_would(large: Path, undisturbed: Library, tmp_path: Path) -> None:
    tried = check(large)
    loaded = Library(tmp_path / "data").load(large)
    for name in ("indexed", "updated", "deleted", "refused"):
        assert tried.outcomes[name] == loaded.outcomes[name]
    assert tried.refusals == loaded.refusals
    assert tried.replaced_in_load == loaded.replaced_in_load == 1


def test_a_check_of_the_samples_finds_their_books_and_refusals() -> None:
    report = check(marc_samples.SAMPLES)
    assert report.attached >= 2
    assert report.outcomes["refused"] == len(report.refusals) > 0
    assert not report.given_up


UNTITLED = made("001 9", "100 1  $a Kaligis", "264  1 $a Bitung")


def test_refused_records_can_be_mended_and_loaded_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mrc", [record("1", "Satu"), UNTITLED.raw.data, b"00050 broken record\x1d"])
    library = Library(tmp_path / "data")
    with RefusedRecords(tmp_path / "refused") as refused:
        report = Load(library.engine, library.ebooks, IngestJob((path,)), on_refused=refused.add).run()
    assert report.outcomes["refused"] == 2
    kept = tmp_path / "refused" / "refused.mrc"
    assert kept.read_bytes() == UNTITLED.raw.data + b"00050 broken record\x1d"
    again = library.load(kept)
    assert (again.read, again.outcomes["refused"]) == (2, 2)
    kept.write_bytes(record("9", "Kini berjudul"))
    assert library.load(kept).outcomes["indexed"] == 1


def test_refused_xml_is_a_document_that_loads(tmp_path: Path) -> None:
    text = (
        '<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>00000nam a2200000 i 4500</leader>'
        '<controlfield tag="001">x1</controlfield></record></collection>'
    )
    (tmp_path / "a.xml").write_text(text, encoding="utf-8")
    library = Library(tmp_path / "data")
    with RefusedRecords(tmp_path / "refused") as refused:
        Load(library.engine, library.ebooks, IngestJob((tmp_path / "a.xml",)), on_refused=refused.add).run()
    again = library.load(tmp_path / "refused" / "refused.xml")
    assert [item.code for item in again.refusals] == ["no_title"]


def test_an_earlier_load_leaves_no_refused_records_behind(tmp_path: Path) -> None:
    with RefusedRecords(tmp_path) as refused:
        refused.add(Rejected(Origin("a.mrc", 1), "no_title", "x", b"abc\x1d", "marc"))
    with RefusedRecords(tmp_path):
        pass
    assert not (tmp_path / "refused.mrc").exists()


def test_a_dropped_file_is_taken_when_it_has_come_to_rest(tmp_path: Path) -> None:
    folder = DropFolder(tmp_path)
    dropped = write(tmp_path / "a.mrc", [record("1", "Satu")])
    (tmp_path / ".hidden").write_bytes(b"x")
    (tmp_path / "b.mrc.part").write_bytes(b"x")
    (tmp_path / "sub").mkdir()
    assert folder.settled() == []
    dropped.write_bytes(dropped.read_bytes() * 2)  # still being copied
    assert folder.settled() == []
    assert folder.settled() == [dropped]


def test_loaded_and_useless_files_are_put_apart(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    good, bad = write(drop / "a.mrc", [record("1", "Satu")]), write(drop / "b.mrc", [b"surat biasa"])
    report = Library(tmp_path / "data").load(good, bad)
    folder = DropFolder(drop)
    folder.put_away([good, bad], report)
    write(drop / "a.mrc", [record("1", "Satu")])
    folder.put_away([good], report)
    found = sorted(str(path.relative_to(drop)) for path in drop.rglob("*") if path.is_file())
    assert found == ["loaded/a-2.mrc", "loaded/a.mrc", "refused/b.mrc"]


def test_a_batch_is_bounded_by_what_is_done_with_it() -> None:
    assert BATCH_EMBEDDED < BATCH_RECORDS


def test_the_report_tells_of_the_refused_without_their_bytes(tmp_path: Path) -> None:
    report = Library(tmp_path / "data").load(write(tmp_path / "a.mrc", [UNTITLED.raw.data]))
    assert report.refusals[0].data == b""
    report.save(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["refused"] == 1
