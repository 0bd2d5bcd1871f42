"""Tables: CSV and Excel by a map of columns."""

import datetime
import io
import re
import tracemalloc
import zipfile
from pathlib import Path
from typing import get_args

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mappings.marc21 import document_id, to_document
from ingest.readers import formats
from ingest.readers.columns import ColumnsError, TableMapping, ValueKind, fold, load_columns, read_columns, shipped
from ingest.readers.detect import detect
from ingest.readers.rows import csv_rows
from ingest.readers.table import TableReader
from ingest.source import Rejected, SourceRecord
from search.document import Document
from tests.support import slims
from tests.support.shared_data import shared

BPK = Path(__file__).parent / "columns" / "bpk.toml"
SMALL = 'name = "Uji"\n[[column]]\nnames = ["Judul"]\nto = "245 10 $a"\n[[column]]\nnames = ["Tahun"]\nto = "264 #1 $c"\nas = "year"\n'

Found = list[SourceRecord | Rejected]


def read(data: bytes | str, columns: TableMapping | None = None, notes: list[str] | None = None) -> Found:
    reader = TableReader(columns, lambda _, note: (notes if notes is not None else []).append(note))
    return list(reader.read(io.BytesIO(data.encode() if isinstance(data, str) else data), "uji.csv"))


def fields(data: bytes | str, columns: TableMapping | None = None) -> list[list[str]]:
    """The lines of every record, without the 008 that is made of them."""
    found = read(data, columns)
    assert all(isinstance(item, SourceRecord) for item in found), found
    records = [item.record for item in found if isinstance(item, SourceRecord)]
    return [[str(field) for field in record.fields if field.tag != "008"] for record in records]


def documents(found: Found) -> list[Document]:
    made = [to_document(item, "kota") for item in found if isinstance(item, SourceRecord)]
    return [item for item in made if isinstance(item, Document)]


