"""Who may read answers from a page of another site."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHARED_UNDER: Final = "/api/v1/"
_METHODS: Final = frozenset(("GET", "HEAD"))
_ANYBODY: Final = (b"access-control-allow-origin", b"*")


class SharedAnswers:
    """Lets any page read the JSON of the catalogue: it is the same for everybody, and a school's page may show it.

    Without credentials: "*" keeps a browser from sending any, so nothing of a patron can be read by this. Only what GET
    gives; a page of another site can neither send nor change anything, and reads no other path.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shared = scope["type"] == "http" and scope["method"] in _METHODS and scope["path"].startswith(SHARED_UNDER)
        if not shared:
            await self._app(scope, receive, send)
            return

        async def with_leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), _ANYBODY]}
            await send(message)

        await self._app(scope, receive, with_leave)
