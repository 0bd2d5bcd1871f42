"""Two proxies in front of a node: one that stalls or cuts the line, one that asks for TLS and credentials."""

import asyncio
import base64
import json
import re
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from tests.support.elasticsearch.certificates import issue_certificates
from tests.support.elasticsearch.node import HOST
from tests.support.nginx import Nginx
from tests.support.ports import free_port
from tests.support.running import Running

Mode = Literal["pass", "stall", "refuse"]
T = TypeVar("T")

TIMEOUT_S: Final = 10.0
MAJOR_VERSION: Final = 9  # the node's
BUFFER: Final = 65_536
NO_LINGER: Final = struct.pack("ii", 1, 0)  # close then sends a reset, not an orderly end


class StallingProxy(Running):
    """A TCP proxy whose `mode` a test changes while connections are open.

    pass: bytes go through. stall: connections are taken and held, bytes are swallowed, nothing is answered.
    refuse: open connections and new ones are reset. After a stall, connections that lost bytes are reset as well:
    what they would carry on with makes no sense.
    """

    def __init__(self, upstream: str) -> None:
        """upstream: the URL of a node."""
        self._upstream = (urlsplit(upstream).hostname, urlsplit(upstream).port)
        self.unanswered = 0  # connections so far that asked while it stalled, or came while it refused
        self._mode: Mode = "pass"
        self._lines: set[_Line] = set()
        self._port = free_port()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        """Returns when the new mode holds for every connection."""
        self._in_loop(self._change(mode))

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="StallingProxy")
        self._thread.start()
        self._server = self._in_loop(asyncio.start_server(self._serve, HOST, self._port))

    def stop(self) -> None:
        self._in_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(TIMEOUT_S)

    async def _change(self, mode: Mode) -> None:
        self._mode = mode
        for line in self._lines:
            if mode == "refuse" or (mode == "pass" and line.lost_bytes):
                line.reset()

    async def _close(self) -> None:
        self._server.close()
        for line in self._lines:
            line.reset()
        serving = asyncio.all_tasks() - {asyncio.current_task()}
        if serving:
            await asyncio.wait(serving)

    async def _serve(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            from_node, to_node = await asyncio.open_connection(*self._upstream)
        except OSError:  # no node: the client sees what it would see without a proxy, nearly
            to_client.transport.abort()
            return
        line = _Line(to_client, to_node)
        self._lines.add(line)
        if self._mode == "refuse":
            self.unanswered += 1
            line.reset()
        await asyncio.gather(self._pump(from_client, to_node, line), self._pump(from_node, to_client, line))
        self._lines.discard(line)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, line: "_Line") -> None:
        try:
            while data := await source.read(BUFFER):
                if self._mode == "pass" and not line.lost_bytes:
                    sink.write(data)
                    await sink.drain()
                elif not line.lost_bytes:
                    line.lost_bytes = True
                    self.unanswered += self._mode == "stall"
        except OSError:
            pass  # one end broke off: the other is closed below, as it would be without a proxy
        line.close()


@dataclass(eq=False, slots=True)
class _Line:
    """One client's connection and the one to the node that belongs to it."""

    to_client: asyncio.StreamWriter
    to_node: asyncio.StreamWriter
    lost_bytes: bool = field(default=False, init=False)

    def close(self) -> None:
        self.to_client.close()
        self.to_node.close()

    def reset(self) -> None:
        for writer in (self.to_client, self.to_node):
            if not writer.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            writer.transport.abort()


NGINX_SERVERS: Final = Template("""\
  client_max_body_size 100m;  # Elasticsearch's own limit
  map $$http_authorization $$known {
    default 0;
    "~^Basic $basic$$" 1;
    "~^ApiKey $api_key$$" 1;
  }
  map $$http_accept $$accept {
    default $$http_accept;
    "~^(?<accept_head>.*compatible-with=)[0-9]+(?<accept_tail>.*)$$" "$${accept_head}$speaks$${accept_tail}";
  }
  map $$http_content_type $$media_type {
    default $$http_content_type;
    "~^(?<type_head>.*compatible-with=)[0-9]+(?<type_tail>.*)$$" "$${type_head}$speaks$${type_tail}";
  }
  server {
    listen $address ssl;
    ssl_certificate $certificate;
    ssl_certificate_key $key;
    default_type application/json;
    if ($$known = 0) {
      return 401 '$refusal';
    }
    location / {
      proxy_pass $upstream;
      proxy_http_version 1.1;
      proxy_read_timeout 600s;
      proxy_set_header Connection "";
      proxy_set_header Authorization "";
      proxy_set_header Accept $$accept;
      proxy_set_header Content-Type $$media_type;
    }
  }
""")

# As Elasticsearch's security, which the tests' node does not have, answers to wrong credentials.
REASON: Final = {
    "type": "security_exception",
    "reason": "unable to authenticate with provided credentials and anonymous access is not allowed for this request",
}
REFUSAL: Final = json.dumps({"error": {"root_cause": [REASON], **REASON}, "status": 401})


class TlsPasswordProxy(Nginx):
    """nginx in front of a node: TLS with an authority of its own, and a user name and password or an API key.

    `ca_certs`, `basic_auth` and `api_key` are what a client needs to pass; without, it reads 401.
    The node is asked in the media types of the major version `speaks`, whatever the client's is: with 99 it answers
    as it does to a client that is far too new.
    """

    def __init__(self, upstream: str, folder: Path, *, speaks: int = MAJOR_VERSION) -> None:
        """folder: an existing one, for certificates, configuration and logs."""
        self.basic_auth = ("librarian", "correct horse")
        self.api_key = _base64("key-1:battery-staple")
        self._certificates = issue_certificates(folder)
        port = free_port()
        self.url = f"https://{HOST}:{port}"
        servers = NGINX_SERVERS.substitute(
            address=f"{HOST}:{port}",
            upstream=upstream,
            certificate=self._certificates.server,
            key=self._certificates.server_key,
            basic=re.escape(_base64(":".join(self.basic_auth))),
            api_key=re.escape(self.api_key),
            refusal=REFUSAL,
            speaks=speaks,
        )
        super().__init__(folder, servers, port)

    @property
    def ca_certs(self) -> Path:
        return self._certificates.authority


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
