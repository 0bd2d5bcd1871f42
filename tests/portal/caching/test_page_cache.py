"""Pages that are given again as they were made."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.caching.page_cache import MAX_BYTES, MAX_PAGE_BYTES, PageCache
from portal.caching.remembering import LOOK_EVERY_S, Generation


@dataclass
class World:
    """What answers depend on, and an application that numbers its answers."""

    generation: str = "g1"
    day: date = date(2026, 1, 1)
    seconds: float = 0.0
    answer: Callable[[str], Response] = PlainTextResponse
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def client(self) -> TestClient:
        def page(request: Request) -> Response:
            generation.now()
            return self.answer(f"answer {next(self.numbers)} to {request.url.path}")

        def look() -> str:
            return self.generation

        generation = Generation(look, lambda: self.seconds)
        cache = Middleware(PageCache, generation=generation, today=lambda: self.day)
        app = Starlette(routes=[Route("/{rest:path}", page, methods=["GET", "POST"])], middleware=[cache])
        client = TestClient(app)
        client.get("/cari?warm")  # before the first look nothing can be kept
        return client


def test_a_page_is_made_once() -> None:
    client = World().client()
    assert client.get("/cari?q=a").text == client.get("/cari?q=a").text
    assert client.get("/cari?q=b").text != client.get("/cari?q=a").text
    assert client.get("/katalog/1").text == client.get("/katalog/1").text


def test_a_long_page_is_packed_for_who_takes_it_so() -> None:
    client = World(answer=lambda text: PlainTextResponse(text * 100)).client()
    for path in ("/", "/?q=a", "/cari?q=a"):
        for refused in ("gzip;q=0", "gzip; q=0.000, br", "identity"):
            assert "content-encoding" not in client.get(path, headers={"Accept-Encoding": refused}).headers
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < len(packed.content) / 5
        assert client.get(path, headers={"Accept-Encoding": "gzip"}).text == packed.text
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.headers["etag"] != packed.headers["etag"]


def test_a_copy_that_is_still_good_is_not_sent_again() -> None:
    client = World().client()
    first = client.get("/cari?q=a")
    again = client.get("/cari?q=a", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/cari?q=a", headers={"If-None-Match": 'W/"other"'}).status_code == 200


@pytest.mark.parametrize("first", ["GET", "HEAD"])
def test_head_is_told_what_get_is_told_without_the_body(first: str) -> None:
    client = World(answer=lambda text: PlainTextResponse(text * 100)).client()
    made = client.request(first, "/cari?q=a")
    page, head = client.get("/cari?q=a"), client.head("/cari?q=a")
    assert head.headers == page.headers == made.headers
    assert (head.status_code, head.content) == (200, b"")
    assert page.content
    again = client.head("/cari?q=a", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == page.headers["etag"]


def test_a_head_of_what_is_not_kept_has_no_body() -> None:
    client = World(answer=lambda text: PlainTextResponse(text, 404)).client()
    head = client.head("/cari?q=a")
    assert (head.status_code, head.content) == (404, b"")


@pytest.mark.parametrize(
    "headers", [{"Host": "other.example"}, {"Accept": "application/json"}, {"Accept-Encoding": "gzip"}]
)
def test_what_an_answer_may_depend_on_keeps_answers_apart(headers: dict[str, str]) -> None:
    client = World().client()
    plain = client.get("/cari?q=a", headers={"Accept-Encoding": "identity"}).text
    assert client.get("/cari?q=a", headers={"Accept-Encoding": "identity", **headers}).text != plain


def test_a_file_of_the_frame_is_kept_whatever_else_changes() -> None:
    world = World()
    client = world.client()
    first = client.get("/static/js/main.aB3.js").text
    world.day, world.seconds, world.generation = date(2026, 1, 2), LOOK_EVERY_S, "g2"
    assert client.get("/static/js/main.aB3.js", headers={"Host": "other.example", "Accept": "*/*"}).text == first
    assert client.get("/static/js/more.aB3.js").text != first
    assert client.get("/static/media/font.woff2").text != client.get("/static/media/font.woff2").text


def test_a_new_day_is_a_new_page() -> None:
    world = World()
    client = world.client()
    first = client.get("/cari?q=tahun+ini").text
    world.day = date(2026, 1, 2)
    assert client.get("/cari?q=tahun+ini").text != first


def test_a_new_generation_is_a_new_page() -> None:
    world = World()
    client = world.client()
    first = client.get("/cari?q=a").text
    world.generation = "g2"
    assert client.get("/cari?q=a").text == first  # as of a second ago
    world.seconds += LOOK_EVERY_S
    assert client.get("/cari?q=a").text != first
    world.generation = "g1"
    world.seconds += LOOK_EVERY_S
    assert client.get("/cari?q=a").text != first  # it was time to look


@pytest.mark.parametrize(
    "answer",
    [
        lambda text: PlainTextResponse(text, 404),
        lambda text: PlainTextResponse(text, headers={"Cache-Control": "private"}),
        lambda text: PlainTextResponse(text, headers={"Cache-Control": "no-store"}),
        lambda text: PlainTextResponse(text, headers={"Set-Cookie": "a=b"}),
        lambda text: PlainTextResponse(text + "x" * MAX_PAGE_BYTES),
        lambda text: StreamingResponse(iter([text, *["x" * 100_000] * 20])),
    ],
    ids=["missing", "private", "no-store", "cookie", "large", "large stream"],
)
def test_what_is_not_the_same_for_all_or_too_large_is_made_anew(answer: Callable[[str], Response]) -> None:
    client = World(answer=answer).client()
    first, second = client.get("/cari?q=a"), client.get("/cari?q=a")
    assert first.text != second.text
    assert len(first.text) == len(second.text)


def test_other_pages_and_other_methods_are_let_through() -> None:
    client = World().client()
    assert client.get("/baca/1/1").text != client.get("/baca/1/1").text
    assert client.post("/cari").text != client.post("/cari").text


def test_what_is_kept_takes_bounded_room() -> None:
    made = []

    def large(text: str) -> Response:
        made.append(text)
        return PlainTextResponse("x" * (MAX_PAGE_BYTES - 10))

    client, unpacked = World(answer=large).client(), {"Accept-Encoding": "identity"}
    for number in range(MAX_BYTES // MAX_PAGE_BYTES + 5):
        client.get(f"/cari?q={number}", headers=unpacked)
    before = len(made)
    client.get("/cari?q=0", headers=unpacked)  # the one not asked for for longest is gone
    assert len(made) == before + 1
