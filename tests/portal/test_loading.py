"""`telusur ingest` as a person runs it: checks, refused records, a drop folder, a harvest, tables."""

import base64
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from ingest.dry_run import NoEngine
from ingest.harvest_state import Harvested, HarvestState, Kept
from ingest.jobs import IngestJob
from portal.commands.loading import harvest_state, load
from portal.settings import read_settings
from tests.support.oai_server import OaiServer, sample_records
from tests.support.pdfs import book, pdf, words
from tests.support.records import record, write
from tests.support.telusur import Telusur

pytestmark = pytest.mark.long


@pytest.fixture
def telusur(tmp_path: Path) -> Telusur:
    return Telusur(tmp_path)


@pytest.fixture
def mixed(telusur: Telusur) -> Path:
    """A file with two good records and a broken one."""
    return write(telusur.folder / "a.mrc", [record("1", "Satu"), record("2", "Dua"), b"00050 broken record\x1d"])


def test_a_check_keeps_nothing_and_says_so(telusur: Telusur, mixed: Path) -> None:
    said = telusur.run("ingest", str(mixed), "--check", code=1)
    assert "2 would be indexed, 0 updated, 0 unchanged, 0 deleted, 1 refused. Nothing was kept" in said
    assert not (telusur.folder / "data").exists()


def test_refused_records_go_into_the_folder_that_is_named(telusur: Telusur, mixed: Path) -> None:
    telusur.run("ingest", str(mixed), "--refused", "salah", code=1)
    assert (telusur.folder / "salah" / "a.refused.mrc").read_bytes() == b"00050 broken record\x1d"


def test_a_refused_record_is_named_by_its_number(telusur: Telusur) -> None:
    authority = record("auth7", "Pramoedya")
    path = write(telusur.folder / "b.mrc", [authority[:6] + b"z" + authority[7:]])
    said = telusur.run("ingest", str(path), "--report", "report.json", code=1)
    assert "b.mrc, record 1 (001 auth7): " in said
    assert json.loads((telusur.folder / "report.json").read_text())["refusals"][0]["control_number"] == "auth7"


# Authority records, and one that breaks off: what they are is read by no mapping.
SET_APART = {
    "a.mrk": b"=LDR  00000nz  a2200000   4500\n=001  mrk\\7\n=100  1\\$aKaligis\n",
    "a.seq": b"000000042 LDR   L 00000nz^^a2200000^^^4500\n000000042 1001  L $$aKaligis\n",
    "b.seq": b"000000042 LDR   L 00000nz^^a2200000^^^4500\n000000042 001   L seq7\n000000042 1001  L $$aKaligis\n",
    "a.json": b'{"leader":"00000nz  a2200000   4500","fields":[{"001":"json7"},{"100":{"ind1":"1","ind2":" ",'
    b'"subfields":[{"a":"Kaligis"}]}}]}',
    "b.json": b'{"leader":"00000nz  a2200000   4500","fields":[{"001":"json7"},{"245":{"subfields":[{"a":"Laut"}',
    "c.json": b'{"record":[["LDR",null,null,"_","00000nz  a2200000   4500"],["001",null,null,"_","json7"],'
    b'["100","1"," ","a","Kaligis"]]}',
}


@pytest.mark.parametrize(
    ("name", "number"),
    list(zip(SET_APART, ("mrk 7", "000000042", "seq7", "json7", "json7", "json7"), strict=True)),
    ids=SET_APART,
)
def test_a_refused_record_of_every_form_is_named_by_its_number(telusur: Telusur, name: str, number: str) -> None:
    (telusur.folder / name).write_bytes(SET_APART[name])
    assert f"{name}, record 1 (001 {number}): " in telusur.run("ingest", name, code=1)


def test_a_record_with_a_damaged_directory_is_named_by_the_number_in_it(telusur: Telusur) -> None:
    sound = record("rusak7", "Laut")
    damaged = sound[:12] + b"99999" + sound[17:24] + b"001xxxxyyyyy" + sound[36:60] + sound[72:]  # an entry is missing
    write(telusur.folder / "a.mrc", [damaged, record("1", "Satu")])
    assert "a.mrc, record 1 (001 rusak7): " in telusur.run("ingest", "a.mrc", code=1)


