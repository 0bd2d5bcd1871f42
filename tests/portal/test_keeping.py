"""Saved titles, history and sharing, as the server draws them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import segno
from starlette.testclient import TestClient

from portal.keeping import MOST_SAVED
from portal.qr import MAX_CHARACTERS, qr_svg
from tests.support.html import Elements
from tests.support.small_library import REEF_ID, TRAP_ID

HERE = "http://testserver"


def test_a_list_of_titles_is_drawn_in_its_order_and_hands_out_files(client: TestClient) -> None:
    html = client.get("/simpanan", params={"ids": ["kota.007", REEF_ID, "none", "kota.007"]}).text
    titles = re.findall(r'<h2><a href="/katalog/[^"]+"[^>]*>([^<]+)', html)
    assert titles == ["Laskar pelangi", "Terumbu karang Selat Lembeh : panduan lapangan"]
    files = [href for href in Elements(html).links() if href.startswith("/katalog.ris?")]
    assert parse_qs(urlsplit(files[0]).query)["ids"] == ["kota.007", REEF_ID, "none"]
    assert client.get(files[0]).text.count("TI  -") == 2


def test_a_list_is_bounded_and_an_empty_one_says_what_to_do(client: TestClient) -> None:
    many = client.get("/simpanan", params={"ids": [f"k.{n}" for n in range(300)] + [REEF_ID]})
    assert many.status_code == 200
    assert "Terumbu karang" not in many.text
    assert MOST_SAVED < 300
    assert "Belum ada judul tersimpan" in client.get("/simpanan").text
    assert "No saved titles yet" in client.get("/simpanan?hl=en").text


def test_a_list_says_which_of_its_titles_are_gone(client: TestClient) -> None:
    html = client.get("/simpanan", params={"ids": [REEF_ID, "none"], "hl": "en"}).text
    assert "1 title of this list is not shown: the catalogue no longer has it." in html
    none_left = Elements(client.get("/simpanan?ids=none").text)
    assert ["hidden" in p for p in none_left.all("p") if "data-saved-none" in p] == [True]
    assert "no longer" not in client.get("/simpanan", params={"ids": [REEF_ID], "hl": "en"}).text


def test_history_is_drawn_empty(client: TestClient) -> None:
    html = client.get("/riwayat").text
    assert "hanya disimpan di peramban Anda" in html
    assert '<ol class="kept-list" aria-label="Riwayat pencarian"></ol>' in html
    assert 'href="/riwayat?hl=en"' in html


@pytest.mark.parametrize("path", ["/cari?q=karang&f.language=ind", f"/simpanan?ids={REEF_ID}"])
def test_what_is_shared_is_this_page_and_no_page_loads_anything_of_others(client: TestClient, path: str) -> None:
    page = Elements(client.get(path).text)
    links = [href for href in page.links() if href.startswith(("https:", "mailto:"))]
    shared = [href for href in links if any(name in href for name in ("wa.me", "t.me", "facebook", "x.com", "mailto"))]
    assert len(shared) == 5
    wanted = HERE + (path.replace("/cari", "/") if path.startswith("/cari") else path)
    for href in shared:
        texts = [value for values in parse_qs(urlsplit(href).query).values() for value in values]
        assert any(wanted in text for text in texts), href
    assert all("noopener" in a.get("rel", "") for a in page.all("a") if a.get("href") in shared and "target" in a)
    loaded = [a.get("src", "") for tag, a in page.found if "src" in a]
    assert all(src.startswith("/") for src in loaded)


def test_a_title_with_markup_is_shared_as_text(client: TestClient) -> None:
    html = client.get("/simpanan", params={"ids": [TRAP_ID]}).text
    assert "<script>alert" not in html


def test_a_qr_code_leads_to_a_page_of_this_site(client: TestClient) -> None:
    answer = client.get("/qr.svg", params={"u": "/katalog/kota.001?hl=en"})
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text == qr_svg(f"{HERE}/katalog/kota.001?hl=en")


def test_the_drawn_code_has_the_modules_of_the_code() -> None:
    dark = sum(int(length) for length in re.findall(r"M\d+ \d+h(\d+)v1", qr_svg("https://example.org/katalog/1")))
    code = segno.make("https://example.org/katalog/1", error="m", micro=False, boost_error=False)
    assert dark == sum(sum(row) for row in code.matrix)


@pytest.mark.parametrize(
    "path", ["", "katalog", "//elsewhere.example", "/\\elsewhere.example", "https://x.example/", "/a b", "/a\n"]
)
def test_nothing_else_becomes_a_code(client: TestClient, path: str) -> None:
    assert client.get("/qr.svg", params={"u": path}).status_code == 400
    assert client.get("/qr.svg", params={"u": "/" + "x" * MAX_CHARACTERS}).status_code == 400
