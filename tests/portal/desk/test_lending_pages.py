"""Lending and taking back by forms, without a script."""

import re

import pytest
from sqlalchemy import select

from portal.desk.lending import MAX_SET
from portal.ils.driver import HoldRequest
from portal.store.tables import AuditEntry, Loan, Rule
from search.document import DocumentId
from tests.portal.desk.conftest import AtDesk
from tests.support.accounts import sign_in, token_of
from tests.support.circulation import CENTRAL, LAUT, SECOND, Library


def told(page: str) -> str:
    """What is told in large of the last scan, as plain text."""
    found = re.search(r'<div class="scan-told is-(\w+)".*?</div>', page, re.S)
    assert found, page[-2000:]
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def open_loans(shelves: Library) -> list[Loan]:
    with shelves.database.reading() as session:
        return list(session.scalars(select(Loan).where(Loan.returned_at.is_(None))))


def test_a_card_opens_the_counter_and_a_copy_is_lent(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(name="Ani Sondakh"), shelves.copy()
    page = librarian.follow("/meja/pinjam", kartu=patron.card_number)
    assert "Pinjam: Ani Sondakh" in page
    page = librarian.follow(f"/meja/pinjam/{patron.id}", barcode=barcode, key="k1", cabang=CENTRAL)
    assert told(page) == "✓ Dipinjamkan Judul laut.1 Jatuh tempo Kam, 3 Des 2026"
    assert [loan.patron_id for loan in open_loans(shelves)] == [patron.id]


def test_neither_names_nor_numbers_stand_in_addresses(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(name="Ani Sondakh"), shelves.copy()
    address = librarian.post("/meja/pinjam", kartu=patron.card_number)
    lent = librarian.post(f"/meja/pinjam/{patron.id}", barcode=barcode, key="k1", cabang=CENTRAL)
    assert not any(private in address + lent for private in (patron.card_number, barcode, "Ani"))


def test_an_unknown_card_is_told_beside_its_field(librarian: AtDesk) -> None:
    page = librarian.post("/meja/pinjam", 422, kartu="TIADA")
    assert 'id="kartu-salah">Nomor anggota ini tidak dikenal.' in page
    assert 'aria-describedby="kartu-ket kartu-salah"' in page


def test_the_same_scan_twice_lends_once(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(), shelves.copy()
    for _ in range(2):
        page = librarian.follow(f"/meja/pinjam/{patron.id}", barcode=barcode, key="one", cabang=CENTRAL)
        assert told(page).startswith("✓ Dipinjamkan")
    again = librarian.post(f"/meja/pinjam/{patron.id}", 200, barcode=barcode, key="other", cabang=CENTRAL)
    assert told(again) == "! Anggota ini sudah meminjamnya. Judul laut.1"
    assert len(open_loans(shelves)) == 1


def test_a_refusal_says_why_and_can_be_overridden_where_that_is_allowed(librarian: AtDesk, shelves: Library) -> None:
    patron = shelves.patron()
    barcodes = shelves.copies(number=4)
    for number, barcode in enumerate(barcodes[:3]):
        librarian.post(f"/meja/pinjam/{patron.id}", barcode=barcode, key=f"k{number}", cabang=CENTRAL)
    page = librarian.post(f"/meja/pinjam/{patron.id}", 422, barcode=barcodes[3], key="k4", cabang=CENTRAL)
    assert "✗ Tidak dipinjamkan" in told(page)
    assert "Anggota sudah meminjam sebanyak yang boleh." in told(page)
    assert 'name="override" value="1"' in page
    page = librarian.follow(f"/meja/pinjam/{patron.id}", barcode=barcodes[3], key="k5", cabang=CENTRAL, override="1")
    assert told(page).startswith("✓ Dipinjamkan")
    with shelves.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "loan.override")).one()
    assert (entry.subject, entry.detail) == (patron.id, "max_loans")


def test_what_is_about_the_copy_cannot_be_overridden(librarian: AtDesk, shelves: Library) -> None:
    patron, other, barcode = shelves.patron(), shelves.patron(), shelves.copy()
    librarian.post(f"/meja/pinjam/{other.id}", barcode=barcode, key="k1", cabang=CENTRAL)
    page = librarian.post(f"/meja/pinjam/{patron.id}", 422, barcode=barcode, key="k2", cabang=CENTRAL, override="1")
    assert "Sedang dipinjam anggota lain" in told(page)
    assert 'name="override"' not in page
    assert [loan.patron_id for loan in open_loans(shelves)] == [other.id]


def test_another_card_under_the_scanner_opens_that_patron(librarian: AtDesk, shelves: Library) -> None:
    first, second = shelves.patron(), shelves.patron(name="Budi")
    page = librarian.follow(f"/meja/pinjam/{first.id}", barcode=second.card_number, key="k", cabang=CENTRAL)
    assert "Pinjam: Budi" in page


def test_an_unknown_barcode_is_refused(librarian: AtDesk, shelves: Library) -> None:
    patron = shelves.patron()
    page = librarian.post(f"/meja/pinjam/{patron.id}", 422, barcode="<b>TIADA", key="k", cabang=CENTRAL)
    assert "Barkod ini tidak dikenal." in told(page)
    assert "<b>TIADA" not in page


def rows_of(page: str) -> list[str]:
    """What is told of each copy of a set, as plain text."""
    found = re.search(r'<ul class="desk-rows" data-set-told>(.*?)</ul>', page, re.S)
    assert found, page[-2000:]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found[1].split("</li>") if row.strip()]


