import gzip
import os
import pickle
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest

from ingest.readers.pdf import PdfLimits, PdfReader, headings_of, read, sha256_of
from ingest.readers.pdf_text import Box, Line, clean, page_text, reading_order
from ingest.source import PdfBook, Rejected
from search.document import Section
from tests.support.pdfs import book, double_flate_bomb, endless_drawing, pdf, words
from tests.support.shared_data import shared


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as reader:
        yield reader


def opened(reader: PdfReader, path: Path) -> PdfBook:
    read = reader.read(path)
    assert isinstance(read, PdfBook), read
    return read


def real(reader: PdfReader, path: str) -> PdfBook:
    return opened(reader, shared(f"data/pdf/{path}"))


def spelled(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", text.lower())


def memory_mb() -> float:
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return resident * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_a_book_comes_page_by_page(tmp_path: Path) -> None:
    path = book(tmp_path / "laut.pdf", ["Terumbu karang"], [], ["Selat Lembeh"], title="Laut", author="A. Rompas")
    found = read(path)
    assert isinstance(found, PdfBook)
    assert [(p.number, p.label, p.text) for p in found.pages] == [
        (1, "1", "Terumbu karang"),
        (2, "2", ""),
        (3, "3", "Selat Lembeh"),
    ]
    assert found.metadata == {"title": "Laut", "author": "A. Rompas"}
    assert found.sha256 == sha256_of(path)
    assert found.origin.file == str(path)


def test_words_broken_at_line_ends_are_mended(reader: PdfReader, tmp_path: Path) -> None:
    lines = ["Di setiap kota ada perpus-", "takaan umum, dan buku-", "buku di sana boleh dipinjam."]
    text = opened(reader, book(tmp_path / "a.pdf", lines)).pages[0].text
    assert text == "Di setiap kota ada perpustakaan umum, dan buku-buku di sana boleh dipinjam."


def test_tightly_set_words_stay_apart(reader: PdfReader, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([b"BT /F1 11 Tf 72 720 Td [(ruang)-150(vektor)-150(ini)]TJ ET"]))
    assert opened(reader, tmp_path / "a.pdf").pages[0].text == "ruang vektor ini"


def test_printed_labels_and_outline_of_an_indonesian_book(reader: PdfReader) -> None:
    found = real(reader, "id_zimera_books/pemrograman-python.pdf")
    assert [page.label for page in found.pages[:5]] == ["i", "ii", "iii", "1", "2"]
    assert found.metadata["title"].startswith("Algoritma, Struktur Data, dan Paradigma Pemrograman")
    assert found.outline[1] == Section("Daftar Isi", 2, 1)
    assert max(section.level for section in found.outline) >= 2
    assert any("bahasa pemrograman" in page.text for page in found.pages)
    assert found.pages[10].section == "1.7. Implementasi dan Distribusi Python"


def test_a_nested_outline_names_the_heading_of_each_page(reader: PdfReader) -> None:
    found = real(reader, "pdfjs/nested_outline.pdf")
    assert found.outline[:3] == (
        Section("1. Introduction", 1, 1),
        Section("1.1 Background", 2, 2),
        Section("1.2 Motivation", 3, 2),
    )
    assert [page.section for page in found.pages[:3]] == ["1. Introduction", "1.1 Background", "1.2 Motivation"]


@pytest.mark.parametrize(
    "file", ["pdfjs/tracemonkey.pdf", "id_zimera_books/pemrograman-rust.pdf", "id_emacs_doc/emacs_docs.pdf"]
)
def test_no_word_is_lost_that_another_library_finds(reader: PdfReader, file: str) -> None:
    second = pypdfium2.PdfDocument(shared(f"data/pdf/{file}"))
    theirs = Counter(
        word for page in second for word in spelled(clean(page.get_textpage().get_text_bounded(), 100_000))
    )
    mine = Counter(word for page in real(reader, file).pages for word in spelled(page.text))
    second.close()
    assert (theirs - mine).total() < 0.005 * theirs.total()


def test_outline_entries_that_lead_nowhere_are_left_out(reader: PdfReader) -> None:
    found = real(reader, "pypdf_resources/outlines-with-invalid-destinations.pdf")
    assert all(1 <= section.page <= len(found.pages) for section in found.outline)
    assert all(page.text for page in found.pages)


def test_a_page_on_which_headings_begin_lies_under_the_first() -> None:
    outline = (Section("A", 2), Section("A.1", 2, 2), Section("B", 4))
    assert headings_of(5, list(outline)) == ["", "A", "A.1", "B", "B"]


def test_two_columns_are_read_one_after_the_other(reader: PdfReader) -> None:
    text = real(reader, "pdfjs/tracemonkey.pdf").pages[1].text
    left = text.index("Hence, recording and compiling a trace")
    end_of_left = text.index("This makes")
    right = text.index("implementation")
    assert left < end_of_left
    assert "tracing VM efficiently performs the same kind of optimizations" in text
    assert right > left
    assert "\ufb01" not in text
    assert "specialized" in text


def test_columns_follow_each_other_and_tables_go_row_by_row(reader: PdfReader) -> None:
    found = real(reader, "pypdf_sample_files/026-latex-multicolumn__multicolumn.pdf")
    assert "Vivamus viverra fermentum felis. Donec nonummy\npellentesque ante. Phasellus" in found.pages[0].text
    assert "Belgium 11.5 30,689 Brussels Dutch, French, German" in found.pages[2].text


def test_text_boxes_drawn_last_are_read_where_they_stand(reader: PdfReader) -> None:
    name = "id_kuliah_modul/JavaScript-_Langkah_Lanjut_dari_HTML_dan_CSS.pdf"
    text = real(reader, name).pages[2].text
    places = [text.index(part) for part in ("Case sensitivity", "let myVariable = 10;", "Whitespace", "let x = 10;")]
    assert places == sorted(places)


def test_a_line_in_a_font_without_letters_is_no_text(reader: PdfReader) -> None:
    text = real(reader, "pdfjs/TAMReview.pdf").pages[8].text
    assert "Don’tuseatall" in text
    assert "(-.45)" not in text


def test_a_page_on_its_side_reads_as_an_upright_one(reader: PdfReader) -> None:
    upright, turned = (
        real(reader, f"pdfplumber/nics-background-checks-2015-11{name}.pdf").pages[0].text for name in ("", "-rotated")
    )
    assert "Alabama 18,870 23,022 22,650" in turned
    assert sorted(turned.split()) == sorted(upright.split())


def test_lines_along_a_turned_page_are_joined_to_paragraphs(reader: PdfReader, tmp_path: Path) -> None:
    along = words("Sebuah kalimat yang panjang dan", "berlanjut di baris kedua.").replace(
        b"72 720 Td", b"0 1 -1 0 72 72 Tm"
    )
    (tmp_path / "x.pdf").write_bytes(pdf([along]).replace(b"/Type/Page/Parent", b"/Type/Page/Rotate 90/Parent"))
    text = opened(reader, tmp_path / "x.pdf").pages[0].text
    assert text == "Sebuah kalimat yang panjang dan berlanjut di baris kedua."


def test_arabic_is_in_the_order_of_reading(reader: PdfReader) -> None:
    assert "\u0645\u0631\u062d\u0628\u0627" in real(reader, "pypdf_resources/hello-world.pdf").pages[0].text
    # pdfminer gives this file's words from the last letter to the first.
    letters = real(reader, "pdfjs/ArabicCIDTrueType.pdf").pages[0].text
    assert letters.count("\u0627\u0644\u062e\u0637\u0648\u0637 \u0627\u0644\u0639\u0631\u0628\u064a\u0629") == 4


def rows_of_columns(rows: int) -> bytes:
    """A page whose two columns are drawn row by row under a title."""
    out = b"BT /F1 12 Tf 1 0 0 1 60 740 Tm (A title that is as wide as both of the columns under it are together) Tj /F1 10 Tf "
    for row in range(rows):
        out += b"1 0 0 1 60 %d Tm (kiri %d bercerita tentang ikan, laut dan perahu) Tj " % (710 - 13 * row, row)
        out += b"1 0 0 1 320 %d Tm (kanan %d bercerita tentang burung dan hutan) Tj " % (710 - 13 * row, row)
    return out + b"ET"


def test_columns_that_a_file_draws_row_by_row_are_read_one_by_one(reader: PdfReader, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(pdf([rows_of_columns(20)]))
    text = opened(reader, tmp_path / "x.pdf").pages[0].text
    rows = [int(row) for row in re.findall(r"(?:kiri|kanan) (\d+)", text)]
    assert rows == [*range(20), *range(20)]
    assert text.index("A title") < text.index("kiri 0") < text.index("kiri 19") < text.index("kanan 0")


def test_a_file_whose_page_tree_is_lost_is_read_by_the_other_library(reader: PdfReader) -> None:
    found = real(reader, "pypdf_sample_files/017-unreadable-meta-data__unreadablemetadata.pdf")
    assert "Wirewound Rotary Potentiometer" in found.pages[0].text


def test_a_file_that_claims_more_pages_than_it_has_is_read_by_the_other_library(
    reader: PdfReader, tmp_path: Path
) -> None:
    claims_more = pdf([words("satu"), words("dua")]).replace(b"/Count 2", b"/Count 7")
    (tmp_path / "x.pdf").write_bytes(claims_more)
    assert [page.text for page in opened(reader, tmp_path / "x.pdf").pages] == ["satu", "dua"]


@pytest.mark.parametrize("name", ["r2-empty", "r2-owner", "r3-empty", "r5-empty", "r6-empty", "r6-owner"])
def test_an_empty_password_opens(reader: PdfReader, name: str) -> None:
    assert real(reader, f"pypdf_resources/{name}-password.pdf").pages[0].text


@pytest.mark.parametrize("name", ["r2-user-password", "r4-user-password", "r6-both-passwords"])
def test_a_locked_file_is_refused_and_named_once(reader: PdfReader, name: str) -> None:
    refused = reader.read(shared(f"data/pdf/pypdf_resources/{name}.pdf"))
    assert isinstance(refused, Rejected)
    assert refused.code == "encrypted_pdf"
    assert refused.origin.file.endswith(f"{name}.pdf")
    assert name not in refused.reason


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"Yang terhormat,", os.urandom(3_000)])
def test_what_is_no_pdf_is_broken(reader: PdfReader, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.pdf").write_bytes(data)
    refused = reader.read(tmp_path / "x.pdf")
    assert isinstance(refused, Rejected)
    assert refused.code == "broken_pdf"


def test_a_missing_file_is_unreadable(reader: PdfReader, tmp_path: Path) -> None:
    refused = reader.read(tmp_path / "none.pdf")
    assert isinstance(refused, Rejected)
    assert refused.code == "unreadable_file"


def test_a_file_cut_off_or_garbled_never_raises(reader: PdfReader, tmp_path: Path) -> None:
    whole = pdf([words(f"Halaman {n}") for n in range(5)])
    for cut in range(20, len(whole), 150):
        (tmp_path / "x.pdf").write_bytes(whole[:cut])
        reader.read(tmp_path / "x.pdf")
        (tmp_path / "x.pdf").write_bytes(whole[: cut - 9] + b"\xff" * 9 + whole[cut:])
        reader.read(tmp_path / "x.pdf")
    assert opened(reader, book(tmp_path / "y.pdf", ["utuh"])).pages[0].text == "utuh"


def test_one_damaged_page_leaves_the_others(reader: PdfReader, tmp_path: Path) -> None:
    content = [words("satu"), words("dua"), words("tiga")]
    damaged = pdf(content).replace(b"/Contents 7 0 R", b"/Contents (xxx)").replace(b"(dua)", b"(du\\)", 1)
    (tmp_path / "x.pdf").write_bytes(damaged)
    texts = [page.text for page in opened(reader, tmp_path / "x.pdf").pages]
    assert (texts[0], len(texts), texts[2]) == ("satu", 3, "tiga")


def test_scans_have_pages_but_no_text(reader: PdfReader) -> None:
    found = real(reader, "ocrmypdf_scans/multipage.pdf")
    assert len(found.pages) == 6
    assert sum(not page.text for page in found.pages) >= 4


def test_pages_shared_between_two_workers_are_the_same_book() -> None:
    path = shared("data/pdf/pdfjs/tracemonkey.pdf")
    with PdfReader(workers=2) as two, PdfReader() as one:
        assert two.read(path) == one.read(path)


def test_a_book_of_many_pages_is_refused_with_its_number(tmp_path: Path) -> None:
    path = book(tmp_path / "x.pdf", *[["a"]] * 9)
    refused = read(path, limits=PdfLimits(pages=8))
    assert isinstance(refused, Rejected)
    assert refused.code == "pdf_limit"
    assert "9 pages" in refused.reason


def test_a_book_with_more_text_than_allowed_is_refused(tmp_path: Path) -> None:
    refused = read(book(tmp_path / "x.pdf", *[["a" * 80] * 20] * 9), limits=PdfLimits(characters=5_000))
    assert isinstance(refused, Rejected)
    assert refused.code == "pdf_limit"


# Small enough for a quick suite; the defaults differ in size only.
TIGHT = PdfLimits(memory_bytes=600_000_000, seconds=3.0)


@pytest.mark.parametrize("make", [double_flate_bomb, endless_drawing])
def test_a_bomb_costs_only_itself(make: Callable[[], bytes], tmp_path: Path) -> None:
    (tmp_path / "bomb.pdf").write_bytes(make())
    good = book(tmp_path / "good.pdf", ["selamat"])
    with PdfReader(TIGHT) as reader:
        assert opened(reader, good)
        before, started = memory_mb(), time.monotonic()
        refused = reader.read(tmp_path / "bomb.pdf")
        assert time.monotonic() - started < 20
        assert isinstance(refused, Rejected)
        assert refused.code == "pdf_limit"
        assert "memory" in refused.reason
        assert memory_mb() - before < 20
        assert opened(reader, good).pages[0].text == "selamat"


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "slow.pdf").write_bytes(endless_drawing(25_000_000))
    good = book(tmp_path / "good.pdf", ["selamat"])
    with PdfReader(PdfLimits(seconds=0.1, seconds_per_page=0)) as reader:
        assert opened(reader, good)
        refused = reader.read(tmp_path / "slow.pdf")
        assert isinstance(refused, Rejected)
        assert refused.code == "pdf_limit"
        assert "too long" in refused.reason
        assert opened(reader, good).pages[0].text == "selamat"


