"""Limits before every route."""

import asyncio
import time

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from portal.guards.middleware import TRY_AGAIN_LATER, AllowedHosts, BodyLimit, SocketGuard


async def flood(guard: SocketGuard, seconds: float) -> float:
    """Sends without end for `seconds`; gives how long that was indeed, on a busy machine."""

    async def receive() -> Message:
        return {"type": "websocket.receive", "bytes": b""}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    began = time.monotonic()
    task = asyncio.create_task(guard({"type": "websocket", "client": ("10.0.0.1", 1)}, receive, send))
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return time.monotonic() - began


def test_a_flood_of_messages_is_let_in_at_a_walking_pace() -> None:
    reader = Counting()
    seconds = asyncio.run(flood(SocketGuard(reader), 1.0))
    assert 20 <= reader.seen <= 22 + 5 * seconds


def test_sockets_of_one_address_and_of_all_are_counted() -> None:
    async def visit() -> list[list[Message]]:
        leave = asyncio.Event()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await leave.wait()

        guard = SocketGuard(app, most=3, most_an_address=2)
        sent: list[list[Message]] = []

        async def open_one(address: str) -> None:
            own: list[Message] = []
            sent.append(own)

            async def receive() -> Message:
                return {"type": "websocket.connect"}

            async def send(message: Message) -> None:
                own.append(message)

            await guard({"type": "websocket", "client": (address, 1)}, receive, send)

        tasks = [asyncio.create_task(open_one(address)) for address in ("a", "a", "a", "b", "c")]
        await asyncio.sleep(0.05)
        leave.set()
        await asyncio.gather(*tasks)
        await open_one("a")
        return sent

    refused = [{"type": "websocket.close", "code": TRY_AGAIN_LATER}]
    assert asyncio.run(visit()) == [[], [], refused, [], refused, []]


def test_a_body_without_an_announced_length_is_cut_off() -> None:
    async def visit() -> tuple[int, float]:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            while (await receive()).get("more_body"):
                pass

        async def receive() -> Message:
            return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        started = time.monotonic()
        await BodyLimit(app)({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send)
        return sent[0]["status"], time.monotonic() - started

    status, seconds = asyncio.run(visit())
    assert status == 413
    assert seconds < 2


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def visit() -> int:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            while (await receive()).get("more_body"):
                pass

        parts = [{"type": "http.request", "body": b"x", "more_body": True}]

        async def receive() -> Message:
            if parts:
                return parts.pop()
            await asyncio.Event().wait()
            raise AssertionError

        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        await BodyLimit(app, within_s=0.05)(
            {"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send
        )
        return int(sent[0]["status"])

    assert asyncio.run(visit()) == 408


def test_who_sent_everything_may_wait_for_the_answer() -> None:
    async def visit() -> Message:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await receive()
            await send(await receive())

        parts = [{"type": "http.request", "body": b"x"}]

        async def receive() -> Message:
            if parts:
                return parts.pop()
            await asyncio.sleep(0.2)
            return {"type": "http.disconnect"}

        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        await BodyLimit(app, within_s=0.05)(
            {"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send
        )
        return sent[0]

    assert asyncio.run(visit()) == {"type": "http.disconnect"}


def asked_at(kind: str, *hosts: str, allowed: tuple[str, ...] = ("katalog.example.org",)) -> str:
    """ "let in", or what was sent instead, for a request with these Host headers."""
    told: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        told.append("let in")

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        told.append(str(message.get("status", message.get("code", ""))))

    scope = {"type": kind, "method": "GET", "path": "/", "headers": [(b"host", host.encode()) for host in hosts]}
    asyncio.run(AllowedHosts(app, allowed, lambda _: Response(status_code=400))(scope, receive, send))
    return told[0]


@pytest.mark.parametrize("host", ["katalog.example.org", "KATALOG.example.org:8443", "localhost:8501", "[::1]:80"])
def test_the_library_is_reached_by_its_names(host: str) -> None:
    assert asked_at("http", host) == asked_at("websocket", host) == "let in"


@pytest.mark.parametrize(
    "hosts",
    [(), ("evil.example",), ("katalog.example.org.evil.example",), ("katalog.example.org", "evil.example"), ("",)],
)
def test_another_host_is_refused(hosts: tuple[str, ...]) -> None:
    assert asked_at("http", *hosts) == "400"
    assert asked_at("websocket", *hosts) == "1008"


@pytest.mark.parametrize("host", ["a/?x=", "a b", "a@b", "a:b", "a#", "<script>", "a\tb", "[::1", "a:999999"])
def test_what_is_no_host_is_refused_even_where_any_host_is_good(host: str) -> None:
    assert asked_at("http", host, allowed=()) == "400"
    assert asked_at("http", "anything.example", allowed=()) == "let in"


def test_all_sockets_of_an_address_share_one_pace() -> None:
    async def visit() -> int:
        reader = Counting()
        guard = SocketGuard(reader)

        async def receive() -> Message:
            return {"type": "websocket.receive", "bytes": b""}

        async def send(message: Message) -> None:
            raise AssertionError(message)

        scope = {"type": "websocket", "client": ("10.0.0.1", 1)}
        tasks = [asyncio.create_task(guard(dict(scope), receive, send)) for _ in range(100)]
        await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return reader.seen

    # Each by itself they would have 2,000 messages in reserve; together they have 500.
    assert 0 < asyncio.run(visit()) < 1000


class Counting:
    """An application that reads all it is given."""

    def __init__(self) -> None:
        self.seen = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            await receive()
            self.seen += 1
