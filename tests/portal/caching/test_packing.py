"""Who is sent an answer packed, and that caches on the way are told that it may be."""

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import file_util

from portal.caching.packing import Packing
from tests.support.small_library import EBOOK_ID, REEF_ID

TAKEN = ("gzip", "br, gzip;q=0.5", "gzip;q=0, br", "identity")
FRAME = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
FRAME_FILES = re.findall(r"/static/[^\"]+\.(?:js|css)(?=\")", FRAME)
# One packed by the page cache, the frame and its files that the framework leaves unpacked, and what is kept nowhere.
PATHS = (
    "/cari?q=karang",
    "/",
    FRAME_FILES[0],
    f"/katalog/{REEF_ID}",
    "/api/v1/search?q=laut",
    "/oai?verb=Identify",
    "/anak",
    "/sru",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("taken", TAKEN)
def test_what_may_be_packed_says_so_to_caches(client: TestClient, path: str, taken: str) -> None:
    for _ in range(2):  # as it is made, and as it was kept
        answer = client.get(path, headers={"Accept-Encoding": taken})
        assert "accept-encoding" in answer.headers["vary"].lower()
        assert answer.headers["vary"].lower().count("accept-encoding") == 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("refused", ["gzip;q=0", "gzip;Q=0", "br, gzip; q=0.000", "identity"])
def test_who_refuses_a_packed_answer_is_sent_none(client: TestClient, path: str, refused: str) -> None:
    assert "content-encoding" not in client.get(path, headers={"Accept-Encoding": refused}).headers


def test_what_the_interactive_page_is_made_of_comes_packed(client: TestClient) -> None:
    answers = [client.get(path, headers={"Accept-Encoding": "gzip, br"}) for path in FRAME_FILES]
    large = [answer for answer in answers if len(answer.content) > 1000]
    assert all(answer.headers["content-encoding"] == "gzip" for answer in large)
    assert sum(int(answer.headers["content-length"]) for answer in large) < sum(len(a.content) for a in large) / 2.5
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("taken", TAKEN)
def test_head_is_told_what_get_is_told(client: TestClient, path: str, taken: str) -> None:
    page, head = (client.request(method, path, headers={"Accept-Encoding": taken}) for method in ("GET", "HEAD"))
    for name in ("etag", "vary", "content-type", "content-encoding", "cache-control"):
        assert head.headers.get(name) == page.headers.get(name)
    assert head.content == b""


def test_a_copy_that_is_still_good_is_told_to_depend_on_the_same(client: TestClient) -> None:
    first = client.get("/cari?q=karang")
    again = client.get("/cari?q=karang", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["vary"] == first.headers["vary"]


@pytest.mark.parametrize(
    ("kind", "vary"),
    [
        ("image/png", None),
        ("application/pdf", None),
        ("font/woff2", None),
        ("image/svg+xml", "Cookie, Accept-Encoding"),
    ],
)
def test_a_picture_that_is_packed_by_itself_is_the_same_for_everybody(kind: str, vary: str | None) -> None:
    def picture(request: Request) -> Response:
        return Response(b"", media_type=kind, headers={"Vary": "Cookie"} if vary else {})

    app = Starlette(routes=[Route("/", picture)], middleware=[Middleware(Packing)])
    assert TestClient(app).get("/").headers.get("vary") == vary


def test_an_ebook_is_sent_as_it_is_and_by_ranges(client: TestClient) -> None:
    """Its viewer fetches what it shows, for which it must know how long the file is."""
    path = f"/berkas/{EBOOK_ID}.pdf"
    whole = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in whole.headers
    assert whole.headers["content-length"] == str(len(whole.content))
    part = client.get(path, headers={"Accept-Encoding": "gzip", "Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, whole.content[5:10])
    assert "content-encoding" not in part.headers
