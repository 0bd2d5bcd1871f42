"""The interactive page, run as Streamlit runs it."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import portal
from portal.bootstrap import Services
from tests.support.html import scripts_of
from tests.support.small_library import REEF_ID, TRAP_ID

SCRIPT = Path(portal.__file__).parent / "web" / "app.py"

pytestmark = pytest.mark.usefixtures("handed_over")


def app(**params: str | list[str]) -> AppTest:
    page = AppTest.from_file(str(SCRIPT), default_timeout=20)
    for name, value in params.items():
        page.query_params[name.replace("f_", "f.")] = value
    page.run()
    assert not page.exception, page.exception
    return page


def shown(page: AppTest) -> str:
    """The HTML of all our blocks, in order."""
    return "\n".join(json.loads(block.proto.json)["html"] for block in page.get("bidi_component"))


def search(page: AppTest, text: str) -> AppTest:
    page.text_input(key="q").input(text)
    page.button[0].click().run()
    assert not page.exception
    return page


def test_home_has_the_box_examples_and_totals(handed_over: Services) -> None:
    page = app()
    assert page.text_input(key="q").value == ""
    html = shown(page)
    assert "43 judul" in html
    assert "18 halaman e-book" in html
    assert "?q=terumbu+karang" in html  # finds something here
    assert "vaccines" not in html


def test_searching_fills_the_address_and_begins_at_page_one() -> None:
    page = search(app(page="2", f_format="book"), "karang")
    assert page.query_params == {"q": "karang", "f.format": "book"}
    assert "3 hasil" in shown(page)  # one of them calls them coral reefs


def test_an_address_fills_the_box_and_chooses_facets() -> None:
    page = app(q="karang", f_contributor=["Lasut, Johan", "Carter, Anne"], hl="en")
    assert page.text_input(key="q").value == "karang"
    html = shown(page)
    assert "Remove filter Author: Lasut, Johan" in html
    assert "3 results" in html


def test_a_record_opens_from_the_address_with_its_way_back() -> None:
    html = shown(app(q="karang", id=REEF_ID))
    assert "Wenas, Maria" in html
    assert "Kembali ke hasil" in html
    assert 'href="/?q=karang"' in html


def test_searching_from_a_record_leaves_it() -> None:
    page = search(app(q="karang", id=REEF_ID), "gempa")
    assert page.query_params == {"q": "gempa"}


def test_an_unknown_record_says_so() -> None:
    assert "Rekaman tidak ditemukan" in shown(app(id="none"))


def test_english_has_english_words_and_the_way_to_indonesian() -> None:
    html = shown(app(q="karang", hl="en", page="1"))
    assert "results" in html
    assert 'href="/?q=karang" hreflang="id"' in html


@pytest.mark.parametrize(
    "params",
    [
        {"page": "-5"},
        {"page": "abc"},
        {"page": "999999", "q": "a"},
        {"sort": "x"},
        {"f_format": ["<script>"]},
        {"hl": "xx"},
        {"q": "' OR 1=1 --"},
        {"q": "(" * 600},
        {"f_nothing": "x"},
        {"mode": "?"},
        {"size": "0"},
        {"f_year": "x..y"},
    ],
)
def test_junk_in_the_address_is_harmless(params: dict[str, str | list[str]]) -> None:
    assert shown(app(**params))


def test_nothing_found_offers_next_steps() -> None:
    html = shown(app(q="membaca", f_format="map"))
    assert "Tanpa saringan Format: Peta (31)" in html
    assert "Kembali ke beranda" in html
    assert "Periksa ejaan" in shown(app(q="zzzqq"))


def test_plain_language_is_read_shown_and_taken_back() -> None:
    page = app(q="buku anak tentang gempa setelah 2015")
    html = shown(page)
    assert "Abaikan Untuk: Anak" in html
    assert "Abaikan Tahun: 2016 ke atas" in html
    assert 'href="/?q=buku+anak+tentang+gempa+setelah+2015&amp;words=all"' in html
    again = search(app(q="buku anak tentang gempa", words="all", drop="year", exact="1"), "gempa")
    assert again.query_params == {"q": "gempa"}


def test_hostile_records_are_text() -> None:
    for page in (app(id=TRAP_ID), app(q="jebakan")):
        assert "Jebakan" in shown(page)
        assert not scripts_of(shown(page))
