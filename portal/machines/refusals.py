"""Errors under /api/ and at /health are told as the API tells its own, whoever answers: a guard, the router, or the framework."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.answers import error_answer
from portal.guards.middleware import asked_language
from portal.i18n import messages

# By status: the code of the error, and its message.
_TOLD: Final[Mapping[int, tuple[str, str]]] = {
    400: ("BadRequest", "api.unreadable"),
    404: ("NotFound", "api.nothing"),
    405: ("MethodNotAllowed", "api.method"),
    408: ("RequestTimeout", "api.unreadable"),
    413: ("ContentTooLarge", "api.unreadable"),
    414: ("UriTooLong", "api.too_long"),
}


class RefusalsInJson:
    """Puts JSON in place of a page, or of no words at all, that says that a request is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"].startswith("/api/") or scope["path"] == "/health"):
            await self._app(scope, receive, send)
            return
        replaced = False

        async def in_json(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_told_otherwise(message):
                replaced = True
                answer = _refusal(message["status"], scope)
                kept = [one for one in message.get("headers", ()) if not one[0].lower().startswith(b"content-")]
                await send({**message, "headers": [*kept, *answer.raw_headers]})
                await send({"type": "http.response.body", "body": answer.body})
            elif not replaced:
                await send(message)

        await self._app(scope, receive, in_json)


def _is_told_otherwise(start: Message) -> bool:
    kinds = [value for name, value in start.get("headers", ()) if name.lower() == b"content-type"]
    return start["status"] in _TOLD and not any(kind.startswith(b"application/json") for kind in kinds)


def _refusal(status: int, scope: Scope) -> Response:
    code, key = _TOLD[status]
    return JSONResponse(error_answer(code, messages(asked_language(scope))(key)), status)
