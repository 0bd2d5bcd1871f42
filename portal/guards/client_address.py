"""Who is asking: the address at the other end, or the one that a trusted proxy names."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

Network = IPv4Network | IPv6Network
# A household or a school has so many bits of an IPv6 address for itself.
_IPV6_PREFIX: Final = 64
MAX_FORWARDED: Final = 20


class ClientAddress:
    """Puts the visitor's address in place of a trusted proxy's, and the scheme the visitor used.

    Of X-Forwarded-For the last address counts that is no trusted proxy: whoever asks can write anything before it.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] in ("http", "websocket") and client and self._trusts(client[0]):
            scope = dict(scope)
            address = self._visitor(_values(scope, b"x-forwarded-for"))
            if address:
                scope["client"] = (address, 0)
            proto = (_values(scope, b"x-forwarded-proto") or [""])[-1].lower()
            if proto in ("http", "https"):
                secure = proto == "https"
                scope["scheme"] = ("wss" if secure else "ws") if scope["type"] == "websocket" else proto
        await self._app(scope, receive, send)

    def _trusts(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._trusted if network.version == parsed.version)

    def _visitor(self, forwarded: Sequence[str]) -> str:
        for address in reversed(forwarded[-MAX_FORWARDED:]):
            try:
                parsed = ip_address(address)
            except ValueError:
                return ""  # what stands before it is worth no more
            if not self._trusts(address):
                return str(parsed)
        return ""


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between. Raises ValueError.

    >>> networks("127.0.0.1, 10.0.0.0/8, ::1")
    (IPv4Network('127.0.0.1/32'), IPv4Network('10.0.0.0/8'), IPv6Network('::1/128'))
    """
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def visitor_of(scope: Scope) -> str:
    """What visitors are told apart by: an IPv4 address, or the network that an IPv6 address is in.

    >>> visitor_of({"client": ("2001:db8:1:2:3::9", 1)}), visitor_of({"client": ("::ffff:10.0.0.9", 1)}), visitor_of({})
    ('2001:db8:1:2::/64', '10.0.0.9', '')
    """
    address = str((scope.get("client") or ("", 0))[0])
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), _IPV6_PREFIX), strict=False))
    return str(parsed)


def _values(scope: Scope, name: bytes) -> list[str]:
    """The values of a list header, in order."""
    lines = (value.decode("latin-1") for key, value in scope["headers"] if key == name)
    return [part.strip() for line in lines for part in line.split(",") if part.strip()]