def test_an_outline_in_a_circle_ends(reader: PdfReader, tmp_path: Path) -> None:
    data = pdf(
        [words("satu")],
        catalog=b"/Outlines<</First 6 0 R>>",
        info=b"/Title(Judul)/Dest[4 0 R/Fit]/Next 6 0 R/First 6 0 R",
    )
    (tmp_path / "x.pdf").write_bytes(data)
    assert opened(reader, tmp_path / "x.pdf").outline == (Section("Judul", 1, 1),)


def test_an_encoding_name_reads_no_file(reader: PdfReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # CVE-2025-64512: pdfminer unpickled <CMAP_PATH>/<name>.pickle.gz, where the PDF chooses the name.
    canary = tmp_path / "canary"

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(canary),)

    (tmp_path / "trap.pickle.gz").write_bytes(gzip.compress(pickle.dumps(Trap())))
    (tmp_path / "trap.json.gz").write_bytes(gzip.compress(b"not json"))
    monkeypatch.setenv("CMAP_PATH", str(tmp_path))
    name = str(tmp_path / "trap").replace("/", "#2F").encode()
    font = b"/Type0/BaseFont/A/Encoding/" + name + b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/A>>]"
    data = pdf([words("satu")]).replace(b"/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding", font)
    (tmp_path / "x.pdf").write_bytes(data)
    with PdfReader() as fresh:
        fresh.read(tmp_path / "x.pdf")
    assert not canary.exists()