def test_both_versions_of_a_record_that_the_index_refuses_are_refused(telusur: Telusur) -> None:
    number = "9" * 600
    write(telusur.folder / "a.mrc", [record(number, "Laut"), record("1", "Baik"), record(number, "Gunung")])
    said = telusur.run("ingest", "a.mrc", "--refused", "ditolak", code=1)
    assert "1 indexed, 0 updated, 0 unchanged, 0 deleted, 2 refused" in said
    assert "took the place" not in said
    assert "replaced a record" not in said
    kept = (telusur.folder / "ditolak" / "a.refused.mrc").read_bytes()
    assert kept == record(number, "Laut") + record(number, "Gunung")


def test_a_folder_with_nothing_to_load_is_said_to_be_one(telusur: Telusur) -> None:
    (telusur.folder / "kosong").mkdir()
    (telusur.folder / "kosong" / "foto.jpg").write_bytes(b"x")
    assert "nothing to load in kosong" in telusur.run("ingest", "kosong", code=2)


def test_the_report_of_a_check_says_that_it_is_one(telusur: Telusur, mixed: Path) -> None:
    for arguments, check in (([], False), (["--check"], True)):
        telusur.run("ingest", str(mixed), "--report", "laporan.json", *arguments, code=1)
        assert json.loads((telusur.folder / "laporan.json").read_text())["check"] is check


def test_refusals_are_shown_kind_by_kind_and_where_the_others_are(telusur: Telusur) -> None:
    authority = record("auth7", "Pramoedya")
    broken = [b"00050 broken record\x1d"] * 1_001
    write(telusur.folder / "a.mrc", [record("1", "Satu"), *broken, authority[:6] + b"z" + authority[7:]])
    said = telusur.run("ingest", "a.mrc", code=1).splitlines()
    at = said.index("  refused 1,001: broken_record")
    assert [line.partition(": ")[0] for line in said[at + 1 : at + 7]] == [
        *(f"    a.mrc, record {number}" for number in (2, 3, 4)),
        *("    … and 998 more", "  refused 1", "    a.mrc, record 1003 (001 auth7)"),
    ]
    assert "--report FILE lists them all; --refused FOLDER" in said[at + 7]
    said = telusur.run("ingest", "a.mrc", "--report", "laporan.json", code=1).splitlines()
    assert "  All of them are listed in the report, laporan.json." in said


