"""Refused records as files: none lost, none melted into another, mended and loaded again."""

import resource
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.jobs import IngestJob
from ingest.pipeline import Load
from ingest.refused import RefusedError, RefusedRecords
from ingest.report import IngestReport
from ingest.source import Origin, RecordFormat, Rejected
from tests.support.library import Library
from tests.support.marc_records import made
from tests.support.records import record, write

UNTITLED = made("001 9", "100 1  $a Kaligis", "264  1 $a Bitung")
BROKEN = b"00050 broken record\x1d"


def load(library: Library, folder: Path, *paths: Path) -> IngestReport:
    """A load that keeps its refused records in `folder`."""
    with RefusedRecords(folder) as refused:
        return Load(library.engine, library.ebooks, IngestJob(paths), on_refused=refused.add).run()


def rejected(file: str, data: bytes, format: RecordFormat = "marc") -> Rejected:
    return Rejected(Origin(file, 1), "broken_record", "x", data, format)


def kept(folder: Path, *items: Rejected) -> Mapping[str, bytes]:
    """The files that are made of refused records, by name."""
    with RefusedRecords(folder) as refused:
        for item in items:
            refused.add(item)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_refused_records_can_be_mended_and_loaded_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mrc", [record("1", "Satu"), UNTITLED.raw.data, BROKEN])
    library = Library(tmp_path / "data")
    assert load(library, tmp_path / "refused", path).outcomes["refused"] == 2
    file = tmp_path / "refused" / "a.refused.mrc"
    assert file.read_bytes() == UNTITLED.raw.data + BROKEN
    again = library.load(file)
    assert (again.read, again.outcomes["refused"]) == (2, 2)
    file.write_bytes(record("9", "Kini berjudul"))
    assert library.load(file).outcomes["indexed"] == 1


def test_refused_xml_is_a_document_that_loads(tmp_path: Path) -> None:
    text = (
        '<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>00000nam a2200000 i 4500</leader>'
        '<controlfield tag="001">x1</controlfield></record></collection>'
    )
    (tmp_path / "a.xml").write_text(text, encoding="utf-8")
    library = Library(tmp_path / "data")
    load(library, tmp_path / "refused", tmp_path / "a.xml")
    again = library.load(tmp_path / "refused" / "a.refused.xml")
    assert [item.code for item in again.refusals] == ["no_title"]


LEADERLESS = b"=100  ##$$a B\n=999  ##$$a x"
IN_MARCMAKER = b"=LDR  00000nam a2200000 i 4500\n=100  1\\$aA"
IN_ALEPH = b"000000001 1001  L $$aKel"


@pytest.mark.parametrize(
    "items",
    [
        [rejected("a.mrk", IN_MARCMAKER, "marcmaker"), rejected("b.mrk", LEADERLESS, "marcmaker")],
        [rejected("a.mrk", IN_MARCMAKER, "marcmaker"), rejected("a.mrk", LEADERLESS, "marcmaker")],
        [rejected("a.mrk", LEADERLESS, "marcmaker"), rejected("a.mrk", LEADERLESS, "marcmaker")],
        [rejected("a.seq", IN_ALEPH, "aleph"), rejected("b.seq", IN_ALEPH, "aleph")],
        [rejected("a.seq", IN_ALEPH, "aleph"), rejected("a.seq", IN_ALEPH, "aleph")],
        [rejected("a.mrc", BROKEN), rejected("b.mrc", BROKEN)],
    ],
    ids=["marcmaker", "marcmaker of one file", "without leaders", "aleph", "aleph of one file", "marc"],
)
def test_refused_records_do_not_melt_into_one(tmp_path: Path, items: list[Rejected]) -> None:
    kept(tmp_path / "refused", *items)
    assert Library(tmp_path / "data").load(tmp_path / "refused").read == 2


def test_each_source_file_has_a_file_of_its_own_under_a_safe_name(tmp_path: Path) -> None:
    sources = [
        "x/Buku.mrc",
        "y/buku.mrc.gz",
        "buku-2.mrc",
        "kirim.zip/../.ssh\x1b.mrc",
        "caf\udce9.mrc",
        "é" * 99 + ".mrc",
    ]
    found = kept(tmp_path, *(rejected(source, BROKEN) for source in sources))
    names = ["Buku", "buku-2", "buku-2-2", "ssh_", "caf_", "é" * 50]
    assert found == {f"{name}.refused.mrc": BROKEN for name in names}


def test_what_is_refused_of_a_refused_file_keeps_its_name(tmp_path: Path) -> None:
    assert list(kept(tmp_path, rejected("ditolak/a.refused.mrc", BROKEN))) == ["a.refused.mrc"]


def test_thousands_of_source_files_do_not_need_as_many_open_ones(tmp_path: Path) -> None:
    found = kept(tmp_path, *(rejected(f"{n}.mrc", BROKEN) for _ in range(2) for n in range(2_000)))
    assert len(found) == 2_000
    assert set(found.values()) == {BROKEN * 2}


def test_dublin_core_and_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    with RefusedRecords(tmp_path) as refused:
        refused.add(rejected("https://example.org/oai", b"<dc/>", "oai_dc"))
        refused.add(Rejected(Origin("a.csv", 2), "no_title", "x"))
        refused.add(rejected("a.mrc", BROKEN))
    assert (refused.kept, refused.left_out) == (1, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a.refused.mrc"]


def test_an_earlier_load_leaves_no_refused_records_behind(tmp_path: Path) -> None:
    kept(tmp_path, rejected("a.mrc", BROKEN), rejected("b.mrc", BROKEN))
    (tmp_path / "catatan.txt").write_bytes(b"milik orang")
    assert list(kept(tmp_path, rejected("b.mrc", BROKEN * 2))) == ["b.refused.mrc", "catatan.txt"]


def test_files_of_an_earlier_load_stay_until_this_one_ends(tmp_path: Path) -> None:
    kept(tmp_path, rejected("a.mrc", BROKEN))
    with RefusedRecords(tmp_path) as refused:
        refused.add(rejected("a.mrc", BROKEN * 2))
        assert (tmp_path / "a.refused.mrc").read_bytes() == BROKEN
    assert (tmp_path / "a.refused.mrc").read_bytes() == BROKEN * 2


def test_a_load_that_breaks_off_leaves_the_files_of_the_earlier_one(tmp_path: Path) -> None:
    kept(tmp_path, rejected("a.mrc", BROKEN))
    with suppress(KeyboardInterrupt), RefusedRecords(tmp_path) as refused:
        refused.add(rejected("b.mrc", BROKEN))
        raise KeyboardInterrupt
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.refused.mrc": BROKEN}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RefusedError, match="could not be written"), RefusedRecords(tmp_path / "file" / "sub"):
        pass


def test_a_full_disk_is_told_and_leaves_the_files_of_the_earlier_load(tmp_path: Path) -> None:
    before = kept(tmp_path, rejected("a.mrc", BROKEN))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30, hard))  # as a full disk, for every file of this process
    try:
        with pytest.raises(RefusedError, match=str(tmp_path)):
            kept(tmp_path, rejected("a.mrc", BROKEN * 2), rejected("b.mrc", BROKEN))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
