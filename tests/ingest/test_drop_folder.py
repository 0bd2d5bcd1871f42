"""A drop folder: what is taken from it and when, and where it goes."""

import gzip
import os
import time
import zipfile
from pathlib import Path

import pytest

from ingest.drop_folder import QUIET_S, DropFolder
from ingest.report import IngestReport
from tests.support.library import Library
from tests.support.marc_records import made
from tests.support.records import record, write

BROKEN = b"00050 broken record\x1d"


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "data")


def aged(path: Path, seconds: float) -> Path:
    """The file as if it had been written to that long ago."""
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def eager(drop: Path) -> DropFolder:
    """A folder whose files are at rest when they are seen twice."""
    return DropFolder(drop, quiet_s=0)


def settled(folder: DropFolder) -> list[Path]:
    folder.settled()
    return folder.settled()


def places(drop: Path) -> list[str]:
    return sorted(str(path.relative_to(drop)) for path in drop.rglob("*") if path.is_file())


def test_a_dropped_file_is_taken_when_it_has_come_to_rest(drop: Path) -> None:
    folder = eager(drop)
    dropped = write(drop / "a.mrc", [record("1", "Satu")])
    (drop / ".hidden").write_bytes(b"x")
    (drop / "b.mrc.part").write_bytes(b"x")
    (drop / "sub").mkdir()
    assert folder.settled() == []
    dropped.write_bytes(dropped.read_bytes() * 2)  # still being copied
    assert folder.settled() == []
    assert folder.settled() == [dropped]


def test_what_is_neither_file_nor_folder_is_told_once(drop: Path) -> None:
    folder = eager(drop)
    (drop / "b.mrc").symlink_to(write(drop.parent / "b.mrc", [record("1", "Satu")]))
    os.mkfifo(drop / "a.mrc")
    (drop / "reports").symlink_to("nowhere/at/all")
    assert settled(folder) == []
    assert folder.strange() == [drop / "a.mrc", drop / "b.mrc"]
    folder.settled()
    assert folder.strange() == []
    (drop / "b.mrc").unlink()
    folder.settled()
    assert folder.strange() == []
    (drop / "b.mrc").symlink_to("elsewhere")
    assert settled(folder) == []
    assert folder.strange() == [drop / "b.mrc"]


def test_a_copy_that_stalls_is_not_taken(drop: Path) -> None:
    folder = DropFolder(drop)
    dropped = aged(write(drop / "a.mrc", [record("1", "Satu")]), QUIET_S / 2)
    assert [folder.settled() for _ in range(3)] == [[], [], []]
    aged(dropped, QUIET_S + 1)
    assert folder.settled() == []  # it looks different now
    assert folder.settled() == [dropped]


def test_a_folder_whose_clock_is_ahead_gives_its_files_too(drop: Path) -> None:
    folder, patient = DropFolder(drop, quiet_s=0.3), DropFolder(drop, quiet_s=600)
    dropped = aged(write(drop / "a.mrc", [record("1", "Satu")]), -3600)
    assert folder.settled() == settled(patient) == []
    time.sleep(0.4)
    assert folder.settled() == [dropped]


def test_loaded_and_useless_files_are_put_apart(drop: Path, library: Library) -> None:
    good, bad = write(drop / "a.mrc", [record("1", "Satu")]), write(drop / "b.mrc", [b"surat biasa"])
    folder = eager(drop)
    folder.put_away(settled(folder), library.load(good, bad))
    write(drop / "a.mrc", [record("1", "Satu")])
    assert not folder.put_away(settled(folder), library.load(good))
    assert places(drop) == ["loaded/a-2.mrc", "loaded/a.mrc", "refused/b.mrc"]


