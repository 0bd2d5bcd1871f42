from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import fingerprints
from ingest.imprint import language_of
from ingest.linking import (
    attach,
    candidates,
    carry_over,
    document_of,
    find_record,
    without_ebook,
)
from ingest.published import Published
from ingest.readers.pdf import PdfReader, read
from ingest.source import Origin, PdfBook
from search.document import Contributor, Document, DocumentId, OnlineAccess, Page
from search.engine import Entry, Searcher
from search.engines.embedded import EmbeddedEngine
from tests.support.library import Library
from tests.support.marc_records import made
from tests.support.pdfs import book
from tests.support.records import write
from tests.support.shared_data import shared

ISBN = "978-602-03-3295-6"


def pdf_book(name: str, *pages: str, **metadata: str) -> PdfBook:
    """A book as the reader gives it, with these pages."""
    numbered = tuple(Page(n, str(n), text) for n, text in enumerate(pages, 1))
    return PdfBook(Origin(name), "ab" * 32, metadata, numbered)


@pytest.fixture
def catalogue(tmp_path: Path) -> Callable[..., Searcher]:
    """An index of records given as id=fields."""

    def make(records: dict[str, dict[str, tuple[str, ...]]]) -> Searcher:
        engine = EmbeddedEngine(tmp_path / "index")
        with engine.rebuilding() as writer:
            documents = [
                Document(DocumentId(id), {"title": (id,), "source": (id.split(".")[0],), **fields})
                for id, fields in records.items()
            ]
            assert not writer.put([Entry(document) for document in documents]).refused
        return engine.searcher()

    return make


def found(searcher: Searcher, name: str, *pages: str, **metadata: str) -> str | None:
    return find_record(candidates(Path(name), pdf_book(name, *pages, **metadata)), Published(searcher), "k")


def test_a_record_that_links_to_the_file_has_it(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"k.1": {"linked_file": ("laut lembeh.pdf",)}, "k.2": {}})
    assert found(searcher, "Laut Lembeh.PDF") == "k.1"
    assert found(searcher, "laut.pdf") is None


def test_two_records_that_link_to_one_file_leave_it_alone(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"k.1": {"linked_file": ("a.pdf",)}, "k.2": {"linked_file": ("a.pdf",)}})
    assert found(searcher, "a.pdf") is None


def test_a_record_of_the_own_source_comes_first(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"m.1": {"linked_file": ("a.pdf",)}, "k.2": {"linked_file": ("a.pdf",)}})
    assert found(searcher, "a.pdf") == "k.2"


def test_a_file_named_by_the_control_number_is_linked(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"k.INLIS000000000012": {}, "m.7": {}})
    assert found(searcher, "INLIS000000000012.pdf") == "k.INLIS000000000012"
    assert found(searcher, "7.pdf") is None


@pytest.mark.parametrize("held", ["9786020332956", "6020332950"])
def test_an_isbn_in_the_name_or_the_imprint_links(catalogue: Callable[..., Searcher], held: str) -> None:
    searcher = catalogue({"k.1": {"isbn": (held,)}, "k.2": {"isbn": ("9780306406157",)}})
    assert found(searcher, f"{ISBN}.pdf") == "k.1"
    assert found(searcher, "x.pdf", "Judul", f"Hak cipta. ISBN-13: {ISBN} (jil. 1)") == "k.1"


def test_an_isbn_is_not_believed_in_doubt(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"k.1": {"isbn": ("9786020332956",)}})
    assert found(searcher, "x.pdf", f"ISBN {ISBN}\nISBN 0-306-40615-2") is None
    assert found(searcher, "x.pdf", f"Telepon {ISBN}") is None
    assert found(searcher, "x.pdf", "ISBN 978-602-03-3295-7") is None
    assert found(searcher, "x.pdf", *[""] * 6, f"Baca juga: ISBN {ISBN}") is None


