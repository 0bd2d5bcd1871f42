"""Patrons, copies, rules, calendars and lists by forms, without a script."""

import ast
import csv
import html
import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from portal import services
from portal.bibliography.spreadsheet import harmless
from portal.bootstrap_accounts import Accounts
from portal.i18n import Language, messages
from portal.ils.driver import HoldRequest
from portal.services.actors import Actor
from portal.services.audit import record
from portal.services.housekeeping import CLOCK
from portal.services.importing.columns import Kind
from portal.store.tables import AuditEntry, ClosedDay, Fine, Item, Job, Message, Patron, Rule
from portal.store.tables.circulation import FineKind
from portal.store.tables.collection import ItemStatus
from portal.store.tables.people import RequestKind, Role, Standing
from search.document import DocumentId
from tests.portal.desk.conftest import AtDesk
from tests.support.accounts import add_person
from tests.support.circulation import CENTRAL, LAUT, LIBRARIAN, SECOND, Library

NEW = {
    "name": "Ani Sondakh",
    "category": "umum",
    "home_branch": "pusat",
    "born": "1990-05-17",
    "language": "id",
    "phone": "0812-3456-7890",
}


def kept(shelves: Library, patron: str) -> Patron:
    with shelves.database.reading() as session:
        return session.get_one(Patron, patron)


