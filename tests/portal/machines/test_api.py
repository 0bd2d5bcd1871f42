"""The JSON API is as its description says."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.asgi import answers_to_errors, portal_routes
from portal.bootstrap import Services
from portal.guards.middleware import MAX_QUERY_BYTES, opened
from portal.machines.openapi import OPERATIONS
from portal.machines.routes import machine_routes
from portal.routes import PlainPages
from portal.settings import SettingsError, read_settings
from portal.shell import Shell
from search.schema import FACETS, SORTS
from tests.portal.machines.conftest import Catalogue
from tests.support.frame import frame
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


@pytest.mark.parametrize("hl", ["id", "en"])
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "NotFound"),
        ("GET", "/api/v2/search", 404, "NotFound"),
        ("POST", "/api/v1/search", 405, "MethodNotAllowed"),
        ("DELETE", f"/api/v1/record/{REEF_ID}", 405, "MethodNotAllowed"),
        ("POST", "/health", 405, "MethodNotAllowed"),
        ("GET", "/api/v1/record/a%00b", 404, "NotFound"),
        ("GET", "/api/v1/record/..%2F..%2Fetc", 404, "NotFound"),
        ("GET", "/api/v1/search?q=" + "a" * (MAX_QUERY_BYTES + 1), 414, "UriTooLong"),
    ],
)
def test_what_is_refused_is_answered_as_described(
    described: dict[str, Any], client: TestClient, method: str, path: str, status: int, code: str, hl: str
) -> None:
    language = f"hl={hl}&" if "?" in path else f"?hl={hl}"
    answer = client.request(method, path.replace("?", f"?{language}") if "?" in path else path + language)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.content)
    valid(described, "Error", answer.json())
    assert answer.json()["error"]["code"] == code
    assert answer.headers.get("allow") == ("GET, HEAD" if status == 405 else None)


def test_another_host_is_refused_as_described(described: dict[str, Any], client: TestClient) -> None:
    answer = client.get("/api/v1/search", headers={"Host": "a b"})
    assert answer.status_code == 400
    valid(described, "Error", answer.json())


@pytest.mark.parametrize("path", ["/search?q=laut", "/record/kota.1", "/suggest?q=la", "/suggest/opensearch?q=la"])
def test_an_index_that_is_away_is_told_as_described(described: dict[str, Any], tmp_path: Path, path: str) -> None:
    services = Catalogue(tmp_path).services
    pages = PlainPages(services, Shell(frame()))
    routes, handlers = portal_routes(services, pages, None), answers_to_errors(pages)
    answer = TestClient(Starlette(routes=routes, exception_handlers=handlers)).get(f"/api/v1{path}")
    assert answer.status_code == 503
    valid(described, "Error", answer.json())


def test_pages_are_refused_in_words_for_people(client: TestClient) -> None:
    assert client.get("/nothing").headers["content-type"].startswith("text/html")


def test_refusals_are_described_wherever_they_are_given(described: dict[str, Any]) -> None:
    for path, item in described["paths"].items():
        told = {"400", "405", "414", "429"}
        assert (told <= set(item["get"]["responses"])) == path.startswith("/api/")


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