def test_files_that_cannot_be_read_are_told_with_what_to_do(telusur: Telusur) -> None:
    folder = telusur.folder / "ekspor"
    folder.mkdir()
    (folder / "hilang.mrc").symlink_to("entah-di-mana.mrc")
    (folder / "putar.mrc").symlink_to("putar.mrc")
    packed = gzip.compress(b"".join(record(str(number), f"Judul {number * 7919}") for number in range(300)))
    (folder / "putus.mrc.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "rusak.mrc.gz").write_bytes(packed[:12] + b"\xff" * 200)
    said = telusur.run("ingest", "ekspor", "--report", "laporan.json", code=1)
    report = json.loads((telusur.folder / "laporan.json").read_text(encoding="utf-8"))
    said += "".join(f"{Path(item['file']).name}: {item['reason']}\n" for item in report["refusals"])
    assert "hilang.mrc: The file cannot be read. It is not there, or is a link to nothing: see where it went" in said
    assert "putar.mrc: The file cannot be read. It is a link that leads back to itself" in said
    assert "putus.mrc.gz: The rest of the file cannot be read. It is damaged or breaks off: pack it or fetch it" in said
    assert "rusak.mrc.gz: The file cannot be read. It is damaged or breaks off" in said
    assert "Err" not in said


def test_files_and_folders_that_one_may_not_read_are_told_with_what_to_do(telusur: Telusur) -> None:
    (telusur.folder / "ekspor" / "tutup").mkdir(parents=True)
    write(telusur.folder / "ekspor" / "a.mrc", [record("1", "Satu")]).chmod(0)
    (telusur.folder / "b.pdf").write_bytes(pdf([words("Laut")]))
    (telusur.folder / "b.pdf").chmod(0)
    (telusur.folder / "ekspor" / "tutup").chmod(0)
    if os.access(telusur.folder / "b.pdf", os.R_OK):
        pytest.skip("this user may read everything")
    said = telusur.run("ingest", "ekspor", "b.pdf", code=1)
    assert said.count("The file cannot be read. The user who loads may not read it") == 2
    assert said.count("The folder cannot be read. The user who loads may not read it") == 1
    assert "Errno" not in said


def test_a_file_in_a_folder_that_one_may_not_enter_is_told(telusur: Telusur) -> None:
    closed = telusur.folder / "ekspor"
    closed.mkdir()
    write(closed / "a.mrc", [record("1", "Satu")])
    (telusur.folder / "putar.mrc").symlink_to("putar.mrc")
    assert "putar.mrc cannot be looked at. It is a link that leads back" in telusur.run("ingest", "putar.mrc", code=2)
    closed.chmod(0o400)
    if os.access(closed, os.X_OK):
        pytest.skip("this user may enter every folder")
    assert "a.mrc cannot be looked at. The user who loads may not" in telusur.run("ingest", "ekspor/a.mrc", code=2)
    assert "a.mrc: The file cannot be read. The user who loads may not" in telusur.run("ingest", "ekspor", code=1)


def test_what_cannot_be_kept_as_a_file_is_told(telusur: Telusur) -> None:
    (telusur.folder / "a.csv").write_text("Judul;Tahun\nLaut;2010\n;2011\n", encoding="utf-8")
    said = telusur.run("ingest", "a.csv", "--refused", "salah", code=1)
    assert "in the report only (rows of tables, harvested Dublin Core, whole files): 1." in said


@pytest.mark.parametrize("refused", ["ditolak", ".", "ditolak/baru", "tautan"])
def test_files_that_are_loaded_are_not_replaced_by_those_refused(telusur: Telusur, refused: str) -> None:
    (telusur.folder / "ditolak").mkdir()
    (telusur.folder / "tautan").symlink_to("ditolak")
    mended = write(telusur.folder / "ditolak" / "a.refused.mrc", [record("1", "Diperbaiki")])
    assert "another folder" in telusur.run("ingest", "ditolak", "--refused", refused, code=2)
    assert "another folder" in telusur.run("ingest", "ditolak/a.refused.mrc", "--refused", "ditolak", code=2)
    assert mended.exists()
    assert "1 indexed" in telusur.run("ingest", "ditolak", "--refused", "lain")


def test_a_check_of_nothing_but_refusals_or_deletions_is_no_rebuild_given_up(telusur: Telusur) -> None:
    write(telusur.folder / "a.mrc", [b"00050 broken record\x1d"])
    assert "rebuild" not in telusur.run("ingest", "a.mrc", "--check", code=1)
    write(telusur.folder / "b.mrc", [record("1", "Satu", status="d")])
    assert "rebuild" not in telusur.run("ingest", "b.mrc", "--check")


def test_damaged_tombstones_are_named(telusur: Telusur, mixed: Path) -> None:
    (telusur.folder / "data").mkdir()
    (telusur.folder / "data" / "tombstones.sqlite3").write_bytes(b"sampah" * 300)
    said = telusur.run("ingest", "a.mrc", code=3)
    assert "tombstones.sqlite3 is damaged" in said
    assert "move it away" in said


def test_an_ebook_store_that_takes_nothing_ends_the_load_and_is_named(telusur: Telusur) -> None:
    (telusur.folder / "data").mkdir()
    (telusur.folder / "data" / "ebooks").write_bytes(b"a file where the folder should be")
    (telusur.folder / "laut.pdf").write_bytes(pdf([words("Laut")]))
    said = telusur.run("ingest", "laut.pdf", code=3)
    assert "e-book store" in said
    assert "Errno" not in said
    assert "goes on from there" in said


def test_a_report_that_cannot_be_saved_is_told_after_it_was_shown(telusur: Telusur, mixed: Path) -> None:
    (telusur.folder / "laporan.json.part").mkdir()
    said = telusur.run("ingest", "a.mrc", "--report", "laporan.json", code=3)
    assert "2 indexed" in said
    assert "could not be saved as laporan.json" in said


# By the name that /dev/stdout leads to: there, nothing could be replaced by mistake.
@pytest.mark.skipif(not Path("/proc/self/fd/1").exists(), reason="needs a system that names open files")
def test_the_report_goes_to_standard_output_behind_the_one_for_people(telusur: Telusur, mixed: Path) -> None:
    said = telusur.run("ingest", "a.mrc", "--report", "/proc/self/fd/1", code=1)
    assert '"indexed": 2' in said[said.index("2 indexed") :]
    with (telusur.folder / "out").open("wb") as out:
        command = [sys.executable, "-m", "portal.cli", "ingest", "a.mrc", "--report", "/proc/self/fd/1"]
        environment = {**os.environ, "TELUSUR_DATA": str(telusur.folder / "data"), "TELUSUR_MODEL": "none"}
        subprocess.run(command, stdout=out, cwd=telusur.folder, env=environment, check=False)
    said = (telusur.folder / "out").read_text(encoding="utf-8")
    assert '"unchanged": 2' in said[said.index("2 unchanged") :]


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
        ["a.mrc", "--refused", "a.mrc/salah"],
        ["a.mrc", "--refused", "."],
        ["a.mrc", "--report", "."],
        ["a.mrc", "--report", "a.mrc"],
        ["a.mrc", "--report", "no-such-folder/laporan.json"],
        ["a.mrc", "--prefix", "oai_dc"],
        ["--watch", ".", "--report", "laporan.json"],
        ["a.mrc", "--remove-missing"],
        [".", "--rebuild", "--remove-missing"],
        ["oai", "http://127.0.0.1:9/oai", "--workers", "2"],
        ["oai", "http://127.0.0.1:9/oai", "--columns", "kolom.toml"],
        ["oai", "http://127.0.0.1:9/oai", "--ocr"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_told_and_exits_2(telusur: Telusur, mixed: Path, arguments: list[str]) -> None:
    said = telusur.run("ingest", *arguments, code=2)
    assert "telusur: " in said


def test_ocr_that_is_not_installed_is_told_before_the_load(telusur: Telusur, mixed: Path) -> None:
    assert "ocrmypdf" in telusur.run("ingest", str(mixed), "--ocr", code=2, PATH="/nowhere")


# The same with looks that are nearer to each other: a file is taken at the second of two that found it alike.
WATCH_OFTEN = """
import sys, threading
from pathlib import Path
from ingest.jobs import IngestJob
from portal.commands.loading import watch
from portal.settings import read_settings
from search.opening import open_engine
settings = read_settings()
engine = open_engine(settings.search)
sys.exit(watch(settings, IngestJob(()), Path(sys.argv[1]), threading.Event(), engine, look_s=0.1))
"""


class Watching:
    """`telusur ingest --watch` at work on the folder "drop", until the block ends."""

    def __init__(self, telusur: Telusur, *, often: bool = False) -> None:
        self._telusur = telusur
        self._program = ["-c", WATCH_OFTEN] if often else ["-m", "portal.cli", "ingest", "--watch"]
        self._log = telusur.folder / "log"
        self.drop = telusur.folder / "drop"

    def __enter__(self) -> "Watching":
        self.drop.mkdir(exist_ok=True)
        data = {"TELUSUR_DATA": str(self._telusur.folder / "data"), "TELUSUR_MODEL": "none"}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._program, str(self.drop)],
                stdout=log,
                stderr=log,
                env={**os.environ, **data},
                cwd=self._telusur.folder,
            )
        self.until(lambda: "Watching" in self.said)
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def put(self, name: str, *records: bytes) -> None:
        """Drop a file that was made a while ago."""
        path = write(self.drop / f"{name}.tmp", list(records))
        os.utime(path, (time.time() - 60, time.time() - 60))
        path.rename(self.drop / name)

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not done():
            assert time.monotonic() < deadline, self.said
            assert self._process.poll() is None, self.said
            time.sleep(0.1)

    def end(self, how: signal.Signals) -> int:
        self._process.send_signal(how)
        return self._process.wait(60)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_is_dropped_into_a_folder_is_loaded_and_put_away(telusur: Telusur, how: signal.Signals) -> None:
    with Watching(telusur) as watching:
        watching.put("a.mrc", record("1", "Terumbu karang"))
        watching.put("surat.doc", b"Yth. Pustakawan")
        watching.until((watching.drop / "refused" / "surat.doc").exists)
        watching.until((watching.drop / "loaded" / "a.mrc").exists)
        assert watching.end(how) == 1, watching.said
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in (watching.drop / "reports").iterdir()]
    assert sum(report["indexed"] for report in reports) == 1
    assert "Terumbu karang" in telusur.run("search", "terumbu", "--mode", "keyword")


