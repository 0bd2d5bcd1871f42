"""Tables with a row a copy: the rows of one title are one record."""

import io
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from ingest.readers.columns import read_columns
from ingest.readers.table import TableReader
from ingest.readers.table_copies import Cut, joined, title_key
from ingest.source import Rejected, SourceRecord, UnreadRecord
from tests.ingest.test_table import Found, documents, read, workbook

REGISTER = "No. Induk,Judul,Pengarang,Penerbit,Tahun,Lokasi,Harga\n"
BIOLOGY = "Biologi,Campbell,Erlangga,2010"


def copies(found: Found) -> list[list[str]]:
    records = [item.record for item in found if isinstance(item, SourceRecord)]
    return [[str(field) for field in record.fields if field.tag == "852"] for record in records]


def test_rows_of_one_title_become_one_record_with_all_copies() -> None:
    found = read(REGISTER + "".join(f"B{n},{BIOLOGY},Pusat,50000\n" for n in (1, 2, 3)))
    assert copies(found) == [[f"=852  \\\\$bPusat$pB{n}" for n in (1, 2, 3)]]
    (document,) = documents(found)
    assert [item.barcode for item in document.items] == ["B1", "B2", "B3"]


def test_rows_of_one_title_far_apart_become_one_record() -> None:
    others = "".join(f"K{n},Kimia {n},Petrucci,Erlangga,2011,Pusat,1\n" for n in range(500))
    found = read(f"{REGISTER}B1,{BIOLOGY},Pusat,1\n{others}B2,{BIOLOGY},Cabang,1\n")
    assert len(found) == 501
    assert copies(found)[0] == ["=852  \\\\$bPusat$pB1", "=852  \\\\$bCabang$pB2"]
    assert [item.origin.position for item in found] == list(range(2, 503))


def test_rows_that_differ_in_their_description_stay_apart() -> None:
    found = read(f"{REGISTER}B1,{BIOLOGY},,\nB2,{BIOLOGY.replace('2010', '2012')},,\n")
    assert [len(each) for each in copies(found)] == [1, 1]


def test_titles_with_numbers_of_their_own_stay_apart() -> None:
    heading = "No. Kontrol,Judul,Tahun,Barcode\n"
    assert len(read(heading + "1,Biologi,2010,B1\n2,Biologi,2010,B2\n")) == 2
    assert copies(read(heading + "1,Biologi,2010,B1\n1,Biologi,2010,B2\n")) == [["=852  \\\\$pB1", "=852  \\\\$pB2"]]


@pytest.mark.parametrize("tag", ["952", "990"])
def test_copies_in_the_fields_of_other_systems_are_joined_too(tag: str) -> None:
    columns = read_columns(
        f'[[column]]\nnames = ["Judul"]\nto = "245 10 $a"\n[[column]]\nnames = ["Kode"]\nto = "{tag} ## $a"\n', "k.toml"
    )
    (found,) = read("Judul,Kode\nLaut,B1\nLaut,B2\n", columns)
    assert isinstance(found, SourceRecord)
    assert [field.get("a") for field in found.record.of(tag)] == ["B1", "B2"]


def test_the_same_row_twice_is_one_copy() -> None:
    assert copies(read(REGISTER + f"B1,{BIOLOGY},,\n" * 2)) == [["=852  \\\\$pB1"]]


def test_what_a_later_row_says_beside_its_copy_is_left() -> None:
    (found,) = read("Judul,Tahun,Subjek,Barcode\nLaut,2010,Fiksi,B1\nLaut,2010,Sejarah,B2\n")
    assert isinstance(found, SourceRecord)
    assert [field.get("a") for field in found.record.of("650")] == ["Fiksi"]


def test_refused_rows_among_copies_are_told() -> None:
    found = read(f"{REGISTER}B1,{BIOLOGY},,\nB2,,,,,,\nB3,{BIOLOGY},,\n")
    assert [(item.origin.position, getattr(item, "code", "read")) for item in found] == [(3, "no_title"), (2, "read")]
    assert copies(found) == [["=852  \\\\$pB1", "=852  \\\\$pB3"]]