def workbook(*rows: tuple[object, ...], title: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def sample() -> bytes:
    return slims.export(shared("data/catalog_id/slims/sampledata.sql"))


# SLiMS


def test_every_row_of_a_slims_export_is_a_record(sample: bytes) -> None:
    found = read(sample)
    assert len(documents(found)) == len(found) == 15
    assert [item.origin.position for item in found] == list(range(2, 17))


def test_a_slims_export_without_names_is_read_by_the_order_of_its_map(sample: bytes) -> None:
    (mapping,) = [mapping for mapping in shipped() if mapping.name == "SLiMS"]
    bare = slims.export(shared("data/catalog_id/slims/sampledata.sql"), heading=False)
    assert fields(bare, mapping) == fields(sample)
    assert mapping.order == tuple(map(fold, slims.COLUMNS))


def test_the_list_of_copies_of_slims_is_no_list_of_titles() -> None:
    (found,) = read(
        '"item_code","call_number","coll_type_name","inventory_code","title",\n"B1","1","Buku","I1","Laut"\n'
    )
    assert isinstance(found, Rejected)
    assert found.code == "unknown_format"


def test_slims_lists_become_names_headings_and_copies(sample: bytes) -> None:
    (record,) = [r for r in fields(sample) if "=245  10$aLinux In a Nutshell$hText" in r]
    assert [line for line in record if line[1:4] in ("100", "700")] == [
        "=100  1\\$aSiever, Ellen",
        "=700  1\\$aLove, Robert",
        "=700  1\\$aRobbins, Arnold",
        "=700  1\\$aFiggins, Stephen",
        "=700  1\\$aWeber, Aaron",
    ]
    copies = [line for record in fields(sample) for line in record if line.startswith("=852")]
    assert "=852  \\\\$pB00001" in copies


def test_a_slims_title_is_parted_by_its_punctuation(sample: bytes) -> None:
    titles = [line for record in fields(sample) for line in record if line.startswith("=245")]
    assert "=245  10$aCorruption and development :$bthe anti-corruption campaigns$hText" in titles


@pytest.mark.parametrize(
    ("title", "authors", "sor", "lines"),
    [
        ("AC / DC", "<Siti Aminah>", "", ["10$aAC / DC"]),
        ("Input / Output", "", "", ["10$aInput / Output"]),
        ("AC / DC motors : dasar / Siti Aminah", "<Aminah, Siti>", "", ["10$aAC / DC motors :$bdasar /$cSiti Aminah"]),
        ("Laut / Leila", "<Leila S. Chudori>", "", ["10$aLaut /$cLeila"]),
        ("Laut / Leila S. Chudori", "", "Leila S. Chudori", ["10$aLaut$cLeila S. Chudori"]),
        ("Laut / diceritakan ulang oleh Ana", "<Budi>", "", ["10$aLaut /$cdiceritakan ulang oleh Ana"]),
        ("Bitung dalam angka / BPS Kota Bitung", "", "", ["10$aBitung dalam angka /$cBPS Kota Bitung"]),
        ("Ekonomi Mikro / Ekonomi Makro", "", "", ["10$aEkonomi Mikro / Ekonomi Makro"]),
    ],
)
def test_a_stroke_of_the_title_is_told_from_the_statement_of_responsibility(
    title: str, authors: str, sor: str, lines: list[str]
) -> None:
    (record,) = fields(f'title,sor,authors,publish_year\n"{title}","{sor}","{authors}",2010\n')
    assert [line for line in record if line.startswith("=245")] == [f"=245  {line}" for line in lines]


def test_slims_fields_are_mapped(sample: bytes) -> None:
    first = documents(read(sample))[0]
    assert first.fields["title"] == ("PHP 5 for dummies",)
    assert first.fields["publisher"] == ("Wiley",)
    assert first.fields["year"] == ("2004",)
    assert first.fields["language"] == ("eng",)
    assert first.fields["isbn"][0] == "9780764541667"
    assert first.fields["series"] == ("For dummies",)
    assert first.fields["call_number"] == ("005.13/3-22 Jan p",)


def test_quotes_that_slims_leaves_as_they_are_part_no_cell() -> None:
    heading = ",".join(f'"{name}"' for name in slims.COLUMNS)
    cells = ['Kamus "besar", lengkap', "Text", "", "", 'Penerbit "X"', "2010", *[""] * 11, "<B1>"]
    row = ",".join(f'"{cell}"' for cell in cells)
    # A quote before a comma looks like the end of a cell, in this form and in any reader of it.
    good = row.replace('"besar",', '"besar" dan')
    (record,) = fields(f"{heading},\n{good}\n")
    assert '=245  10$aKamus "besar" dan lengkap$hText' in record
    assert '=264  \\1$bPenerbit "X"$c2010' in record


def test_an_issn_is_told_from_an_isbn() -> None:
    (first, second) = fields("title,isbn_issn\nMajalah,1907-4352\nBuku,979-407-096-3\n")
    assert first[0] == "=022  \\\\$a1907-4352"
    assert second[0] == "=020  \\\\$a979-407-096-3"


def test_a_slims_row_without_a_title_is_refused_whatever_its_medium_says() -> None:
    found = read("title,gmd_name,sor\nLaut,Text,Ana\n,Text,\n,Text,Budi\n,,Cici\n")
    assert [getattr(item, "code", "read") for item in found] == ["read", "no_title", "no_title", "no_title"]


# The list of a BPK library: CSV without names of columns


def test_the_bpk_list_is_loaded_whole_by_its_own_map() -> None:
    data = shared("data/catalog_id/bpk_puska/BukuIndux.csv").read_bytes()
    found = read(data, load_columns(BPK))
    assert len(documents(found)) == len(found) == 1235
    assert {item.origin.position for item in found} == set(range(1, 1236))
    for item in found[::50]:
        assert isinstance(item, SourceRecord)
        assert data[item.origin.offset :].startswith(item.record.of("001")[0].data.encode())


def test_a_bpk_row_becomes_what_a_cataloguer_expects() -> None:
    data = shared("data/catalog_id/bpk_puska/BukuIndux.csv").read_bytes()
    assert fields(data, load_columns(BPK))[0] == [
        "=001  KUPKBPK-KB-0001",
        "=020  \\\\$a9786021960120",
        "=040  \\\\$aBPK",
        "=082  04$a336",
        "=084  \\\\$a336 BUR h",
        "=100  1\\$aBurhanuddin, Burhanuddin",
        "=245  10$aHukum Keuangan Negara",
        "=264  \\1$aYogyakarta$bTotal Media$c2015",
        "=500  \\\\$aKoleksi: Hukum",
        "=650  \\4$aKeuangan Negara",
        "=852  \\\\$pKUPKBPK-KB-0001",
    ]


def test_isbns_that_excel_destroyed_are_left_out() -> None:
    data = shared("data/catalog_id/bpk_puska/BukuIndux.csv").read_bytes()
    numbers = [line for record in fields(data, load_columns(BPK)) for line in record if line.startswith("=020")]
    assert len(numbers) > 800
    assert not [number for number in numbers if "E+" in number]
    assert b"E+12" in data


def test_the_bpk_list_without_its_map_is_one_refusal_that_says_what_to_do() -> None:
    (found,) = read(shared("data/catalog_id/bpk_puska/BukuIndux.csv").read_bytes())
    assert isinstance(found, Rejected)
    assert found.code == "unknown_format"
    assert "Hukum Keuangan Negara" in found.reason
    assert "--columns" in found.reason


def test_call_numbers_that_excel_made_days_are_left_out_and_told() -> None:
    notes: list[str] = []
    rows = ["2004-01-02 00:00:00;5.133", "1-Feb;005.1", "Jan-98;4", "8.08E+02;2X1.3", "R 005.1 ANA b;297"]
    table = "Judul;No. Panggil;No. Klas\n" + "".join(f"Buku {n};{row}\n" for n, row in enumerate(rows))
    found = [item.record for item in read(table, notes=notes) if isinstance(item, SourceRecord)]
    numbers = [[str(field) for field in record.fields if field.tag in ("082", "084")] for record in found]
    assert numbers == [
        ["=082  04$a005.133"],
        ["=082  04$a005.1"],
        ["=082  04$a4"],
        ["=082  04$a2X1.3"],
        ["=082  04$a297", "=084  \\\\$aR 005.1 ANA b"],
    ]
    (note,) = notes
    assert note.startswith(
        'Call numbers that Excel made days or powers of ten are left out: rows 2 ("2004-01-02 00:00:00"), 3 ("1-Feb") and 2 more.'
    )


def test_an_isbn_written_as_a_number_with_a_point_is_read_and_a_destroyed_one_is_not() -> None:
    notes: list[str] = []
    table = "Judul;ISBN\nLaut;9789794070963.0\nIkan;9789790000000.0\n"
    found = documents(read(table, notes=notes))
    assert [document.values("isbn")[:1] for document in found] == [("9789794070963",), ()]
    assert notes == ["ISBNs that Excel destroyed are left out: row 3."]


def test_a_row_that_only_counts_the_titles_is_none() -> None:
    notes: list[str] = []
    table = "Judul;Penerbit;Jumlah\nLaut;Mizan;2\nTotal;Mizan;1\nJumlah Buku :;;3\n"
    assert [document.title for document in documents(read(table, notes=notes))] == ["Laut", "Total"]
    assert notes == ["Row 4 only counts the titles, so it is left out."]


def test_a_row_that_begins_with_its_sum_is_no_title_that_lacks() -> None:
    notes: list[str] = []
    first, second = read(
        "No;Judul;Penerbit;Harga\n1;Laut;Mizan;50.000\nJUMLAH;;;Rp 50.000\nTotal;;Mizan;1\nTotal;1;;50.000\n",
        notes=notes,
    )
    assert isinstance(second, Rejected)
    assert [document.title for document in documents([first])] == ["Laut"]
    assert second.reason == "Row 4 has no title; fill it in."
    assert "Row 3 only counts the titles, so it is left out." in notes


def test_a_comma_parts_names_where_it_stands_after_a_role() -> None:
    table = "Judul;Pengarang\nBumi manusia;Pramoedya Ananta Toer (pengarang), Max Lane (penerjemah)\nLaut;Toer, Pramoedya (1925-2006), Ir.\n"
    names = [[(one.name, one.roles) for one in document.contributors] for document in documents(read(table))]
    assert names[0] == [("Pramoedya Ananta Toer", ("aut",)), ("Max Lane", ("trl",))]
    assert len(names[1]) == 1


def test_destroyed_isbns_are_told_once_by_row() -> None:
    notes: list[str] = []
    rows = [f"Buku {n},2010,{isbn}" for n, isbn in enumerate(("9.78979E+12", "9789794070963", *["9,78979E+12"] * 41))]
    assert len(read("\n".join(("Judul;Tahun;ISBN", *(row.replace(",", ";", 2) for row in rows))), notes=notes)) == 43
    assert notes == ["ISBNs that Excel destroyed are left out: rows 2, 4 and 40 more."]


@pytest.mark.parametrize(
    ("isbn", "is_kept"),
    [
        ("9789790000000", False), ("978-979-000-000-0", False), ("9786020330000", False), ("9,78979E+12", False),
        ("9789794070963", True), ("9786021960000", False), ("9786020080000", True), ("979-407-096-3", True),
    ],
)  # fmt: skip
def test_what_excel_left_of_an_isbn_is_no_isbn(isbn: str, is_kept: bool) -> None:
    notes: list[str] = []
    (found,) = read(f"Judul;Tahun;ISBN\nLaut;2010;{isbn}\n", notes=notes)
    assert isinstance(found, SourceRecord)
    assert bool(found.record.of("020")) is is_kept
    assert notes == ([] if is_kept else ["ISBNs that Excel destroyed are left out: row 2."])


@pytest.mark.parametrize("text", ["2010", "2.010", "2,010", "2010.0", "2.010,00", "Cet. 3, 2010"])
def test_a_year_written_as_a_number_is_a_year(text: str) -> None:
    assert fields(f"Judul;Tahun\nLaut;{text}\n") == [["=245  10$aLaut", "=264  \\1$c2010"]]


@pytest.mark.parametrize(
    ("text", "year"),
    [("1420 H / 1999 M", "1999"), ("1419/1998", "1998"), ("1428 H", "1428 H"), ("1995 [i.e. 1996]", "1996")],
)
def test_a_year_of_the_hijra_is_no_year_of_publication(text: str, year: str) -> None:
    (found,) = read(f"Judul;Tahun\nLaut;{text}\n")
    assert isinstance(found, SourceRecord)
    assert found.record.of("264")[0].get("c") == year
    assert found.record.of("008")[0].data[6:11] == (f"s{year}" if len(year) == 4 else "|||||")


@pytest.mark.parametrize(
    "cell",
    [
        "{0} ; {1}", "{0};{1}", "{0}, {1}", "{0},{1}", "{0} / {1}", "{0}/{1}", "{0} {1}", "ISBN {0}, ISBN {1}",
        "{0} (jil. 1) {1} (jil. 2)", "{0} (jil. 1, 2), {1}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("numbers", [("979-407-096-3", "978-602-424-694-5"), ("9794070963", "9786024246945")])
def test_several_isbns_in_a_cell_are_a_field_each(cell: str, numbers: tuple[str, str]) -> None:
    for heading in ("title,pages,isbn_issn", "Judul,Halaman,ISBN"):
        found = read(f'{heading}\nLaut,12,"{cell.format(*numbers)}"\n')
        (document,) = documents(found)
        assert document.values("isbn") == ("9789794070963", "9794070963", "9786024246945", "6024246943")
        assert [len(item.record.of("020")) for item in found if isinstance(item, SourceRecord)] == [2]


@pytest.mark.parametrize(
    "cell",
    ["979-407-096-3 (jil. 1, 2)", "979 407 096 3", "978 979 407 096 3", "978 9794070963", "979-407-096-3, Rp 25.000"],
)
def test_one_isbn_is_not_parted(cell: str) -> None:
    ((record, *_),) = fields(f'Judul,Halaman,ISBN\nLaut,12,"{cell}"\n')
    assert record == f"=020  \\\\$a{cell}"


def test_of_several_isbns_only_the_destroyed_one_is_left_out() -> None:
    notes: list[str] = []
    (found,) = read("Judul;Tahun;ISBN\nLaut;2010;9789790000000 / 9786024246945\n", notes=notes)
    assert isinstance(found, SourceRecord)
    assert [field.get("a") for field in found.record.of("020")] == ["9786024246945"]
    assert notes == ["ISBNs that Excel destroyed are left out: row 2."]


def test_a_link_without_its_scheme_is_kept() -> None:
    (document,) = documents(read("Judul,Link\nLaut,www.perpus.go.id/a\n"))
    assert [link.url for link in document.links] == ["http://www.perpus.go.id/a"]


def test_a_table_that_begins_with_a_book_is_told_from_one_with_strange_names() -> None:
    bare = slims.export(shared("data/catalog_id/slims/sampledata.sql"), heading=False)
    (book,), (strange,) = read(bare), read("Naam;Schrijver;Jaar\nZee;Multatuli;2010\n")
    assert isinstance(book, Rejected)
    assert isinstance(strange, Rejected)
    assert book.reason.startswith(
        "The first row looks like a book and not like names of columns; for an export of SLiMS: --columns slims."
    )
    assert "no column goes to the title. Its columns are: Naam, Schrijver, Jaar." in strange.reason


def test_a_map_of_ones_own_that_fails_says_what_is_missing() -> None:
    (found,) = read("Nama,Tahun\nLaut,2010\n", read_columns(SMALL, "kolom.toml"))
    assert isinstance(found, Rejected)
    assert "Not the map of columns Uji fits this table: no column goes to the title." in found.reason


def test_a_shipped_map_is_taken_by_its_name(sample: bytes) -> None:
    mapping = load_columns(Path("slims"))
    assert mapping.name == "SLiMS"
    bare = slims.export(shared("data/catalog_id/slims/sampledata.sql"), heading=False)
    assert fields(bare, mapping) == fields(sample, mapping) == fields(sample)
    with pytest.raises(ColumnsError, match="these do: inlislite, inlislite_fields, slims"):
        load_columns(Path("slim"))


def test_a_file_of_ones_own_goes_before_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slims").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_columns(Path("slims")).name == "Uji"


def test_the_list_of_copies_of_slims_is_none_of_titles_under_its_own_map_either() -> None:
    copies = '"item_code","call_number","coll_type_name","inventory_code","title",\n"B1","1","Buku","I1","Laut"\n'
    (found,) = read(copies, load_columns(Path("slims")))
    assert isinstance(found, Rejected)
    assert 'the column "coll_type_name" belongs to a table about something else' in found.reason


# INLISLite

LISTING = (
    ("No", "Judul", "Katalog ID", "Tag", "Indicator 1", "Indicator 2", "Value"),
    ("1", "Laut", "17", "001", "", "", "INLIS000000000000017"),
    ("", "", "17", "008", "", "", "140513s2014####jki#####g######z######ind##"),
    ("", "", "17", "245", "1", "0", "$a Laut bercerita : $b novel / $c Leila S. Chudori"),
    ("", "", "17", "100", "1", "#", "$a Chudori, Leila S., $e pengarang"),
    ("", "", "17", "082", "#", "#", "$a 813 $2 [23]"),
    (),
    ("2", "Gunung", "18", "001", "", "", "INLIS000000000000018"),
    ("", "", "18", "245", "0", "0", "$a Gunung"),
)
LISTED = [
    "=001  INLIS000000000000017",
    "=082  \\\\$a813$2[23]",
    "=100  1\\$aChudori, Leila S.,$epengarang",
    "=245  10$aLaut bercerita :$bnovel /$cLeila S. Chudori",
]


def as_html(rows: tuple[tuple[str, ...], ...]) -> str:
    cells = ["".join(f'<td class="text">{cell}</td>' for cell in row) for row in rows]
    heading = "".join(f"<th>{name}</th>" for name in rows[0])
    style = '<style> .num { mso-number-format:General; } </style><table border="1" align="center">'
    return style + f"<tr>{heading}</tr>" + "".join(f"<tr>{row}</tr>" for row in cells[1:]) + "</table>"


@pytest.mark.parametrize("form", ["xlsx", "csv", "html"])
def test_the_listing_of_inlislite_is_read_field_by_field(form: str) -> None:
    csv = "\n".join(";".join(row) for row in LISTING).encode()
    data = {"xlsx": workbook(*LISTING), "csv": csv, "html": as_html(LISTING).encode()}[form]
    assert detect(data, "SemuaDataKatalog.csv") == "table"
    first, second = fields(data)
    assert first == LISTED
    assert second == ["=001  INLIS000000000000018", "=245  00$aGunung"]
    assert documents(read(data))[0].fields["language"] == ("ind",)


def test_a_page_that_calls_itself_excel_is_known_by_its_contents() -> None:
    assert detect(as_html(LISTING).encode(), "SemuaDataKatalog.xls") == "table"
    assert detect(b"<html><table><tr><td>Harga</td></tr></table></html>", "harga.html") is None


def test_a_page_with_a_table_is_one_where_its_name_says_excel() -> None:
    """As programs for the web write what they call an Excel file."""
    page = b"<html><body><table><tr><th>Judul</th><th>Tahun</th></tr><tr><td>Laut &amp; pantai</td><td>2001</td></tr></table>"
    assert (detect(page, "buku.xls"), detect(page, "buku.html"), detect(page, "buku.pdf")) == ("table", None, None)
    (found,) = documents(read(page))
    assert (found.title, found.first("year")) == ("Laut & pantai", "2001")


def test_columns_with_indonesian_names_are_known() -> None:
    rows = (
        ("DAFTAR KATALOG PERPUSTAKAAN KOTA",),
        (),
        ("No.", "BIBID", "Judul", "Pengarang", "Penerbit", "Tempat Terbit", "Tahun Terbit", "ISBN", "Subyek", "Rak"),
        (1, "0010-0514000291", "Abu Nawas / Iskandar", "Iskandar, N.St. ; Rusli, M.", "Balai Pustaka", "Jakarta", 2014.0,
         9789794070963, "Cerita rakyat ; Humor", "A1"),
    )  # fmt: skip
    notes: list[str] = []
    (item,) = read(workbook(*rows), notes=notes)
    assert isinstance(item, SourceRecord)
    assert item.origin.position == 4
    assert [str(field) for field in item.record.fields if field.tag != "008"] == [
        "=020  \\\\$a9789794070963",
        "=035  \\\\$a0010-0514000291",
        "=100  1\\$aIskandar, N.St.",
        "=245  10$aAbu Nawas /$cIskandar",
        "=264  \\1$aJakarta$bBalai Pustaka$c2014",
        "=650  \\4$aCerita rakyat",
        "=650  \\4$aHumor",
        "=700  1\\$aRusli, M.",
    ]
    assert notes == ["These columns are not loaded, for the map of INLISLite does not name them: Rak."]


# Any table


def test_rows_without_a_title_are_refused_by_number() -> None:
    found = read("Judul,Tahun\nSatu,2001\n,2002\n\n-,2003\nTiga,2004\n")
    assert [(item.origin.position, getattr(item, "code", "read")) for item in found] == [
        (2, "read"), (3, "no_title"), (5, "no_title"), (6, "read"),
    ]  # fmt: skip
    lost = found[1]
    assert isinstance(lost, Rejected)
    assert lost.reason == "Row 3 has no title; fill it in."


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_delimiter_encoding_and_line_end_is_read(delimiter: str, encoding: str, end: str) -> None:
    rows = [["Judul", "Penerbit", "Tahun"], ["Café, rumah; é", "Gramédia", "2010"], ["Dua", '"Pustaka"', "2011"]]
    text = end.join(delimiter.join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row) for row in rows)
    data = text.encode(encoding)
    assert detect(data, "buku.csv") == "table"
    assert fields(data) == [
        ["=245  10$aCafé, rumah; é", "=264  \\1$bGramédia$c2010"],
        ["=245  10$aDua", '=264  \\1$b"Pustaka"$c2011'],
    ]


def test_a_declared_delimiter_is_believed() -> None:
    assert fields("sep=;\nJudul;Tahun\nSatu, dua;2001\n") == [["=245  10$aSatu, dua", "=264  \\1$c2001"]]


def test_a_cell_may_hold_lines() -> None:
    assert fields('Judul,Catatan\n"Laut","satu\ndua"\n') == [["=245  10$aLaut", "=500  \\\\$asatu dua"]]


def test_what_a_database_escaped_is_read_as_it_was_meant() -> None:
    """MySQL and phpMyAdmin: a backslash before quotes and ends of lines, \\N for nothing."""
    made = fields(
        "title,place_name,notes,publish_year\n"
        '"Kata \\"akhir\\", lalu","Jakarta\\","Baris satu\\\nbaris dua",\\N\n'
        '"\\"Laut\\"","Bitung","Catatan",2014\n'
    )
    first, second = made
    assert '=245  10$aKata "akhir", lalu' in first
    assert "=264  \\1$aJakarta\\" in first
    assert "=520  \\\\$aBaris satu baris dua" in first
    assert '=245  10$a"Laut"' in second
    assert "=264  \\1$aBitung$c2014" in second


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        (rb'"Laut, lepas","Solo, C:\",2014', ("Laut, lepas", "Solo, C:\\", "2014")),
        (rb'"Laut","D:\\buku\\",\N', ("Laut", "D:\\\\buku\\\\", "\\N")),
        (rb'"Kata \"akhir\",","Solo"', ('Kata "akhir",', "Solo")),
        (rb'"Kata \"akhir\",lalu","Solo"', ('Kata "akhir",lalu', "Solo")),
        (rb'"Layar 5\", tebal","Solo"', ('Layar 5", tebal', "Solo")),
    ],
)
def test_a_backslash_may_end_a_cell_and_joins_no_rows(row: bytes, cells: tuple[str, ...]) -> None:
    next_one = b'"Danau, air",Bitung,2015'
    found = [made.cells for made in csv_rows(io.BytesIO(b"a,b,c\n" + row + b"\n" + next_one + b"\n"))]
    assert found[1:] == [cells, ("Danau, air", "Bitung", "2015")]