def test_a_folder_that_is_dropped_is_loaded(telusur: Telusur) -> None:
    with Watching(telusur, often=True) as watching:
        made = telusur.folder / "kiriman"
        made.mkdir()
        write(made / "a.mrc", [record("1", "Terumbu karang")])
        (made / "b.mrc").symlink_to(write(telusur.folder / "rahasia.mrc", [record("2", "Rahasia")]))
        for path in (made / "a.mrc", telusur.folder / "rahasia.mrc", made):
            os.utime(path, (time.time() - 60, time.time() - 60))
        made.rename(watching.drop / "kiriman")
        watching.until((watching.drop / "loaded" / "kiriman" / "a.mrc").exists)
        assert "This is a link" in watching.said
        assert watching.end(signal.SIGTERM) == 1, watching.said
    assert total(telusur) == 1


def test_a_watch_outlives_what_happens_to_its_folders_and_the_index(telusur: Telusur) -> None:
    damaged = telusur.folder / "data" / "index" / "CURRENT"
    damaged.parent.mkdir(parents=True)
    damaged.write_text('{"generation": "000001-x", "previous": ""}', encoding="utf-8")
    with Watching(telusur, often=True) as watching:
        drop, away = watching.drop, watching.drop.with_name("away")
        (drop / "reports").mkdir()
        (drop / "reports").rename(away)
        watching.put("a.mrc", record("1", "Satu"))
        watching.until(lambda: "damaged" in watching.said)
        (drop / "reports").symlink_to("nowhere/at/all")
        shutil.rmtree(damaged.parent)
        watching.until((drop / "loaded" / "a.mrc").exists)
        assert "the report could not be saved" in watching.said
        assert watching.said.count("is damaged") == 1

        drop.rename(away / "drop")
        watching.until(lambda: "cannot be read" in watching.said)
        (away / "drop").rename(drop)
        shutil.rmtree(drop / "loaded")
        watching.put("loaded", record("3", "Tiga"))
        watching.put("b.mrc", record("2", "Dua"))
        watching.until(lambda: "b.mrc was read, but could not be moved aside" in watching.said)
        assert watching.end(signal.SIGTERM) == 0
    assert total(telusur) == 3


