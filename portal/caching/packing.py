"""Whether an answer may be sent packed with gzip, for all that packs here: the page cache, and the framework behind it."""

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.links import EBOOK_FILES

# RFC 9110, 12.5.3: of weight 0, it is what the asker does not take.
_NO_GZIP: Final = re.compile(rb"gzip\s*;\s*[qQ]=0(?:\.0*)?\s*(?:,|$)")
_VARY: Final = (b"vary", b"Accept-Encoding")
# Packed by themselves; nothing makes them smaller.
_PACKED: Final = ("image/png", "image/jpeg", "image/webp", "font/", "application/pdf")


class Packing:
    """Says of whatever might be packed that it depends on what the asker takes, packed or not (RFC 9110, 12.5.5)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not takes_gzip(scope) or scope["path"].startswith(EBOOK_FILES):
            # The framework looks for the word alone, and would pack for who refuses it; also a PDF, whose pages a
            # browser fetches by ranges when it is told how long the file is.
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"accept-encoding"]}

        async def varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                message = {**message, "headers": [*given, _VARY] if _lacks_vary(Headers(raw=given)) else given}
            await send(message)

        await self._app(scope, receive, varied)


def _lacks_vary(headers: Headers) -> bool:
    told = ",".join(headers.getlist("vary")).lower()
    return "accept-encoding" not in told and not headers.get("content-type", "").startswith(_PACKED)


def takes_gzip(scope: Scope) -> bool:
    return any(
        name == b"accept-encoding" and b"gzip" in value and not (b"=0" in value and _NO_GZIP.search(value))
        for name, value in scope["headers"]
    )
