"""`telusur ingest` as a person runs it: checks, refused records, a drop folder, a harvest, tables."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.oai_server import OaiServer, sample_records
from tests.support.records import record, write
from tests.support.telusur import Telusur


@pytest.fixture
def telusur(tmp_path: Path) -> Telusur:
    return Telusur(tmp_path)


@pytest.fixture
def mixed(telusur: Telusur) -> Path:
    """A file with two good records and a broken one."""
    return write(telusur.folder / "a.mrc", [record("1", "Satu"), record("2", "Dua"), b"00050 broken record\x1d"])


def test_a_check_keeps_nothing_and_says_so(telusur: Telusur, mixed: Path) -> None:
    said = telusur.run("ingest", str(mixed), "--check", code=1)
    assert "2 indexed" in said
    assert "Nothing was kept" in said
    assert not (telusur.folder / "data").exists()


def test_refused_records_go_into_the_folder_that_is_named(telusur: Telusur, mixed: Path) -> None:
    telusur.run("ingest", str(mixed), "--refused", "salah", code=1)
    assert (telusur.folder / "salah" / "refused.mrc").read_bytes() == b"00050 broken record\x1d"


def test_a_second_load_says_that_nothing_changed(telusur: Telusur) -> None:
    path = write(telusur.folder / "a.mrc", [record("1", "Satu"), record("2", "Dua")])
    telusur.run("ingest", str(path))
    assert "2 unchanged" in telusur.run("ingest", str(path))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["oai"],
        ["oai", "ftp://example.org/oai"],
        ["a.mrc", "--set", "buku"],
        ["a.mrc", "--from", "2024-01-01"],
        ["oai", "http://127.0.0.1:9/oai", "--from", "kemarin"],
        ["oai", "http://127.0.0.1:9/oai", "--check"],
        ["--watch", "no-such-folder"],
        ["a.mrc", "--watch", "."],
        ["a.mrc", "--columns", "no-such-file.toml"],
        ["a.mrc", "--refused", "a.mrc"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_told_and_exits_2(telusur: Telusur, mixed: Path, arguments: list[str]) -> None:
    said = telusur.run("ingest", *arguments, code=2)
    assert "telusur: " in said


def test_ocr_that_is_not_installed_is_told_before_the_load(telusur: Telusur, mixed: Path) -> None:
    assert "ocrmypdf" in telusur.run("ingest", str(mixed), "--ocr", code=2, PATH="/nowhere")


def test_what_is_dropped_into_a_folder_is_loaded_and_put_away(telusur: Telusur) -> None:
    drop = telusur.folder / "drop"
    drop.mkdir()
    environment = {**os.environ, "TELUSUR_DATA": str(telusur.folder / "data"), "TELUSUR_MODEL": "none"}
    watching = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "ingest", "--watch", str(drop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=telusur.folder,
    )
    try:
        write(drop / "a.mrc", [record("1", "Terumbu karang")])
        write(drop / "surat.doc", [b"Yth. Pustakawan"])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (drop / "refused" / "surat.doc").exists():
            time.sleep(0.2)
    finally:
        watching.send_signal(signal.SIGINT)
        said, _ = watching.communicate(timeout=60)
    assert watching.returncode == 1, said.decode()
    assert (drop / "loaded" / "a.mrc").exists()
    (report,) = (drop / "reports").iterdir()
    assert json.loads(report.read_text(encoding="utf-8"))["indexed"] == 1
    assert "Terumbu karang" in telusur.run("search", "terumbu", "--mode", "keyword")


@pytest.fixture(scope="module")
def running() -> Iterator[OaiServer]:
    with OaiServer() as server:
        yield server


@pytest.fixture
def repository(running: OaiServer) -> OaiServer:
    running.control(reset=True)
    return running


def total(telusur: Telusur, *arguments: str) -> int:
    answer = json.loads(telusur.run("search", "", "--json", "--mode", "keyword", *arguments))
    return int(answer["total"])


@pytest.mark.parametrize("prefix", ["marcxml", "oai_dc"])
def test_a_repository_is_harvested_and_again_only_for_what_changed(
    telusur: Telusur, repository: OaiServer, prefix: str
) -> None:
    held = [found.identifier for found in sample_records()]
    said = telusur.run("ingest", "oai", repository.url, "--source", "kampus", "--prefix", prefix)
    assert f"{len(held):,} indexed" in said
    assert total(telusur, "--filter", "source=kampus") == len(held)

    later = {"datestamp": "2024-05-02T00:00:00Z"}
    repository.control(now="2024-05-03T00:00:00Z", records={held[3]: {"deleted": True, **later}, held[4]: later})
    said = telusur.run("ingest", "oai", repository.url, "--source", "kampus", "--prefix", prefix)
    assert "2 read" in said
    assert "1 unchanged, 1 deleted" in said
    assert total(telusur) == len(held) - 1

    repository.control(now="2024-05-05T00:00:00Z")
    said = telusur.run("ingest", "oai", repository.url, "--source", "kampus", "--prefix", prefix)
    assert "0 read" in said


def test_a_harvest_that_breaks_off_keeps_what_it_has_and_goes_on_from_there(
    telusur: Telusur, repository: OaiServer
) -> None:
    repository.control(page=20)
    repository.fault(
        "replace", verb="ListRecords", before="<record", after=base64.b64encode(b"<record <").decode(), skip=2, times=1
    )
    said = telusur.run("ingest", "oai", repository.url, code=1)
    assert "bad_xml" in said
    assert total(telusur) == 40
    held = len(sample_records())
    asked = len(repository.log())
    assert f"{held - 40:,} indexed" in telusur.run("ingest", "oai", repository.url)
    assert "resumptionToken" in repository.log()[asked]
    assert total(telusur) == held


def test_a_rebuild_from_a_repository_takes_all_of_it_or_nothing(telusur: Telusur, repository: OaiServer) -> None:
    held = len(sample_records())
    telusur.run("ingest", "oai", repository.url)
    assert f"{held:,} indexed" in telusur.run("ingest", "oai", repository.url, "--rebuild")
    repository.control(page=20)
    repository.fault("status", verb="ListRecords", status=422, skip=2, times=9)
    said = telusur.run("ingest", "oai", repository.url, "--rebuild", code=3)
    assert "the rebuild is given up" in said
    assert total(telusur) == held


def test_a_repository_that_is_not_there_is_told(telusur: Telusur) -> None:
    said = telusur.run("ingest", "oai", "http://127.0.0.1:9/oai", code=1)
    assert "unreachable" in said
