"""Results in bands: each kind of thing under its own heading."""

import re
from html import unescape

from starlette.testclient import TestClient

from portal.bootstrap import Services
from search.query import Query
from search.query_language import parse
from tests.support.small_library import EBOOK_ID


def headings(html: str) -> list[str]:
    return re.findall(r'<h2 class="band-heading"[^>]*>([^<]+)</h2>', html)


def test_many_results_are_one_band_that_needs_no_heading(client: TestClient) -> None:
    html = client.get("/cari?q=membaca").text
    assert headings(html) == []
    assert html.count('class="band-of-') == 1


def test_the_scope_of_e_books_shows_books_by_their_pages(client: TestClient) -> None:
    html = client.get("/cari?q=presiden&in=pages").text
    assert headings(html) == ["Di dalam e-book"]
    assert 'class="cards"' not in html
    assert f"/baca/{EBOOK_ID}/" in html
    assert "<mark>" in html


def test_few_results_are_followed_by_e_books_that_hold_some_of_the_words(client: TestClient) -> None:
    html = client.get("/cari?q=gempa+bumi+anak").text
    assert "Di dalam e-book" in headings(html)
    assert "in=pages" in html
    one = client.get("/cari?q=gempa").text
    assert headings(one) == []


def test_where_filters_leave_nothing_what_is_there_without_one_is_shown(client: TestClient) -> None:
    html = client.get("/cari?q=membaca&f.format=map").text
    assert "Tanpa saringan" in headings(html)[0]
    assert 'class="cards"' in html
    (led_to,) = re.findall(r'data-key="step-1"[^>]*href="([^"]+)"', html)
    first = re.findall(r'data-key="hit-1" href="([^"]+)"', html)[0]
    assert first in client.get(unescape(led_to)).text
    for empty in ("/cari?q=xyzzyqq", "/cari?q=xyzzyqq&f.format=map"):
        assert headings(client.get(empty).text) == []


def test_what_is_a_result_is_not_shown_again_inside(library: Services) -> None:
    found = library.discovery.inside(parse("presiden negara"), [], 3)
    assert [hit.document.id for hit in found] == [EBOOK_ID]
    assert found[0].pages
    assert not library.discovery.inside(parse("presiden negara"), [EBOOK_ID], 3)
    assert not library.discovery.inside(parse("presiden"), [], 3)
    assert not library.discovery.inside(parse("presiden dan"), [], 3)
    assert not library.discovery.inside(Query(), [], 3)
    assert not library.discovery.inside(parse("pengarang:presiden -negara"), [], 3)