def zipped(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.mrc", data)
    return path


def test_a_file_is_loaded_when_anything_in_it_was_used(drop: Path, library: Library) -> None:
    untitled = made("001 9", "100 1  $a Kaligis").raw.data
    packed = gzip.compress(b"".join(record(str(n), f"Judul ke-{n * 7919}") for n in range(300)))
    write(drop / "terpotong.mrc.gz", [packed[: len(packed) // 2]])
    write(drop / "tanpa-judul.mrc", [untitled, untitled])
    write(drop / "sebagian.mrc", [BROKEN, record("x1", "Satu")])
    write(drop / "sama.mrc", [record("x1", "Satu")])
    zipped(drop / "baik.zip", surat=b"Yth.", buku=record("x2", "Dua"))
    zipped(drop / "surat.zip", surat=b"Yth.", lain=untitled)
    folder = eager(drop)
    paths = settled(folder)
    assert not folder.put_away(paths, library.load(*paths))
    assert places(drop) == [
        *("loaded/baik.zip", "loaded/sama.mrc", "loaded/sebagian.mrc", "loaded/terpotong.mrc.gz"),
        *("refused/surat.zip", "refused/tanpa-judul.mrc"),
    ]


def test_a_dropped_folder_is_taken_when_all_in_it_has_come_to_rest(drop: Path, library: Library) -> None:
    folder = eager(drop)
    (drop / "kiriman" / "dalam").mkdir(parents=True)
    assert settled(folder) == []  # nothing lies in it yet
    write(drop / "kiriman" / "a.mrc", [record("1", "Satu")])
    unfinished = write(drop / "kiriman" / "dalam" / "b.mrc.part", [record("2", "Dua")])
    assert settled(folder) == []
    unfinished.rename(unfinished.with_name("b.mrc"))
    assert folder.settled() == []
    write(drop / "kiriman" / "dalam" / "c.mrc", [record("3", "Tiga")])
    assert folder.settled() == []
    paths = folder.settled()
    assert paths == [drop / "kiriman"]
    report = library.load(*paths, links=False)
    assert report.outcomes["indexed"] == 3
    assert folder.put_away(paths, report) == []
    assert places(drop) == [f"loaded/kiriman/{name}" for name in ("a.mrc", "dalam/b.mrc", "dalam/c.mrc")]
    assert settled(folder) == []


def test_a_folder_in_which_something_was_written_lately_is_not_taken(drop: Path) -> None:
    folder = DropFolder(drop)
    (drop / "kiriman").mkdir()
    aged(write(drop / "kiriman" / "a.mrc", [record("1", "Satu")]), QUIET_S + 1)
    late = aged(write(drop / "kiriman" / "b.mrc", [record("2", "Dua")]), QUIET_S / 2)
    aged(drop / "kiriman", QUIET_S + 1)
    assert settled(folder) == []
    aged(late, QUIET_S + 1)
    assert settled(folder) == [drop / "kiriman"]


def test_a_folder_that_changed_during_the_load_is_left_and_taken_again(drop: Path, library: Library) -> None:
    folder = eager(drop)
    (drop / "kiriman").mkdir()
    write(drop / "kiriman" / "a.mrc", [record("1", "Satu")])
    paths = settled(folder)
    report = library.load(*paths)
    write(drop / "kiriman" / "b.mrc", [record("2", "Dua")])
    assert folder.put_away(paths, report) == []
    assert settled(folder) == paths


def test_a_folder_with_nothing_for_us_is_put_apart_and_named(drop: Path, library: Library) -> None:
    folder = eager(drop)
    (drop / "foto").mkdir()
    (drop / "foto" / "a.jpg").write_bytes(b"x")
    paths = settled(folder)
    (problem,) = folder.put_away(paths, library.load(*paths))
    assert str(drop / "foto") in problem
    assert places(drop) == ["refused/foto/a.jpg"]


def test_what_programs_leave_in_a_folder_is_no_dropped_file(drop: Path) -> None:
    folder = eager(drop)
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "~$katalog.xlsx", ".~lock.katalog.xlsx#"):
        (drop / name).write_bytes(b"x")
    assert settled(folder) == []


def test_links_in_a_dropped_folder_lead_nowhere(drop: Path, library: Library, tmp_path: Path) -> None:
    folder = eager(drop)
    (drop / "kiriman").mkdir()
    (drop / "kiriman" / "a.mrc").symlink_to(write(tmp_path / "rahasia.mrc", [record("1", "Rahasia")]))
    paths = settled(folder)
    report = library.load(*paths, links=False)
    assert (report.outcomes["indexed"], report.reasons["unreadable_file"]) == (0, 1)
    assert not folder.put_away(paths, report)
    assert (drop / "refused" / "kiriman" / "a.mrc").is_symlink()


def test_a_file_replaced_during_the_load_is_left_and_taken_again(drop: Path, library: Library) -> None:
    path = write(drop / "katalog.mrc", [record("1", "Senin")])
    folder = eager(drop)
    paths = settled(folder)
    report = library.load(*paths)
    write(drop / "baru", [record("2", "Selas")])  # as large as the one before
    os.utime(drop / "baru", ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    (drop / "baru").replace(path)
    assert folder.put_away(paths, report) == []
    assert places(drop) == ["katalog.mrc"]
    assert settled(folder) == [path]


def test_a_file_that_is_gone_is_passed_over(drop: Path, library: Library) -> None:
    path = write(drop / "a.mrc", [record("1", "Satu")])
    folder = eager(drop)
    paths = settled(folder)
    report = library.load(*paths)
    path.unlink()
    assert folder.put_away(paths, report) == []


def test_a_file_that_cannot_be_moved_is_told_once_and_not_given_again(drop: Path, library: Library) -> None:
    path = write(drop / "a.mrc", [record("1", "Satu")])
    folder = eager(drop)
    paths = settled(folder)
    (drop / "loaded").write_bytes(b"catatan")  # a file where the folder should be
    (problem,) = folder.put_away(paths, library.load(*paths))
    assert str(path) in problem
    assert path not in settled(folder)
    write(path, [record("2", "Dua buku")])
    assert path in settled(folder)


def test_a_folder_that_is_gone_is_an_error_and_may_come_back(drop: Path) -> None:
    path = write(drop / "a.mrc", [record("1", "Satu")])
    folder = eager(drop)
    folder.settled()
    drop.rename(drop.with_name("away"))
    with pytest.raises(OSError, match="drop"):
        folder.settled()
    drop.with_name("away").rename(drop)
    assert folder.settled() == [path]


def test_where_records_were_not_counted_by_file_one_refused_whole_is_useless(drop: Path) -> None:
    report = IngestReport()
    report.count("indexed")
    folder = eager(drop)
    write(drop / "a.mrc", [record("1", "Satu")])
    folder.put_away(settled(folder), report)
    assert places(drop) == ["loaded/a.mrc"]
