"""Any search as Atom and RSS."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from lxml import etree
from starlette.testclient import TestClient

from portal.machines.feeds import MOST_ENTRIES
from tests.portal.machines.conftest import Catalogue
from tests.support.documents import document
from tests.support.html import Elements
from tests.support.small_library import PAYLOADS

NAMES = {"a": "http://www.w3.org/2005/Atom"}


def atom(client: TestClient, **params: str) -> etree._Element:
    answer = client.get("/cari.atom", params=params)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.content)


def rss(client: TestClient, **params: str) -> etree._Element:
    answer = client.get("/cari.rss", params=params)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    return etree.fromstring(answer.content)


def entries(feed: etree._Element) -> list[str]:
    return [str(one.text).rpartition("/")[2] for one in feed.iterfind("a:entry/a:id", NAMES)]


def test_the_newest_additions_come_first_unless_an_order_is_asked_for(catalogue: Catalogue) -> None:
    catalogue.put(
        document("kota.1", "Laut biru", added="2026-05-02", year="2001"),
        document("kota.2", "Laut anak", added="2026-05-09", year="1999"),
        document("kota.3", "Laut cina", added="2026-05-01", year="2020"),
        document("kota.4", "Gunung", added="2026-05-30"),
    )
    assert entries(atom(catalogue.client, q="laut")) == ["kota.2", "kota.1", "kota.3"]
    assert entries(atom(catalogue.client, q="laut", sort="title")) == ["kota.2", "kota.1", "kota.3"]
    assert entries(atom(catalogue.client, q="laut", sort="newest")) == ["kota.3", "kota.1", "kota.2"]
    assert entries(atom(catalogue.client))[0] == "kota.4"


def test_a_feed_finds_what_the_page_finds(client: TestClient) -> None:
    for params in (
        {"q": "membaca"},
        {"q": "karang", "f.language": "ind"},
        {"q": "membacca"},
        {"q": "gempa", "exact": "1"},
    ):
        total = client.get("/api/v1/search", params=params).json()["total"]
        assert len(entries(atom(client, **params))) == min(total, MOST_ENTRIES)
        assert len(rss(client, **params).findall(".//item")) == min(total, MOST_ENTRIES)


def test_an_atom_feed_has_what_the_standard_demands(machines: TestClient) -> None:
    feed = atom(machines, q="karang", hl="en")
    for name in ("id", "title", "updated"):
        assert len(feed.findall(f"a:{name}", NAMES)) == 1
    assert feed.findtext("a:author/a:name", "", NAMES)
    links = {one.get("rel"): str(one.get("href")) for one in feed.iterfind("a:link", NAMES)}
    assert links["self"] == "http://testserver/cari.atom?q=karang&hl=en"
    assert links["alternate"] == "http://testserver/cari?q=karang&hl=en"
    ids = [str(one.text) for one in feed.iterfind("a:entry/a:id", NAMES)]
    assert len(ids) == len(set(ids)) > 1
    for entry in feed.iterfind("a:entry", NAMES):
        assert entry.findtext("a:id", "", NAMES).startswith("http://testserver/katalog/kota.")
        assert entry.findtext("a:title", "", NAMES)
        datetime.strptime(entry.findtext("a:updated", "", NAMES), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert entry.find("a:link[@rel='alternate']", NAMES) is not None
    assert feed.findtext("a:entry/a:summary", "", NAMES).endswith("Book\nReefs, their fish and how to protect them.")


def test_an_rss_feed_has_what_the_standard_demands(machines: TestClient) -> None:
    channel = rss(machines, q="karang")[0]
    assert [channel.findtext(name) for name in ("link", "language")] == ["http://testserver/cari?q=karang", "id"]
    assert channel.findtext("title")
    assert channel.findtext("description")
    for item in channel.iterfind("item"):
        assert item.findtext("guid") == item.findtext("link")
        assert parsedate_to_datetime(str(item.findtext("pubDate"))).tzinfo


def test_the_search_and_the_titles_stay_text(machines: TestClient) -> None:
    for payload in PAYLOADS:
        feed = atom(machines, q=f"jebakan {payload}")
        assert payload.replace("  ", " ") in feed.findtext("a:title", "", NAMES)
    assert any(PAYLOADS[0] in str(one.text) for one in atom(machines, q="jebakan").iterfind("a:entry/a:title", NAMES))


def test_feeds_of_one_text_are_told_apart_by_their_filters(catalogue: Catalogue) -> None:
    def title(**asked: str) -> str:
        return atom(catalogue.client, **asked).findtext("a:title", "", NAMES)

    assert title(q="laut").startswith("laut: hasil pencarian – ")
    assert title(q="laut", **{"f.year": "2010..2019"}).startswith("laut · 2010–2019: hasil pencarian – ")
    assert title(**{"f.format": "map"}, hl="en").startswith("All titles · Map – ")
    assert title().startswith("Semua koleksi, tambahan terbaru dahulu – ")


def test_a_change_of_a_title_moves_its_date(catalogue: Catalogue) -> None:
    catalogue.put(document("kota.1", "Laut"), document("kota.2", "Laut"))
    before = catalogue.client.get("/cari.atom?q=laut")
    known = {"if-none-match": before.headers["etag"]}
    assert catalogue.client.get("/cari.atom?q=laut", headers=known).status_code == 304
    assert catalogue.client.get("/cari.rss?q=laut", headers=known).status_code == 200
    assert catalogue.client.get("/cari.atom?q=laut&hl=en", headers=known).status_code == 200
    catalogue.put(document("kota.1", "Laut biru"))
    after = catalogue.client.get("/cari.atom?q=laut", headers=known)
    assert after.status_code == 200
    dates = [str(one.text) for one in etree.fromstring(after.content).iterfind(".//a:updated", NAMES)]
    assert dates[0] == max(dates)


def test_a_feed_without_entries_is_valid(catalogue: Catalogue) -> None:
    catalogue.put(document("kota.1", "Laut"))
    feed = atom(catalogue.client, q="gunung")
    assert entries(feed) == []
    assert feed.findtext("a:updated", "", NAMES)


@pytest.mark.parametrize("path", ["/cari?q=karang&page=2&f.language=ind", "/cari?q=zzz"])
def test_pages_of_results_lead_to_their_feeds(client: TestClient, path: str) -> None:
    links = [link for link in Elements(client.get(path).text).all("link") if link.get("rel") == "alternate"]
    assert [link["type"] for link in links] == ["application/atom+xml", "application/rss+xml"]
    for link in links:
        assert "page=" not in link["href"]
        assert client.get(link["href"]).status_code == 200
    assert not [a for a in Elements(client.get("/cari").text).all("link") if a.get("type") == "application/rss+xml"]
