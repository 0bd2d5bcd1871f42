"""The OpenSearch description, and completions as browsers ask for them."""

import pytest
from lxml import etree
from starlette.testclient import TestClient

from tests.portal.machines.conftest import Catalogue
from tests.support.html import Elements
from tests.support.small_library import PAYLOADS, REEF_ID

NAMES = {"o": "http://a9.com/-/spec/opensearch/1.1/"}


@pytest.mark.parametrize("hl", ["id", "en"])
def test_every_address_of_the_description_answers(client: TestClient, hl: str) -> None:
    answer = client.get(f"/opensearch.xml?hl={hl}")
    assert answer.headers["content-type"] == "application/opensearchdescription+xml"
    described = etree.fromstring(answer.content)
    assert 0 < len(described.findtext("o:ShortName", "", NAMES)) <= 16
    assert 0 < len(described.findtext("o:LongName", "", NAMES)) <= 48
    kinds = set()
    for url in described.iterfind("o:Url", NAMES):
        template = str(url.get("template"))
        asked = template.replace("{searchTerms}", "terumbu%20karang").replace("{startPage?}", "1")
        assert "{" not in asked
        found = client.get(asked)
        assert found.status_code == 200
        kind = found.headers["content-type"].partition(";")[0]
        assert kind == url.get("type")
        kinds.add(kind)
    assert {"text/html", "application/atom+xml", "application/x-suggestions+json"} <= kinds


def test_the_description_names_the_public_address(catalogue: Catalogue) -> None:
    described = etree.fromstring(catalogue.client.get("/opensearch.xml").content)
    templates = [str(url.get("template")) for url in described.iterfind("o:Url", NAMES)]
    assert all(template.startswith("https://katalog.example.org/") for template in templates)


def test_completions_come_as_browsers_want_them(machines: TestClient) -> None:
    typed, found = machines.get("/api/v1/suggest/opensearch?q=terum").json()
    assert typed == "terum"
    assert "Terumbu karang" in found
    assert len(found) == len(set(found)) <= 8
    assert machines.get("/api/v1/suggest/opensearch").json() == ["", []]
    assert machines.get("/api/v1/suggest/opensearch", params={"q": "x" * 5000}).json()[1] == []
    for payload in PAYLOADS:
        assert machines.get("/api/v1/suggest/opensearch", params={"q": payload}).json()[0] == payload


@pytest.mark.parametrize("path", ["/", "/cari", "/cari?q=karang", f"/katalog/{REEF_ID}"])
def test_pages_lead_to_the_description(client: TestClient, path: str) -> None:
    links = list(Elements(client.get(path).text).all("link"))
    (search,) = (link for link in links if link.get("rel") == "search")
    assert search["type"] == "application/opensearchdescription+xml"
    assert client.get(search["href"]).status_code == 200
