"""Plain pages and answers that were just made, given again as they are: no thread, no template, no search.

Only what is the same for everybody is kept: GET (and HEAD, which is GET without its body), 200, and neither private nor with a cookie.
"""

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.caching.packing import takes_gzip
from portal.caching.remembering import Generation

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_PAGE_BYTES: Final = 1024 * 1024
CACHED_UNDER: Final = ("/katalog/", "/cari", "/api/v1/")
# The frame page, which holds the page as it is first seen; Streamlit leaves it unpacked.
FRAME: Final = "/"
# What the interactive page is made of: 3 MB, a minute on a slow phone, and a third of it packed. Streamlit leaves these
# unpacked too, since it would pack them anew for each visitor; their names hold their version.
FRAME_FILES: Final = re.compile(r"/static/(?:js|css)/[^/]+\.(?:js|css)")
LEAST_PACKED_BYTES: Final = 500

_Headers = Sequence[tuple[bytes, bytes]]
_Kept = tuple[_Headers, bytes, bytes]  # headers, tag, body


class PageCache:
    """Keeps answers by address and by the generation of the index that they were made from."""

    def __init__(self, app: ASGIApp, generation: Generation, today: Callable[[], date]) -> None:
        self._app = app
        self._generation = generation
        self._today = today
        self._seen = ""
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _is_cached(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            send, scope = _without_body(send), {**scope, "method": "GET"}  # told what GET is told (RFC 9110, 9.3.2)
        fresh = self._generation.fresh()
        key = self._key(scope, fresh or self._seen)
        self._seen = fresh or self._seen
        lasting = FRAME_FILES.fullmatch(scope["path"]) is not None
        if (lasting or fresh is not None) and key in self._kept:
            self._kept.move_to_end(key)
            await _give(self._kept[key], scope, send)
        elif lasting or self._seen:
            await self._make(key, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _key(self, scope: Scope, generation: str) -> bytes:
        """A digest: what readers ask is not to be read from memory either."""
        headers = dict(scope["headers"])
        parts = [scope.get("raw_path") or scope["path"].encode(), b"gzip" if takes_gzip(scope) else b""]
        if not FRAME_FILES.fullmatch(scope["path"]):
            parts += [
                generation.encode(),
                self._today().isoformat().encode(),
                scope["query_string"],
                scope["scheme"].encode(),
                headers.get(b"host", b""),
                headers.get(b"accept", b""),
            ]
        digest = hashlib.blake2b(digest_size=16)
        for part in parts:
            digest.update(b"%d:" % len(part) + part)
        return digest.digest()

    async def _make(self, key: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        body = bytearray()

        async def held(message: Message) -> None:
            """Holds back what can be kept until it is whole; lets through everything else."""
            nonlocal start
            if message["type"] == "http.response.start" and _may_be_kept(message):
                start = message
                return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                if len(body) > MAX_PAGE_BYTES:
                    await send(start)
                    await send({"type": "http.response.body", "body": bytes(body), "more_body": True})
                    start = None
                return
            kept = _as_kept(start, bytes(body), packed=takes_gzip(scope))
            self._keep(key, kept)
            await _give(kept, scope, send)

        await self._app(scope, receive, held)

    def _keep(self, key: bytes, kept: _Kept) -> None:
        if key in self._kept:
            self._size -= len(self._kept.pop(key)[2])
        self._kept[key] = kept
        self._size += len(kept[2])
        while self._size > MAX_BYTES:
            self._size -= len(self._kept.popitem(last=False)[1][2])


def _without_body(send: Send) -> Send:
    async def sent(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sent


def _is_cached(path: str) -> bool:
    return path == FRAME or path.startswith(CACHED_UNDER) or FRAME_FILES.fullmatch(path) is not None


def _may_be_kept(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start.get("headers", ())}
    control = headers.get(b"cache-control", b"")
    return (
        start["status"] == 200
        and b"set-cookie" not in headers
        and not any(word in control for word in (b"private", b"no-store"))
        and int(headers.get(b"content-length", b"0")) <= MAX_PAGE_BYTES
    )


def _as_kept(start: Message, body: bytes, *, packed: bool) -> _Kept:
    """packed: where it is not packed yet and is worth it, it is."""
    given = list(start["headers"])
    if packed and len(body) >= LEAST_PACKED_BYTES and not any(name.lower() == b"content-encoding" for name, _ in given):
        body = gzip.compress(body, 6, mtime=0)
        given.append((b"content-encoding", b"gzip"))
    tag = b'W/"%s"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode()
    headers = [(name, value) for name, value in given if name.lower() not in (b"etag", b"content-length")]
    headers += [(b"etag", tag), (b"content-length", str(len(body)).encode())]
    return headers, tag, body


async def _give(kept: _Kept, scope: Scope, send: Send) -> None:
    """The answer, or that the browser's copy is still good."""
    headers, tag, body = kept
    asked = dict(scope["headers"]).get(b"if-none-match", b"")
    if asked and (asked.strip() == b"*" or tag in {one.strip() for one in asked.split(b",")}):
        headers = [(name, value) for name, value in headers if name not in (b"content-length", b"content-type")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