def test_link_beats_control_number_beats_isbn(catalogue: Callable[..., Searcher]) -> None:
    fields = {"k.a": {}, "k.2": {"linked_file": ("a.pdf",)}, "k.3": {"isbn": ("9786020332956",)}}
    searcher = catalogue(fields)
    assert found(searcher, "a.pdf", f"ISBN {ISBN}") == "k.2"
    del fields["k.2"]
    assert found(catalogue(fields), "a.pdf", f"ISBN {ISBN}") == "k.a"
    del fields["k.a"]
    assert found(catalogue(fields), "a.pdf", f"ISBN {ISBN}") == "k.3"


TITLE = "Statistik daerah Kota Bitung"
TEXT = "penduduk kota bertambah " * 50  # more than a cover has


@pytest.mark.parametrize("title", [TITLE, f"{TITLE} : angka dan gambar", f"{TITLE} = Bitung in figures"])
def test_a_record_with_the_title_of_the_pdf_has_it(catalogue: Callable[..., Searcher], title: str) -> None:
    searcher = catalogue({"k.1": {"title": (title,)}, "k.2": {"title": (f"{TITLE} bagian dua",)}})
    assert found(searcher, "statistik_daerah_kota_bitung.pdf") == "k.1"
    assert found(searcher, "x.pdf", title=TITLE.upper()) == "k.1"


def test_a_title_is_not_believed_against_the_isbn(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"k.1": {"title": (TITLE,), "isbn": ("0306406152",)}})
    assert found(searcher, f"{TITLE}.pdf", f"ISBN {ISBN}") is None
    assert found(searcher, f"{TITLE} {ISBN}.pdf", title=TITLE) is None
    assert found(searcher, f"{TITLE}.pdf", f"ISBN {ISBN} (cetak)\nISBN 978-979-407-096-3 (PDF)") is None
    assert found(searcher, f"{TITLE}.pdf", f"ISBN {ISBN} (PDF)\nISBN 978-0-306-40615-7 (cetak)") == "k.1"
    assert found(searcher, f"{TITLE}.pdf", "ISBN 978-602-03-3295-7") == "k.1"  # its check digit is wrong


def test_a_record_without_isbn_takes_a_pdf_with_one(catalogue: Callable[..., Searcher]) -> None:
    assert found(catalogue({"k.1": {"title": (TITLE,)}}), f"{TITLE}.pdf", f"ISBN {ISBN}") == "k.1"


@pytest.mark.parametrize(
    "page",
    [
        "Statistik Daerah\nKota Bitung 2021",
        "BPS Kota Bitung Tahun 2021 isi",
        f"Copyright 2021 BPS {TEXT}",
        f"© BPS Kota Bitung, 2021. {TEXT}",
        f"{TEXT} Cetakan pertama, Maret 2021; dicetak di Manado",
        f"Edisi 2021: ringkasan {TEXT}",
        f"{TEXT} Bitung : BPS, 2021. xii, 80 hlm.\nISBN {ISBN}",
        f"© 2021. Pasal 113 UU No. 28 Tahun 2015 tentang Hak Cipta {TEXT}",
    ],
)
def test_a_title_is_not_believed_against_the_year_of_the_imprint(catalogue: Callable[..., Searcher], page: str) -> None:
    for year, id in (("2015", None), ("2020", "k.1"), ("2021", "k.1"), ("2023", None)):
        assert found(catalogue({"k.1": {"title": (TITLE,), "year": (year,)}}), f"{TITLE}.pdf", page) == id
    assert found(catalogue({"k.1": {"title": (TITLE,)}}), f"{TITLE}.pdf", page) == "k.1"


def test_a_title_is_not_believed_against_the_year_in_the_name(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"k.1": {"title": (TITLE,), "year": ("2015",)}})
    assert found(searcher, "stat_bitung_2021.pdf", "© 2015", title=TITLE) is None
    assert found(searcher, "x.pdf", "© 2015", title=f"{TITLE} : tahun 2021") is None
    assert found(searcher, "stat_bitung_2015.pdf", "© 2021", title=TITLE) == "k.1"


