"""A question to the library itself is answered by where to go, above what the catalogue has for its words."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

SERVICE = re.compile(r'<div class="notice service">\s*<p>([^<]+)</p>\s*<ul>(.*?)</ul>', re.DOTALL)
LINK = re.compile(r'href="([^"]+)">([^<]+)<')


def links(client: TestClient, path: str) -> dict[str, str]:
    """The ways there, by their labels."""
    told = SERVICE.search(client.get(path).text)
    return {unescape(label): unescape(href) for href, label in LINK.findall(told[2])} if told else {}


@pytest.mark.parametrize(
    ("q", "way"),
    [
        ("jam buka perpustakaan", "Tanya pustakawan"),
        ("cara jadi anggota", "Tanya pustakawan"),
        ("lupa pin", "Akun saya"),
    ],
)
def test_a_question_to_the_library_has_a_way_to_its_answer(client: TestClient, q: str, way: str) -> None:
    assert way in {label.capitalize() for label in links(client, f"/cari?q={q}")}


@pytest.mark.parametrize("q", ["bolehkah saya pinjam buku", "how do I renew a book"])
@pytest.mark.parametrize("hl", ["id", "en"])
def test_the_way_leads_to_a_part_of_help_that_is_there(client: TestClient, q: str, hl: str) -> None:
    found = [href for href in links(client, f"/cari?q={q}&hl={hl}").values() if href.startswith("/bantuan")]
    assert len(found) == 2
    for href in found:
        path, _, place = href.partition("#")
        assert f'aria-labelledby="{place}"' in client.get(path).text


def test_any_other_search_has_none(client: TestClient) -> None:
    for path in (
        "/cari?q=laut",
        "/cari?q=jam+buka+perpustakaan&in=title",
        "/cari?q=jam+buka+perpustakaan&words=all",
        "/cari",
    ):
        assert not links(client, path)


def test_programs_are_told_too(client: TestClient) -> None:
    asked = client.get("/api/v1/search?q=jam+buka+perpustakaan").json()["interpretation"]["service"]
    assert (asked, client.get("/api/v1/search?q=laut").json()["interpretation"]["service"]) == ("hours", None)


@pytest.mark.parametrize(("path", "asking"), [("/cari", "/bantuan#tanya"), ("/", "/bantuan?app=1#tanya")])
def test_who_finds_nothing_is_led_to_a_librarian(client: TestClient, path: str, asking: str) -> None:
    answer = client.get(path, params={"q": "xyzzyqq"}).text
    assert f'href="{asking}">Tanya pustakawan</a>' in answer
    assert ">Tanya pustakawan</a>" not in client.get(path, params={"q": "karang"}).text
    assert 'id="tanya"' in client.get(asking.partition("#")[0]).text
