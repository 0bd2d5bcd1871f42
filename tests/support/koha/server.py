"""Koha as a process of its own.

    python -m tests.support.koha.server      prints its address, serves until its standard input ends

POST /control fills it and sets faults, GET /log tells what it was asked and what was wrong with that.
"""

import asyncio
import json
import os
import secrets
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.koha.description import Asked, Description, Operation, body_of, typed
from tests.support.koha.library import KohaLibrary, Rules

CLIENT, SECRET = "portal", "s3cret"
API = "/api/v1"


@dataclass
class State:
    """faults: {"kind", "path", "method", "times", "status"}; the first that fits is taken. complaints: what callers did wrong."""

    library: KohaLibrary = field(default_factory=KohaLibrary)
    faults: list[dict[str, Any]] = field(default_factory=list)
    permissions: list[str] | None = None  # None: all
    token_s: int = 3600
    tokens: dict[str, float] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


class Server:
    def __init__(self) -> None:
        self.state = State()
        self._description = Description()

    async def control(self, request: Request) -> Response:
        """{"reset": true, "add": {table: [rows]}, "returned": [ids], "rules": {}, "faults": [...], "permissions": [...], "token_s": 60}."""
        wanted = await request.json()
        if wanted.get("reset"):
            self.state = State()
        for table, rows in wanted.get("add", {}).items():
            for row in rows:
                self.state.library.add(table, row)
        for table, ids in wanted.get("remove", {}).items():
            for id in ids:
                del self.state.library.rows[table][id]
        for id in wanted.get("returned", ()):
            self.state.library.take_back(id)
        if "rules" in wanted:
            self.state.library.rules = Rules(**{**asdict(self.state.library.rules), **wanted["rules"]})
        for name in ("faults", "permissions", "token_s"):
            if name in wanted:
                setattr(self.state, name, wanted[name])
        if wanted.get("forget_tokens"):
            self.state.tokens.clear()
        return JSONResponse({})

    async def log(self, request: Request) -> Response:
        rows = {table: list(rows.values()) for table, rows in self.state.library.rows.items()}
        return JSONResponse({"log": self.state.log, "complaints": self.state.complaints, "rows": rows})

    async def api(self, request: Request) -> Response:
        asked = Asked(
            request.method,
            request.url.path.removeprefix(API),
            request.url.query,
            dict(request.headers),
            await request.body(),
        )
        operation = self._description.operation(asked)
        if operation is None:
            return self._complain(f"{asked.method} {asked.path} is not described")
        if faults := list(self._description.faults_of_question(operation, asked)):
            return self._complain(*(f"{operation.id}: {fault}" for fault in faults))
        self.state.log.append({"operation": operation.id, "ids": dict(operation.ids), "query": asked.query})
        if fault := self._fault(operation.path, asked.method):
            if fault["kind"] == "lost":  # it is done, but nobody hears of it
                self._answer(operation, asked)
                fault = {"kind": "cut"}
            return await self._break(fault)
        return self._token(asked) if operation.id == "token" else self._answer(operation, asked)

    def _answer(self, operation: Operation, asked: Asked) -> Response:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.state.tokens.get(token, 0.0) < time.monotonic():
            return self._respond(operation, 401, {"error": "Authentication failure."})
        granted = self.state.permissions
        if granted is not None and not set(operation.permissions) <= set(granted):
            missing = dict.fromkeys(operation.permissions, 1)
            error = "Authorization failure. Missing required permission(s)."
            return self._respond(operation, 403, {"error": error, "required_permissions": missing})
        schemas = {each["name"]: each["schema"] for each in operation.parameters if each["in"] == "query"}
        query: dict[str, Any] = {name: typed(schemas[name], value) for name, value in parse_qsl(asked.query)}
        query |= {name: value for name, value in asked.headers.items() if name.startswith("x-koha-")}
        status, body = self.state.library.operation(operation.id)(operation.ids, query, body_of(asked))
        # A caller that sends it back is complained of: no header of that name is described.
        headers = {"Set-Cookie": "CGISESSID=1; path=/"}
        if isinstance(body, list):
            headers["X-Total-Count"] = str(len(body))
            size, page = query.get("_per_page", 20), query.get("_page", 1)
            body = body if size == -1 else body[(page - 1) * size : page * size]
        return self._respond(operation, status, body, headers)

    def _token(self, asked: Asked) -> Response:
        form = body_of(asked)
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return JSONResponse({"error": "unauthorized_client"}, 403)
        token = secrets.token_urlsafe(20)
        self.state.tokens[token] = time.monotonic() + self.state.token_s
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": self.state.token_s})

    def _respond(self, operation: Operation, status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
        if faults := list(self._description.faults_of_answer(operation, status, body)):
            return self._complain(*(f"own answer to {operation.id}: {fault}" for fault in faults))
        if body is None:
            return Response(status_code=status, headers=headers)
        return JSONResponse(body, status, headers)

    def _complain(self, *faults: str) -> Response:
        self.state.complaints.extend(faults)
        return JSONResponse({"error": "; ".join(faults)}, 500)

    def _fault(self, path: str, method: str) -> dict[str, Any] | None:
        for fault in self.state.faults:
            fits = fault.get("path", path) == path and fault.get("method", method) == method
            if fits and fault.get("times", 1) > 0:
                fault["times"] = fault.get("times", 1) - 1
                return fault
        return None

    async def _break(self, fault: dict[str, Any]) -> Response:
        kind = fault["kind"]
        if kind == "stall":
            await asyncio.sleep(3600)
        if kind == "garbage":
            return Response(b'{"patron_id": 1, "surname": "Wenas"', media_type="application/json")
        if kind == "huge":
            return Response(b"[" + b"1," * 4_000_000 + b"1]", media_type="application/json")
        if kind == "deep":
            return Response(b"[" * 200_000, media_type="application/json")
        if kind == "cut":
            return Response(b'[{"hold', headers={"Content-Length": "100"}, media_type="application/json")
        if kind == "redirect":
            return Response(status_code=302, headers={"Location": fault["to"]})
        if kind == "body":
            return JSONResponse(fault["body"], fault.get("status", 200))
        return JSONResponse({"error": "Maintenance"}, fault["status"])


def app(server: Server) -> Starlette:
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/control", server.control, methods=["POST"]),
            Route("/log", server.log),
            Route(API + "/{path:path}", server.api, methods=methods),
        ]
    )


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)  # whoever stalls in here is not waited for


def main() -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    print(json.dumps(f"http://127.0.0.1:{listening.getsockname()[1]}"), flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    config = uvicorn.Config(app(Server()), log_level="critical", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