@pytest.mark.parametrize(
    "page",
    [
        "Cetakan 1, 2009. Cetakan 7, 2021",
        "UU Nomor 28 Tahun 2014 tentang Hak Cipta",
        f"Pada tahun 2021 {TEXT} sejak 2018.",
        "ISBN 978-602-1997-12-3",
    ],
)
def test_other_years_are_not_that_of_the_edition(catalogue: Callable[..., Searcher], page: str) -> None:
    assert found(catalogue({"k.1": {"title": (TITLE,), "year": ("2009",)}}), f"{TITLE}.pdf", page) == "k.1"


def test_the_day_a_file_was_made_is_no_evidence(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"k.1": {"title": (TITLE,), "year": ("1995",)}})
    assert found(searcher, f"{TITLE}.pdf", "hasil pindai", year="2021") == "k.1"


def test_a_year_that_both_titles_hold_says_nothing_of_the_edition(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"k.1": {"title": ("Hasil pemilihan umum 2004",), "year": ("2009",)}})
    assert found(searcher, "hasil-pemilihan-umum-2004.pdf", "Hasil Pemilihan Umum 2004") == "k.1"
    assert found(searcher, "hasil-pemilihan-umum-2004.pdf", "Cetakan 2, 2009") == "k.1"
    assert found(searcher, "hasil-pemilihan-umum-2004.pdf", "Cetakan 1, 2005") is None


@pytest.mark.parametrize("format", ["journal", "newspaper"])
def test_a_periodical_is_not_linked_by_its_title(catalogue: Callable[..., Searcher], format: str) -> None:
    fields = {"title": ("Berita kelautan Sulawesi Utara",), "format": (format, "ebook")}
    searcher = catalogue({"k.1": fields | {"linked_file": ("b-12.pdf",)}})
    assert found(searcher, "Berita kelautan Sulawesi Utara.pdf") is None
    assert found(searcher, "b-12.pdf") == "k.1"


def test_two_records_with_one_title_leave_the_pdf_alone_among_many_like_it(catalogue: Callable[..., Searcher]) -> None:
    long = f"{TITLE} : " + "angka, gambar dan penjelasan selengkapnya " * 12
    parts = {f"k.p{number}": {"title": (f"{TITLE} bagian {number}",)} for number in range(40)}
    assert found(catalogue({"k.1": {"title": (TITLE,)}, "k.2": {"title": (long,)}} | parts), f"{TITLE}.pdf") is None
    assert found(catalogue({"k.1": {"title": (TITLE,)}} | parts), f"{TITLE}.pdf") == "k.1"


def test_more_titles_than_are_looked_at_are_a_doubt(catalogue: Callable[..., Searcher]) -> None:
    parts = {f"k.p{number}": {"title": (f"{TITLE} bagian {number}",)} for number in range(120)}
    assert found(catalogue({"k.1": {"title": (TITLE,)}} | parts), f"{TITLE}.pdf") is None


def test_a_file_named_by_the_number_of_a_joined_record_is_linked(catalogue: Callable[..., Searcher]) -> None:
    searcher = catalogue({"m.7": {"record_id": ("m.7", "k.12"), "source": ("m", "k")}, "k.13": {}})
    assert found(searcher, "12.pdf") == "m.7"
    assert found(searcher, "7.pdf") is None  # another source's number


