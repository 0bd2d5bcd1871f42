"""The children's view: its own page, with its filter on whatever is searched for."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.i18n import LANGUAGES, Language, messages
from portal.links import PlainLinks
from portal.offers import children_topics
from portal.pages import Drawing
from portal.pictures import NAMES
from portal.presenters.children import PINNED, TITLES_SHOWN, TOPICS, pinned, topic_searches
from portal.search_state import SearchState
from search.query import Filter, Query
from tests.support.html import Elements, scripts_of
from tests.support.small_library import EBOOK_ID


def titles(html: str) -> int:
    return html.count('class="children-book"')


def test_the_view_shows_titles_for_children_alone(client: TestClient, library: Services) -> None:
    wanted = library.discovery.search(Query(filters=(PINNED,)), "keyword", 1, 1).total
    answer = client.get("/anak")
    assert answer.status_code == 200
    assert 0 < titles(answer.text) == min(wanted, TITLES_SHOWN)


@pytest.mark.parametrize(
    "address", ["/anak?q=membaca", "/anak?q=membaca&f.audience=adults", "/anak?q=membaca&f.format=map"]
)
def test_the_filter_stays_whatever_the_address_says(client: TestClient, library: Services, address: str) -> None:
    page = library.discovery.search(SearchState(q="membaca", filters=(PINNED,)).understood(library.today()).query)
    answer = client.get(address)
    assert messages("id").count("children.found_for", page.total, query="membaca") in answer.text
    everywhere = library.discovery.search(SearchState(q="membaca").understood(library.today()).query)
    assert page.total < everywhere.total


def test_pages_follow_one_another(client: TestClient) -> None:
    first = client.get("/anak?q=membaca")
    after = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert after is not None
    second = client.get(after[1].replace("&amp;", "&"))
    assert 'rel="prev"' in second.text


def test_a_record_keeps_the_filter(client: TestClient) -> None:
    hrefs = [a["href"] for tag, a in Elements(client.get("/anak").text).found if a.get("class") == "children-book"]
    assert hrefs
    assert all("f.audience=children" in href for href in hrefs)
    assert client.get(hrefs[0]).status_code == 200


@pytest.mark.parametrize("hl", LANGUAGES)
@pytest.mark.parametrize("asked", [{}, {"q": "membaca", "page": "2"}])
def test_a_record_leads_back_to_the_page_it_was_opened_from(
    client: TestClient, hl: Language, asked: dict[str, str]
) -> None:
    here = client.get("/anak", params={**asked, "hl": hl})
    book = next(a["href"] for a in Elements(here.text).all("a") if a.get("class") == "children-book")
    record = client.get(book).text
    back = Elements(record).of_key("back")
    assert messages(hl)("record.back_children") in unescape(record)
    assert titles(client.get(back).text) == titles(here.text)
    assert Elements(client.get(Elements(record).of_key("similar-1")).text).of_key("back") == back
    assert not any(name == "children" for name, _ in box_of(record))


@pytest.mark.parametrize("hl", LANGUAGES)
def test_a_book_read_from_the_childrens_view_leads_back_there(client: TestClient, hl: Language) -> None:
    record = Elements(client.get(f"/katalog/{EBOOK_ID}", params={"q": "anggaran", "hl": hl, "children": "1"}).text)
    ways = [href for href in record.links() if href.startswith(f"/baca/{EBOOK_ID}/")]
    assert len(ways) > 1
    for way in ways:
        page = client.get(way)
        turned = client.get(next(a["href"] for a in Elements(page.text).all("a") if a.get("rel") in ("prev", "next")))
        by_number = client.get(f"/baca/{EBOOK_ID}", params=[*box_of(page.text), ("hlm", "PDF 2")])
        switched = client.get(Elements(page.text).of_key("language"))
        for shown in (page, turned, by_number, switched):
            about = next(href for href in Elements(shown.text).links() if href.startswith(f"/katalog/{EBOOK_ID}"))
            back = Elements(client.get(about).text).of_key("back")
            assert back.startswith("/anak?q=anggaran")


def test_a_book_read_from_elsewhere_does_not_lead_to_the_childrens_view(client: TestClient) -> None:
    page = Elements(client.get(f"/baca/{EBOOK_ID}/2?q=anggaran").text)
    about = next(href for href in page.links() if href.startswith(f"/katalog/{EBOOK_ID}"))
    assert Elements(client.get(about).text).of_key("back").startswith("/cari")
    assert not any("children" in href for href in page.links())


def box_of(page: str) -> list[tuple[str, str]]:
    """What the form of the search box sends beside its text."""
    return [(i["name"], i["value"]) for i in Elements(page).all("input") if i.get("type") == "hidden"]


@pytest.mark.parametrize("hl", LANGUAGES)
def test_every_topic_has_a_picture_and_words(hl: Language) -> None:
    assert set(TOPICS) <= set(NAMES)
    assert all(messages(hl)(f"children.topic_{name}") for name in TOPICS)


@pytest.mark.parametrize("hl", LANGUAGES)
def test_every_topic_that_is_shown_leads_to_titles(client: TestClient, library: Services, hl: Language) -> None:
    shown = children_topics(library.discovery, library.discovery.info().generation, hl, library.today())
    for name in shown:
        answer = client.get("/anak", params={"q": topic_searches(messages(hl))[name], "hl": hl})
        assert titles(answer.text)


@pytest.mark.parametrize("hl", LANGUAGES)
def test_a_search_without_titles_says_what_to_do(client: TestClient, hl: Language) -> None:
    answer = client.get("/anak", params={"q": "zzzqqq", "hl": hl})
    assert answer.status_code == 200
    assert messages(hl)("children.nothing_next") in answer.text.replace("&#39;", "'")
    assert not titles(answer.text)


def test_nothing_that_is_typed_runs(client: TestClient) -> None:
    assert not scripts_of(client.get("/anak", params={"q": "<script>alert(1)</script>\"onfocus='x'"}).text)


def test_the_switch_of_language_keeps_the_search(client: TestClient) -> None:
    assert 'href="/anak?q=laut&amp;hl=en"' in client.get("/anak?q=laut").text
    assert 'href="/anak?q=laut"' in client.get("/anak?q=laut&hl=en").text


def test_a_page_that_is_not_there_shows_the_first(library: Services) -> None:
    drawn = Drawing(library, SearchState(q="", page=40), PlainLinks()).children()
    assert titles(drawn.body) > 0


def test_pinning_drops_other_filters() -> None:
    state = SearchState(q="laut", filters=(Filter("format", ("map",)),), sort="newest", page=3)
    assert pinned(state) == SearchState(q="laut", filters=(PINNED,), page=3, size=TITLES_SHOWN)