def words(page: str) -> str:
    body = page.partition('<div class="desk-body">')[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


# ---- patrons


def test_a_patron_is_registered_gets_a_pin_and_can_sign_in(
    librarian: AtDesk, shelves: Library, accounts: Accounts
) -> None:
    address = librarian.post("/meja/anggota/baru", 303, **NEW, card_number="BT-0100", agreed_reminders="1")
    page = librarian.get(address)
    assert "Anggota terdaftar." in page
    patron = address.partition("/anggota/")[2].partition("?")[0]
    shown = librarian.post(f"/meja/anggota/{patron}/pin", 200)
    found = re.search(r'<p class="desk-pin">(\d+)</p>', shown)
    assert found
    assert accounts.identity.check_pin("BT-0100", found[1]) == patron
    assert found[1] not in librarian.get(f"/meja/anggota/{patron}")


def test_a_form_with_mistakes_comes_back_as_it_was_filled_in(librarian: AtDesk) -> None:
    page = librarian.post("/meja/anggota/baru", 422, **NEW | {"born": "2015-01-01", "email": "salah"})
    assert 'value="Ani Sondakh"' in page
    assert 'id="email-salah">Surel ini tidak benar.' in page
    assert '<a href="#email">' in page
    assert page.count("autofocus") == 1
    page = librarian.post("/meja/anggota/baru", 422, **NEW | {"born": "2015-01-01"})
    assert 'id="guardian_card-salah">Di bawah 18 tahun' in page


def test_a_patron_is_found_by_name_and_no_name_stands_in_an_address(librarian: AtDesk, shelves: Library) -> None:
    patron = shelves.patron(name="<b>Ani</b> Sondakh", card_number="BT-0001")
    page = librarian.post("/meja/anggota", 200, cari="sondakh")
    assert "1 anggota" in words(page)
    assert "&lt;b&gt;Ani&lt;/b&gt; Sondakh" in page
    assert "<b>Ani</b>" not in page
    assert librarian.post("/meja/anggota", cari="BT-0001") == f"/meja/anggota/{patron.id}"


def test_staff_correct_block_and_give_a_new_card(librarian: AtDesk, shelves: Library) -> None:
    patron = shelves.patron(name="Ani", birth_year=1990)
    here = f"/meja/anggota/{patron.id}"
    details = {"name": "Ani Lumi", "category": "guru", "home_branch": "pusat", "birth_year": "1991", "language": "en"}
    assert "Perubahan tersimpan." in librarian.follow(f"{here}/ubah", **details)
    assert (kept(shelves, patron.id).name, kept(shelves, patron.id).category) == ("Ani Lumi", "guru")
    assert "Tulis alasannya" in librarian.post(f"{here}/blokir", 422, reason="")
    assert "Diblokir: Buku hilang" in words(librarian.follow(f"{here}/blokir", reason="Buku hilang"))
    librarian.post(f"{here}/buka")
    librarian.post(f"{here}/kartu-hilang")
    assert kept(shelves, patron.id).standing is Standing.CARD_LOST
    librarian.post(f"{here}/kartu-baru", card_number="BT-0009")
    assert (kept(shelves, patron.id).card_number, kept(shelves, patron.id).standing) == ("BT-0009", Standing.ACTIVE)


def test_a_librarian_cannot_change_staff_by_a_form(librarian: AtDesk, shelves: Library) -> None:
    chief = add_person(shelves.database, "BOSS-1", Role.ADMIN, "Kepala")
    assert "/ubah" not in librarian.get(f"/meja/anggota/{chief}")
    librarian.post(f"/meja/anggota/{chief}/blokir", 403, reason="x")
    librarian.post(f"/meja/anggota/{chief}/pin", 403)
    assert kept(shelves, chief).standing is Standing.ACTIVE


def test_loans_are_renewed_and_a_refusal_stands_beside_its_loan(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(), shelves.copy()
    shelves.desk.check_out(LIBRARIAN, patron.card_number, barcode, CENTRAL, "k")
    [loan] = shelves.circulation.open_loans(patron.id)
    here = f"/meja/anggota/{patron.id}"
    shelves.circulation.place_hold(shelves.patron().id, HoldRequest(DocumentId(LAUT), CENTRAL, "h"))
    page = librarian.post(f"{here}/perpanjang", 422, pinjaman=loan.id, key="r1")
    assert "✗ Ada anggota lain yang menunggu judul ini." in words(page)


def test_a_fine_is_paid_in_parts_waived_and_never_twice(librarian: AtDesk, shelves: Library) -> None:
    patron = shelves.patron()
    here = f"/meja/anggota/{patron.id}"
    librarian.post(f"{here}/tagih", kind="damaged", charge_amount="25.000", fine_note="Sampul sobek")
    with shelves.database.reading() as session:
        fine = session.scalars(select(Fine)).one()
    assert (fine.kind, fine.amount, fine.note) == (FineKind.DAMAGED, 25_000, "Sampul sobek")
    for _ in range(2):
        librarian.post(f"{here}/bayar", denda=fine.id, amount="10.000", key="p1")
    assert "Denda: Rp15.000" in words(librarian.get(here))
    librarian.post(f"{here}/bayar", 422, denda=fine.id, amount="sepuluh", key="p2")
    librarian.post(f"{here}/hapus-denda", denda=fine.id, key="w1")
    assert "Denda: Rp0" in words(librarian.get(here))


def test_guardians_are_added_and_removed(librarian: AtDesk, shelves: Library) -> None:
    mother, child = shelves.patron(name="Ibu"), shelves.patron(name="Anak Kecil")
    page = librarian.follow(f"/meja/anggota/{child.id}/wali", guardian_card=mother.card_number)
    assert f"Ibu · {mother.card_number}" in words(page)
    assert "Anak Kecil" in librarian.get(f"/meja/anggota/{mother.id}")
    librarian.post(f"/meja/anggota/{child.id}/lepas-wali", wali=mother.id)
    assert "Anak Kecil" not in librarian.get(f"/meja/anggota/{mother.id}")


def test_a_hold_is_placed_by_barcode_or_record_and_cancelled(librarian: AtDesk, shelves: Library) -> None:
    patron, other = shelves.patron(), shelves.patron()
    barcode = shelves.copy()
    shelves.lend(other, barcode)
    here = f"/meja/anggota/{patron.id}"
    for _ in range(2):
        page = librarian.follow(f"{here}/reservasi", dipesan=barcode, ambil=CENTRAL, key="h1")
        assert "Reservasi dipasang." in page
    [hold] = shelves.circulation.holds(patron.id)
    assert (hold.document_id, hold.pickup_branch) == (LAUT, CENTRAL)
    page = librarian.post(f"{here}/reservasi", 422, dipesan=LAUT, ambil=CENTRAL, key="h2")
    assert 'id="dipesan-salah">Anggota ini sudah mereservasinya.' in page
    assert f'name="dipesan" type="text" value="{LAUT}"' in page
    assert "Reservasi dibatalkan." in librarian.follow(f"{here}/batal-reservasi", reservasi=hold.id)
    librarian.post(f"{here}/reservasi", dipesan=LAUT, ambil=SECOND, key="h3")
    assert [one.pickup_branch for one in shelves.circulation.holds(patron.id)] == [SECOND]


def test_a_patrons_page_tells_where_a_hold_is_fetched_from_where_it_is_to_be_sent(
    librarian: AtDesk, shelves: Library
) -> None:
    patron = shelves.patron()
    shelves.copy(LAUT)
    shelves.circulation.place_hold(patron.id, HoldRequest(DocumentId(LAUT), SECOND, "h"))
    page = librarian.get(f"/meja/anggota/{patron.id}")
    assert "Akan dikirim · Diambil di Cabang Aertembaga" in page
    assert "To be sent · Fetched at Cabang Aertembaga" in librarian.get(f"/meja/anggota/{patron.id}?hl=en")


def test_a_hold_on_nothing_known_or_to_nowhere_is_refused_beside_its_field(librarian: AtDesk, shelves: Library) -> None:
    patron, other, barcode = shelves.patron(), shelves.patron(), shelves.copy()
    shelves.lend(other, barcode)
    there = f"/meja/anggota/{patron.id}/reservasi"
    for asked in ("", "TIADA", "Judul"):
        page = librarian.post(there, 422, dipesan=asked, ambil=CENTRAL, key="h")
        assert 'id="dipesan-salah">Tidak ada judul dengan barkod atau nomor katalog ini.' in page
    page = librarian.post(there, 422, dipesan=barcode, ambil="tiada", key="h")
    assert 'id="dipesan-salah">' in page
    assert shelves.circulation.holds(patron.id) == ()


# ---- lists


def test_what_is_to_be_pulled_is_listed_by_shelf_and_as_a_file(librarian: AtDesk, shelves: Library) -> None:
    patron = shelves.patron(name="Cinta Lumi")
    shelves.copy(call_number="=2+5 AND l", location="Rak 3", title="@SUM(Laut)")
    shelves.circulation.place_hold(patron.id, HoldRequest(DocumentId(LAUT), CENTRAL, "h"))
    page = librarian.get("/meja/ambil")
    assert "Rak 3 · =2+5 AND l" in words(page)
    assert "Cinta Lumi" in page
    answer = librarian.client.get("/meja/ambil.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="daftar-ambil.csv"'
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[1][1:4:2] == ["'=2+5 AND l", "'@SUM(Laut)"]
    assert "Cinta" not in answer.text


def test_an_overdue_list_leads_to_a_letter_and_its_file_runs_no_formula(admin: AtDesk, shelves: Library) -> None:
    patron = shelves.patron(name="=cmd|' /C calc'!A0", email="a+b@example.org", phone="+62 812-3456")
    barcode = shelves.copy(title='Laut & "Badai"')
    shelves.clock.on(days=-10)
    shelves.desk.check_out(LIBRARIAN, patron.card_number, barcode, CENTRAL, "k")
    shelves.clock.on(days=10)
    page = admin.get("/meja/terlambat")
    assert "Terlambat 3 hari" in words(page)
    assert "mailto:a%2Bb@example.org?subject=1%20pinjaman%20Anda%20sudah%20lewat" in page
    assert 'href="https://wa.me/628123456?text=Halo%20%3Dcmd' in page
    text = admin.client.get("/meja/terlambat.csv").text
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1][0] == "'=cmd|' /C calc'!A0"
    assert rows[1][2] == "'+62 812-3456"
    assert all(harmless(cell) == cell for row in rows for cell in row)


def test_letters_about_what_is_late_tell_all_of_a_patron_in_their_language(librarian: AtDesk, shelves: Library) -> None:
    reader = shelves.patron(name="Ann & Co", email="ann@example.org", phone="0812-3456-7890", language="en")
    silent = shelves.patron(name="Tanpa Alamat")
    first, second = shelves.copy(title='Laut & "Badai"'), shelves.copy("darat.1", title="Darat")
    shelves.clock.on(days=-10)
    for barcode in (first, second):
        shelves.lend(reader, barcode)
    shelves.lend(silent, shelves.copy("udara.1"))
    shelves.clock.on(days=10)
    page = librarian.get("/meja/terlambat")
    links = [html.unescape(tag) for tag in re.findall(r'<a class="button button-quiet" ([^>]+)>', page)]
    chats = [tag for tag in links if "https://wa.me/6281234567890?" in tag]
    mails = [tag for tag in links if "mailto:ann@example.org?" in tag]
    assert len(chats) == len(mails) == 2
    assert len([tag for tag in links if "wa.me" in tag or "mailto:" in tag]) == 4
    assert all('rel="noopener noreferrer"' in tag for tag in chats)
    [said] = {parse_qs(urlsplit(tag.partition('href="')[2].rstrip('"')).query)["text"][0] for tag in chats}
    assert said.splitlines()[0].startswith("Hello Ann & Co, this is ")
    assert {line.partition(" (due")[0] for line in said.splitlines()[1:]} == {'- Laut & "Badai"', "- Darat"}
    mail = parse_qs(urlsplit(mails[0].partition('href="')[2].rstrip('"')).query)
    assert mail["subject"] == ["2 of your loans are overdue"]
    assert mail["body"] == ["\r\n".join(said.splitlines())]


def test_the_hold_shelf_tells_what_is_ready_and_what_is_to_be_cleared(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(name="Cinta"), shelves.copy()
    shelves.circulation.place_hold(patron.id, HoldRequest(DocumentId(LAUT), CENTRAL, "h"))
    librarian.post("/meja/kembali", 200, barcode=barcode, cabang=CENTRAL)
    ready = librarian.get("/meja/rak-reservasi")
    assert words(ready).index("Siap diambil anggota") < words(ready).index("Cinta")
    [hold] = shelves.circulation.holds(patron.id)
    librarian.post(f"/meja/anggota/{patron.id}/batal-reservasi", reservasi=hold.id)
    cleared = words(librarian.get("/meja/rak-reservasi"))
    assert cleared.index("Dibereskan") < cleared.index(barcode) < cleared.index("Siap diambil anggota")


# ---- copies


def test_a_copy_is_added_to_a_record_of_the_catalogue(librarian: AtDesk, shelves: Library) -> None:
    details = {"branch": "pusat", "loan_type": "book", "lendable": "1"}
    page = librarian.post("/meja/eksemplar/baru", 422, document_id="tiada.1", barcode="N-1", **details)
    assert "Katalog tidak mempunyai nomor ini." in page
    found = re.search(r'href="/katalog/([^"?]+)', librarian.client.get("/cari").text)
    assert found
    librarian.follow("/meja/eksemplar/baru", document_id=found[1], barcode="N-1", **details)
    with shelves.database.reading() as session:
        item = session.scalars(select(Item)).one()
    assert (item.document_id, item.barcode, bool(item.title)) == (found[1], "N-1", True)


def test_a_lost_copy_is_charged_and_found_again(librarian: AtDesk, shelves: Library) -> None:
    patron, barcode = shelves.patron(), shelves.copy()
    shelves.desk.check_out(LIBRARIAN, patron.card_number, barcode, CENTRAL, "k")
    here = f"/meja/eksemplar/item-{barcode}"
    assert "hilang" in words(librarian.follow(f"{here}/hilang", charge="75.000", reason="Hilang di laut"))
    assert "Denda: Rp75.000" in words(librarian.get(f"/meja/anggota/{patron.id}"))
    librarian.post(f"{here}/ketemu")
    with shelves.database.reading() as session:
        assert session.get_one(Item, f"item-{barcode}").status is ItemStatus.AVAILABLE
    librarian.post(f"{here}/keluarkan")
    assert "dikeluarkan" in words(librarian.get(here))


# ---- what the library decides


def test_rules_are_changed_and_say_what_applies(admin: AtDesk, shelves: Library) -> None:
    page = admin.get("/meja/aturan/ubah")
    figures = dict(re.findall(r'name="(\w+)" type="text" value="(\d+)"', page))
    assert len(figures) == 12
    rule = {**figures, "category": "umum", "loan_type": "dvd", "branch": "*", "holds_allowed": "1"}
    wrong = admin.post("/meja/aturan/ubah", 422, **rule | {"loan_days": "0"})
    assert 'id="loan_days-salah"' in wrong
    assert "Aturan tersimpan." in admin.follow(
        "/meja/aturan/ubah", **rule | {"loan_days": "3", "fine_per_day": "1.000"}
    )
    page = words(admin.get("/meja/aturan?golongan=umum&jenis=dvd&cabang=pusat"))
    assert "Berlaku: golongan Umum, jenis dvd, cabang semua" in page
    assert "3 pinjaman selama 3 hari" in page
    assert "denda Rp1.000 per hari" in page
    admin.post("/meja/aturan/hapus", category="umum", loan_type="dvd", branch="*")
    with shelves.database.reading() as session:
        assert session.get(Rule, ("umum", "dvd", "*")) is None


def test_days_are_pasted_and_a_wrong_line_is_told_and_kept(admin: AtDesk, shelves: Library) -> None:
    page = admin.post("/meja/kalender/libur", 422, cabang="*", days="17/08/2027 Merdeka\nbesok")
    assert "Baris 2 tidak terbaca" in page
    assert "17/08/2027 Merdeka\nbesok</textarea>" in page
    page = admin.follow("/meja/kalender/libur", cabang="*", days="17/08/2027 Hari Kemerdekaan")
    assert "Hari Kemerdekaan" in page
    admin.post("/meja/kalender/hari", cabang=CENTRAL, weekday="6")
    assert re.search(r'value="6" checked', admin.get(f"/meja/kalender?cabang={CENTRAL}"))
    with shelves.database.reading() as session:
        assert [day.name for day in session.scalars(select(ClosedDay))] == ["Hari Kemerdekaan"]


def test_branches_and_categories_are_made_and_not_taken_away_in_use(admin: AtDesk, shelves: Library) -> None:
    admin.post("/meja/cabang/simpan", code="madidir", name="Madidir", is_pickup="1", new="1")
    admin.post(
        "/meja/cabang/golongan", code="lansia", name_id="Lansia", name_en="Senior", membership_days="730", new="1"
    )
    page = admin.get("/meja/cabang")
    assert "Madidir" in page
    assert 'value="730"' in page
    shelves.copy(branch="madidir")
    assert "Masih dipakai" in admin.post("/meja/cabang/hapus", 422, code="madidir")
    admin.post("/meja/cabang/hapus-golongan", code="lansia")
    assert "lansia" not in admin.get("/meja/cabang")


def test_roles_are_given_and_the_last_admin_stays(admin: AtDesk, shelves: Library) -> None:
    patron = add_person(shelves.database, "BT-7", Role.PATRON, "Calon")
    admin.post("/meja/petugas", card="BT-7", role="librarian", branch="pusat")
    assert kept(shelves, patron).role is Role.LIBRARIAN
    admin.post("/meja/petugas/cabut", id=patron)
    assert kept(shelves, patron).role is Role.PATRON
    chief = re.search(r'name="id" value="(\w+)"', admin.get("/meja/petugas"))
    assert chief
    assert "Ini admin terakhir" in admin.post("/meja/petugas/cabut", 422, id=chief[1])
    assert "tidak dikenal" in admin.post("/meja/petugas", 422, card="TIADA", role="admin", branch="pusat")


def test_requests_about_personal_data_wait_with_a_clock_and_are_settled(
    librarian: AtDesk, shelves: Library, accounts: Accounts
) -> None:
    patron = shelves.patron(name="Cinta")
    actor = Actor(patron.id, Role.PATRON, CENTRAL)
    request = accounts.personal_data.ask(actor, RequestKind.CORRECTION, "Nama saya Cinta Lumi")
    page = words(librarian.get("/meja/permintaan-data"))
    assert "Perbaikan data · Cinta" in page
    assert "Selesaikan sebelum 29 Nov 2026 12.00" in page
    assert "Tulis hasilnya" in librarian.post("/meja/permintaan-data", 422, request=request, outcome="")
    page = librarian.follow("/meja/permintaan-data", request=request, outcome="Nama diperbaiki", grant="1")
    assert "Tidak ada permintaan yang menunggu." in page


def test_the_audit_is_shown_by_what_was_done(admin: AtDesk, shelves: Library) -> None:
    patron = shelves.patron(name="Cinta")
    admin.get(f"/meja/anggota/{patron.id}")
    shown = admin.get("/meja/audit?kerja=patron.seen")
    page = words(shown)
    assert "Kepala membuka data anggota · data anggota" in page
    assert f'href="/meja/anggota/{patron.id}?hl=id"' in shown
    assert not re.search(r"[0-9a-f]{32}", page)
    assert "Cinta" not in page
    assert "Catatan utuh" not in page  # not gone through unless it is asked for
    assert "Catatan utuh" in words(admin.get("/meja/audit?periksa=1"))


def test_the_audit_is_shown_by_who_did_it_and_about_what(admin: AtDesk, shelves: Library) -> None:
    other = add_person(shelves.database, "STAF-9", Role.LIBRARIAN, "Sari")
    copy = shelves.copy()
    with shelves.database.writing() as session:
        record(session, other, "item.lost", f"item-{copy}", at=shelves.clock.now)
        record(session, other, "fine.charge", "f" * 32, "7500", at=shelves.clock.now)
        record(session, other, "list.overdue", "", "pusat", at=shelves.clock.now)
    page = admin.get(f"/meja/audit?siapa={other}&hl=en")
    assert f'<option value="{other}" selected>Sari</option>' in page
    told = words(page)
    assert "3 entries" in told
    assert f"Sari noted a copy as lost · Judul {LAUT}" in told
    assert f'href="/meja/eksemplar/item-{copy}?hl=en"' in page
    assert "Sari charged a fine · no longer there · Rp7,500" in told
    assert "Sari looked at the list of overdue loans · Perpustakaan Pusat" in told
    about = words(admin.get(f"/meja/audit?tentang=item-{copy}&hl=en"))
    assert "1 entry" in about
    assert "Show all" in about


@pytest.mark.parametrize(
    ("action", "detail", "told"),
    [
        ("loan.override", "overdue", "terlambat"),
        ("patron.changed", "name birth_year", "Nama, Tanggal lahir"),
        ("patron.searched", "found 3", "3 anggota"),
        ("data_request.settled", "deletion granted", "Penghapusan akun: dikabulkan"),
        ("calendar.day_removed", "2027-08-17", "Sel, 17 Agu 2027"),
        ("calendar.days", "12", "12 hari"),
        ("import_items", "added 1200, changed 0", "ditambah 1.200, diubah 0"),
        ("item.changed", "branch place", "mengubah data eksemplar · x · Cabang Hanya"),
        ("fine.waive", "sebagian", "sebagian"),  # not as it is written today
    ],
)
def test_what_an_entry_tells_beside_is_in_words(
    admin: AtDesk, shelves: Library, action: str, detail: str, told: str
) -> None:
    with shelves.database.writing() as session:
        record(session, "x", action, "x", detail, at=shelves.clock.now)
    assert told in words(admin.get(f"/meja/audit?kerja={action}"))


def test_what_staff_did_to_themselves_is_told_as_such_and_a_sign_in_is_not(admin: AtDesk, shelves: Library) -> None:
    me = add_person(shelves.database, "STAF-9", Role.LIBRARIAN, "Sari")
    with shelves.database.writing() as session:
        record(session, me, "fine.waive", me, "5000", at=shelves.clock.now)
        record(session, me, "sign_in", me, at=shelves.clock.now)
    page = words(admin.get(f"/meja/audit?siapa={me}&hl=en"))
    assert "Sari waived a fine · Sari · Rp5,000 Only about this" in page
    assert "Sari signed in ·" not in page
    assert page.count("Only about this") == 1


def test_rules_categories_and_branches_in_the_audit_have_their_names(admin: AtDesk, shelves: Library) -> None:
    with shelves.database.writing() as session:
        record(session, "x", "rule.put", "anak/*/pusat", at=shelves.clock.now)
        record(session, "x", "category.put", "anak", at=shelves.clock.now)
        record(session, "x", "branch.removed", "lama", at=shelves.clock.now)
    page = words(admin.get("/meja/audit"))
    assert "menyimpan aturan · Golongan Anak · jenis semua · cabang Perpustakaan Pusat" in page
    assert "menyimpan golongan anggota · Anak" in page
    assert "menghapus cabang · lama" in page


def test_the_way_to_entries_about_the_same_is_called_as_it_is_seen(admin: AtDesk, shelves: Library) -> None:
    admin.get(f"/meja/anggota/{shelves.patron().id}")
    ways = re.findall(r'class="entry-same"[^>]*aria-label="([^"]+)">([^<]+)<', admin.get("/meja/audit"))
    assert ways
    assert not [name for name, seen in ways if not name.startswith(seen)]  # WCAG 2.5.3


@pytest.mark.parametrize(
    ("outcome", "told"), [("", "Memeriksa jam komputer · 26 Nov 2026 12.00"), ("ahead", "Jam komputer melompat maju.")]
)
def test_the_clock_that_jobs_wait_for_is_told_among_them(
    admin: AtDesk, shelves: Library, outcome: str, told: str
) -> None:
    with shelves.database.writing() as session:
        session.add(Job(name=CLOCK, seen_at=shelves.clock.now, outcome=outcome))
    assert told in words(admin.get("/meja/audit"))


def actions_in_code() -> set[str]:
    """The actions that services write into the audit, as their calls name them."""
    found: set[str] = set()
    for path in Path(services.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("record", "._audit", "._done")):
                named = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                found.update(named[:1])
    return {action for action in found if action}


@pytest.mark.parametrize("hl", ["id", "en"])
def test_every_action_of_staff_has_words(hl: Language) -> None:
    actions = {
        *actions_in_code(),
        *(f"import_{kind}" for kind in Kind),
        *("item.lost", "item.damaged", "fine.waive", "fine.payment"),
    }
    assert len(actions) > 40
    assert not [action for action in actions if messages(hl).label("deed", action) == action]


def test_a_broken_audit_is_told_where_it_is_checked(admin: AtDesk, shelves: Library) -> None:
    admin.get("/meja/audit")
    admin.get("/meja/audit")
    with shelves.database.writing() as session:
        first = session.scalars(select(AuditEntry).order_by(AuditEntry.number).limit(1)).one()
        number, first.detail = first.number, "lain"
    assert "Catatan ini diubah" not in words(admin.get("/meja/audit"))
    assert f"Catatan ini diubah: entri {number} " in words(admin.get("/meja/audit?periksa=1"))


# ---- what admins are told


def test_admins_are_told_that_jobs_wait_for_the_clock_and_confirm_it(
    admin: AtDesk, shelves: Library, accounts: Accounts
) -> None:
    accounts.housekeeping.run_due()
    assert "Pekerjaan rutin berhenti" not in admin.get("/meja")
    shelves.clock.on(hours=0.25)
    accounts.housekeeping.run_due()
    assert accounts.housekeeping.clock_problem() == "ahead"
    page = words(admin.get("/meja"))
    assert "Jam komputer melompat maju. Sekarang 26 Nov 2026 12.15" in page
    assert "Jam dinyatakan benar" in admin.follow("/meja/jam")
    assert accounts.housekeeping.clock_problem() == ""
    assert "Pekerjaan rutin berhenti" not in admin.get("/meja")


def test_librarians_neither_see_nor_confirm_the_clock(librarian: AtDesk, shelves: Library, accounts: Accounts) -> None:
    accounts.housekeeping.run_due()
    shelves.clock.on(hours=0.25)
    accounts.housekeeping.run_due()
    assert "Jam komputer" not in librarian.get("/meja")
    librarian.post("/meja/jam", 404)
    assert accounts.housekeeping.clock_problem() == "ahead"


def test_admins_are_told_of_letters_that_were_given_up(admin: AtDesk, shelves: Library) -> None:
    assert "tidak dapat dikirim" not in admin.get("/meja")
    now = shelves.clock.now
    with shelves.database.writing() as session:
        for number, given_up in enumerate((now, now, None)):
            session.add(
                Message(
                    key=f"k{number}",
                    kind="late",
                    recipient="a@example.org",
                    subject="s",
                    body="b",
                    written_at=now,
                    not_before=now,
                    problem="",
                    given_up_at=given_up,
                )
            )
    assert "2 surat tidak dapat dikirim" in words(admin.get("/meja"))


@pytest.mark.parametrize("sebelum", ["x", "-1", "9" * 30, "1; DROP TABLE"])
def test_a_wild_number_in_an_address_is_none(admin: AtDesk, sebelum: str) -> None:
    admin.get(f"/meja/audit?sebelum={sebelum}")


@pytest.mark.parametrize("path", ["/meja", "/meja/anggota", "/meja/eksemplar", "/meja/kembali", "/meja/aturan"])
def test_pages_speak_english_too(admin: AtDesk, path: str) -> None:
    page = admin.get(f"{path}?hl=en")
    assert '<html lang="en">' in page
    assert "Overview" in page