def test_a_pdf_may_be_named_by_any_of_the_records_of_its_title(tmp_path: Path) -> None:
    library = Library(tmp_path / "data")
    fields = (f"020    $a {ISBN}", "245 10 $a Laut bercerita", "264  1 $c 2017")
    first = write(tmp_path / "kota.mrc", [made("001 A1", *fields).raw.data])
    library.load(first, source="kota")
    second = write(tmp_path / "kampus.mrc", [made("001 B1", *fields).raw.data])
    assert library.load(second, source="kampus").joined == 1
    named = book(tmp_path / "B1.pdf", ["laut"])
    assert library.load(named, source="kampus").attached == 1
    document = library.document("kampus.B1")
    assert document is not None
    assert document.ebook is not None
    assert library.load(named, source="kampus").outcomes["unchanged"] == 1


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_load_does_not_attach_another_edition(tmp_path: Path, rebuild: bool) -> None:
    library = Library(tmp_path / "data")
    fields = ("001 1", "020    $a 978-0-306-40615-7", f"245 10 $a {TITLE}", "264  1 $c 2015")
    records = write(tmp_path / "k.mrc", [made(*fields).raw.data])
    edition = book(tmp_path / "a.pdf", ["Hak cipta", f"ISBN {ISBN}"], title=TITLE)
    issue = book(tmp_path / "b.pdf", ["BPS Kota Bitung", "2021"], title=TITLE)
    report = library.load(records, edition, issue, source="k", rebuild=rebuild)
    assert (report.attached, report.outcomes["indexed"]) == (0, 3)


@pytest.mark.parametrize("name", ["", " .pdf", "a" * 250 + ".pdf", "\x00\x01.pdf", "a\udc80.pdf", '"*(.pdf'])
def test_a_strange_name_finds_nothing(catalogue: Callable[..., Searcher], name: str) -> None:
    assert found(catalogue({"k.1": {}}), name) is None


def test_a_pdf_without_record_speaks_for_itself(tmp_path: Path) -> None:
    path = book(tmp_path / "laut_lembeh-2.pdf", ["Selat Lembeh"], title="Laut", author="Rompas, A.; Wowor, B.")
    read_book = read(path)
    assert isinstance(read_book, PdfBook)
    document = document_of(read_book, "k")
    assert document.id == f"k.pdf-{read_book.sha256[:12]}"
    assert document.contributors == (Contributor("Rompas, A.", main=True), Contributor("Wowor, B."))
    assert document.fields == {
        "title": ("Laut",),
        "contributor": ("Rompas, A.", "Wowor, B."),
        "access": ("fulltext", "online"),
        "format": ("ebook",),
        "source": ("k",),
        "ebook_file": (read_book.sha256,),
    }
    assert document.ebook is not None
    assert (document.ebook.file_name, document.ebook.page_count) == ("laut_lembeh-2.pdf", 1)


def test_a_file_name_is_the_title_of_last_resort() -> None:
    assert document_of(pdf_book("laut_lembeh--2.pdf", "", author="A"), "k").title == "laut lembeh 2"


SKRIPSI = "ANALISIS PENDAPATAN NELAYAN CAKALANG\nDI KOTA BITUNG\nSKRIPSI\nOleh\nAhmad Fulan"


@pytest.mark.parametrize(
    ("name", "page", "title"),
    [
        ("scan0001.pdf", SKRIPSI, "ANALISIS PENDAPATAN NELAYAN CAKALANG DI KOTA BITUNG"),
        ("Microsoft Word - BAB I.doc.pdf", "Pengelolaan Terumbu Karang\noleh Ana", "Pengelolaan Terumbu Karang"),
        ("nelayan_bitung.pdf", SKRIPSI, "nelayan bitung"),
        ("scan0001.pdf", f"SKRIPSI\n{SKRIPSI}", "ANALISIS PENDAPATAN NELAYAN CAKALANG DI KOTA BITUNG"),
        (
            "a1.pdf",
            "Pengaruh musim terhadap hasil\nnelayan di Bitung\nAhmad",
            "Pengaruh musim terhadap hasil nelayan di Bitung",
        ),
        # What stands first is no title, or nobody can say.
        ("scan0001.pdf", "PENGARUH MUSIM\nTERHADAP HASIL\nNELAYAN DI BITUNG\nDAN DI MANADO", "scan0001"),
        ("scan0001.pdf", "Ikan cakalang hidup di laut\nyang hangat. Ia berenang.", "scan0001"),
        ("scan0001.pdf", "Jurnal Ilmu Kelautan Vol. 3 No. 2\nTerumbu karang", "scan0001"),
        ("scan0001.pdf", "KEMENTERIAN PENDIDIKAN NASIONAL\nREPUBLIK INDONESIA", "scan0001"),
        ("scan0001.pdf", "Bahwa nelayan di kota ini sejak lama menangkap ikan dengan pukat,", "scan0001"),
        ("scan0001.pdf", "BAB I\nPENDAHULUAN", "scan0001"),
        ("scan0001.pdf", "", "scan0001"),
    ],
)
def test_a_pdf_whose_name_says_nothing_is_called_what_its_first_page_begins_with(
    name: str, page: str, title: str
) -> None:
    assert document_of(pdf_book(name, page), "k").title == title


