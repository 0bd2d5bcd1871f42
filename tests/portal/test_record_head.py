"""What plain record pages tell machines."""

import json
from urllib.parse import parse_qs

import pytest
from starlette.testclient import TestClient

from portal.bibliography.exports import FORMATS
from tests.support.html import Elements, scripts_of
from tests.support.small_library import EBOOK_ID, REEF_ID, TRAP_ID


def tags(text: str) -> list[tuple[str, str]]:
    return [(a["name"], a["content"]) for a in Elements(text).all("meta") if a.get("name", "").startswith("citation_")]


def linked_data(text: str) -> dict[str, object]:
    data: dict[str, object] = json.loads(text.split('<script type="application/ld+json">')[1].split("</script>")[0])
    return data


def named_for_unapi(text: str) -> tuple[list[str], str]:
    """The ids on a page, and where their records are to be had."""
    page = Elements(text)
    (server,) = [a["href"] for a in page.all("link") if a["rel"] == "unapi-server"]
    return [a["title"] for a in page.all("abbr") if a.get("class") == "unapi-id"], server


@pytest.mark.parametrize("hl", ["id", "en"])
def test_a_record_page_carries_everything_a_reference_manager_looks_for(client: TestClient, hl: str) -> None:
    text = client.get(f"/katalog/{REEF_ID}?hl={hl}").text
    page = Elements(text)
    assert ("citation_title", "Terumbu karang Selat Lembeh: panduan lapangan") in tags(text)
    assert [content for name, content in tags(text) if name == "citation_author"] == ["Wenas, Maria"]
    assert ("citation_isbn", "9786020000012") in tags(text)
    (span,) = [a for a in page.all("span") if a.get("class") == "Z3988"]
    assert parse_qs(span["title"])["rft.btitle"] == ["Terumbu karang Selat Lembeh: panduan lapangan"]
    data = linked_data(text)
    assert (data["@type"], data["isbn"], data["inLanguage"]) == ("Book", "9786020000012", "id")
    assert data["@id"] == f"http://testserver/katalog/{REEF_ID}"


def test_other_forms_are_announced_and_answer(client: TestClient) -> None:
    text = client.get(f"/katalog/{REEF_ID}").text
    links = [a for a in Elements(text).all("link") if a["rel"] == "alternate" and "hreflang" not in a]
    assert [a["href"].rpartition(".")[2] for a in links] == list(FORMATS)
    for link in links:
        answer = client.get(link["href"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(link["type"])


def test_addresses_for_machines_are_whole(client: TestClient) -> None:
    page = Elements(client.get(f"/katalog/{EBOOK_ID}?hl=en").text)
    canonical = f"http://testserver/katalog/{EBOOK_ID}"
    assert [a["href"] for a in page.all("link") if a["rel"] == "canonical"] == [canonical]
    assert {a["hreflang"]: a["href"] for a in page.all("link") if "hreflang" in a} == {
        "id": f"{canonical}?hl=id", "en": f"{canonical}?hl=en",
    }  # fmt: skip
    assert ("citation_pdf_url", f"http://testserver/berkas/{EBOOK_ID}.pdf") in tags(
        client.get(f"/katalog/{EBOOK_ID}").text
    )


def test_a_record_of_scripts_says_them_as_text(client: TestClient) -> None:
    text = client.get("/katalog/kota.x/%3Cb%3E%26").text
    assert not scripts_of(text)
    assert linked_data(text)["@id"] == "http://testserver/katalog/kota.x%2F%3Cb%3E%26"
    assert str(linked_data(text)["name"]).startswith("Jebakan <script>alert(1)</script>")
    assert TRAP_ID in [a["title"] for a in Elements(text).all("abbr")]
    assert not scripts_of(client.get("/kutip/kota.x/%3Cb%3E%26").text)


@pytest.mark.parametrize("path", [f"/katalog/{REEF_ID}", f"/?id={REEF_ID}"], ids=["plain", "interactive"])
def test_a_record_is_named_once(client: TestClient, path: str) -> None:
    assert named_for_unapi(client.get(path).text) == ([REEF_ID], "/unapi")


@pytest.mark.parametrize("path", ["/cari?q=karang", "/?q=karang"], ids=["plain", "interactive"])
def test_every_hit_of_a_search_can_be_picked_up(client: TestClient, path: str) -> None:
    ids, server = named_for_unapi(client.get(path).text)
    hits = client.get("/api/v1/search?q=karang").json()["hits"]
    assert ids == [hit["id"] for hit in hits]
    for id in ids:
        assert f"ID  - {id}" in client.get(server, params={"id": id, "format": "ris"}).text


def test_so_can_every_title_of_a_list(client: TestClient) -> None:
    ids, _ = named_for_unapi(client.get(f"/simpanan?ids={REEF_ID}&ids={EBOOK_ID}").text)
    assert ids == [REEF_ID, EBOOK_ID]


@pytest.mark.parametrize("hl", ["id", "en"])
def test_citations_have_a_page_and_a_part(client: TestClient, hl: str) -> None:
    text = client.get(f"/kutip/{REEF_ID}?hl={hl}").text
    assert f'<html lang="{hl}">' in text
    assert text.count('class="citation-text"') == 6
    part = client.get(f"/kutip/{REEF_ID}?hl={hl}&bagian=1").text
    assert part.count('class="citation-text"') == 6
    assert "<html" not in part
    assert client.get(f"/kutip/tidak.ada?hl={hl}").status_code == 404