def test_a_column_that_stands_twice_gives_further_values_where_there_may_be_several() -> None:
    notes: list[str] = []
    (made,) = read("title,authors,topics,authors,topics,title\nLaut,<Satu>,<Ikan>,<Dua>,<Ombak>,Danau\n", notes=notes)
    assert isinstance(made, SourceRecord)
    lines = list(map(str, made.record.fields))
    assert [line for line in lines if line[1:4] in ("100", "700")] == ["=100  1\\$aSatu", "=700  1\\$aDua"]
    assert [line for line in lines if line.startswith("=650")] == ["=650  \\4$aIkan", "=650  \\4$aOmbak"]
    assert [line for line in lines if line.startswith("=245")] == ["=245  10$aLaut"]
    assert notes == ["These columns stand more than once, and the first of each is loaded: title."]


def test_numbers_and_dates_of_excel_are_read_as_meant() -> None:
    rows = (("Judul", "Tahun Terbit", "ISBN", "DDC"), ("Satu", datetime.date(2014, 5, 1), 9789794070963.0, 808.87))
    assert fields(workbook(*rows)) == [
        ["=020  \\\\$a9789794070963", "=082  04$a808.87", "=245  10$aSatu", "=264  \\1$c2014"]
    ]


def test_a_year_that_excel_took_for_a_day_is_a_year() -> None:
    """2005 in a cell for dates is a day in 1905; a day saved as a number has five digits."""
    rows = [("Judul", "Tahun"), ("Laut", datetime.date(1905, 6, 27)), ("Pantai", 38718), ("Danau", "20055")]
    assert [found.first("year") for found in documents(read(workbook(*rows)))] == ["2005", "2006", ""]


