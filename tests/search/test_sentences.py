"""What of a page can be quoted by itself."""

import time

import pytest

from search.sentences import LONGEST, sentences


def test_articles_and_paragraphs_are_sentences_of_their_own_without_their_numbers() -> None:
    page = """BAB XIV
KESEJAHTERAAN SOSIAL
Pasal 33
(1) Perekonomian disusun sebagai usaha bersama. (2) Bumi dan air dikuasai oleh negara.
Pasal 34 Fakir miskin dipelihara oleh negara.
BAB XV BENDERA DAN BAHASA Pasal 35 Bendera Negara ialah Sang Merah Putih. Pasal 36
Bahasa negara ialah Bahasa Indonesia."""
    assert list(sentences(page)) == [
        "Perekonomian disusun sebagai usaha bersama.",
        "Bumi dan air dikuasai oleh negara.",
        "Fakir miskin dipelihara oleh negara.",
        "Bendera Negara ialah Sang Merah Putih.",
        "Bahasa negara ialah Bahasa Indonesia.",
    ]


def test_an_article_that_is_named_in_a_sentence_does_not_end_it() -> None:
    said = "Pasal 23 menyatakan bahwa belanja negara ditetapkan dengan undang-undang."
    assert list(sentences(f"Telah jelas. {said}")) == [said]


@pytest.mark.parametrize(
    "page",
    [
        "3.1. Terumbu karang . . . . . . . . . . . . . 4 3.2. Padang lamun . . . . . . . . . . 9",
        "Bab 2 Laut dan isinya yang belum banyak diketahui orang",
        "1.6. Software yang Dibangun Menggunakan Rust\n1.7. Kelebihan dan Kekurangan Rust",
        "PERATURAN DAERAH KOTA BITUNG TENTANG LAUT.",
        "menjalankan kekuasaan itu dalam negara.",  # the page before began it
        "Cara pemerintah mempergunakan uang belanja yang sudah disetujui oleh Dewan",  # the next page ends it
        "Telah jelas.",
    ],
)
def test_tables_of_contents_headings_and_parts_of_sentences_are_left_out(page: str) -> None:
    assert list(sentences(page)) == []


def test_a_heading_of_a_chapter_on_the_line_of_its_text_does_not_hide_it() -> None:
    assert list(sentences("Bab 2. Laut dan isinya. Air laut terasa asin karena garam."))[-1].startswith("Air laut")


def test_lines_that_the_margin_broke_are_one_sentence() -> None:
    page = "Tiap-tiap undang-undang menghendaki persetujuan Dewan\nPerwakilan Rakyat pada masa itu\njuga."
    assert list(sentences(page)) == [page.replace("\n", " ")]


def test_a_sentence_that_leads_to_a_list_is_quoted_with_it() -> None:
    page = "Semua bagian Rust mempunyai lisensi ganda:\n1. MIT License\n2. Apache License - Versi 2.0\nBab 3"
    assert list(sentences(page)) == [
        "Semua bagian Rust mempunyai lisensi ganda: MIT License; Apache License - Versi 2.0"
    ]


def test_abbreviations_and_initials_do_not_end_a_sentence_and_notes_lose_their_numbers() -> None:
    page = "Buku ini ditulis oleh Dr. Bambang P. Nugroho di Bitung. 8MCAS is a function of the U.S. Air system."
    assert list(sentences(page)) == [
        "Buku ini ditulis oleh Dr. Bambang P. Nugroho di Bitung.",
        "MCAS is a function of the U.S. Air system.",
    ]


def test_a_quotation_keeps_its_closing_marks() -> None:
    assert list(sentences("Ia disebut “peta buta.” Nama itu dipakai di sekolah.")) == [
        "Ia disebut “peta buta.”",
        "Nama itu dipakai di sekolah.",
    ]


@pytest.mark.parametrize(
    "page",
    [
        "Dr. " * 50_000,
        "a:\n1. b\n" * 30_000,
        ". " * 200_000,
        ".)" * 200_000,
        "kata kata\n" * 50_000,
        "Pasal 1 (1) " * 50_000,
    ],
    ids=["abbreviations", "lists", "stops", "brackets", "lines", "articles"],
)
def test_a_hostile_page_takes_no_long_time(page: str) -> None:
    started = time.process_time()
    assert all(len(sentence) <= LONGEST for sentence in sentences(page))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        "Panduan Lengkap 2025 Halaman 5 / 10 Klik dan tambahkan jalurnya.",
        "├── node_modules ├── package.json dan isinya ini.",
    ],
)
def test_what_stands_at_the_edge_of_a_page_or_is_drawn_is_no_sentence(text: str) -> None:
    assert list(sentences(text)) == []


def test_a_sentence_may_begin_with_a_name_in_small_letters_where_one_has_ended() -> None:
    page = "Modul sudah banyak.\nnpm merupakan package manager untuk platform ini."
    assert list(sentences(page))[-1] == "npm merupakan package manager untuk platform ini."