def test_more_copies_than_a_record_may_have_are_refused() -> None:
    (found,) = read(REGISTER + "".join(f"B{n},{BIOLOGY},,\n" for n in range(6_000)))
    assert isinstance(found, Rejected)
    assert found.code == "too_large"


def test_a_workbook_of_copies_is_joined() -> None:
    rows = (("No Induk", "Judul", "Tahun"), (1, "Laut", 2010), (2, "Gunung", 2011), (3, "Laut", 2010))
    assert copies(read(workbook(*rows))) == [["=852  \\\\$p1", "=852  \\\\$p3"], ["=852  \\\\$p2"]]


def test_rows_before_a_damage_are_given() -> None:
    (found,) = TableReader().cut(io.BytesIO(f"{REGISTER}B1,{BIOLOGY},,\n".encode()), "u.csv")
    assert isinstance(found, UnreadRecord)
    source = TableReader().read_one(found)
    assert isinstance(source, SourceRecord)

    def broken() -> Iterator[Cut]:
        yield source.record, found
        raise zlib.error("broken off")

    rows = joined(broken(), "u.csv")
    assert next(rows) == found
    with pytest.raises(zlib.error):
        next(rows)


def test_memory_does_not_grow_with_the_table() -> None:
    def lines() -> Iterator[bytes]:
        yield REGISTER.encode()
        for number in range(8_000):
            yield f"B{number},Judul {number} {'panjang ' * 300},Nama,Penerbit,2010,Pusat,1\n".encode()

    data = io.BytesIO(b"".join(lines()))  # 20 MB, and the records a little more
    tracemalloc.start()
    try:
        assert sum(1 for _ in TableReader().cut(data, "u.csv")) == 8_000
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_title_is_known_by_what_its_made_up_number_is_made_of() -> None:
    rows = ("Laut,2010,B1", "Laut,2010,B2", "Laut,2011,B3")
    keys = []
    for row in rows:
        (found,) = read(f"Judul,Tahun,Barcode\n{row}\n")
        assert isinstance(found, SourceRecord)
        keys.append((title_key(found.record), documents([found])[0].id))
    assert keys[0] == keys[1]
    assert keys[0][0] != keys[2][0]
    assert keys[0][1] != keys[2][1]


def test_with_a_barcode_the_number_of_the_register_makes_no_second_copy() -> None:
    found = read("Judul,Tahun,Barcode,No. Induk\nLaut,2010,B1,17\nGunung,2011,,18\n")
    assert copies(found) == [["=852  \\\\$pB1"], ["=852  \\\\$p18"]]


def test_the_place_in_a_row_is_that_of_all_its_barcodes() -> None:
    found = read("Judul,Tahun,Barcode,Lokasi\nLaut,2010,B1;B2,Pusat\n")
    assert copies(found) == [["=852  \\\\$bPusat$pB1", "=852  \\\\$bPusat$pB2"]]


def test_every_usual_heading_of_a_register_is_known() -> None:
    names = (
        "No.", "No. Inventaris", "Judul Buku", "Nama Pengarang", "Penerbit", "Kota Terbit", "Thn Terbit", "ISBN",
        "No. Klasifikasi", "No. Panggil", "Subyek", "Deskripsi Fisik", "Edisi", "Bahasa", "Jumlah Eksemplar", "Lokasi",
        "Harga",
    )  # fmt: skip
    others = (
        "No Induk", "Nomor Induk", "Judul", "Pengarang", "Tempat Terbit", "Tahun Terbit", "Nomor Panggil", "Subjek",
        "Kolasi", "Cetakan",
    )  # fmt: skip
    for heading in (names, others):
        notes: list[str] = []
        row = {"Judul Buku": "Laut", "Judul": "Laut", "Thn Terbit": "2010", "Tahun Terbit": "2010"}
        found = read(workbook(heading, tuple(row.get(name, "1") for name in heading)), notes=notes)
        assert not notes
        assert [document.fields["year"] for document in documents(found)] == [("2010",)]


def test_a_list_of_loans_is_no_list_of_titles() -> None:
    (found,) = read("Nama Peminjam,Nomor Induk,Judul,Tanggal Kembali\nBudi,1234,Laut,2020-01-02\n")
    assert isinstance(found, Rejected)
    assert found.code == "unknown_format"
    assert "about something else" in found.reason
