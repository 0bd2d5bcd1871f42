"""Connections that do not say what they want, against a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from portal.guards.connections import PatientProtocol

HELLO = b"GET / HTTP/1.1\r\nHost: a\r\n"


class Hasty(PatientProtocol):
    head_within_s = 0.2


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/slow":
        await asyncio.sleep(0.6)  # thrice as long as a head may take
    await PlainTextResponse("here")(scope, receive, send)


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=Hasty, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


async def talk(port: int, *parts: bytes) -> bytes:
    """What comes back until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(0.02)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("begun", [(), (b"G",), (HELLO,), tuple(HELLO[i : i + 1] for i in range(8))])
def test_half_a_request_is_not_waited_for(begun: tuple[bytes, ...]) -> None:
    async def visit() -> bytes:
        async with serving() as port:
            return await asyncio.wait_for(talk(port, *begun), 20)

    assert asyncio.run(visit()) == b""


def test_the_second_half_request_of_a_connection_is_not_waited_for_either() -> None:
    async def visit() -> bytes:
        async with serving() as port:
            return await asyncio.wait_for(talk(port, HELLO + b"\r\n", b"GET /again HT"), 20)

    assert asyncio.run(visit()).count(b"here") == 1


def test_an_answer_may_take_longer_than_a_head() -> None:
    async def visit() -> bytes:
        async with serving() as port:
            return await talk(port, b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert asyncio.run(visit()).endswith(b"here")


def test_half_open_connections_leave_others_served() -> None:
    async def visit() -> bytes:
        async with serving() as port:
            halves = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
            for _, writer in halves:
                writer.write(HELLO)
            answer = await talk(port, HELLO + b"Connection: close\r\n\r\n")
            ends = await asyncio.gather(*(reader.read() for reader, _ in halves), return_exceptions=True)
            assert all(not end or isinstance(end, ConnectionResetError) for end in ends)
            for _, writer in halves:
                writer.close()
            return answer

    assert asyncio.run(visit()).endswith(b"here")
