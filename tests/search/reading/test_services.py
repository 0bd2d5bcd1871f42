"""Questions to the library itself are known as such, and what may name a book is none."""

from datetime import date

import pytest

from search.reading.interpretation import Interpretation, interpret
from search.reading.phrases import tables
from search.reading.services import SERVICES, service

LIBRARY = "Perpustakaan Kota Bitung"
ASKED = """
borrowing   | bolehkah saya pinjam buku; cara pinjam buku; gmn cara minjam buku kak; berapa lama boleh pinjam buku?; CARA PINJAM EBOOK
borrowing   | maksimal pinjam berapa buku; saya mau pinjam buku; how many books can I borrow; can I borrow ebooks
hours       | jam buka perpustakaan; halo min jam berapa perpus buka hari ini; apakah perpustakaan buka hari minggu?; library hours
hours       | perpustakaan libur; closing time of the library
borrowing   | berapa buku yang boleh dipinjam
membership  | library cards; how much is membership
return      | lost library book; how much is the fine; I lost my book
hours       | perpustakaan bitung buka sampai jam berapa; what time does the library open; is the library open on sunday; Opening hours
membership  | cara jadi anggota; syarat jadi anggota perpustakaan; daftar kartu perpustakaan; library card; how to become a member
renewal     | how do I renew a book; cara perpanjang buku; perpanjang pinjaman online; cara renew buku
return      | denda telat mengembalikan buku berapa; how much is the fine for late books; where can I return books
return      | buku hilang gimana kalau pinjam di perpus
sign_in     | lupa pin; lupa password akun; forgot my pin
place       | alamat perpustakaan kota bitung; di mana perpustakaan bitung; where is the library?; nomor wa perpustakaan; ask a librarian
"""
NOT_ASKED = """
cara pinjam uang di bank; bolehkah saya pinjam buku laskar pelangi; ada buku tentang laut; peminjaman buku; pinjam judul:laut
sistem peminjaman buku perpustakaan; cara membuat kartu ucapan; perpanjangan masa jabatan presiden; open library; jam tangan
buka puasa; anggota dpr; cara menjadi anggota tni; perpustakaan umum; layanan perpustakaan; manajemen perpustakaan; library; buku
the return of the king; the book of lost things; lost in the library; "jam buka perpustakaan"; cara masuk islam; how to change; ?
closing time; the business times; library time; how to become; becoming free; fine library; the late book; the library of lost books
"""


def split(text: str) -> list[str]:
    return [one.strip() for line in text.strip().splitlines() for one in line.split(";")]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (asked.strip(), text)
        for asked, _, texts in (line.partition("|") for line in ASKED.strip().splitlines())
        for text in split(texts)
    ],
)
def test_a_question_to_the_library_is_known(asked: str, text: str) -> None:
    assert service(text, LIBRARY) == asked


@pytest.mark.parametrize("text", split(NOT_ASKED))
def test_what_may_ask_for_a_book_is_none(text: str) -> None:
    assert service(text, LIBRARY) is None


def test_a_title_that_is_found_is_no_question() -> None:
    assert service("buku perpustakaan yang hilang", LIBRARY, ["Buku perpustakaan"]) == "return"
    assert service("buku perpustakaan yang hilang", LIBRARY, ["Laut", "Buku perpustakaan yang hilang : novel"]) is None


def test_it_asks_for_no_book_and_not_for_all_there_are() -> None:
    text = "bolehkah saya pinjam buku"
    assert interpret(text, date(2026, 8, 1)) == Interpretation(text)


def test_both_tables_know_all_services() -> None:
    assert [set(table["service"]) for table in tables()] == [set(SERVICES)] * 2