def test_a_set_for_a_class_is_answered_copy_by_copy_the_refused_first(librarian: AtDesk, shelves: Library) -> None:
    teacher, other = shelves.patron(), shelves.patron()
    shelves.rule(max_loans=40)
    first, taken, mine, last = shelves.copies(number=4)
    shelves.lend(other, taken)
    shelves.lend(teacher, mine)
    scanned = f"{first}\r\n\r\n  {taken}\r\nTIADA\r\n{mine}\r\n{last} \r\n{first}\r\n"
    here = f"/meja/pinjam/{teacher.id}/banyak"
    page = librarian.post(here, 422, barcodes=scanned, key="set", cabang=CENTRAL)
    assert "2 dari 5 buku dipinjamkan" in page
    assert rows_of(page) == [
        f"✗ Tidak dipinjamkan : Judul laut.1 {taken} Sedang dipinjam anggota lain; pindai dahulu di halaman Kembali.",
        "✗ Tidak dipinjamkan : TIADA Barkod ini tidak dikenal. Periksa angkanya, atau cari buku itu di Eksemplar.",
        f"! Sudah dipinjam: Judul laut.1 {mine} Anggota ini sudah meminjamnya.",
        f"✓ Dipinjamkan: Judul laut.1 {first} Jatuh tempo Kam, 3 Des 2026",
        f"✓ Dipinjamkan: Judul laut.1 {last} Jatuh tempo Kam, 3 Des 2026",
    ]
    assert rows_of(librarian.post(here, 422, barcodes=scanned, key="set", cabang=CENTRAL)) == rows_of(page)
    assert sum(loan.patron_id == teacher.id for loan in open_loans(shelves)) == 3


def test_a_set_of_none_or_of_too_many_lends_nothing_and_keeps_what_was_typed(
    librarian: AtDesk, shelves: Library
) -> None:
    teacher, barcode = shelves.patron(), shelves.copy()
    here = f"/meja/pinjam/{teacher.id}/banyak"
    page = librarian.post(here, 422, barcodes=" \n", key="k", cabang=CENTRAL)
    assert 'id="barcodes-salah">Belum ada barkod.' in page
    many = "\n".join([barcode] * (MAX_SET + 1))
    page = librarian.post(here, 422, barcodes=many, key="k", cabang=CENTRAL)
    assert 'id="barcodes-salah">Terlalu banyak barkod; paling banyak 100' in page
    assert f"{many}</textarea>" in page
    assert open_loans(shelves) == []


