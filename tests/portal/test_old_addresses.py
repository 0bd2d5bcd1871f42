"""Bookmarks of the catalogue that stood here before lead to what they meant."""

import pytest
from starlette.testclient import TestClient

from tests.support.small_library import REEF_ID

NUMBER = REEF_ID.partition(".")[2]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("/Search/Results?lookfor=terumbu+karang&type=Title", "/?q=terumbu+karang&in=title"),
        ("/catalog?q=laut&search_field=author&locale=en", "/?q=laut&in=author"),
        ("/index.php?keywords=laut&search=search", "/?q=laut"),
        ("/index.php", "/"),
        ("/opac?lang=en", "/?hl=en"),
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
