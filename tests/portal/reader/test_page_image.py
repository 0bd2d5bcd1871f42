"""Pictures of pages, also of files that want to harm."""

import struct
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.reader.page_image import MAX_PIXELS, MAX_WALL_S, WIDTH_PX, PageImages, PageImagesBusyError, scale_for
from tests.support.pdfs import book, double_flate_bomb, endless_drawing, pdf, words


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_page_is_drawn_as_wide_as_a_screen_shows_it(tmp_path: Path) -> None:
    image = PageImages().page(book(tmp_path / "a.pdf", ["Satu"], ["Dua"]), 2)
    assert image is not None
    assert abs(size_of(image.png)[0] - WIDTH_PX) <= 1


def test_the_same_page_is_drawn_once(tmp_path: Path) -> None:
    images, file = PageImages(), book(tmp_path / "a.pdf", ["Satu"])
    first = images.page(file, 1)
    file.unlink()
    assert images.page(file, 1) == first


def test_all_who_ask_for_a_page_hear_that_others_are_being_drawn(tmp_path: Path) -> None:
    images, file = PageImages(at_once=0), book(tmp_path / "a.pdf", ["Satu"])
    with ThreadPoolExecutor(2) as askers:
        asked = [askers.submit(images.page, file, 1) for _ in range(2)]
        assert [type(one.exception()) for one in asked] == [PageImagesBusyError] * 2


def test_an_enormous_page_is_drawn_small(tmp_path: Path) -> None:
    path = tmp_path / "wide.pdf"
    path.write_bytes(pdf([words("besar")]).replace(b"595 842", b"9e6 842").replace(b"612 792", b"9e6 792"))
    started = time.monotonic()
    PageImages().page(path, 1)
    assert time.monotonic() - started < MAX_WALL_S


@pytest.mark.parametrize(("width", "height"), [(595, 842), (1e6, 1e6), (1, 1e9), (0, 0)])
def test_no_page_has_more_pixels_than_the_limit(width: float, height: float) -> None:
    scale = scale_for(width, height)
    assert width * height * scale * scale <= MAX_PIXELS * 1.001


@pytest.mark.parametrize("content", [b"", b"not a PDF", b"%PDF-1.4\n%%EOF"], ids=["empty", "text", "hollow"])
def test_what_is_no_pdf_has_no_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    assert PageImages().page(path, 1) is None


def test_a_page_that_is_not_there_has_no_picture(tmp_path: Path) -> None:
    assert PageImages().page(book(tmp_path / "a.pdf", ["Satu"]), 9) is None


@pytest.mark.parametrize("bomb", [double_flate_bomb, endless_drawing])
def test_a_bomb_is_given_up_within_the_limits(tmp_path: Path, bomb: type) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(bomb())
    started = time.monotonic()
    PageImages().page(path, 1)
    assert time.monotonic() - started < MAX_WALL_S + 5
