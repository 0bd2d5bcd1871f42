"""Files in zip archives: read in place, within limits, each named as "archive.zip/file"."""

import gzip
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingest.archives import MAX_MEMBERS, shown_name
from ingest.files import READ_ERRORS, FoundFile, find, open_stream, plain_file
from ingest.readers.formats import READERS
from ingest.source import Rejected, SourceRecord
from tests.support.pdfs import pdf, words
from tests.support.records import record

Found = list[FoundFile | Rejected]


def packed(path: Path, files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def found(*paths: Path) -> Found:
    return list(find(paths))


def titles(files: Found) -> list[str]:
    read = []
    for file in files:
        assert isinstance(file, FoundFile), file
        with open_stream(file) as (stream, _):
            for item in READERS[file.kind].read(stream, str(file.path)):
                assert isinstance(item, SourceRecord), item
                read.append(item.record.of("245")[0].get("a"))
    return read


def refusals(items: Found) -> list[tuple[str, str]]:
    return [(Path(item.origin.file).name, item.code) for item in items if isinstance(item, Rejected)]


EVERY_FORM = {
    "b.mrc": record("1", "Satu"),
    "a.mrc.gz": gzip.compress(record("2", "Dua")),
    "c/d.mrk": b"=LDR  00000nam a2200000   4500\n=245  10$aTiga\n",
    "c/e.json": b'[{"leader": "00000nam a2200000   4500", "fields": [{"245": {"subfields": [{"a": "Empat"}]}}]}]',
    "f.seq": b"000000001 24510 L $$aLima\n",
    "g.csv": b"Judul;Tahun\nEnam;2010\n",
}


def test_every_form_in_an_archive_is_read_in_order_of_name(tmp_path: Path) -> None:
    archive = packed(tmp_path / "semua.zip", EVERY_FORM)
    files = found(archive)
    assert titles(files) == ["Dua", "Satu", "Tiga", "Empat", "Lima", "Enam"]
    assert [str(file.path) for file in files if isinstance(file, FoundFile)][2] == f"{archive}/c/d.mrk"


def test_every_form_is_read_from_a_gzip(tmp_path: Path) -> None:
    for name, data in EVERY_FORM.items():
        if not name.endswith(".gz"):
            (tmp_path / f"{Path(name).name}.gz").write_bytes(gzip.compress(data))
    assert sorted(titles(found(tmp_path))) == ["Empat", "Enam", "Lima", "Satu", "Tiga"]


def test_an_archive_in_a_folder_is_opened_whatever_its_name(tmp_path: Path) -> None:
    packed(tmp_path / "katalog.mrc", {"a.mrc": record("1", "Satu")})
    assert titles(found(tmp_path)) == ["Satu"]


def test_a_pdf_in_an_archive_keeps_its_name_and_bytes(tmp_path: Path) -> None:
    data = pdf([words("Laut")])
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        (file,) = found(packed(tmp_path / "buku.zip", {"x/laut.pdf": data}, how))
        assert isinstance(file, FoundFile)
        assert file.kind == "pdf"
        with plain_file(file) as copy:
            assert (copy.name, copy.read_bytes()) == ("laut.pdf", data)
        assert not copy.exists()


HOSTILE = ("../../x.mrc", "/etc/x.mrc", "..\\..\\x.mrc", "C:\\x.mrc", "a/../../../../x.mrc", "x.mrc/", "\x1b[2Jx.mrc")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_in_an_archive_leads_out_of_it(name: str, tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {name: record("1", "Satu"), "z.pdf": pdf([words("Laut")])})
    before = sorted(path for path in tmp_path.rglob("*"))
    for file in found(archive):
        assert isinstance(file, FoundFile)
        assert ".." not in file.path.parts
        assert file.path.is_relative_to(archive)
        assert str(file.path).isprintable()
        with plain_file(file) as copy:
            assert copy.parent.name.startswith("telusur-")
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_a_name_of_nothing_but_steps_has_a_name() -> None:
    assert shown_name("../..") == "unnamed"


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.mrc", record("1", "Satu"))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.mrc", record("2", "Dua"))
    assert titles(found(tmp_path / "a.zip")) == ["Satu", "Dua"]


def test_what_lies_beside_records_is_passed_over(tmp_path: Path) -> None:
    others = {
        "__MACOSX/._a.mrc": b"x",
        ".DS_Store": b"x",
        "baca.txt": b"halo",
        "sampul.jpg": b"\xff\xd8",
        "kosong/": b"",
    }
    assert titles(found(packed(tmp_path / "a.zip", {"a.mrc": record("1", "Satu"), **others}))) == ["Satu"]


def test_a_member_that_is_none_of_ours_is_refused_by_name(tmp_path: Path) -> None:
    items = found(packed(tmp_path / "a.zip", {"a.mrc": record("1", "Satu"), "b.bin": bytes(range(256)), "c.mrc": b""}))
    assert refusals(items) == [("b.bin", "unknown_format"), ("c.mrc", "not_marc")]
    assert titles([item for item in items if isinstance(item, FoundFile)]) == ["Satu"]


