"""Who is asking, behind proxies and with lies in the headers."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from portal.guards.client_address import ClientAddress, networks, visitor_of

PROXIES = networks("127.0.0.1, ::1, 10.0.0.0/8")


def seen(client: str, *forwarded: str, kind: str = "http", proto: str = "") -> Scope:
    """What an application behind the proxies of this test is told."""
    told: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        told.update(scope)

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError(message)

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope = {"type": kind, "client": (client, 1234), "headers": headers, "scheme": "http" if kind == "http" else "ws"}
    asyncio.run(ClientAddress(app, PROXIES)(scope, receive, send))
    return told


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("proxy", ["127.0.0.1", "::1", "10.9.8.7", "::ffff:127.0.0.1"])
def test_a_trusted_proxy_is_believed(kind: str, proxy: str) -> None:
    assert seen(proxy, "203.0.113.7", kind=kind)["client"] == ("203.0.113.7", 0)


def test_a_stranger_is_not_believed_whatever_he_writes() -> None:
    told = seen("198.51.100.1", "203.0.113.7", proto="https")
    assert (told["client"], told["scheme"]) == (("198.51.100.1", 1234), "http")


@pytest.mark.parametrize(
    "forwarded",
    [
        ("1.2.3.4, 203.0.113.7",),  # the first was sent by the visitor
        ("1.2.3.4", "203.0.113.7"),
        ("203.0.113.7, 10.0.0.2, 127.0.0.1",),  # through two proxies of ours
        ("nonsense, 203.0.113.7",),
        (", ".join(["1.2.3.4"] * 5000) + ", 203.0.113.7",),
    ],
)
def test_the_last_address_that_is_no_proxy_counts(forwarded: tuple[str, ...]) -> None:
    assert seen("127.0.0.1", *forwarded)["client"][0] == "203.0.113.7"


@pytest.mark.parametrize("forwarded", ["", "nonsense", "10.0.0.1", "203.0.113.7, unknown", "a" * 10_000])
def test_without_an_address_it_is_the_proxy_itself(forwarded: str) -> None:
    assert seen("127.0.0.1", forwarded)["client"] == ("127.0.0.1", 1234)


def test_the_scheme_is_the_one_the_visitor_used() -> None:
    assert seen("127.0.0.1", proto="https")["scheme"] == "https"
    assert seen("127.0.0.1", proto="https", kind="websocket")["scheme"] == "wss"
    assert seen("127.0.0.1", proto="javascript")["scheme"] == "http"


def test_a_household_is_one_visitor() -> None:
    def visitor(address: str) -> str:
        return visitor_of({"client": (address, 1)})

    assert visitor("2001:db8:1:2::a") == visitor("2001:db8:1:2:ffff::b") != visitor("2001:db8:1:3::a")
    assert visitor("10.0.0.1") != visitor("10.0.0.2")
