"""E-books over HTTP: pages, pictures, what is marked on them, the file, and who gets none of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.routes import PlainPages
from portal.shell import Shell
from search.document import DocumentId
from search.engine import Entry
from tests.support.closed_book import MEMBERS_ID, ONSITE_ID, SENTENCE, WORD, library_with_closed_books
from tests.support.frame import frame
from tests.support.html import Elements
from tests.support.small_library import EBOOK_ID

FILE = f"/berkas/{EBOOK_ID}.pdf"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return library_with_closed_books(tmp_path_factory.mktemp("closed"))


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=PlainPages(services, Shell(frame())).routes())) as client:
        yield client


def links(client: TestClient, path: str) -> list[str]:
    return Elements(client.get(path).text).links()


def test_hits_inside_lead_from_one_to_the_next(client: TestClient) -> None:
    text = client.get(f"/baca/{EBOOK_ID}/5?q=anggaran+belanja").text
    assert "3 halaman cocok dengan “anggaran belanja”" in text
    assert "Temuan 1 dari 3" in text
    hits = {a["data-hit"]: a["href"] for a in Elements(text).all("a") if "data-hit" in a}
    assert hits == {"next": f"/baca/{EBOOK_ID}/11?q=anggaran+belanja"}
    second = Elements(client.get(hits["next"]).text)
    assert {a["data-hit"] for a in second.all("a") if "data-hit" in a} == {"previous", "next"}
    assert [a["href"] for a in second.all("a") if a.get("aria-current") == "page"] == [hits["next"]]


def test_between_hits_the_nearest_ones_are_offered(client: TestClient) -> None:
    page = Elements(client.get(f"/baca/{EBOOK_ID}/7?q=anggaran+belanja").text)
    hits = {a["data-hit"]: a["href"].partition("?")[0] for a in page.all("a") if "data-hit" in a}
    assert hits == {"previous": f"/baca/{EBOOK_ID}/5", "next": f"/baca/{EBOOK_ID}/11"}


@pytest.mark.parametrize(("asked", "page"), [("7", 7), (" 7 ", 7), ("PDF 18", 18), ("", 1)])
def test_a_page_is_opened_by_its_number(client: TestClient, asked: str, page: int) -> None:
    answer = client.get(f"/baca/{EBOOK_ID}", params={"hlm": asked, "q": "laut", "hl": "en"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/baca/{EBOOK_ID}/{page}?q=laut&hl=en")


@pytest.mark.parametrize("asked", ["19", "0", "-1", "xii", "<b>x</b>", "9" * 500, "٣"])
@pytest.mark.parametrize(("hl", "told"), [("id", "tidak memiliki halaman"), ("en", "has no page")])
def test_a_page_that_is_not_there_is_told_on_the_page_one_came_from(
    client: TestClient, asked: str, hl: str, told: str
) -> None:
    answer = client.get(f"/baca/{EBOOK_ID}", params={"hlm": asked, "dari": "4", "hl": hl})
    assert answer.status_code == 404
    assert told in answer.text
    assert "<b>x" not in answer.text
    assert f"/baca/{EBOOK_ID}/5" + ("?hl=en" if hl == "en" else "") in Elements(answer.text).links()


def test_the_picture_is_the_same_for_every_search_and_marks_lie_over_it(client: TestClient) -> None:
    page = Elements(client.get(f"/baca/{EBOOK_ID}/5?q=anggaran").text)
    pictures = [image["src"] for image in page.all("img") if image["src"].startswith("/baca/")]
    assert pictures == [f"/baca/{EBOOK_ID}/5.png", f"/baca/{EBOOK_ID}/5.svg?q=anggaran"]
    assert ".svg?" not in client.get(f"/baca/{EBOOK_ID}/5").text


def test_marks_are_as_many_as_the_text_has(client: TestClient) -> None:
    marks = client.get(f"/baca/{EBOOK_ID}/5.svg?q=anggaran")
    assert marks.headers["content-type"] == "image/svg+xml"
    assert marks.headers["cache-control"].startswith("private")
    text = client.get(f"/baca/{EBOOK_ID}/5?q=anggaran").text
    assert marks.text.count("<rect") == text[text.index('<section class="page-text"') :].count("<mark>") == 3
    assert client.get(f"/baca/{EBOOK_ID}/5.svg?q=zzz").text.count("<rect") == 0
    hostile = client.get(f"/baca/{EBOOK_ID}/5.svg", params={"q": "</svg><script>alert(1)</script>"})
    assert "script" not in hostile.text


def test_a_picture_that_the_browser_has_is_not_sent_again(client: TestClient) -> None:
    path = f"/baca/{EBOOK_ID}/5.png"
    first = client.get(path)
    assert first.headers["content-type"] == "image/png"
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = client.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(f"/baca/{EBOOK_ID}/6.png").headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", [f"/baca/{EBOOK_ID}/5.png", FILE, f"/baca/{EBOOK_ID}/5"])
def test_head_tells_what_get_would_send(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "etag"):
        assert head.headers.get(name) == get.headers.get(name)


@pytest.fixture(scope="module")
def whole(client: TestClient) -> bytes:
    return client.get(FILE).content


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, None),
        ("bytes=-5", -5, None),
        ("bytes=-999999999", 0, None),
        ("bytes=5-999999999", 5, None),
        ("BYTES = 0-0", 0, 1),
        ("bytes=0-9,5-19", 0, 20),
    ],
)
def test_a_range_of_the_file_is_that_part_of_it(
    client: TestClient, whole: bytes, asked: str, start: int, end: int | None
) -> None:
    part = client.get(FILE, headers={"Range": asked})
    assert part.status_code == 206
    assert part.content == whole[start:end]
    first = start % len(whole)
    last = len(whole) - 1 if end is None else end - 1
    assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"


def test_several_ranges_come_as_parts(client: TestClient, whole: bytes) -> None:
    parts = client.get(FILE, headers={"Range": "bytes=0-3,100-103"})
    assert parts.status_code == 206
    assert parts.headers["content-type"].startswith("multipart/byteranges")
    assert whole[:4] in parts.content
    assert f"Content-Range: bytes 100-103/{len(whole)}".encode() in parts.content


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(client: TestClient, whole: bytes, asked: str) -> None:
    answer = client.get(FILE, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=", "bytes", "bytes=9-1", "bytes=a-b"])
def test_a_range_that_is_none_is_refused(client: TestClient, asked: str) -> None:
    assert client.get(FILE, headers={"Range": asked}).status_code == 400


@pytest.mark.parametrize("asked", ["lines=1-2", "items=0-1,2-3,4-5,6-7,8-9,10-11", "=1-2"])
def test_a_range_of_what_a_file_is_not_counted_in_is_the_whole_file(
    client: TestClient, whole: bytes, asked: str
) -> None:
    answer = client.get(FILE, headers={"Range": asked})
    assert answer.status_code == 200
    assert answer.content == whole
    assert "content-range" not in answer.headers


def test_a_range_of_another_file_than_the_browser_has_is_the_whole_file(client: TestClient, whole: bytes) -> None:
    known = client.get(FILE).headers
    for tag, status in ((known["etag"], 206), (known["last-modified"], 206), ('"old"', 200), ('W/"old"', 200)):
        answer = client.get(FILE, headers={"Range": "bytes=0-9", "If-Range": tag})
        assert answer.status_code == status
        assert answer.content == (whole[:10] if status == 206 else whole)


def test_a_file_that_the_browser_has_is_not_sent_again(client: TestClient) -> None:
    again = client.get(FILE, headers={"If-None-Match": client.get(FILE).headers["etag"], "Range": "bytes=0-9"})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/baca/{}/1", "/baca/{}", "/baca/{}?hlm=101", "/baca/{}/1?q=" + WORD, "/berkas/{}.pdf"]
)
@pytest.mark.parametrize(
    ("id", "hl", "told"),
    [
        (MEMBERS_ID, "id", "hanya untuk anggota"),
        (MEMBERS_ID, "en", "for library members"),
        (ONSITE_ID, "id", "hanya boleh dibaca di perpustakaan"),
        (ONSITE_ID, "en", "only be read in the library"),
    ],
)
def test_a_book_that_is_not_open_says_so_and_what_to_do(
    client: TestClient, path: str, id: str, hl: str, told: str
) -> None:
    answer = client.get(path.format(id) + ("&" if "?" in path else "?") + f"hl={hl}")
    assert answer.status_code == 403
    assert told in answer.text
    page = Elements(answer.text)
    assert f"/katalog/{id}" + ("?hl=en" if hl == "en" else "") in page.links()
    switched = client.get(page.of_key("language"))
    assert switched.status_code == 403
    assert next(Elements(switched.text).all("html"))["lang"] != hl


@pytest.mark.parametrize("path", ["/baca/{}/1.png", "/baca/{}/1.svg?q=" + WORD])
def test_no_picture_of_a_book_that_is_not_open_is_drawn(client: TestClient, path: str) -> None:
    answer = client.get(path.format(MEMBERS_ID))
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path",
    [
        f"/cari?q={WORD}",
        f"/cari?q=Siapa+pemilik+{WORD}%3F",
        f"/api/v1/search?q={WORD}",
        f"/api/v1/search?q=Siapa+pemilik+{WORD}%3F",
        f"/katalog/{MEMBERS_ID}?q={WORD}",
        f"/baca/{MEMBERS_ID}/1?q={WORD}",
        f"/baca/{MEMBERS_ID}/1",
        f"/baca/{MEMBERS_ID}/1.svg?q={WORD}",
        f"/berkas/{MEMBERS_ID}.pdf",
        f"/baca/{ONSITE_ID}?hlm=1",
    ],
)
def test_no_route_tells_a_sentence_of_a_closed_book(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert SENTENCE not in answer.text
    assert SENTENCE not in answer.text.replace("<mark>", "").replace("</mark>", "")


def test_a_closed_book_is_found_and_labelled_before_the_click(client: TestClient) -> None:
    found = client.get(f"/api/v1/search?q={WORD}").json()["hits"]
    assert {hit["id"] for hit in found} == {MEMBERS_ID, ONSITE_ID}
    assert all(hit["pages"] == [] for hit in found)
    text = client.get(f"/cari?q={WORD}").text
    assert "perlu masuk" in text
    assert "hanya di perpustakaan" in text


@pytest.mark.parametrize(
    "path",
    [
        "/berkas/..%2f..%2fetc%2fpasswd.pdf",
        "/berkas/%2e%2e/%2e%2e/etc/passwd.pdf",
        "/berkas/%252e%252e%252fetc.pdf",
        f"/berkas/{EBOOK_ID}%00.pdf",
        "/berkas//etc/passwd.pdf",
        "/berkas/.pdf",
        "/baca/..%2f..%2fx/1.png",
        f"/baca/{EBOOK_ID}%00/1",
        f"/baca/{EBOOK_ID}/%31%00",
        "/baca/%ff%fe/1",
        "/katalog/" + "a" * 5000,
        "/baca/" + "%F0%9F%90%9F" * 300 + "/1",
    ],
)
def test_no_address_leads_out_of_the_store(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert not answer.content.startswith(b"%PDF")


def test_a_link_in_the_store_is_not_followed(services: Services, client: TestClient, tmp_path: Path) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(b"%PDF-1.4 secret")
    sha256 = "ab" * 32
    place = services.settings.data / "ebooks" / sha256[:2] / f"{sha256}.pdf"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(outside)
    document = services.discovery.document(EBOOK_ID)
    assert document is not None
    assert document.ebook is not None
    made = replace(document, id=DocumentId("kota.tautan"), ebook=replace(document.ebook, sha256=sha256))
    with services.engine.updating() as writer:
        writer.put([Entry(made, tuple(services.discovery.pages(EBOOK_ID, 1, 1)))])
    for path in ("/berkas/kota.tautan.pdf", "/baca/kota.tautan/1.png"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert b"secret" not in answer.content
