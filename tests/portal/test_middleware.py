"""Limits before every route."""

import asyncio
import time

from starlette.types import Message, Receive, Scope, Send

from portal.middleware import TRY_AGAIN_LATER, BodyLimit, SocketGuard


async def flood(guard: SocketGuard, messages: int, seconds: float) -> int:
    """How many of `messages` sent at once the application behind `guard` gets to see in `seconds`."""

    async def receive() -> Message:
        return {"type": "websocket.receive", "bytes": b""}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    task = asyncio.create_task(guard({"type": "websocket", "client": ("10.0.0.1", 1)}, receive, send))
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return min(messages, _Reader.seen)


class _Reader:
    """An application that reads all it is given."""

    seen = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            await receive()
            _Reader.seen += 1


def test_a_flood_of_messages_is_let_in_at_a_walking_pace() -> None:
    _Reader.seen = 0
    seen = asyncio.run(flood(SocketGuard(_Reader()), 2000, 1.0))
    assert 20 <= seen <= 27


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
