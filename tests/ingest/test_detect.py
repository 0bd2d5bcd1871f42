"""What a file is, by its contents; and one clear refusal for what is none of ours."""

import gzip
import random
from collections import Counter
from pathlib import Path

import pytest

from ingest.files import FoundFile, find, open_stream
from ingest.readers.detect import detect
from ingest.readers.display import marc_lines
from ingest.readers.formats import READERS
from ingest.source import Rejected, SourceRecord
from tests.ingest.test_archives import packed
from tests.ingest.test_table import workbook
from tests.support.pdfs import pdf, words
from tests.support.records import record
from tests.support.shared_data import shared

MARCXML = b'<collection xmlns="http://www.loc.gov/MARC21/slim"><record/></collection>'

KINDS = {
    "marc": record("1", "Satu"),
    "marcxml": MARCXML,
    "marcjson": b'{"leader": "00000nam a2200000   4500", "fields": []}',
    "marcmaker": b"=LDR  00000nam a2200000   4500\n=245  10$aTiga\n",
    "aleph": b"000000001 24510 L $$aLima\n",
    "pdf": b"%PDF-1.7",
}


@pytest.mark.parametrize("name", ["a.mrc", "a.xml", "a.json", "a.csv", "a.pdf", "a.txt", "a", "A.MRC.GZ"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_lies_is_not_believed(kind: str, name: str) -> None:
    assert detect(KINDS[kind], name) == kind
    assert detect(b"\xef\xbb\xbf" + KINDS[kind], name) == kind


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_a_table_that_excel_saves_as_text_is_loaded(tmp_path: Path, encoding: str) -> None:
    rows = "Judul\tPengarang\tTahun\r\nPêche à Manado\tMüller, E.\t1999\r\nLaut\t\t2010\r\n"
    (tmp_path / "daftar.txt").write_bytes(rows.encode(encoding))
    (tmp_path / "catatan.txt").write_text("Isi folder:\n\tlaut.mrc\t2010\n\tikan.mrc\t2011\n", encoding="utf-8")
    (found,) = find([tmp_path])
    assert isinstance(found, FoundFile)
    assert (found.path.name, found.kind) == ("daftar.txt", "table")
    records = [item.record for item in read_all(found.path) if isinstance(item, SourceRecord)]
    assert [record.of("245")[0].get("a") for record in records] == ["Pêche à Manado", "Laut"]


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("kind", ["marcjson", "marcmaker", "aleph"])
def test_text_that_windows_wrote_is_read_as_any_other(tmp_path: Path, kind: str, encoding: str, mark: str) -> None:
    text = {
        "marcjson": '{"leader":"00000nam a2200000   4500","fields":[{"001":"7"},{"245":{"subfields":[{"a":"Señor"}]}}]}',
        "marcmaker": "=LDR  00000nam a2200000   4500\n=001  7\n=245  10$aSeñor\n",
        "aleph": "000000007 LDR   L 00000nam^a2200000^^^4500\n000000007 24510 L $$aSeñor\n",
    }[kind]
    path = tmp_path / "a.txt"
    path.write_bytes((mark + text * 3).encode(encoding))
    found = read_all(path)
    (tmp_path / "b.txt").write_bytes((text * 3).encode())
    titles = [item.record.of("245")[0].get("a") for item in found if isinstance(item, SourceRecord)]
    assert titles == ["Señor"] * len(read_all(tmp_path / "b.txt"))


def read_all(path: Path) -> list[SourceRecord | Rejected]:
    """Every record and refusal of a file, as a load would see them."""
    items: list[SourceRecord | Rejected] = []
    for file in find([path]):
        if isinstance(file, FoundFile):
            with open_stream(file) as (stream, _):
                items += READERS[file.kind].read(stream, str(file.path))
        else:
            items.append(file)
    return items


DOCX = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<x/>", "word/document.xml": b"<w/>"}
ODS = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
EPUB = {"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<x/>"}
PAGE = b"<!DOCTYPE html>\n<html><head><title>Katalog</title></head><body><p>Tidak ditemukan</p></body></html>"


def files_of_others(folder: Path) -> dict[str, bytes]:
    return {
        "docx": packed(folder / "x", DOCX).read_bytes(),
        "ods": packed(folder / "x", ODS, 0).read_bytes(),
        "epub": packed(folder / "x", EPUB, 0).read_bytes(),
        "old Excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000),
        "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + random.Random(1).randbytes(5_000),
        "page": PAGE,
        "page without doctype": b"<html><table><tr><td>1</td></tr></table></html>",
        "random": random.Random(2).randbytes(100_000),
        "random that begins as XML": b"<x" + random.Random(2).randbytes(5_000),
        "zeros": bytes(100_000),
        "program": b"\x7fELF" + random.Random(3).randbytes(50_000),
        "letter": b"Yang terhormat,\n\ndengan ini kami sampaikan ...\n" * 500,
        "JSON": b'{"name": "telusur", "dependencies": {"a": 1}}',
        "other XML": b'<?xml version="1.0"?><rss><channel/></rss>',
        "tar": b"a.mrc" + bytes(252) + b"ustar" + bytes(10_000),
        "empty": b"",
    }


@pytest.mark.parametrize("ending", ["mrc", "xml", "mrk", "json", "seq", "csv", "xlsx", "bin"])
def test_a_renamed_file_of_another_kind_is_one_clear_refusal(ending: str, tmp_path: Path) -> None:
    for name, data in files_of_others(tmp_path).items():
        path = tmp_path / f"buku.{ending}"
        for written in (data, gzip.compress(data)):
            path.write_bytes(written)
            items = read_all(path)
            assert len(items) == 1, (name, items[:3])
            (item,) = items
            assert isinstance(item, Rejected), name
            assert item.origin.file == str(path)
            assert item.reason.endswith("."), item.reason


def test_what_to_do_with_an_old_spreadsheet_is_said(tmp_path: Path) -> None:
    for name in ("old Excel", "ods"):
        path = tmp_path / f"buku.{'ods' if name == 'ods' else 'xls'}"
        path.write_bytes(files_of_others(tmp_path)[name])
        (item,) = read_all(path)
        assert isinstance(item, Rejected)
        assert ".xlsx" in item.reason


@pytest.mark.parametrize(
    ("name", "head", "step"),
    [
        ("koleksi.rar", b"Rar!\x1a\x07\x01\x00" + bytes(range(200)), "unpack it"),
        ("novel.mobi", bytes(60) + b"BOOKMOBI", "save it as PDF"),
        ("katalog.accdb", b"\x00\x01\x00\x00Standard ACE DB\x00", "export its titles"),
        ("laporan.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an e-book as PDF"),
    ],
)
def test_what_to_do_with_a_file_of_another_program_is_said(name: str, head: bytes, step: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(head)
    (item,) = read_all(tmp_path / name)
    assert isinstance(item, Rejected)
    assert step in item.reason


def test_what_to_do_with_an_office_document_or_ebook_is_said(tmp_path: Path) -> None:
    found = files_of_others(tmp_path)
    for name, step in (("docx", "office program"), ("epub", "save it as PDF")):
        (tmp_path / "buku").write_bytes(found[name])
        (item,) = read_all(tmp_path / "buku")
        assert isinstance(item, Rejected)
        assert step in item.reason


def test_random_bytes_are_no_damaged_xml_and_xml_with_damage_is() -> None:
    drawn = random.Random(5)
    for size in (500, 5_000):
        noise = drawn.randbytes(size)
        assert detect(b"<x" + noise, "a.bin") is None, noise[:20]
    assert detect(b"Judul;Tahun\nLa\x00ut;2001\nPantai;2002\n", "a.csv") == "table"
    assert detect(b"<collection><record>\x00<leader>00000nam\x01</leader></record></collection>", "a.bin") == "marcxml"


def test_a_page_that_was_saved_instead_of_a_book_is_called_one(tmp_path: Path) -> None:
    path = tmp_path / "buku.pdf"
    path.write_bytes(PAGE)
    (item,) = read_all(path)
    assert isinstance(item, Rejected)
    assert "web page" in item.reason


def test_a_pdf_with_the_name_of_records_is_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "laut.mrc"
    path.write_bytes(pdf([words("Laut")]))
    (file,) = find([path])
    assert isinstance(file, FoundFile)
    assert file.kind == "pdf"


def test_in_a_folder_texts_and_json_count_only_where_they_hold_records(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(KINDS["marcmaker"])
    (tmp_path / "b.txt").write_text("catatan")
    (tmp_path / "c.json").write_text('{"name": "telusur"}')
    (tmp_path / "d.json").write_bytes(KINDS["marcjson"])
    (tmp_path / "e.xlsx").write_bytes(workbook(("Judul", "Tahun"), ("Laut", 2010)))
    found = [(file.path.name, file.kind) for file in find([tmp_path]) if isinstance(file, FoundFile)]
    assert found == [("a.txt", "marcmaker"), ("d.json", "marcjson"), ("e.xlsx", "table")]
    assert not [file for file in find([tmp_path]) if isinstance(file, Rejected)]


def test_a_text_that_is_refused_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("catatan")
    assert [item.code for item in read_all(tmp_path / "b.txt") if isinstance(item, Rejected)] == ["unknown_format"]


def test_no_shared_file_of_records_is_taken_for_another_kind() -> None:
    kinds: Counter[tuple[str, str | None]] = Counter()
    for path in sorted(shared("data/marc").rglob("*")):
        name = path.name.removesuffix(".gz")
        if not path.is_file() or Path(name).suffix not in {".mrc", ".marc", ".dat", ".marc21", ".xml", ".mrk"}:
            continue
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            kind = detect(file.read(65_536), path.name)
        # One file is ISO 2709 under another's name: its contents are believed.
        if path.name != "test_bad.xml":
            kinds[Path(name).suffix, kind] += 1
    assert set(kinds) == {(".xml", "marcxml"), (".mrk", "marcmaker")} | {
        (suffix, "marc") for suffix in (".mrc", ".marc", ".dat", ".marc21")
    }
    assert kinds[".mrc", "marc"] > 500


def test_pages_and_data_beside_the_shared_records_are_no_records() -> None:
    for path in sorted(shared("data").rglob("*")):
        if path.suffix in {".md", ".sql", ".t"} or (path.suffix == ".json" and "openlibrary" in path.parts):
            assert detect(path.read_bytes()[:65_536], path.name) in (None, "marcxml"), path


@pytest.mark.parametrize("kind", ["marcjson", "marcmaker", "aleph", "table"])
def test_a_stored_record_of_any_form_is_shown(kind: str, tmp_path: Path) -> None:
    data = {
        **KINDS,
        "table": b"Judul,Tahun\nLaut,2010\n",
        "marcjson": b'{"fields": [{"245": {"subfields": [{"a": "Laut"}]}}]}',
    }
    path = tmp_path / "a.csv"
    path.write_bytes(data[kind])
    (item,) = read_all(path)
    assert isinstance(item, SourceRecord)
    lines = marc_lines(item.raw)
    assert [line.tag for line in lines if line.tag in ("LDR", "245")] == ["LDR", "245"]
    assert [line.subfields for line in lines if line.tag == "245"] == [tuple(item.record.of("245")[0].subfields)]