def test_the_zero_that_excel_took_from_an_isbn_is_given_back() -> None:
    found = documents(read("Judul,ISBN\nLaut,306406152\nPantai,306406153\n"))
    assert [item.values("isbn")[:1] for item in found] == [("9780306406157",), ("306406153",)]


def test_a_heading_that_stands_on_every_page_is_no_title() -> None:
    found = documents(read("Judul;Tahun\nLaut;2001\nJudul;Tahun\nPantai;2002\n"))
    assert [item.title for item in found] == ["Laut", "Pantai"]


def test_characters_by_their_names_in_html_are_characters() -> None:
    (slims_row,) = fields(
        "biblio_id,title,authors,publisher_name\n"
        "1,Ekonomi &amp; Bisnis: &quot;R&D&quot;,<Budi &amp; Kawan><Siti Nur&#039;aini>,AT&T\n"
    )
    assert slims_row == [
        "=100  1\\$aBudi & Kawan",
        '=245  10$aEkonomi & Bisnis :$b"R&D"',
        "=264  \\1$bAT&T",
        "=700  1\\$aSiti Nur'aini",
    ]


def test_an_ampersand_before_a_name_is_no_character_of_html() -> None:
    """ "&yen" and "&reg" are characters of a page even where no semicolon follows them."""
    (found,) = documents(read("Judul,Pengarang\nLaut,Budi&yenny; Susi&regina; Siti\n"))
    assert found.values("contributor") == ("Budi&yenny", "Susi&regina", "Siti")


