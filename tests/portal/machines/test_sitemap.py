"""Sitemaps and robots.txt."""

from pathlib import Path

import pytest
from lxml import etree
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.machines.sitemap import ADDRESSES, Sitemap
from tests.portal.machines.conftest import Catalogue
from tests.support.documents import document

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(answer: bytes) -> list[str]:
    return [str(one.text) for one in etree.fromstring(answer).iterfind("*/s:loc", NAMES)]


def path_of(address: str) -> str:
    return address.removeprefix(Catalogue.address)


def small_maps(catalogue: Catalogue, each: int) -> TestClient:
    return TestClient(Starlette(routes=Sitemap(catalogue.services, each).routes()))


def everything(client: TestClient) -> list[list[str]]:
    return [locations(client.get(path_of(part)).content) for part in locations(client.get("/sitemap.xml").content)]


@pytest.mark.parametrize(("count", "sizes"), [(0, [1]), (2, [3]), (3, [4]), (7, [4, 3, 1]), (9, [4, 3, 3])])
def test_every_record_is_in_one_of_them_and_the_home_page(catalogue: Catalogue, count: int, sizes: list[int]) -> None:
    catalogue.put(*(document(f"kota.{n}", "Laut") for n in range(count)))
    found = everything(small_maps(catalogue, 3))
    assert [len(part) for part in found] == sizes
    assert [address for part in found for address in part] == [
        f"{Catalogue.address}/",
        *(f"{Catalogue.address}/katalog/kota.{n}" for n in range(count)),
    ]


def test_a_change_moves_one_record_and_leaves_the_others_where_they_are(catalogue: Catalogue) -> None:
    catalogue.put(*(document(f"kota.{n}", "Laut") for n in range(6)))
    client = small_maps(catalogue, 3)
    before = locations(client.get("/sitemap.xml").content)
    catalogue.put(document("kota.5", "Laut biru"))
    assert locations(client.get("/sitemap.xml").content) == before
    assert everything(client)[1] == [f"{Catalogue.address}/katalog/kota.{n}" for n in (3, 4, 5)]


def test_dates_are_those_of_the_last_change(catalogue: Catalogue) -> None:
    catalogue.put(document("kota.1", "Laut"))
    dates = etree.fromstring(catalogue.client.get("/sitemap-0.xml").content).iterfind("*/s:lastmod", NAMES)
    oai = etree.fromstring(catalogue.client.get("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc").content)
    assert [one.text for one in dates] == [
        one.text for one in oai.iter("{http://www.openarchives.org/OAI/2.0/}datestamp")
    ]


def test_who_has_it_already_is_not_sent_it_again(catalogue: Catalogue) -> None:
    catalogue.put(document("kota.1", "Laut"))
    for path in ("/sitemap.xml", "/sitemap-0.xml"):
        first = catalogue.client.get(path)
        assert first.headers["cache-control"] == "public, max-age=3600"
        assert catalogue.client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304
        assert catalogue.client.get(path, headers={"if-none-match": "*"}).status_code == 304
        assert catalogue.client.get(path, headers={"if-none-match": '"other"'}).status_code == 200
        for since, status in (
            ("Fri, 31 Dec 2100 23:59:59 GMT", 304),
            ("Fri, 31 Dec 1999 23:59:59 GMT", 200),
            ("x", 200),
        ):
            assert catalogue.client.get(path, headers={"if-modified-since": since}).status_code == status
    old = catalogue.client.get("/sitemap.xml").headers["etag"]
    catalogue.put(document("kota.2", "Laut"))
    assert catalogue.client.get("/sitemap.xml", headers={"if-none-match": old}).status_code == 200


def test_addresses_that_are_no_sitemap_are_nothing(catalogue: Catalogue) -> None:
    for name in ("x", "-1", "9" * 17, "٣", "1.5"):
        assert catalogue.client.get(f"/sitemap-{name}.xml").status_code == 404


def test_each_holds_fewer_than_the_protocol_allows_and_odd_ids_are_escaped(machines: TestClient) -> None:
    assert ADDRESSES <= 50_000
    addresses = locations(machines.get("/sitemap-0.xml").content)
    assert "http://testserver/katalog/kota.x%2F%3Cb%3E%26" in addresses


def test_robots_are_told_of_the_sitemap_and_kept_from_searches(client: TestClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    assert client.get("/sitemap.xml").status_code == 200
    for path in ("/cari", "/api/", "/baca/", "/berkas/", "/oai", "/sru", "/unapi", "/?"):
        assert f"Disallow: {path}" in lines
    assert "Allow: /katalog/" in lines


def test_an_index_that_is_away_has_no_sitemap(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/sitemap-x.xml").status_code == 404