def test_a_watch_begins_no_new_index_where_the_one_it_knew_is_gone(telusur: Telusur) -> None:
    data = telusur.folder / "data"
    with Watching(telusur, often=True) as watching:
        watching.put("a.mrc", record("1", "Satu"))
        watching.until((watching.drop / "loaded" / "a.mrc").exists)
        data.rename(data.with_name("away"))
        watching.put("b.mrc", record("2", "Dua"))
        watching.until(lambda: "The index was there and is gone" in watching.said)
        assert not (data / "index").exists()
        data.with_name("away").rename(data)
        watching.until((watching.drop / "loaded" / "b.mrc").exists)
        assert watching.end(signal.SIGTERM) == 0
    assert total(telusur) == 2


def test_ebooks_that_are_gone_from_their_folder_are_told_with_what_to_do(telusur: Telusur) -> None:
    folder = telusur.folder / "ebooks"
    folder.mkdir()
    for name in ("satu", "dua"):
        book(folder / f"{name}.pdf", (f"Terumbu karang di Selat Lembeh, buku {name}.",))
    telusur.run("ingest", "ebooks")
    (folder / "satu.pdf").unlink()
    said = telusur.run("ingest", "ebooks")
    assert "gone from their folder, and still in the catalogue: 1 e-book. To take" in said
    assert "satu (satu.pdf)" in said
    assert "--remove-missing" in said
    assert "taken out of the catalogue: 1 e-book\n" in telusur.run("ingest", "ebooks", "--remove-missing")
    assert "gone" not in telusur.run("ingest", "ebooks")
    (folder / "dua.pdf").unlink()
    said = telusur.run("ingest", "ebooks", "--remove-missing")
    assert "disk is connected" in said
    assert "the same command" not in said


def test_records_whose_letters_could_not_be_read_are_told(telusur: Telusur) -> None:
    mixed = record("1", "Pantai Andr\xe9 dan laut", "N\xfa\xf1ez, Ana").replace("Andr\xe9".encode(), b"Andr\xe9 ")
    path = write(telusur.folder / "a.mrc", [mixed, record("2", "Laut")])
    said = telusur.run("ingest", str(path), "--report", "report.json")
    assert "1 record with letters that could not be read" in said
    assert "katalog.1, " in said
    report = json.loads((telusur.folder / "report.json").read_text(encoding="utf-8"))
    assert report["damaged_records"] == 1
    assert [(found["id"], found["position"]) for found in report["damaged"]] == [("katalog.1", 1)]


def test_wrong_use_of_the_database_exits_2(telusur: Telusur) -> None:
    assert "holds no backup" in telusur.run("db", "restore", str(telusur.folder), code=2)


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


