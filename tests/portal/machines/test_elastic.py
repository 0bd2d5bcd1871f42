"""Lists, sitemaps, searches and feeds over Elasticsearch, which answers them as the embedded engine does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from portal.machines.oai_list import RECORDS_AT_ONCE
from tests.portal.machines.conftest import Catalogue
from tests.portal.machines.test_oai import headers, listed, pages, some, text
from tests.support.elasticsearch.node import Node
from tests.support.engines import remove_indexes

INDEX = "test-machines"


@pytest.fixture
def clustered(elasticsearch_node: Node, tmp_path: Path) -> Iterator[Catalogue]:
    url = elasticsearch_node.url
    remove_indexes((url,), INDEX)
    yield Catalogue(tmp_path, TELUSUR_ENGINE=url, TELUSUR_ENGINE_INDEX=INDEX, TELUSUR_ENGINE_SHARDS="2")
    remove_indexes((url,), INDEX)


def test_a_list_goes_on_while_the_catalogue_changes(clustered: Catalogue) -> None:
    count = 2 * RECORDS_AT_ONCE
    clustered.put(*some(1, count, format="book"))
    first = next(pages(clustered.client, "ListRecords"))
    seen, token = headers(first), text(first, "o:ListRecords/o:resumptionToken")
    clustered.put(*some(5, 5, format="book"), *some(count + 1, count + 1, format="map"))
    clustered.remove("kota.7", f"kota.{count}")
    client = clustered.restarted()  # one that runs hears of the changes after some seconds
    for page in pages(client, "ListRecords", resumptionToken=token):
        seen += headers(page)
    copy = dict(seen)
    alive = {id for id, deleted in copy.items() if not deleted}
    assert alive == {f"kota.{n}" for n in range(1, count + 2) if n not in (7, count)}
    assert [id for id, deleted in listed(client, set="format:map") if not deleted] == [f"kota.{count + 1}"]


def test_the_other_protocols_find_the_same(clustered: Catalogue) -> None:
    clustered.put(*some(1, 12, format="book"))
    client = clustered.restarted()
    sru = etree.fromstring(client.get("/sru?query=laut+and+dc.type=book&maximumRecords=5").content)
    assert sru.findtext("{*}numberOfRecords") == "12"
    assert len(etree.fromstring(client.get("/sitemap-0.xml").content)) == 13
    assert len(etree.fromstring(client.get("/cari.atom?q=laut").content).findall("{*}entry")) == 12
    first = client.get("/unapi?id=kota.1&format=mods")
    assert first.status_code == 200
    assert first.headers["last-modified"]
