"""How often one address may ask."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from portal.bootstrap import Services
from portal.guards.client_address import ClientAddress, networks
from portal.guards.rate_limit import RATES, Buckets, Cost, Rate, RateLimit, cost_of
from portal.routes import PlainPages
from portal.shell import Shell
from tests.support.frame import frame


def test_what_was_in_reserve_is_given_at_once_and_then_so_many_a_second() -> None:
    buckets = Buckets({"page": Rate(10, 5)})
    assert [buckets.take("a", "page", 0.0) for _ in range(5)] == [0.0] * 5
    assert buckets.take("a", "page", 0.0) == pytest.approx(0.1)
    assert buckets.take("a", "page", 0.1) == 0.0
    assert buckets.take("a", "page", 0.1) > 0


def test_who_is_refused_is_not_put_off_any_longer_for_it() -> None:
    buckets = Buckets({"page": Rate(1, 1)})
    buckets.take("a", "page", 0.0)
    assert all(buckets.take("a", "page", 0.5) == pytest.approx(0.5) for _ in range(100))
    assert buckets.take("a", "page", 1.0) == 0.0


def test_visitors_and_costs_are_counted_apart() -> None:
    buckets = Buckets({"page": Rate(1, 1), "search": Rate(1, 1)})
    asked: list[tuple[str, Cost]] = [("a", "page"), ("b", "page"), ("a", "search")]
    assert [buckets.take(visitor, cost, 0.0) for visitor, cost in asked] == [0.0, 0.0, 0.0]


def test_a_million_visitors_take_bounded_room_and_the_one_who_keeps_asking_is_not_forgotten() -> None:
    buckets = Buckets({"page": Rate(0.001, 1)}, most=1000)
    buckets.take("persistent", "page", 0.0)
    for number in range(100_000):
        buckets.take(str(number), "page", 0.0)
        if number % 500 == 0:
            assert buckets.take("persistent", "page", 0.0) > 0
    assert len(buckets) == 1000


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    buckets = Buckets({"page": Rate(1, 1)})
    buckets.take("a", "page", 100.0)
    assert buckets.take("a", "page", 50.0) > 0


def test_a_school_behind_one_address_is_served() -> None:
    """200 pupils, a page each at once, then one every five seconds for ten minutes."""
    buckets = Buckets()
    waits = [buckets.take("school", "page", 0.0) for _ in range(200)]
    for second in range(1, 601):
        waits += [buckets.take("school", "page", second + pupil / 40) for pupil in range(40)]
    assert not any(waits)
    asked = [buckets.take("class", "search", pupil / 10) for pupil in range(300)]
    assert not any(asked)


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("/", "page"),
        ("/katalog/kota.1", "page"),
        ("/katalog/kota.1.mrc", "bulk"),
        ("/cari", "search"),
        ("/cari.ris", "bulk"),
        ("/api/v1/search", "search"),
        ("/baca/kota.1/3", "page"),
        ("/baca/kota.1/3.svg", "picture"),
        ("/oai", "bulk"),
        ("/unapi", "page"),  # one record; Zotero asks for all of a list at once
        ("/tidakada", "page"),
        ("/aset/portal.css", None),
        ("/_stcore/stream", None),
        ("/health", None),
    ],
)
def test_an_address_costs_what_its_answer_costs(path: str, cost: Cost | None) -> None:
    assert cost_of(path) == cost


def refusing(scope: Scope, seconds: int) -> Response:
    return Response(status_code=429)


class Answered:
    """An application that counts who gets through to it."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen[scope["client"][0]] += 1
        await PlainTextResponse("ok")(scope, receive, send)


def test_addresses_behind_a_proxy_are_counted_apart_and_no_lie_makes_a_new_one() -> None:
    answered = Answered()
    limited = RateLimit(answered, refusing)
    app = ClientAddress(limited, networks("127.0.0.1"))

    async def ask(client: str, forwarded: str) -> None:
        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            pass

        headers = [(b"x-forwarded-for", forwarded.encode())]
        await app(
            {"type": "http", "path": "/cari", "method": "GET", "client": (client, 1), "headers": headers}, receive, send
        )

    async def all_() -> None:
        for number in range(1000):
            await ask("198.51.100.1", f"10.0.{number // 256}.{number % 256}")  # no proxy of ours
            await ask("127.0.0.1", f"{number}.0.0.1, 203.0.113.5")
            if number < 100:
                await ask("127.0.0.1", "203.0.113.6")

    asyncio.run(all_())
    most = RATES["search"].at_once
    assert answered.seen["203.0.113.6"] == 100
    # 1,000 requests take some seconds at most, in which a few more are allowed.
    assert most <= answered.seen["198.51.100.1"] < 1000
    assert most <= answered.seen["203.0.113.5"] < 1000


@pytest.fixture(scope="module")
def hurried(library: Services) -> Iterator[TestClient]:
    """Plain pages with a hundredth of the usual rates: three searches at once."""
    pages = PlainPages(library, Shell(frame()))
    limit = Middleware(RateLimit, too_many=pages.too_many, times=0.01)
    with TestClient(Starlette(routes=pages.routes(), middleware=[limit])) as client:
        yield client


def refused(client: TestClient, path: str) -> Response:
    for _ in range(100):
        answer = client.get(path)
        if answer.status_code == 429:
            return answer  # type: ignore[return-value] # of httpx, with the same names
    pytest.fail("never refused")


@pytest.mark.parametrize(("hl", "told"), [("id", "Terlalu banyak permintaan"), ("en", "Too many requests")])
def test_who_asks_too_fast_is_told_when_to_come_back(hurried: TestClient, hl: str, told: str) -> None:
    answer = refused(hurried, f"/cari?q=laut&hl={hl}")
    assert int(answer.headers["retry-after"]) >= 1
    text = str(getattr(answer, "text", ""))
    assert told in text
    assert f" {answer.headers['retry-after']} " in text
    assert f'href="/cari?q=laut&amp;hl={hl}"' in text  # to ask the same again


def test_a_program_is_told_in_json_and_a_picture_is_only_refused(hurried: TestClient) -> None:
    answer = refused(hurried, "/api/v1/search?hl=en")
    assert "Too many requests" in answer.json()["error"]["message"]  # type: ignore[attr-defined]
    assert not getattr(refused(hurried, "/baca/none/1.png"), "content", b"x")


def test_no_limit_is_no_limit() -> None:
    async def app(request: Request) -> Response:
        return PlainTextResponse("ok")

    limit = Middleware(RateLimit, too_many=refusing, times=0)
    client = TestClient(Starlette(routes=[Route("/cari", app)], middleware=[limit]))
    assert {client.get("/cari").status_code for _ in range(500)} == {200}
