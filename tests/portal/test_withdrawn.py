"""A title that the library took out of its catalogue: its old addresses say so."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from portal.bootstrap import open_services
from portal.exporting import Exports
from portal.i18n import LANGUAGES, Language, messages
from portal.machines.api import Api
from portal.routes import PlainPages
from portal.settings import read_settings
from portal.shell import Shell
from search.document import DocumentId
from tests.support.library import Library
from tests.support.marc_records import LEADER, made
from tests.support.records import write

GONE, KEPT = DocumentId("kota.A"), DocumentId("kota.B")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Two titles, of which the second delivery withdraws the first: MARC 21, leader/05."""
    library = Library(tmp_path / "data")
    for status, numbers in (("n", "AB"), ("d", "A")):
        leader = LEADER[:5] + status + LEADER[6:]
        records = [made(f"001 {number}", f"245 10 $a Laut {number}", leader=leader).raw.data for number in numbers]
        library.load(write(tmp_path / "kota.mrc", records), source="kota")
    return library


@pytest.fixture
def client(tmp_path: Path, library: Library) -> TestClient:
    values = {"TELUSUR_DATA": str(tmp_path / "data"), "TELUSUR_MODEL": "none"}
    services = open_services(read_settings(values, tmp_path / "none.toml"))
    frame = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    pages = PlainPages(services, Shell(frame))
    return TestClient(Starlette(routes=[*Exports(pages).routes(), *pages.routes(), *Api(services).routes()]))


@pytest.mark.parametrize("hl", LANGUAGES)
@pytest.mark.parametrize(
    "path", ["/katalog/{}", "/?id={}", "/kutip/{}", "/baca/{}", "/baca/{}/3", "/berkas/{}.pdf", "/katalog/{}.json"]
)
def test_the_addresses_of_a_withdrawn_title_say_that_it_was_withdrawn(
    client: TestClient, path: str, hl: Language
) -> None:
    answer = client.get(path.format(GONE) + f"{'&' if '?' in path else '?'}hl={hl}")
    assert answer.status_code == 410
    assert messages(hl)("missing.gone_title") in answer.text
    assert messages(hl)("missing.gone_lead") in answer.text


@pytest.mark.parametrize("hl", LANGUAGES)
def test_programs_are_told_that_a_title_was_withdrawn_as_people_are(client: TestClient, hl: Language) -> None:
    answer = client.get(f"/api/v1/record/{GONE}?hl={hl}")
    assert answer.status_code == 410
    told = answer.json()["error"]
    assert told["code"] == "Gone"
    assert messages(hl)("missing.gone_title") in told["message"]


@pytest.mark.parametrize(
    "path", ["/katalog/kota.C.json", "/api/v1/record/kota.C", "/katalog/kota.C", "/baca/kota.C", "/baca/kota.B/1"]
)
def test_what_never_was_there_is_not_said_to_be_withdrawn(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_title_that_is_there_wins_over_the_word_that_it_is_gone(client: TestClient, library: Library) -> None:
    library.tombstones.add([KEPT])  # a load that was given up before it removed anything
    assert client.get(f"/katalog/{KEPT}").status_code == 200
    assert client.get(f"/baca/{KEPT}").status_code == 404


def test_a_file_of_removals_that_cannot_be_read_costs_no_page(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "data" / "tombstones.sqlite3").write_bytes(b"no database" * 100)
    assert client.get(f"/katalog/{GONE}").status_code == 404