def test_names_and_subjects_are_parted_by_a_semicolon_with_or_without_a_space() -> None:
    (found,) = documents(read("Judul,Pengarang,Subjek\nLaut,Ana; Budi;Cici ; Dedi,Ikan; Terumbu karang\n"))
    assert found.values("contributor") == ("Ana", "Budi", "Cici", "Dedi")
    assert found.values("subject") == ("Ikan", "Terumbu karang")


def test_a_number_of_nine_digits_among_issns_is_left_as_it_is() -> None:
    columns = read_columns(SMALL + '[[column]]\nnames = ["Nomor"]\nto = "022 ## $a"\nas = "issn"\n', "kolom.toml")
    assert fields("Judul,Nomor\nLaut,306406152\n", columns) == [["=022  \\\\$a306406152", "=245  10$aLaut"]]


def test_failed_formulas_mean_nothing() -> None:
    assert fields('Judul,Tahun,Penerbit,ISBN\nSatu,#REF!,#N/A,"=""9789794070963"""\n') == [
        ["=020  \\\\$a9789794070963", "=245  10$aSatu"]
    ]


def test_the_value_of_a_formula_is_read_and_not_the_formula() -> None:
    # openpyxl writes no values of formulas: such a cell is empty until a spreadsheet program has saved the file.
    (found,) = read(workbook(("Judul", "Tahun"), ('="Laut"', 2010)))
    assert isinstance(found, Rejected)
    assert found.code == "no_title"


