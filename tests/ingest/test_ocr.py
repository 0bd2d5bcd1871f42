import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.readers.ocr import Ocr, OcrError, missing, page_texts, usable_languages
from ingest.readers.pdf import PdfReader
from ingest.source import PdfBook
from tests.support.pdfs import book
from tests.support.shared_data import shared

needs_ocr = pytest.mark.skipif(bool(missing()), reason=f"{missing()} (Debian: ocrmypdf, tesseract-ocr-ind)")


@pytest.fixture
def reader() -> Iterator[PdfReader]:
    with PdfReader(ocr=Ocr()) as reader:
        yield reader


def opened(reader: PdfReader, path: Path) -> PdfBook:
    found = reader.read(path)
    assert isinstance(found, PdfBook), found
    return found


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the test puts an ocrmypdf of its own; Tesseract is there and knows Indonesian."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    program(folder, "tesseract", "echo ind")
    return folder


@needs_ocr
def test_a_scanned_page_gets_its_words(reader: PdfReader) -> None:
    found = opened(reader, shared("data/pdf/ocrmypdf_scans/skew.pdf"))
    assert "extremely powerful, yet amazingly simple to learn and use" in found.pages[0].text
    assert (found.pages_by_ocr, found.ocr_failure) == (1, "")


@needs_ocr
def test_only_pages_without_text_are_read_by_ocr(reader: PdfReader) -> None:
    path = shared("data/pdf/ocrmypdf_scans/toc.pdf")
    with PdfReader() as plain:
        before = opened(plain, path)
    found = opened(reader, path)
    assert any(page.text for page in before.pages)
    assert [page.text for page in found.pages if before.pages[page.number - 1].text] == [
        page.text for page in before.pages if page.text
    ]


def test_ocr_is_off_unless_asked_for() -> None:
    with PdfReader() as reader:
        found = opened(reader, shared("data/pdf/ocrmypdf_scans/skew.pdf"))
    assert (found.pages[0].text, found.pages_by_ocr, found.ocr_failure) == ("", 0, "")


def test_without_the_program_the_book_is_used_and_the_reason_told(
    reader: PdfReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = opened(reader, book(tmp_path / "x.pdf", ["satu"], []))
    assert [page.text for page in found.pages] == ["satu", ""]
    assert "ocrmypdf" in found.ocr_failure


def test_a_book_with_text_on_every_page_asks_for_no_ocr(
    reader: PdfReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert opened(reader, book(tmp_path / "x.pdf", ["satu"])).ocr_failure == ""


def test_a_failing_program_leaves_the_book_as_it_is(reader: PdfReader, programs: Path, tmp_path: Path) -> None:
    program(programs, "ocrmypdf", "exit 8")
    found = opened(reader, book(tmp_path / "x.pdf", ["satu"], []))
    assert [page.text for page in found.pages] == ["satu", ""]
    assert found.ocr_failure == "the file is encrypted"


def test_a_program_that_never_ends_is_ended(programs: Path, tmp_path: Path) -> None:
    program(programs, "ocrmypdf", f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    started = time.monotonic()
    with pytest.raises(OcrError, match="too long"):
        page_texts(book(tmp_path / "x.pdf", []), [1], Ocr(seconds=3, seconds_per_page=0))
    assert time.monotonic() - started < 10
    helper = int((tmp_path / "pid").read_text(encoding="ascii"))
    while lives(helper):  # the signal was sent; on a busy machine it takes effect later
        assert time.monotonic() - started < 50, "it has been left to its end"
        time.sleep(0.02)


def lives(id: int) -> bool:
    """Whether the process lives; one that only waits to be buried does not."""
    try:
        return " Z " not in Path(f"/proc/{id}/stat").read_text(encoding="ascii")
    except OSError:
        return False


def test_lines_of_a_paragraph_are_joined_and_broken_words_mended(programs: Path, tmp_path: Path) -> None:
    program(programs, "ocrmypdf", r"""printf 'Di kota ada perpus-\ntakaan umum\n\nTutup Ahad.\n\f' > text.txt""")
    found = page_texts(book(tmp_path / "x.pdf", []), [1], Ocr())
    assert found == {1: "Di kota ada perpustakaan umum\nTutup Ahad."}


def test_only_languages_that_tesseract_has_are_asked_for(programs: Path) -> None:
    assert usable_languages(("ind", "eng", "--help")) == ["ind"]


def test_nothing_is_left_in_the_temporary_folder(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "bin"))
    program(programs, "ocrmypdf", "exit 1")
    with pytest.raises(OcrError):
        page_texts(book(tmp_path / "x.pdf", []), [1], Ocr())
    assert sorted(os.listdir(programs)) == ["ocrmypdf", "tesseract"]
