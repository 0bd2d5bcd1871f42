"""Whole addresses of the portal, as other programs must have them."""

import re
from typing import Final
from urllib.parse import quote, unquote

from starlette.requests import Request

from portal import links
from portal.public_address import public_address
from portal.settings import Settings
from search.document import DocumentId

_NAMESPACE: Final = re.compile(r"[^A-Za-z0-9.-]+")
_SAFE: Final = "-_.!~*'()"  # in an identifier, beside letters and digits (RFC 2396)


class Addresses:
    """The portal's addresses under one base, without a slash at its end."""

    def __init__(self, base: str) -> None:
        self.base = base

    @property
    def host(self) -> str:
        """The name of the host, without port."""
        name = self.base.partition("://")[2].partition("/")[0]
        return name.partition("]")[0].removeprefix("[") if name.startswith("[") else name.partition(":")[0]

    def of(self, path: str) -> str:
        return self.base + path

    def record(self, id: DocumentId) -> str:
        """The permanent address of a record."""
        return self.of(links.permalink(id))

    def recorded(self, address: str) -> DocumentId | None:
        """The id of the record with this permanent address; None for other addresses."""
        start = self.record(DocumentId(""))
        return DocumentId(unquote(address[len(start) :])) if address.startswith(start) else None

    def identifier(self, id: DocumentId) -> str:
        """The name of a record for those who harvest it (OAI identifier format).

        >>> Addresses("https://katalog.example.org").identifier(DocumentId("kota.12"))
        'oai:katalog.example.org:kota.12'
        """
        return f"oai:{self._namespace}:{quote(id, safe=_SAFE)}"

    def identified(self, identifier: str) -> DocumentId | None:
        """The id that `identifier` names; None where it is none of ours."""
        start = f"oai:{self._namespace}:"
        return DocumentId(unquote(identifier[len(start) :])) if identifier.startswith(start) else None

    @property
    def _namespace(self) -> str:
        return _NAMESPACE.sub("-", self.host) or "localhost"


def addresses(request: Request, settings: Settings) -> Addresses:
    return Addresses(public_address(request, settings))