def test_a_scan_is_read_online_and_is_no_full_text() -> None:
    assert document_of(pdf_book("a.pdf", "", ""), "k").fields["access"] == ("online",)


@pytest.mark.parametrize(
    ("file", "language"),
    [
        ("id_zimera_books/pemrograman-rust.pdf", "ind"),
        ("id_emacs_doc/emacs_docs.pdf", "ind"),
        ("pdfjs/tracemonkey.pdf", "eng"),
        ("ocrmypdf_scans/ccitt.pdf", ""),
    ],
)
def test_language_is_told_from_frequent_words(file: str, language: str) -> None:
    with PdfReader() as reader:
        read_book = reader.read(shared(f"data/pdf/{file}"))
    assert isinstance(read_book, PdfBook)
    assert language_of(read_book.pages) == language


def test_german_is_neither_indonesian_nor_english() -> None:
    page = Page(1, "1", "Die Menge aller offenen Kugeln in einem Raum ist eine Basis der Topologie und damit auch " * 9)
    assert language_of([page]) == ""


def test_a_stated_language_is_believed() -> None:
    assert document_of(pdf_book("a.pdf", "the of and", language="id-ID"), "k").first("language") == "ind"


RECORD = Document(
    DocumentId("k.1"), {"title": ("Laut",), "access": ("online",), "format": ("book",)}, fingerprint="9f3a"
)


def test_a_record_with_its_ebook_says_so() -> None:
    attached = attach(RECORD, pdf_book("a.pdf", "teks", ""))
    assert attached.values("access") == ("fulltext", "online")
    assert attached.values("format") == ("book", "ebook")
    assert attached.ebook is not None
    assert (attached.ebook.page_count, attached.ebook.pages_without_text) == (2, 1)
    assert attached.fingerprint == fingerprints.with_ebook("9f3a", "ab" * 32) != RECORD.fingerprint


def test_a_record_without_a_link_is_read_online_as_long_as_it_has_its_ebook() -> None:
    on_the_shelf = replace(RECORD, fields={**RECORD.fields, "access": ("shelf",)})
    attached = attach(on_the_shelf, pdf_book("a.pdf", "teks"))
    assert attached.values("access") == ("fulltext", "online", "shelf")
    assert without_ebook(attached).values("access") == ("shelf",)
    linked = attach(replace(RECORD, links=(OnlineAccess("https://contoh.id/laut"),)), pdf_book("a.pdf", "teks"))
    assert without_ebook(linked).values("access") == ("online",)


def test_attaching_twice_is_attaching_once() -> None:
    first = pdf_book("a.pdf", "teks")
    second = replace(first, sha256="cd" * 32)
    once = attach(RECORD, second)
    assert attach(attach(RECORD, first), second) == once
    assert once.ebook is not None
    assert carry_over(replace(once, fingerprint=f"{once.fingerprint}+model"), once.ebook) == once
