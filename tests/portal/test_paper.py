"""Pages on paper, as a browser prints them: what is to be read, whose it is and where it stands, nothing to press."""

import re

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Window
from tests.support.small_library import REEF_ID

pytestmark = pytest.mark.browser


def printed(page: Page) -> str:
    """The words on paper, with single spaces."""
    with pypdfium2.PdfDocument(page.pdf(format="A4")) as sheets:
        return " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in sheets).split())


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        (f"/katalog/{REEF_ID}", f"/katalog/{REEF_ID}"),
        (f"/?id={REEF_ID}", f"/katalog/{REEF_ID}"),
        ("/cari?q=karang", "/cari?q=karang"),
        ("/?q=karang", "/?q=karang"),
        (f"/simpanan?ids={REEF_ID}", f"/simpanan?ids={REEF_ID}"),
        (f"/kutip/{REEF_ID}", f"/kutip/{REEF_ID}"),
    ],
)
def test_paper_names_the_library_the_address_and_the_day_and_nothing_to_press(
    window: Window, path: str, whole: str
) -> None:
    page, watch = window.visit(path)
    expect(page.locator("#judul-halaman")).to_be_visible()
    paper = printed(page)
    assert "Terumbu karang" in paper
    assert page.locator(".brand-library").first.inner_text() in paper
    assert re.search(re.escape(page.url.removesuffix(path) + whole) + r" · \d{1,2} \w+ \d{4}", paper)
    for pressed in ("Simpan", "Salin", "Baca", "Bagikan", "Pencarian lanjut", "Semua bidang", "BibTeX"):
        assert pressed not in paper
    assert page.locator(".printed").count() == 0
    assert not watch.complaints


@pytest.mark.parametrize("path", [f"/katalog/{REEF_ID}", "/?q=karang"])
def test_paper_has_nothing_to_ask_for_a_copy_with(window: Window, path: str) -> None:
    page, _ = window.visit(path)
    expect(page.locator(".live-go").first).to_be_attached()
    page.emulate_media(media="print")
    expect(page.locator(".live-go").first).to_be_hidden()
    expect(page.locator(".live-go").locator("visible=true")).to_have_count(0)


@pytest.mark.parametrize("path", ["/cari?q=karang", "/?q=karang"])
def test_paper_stays_white_and_has_no_empty_covers(window: Window, path: str) -> None:
    page, _ = window.visit(path)
    expect(page.locator(".card").first).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".card .cover").first).to_be_hidden()
    for ground in (".band, .st-key-band", "body", "html"):
        expect(page.locator(ground).first).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(page.locator(".brand-library").first).to_have_css("color", "rgb(28, 37, 41)")
    page.emulate_media(media="null", color_scheme="null")


def test_a_child_reads_the_names_on_printed_covers(window: Window) -> None:
    page, _ = window.visit("/anak")
    page.emulate_media(media="print")
    expect(page.locator(".children-titles .cover text").first).to_have_css("fill", "rgb(28, 37, 41)")
    page.emulate_media(media="null")


@pytest.mark.parametrize("path", [f"/katalog/{REEF_ID}?hl=en", f"/?id={REEF_ID}&hl=en"])
def test_the_foot_tells_the_lasting_address_alone(window: Window, path: str) -> None:
    page, _ = window.visit(path)
    paper = printed(page)
    assert paper.count(f"/katalog/{REEF_ID}") == 1
    assert "Permalink" not in paper


@pytest.mark.parametrize("path", [f"/katalog/{REEF_ID}", f"/?id={REEF_ID}"])
def test_the_foot_follows_the_last_line_closely_so_that_it_begins_no_sheet(window: Window, path: str) -> None:
    page, _ = window.visit(path)
    page.emulate_media(media="print")
    body, foot = (page.locator(one).bounding_box() for one in (".record-main", ".foot"))
    page.emulate_media(media="null")
    assert body
    assert foot
    assert foot["y"] - body["y"] - body["height"] < 30