def test_an_archive_without_anything_for_us_is_one_refusal(tmp_path: Path) -> None:
    for files in ({}, {"a.txt": b"halo"}, {f"{n}.bin": b"\x00\x01" for n in range(200)}):
        assert refusals(found(packed(tmp_path / "a.zip", files))) == [("a.zip", "unknown_format")]


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    inner = packed(tmp_path / "dalam.zip", {"a.mrc": record("1", "Satu")}).read_bytes()
    outer = packed(tmp_path / "luar.zip", {"a.mrc": record("2", "Dua"), "dalam.zip": inner})
    assert refusals(found(outer)) == [("dalam.zip", "unknown_format")]
    (tmp_path / "dalam.zip.gz").write_bytes(gzip.compress(inner))
    assert refusals(found(tmp_path / "dalam.zip.gz")) == [("dalam.zip.gz", "unknown_format")]


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {f"{n:05d}.mrc": record("1", "Satu") for n in range(MAX_MEMBERS + 1)})
    assert refusals(found(archive)) == [("a.zip", "unreadable_file")]


def test_an_archive_that_grows_without_measure_is_refused(tmp_path: Path) -> None:
    (item,) = found(packed(tmp_path / "a.zip", {"a.mrc": b"\x00" * 50_000_000}))
    assert isinstance(item, Rejected)
    assert "grows from" in item.reason


def test_members_that_share_their_bytes_are_measured_together(tmp_path: Path) -> None:
    # 42.zip's successor: many entries of the list point at one and the same compressed bytes.
    path = packed(tmp_path / "a.zip", {"a.mrc": bytes(5_000_000)})
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    many = 900
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, many, many, many * len(entry), start, 0)
    path.write_bytes(data[:start] + entry * many + tail)
    (item,) = found(path)
    assert isinstance(item, Rejected)
    assert "grows from" in item.reason


def test_an_encrypted_member_is_refused_and_its_neighbours_are_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.mrc": record("1", "Satu"), "b.mrc": record("2", "Dua")})
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    items = found(path)
    assert titles(items[1:]) == ["Dua"]
    assert isinstance(items[0], Rejected)
    assert "password" in items[0].reason


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    noise = "".join(chr(97 + n * n * 7 % 26) for n in range(400_000))
    files = {f"{n}.mrc": b"".join(record(f"{n}-{i}", noise[i * 90 :][:900]) for i in range(300)) for n in range(3)}
    path = packed(tmp_path / "a.zip", files)
    data = bytearray(path.read_bytes())
    second = data.index(b"1.mrc") + 500
    data[second : second + 40] = bytes(40)
    path.write_bytes(data)
    counts = []
    for file in found(path):
        if isinstance(file, Rejected):
            counts.append(0)
            continue
        count = 0
        try:
            with open_stream(file) as (stream, _):
                for _item in READERS[file.kind].read(stream, str(file.path)):
                    count += 1
        except READ_ERRORS:
            count = 0
        counts.append(count)
    assert counts == [300, 0, 300]


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_are_refused(how: int, tmp_path: Path) -> None:
    (item,) = found(packed(tmp_path / "a.zip", {"a.mrc": record("1", "Satu")}, how))
    assert isinstance(item, Rejected)
    assert "ordinary zip" in item.reason


def test_damaged_archives_are_one_refusal(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", {"a.mrc": record("1", "Satu")}).read_bytes()
    for data in (whole[:-10], whole[:40], b"PK\x03\x04" + bytes(500), whole.replace(b"PK\x01\x02", b"PK\x01\x09")):
        (tmp_path / "b.zip").write_bytes(data)
        assert refusals(found(tmp_path / "b.zip")) == [("b.zip", "unreadable_file")]


def test_progress_counts_packed_bytes(tmp_path: Path) -> None:
    records = b"".join(record(str(n), f"Judul {n}") for n in range(5_000))
    archive = packed(tmp_path / "a.zip", {"a.mrc": records, "b.mrc": records})
    files = [file for file in found(archive) if isinstance(file, FoundFile)]
    assert 0.95 < sum(file.size_bytes for file in files) / archive.stat().st_size < 1
    for file in files:
        with open_stream(file) as (stream, counter):
            assert counter.bytes_read == 0
            before = 0
            while stream.read(1 << 18):
                assert counter.bytes_read >= before
                before = counter.bytes_read
            assert counter.bytes_read == file.size_bytes


def test_an_excel_file_is_a_table_and_no_archive(tmp_path: Path) -> None:
    from tests.ingest.test_table import workbook

    data = workbook(("Judul", "Tahun"), ("Laut", 2010))
    (tmp_path / "buku.zip").write_bytes(data)
    packed(tmp_path / "dalam.zip", {"buku.xlsx": data})
    (tmp_path / "buku.xlsx.gz").write_bytes(gzip.compress(data))
    assert titles(found(tmp_path)) == ["Laut"] * 3


def test_an_archive_that_changed_since_it_was_found_is_no_crash(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.mrc": record("1", "Satu"), "b.mrc": record("2", "Dua")})
    file = found(path)[1]
    assert isinstance(file, FoundFile)
    packed(path, {"a.mrc": record("1", "Satu")})
    with pytest.raises(READ_ERRORS, match="changed"), open_stream(file):
        pass


def test_bytes_that_only_begin_like_an_archive_raise_nothing(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", {"a.mrc": record("1", "Satu"), "b.csv": b"Judul,Tahun\nA,1\n"}).read_bytes()
    for at in range(0, len(whole), 7):
        spoilt = bytearray(whole)
        spoilt[at] ^= 0xFF
        (tmp_path / "b.zip").write_bytes(spoilt)
        for file in found(tmp_path / "b.zip"):
            if isinstance(file, FoundFile):
                try:
                    with open_stream(file) as (stream, _):
                        list(READERS[file.kind].read(stream, "x"))
                except READ_ERRORS:
                    pass
