"""Bookmarks of the catalogue that stood here before lead to what they meant."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.old_addresses import OldAddresses
from portal.routes import PlainPages
from portal.shell import Shell
from tests.support.documents import entry
from tests.support.frame import frame
from tests.support.small_library import REEF_ID, small_library

NUMBER = REEF_ID.partition(".")[2]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("/Search/Results?lookfor=terumbu+karang&type=Title", "/?q=terumbu+karang&in=title"),
        ("/catalog?q=laut&search_field=author&locale=en", "/?q=laut&in=author"),
        ("/index.php?keywords=laut&search=search", "/?q=laut"),
        ("/index.php", "/"),
        ("/opac?lang=en", "/?hl=en"),
        ("/opac/pencarian-sederhana?action=pencarianSederhana&katakunci=laut&ruas=Judul", "/?q=laut&in=title"),
        (f"/Record/{NUMBER}", f"/katalog/{REEF_ID}"),
        (f"/Record/{NUMBER}/Details?lng=en", f"/katalog/{REEF_ID}?hl=en"),
        (f"/catalog/{REEF_ID}", f"/katalog/{REEF_ID}"),
        (f"/index.php?p=show_detail&id={NUMBER}", f"/katalog/{REEF_ID}"),
        (f"/opac/detail-opac?id={NUMBER}", f"/katalog/{REEF_ID}"),
    ],
)
def test_an_address_from_before_leads_to_the_same_here(client: TestClient, before: str, now: str) -> None:
    answer = client.get(before, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, now)


@pytest.mark.parametrize(
    "path", ["/Record/tidak-ada", "/catalog/", "/index.php?p=show_detail", "/opac/detail-opac?id=//contoh.id"]
)
def test_what_is_not_here_is_told_to_be_missing(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code == 404


@pytest.mark.parametrize("path", ["/Record/INLIS/7", "/Record/INLIS%2F7/Holdings", "/catalog/INLIS/7"])
def test_a_number_may_hold_a_slash(tmp_path: Path, path: str) -> None:
    services = small_library(tmp_path)
    with services.engine.updating() as writer:
        assert not writer.put([entry("lama.7", "Peta laut", control_number="INLIS/7")]).refused
    client = TestClient(Starlette(routes=OldAddresses(PlainPages(services, Shell(frame()))).routes()))
    assert client.get(path, follow_redirects=False).headers["location"] == "/katalog/lama.7"
