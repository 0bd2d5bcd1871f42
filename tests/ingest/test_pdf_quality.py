"""Floors for what is read out of real PDFs; `python -m tests.benchmarks.pdf` measures all of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.passages import split
from ingest.readers.pdf import PdfReader
from ingest.source import PdfBook
from search.document import Document, DocumentId
from tests.support.pdf_quality import compare_pages, pdfminer_pages
from tests.support.pdfs import book as made_book
from tests.support.shared_data import shared

RECORD = Document(DocumentId("k.1"), {"title": ("Buku",)})


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as reader:
        yield reader


def opened(reader: PdfReader, path: Path) -> PdfBook:
    found = reader.read(path)
    assert isinstance(found, PdfBook), found
    return found


@pytest.mark.parametrize(
    "name",
    [
        "id_zimera_books/pemrograman-rust.pdf",
        "id_peraturan/UUD45_ASLI.pdf",
        "id_emacs_doc/emacs_docs.pdf",
        "id_kuliah_modul/Panduan_Lengkap_Instalasi_Flutter_Versi_Terbaru_2025.pdf",
        "en_open_textbook/Think_Python_Glossary_by_Chapter.pdf",
        "pdfjs/tracemonkey.pdf",
        "pypdf_sample_files/026-latex-multicolumn__multicolumn.pdf",
    ],
)
def test_of_the_words_pdfminer_sees_99_percent_are_found(reader: PdfReader, name: str) -> None:
    path = shared(f"data/pdf/{name}")
    theirs = [page.visible for page in pdfminer_pages(path)]
    share, gone = compare_pages(theirs, [page.text for page in opened(reader, path).pages])
    assert share.words > 500
    assert share.found >= 0.99 * share.words, gone.most_common(20)


@pytest.mark.parametrize("name", ["pdfjs/freeculture.pdf", "id_peraturan/UU_Nomor_23_Tahun_2014.pdf"])
def test_no_ligature_or_mark_of_the_reader_is_stored(reader: PdfReader, name: str) -> None:
    text = "".join(page.text for page in opened(reader, shared(f"data/pdf/{name}")).pages)
    assert not re.findall("[\x00-\x09\x0b-\x1f\ufb00-\ufb06\ufffe\u00ad]|\\(cid:", text)


def test_a_file_of_2400_pages_is_read_in_100_mb(tmp_path: Path) -> None:
    page = [f"Baris {line} dari sebuah halaman yang penuh dengan kalimat biasa." for line in range(45)]
    path = made_book(tmp_path / "long.pdf", *[page] * 2_400)
    with PdfReader() as reader:
        assert len(opened(reader, path).pages) == 2_400
        assert reader.peak_bytes < 100_000_000


def test_running_heads_of_a_printed_book_are_in_no_passage(reader: PdfReader) -> None:
    found = opened(reader, shared("data/pdf/pdfjs/freeculture.pdf"))
    head = re.compile(r"\d+ FREE CULTURE|(?:“PROPERTY”|“PIRACY”|PUZZLES|BALANCES) \d+|free-culture\.org/get-it")
    on_pages = sum(len(head.findall(page.text)) for page in found.pages)
    in_passages = sum(len(head.findall(passage.text)) for passage in split(RECORD, found.pages))
    assert on_pages > 350  # search by words still finds them there
    assert in_passages < 0.05 * on_pages  # what is left: the table of contents, and two heads amid a figure


def test_a_word_that_the_page_breaks_is_whole_in_its_passage(reader: PdfReader) -> None:
    found = opened(reader, shared("data/pdf/pdfjs/freeculture.pdf"))
    assert "recognize some of the legiti-" in found.pages[90].text
    assert any("recognize some of the legitimacy in the behavior" in p.text for p in split(RECORD, found.pages))


def test_passages_stand_under_the_heading_of_the_outline(reader: PdfReader) -> None:
    found = opened(reader, shared("data/pdf/id_zimera_books/pemrograman-python.pdf"))
    on_page_11 = [p.text for p in split(RECORD, found.pages) if p.first_page == 11]
    assert on_page_11
    assert all(text.startswith("1.7. Implementasi dan Distribusi Python. ") for text in on_page_11)