def test_the_sheet_that_fits_is_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(("Kode", "Arti"), ("A", "Anak"), title="Kode")))
    sheet = book.create_sheet("Buku")
    sheet.append(("Judul", "Tahun"))
    sheet.append(("Laut", 2010))
    out = io.BytesIO()
    book.save(out)
    assert fields(out.getvalue()) == [["=245  10$aLaut", "=264  \\1$c2010"]]


def of_sheets(**sheets: tuple[tuple[object, ...], ...]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_further_sheets_with_titles_are_named() -> None:
    names, notes = ("Judul", "Tahun"), list[str]()
    year_by_year = of_sheets(
        Kode=(("Kode", "Arti"), ("A", "Anak")),
        A2019=(names, ("Laut", 2019)),
        A2020=(names, ("Ikan", 2020)),
        Kosong=(names,),
        Rekap=(("Tahun", "Jumlah"), (2019, 1)),
        A2021=(names, ("Karang", 2021)),
    )
    assert len(read(year_by_year, notes=notes)) == 1
    (note,) = notes
    assert note.startswith(
        'Of this workbook only the sheet "A2019" is loaded. These hold titles too: A2020, A2021. Put their rows under'
    )


def test_a_damaged_sheet_that_is_not_loaded_does_no_harm() -> None:
    names = ("Judul", "Tahun")
    spoilt = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(of_sheets(A2019=(names, ("Laut", 2019)), A2020=(names, ("Ikan", 2020))))) as whole,
        zipfile.ZipFile(spoilt, "w") as out,
    ):
        for part in whole.infolist():
            data = whole.read(part)
            out.writestr(part, data[: len(data) // 2] if part.filename.endswith("sheet2.xml") else data)
    notes: list[str] = []
    (found,) = documents(read(spoilt.getvalue(), notes=notes))
    assert (found.title, notes) == ("Laut", [])


def test_names_of_columns_that_stand_in_two_rows_are_read() -> None:
    # As they are where cells were merged, downwards ("Judul", "ISBN") and sideways ("Terbitan").
    upper = ("No", "Judul", "Pengarang", "Terbitan", None, None, "ISBN")
    lower = (None, None, None, "Kota", "Penerbit", "Tahun", None)
    row = (1, "Laut", "Wenas, Maria", "Manado", "Unsrat", 2010, "9789794070963")
    notes: list[str] = []
    (found,) = documents(read(workbook(("DAFTAR BUKU",), upper, lower, row, upper, lower), notes=notes))
    assert (found.title, found.year, found.values("publisher")) == ("Laut", 2010, ("Unsrat",))
    assert (found.values("isbn")[0], notes) == ("9789794070963", [])


def test_a_book_is_no_second_row_of_a_heading() -> None:
    assert fields("Judul,Tahun,Penerbit\nISBN,,\nLaut,2010,\n") == [
        ["=245  10$aISBN"],
        ["=245  10$aLaut", "=264  \\1$c2010"],
    ]


def test_columns_without_a_name_that_hold_something_are_told() -> None:
    notes: list[str] = []
    assert len(read("Judul,,Tahun\nSatu,,2001\nDua,baik,2002\nTiga,baru,2003\nEmpat,,2004,,\n", notes=notes)) == 4
    assert notes == ['These columns have no name, so they are not loaded: B ("baik" in row 3).']
    notes.clear()
    assert len(documents(read(workbook(("Judul", "Tahun"), ("Laut", 2010, "9789794070963")), notes=notes))) == 1
    assert notes == ['These columns have no name, so they are not loaded: C ("9789794070963" in row 2).']


def test_a_row_with_more_cells_than_columns_is_refused_with_what_to_do() -> None:
    table = "Judul,Penerbit,Tahun\nBumi,Mizan, Bandung,1999\nLaut,Mizan,2001\nIkan,,2003,,\n"
    refused, *others = read(table)
    assert isinstance(refused, Rejected)
    assert refused.origin.position == 2
    assert refused.reason.startswith('Row 2 (line 2) has a cell "1999" after the last of the 3 columns')
    assert [(document.title, document.year) for document in documents(others)] == [("Laut", 2001), ("Ikan", 2003)]


def test_tables_without_rows_are_one_refusal() -> None:
    for data in (b"", b"Judul,Tahun\n", b"\n\n\n", workbook(), workbook(("Judul", "Tahun"))):
        (found,) = read(data)
        assert isinstance(found, Rejected)


def test_a_damaged_workbook_is_one_refusal() -> None:
    whole = workbook(("Judul", "Tahun"), *(("Laut", 2010) for _ in range(100)))
    for data in (whole[:-200], whole[:300], whole.replace(b"PK\x01\x02", b"PK\x01\x03")):
        assert [getattr(item, "code", "read") for item in read(data)] == ["broken_record"]


def changed(book: bytes, part: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return out.getvalue()


def test_a_workbook_that_grows_without_measure_is_refused() -> None:
    bomb = changed(workbook(("Judul", "Tahun")), "xl/worksheets/sheet1.xml", b" " * 300_000_000)
    tracemalloc.start()
    try:
        (found,) = read(bomb)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert isinstance(found, Rejected)
    assert "grows" in found.reason


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "rahasia"
    secret.write_text("rahasia")
    sheet = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><worksheet '
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>Judul &e;</t></is></c></row></sheetData></worksheet>'
    )
    found = read(changed(workbook(("Judul", "Tahun")), "xl/worksheets/sheet1.xml", sheet.encode()))
    assert "rahasia" not in str(found)
    assert [getattr(item, "code", "read") for item in found] == ["broken_record"]


@pytest.mark.parametrize("numbers", ["1,2,3,4", "(1),(2),(3),(4)", "1.0,2.0,3.0,4.0", ",1,2,3"])
def test_a_row_that_numbers_the_columns_is_no_title_and_told(numbers: str) -> None:
    notes: list[str] = []
    table = f"No,Judul,Pengarang,Tahun\n{numbers}\n1,Laut,Leila,2017\nNo,Judul,Pengarang,Tahun\n{numbers}\n2,Saman,Ayu,1998\n"
    found = read(table, notes=notes)
    assert [document.title for document in documents(found)] == ["Laut", "Saman"]
    assert notes == ["Row 2 only numbers the columns (1, 2, 3 ...), so it is left out."]


def test_a_title_that_is_a_number_is_read() -> None:
    table = "Judul,Tahun\n1,2\n"
    assert [document.title for document in documents(read(table))] == ["1"]
    table = "No,Judul,Pengarang,Tahun\n1,2,,2009\n1,2,3,4\n"  # the second is not under the names
    assert [document.title for document in documents(read(table))] == ["2", "2"]


def test_an_open_quote_costs_only_its_line() -> None:
    found = read('Judul,Tahun\nSatu,2001\n"Dua,2002\nTiga,2003\n' + "Empat,2004\n" * 2_000)
    assert [getattr(item, "code", "read") for item in found[:3]] == ["read", "too_large", "read"]
    assert len(found) == 2_003


def test_rows_that_an_open_quote_swallowed_are_told_with_their_lines() -> None:
    notes: list[str] = []
    open_at_2 = 'Judul,Tahun,Penulis\n"Laut,2017,Leila\nGunung,2018,"Budi"\n"Saman",1998,Ayu\n'
    assert len(read(open_at_2, notes=notes)) == 2
    assert [note for note in notes if "quotation mark" in note] == [
        "Row 2 (line 2): a quotation mark seems not to be closed, so what stands down to line 3 is in one cell. Close it "
        "there, and load again."
    ]


@pytest.mark.parametrize(
    ("delimiter", "row"),
    [(";", '"Laut;"Wenas, Maria";2014'), (",", '"Laut,"Wenas Maria",2014'), ("\t", '"Laut\tWenas "M."\t2014')],
)
def test_an_open_quote_does_not_make_one_cell_of_two(delimiter: str, row: str) -> None:
    heading, sound = delimiter.join(("Judul", "Penulis", "Tahun")), delimiter.join(("Gunung", "Budi", "2018"))
    found = read(f"{heading}\n{row}\n{sound}\n")
    assert [item.origin.position for item in found if isinstance(item, SourceRecord)] == [3]
    (lost,) = (item for item in found if isinstance(item, Rejected))
    assert (lost.origin.position, lost.code) == (2, "broken_record")
    assert lost.reason == (
        "Row 2 (line 2) has 2 cells where the table has 3 columns: a quotation mark seems not to be closed, so that two cells "
        "are one. Close it, or take it out."
    )


@pytest.mark.parametrize(
    "row",
    [
        '"Laut, pantai",Wenas',
        '"Laut, pantai","Wenas, M",2014',
        '"Kata ""laut,biru"" itu",Wenas,2014',
        'Laut,"Wenas,Lasut"',  # Excel leaves out empty cells at the end of rows
        '"Laut,""3.5"" disk,pantai"',
        '"Laut "3.5" disk,pantai",Wenas,2014',
    ],
)
def test_a_quoted_delimiter_is_no_open_quote(row: str) -> None:
    assert all(isinstance(item, SourceRecord) for item in read(f"Judul,Penulis,Tahun\n{row}\nGunung,Budi,2018\n"))


def test_cells_of_several_lines_with_quotes_are_no_open_quote() -> None:
    notes: list[str] = []
    read(
        'Judul,Tahun,Penulis\n"Laut\n""bercerita"",""satu"", dua",2017,"Leila"\n"Gunung\napi",2018,"Budi"\n',
        notes=notes,
    )
    assert not [note for note in notes if "quotation mark" in note]


@pytest.mark.parametrize("cell", [b"\n" * 90_000, b"\n,x" * 60_000, b'\n,""' * 40_000, b'","' * 60_000])
def test_cells_of_many_lines_cost_no_more_than_their_length(cell: bytes) -> None:
    assert len(list(csv_rows(io.BytesIO(b'Judul,Tahun\n"' + cell + b'",1\n')))) < 10


def test_letters_of_old_macs_are_told_and_those_of_windows_are_not() -> None:
    table = "Judul;Tahun\nLaut;2017\nCafés et mémoires;2018\n"
    for encoding, is_told in (("mac_roman", True), ("cp1252", False), ("utf-8", False), ("utf-16", False)):
        notes: list[str] = []
        read(table.encode(encoding), notes=notes)
        assert [note.partition(" on letters")[0] for note in notes if "Mac" in note] == ["From row 3"] * is_told
    windows: list[str] = []
    read("Judul;Tahun\nJum‘at don’t naše 5€;2017\n".encode("cp1252"), notes=windows)
    assert not [note for note in windows if "Mac" in note]


def test_open_quotes_without_number_end_soon() -> None:
    assert len(read("Judul,Tahun\n" + '"a\n' * 100_000)) > 90_000


def test_a_line_of_ten_megabytes_is_refused_and_the_next_row_read() -> None:
    found = read("Judul,Tahun\n" + "A" * 10_000_000 + ",2001\nDua,2002\n")
    assert [getattr(item, "code", "read") for item in found] == ["too_large", "read"]


def test_a_cell_of_a_book_is_refused_and_not_cut_short() -> None:
    found = read("Judul,Tahun\n" + "A" * 120_000 + ",2001\nDua,2002\n")
    assert [getattr(item, "code", "read") for item in found] == ["too_large", "read"]


def test_a_listed_record_of_too_many_fields_is_refused() -> None:
    many = (*LISTING[:2], *(("", "", "17", "500", "#", "#", "$a Catatan"),) * 6_000, *LISTING[7:])
    found = read("\n".join(";".join(row) for row in many))
    assert [getattr(item, "code", "read") for item in found] == ["too_large", "read"]


def test_thousands_of_columns_are_refused() -> None:
    found = read("Judul,Tahun\n" + ",".join("a" * 3_000) + "\nDua,2002\n")
    assert [getattr(item, "code", "read") for item in found] == ["too_large", "read"]


def test_the_same_row_gets_the_same_id_at_the_next_load() -> None:
    first, second = (read("Judul,Tahun\nLaut,2010\n")[0] for _ in range(2))
    assert isinstance(first, SourceRecord)
    assert isinstance(second, SourceRecord)
    assert document_id(first, "kota") == document_id(second, "kota")


def test_what_is_cut_reads_as_what_is_read() -> None:
    data = b"Judul,Tahun\nLaut,2010\nGunung,2011\n"
    cut = [
        formats.READ_ONE[item.format](item)
        for item in TableReader().cut(io.BytesIO(data), "uji.csv")
        if not isinstance(item, Rejected)
    ]
    assert [str(item.record.fields) for item in cut if isinstance(item, SourceRecord)] == [
        str(item.record.fields) for item in read(data) if isinstance(item, SourceRecord)
    ]


def test_a_map_of_ones_own_takes_the_place_of_the_shipped_ones() -> None:
    own = read_columns(SMALL.replace('"Judul"', '"Nama Buku"'), "saya.toml")
    assert fields("Nama Buku,Tahun\nLaut,2010\n", own) == [["=245  10$aLaut", "=264  \\1$c2010"]]
    assert formats.readers(own, lambda *_: None)["table"] is not formats.READERS["table"]


# Maps


def test_every_shipped_map_is_sound() -> None:
    assert [mapping.name for mapping in shipped()] == ["INLISLite", "INLISLite (tag)", "SLiMS"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (SMALL.replace('as = "year"', 'as = "tahun"'), 'line 5: as = "tahun" is not known; it is one of: text, title'),
        (SMALL.replace("264 #1 $c", "264 $c"), 'line 5: to = "264 $c" is no field; write "245 10 $a"'),
        (SMALL.replace('to = "264 #1 $c"\n', ""), 'line 5: "to" is missing'),
        (SMALL.replace('names = ["Tahun"]\n', ""), 'line 5: "names" is missing'),
        (SMALL.replace('["Tahun"]', "2014"), 'line 5: "names" must be a list of texts'),
        (SMALL.replace("as =", "sebagai ="), 'line 5: "sebagai" is not known; known here are: as, label'),
        (SMALL.replace("245 10 $a", "246 10 $a"), "no column goes to 245"),
        (SMALL.replace("[[column]]", "[column]", 1), "TOML"),
        ("[column]\nnames = 1\n", "write [[column]], with two brackets"),
        ("name = Uji", "this is no TOML"),
        ('[fields]\ntag = ["Tag"]\n', '[fields] does not say which column holds "record"'),
        ("record = 1", "write [record] on a line of its own"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_map_is_told_with_its_line(wrong: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "kolom.toml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(ColumnsError) as error:
        load_columns(path)
    assert str(error.value).startswith(str(path))
    assert told in str(error.value)


def test_a_map_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "biner.toml").write_bytes(b"\xff\xfe\x00")
    for path, told in ((tmp_path / "tidak-ada.toml", "cannot be read"), (tmp_path / "biner.toml", "not in UTF-8")):
        with pytest.raises(ColumnsError, match=told):
            load_columns(path)


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip)


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=4).filter(lambda row: any(row)), min_size=1, max_size=6),
    st.sampled_from(",;\t|"),
)
def test_what_is_written_as_csv_is_read_as_it_was(rows: list[list[str]], delimiter: str) -> None:
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    data = f"sep={delimiter}\r\n" + "\r\n".join(lines)
    found = [list(row.cells) for row in csv_rows(io.BytesIO(data.encode()))]
    assert found == [
        [cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell for cell in row] for row in rows
    ]


