"""Titles as files, over the real application."""

import io
from pathlib import Path

import pymarc
import pytest
import rispy
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from portal.bibliography.exports import FORMATS
from portal.bootstrap import Services
from portal.exporting import EXPORTED_HEADER, TOTAL_HEADER, Exports
from portal.links import InteractiveLinks, Links, PlainLinks
from portal.pages import Drawing
from portal.routes import PlainPages
from portal.search_state import SearchState
from portal.shell import Shell
from tests.support.html import Elements
from tests.support.small_library import EBOOK_ID, REEF_ID, TRAP_ID


@pytest.mark.parametrize("format", FORMATS)
def test_a_record_is_handed_out_under_its_name(client: TestClient, format: str) -> None:
    answer = client.get(f"/katalog/{REEF_ID}.{format}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[format].media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="{REEF_ID}.{format}"'
    assert b"Terumbu karang Selat Lembeh" in answer.content


def test_addresses_in_a_file_are_those_of_the_portal(client: TestClient) -> None:
    entries = rispy.loads(client.get("/katalog.ris", params={"ids": [REEF_ID, EBOOK_ID]}).text)
    assert [entry["urls"] for entry in entries] == [
        [f"http://testserver/katalog/{REEF_ID}"], [f"http://testserver/katalog/{EBOOK_ID}"],
    ]  # fmt: skip


def test_only_what_can_be_read_online_is_cited_with_an_address(client: TestClient) -> None:
    printed, electronic = client.get("/katalog.json", params={"ids": [REEF_ID, EBOOK_ID]}).json()
    assert "URL" not in printed
    assert electronic["URL"] == f"http://testserver/katalog/{EBOOK_ID}"


@pytest.mark.parametrize("id", ["kota.x%2F%3Cb%3E%26", "kota.x/%3Cb%3E%26"])
def test_an_id_with_slashes_and_marks_is_one_id(client: TestClient, id: str) -> None:
    answer = client.get(f"/katalog/{id}.json")
    assert answer.json()[0]["id"] == TRAP_ID
    assert answer.headers["content-disposition"] == 'attachment; filename="kota.x_b.json"'


@pytest.mark.parametrize("hl", ["id", "en"])
@pytest.mark.parametrize(
    "path", ["/katalog/tidak.ada.ris", "/katalog/.ris", "/katalog.ris", "/katalog.ris?ids=tidak.ada", "/katalog.pdf"]
)
def test_what_is_not_there_is_a_page_that_says_so(client: TestClient, path: str, hl: str) -> None:
    answer = client.get(path, params={"hl": hl}) if "?" not in path else client.get(f"{path}&hl={hl}")
    assert answer.status_code == 404
    assert f'<html lang="{hl}">' in answer.text


def test_another_ending_is_part_of_the_id(client: TestClient) -> None:
    assert client.get(f"/katalog/{REEF_ID}.pdf").status_code == 404
    assert client.get(f"/katalog/{REEF_ID}").headers["content-type"].startswith("text/html")


def test_a_selection_keeps_its_order_and_passes_over_what_is_not_there(client: TestClient) -> None:
    ids = ["kota.007", "tidak.ada", REEF_ID, "kota.007", EBOOK_ID]
    wanted = ["kota.007", REEF_ID, EBOOK_ID]
    asked = client.get("/katalog.json", params={"ids": ids}).json()
    assert [item["id"] for item in asked] == wanted
    sent = client.post("/katalog.json", data={"ids": ids}).json()
    assert [item["id"] for item in sent] == wanted


def test_more_ids_than_an_address_holds_may_be_sent(client: TestClient) -> None:
    ids = [f"tidak.ada.{n:040}" for n in range(490)] + ["kota.007"]
    answer = client.post("/katalog.ris", data={"ids": ids})
    assert answer.status_code == 200
    assert rispy.loads(answer.text)[0]["title"] == "Laskar pelangi"


def test_results_are_handed_out_in_their_order(client: TestClient) -> None:
    for search in ("q=karang", "sort=title", "f.language=eng&sort=newest"):
        page = client.get(f"/api/v1/search?{search}&size=100").json()
        answer = client.get(f"/cari.json?{search}")
        assert [item["id"] for item in answer.json()] == [hit["id"] for hit in page["hits"]]
        assert answer.headers[TOTAL_HEADER] == answer.headers[EXPORTED_HEADER] == str(page["total"])


def test_results_of_a_search_without_any_are_an_empty_file(client: TestClient) -> None:
    answer = client.get("/cari.json?q=zzzzqqq")
    assert answer.status_code == 200
    assert answer.json() == []


def test_more_than_may_be_exported_is_said(library: Services) -> None:
    pages = PlainPages(library, Shell(Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")))
    client = TestClient(Starlette(routes=[*Exports(pages, most=5).routes()]))
    answer = client.get("/cari.bib?sort=title&hl=en")
    assert answer.headers[EXPORTED_HEADER] == "5"
    assert int(answer.headers[TOTAL_HEADER]) > 40
    first = answer.text.splitlines()[0]
    assert first.startswith("% This file holds only the first 5 of ")
    assert answer.text.count("\n@") == 5
    xml = client.get("/cari.xml?sort=title").content
    assert b"<!-- Hanya 5 judul pertama" in xml
    assert len(pymarc.parse_xml_to_array(io.BytesIO(xml))) == 5  # type: ignore[no-untyped-call]
    assert len(client.get("/cari.json?sort=title").json()) == 5


def test_files_are_not_for_search_engines(client: TestClient) -> None:
    assert client.get("/cari.csv?q=karang").headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize("root", ["/", "/cari"])
def test_results_offer_themselves_as_files(client: TestClient, library: Services, root: str) -> None:
    links: Links = PlainLinks() if root == "/cari" else InteractiveLinks()
    state = SearchState(q="karang", page=1)
    page = Drawing(library, state, links).page()
    feeds = ("/cari.atom", "/cari.rss")
    hrefs = [h for h in Elements(page.body).links() if h.startswith("/cari.") and not h.startswith(feeds)]
    assert hrefs == [f"/cari.{format}?q=karang" for format in FORMATS]
    assert client.get(hrefs[2]).json()
