"""The home page: what it offers is there."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.i18n import LANGUAGES, Language
from portal.links import PlainLinks
from portal.offers import new_titles
from portal.pages import Drawing
from portal.search_state import SearchState

LINK = re.compile(r'<a [^>]*href="([^"]+)"[^>]*aria-label="([^"]+)"')
COUNT = re.compile(r"([\d.,]+) (?:judul|titles?)$")


@pytest.mark.parametrize("hl", LANGUAGES)
def test_every_count_is_that_of_the_page_it_leads_to(client: TestClient, library: Services, hl: Language) -> None:
    body = Drawing(library, SearchState(hl=hl), PlainLinks()).page().body
    counted = [(unescape(href), COUNT.search(unescape(name))) for href, name in LINK.findall(body)]
    topics = body.count('class="picture"')
    assert topics > 1
    assert len(counted) > topics
    for href, count in counted:
        assert count is not None
        heading = re.search(r'<h1 id="judul-halaman"[^>]*>([\d.,]+) ', client.get(href).text)
        assert heading is not None
        assert heading[1] == count[1]


def test_the_new_shelf_holds_the_last_titles_with_covers(library: Services) -> None:
    new = new_titles(library.discovery, library.discovery.info().generation)
    years = [document.year or 0 for document in new]
    assert years == sorted(years, reverse=True)
    assert len(new) > 3
    body = Drawing(library, SearchState(), PlainLinks()).page().body
    assert body.count('<svg class="cover ') == len(new)
    assert all(f"/katalog/{document.id}" in body for document in new if "/" not in document.id)


def test_examples_that_are_shown_find_something(client: TestClient, library: Services) -> None:
    body = Drawing(library, SearchState(), PlainLinks()).page().body
    examples = re.findall(r'data-key="example-\d+" href="([^"]+)"', body)
    assert examples
    for href in examples:
        assert 'class="cards"' in client.get(unescape(href)).text