@given(st.binary(max_size=400))
def test_no_bytes_at_all_raise(data: bytes) -> None:
    for before in (b"", b"Judul,Tahun\n", b"<table><tr><th>Tag", b"<table><tr><td><![zz[>", b"PK\x03\x04", b"\xff\xfe"):
        assert read(before + data)


# docs/loading.md

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "loading.md").read_text(encoding="utf-8")


def documented(name: str) -> str:
    found = re.search(rf"<!-- example: {re.escape(name)} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_documented_file_of_columns_loads_the_documented_table() -> None:
    assert fields(documented("daftar-buku.csv"), read_columns(documented("kolom.toml"), "kolom.toml")) == [
        [
            "=020  \\\\$a9786024246945",
            "=040  \\\\$aPERPUSKOTA",
            "=100  1\\$aChudori, Leila S.",
            "=245  10$aLaut bercerita :$bnovel",
            "=264  \\1$aJakarta$bKPG$c2017",
            "=650  \\4$aFiksi",
            "=650  \\4$aSejarah",
            "=852  \\\\$pB001",
            "=852  \\\\$pB003",
        ],
        [
            "=040  \\\\$aPERPUSKOTA",
            "=100  1\\$aSantoso, Budi",
            "=245  10$aIkan hias /$cBudi Santoso",
            "=264  \\1$aDepok$c2009",
            "=650  \\4$aPerikanan",
            "=852  \\\\$pB002",
        ],
    ]


def test_every_kind_of_value_is_documented() -> None:
    assert set(re.findall(r'^\| `"(.+?)"`', PAGE, re.MULTILINE)) | {"issn", "text"} == set(get_args(ValueKind))
