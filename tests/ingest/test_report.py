"""The report of a load: what it counts by file, and where it is saved."""

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.report import IngestReport
from ingest.source import Origin
from search.document import Vernacular
from tests.support.documents import document
from tests.support.library import Library
from tests.support.marc_records import made
from tests.support.records import write


def test_the_report_tells_of_the_refused_without_their_bytes(tmp_path: Path) -> None:
    untitled = made("001 9", "100 1  $a Kaligis")
    report = Library(tmp_path / "data").load(write(tmp_path / "a.mrc", [untitled.raw.data]))
    assert report.refusals[0].data == b""
    report.save(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["refused"] == 1


def test_records_are_counted_for_their_file_or_its_archive() -> None:
    report = IngestReport()
    report.count("indexed", file="a.zip/x.mrc")
    report.count("unchanged", 2, file="a.zip/y/z.mrc")
    report.count("updated", file="a.zip.mrc")
    report.count("refused", file="b.mrc")
    assert [report.used_of(Path(name)) for name in ("a.zip", "a.zip.mrc", "b.mrc")] == [3, 1, 0]
    report.count("deleted")  # nobody knows of which file
    assert report.used_of(Path("a.zip")) is None


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    IngestReport().save(pipe)
    reader.join(10)
    assert json.loads(got[0])["read"] == 0
    assert pipe.is_fifo()


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "r.json").symlink_to(tmp_path / "real.json")
    (tmp_path / "real.json").write_bytes(b"old")
    IngestReport().save(tmp_path / "r.json")
    assert (tmp_path / "r.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_bytes())["read"] == 0


def test_a_report_that_cannot_be_saved_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    with pytest.raises(OSError, match="r"):
        IngestReport().save(tmp_path / "r")
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_of_damaged_letters_only_what_stands_around_them_is_kept() -> None:
    report = IngestReport()
    summary = "Laut " * 20_000 + "Sul\ufffdwesi" + " laut" * 20_000
    report.find_damage(document("kota.1", "Laut", summary=summary), Origin("a.mrc", 1))
    (found,) = report.damaged
    assert "Sul\ufffdwesi" in found.text
    assert len(found.text) < 100


def test_letters_that_could_not_be_read_are_told_wherever_they_stand() -> None:
    report, origin = IngestReport(), Origin("a.mrc", 1)
    in_script = replace(document("a.2", "Laut"), vernacular=(Vernacular("title", "海\ufffd"),))
    for one in (document("a.1", "La\ufffdt", subject="Ika\ufffd"), in_script, document("a.3", "Laut")):
        report.find_damage(one, origin)
    assert [found.id for found in report.damaged] == ["a.1", "a.2"]
    assert report.damaged_records == 2