def test_small_real_files_end_as_book_or_refusal(reader: PdfReader) -> None:
    files = sorted(shared("data/pdf").rglob("*.pdf"), key=lambda path: path.stat().st_size)[:40]
    codes = {found.code for path in files if isinstance(found := reader.read(path), Rejected)}
    assert codes <= {"encrypted_pdf", "broken_pdf"}


def test_the_limits_leave_room_for_the_longest_book_here() -> None:
    limits = PdfLimits()
    assert limits.seconds + 608 * limits.seconds_per_page > 4 * 608 / 25  # LinearAlgebra: 608 pages, 25 a second


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\ufb01le e\ufb03cient", "file efficient"),
        ("a(cid:12)b", "ab"),
        ("pre\x02cisely", "precisely"),
        ("per\u00adpus\u00ad\ntakaan", "perpustakaan"),
        ("anak-\nanakan", "anak-anakan"),
        ("perundang-\nundangan", "perundang-undangan"),
        ("Timur-\nLaut", "Timur-\nLaut"),
        ("a\ud800b\x00c\u202ed", "a b c d"),
        ("na\u00a8\u0131ve", "naïve"),
        ("satu\n\n\n  dua", "satu\ndua"),
    ],
)
def test_text_is_cleaned(raw: str, cleaned: str) -> None:
    assert clean(raw, 100) == cleaned


def test_cleaning_is_bounded_and_quick() -> None:
    started = time.monotonic()
    for hostile in ("\ufdfa" * 250_000, "a" * 250_000, "a-\n" * 80_000, "\u00a8" * 250_000, " \n" * 125_000):
        assert len(clean(hostile, 250_000)) <= 250_000
    assert time.monotonic() - started < 5


def test_columns_under_a_wide_title_are_read_one_by_one() -> None:
    def box(name: str, left: float, right: float, top: float, bottom: float) -> Box:
        return Box(left, bottom, right, top, (Line(name, right),))

    title = box("title", 50, 550, 780, 750)
    left = [box("l1", 50, 290, 740, 500), box("l2", 50, 290, 480, 100)]
    right = [box("r1", 310, 550, 740, 300), box("r2", 310, 550, 280, 100)]
    assert page_text(reading_order([right[1], left[1], title, right[0], left[0]])) == "title\nl1\nl2\nr1\nr2"