def test_a_set_that_is_all_lent_is_no_mistake(librarian: AtDesk, shelves: Library) -> None:
    teacher, barcodes = shelves.patron(), shelves.copies(number=3)
    page = librarian.post(f"/meja/pinjam/{teacher.id}/banyak", 200, barcodes="\n".join(barcodes), key="k")
    assert len(rows_of(page)) == len(open_loans(shelves)) == 3


def test_the_slip_lists_what_is_out(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(name="Ani Sondakh"), shelves.copy()
    librarian.post(f"/meja/pinjam/{patron.id}", barcode=barcode, key="k", cabang=CENTRAL)
    page = librarian.get(f"/meja/pinjam/{patron.id}/bukti")
    assert barcode in page
    assert "Kam, 3 Des 2026" in page


def test_a_returned_copy_goes_to_the_shelf(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(), shelves.copy()
    librarian.post(f"/meja/pinjam/{patron.id}", barcode=barcode, key="k", cabang=CENTRAL)
    page = librarian.post("/meja/kembali", 200, barcode=barcode, cabang=CENTRAL)
    assert told(page) == "✓ Kembalikan ke rak Judul laut.1 Pinjaman selesai."
    again = librarian.post("/meja/kembali", 200, barcode=barcode, cabang=CENTRAL)
    assert told(again).startswith("✓ Kembalikan ke rak")
    assert open_loans(shelves) == []


def test_a_copy_that_is_waited_for_goes_to_the_hold_shelf_or_to_another_branch(
    librarian: AtDesk, shelves: Library
) -> None:
    lent, here, there = shelves.patron(), shelves.patron(name="Cinta"), shelves.patron(name="Dedi")
    barcode = shelves.copy()
    librarian.post(f"/meja/pinjam/{lent.id}", barcode=barcode, key="k", cabang=CENTRAL)
    shelves.circulation.place_hold(here.id, HoldRequest(DocumentId(LAUT), CENTRAL, "h1"))
    page = librarian.post("/meja/kembali", 200, barcode=barcode, cabang=CENTRAL)
    assert "! Ke rak reservasi" in told(page)
    assert f"Untuk Cinta ({here.card_number})" in told(page)
    librarian.post(f"/meja/pinjam/{here.id}", barcode=barcode, key="k2", cabang=CENTRAL)
    shelves.circulation.place_hold(there.id, HoldRequest(DocumentId(LAUT), SECOND, "h2"))
    page = librarian.post("/meja/kembali", 200, barcode=barcode, cabang=CENTRAL)
    assert "! Kirim ke Cabang Aertembaga" in told(page)
    assert "Untuk Dedi" in told(page)


def test_a_late_copy_tells_its_fine(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(), shelves.copy()
    with shelves.database.writing() as session:
        session.get_one(Rule, ("*", "*", "*")).fine_per_day = 500
    librarian.post(f"/meja/pinjam/{patron.id}", barcode=barcode, key="k", cabang=CENTRAL)
    shelves.clock.on(days=10)
    with shelves.database.reading() as session:
        assert session.scalars(select(Loan)).one().fine_per_day == 500
    page = librarian_again(librarian).post("/meja/kembali", 200, barcode=barcode, cabang=CENTRAL)
    assert "Terlambat 3 hari" in told(page)
    assert re.search(r"Denda Rp1\.\d00", told(page))


def librarian_again(librarian: AtDesk) -> AtDesk:
    """Signed in anew: the clock has ended the session."""
    librarian.client.cookies.clear()
    sign_in(librarian.client, "STAF-1")
    return AtDesk(librarian.client, token_of(librarian.client))


@pytest.mark.parametrize("path", ["/meja/kembali", "/meja/pinjam"])
def test_the_scanners_field_has_the_focus(librarian: AtDesk, path: str) -> None:
    page = librarian.get(path)
    focused = re.findall(r"<input [^>]*autofocus[^>]*>", page)
    assert len(focused) == 1
    assert 'class="scan-input"' in focused[0]
