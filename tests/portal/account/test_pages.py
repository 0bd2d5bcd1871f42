"""What patrons see and do on their own pages."""

import re
from datetime import date
from urllib.parse import quote, urlencode

import pytest
from starlette.testclient import TestClient

from portal.store.tables import FamilyLink, Fine, Payment
from portal.store.tables.circulation import FineKind
from tests.portal.account.conftest import House, actor_of, post
from tests.support.accounts import PIN, token_of
from tests.support.circulation import SECOND
from tests.support.html import Elements, scripts_of
from tests.support.small_library import PAYLOADS, REEF_ID, TRAP_ID

TITLE = "Terumbu karang Selat Lembeh"
PAGES = ("", "/pinjaman", "/reservasi", "/denda", "/riwayat", "/daftar", "/pencarian", "/data")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("hl", ["id", "en"])
def test_every_page_is_drawn_and_kept_by_nobody(house: House, path: str, hl: str) -> None:
    house.patron()
    answer = house.browser("BT-0001").get(f"/akun{path}?hl={hl}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert f'<html lang="{hl}">' in answer.text
    assert 'aria-current="page"' in answer.text


@pytest.mark.parametrize("path", [*PAGES, "/data.json"])
def test_guests_are_sent_to_sign_in_and_come_back(house: House, path: str) -> None:
    answer = house.browser().get(f"/akun{path}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/masuk?lanjut=/akun")


def test_a_loan_is_renewed_and_its_new_date_shown(house: House) -> None:
    patron = house.patron()
    house.lending.lend(patron, house.lending.copy(REEF_ID, title=TITLE))
    browser = house.browser("BT-0001")
    shown = browser.get("/akun/pinjaman").text
    assert "Jatuh tempo Kamis, 3 Desember 2026" in shown
    house.clock.on(days=6)
    assert "Jatuh tempo besok." in house.browser("BT-0001").get("/akun/pinjaman").text
    (loan,) = re.findall(r'name="loan" value="([^"]+)"', shown)
    after = post(house.browser("BT-0001"), "/akun/pinjaman/perpanjang", loan=loan, key="k1")
    assert "1 pinjaman diperpanjang." in after
    assert "Diperpanjang. Jatuh tempo baru: Kamis, 10 Desember 2026." in after


def reader_of_two_books(house: House) -> TestClient:
    """The first of them is asked for by somebody else, and cannot be renewed."""
    patron, other = house.patron(), house.lending.patron()
    house.lending.lend(patron, house.lending.copy(REEF_ID, title=TITLE))
    house.lending.lend(patron, house.lending.copy("kota.002", title="Yang lain"))
    house.lending.hold(other, REEF_ID)
    return house.browser("BT-0001")


def test_each_loan_that_cannot_be_renewed_says_why_and_what_to_do(house: House) -> None:
    browser = reader_of_two_books(house)
    assert "Dipesan anggota lain." in browser.get("/akun/pinjaman").text
    after = post(browser, "/akun/pinjaman/perpanjang", semua="1", key="k1")
    assert "1 pinjaman diperpanjang." in after
    assert "1 pinjaman tidak dapat diperpanjang" in after
    assert "Tidak diperpanjang. Dipesan anggota lain. Kembalikan paling lambat pada tanggal jatuh tempo" in after


def test_what_came_of_several_loans_is_called_by_what_it_is(house: House) -> None:
    browser = reader_of_two_books(house)
    partly = post(browser, "/akun/pinjaman/perpanjang", semua="1", key="k1")
    assert "<strong>Sebagian berhasil.</strong> 1 pinjaman diperpanjang." in partly
    assert "Belum berhasil." not in partly
    none = post(browser, "/akun/pinjaman/perpanjang", semua="1", key="k2")
    assert "Sebagian berhasil." not in none


def test_many_copies_stand_in_their_order_and_most_are_folded_away(house: House) -> None:
    for number in (10, 9, *range(11, 13), 1, *range(2, 9)):
        house.lending.copy(REEF_ID, title=TITLE, call_number=f"577.7 ROM t c.{number}")
    shown = house.browser().get(f"/pesan/{REEF_ID}").text
    open_, folded = shown.split('<details class="items-more">')
    assert re.findall(r"ROM t c\.(\d+)", open_) == [str(number) for number in range(1, 11)]
    assert re.findall(r"ROM t c\.(\d+)", folded) == ["11", "12"]
    assert "2 eksemplar lagi" in folded


def test_what_is_late_is_said_in_words(house: House) -> None:
    patron = house.patron()
    house.lending.lend(patron, house.lending.copy(REEF_ID))
    house.clock.on(days=9)
    browser = house.browser("BT-0001")
    assert "Terlambat 2 hari." in browser.get("/akun/pinjaman").text
    assert "2 days late." in browser.get("/akun/pinjaman?hl=en").text
    assert "1 pinjaman terlambat." in browser.get("/akun").text


def test_a_guardian_sees_and_renews_what_a_child_has_borrowed(house: House) -> None:
    guardian, child = house.patron(), house.patron("BT-0002", name="Ani Wenas")
    with house.accounts.database.writing() as session:
        session.add(FamilyLink(guardian_id=guardian.id, child_id=child.id, linked_at=house.clock()))
    house.lending.lend(child, house.lending.copy(REEF_ID, title=TITLE))
    browser = house.browser("BT-0001")
    whole = browser.get("/akun/pinjaman").text
    assert "Dipinjam oleh Ani Wenas" in whole
    shown = browser.get(f"/akun/pinjaman?anak={child.id}").text
    (loan,) = re.findall(r'name="loan" value="([^"]+)"', shown)
    assert "1 pinjaman diperpanjang." in post(browser, "/akun/pinjaman/perpanjang", loan=loan, anak=child.id, key="k")
    assert house.browser("BT-0002").get(f"/akun/pinjaman?anak={guardian.id}").status_code == 404


def test_a_hold_is_placed_put_off_moved_and_cancelled(house: House) -> None:
    house.patron()
    house.lending.lend(house.lending.patron(), house.lending.copy(REEF_ID))
    browser = house.browser("BT-0001")
    asked = browser.get(f"/pesan/{REEF_ID}").text
    assert "Dipinjam, kembali 3 Des" in asked
    assert "Cabang Aertembaga" in asked
    placed = post(browser, "/akun/reservasi", dokumen=REEF_ID, ambil="pusat", key="k1")
    assert "Sudah dipesan." in placed
    assert "Urutan ke-1 dalam antrean." in placed
    assert "Perkiraan tersedia" in placed
    (path,) = re.findall(r'action="(/akun/reservasi/[^/]+)/batal', placed)
    off = post(browser, f"{path}/tunda", sampai="2026-12-20")
    assert "Ditunda sampai Minggu, 20 Desember 2026" in off
    assert "Anda kembali menunggu" in post(browser, f"{path}/tunda", lanjutkan="1")
    assert "Diambil di Cabang Aertembaga." in post(browser, f"{path}/pindah", ambil=SECOND)
    assert "tidak dapat diambil di tempat itu" in post(browser, f"{path}/pindah", ambil="nowhere")
    assert "Tanggal itu tidak dapat dipakai" in post(browser, f"{path}/tunda", sampai="2026-11-01")
    assert "Tidak ada reservasi." in post(browser, f"{path}/batal")


def test_a_copy_of_another_branch_is_on_its_way_only_once_it_was_sent(house: House) -> None:
    patron = house.patron()
    barcode = house.lending.copy(REEF_ID, branch=SECOND)
    house.lending.hold(patron, REEF_ID)
    browser = house.browser("BT-0001")
    shown = browser.get("/akun/reservasi").text
    assert "Akan dikirim ke tempat ambil" in shown
    assert "Dalam perjalanan" not in shown
    assert "/pindah" in shown, "it may be fetched elsewhere as long as it stands on its shelf"
    house.lending.take_back(barcode, SECOND)
    shown = browser.get("/akun/reservasi").text
    assert "Dalam perjalanan ke tempat ambil" in shown
    assert "/pindah" not in shown


def test_a_hold_that_is_ready_says_where_and_until_when(house: House) -> None:
    patron = house.patron()
    house.lending.copy(REEF_ID)
    house.lending.hold(patron, REEF_ID)
    shown = house.browser("BT-0001").get("/akun/reservasi").text
    assert "Siap diambil" in shown
    assert re.search(r"Ambil di [^<]+ paling lambat \w+, \d+ November 2026\.", shown)


def test_a_refused_hold_says_why_where_it_was_asked_for(house: House) -> None:
    patron = house.patron()
    house.lending.lend(patron, house.lending.copy(REEF_ID))
    refused = post(house.browser("BT-0001"), "/akun/reservasi", dokumen=REEF_ID, key="k1")
    assert 'role="alert"' in refused
    assert "sedang Anda pinjam" in refused


def test_guests_sign_in_before_they_ask(house: House) -> None:
    house.lending.copy(REEF_ID)
    shown = house.browser().get(f"/pesan/{REEF_ID}")
    assert shown.status_code == 200
    assert f'href="/masuk?lanjut=%2Fpesan%2F{REEF_ID}"' in shown.text
    assert "Tersedia di rak" in shown.text
    house.patron()
    browser = house.browser()
    form = {"card": "BT-0001", "pin": PIN, "lanjut": f"/pesan/{REEF_ID}"}
    assert browser.post("/masuk", data=form).headers["location"] == f"/pesan/{REEF_ID}"


def test_fines_are_in_rupiah_with_their_reason_and_what_was_paid(house: House) -> None:
    patron = house.patron()
    with house.accounts.database.writing() as session:
        session.add(
            Fine(
                id="f1",
                patron_id=patron.id,
                kind=FineKind.OVERDUE,
                amount=12_500,
                days=5,
                title=TITLE,
                note="",
                charged_at=house.clock(),
            )
        )
        session.flush()
        session.add(Payment(fine_id="f1", amount=2_500, taken_by="staff", taken_at=house.clock(), key="p1"))
    browser = house.browser("BT-0001")
    shown = browser.get("/akun/denda").text
    assert "Belum dibayar: Rp10.000" in shown
    assert "Terlambat mengembalikan, 5 hari" in shown
    assert "Dibayar Rp2.500 pada 26 Nov 2026" in shown
    assert "To pay: Rp10,000" in browser.get("/akun/denda?hl=en").text


def test_history_is_off_until_it_is_wanted_and_forgotten_when_it_is_not(house: House) -> None:
    patron = house.patron()
    browser = house.browser("BT-0001")
    assert "Riwayat peminjaman tidak disimpan" in browser.get("/akun/riwayat").text
    assert "Mulai sekarang riwayat" in post(browser, "/akun/riwayat", simpan="1")
    barcode = house.lending.copy(REEF_ID, title=TITLE)
    house.lending.lend(patron, barcode)
    house.lending.take_back(barcode)
    shown = browser.get("/akun/riwayat").text
    assert TITLE in shown
    assert "Dipinjam 26 Nov 2026, kembali 26 Nov 2026" in shown
    off = post(browser, "/akun/riwayat", simpan="0")
    assert "tidak lagi disimpan" in off
    post(browser, "/akun/riwayat", simpan="1")
    assert TITLE not in browser.get("/akun/riwayat").text


def test_a_list_is_made_filled_from_the_browser_ordered_annotated_and_exported(house: House) -> None:
    house.patron()
    browser = house.browser("BT-0001")
    made = post(browser, "/akun/daftar", nama="Skripsi", catatan="")
    (path,) = set(re.findall(r'action="(/akun/daftar/[0-9a-f]{32})/', made))
    id = path.rpartition("/")[2]
    merged = post(browser, "/akun/daftar/gabung", ids=f"{REEF_ID}\nkota.007\nkota.none", daftar=id)
    assert re.findall(r'<h2><a href="/katalog/([^"]+)"', merged) == [REEF_ID, "kota.007"]
    moved = post(browser, f"{path}/urutan", dokumen="kota.007", ke="naik")
    assert re.findall(r'<h2><a href="/katalog/([^"]+)"', moved) == ["kota.007", REEF_ID]
    assert "bab 2" in post(browser, f"{path}/catatan", dokumen="kota.007", catatan="bab 2")
    assert 'action="/katalog.ris"' in moved
    assert f'name="ids" value="{REEF_ID}"' in moved
    assert REEF_ID not in re.findall(
        r'<h2><a href="/katalog/([^"]+)"', post(browser, f"{path}/keluarkan", dokumen=REEF_ID)
    )
    assert "Belum ada daftar bacaan." in post(browser, f"{path}/hapus")


@pytest.mark.parametrize(
    "address", ["https://evil.example/cari?q=a", "//evil.example/cari?q=a", "/akun?q=a", "javascript:alert(1)", "/cari"]
)
def test_only_our_own_searches_are_saved(house: House, address: str) -> None:
    house.patron()
    browser = house.browser("BT-0001")
    assert "Hanya pencarian di katalog ini" in post(browser, "/akun/pencarian", nama="x", alamat=address)
    assert "Belum ada pencarian tersimpan" in browser.get("/akun/pencarian").text


def test_a_search_is_saved_renamed_and_deleted(house: House) -> None:
    house.patron()
    browser = house.browser("BT-0001")
    saved = post(browser, "/akun/pencarian", nama="Karang", alamat="/cari?q=karang&f.language=ind")
    assert 'href="/?q=karang&amp;f.language=ind"' in saved
    (path,) = re.findall(r'action="(/akun/pencarian/[^/]+)/hapus', saved)
    assert "Terumbu" in post(browser, f"{path}/ubah", nama="Terumbu")
    assert "Belum ada pencarian tersimpan" in post(browser, f"{path}/hapus")


def test_contact_is_corrected_at_once_and_what_is_wrong_is_said_beside_it(house: House) -> None:
    house.patron()
    browser = house.browser("BT-0001")
    wrong = post(browser, "/akun/data", surel="no address", telepon="", bahasa="id")
    assert 'aria-describedby="email-salah"' in wrong
    assert "Tulis surel seperti nama@contoh.id" in wrong
    right = post(browser, "/akun/data", surel="maria@contoh.id", telepon="0812 3456 7890", bahasa="en", pengingat="1")
    assert 'value="maria@contoh.id"' in right
    assert '<html lang="en">' in right  # the language is theirs from now on


def test_no_title_name_or_note_becomes_markup(house: House) -> None:
    hostile = " ".join(PAYLOADS)[:110]
    patron = house.patron(name=hostile)
    house.lending.lend(patron, house.lending.copy(REEF_ID, title=" ".join(PAYLOADS)))
    house.lending.lend(house.lending.patron(), house.lending.copy(TRAP_ID, location=hostile))
    browser = house.browser("BT-0001")
    shown = [post(browser, "/akun/reservasi", dokumen=TRAP_ID, key="k")]
    shown.append(post(browser, "/akun/daftar", nama=hostile, catatan=" ".join(PAYLOADS)))
    shown.append(post(browser, "/akun/daftar/gabung", ids=TRAP_ID))
    shown.append(post(browser, "/akun/pencarian", nama=hostile, alamat=f"/cari?{urlencode({'q': hostile})}"))
    shown.append(post(browser, "/akun/data/permintaan", jenis="correction", isi=hostile))
    shown += [browser.get(f"/akun{path}").text for path in PAGES]
    shown.append(browser.get(f"/akun/pencarian?{urlencode({'alamat': hostile, 'nama': hostile})}").text)
    shown.append(browser.get(f"/pesan/{quote(TRAP_ID, safe='')}").text)
    assert not [running for html in shown for running in scripts_of(html)]
    assert sum("&lt;script&gt;" in html for html in shown) > 6


def test_a_form_without_the_token_of_the_session_does_nothing(house: House) -> None:
    patron = house.patron()
    browser = house.browser("BT-0001")
    assert browser.post("/akun/data", data={"surel": "evil@evil.example", "bahasa": "id"}).status_code == 403
    elsewhere = {"Origin": "https://evil.example"}
    answer = browser.post("/akun/riwayat", data={"token": token_of(browser), "simpan": "1"}, headers=elsewhere)
    assert answer.status_code == 403
    assert house.accounts.personal_data.contact(actor_of(patron)).email == ""
    assert not house.accounts.my_library.keeps_history(actor_of(patron))


def test_the_card_is_drawn_for_the_desk(house: House) -> None:
    house.patron(expires_on=date(2027, 1, 31))
    shown = house.browser("BT-0001").get("/akun").text
    assert 'aria-label="Kode batang nomor anggota BT-0001"' in shown
    assert "Berlaku hingga Minggu, 31 Januari 2027." in shown


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/akun/daftar", {"nama": ""}),
        ("/akun/data", {"email": "no address"}),
        ("/akun/data/kalender", {}),
        ("/akun/pinjaman/perpanjang", {"token": "of another session"}),
        ("/akun/reservasi/none/batal", {}),
    ],
)
def test_what_came_of_a_form_is_left_for_its_page_in_the_other_language(
    house: House, path: str, form: dict[str, str]
) -> None:
    house.patron()
    browser = house.browser("BT-0001")
    given = {"token": token_of(browser), **form}
    told = browser.post(path, data=given)
    assert told.status_code in (200, 403, 404, 422)
    shown = browser.get(Elements(told.text).of_key("language"), follow_redirects=True)
    assert shown.status_code == 200
    assert path.startswith(shown.url.path)
    assert shown.url.path != "/akun"
    assert next(Elements(shown.text).all("html"))["lang"] == "en"
