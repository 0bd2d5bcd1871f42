"""The JSON API is as its description says."""

from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.guards.middleware import opened
from portal.machines.openapi import OPERATIONS
from portal.machines.routes import machine_routes
from portal.settings import SettingsError, read_settings
from search.schema import FACETS, SORTS
from tests.support.small_library import EBOOK_ID, PAYLOADS, REEF_ID, TRAP_ID

SEARCHES: tuple[dict[str, str], ...] = (
    {},
    {"q": "karang", "hl": "en"},
    {"q": "buku anak tentang gempa setelah 2015"},
    {"q": "membacca"},
    {"q": "membaca", "f.format": "map"},
    {"q": "terumbu karang", "sort": "newest", "size": "10", "page": "1"},
    {"q": 'judul:karang -timur "ikan karang"', "mode": "keyword"},
    {"q": "Siapa yang memilih presiden dan wakil presiden?"},
    {"q": "karang", "in": "title", "-f.language": "eng"},
    {"q": PAYLOADS[0]},
)


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/v1/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def valid(described: dict[str, Any], shape: str, answer: object) -> None:
    schema = {"$ref": f"#/components/schemas/{shape}", "components": described["components"]}
    Draft202012Validator(schema).validate(answer)


def test_the_description_is_valid(described: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(described).validate()
    assert described["servers"] == [{"url": "http://testserver"}]


def test_every_operation_is_there(described: dict[str, Any], client: TestClient, library: Services) -> None:
    assert set(described["paths"]) == {operation.path for operation in OPERATIONS}
    exact, under = opened(machine_routes(library))
    served = [path for path in (*exact, *under) if path.startswith("/api/") and not path.endswith(".json")]
    assert served
    assert all(any(path.startswith(one) for path in described["paths"]) for one in served)
    for path in described["paths"]:
        assert client.get(path.replace("{id}", REEF_ID)).status_code == 200


@pytest.mark.parametrize("params", SEARCHES)
def test_searches_are_answered_as_described(
    described: dict[str, Any], client: TestClient, params: dict[str, str]
) -> None:
    answer = client.get("/api/v1/search", params=params)
    assert answer.status_code == 200
    valid(described, "Search", answer.json())


@pytest.mark.parametrize("id", [REEF_ID, EBOOK_ID, TRAP_ID])
def test_records_are_answered_as_described(described: dict[str, Any], client: TestClient, id: str) -> None:
    answer = client.get(f"/api/v1/record/{quote(id, safe='')}")
    assert answer.status_code == 200
    valid(described, "Record", answer.json())
    assert answer.json()["id"] == id
    assert all(link["url"].startswith("https:") for link in answer.json()["links"])


def test_what_is_not_there_is_answered_as_described(described: dict[str, Any], client: TestClient) -> None:
    for path in ("/api/v1/record/kota.999", "/api/v1/record/" + "x" * 500):
        answer = client.get(path)
        assert answer.status_code == 404
        valid(described, "Error", answer.json())
        assert "tidak ada" in answer.json()["error"]["message"]
    valid(described, "Health", client.get("/health").json())
    for params in ({"q": "te"}, {"q": "hira", "in": "author", "hl": "en"}, {"q": ""}, {"q": PAYLOADS[0]}):
        valid(described, "Offers", client.get("/api/v1/suggest", params=params).json())
    valid(described, "Suggestions", client.get("/api/v1/suggest/opensearch?q=te").json())


def test_the_state_of_titles_is_answered_as_described(described: dict[str, Any], client: TestClient) -> None:
    answer = client.get("/api/v1/availability", params={"id": [REEF_ID, EBOOK_ID, "kota.none"]})
    assert answer.headers["cache-control"] == "no-store"
    valid(described, "Availability", answer.json())
    assert set(answer.json()["titles"]) == {REEF_ID, EBOOK_ID, "kota.none"}


def test_every_parameter_of_a_search_is_described(described: dict[str, Any]) -> None:
    named = {one["name"] for one in described["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert named >= {"q", "in", "sort", "page", "size", "mode", "exact", "drop", "words", "hl"}
    assert named >= {f"{sign}f.{name}" for sign in ("", "-") for name in FACETS}
    sorts = described["components"]["schemas"]["Interpretation"]["properties"]["sort"]["enum"]
    assert set(sorts) == {"relevance", *SORTS}


def test_pages_of_other_sites_may_read_the_api_and_nothing_else(client: TestClient) -> None:
    origin = {"origin": "https://sekolah.example.org"}
    for path in ("/api/v1/search?q=laut", f"/api/v1/record/{REEF_ID}", "/api/v1/openapi.json", "/api/v1/record/no"):
        answer = client.get(path, headers=origin)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    for path in ("/cari", "/", f"/katalog/{REEF_ID}", "/oai?verb=Identify", "/health", "/robots.txt", "/api/v2/x"):
        assert "access-control-allow-origin" not in client.get(path, headers=origin).headers
    asked = {**origin, "access-control-request-method": "POST"}
    for method in ("OPTIONS", "POST", "PUT", "DELETE"):
        answer = client.request(method, "/api/v1/search", headers=asked)
        assert answer.status_code == 405
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("url", ["katalog.example.org", "ftp://katalog.example.org", "https://", "https://a b"])
def test_an_address_that_is_none_is_refused(tmp_path: Any, url: str) -> None:
    with pytest.raises(SettingsError, match="TELUSUR_URL"):
        read_settings({"TELUSUR_URL": url}, tmp_path / "none.toml")
