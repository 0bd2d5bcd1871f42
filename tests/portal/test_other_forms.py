"""Searches and records asked for in another form by a parameter, over the real application."""

import pytest
from starlette.testclient import TestClient

from tests.support.small_library import REEF_ID


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/cari?q=karang&page=2&format=json", "/api/v1/search?q=karang&page=2"),
        ("/?q=karang&format=csv", "/cari.csv?q=karang"),
        ("/cari?q=karang&f.format=book&format=MARCXML", "/cari.xml?q=karang&f.format=book"),
        ("/cari?q=karang&format=bibtex&hl=en", "/cari.bib?q=karang&hl=en"),
        ("/cari?lookfor=karang&format=rss2", "/cari.rss?q=karang"),
        ("/cari?q=karang&format=atom", "/cari.atom?q=karang"),
        (f"/katalog/{REEF_ID}?q=karang&format=ris", f"/katalog/{REEF_ID}.ris"),
        (f"/katalog/{REEF_ID}?format=marc&hl=en", f"/katalog/{REEF_ID}.mrc?hl=en"),
        (f"/?id={REEF_ID}&at=1&format=csl-json", f"/katalog/{REEF_ID}.json"),
        (f"/katalog/{REEF_ID}?format=json", f"/api/v1/record/{REEF_ID}"),
    ],
)
def test_a_parameter_asks_for_another_form(client: TestClient, asked: str, there: str) -> None:
    answer = client.get(asked, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, there)
    assert client.get(there).status_code == 200


@pytest.mark.parametrize(
    "address", ["/cari?q=karang&format=pdf", f"/katalog/{REEF_ID}?format=rss", "/?q=karang&format=//evil.example"]
)
def test_a_form_that_there_is_not_leaves_the_page(client: TestClient, address: str) -> None:
    answer = client.get(address, follow_redirects=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
