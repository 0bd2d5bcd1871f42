"""What a file is, by its first bytes, also where it is damaged."""

import gzip
import zipfile
from pathlib import Path

import pytest

from ingest.files import FoundFile, find
from ingest.source import Rejected
from tests.support.library import Library
from tests.support.records import record

RECORDS = [record(str(n), f"Judul ke-{n * 7919}") for n in range(200)]


@pytest.mark.parametrize(
    "damaged",
    [
        lambda packed: packed[: len(packed) * 9 // 10],
        lambda packed: packed[:-4],
        lambda packed: packed + b"sampah",
    ],
    ids=["broken off", "without its end", "with more behind it"],
)
def test_a_small_gzip_gives_the_records_before_its_damage(tmp_path: Path, damaged: "object") -> None:
    assert callable(damaged)
    data = damaged(gzip.compress(b"".join(RECORDS)))
    assert sum(map(len, RECORDS)) < 65_536
    (tmp_path / "a.mrc.gz").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.mrc.gz", data)
    for path in (tmp_path / "a.mrc.gz", tmp_path / "b.zip"):
        report = Library(tmp_path / f"data-{path.stem}").load(path)
        assert report.outcomes["indexed"] > 100
        assert [item.code for item in report.refusals] == ["unreadable_file"]


def test_a_gzip_that_gives_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mrc.gz").write_bytes(gzip.compress(RECORDS[0])[:12])
    (found,) = find([tmp_path / "a.mrc.gz"])
    assert isinstance(found, Rejected)


def test_a_head_longer_than_one_block_is_read_whole(tmp_path: Path) -> None:
    # The first 64 kB decide; a gzip gives them in pieces.
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(b"<?xml version='1.0'?>" + b" " * 40_000 + b"<record/>"))
    (found,) = find([tmp_path / "a.xml.gz"])
    assert isinstance(found, FoundFile)


def test_a_data_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.mrc").write_bytes(record("1", "Laut"))
    for inside in ("telusur-data/index/generations/000001/words/meta.json", "telusur-data/ebooks/ab/book.pdf"):
        place = tmp_path / inside
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"%PDF-1.4")
    assert [Path(str(found.path)).name for found in find([tmp_path]) if isinstance(found, FoundFile)] == ["a.mrc"]
    assert not [found for found in find([tmp_path]) if isinstance(found, Rejected)]
