"""A title joined from records of two sources is the same page under the id of either."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from portal.bootstrap import open_services
from portal.exporting import Exports
from portal.i18n import messages
from portal.keeping import Keeping
from portal.links import InteractiveLinks
from portal.pages import Drawing
from portal.routes import PlainPages
from portal.search_state import SearchState
from portal.settings import read_settings
from portal.shell import Shell
from tests.support.html import Elements
from tests.support.library import Library
from tests.support.marc_records import made
from tests.support.pdfs import book
from tests.support.records import write

FIRST, SECOND = "kota.A", "kampus.B"
BOTH = pytest.mark.parametrize("id", [FIRST, SECOND])


def marc(number: str, title: str, isbn: str, *more: str) -> bytes:
    fields = [f"001 {number}", f"020    $a {isbn}", f"245 10 $a {title}", "264  1 $a Bitung : $b Bahari, $c 2014"]
    return made(*fields, *more).raw.data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a library with one e-book whose record two sources hold, and a title much like it."""
    folder, files = tmp_path_factory.mktemp("joined"), tmp_path_factory.mktemp("files")
    library = Library(folder)
    heading = "650  4 $a Terumbu karang"
    link = "856 40 $u https://example.org/a.pdf"
    reef = marc("A", "Terumbu karang Selat Lembeh", "9786020332956", heading, link)
    near = marc("C", "Karang Bunaken", "9780306406157", heading)
    library.load(write(files / "kota.mrc", [reef, near]), source="kota")
    other = marc("B", "Terumbu karang Selat Lembeh", "9786020332956")
    assert library.load(write(files / "kampus.mrc", [other]), source="kampus").joined == 1
    assert library.load(book(files / "a.pdf", ["terumbu karang di laut"]), source="kota").attached == 1
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> TestClient:
    services = open_services(
        read_settings({"TELUSUR_DATA": str(folder), "TELUSUR_MODEL": "none"}, folder / "none.toml")
    )
    frame = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    pages = PlainPages(services, Shell(frame))
    return TestClient(Starlette(routes=[*Exports(pages).routes(), *Keeping(pages).routes(), *pages.routes()]))


@BOTH
def test_the_record_page_shows_the_pages_that_were_found(client: TestClient, id: str) -> None:
    assert f"/baca/{FIRST}/1?q=terumbu" in Elements(client.get(f"/katalog/{id}?q=terumbu").text).links()
    assert "<mark>terumbu</mark>" in client.get(f"/katalog/{id}?q=terumbu").text


@BOTH
def test_the_record_page_shows_similar_titles(client: TestClient, id: str) -> None:
    assert "Karang Bunaken" in client.get(f"/katalog/{id}").text


@BOTH
def test_the_lasting_address_is_that_of_the_first_record(client: TestClient, id: str) -> None:
    for path in (f"/katalog/{id}", f"/?id={id}"):
        links = [a["href"] for a in Elements(client.get(path).text).all("link") if a.get("rel") == "canonical"]
        assert links == [f"http://testserver/katalog/{FIRST}"]


def test_the_interactive_page_is_the_same_view_under_either_id(folder: Path) -> None:
    services = open_services(
        read_settings({"TELUSUR_DATA": str(folder), "TELUSUR_MODEL": "none"}, folder / "none.toml")
    )
    one, other = (Drawing(services, SearchState(id=id), InteractiveLinks()).page() for id in (FIRST, SECOND))
    assert (one.body, one.view, one.canonical) == (other.body, other.view, other.canonical)


@BOTH
def test_the_reader_opens_the_book(client: TestClient, id: str) -> None:
    page = client.get(f"/baca/{id}/1?q=terumbu")
    assert page.status_code == 200
    assert "<mark>terumbu</mark>" in page.text
    assert messages("id")("reader.found_none", query="terumbu") not in page.text
    assert client.get(f"/baca/{id}/1.png").content.startswith(b"\x89PNG")


@BOTH
def test_a_reader_address_without_page_leads_to_the_first(client: TestClient, id: str) -> None:
    answer = client.get(f"/baca/{id}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/baca/{FIRST}/1")


@BOTH
def test_the_file_is_served(client: TestClient, id: str) -> None:
    answer = client.get(f"/berkas/{id}.pdf")
    assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")


def test_a_saved_list_holds_the_title_under_either_id_and_its_files_hold_it_once(client: TestClient) -> None:
    page = client.get("/simpanan", params={"ids": [SECOND, "kota.C"]})
    assert [b["data-save"] for b in Elements(page.text).all("button") if "data-save" in b] == [SECOND, "kota.C"]
    assert "tidak ada lagi" not in page.text
    assert client.get("/katalog.ris", params={"ids": [SECOND, FIRST]}).text.count("TI  -") == 1