def test_a_harvest_asks_for_everything_where_the_index_lost_what_it_brought(
    telusur: Telusur, repository: OaiServer
) -> None:
    held = len(sample_records())
    harvest = ("ingest", "oai", repository.url, "--source", "kampus")
    write(telusur.folder / "a.mrc", [record("1", "Satu")])
    assert f"{held:,} indexed" in telusur.run(*harvest)

    telusur.run("ingest", "a.mrc", "--rebuild")
    assert f"{held:,} indexed" in telusur.run(*harvest)
    assert total(telusur) == held + 1

    shutil.rmtree(telusur.folder / "data" / "index")
    assert f"{held:,} indexed" in telusur.run(*harvest)

    shutil.rmtree(telusur.folder / "data" / "index")
    telusur.run("ingest", "a.mrc")  # from here on there is an index again
    assert f"{held:,} indexed" in telusur.run(*harvest)
    assert "0 read" in telusur.run(*harvest, "--from", "2024-05-01")


def test_a_rebuild_from_one_repository_forgets_the_others_and_keeps_itself(
    telusur: Telusur, repository: OaiServer
) -> None:
    held = len(sample_records())
    telusur.run("ingest", "oai", repository.url, "--source", "lain")
    telusur.run("ingest", "oai", repository.url, "--source", "kampus", "--rebuild")
    repository.control(now="2024-05-03T00:00:00Z")
    assert "0 read" in telusur.run("ingest", "oai", repository.url, "--source", "kampus")
    assert f"{held:,} read" in telusur.run("ingest", "oai", repository.url, "--source", "lain")


def test_a_rebuild_that_is_given_up_forgets_nothing(telusur: Telusur, repository: OaiServer) -> None:
    telusur.run("ingest", "oai", repository.url)
    (telusur.folder / "kosong").mkdir()
    telusur.run("ingest", "kosong", "--rebuild", code=3)
    repository.control(now="2024-05-03T00:00:00Z")
    assert "0 read" in telusur.run("ingest", "oai", repository.url)


class BrokenOff(NoEngine):
    """Ctrl-C comes a second time as soon as the index is opened."""

    def updating(self, embedder: str = "", dimensions: int = 0) -> NoReturn:
        raise KeyboardInterrupt


def test_a_load_that_is_broken_off_says_what_remains(tmp_path: Path) -> None:
    settings = read_settings({"TELUSUR_DATA": str(tmp_path)})
    with pytest.raises(KeyboardInterrupt, match="What was published until then stays; the same command again"):
        load(settings, IngestJob((write(tmp_path / "a.mrc", [record("1", "Laut")]),)), engine=BrokenOff())


def test_each_index_has_harvests_of_its_own(tmp_path: Path) -> None:
    what = Harvested("kampus", "https://example.org/oai", "", "marcxml")

    def state(engine: str, index: str = "telusur") -> HarvestState:
        variables = {"TELUSUR_DATA": str(tmp_path), "TELUSUR_ENGINE": engine, "TELUSUR_ENGINE_INDEX": index}
        return harvest_state(read_settings(variables))

    state("embedded").save(what, Kept("2024-05-01"))
    state("http://a:9200,http://b:9200").save(what, Kept("2024-05-02"))
    assert state("embedded").load(what) == Kept("2024-05-01")
    assert state("http://b:9200/,http://a:9200").load(what) == Kept("2024-05-02")
    assert state("http://a:9200,http://b:9200", "lain").load(what) == Kept()


def test_a_set_that_is_not_there_is_told_and_changes_nothing(telusur: Telusur, repository: OaiServer) -> None:
    said = telusur.run("ingest", "oai", repository.url, "--set", "NO_SUCH_SET", code=2)
    assert "no set 'NO_SUCH_SET'. It has: gpo_indonesia, gpo_languages, indonesia." in said
    telusur.run("ingest", "oai", repository.url, "--set", "gpo_indonesia")
    held = total(telusur)
    assert "0 read" in telusur.run("ingest", "oai", repository.url, "--set", "gpo_indonesia", "--from", "2024-04-01")
    telusur.run("ingest", "oai", repository.url, "--set", "NO_SUCH_SET", "--rebuild", code=2)
    assert total(telusur) == held > 0


def test_a_repository_that_is_not_there_is_told(telusur: Telusur) -> None:
    said = telusur.run("ingest", "oai", "http://127.0.0.1:9/oai", code=3)
    assert "unreachable" in said
