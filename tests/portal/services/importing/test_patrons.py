"""Patrons from other systems' tables, as libraries really write them."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from portal.services.actors import GUEST, Actor
from portal.services.errors import NotAllowed
from portal.services.importing.report import ImportReport, Outcome
from portal.services.importing.tables import TableError
from portal.store.database import Database
from portal.store.tables import AuditEntry, Category, Patron
from portal.store.tables.people import Role, Standing
from tests.portal.services.importing.conftest import Imports, reasons

SLIMS = (
    '"member_id","member_name","gender","member_type_name","member_email","member_address","postal_code","inst_name",'
    '"is_new","member_image","pin","member_phone","member_fax","member_since_date","register_date","expire_date",'
    '"birth_date","member_notes",\n'
    '"20230001","Ma\\\'ruf Amin Tumbel","0","Umum","maruf@example.org","Jl. Sam Ratulangi 12\\nBitung","95511","","0","",'
    '"7172010101850001","0812-3456-7890","","2023-01-10","2023-01-10","2027-01-10","1985-08-17",""\n'
    '"20230002","Siti \\"Nona\\" Rompas","1","Pelajar","-","","","SMPN 2","0","","","","","2023-02-01","2023-02-01",'
    '"0000-00-00","0000-00-00","Kelas 8B; diantar ayah"\n'
)
INLIS = (
    "NoAnggota;NamaLengkap;TempatLahir;TanggalLahir;JenisAnggota;Email;NoHp;Alamat;TanggalPendaftaran;TanggalBerakhir;StatusAnggota\n"
    "INLIS-0007;Yohanes Mandagi;Bitung;17/08/1979;Umum;yohanes@example.org;81234567890;Girian;05-01-2024;31-12-2027;Aktif\n"
    "INLIS-0008;Debora Lumi;Manado;2 Februari 2011;Anak;;;Madidir;2024-01-05;2025-01-05;Bebas Pustaka\n"
)


def patrons(database: Database) -> dict[str | None, Patron]:
    with database.reading() as session:
        return {patron.card_number: patron for patron in session.scalars(select(Patron))}


def test_a_table_of_slims_becomes_patrons(imports: Imports) -> None:
    report = imports("patrons", SLIMS)
    assert (report.outcomes[Outcome.ADDED], reasons(report), report.notes) == (2, [], [])
    found = patrons(imports.library.database)
    maruf, siti = found["20230001"], found["20230002"]
    assert (maruf.name, maruf.category, maruf.birth_year) == ("Ma'ruf Amin Tumbel", "umum", 1985)
    assert (maruf.address, maruf.phone, maruf.email) == (
        "Jl. Sam Ratulangi 12 Bitung",
        "0812-3456-7890",
        "maruf@example.org",
    )
    assert (maruf.expires_on, maruf.registered_at.date()) == (date(2027, 1, 10), date(2023, 1, 10))
    assert (siti.name, siti.email, siti.birth_year, siti.expires_on) == ('Siti "Nona" Rompas', "", None, None)
    assert siti.note == "Kelas 8B; diantar ayah"


def test_nobody_gets_a_pin_or_a_role_by_an_import(imports: Imports) -> None:
    imports("patrons", SLIMS)
    assert {(one.pin_hash, one.role) for one in patrons(imports.library.database).values()} == {("", Role.PATRON)}


def test_numbers_of_identity_cards_are_not_kept(sqlite_imports: Imports) -> None:
    sqlite_imports("patrons", SLIMS)
    kept = [str(vars(patron)) for patron in patrons(sqlite_imports.library.database).values()]
    assert not any("7172010101850001" in text for text in kept)


def test_a_table_of_inlislite_becomes_patrons(imports: Imports) -> None:
    report = imports("patrons", INLIS)
    assert (report.outcomes[Outcome.ADDED], reasons(report)) == (2, [])
    found = patrons(imports.library.database)
    assert found["INLIS-0007"].phone == "081234567890"
    assert found["INLIS-0007"].expires_on == date(2027, 12, 31)
    assert found["INLIS-0008"].birth_year == 2011
    assert found["INLIS-0008"].standing is Standing.BLOCKED
    assert found["INLIS-0007"].standing is Standing.ACTIVE


@pytest.mark.parametrize("table", [SLIMS, INLIS], ids=["slims", "inlislite"])
def test_the_same_table_again_changes_nothing(imports: Imports, table: str) -> None:
    imports("patrons", table)
    before = {card: vars(patron).copy() for card, patron in patrons(imports.library.database).items()}
    again = imports("patrons", table)
    after = {card: vars(patron).copy() for card, patron in patrons(imports.library.database).items()}
    assert (again.outcomes[Outcome.SAME], again.read) == (2, 2)
    for state in (*before.values(), *after.values()):
        state.pop("_sa_instance_state")
    assert after == before


def test_a_corrected_table_corrects_and_keeps_what_it_is_silent_about(imports: Imports) -> None:
    imports("patrons", SLIMS)
    report = imports("patrons", "member_id,member_name\n20230001,Maruf A. Tumbel\n")
    assert report.outcomes[Outcome.CHANGED] == 1
    patron = patrons(imports.library.database)["20230001"]
    assert (patron.name, patron.email) == ("Maruf A. Tumbel", "maruf@example.org")


def test_who_is_there_already_can_be_left_alone(sqlite_imports: Imports) -> None:
    sqlite_imports("patrons", SLIMS)
    report = sqlite_imports("patrons", "member_id,member_name\n20230001,Orang Lain\n", only_new=True)
    assert report.outcomes == {Outcome.SAME: 1}
    assert patrons(sqlite_imports.library.database)["20230001"].name == "Ma'ruf Amin Tumbel"


def test_a_row_that_is_refused_is_told_with_its_number_and_costs_no_other(imports: Imports) -> None:
    report = imports(
        "patrons",
        "member_id,member_name,member_type_name,birth_date,expire_date\n"
        "1,Ani,Umum,31/02/1990,\n"
        ",Tanpa Nomor,Umum,,\n"
        "3,,Umum,,\n"
        "4,Budi,Sultan,,\n"
        "5,Cinta,Umum,1990-13-45,\n"
        "6,Dedi,Umum,,besok\n"
        "7,Ese,Umum,,\n"
        "7,Ese Kembar,Umum,,\n"
        "2.023E+11,Fani,Umum,,\n"
        f"9,{'x' * 201},Umum,,\n",
    )
    assert [(row, reason.split(";")[0]) for row, reason in reasons(report)] == [
        (2, 'the date of birth "31/02/1990" is a day that does not exist.'),
        (3, "there is no card number."),
        (4, "there is no name."),
        (5, 'there is no category "Sultan"'),
        (6, 'the date of birth "1990-13-45" is a day that does not exist.'),
        (7, 'the last day of membership "besok" is no date'),
        (9, "the same stands in row 8 already."),
        (10, "the card number 2.023E+11 was shortened by a spreadsheet"),
        (11, "the name has 201 characters"),
    ]
    assert list(patrons(imports.library.database)) == ["7"]
    assert report.read == 10


def test_categories_are_made_only_when_asked_for(imports: Imports) -> None:
    table = "member_id,member_name,member_type_name\n1,Ani,Guru Besar\n2,Budi,guru besar\n"
    assert imports("patrons", table).outcomes == {Outcome.REFUSED: 2}
    report = imports("patrons", table, create=True)
    assert (report.outcomes, report.made) == ({Outcome.ADDED: 2}, ["category guru-besar (Guru Besar)"])
    with imports.library.database.reading() as session:
        assert session.get_one(Category, "guru-besar").name_id == "Guru Besar"


def test_a_check_keeps_nothing(imports: Imports) -> None:
    report = imports("patrons", SLIMS + '"9","Baru","","Khusus"\n', check=True, create=True)
    assert (report.outcomes[Outcome.ADDED], report.made) == (3, ["category khusus (Khusus)"])
    assert patrons(imports.library.database) == {}
    with imports.library.database.reading() as session:
        assert session.get(Category, "khusus") is None
        assert session.scalars(select(AuditEntry)).all() == []


def test_an_import_is_written_down_without_a_name(imports: Imports) -> None:
    imports("patrons", SLIMS)
    with imports.library.database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.action) == ("admin", "import_patrons")
    assert entry.detail == "added 2, changed 0, same 0, passed 0, refused 0"


@pytest.mark.parametrize("actor", [GUEST, Actor("p", Role.PATRON), Actor("l", Role.LIBRARIAN)])
def test_only_admins_import(sqlite_imports: Imports, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        sqlite_imports("patrons", SLIMS, actor=actor)
    assert patrons(sqlite_imports.library.database) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_encoding_and_delimiter_of_a_spreadsheet(sqlite_imports: Imports, encoding: str, delimiter: str) -> None:
    lines = [["No. Anggota", "Nama Anggota", "Jenis Anggota"], ["A1", "José Kaunang", "Umum"], ["A2", "Ani", "Umum"]]
    table = "\r\n".join(delimiter.join(cells) for cells in lines) + "\r\n"
    assert sqlite_imports("patrons", table.encode(encoding)).outcomes == {Outcome.ADDED: 2}
    assert patrons(sqlite_imports.library.database)["A1"].name == "José Kaunang"


def test_a_workbook_with_a_title_above_its_columns(sqlite_imports: Imports) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["DAFTAR ANGGOTA PERPUSTAKAAN KOTA BITUNG"])
    sheet.append([])
    sheet.append(["No.", "Nomor Anggota", "Nama Lengkap", "Jenis Anggota", "Tanggal Lahir", "No. HP"])
    sheet.append([1, 20240001, "Ani Sondakh", "Umum", date(1991, 3, 5), 81234567890])
    sheet.append([2, "0002", "Budi", "Pelajar", "5/3/2012", "-"])
    written = BytesIO()
    book.save(written)
    report = sqlite_imports("patrons", written.getvalue(), name="anggota.xlsx")
    assert (report.outcomes, reasons(report)) == ({Outcome.ADDED: 2}, [])
    found = patrons(sqlite_imports.library.database)
    assert (found["20240001"].birth_year, found["20240001"].phone) == (1991, "081234567890")
    assert found["0002"].name == "Budi"


def test_a_table_without_a_heading_is_read_by_the_order_of_slims(sqlite_imports: Imports) -> None:
    _, *rows = SLIMS.splitlines(keepends=True)
    assert sqlite_imports("patrons", "".join(rows), "slims").outcomes == {Outcome.ADDED: 2}


HOSTILE = (
    b"member_id,member_name,member_type_name\n"
    b'1,"<script>alert(1)</script>",Umum\n'
    b"2,\"=cmd|' /C calc'!A0\",Umum\n"
    b"3,Robert'); DROP TABLE patron;--,Umum\n"
    b"4,\x01\x02Kontrol\x7f,Umum\n"
    b"5,\xff\xfe\xe9,Umum\n"
    b"6,\xed\xa0\x80Surrogate,Umum\n"
    b'7,"never closed,Umum\n'
    b"8,After,Umum\n"
)


def test_hostile_rows_are_kept_as_text_or_refused_and_break_nothing(imports: Imports) -> None:
    report = imports("patrons", HOSTILE)
    found = {card: patron.name for card, patron in patrons(imports.library.database).items()}
    assert found["1"] == "<script>alert(1)</script>"
    assert found["3"] == "Robert'); DROP TABLE patron;--"
    assert found["4"] == "Kontrol"
    assert found["8"] == "After"
    assert report.read == 8
    assert all(name.isprintable() for name in found.values())


def test_a_nul_after_the_beginning_breaks_nothing(imports: Imports) -> None:
    rows = "".join(f"{n},Anggota {n},Umum\n" for n in range(400))
    report = imports("patrons", f"member_id,member_name,member_type_name\n{rows}9\x009,Nul\x00la,Umum\n")
    assert report.outcomes == {Outcome.ADDED: 400, Outcome.REFUSED: 1}
    assert reasons(report)[0][1] == "the same stands in row 101 already."


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (b"", "empty"),
        (b"judul,pengarang\nLaut,Ani\n", "No map of columns fits"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel"),
        (b"\x7fELF" + bytes(600), "neither CSV nor a workbook"),
        (b"PK\x03\x04" + bytes(600), "damaged"),
    ],
    ids=["empty", "books", "xls", "program", "zip"],
)
def test_what_is_no_table_of_patrons_is_refused_as_a_whole(sqlite_imports: Imports, table: bytes, told: str) -> None:
    with pytest.raises(TableError, match=told):
        sqlite_imports("patrons", table)


def test_many_rows_come_in_many_transactions_and_all_arrive(imports: Imports) -> None:
    rows = "".join(f"{n:06},Anggota {n},Umum\n" for n in range(1, 1001))
    table = f"member_id,member_name,member_type_name\n{rows}"
    assert imports("patrons", table).outcomes == {Outcome.ADDED: 1000}
    assert imports("patrons", table).outcomes == {Outcome.SAME: 1000}


def test_who_left_the_library_does_not_come_back_by_an_import(sqlite_imports: Imports) -> None:
    sqlite_imports("patrons", SLIMS)
    with sqlite_imports.library.database.writing() as session:
        session.scalars(select(Patron).where(Patron.card_number == "20230001")).one().standing = Standing.WITHDRAWN
    report: ImportReport = sqlite_imports("patrons", SLIMS)
    assert (report.outcomes[Outcome.REFUSED], report.outcomes[Outcome.SAME]) == (1, 1)
