"""One Elasticsearch node as a child process, which a test may stop, kill, pause and start again."""

import http.client
import json
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias

from tests.support.elasticsearch.installation import Installation, installation
from tests.support.ports import free_port

START_TIMEOUT_S: Final = 120.0
STOP_TIMEOUT_S: Final = 20.0
HOST: Final = "127.0.0.1"

# Java compiles once and lightly: half the processor time of a start, at the price of slower long work. Not to measure.
FAST_START: Final = ("-XX:TieredStopAtLevel=1",)

LOGGING: Final = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n%ex
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""

Setting: TypeAlias = str | int | bool | list[str]


class NodeFailed(Exception):
    """The node did not start; the message ends with the end of its log."""


class Node:
    """A node on its own folder. `start` after `stop` or `kill` brings it back with its data on the same ports."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "node-1",
        heap: str = "1g",
        http_port: int = 0,
        transport_port: int = 0,
        settings: Mapping[str, Setting] | None = None,
        java_options: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.name = name
        self.heap = heap
        self.java_options = java_options
        self.http_port = http_port or free_port()
        self.transport_port = transport_port or free_port()
        self.snapshots = folder / "snapshots"
        self.settings: Mapping[str, Setting] = {
            "cluster.name": f"tests-{self.transport_port}",
            "node.name": name,
            "network.host": HOST,
            "http.type": "netty4",
            "http.port": self.http_port,
            "transport.type": "netty4",
            "transport.port": self.transport_port,
            "discovery.type": "single-node",
            "path.data": str(folder / "data"),
            "path.logs": str(folder / "logs"),
            "path.repo": [str(self.snapshots)],
            # A disk that is nearly full is the developer's affair; a test of a full disk says so in its settings.
            "cluster.routing.allocation.disk.threshold_enabled": False,
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.http_port}"

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def log(self) -> Path:
        return self.folder / "node.log"

    def log_tail(self, lines: int = 40) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def start(self, *, wait: bool = True) -> None:
        """Starts the process; with `wait`, returns when the node answers with health yellow or green."""
        if self._process is not None:
            raise NodeFailed(f"{self.name} is running already")
        config = self.folder / "config"
        for folder in (config, self.folder / "tmp", self.snapshots):
            folder.mkdir(parents=True, exist_ok=True)
        (config / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        (config / "elasticsearch.json").write_text(json.dumps(self.settings, indent=2), encoding="utf-8")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(installation(), config),
                stdin=subprocess.PIPE,  # its end is the node's end: see Boot.java
                stdout=log,
                stderr=subprocess.STDOUT,
                bufsize=0,
            )
        if wait:
            self.wait_until_ready()

    def _command(self, installed: Installation, config: Path) -> list[str]:
        return [
            str(installed.java),
            "-Xms256m",
            f"-Xmx{self.heap}",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            f"-Djava.io.tmpdir={self.folder / 'tmp'}",
            *self.java_options,
            "-cp",
            ":".join(str(path) for path in installed.class_path),
            "telusur.Boot",
            str(installed.home),
            str(config),
        ]

    def wait_until_ready(self, *, nodes: int = 1, status: str = "yellow", timeout_s: float = START_TIMEOUT_S) -> None:
        """Returns when the cluster that the node sees has at least `nodes` nodes and the health `status` or better."""
        deadline = time.monotonic() + timeout_s
        while not self._answers(f"/_cluster/health?wait_for_status={status}&wait_for_nodes=>={nodes}&timeout=1s"):
            if self._running().poll() is not None:
                self._forget()
                raise NodeFailed(f"{self.name} ended while it started:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise NodeFailed(f"{self.name} was not ready after {timeout_s:.0f} s:\n{self.log_tail()}")
            time.sleep(0.1)

    def _answers(self, path: str) -> bool:
        connection = http.client.HTTPConnection(HOST, self.http_port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK  # 408 when the time of the wait is over
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends the node in good order, or by force when it takes too long. Nothing happens when it does not run."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)  # a paused node would not hear the next signal
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._forget()

    def kill(self) -> None:
        """The node is gone from one moment to the next, as in a power cut."""
        self._running().kill()
        self._forget()

    def pause(self) -> None:
        """The node keeps its connections and answers nothing, as a machine that swaps."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise NodeFailed(f"{self.name} is not running")
        return self._process

    def _forget(self) -> None:
        process = self._running()
        process.wait()
        if process.stdin:
            process.stdin.close()
        self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """By force: nobody reads its data any more, and a good end takes up to twenty seconds."""
        if self._process is not None:
            self.kill()


def start_node(
    folder: Path,
    *,
    heap: str = "1g",
    http_port: int = 0,
    settings: Mapping[str, Setting] | None = None,
    java_options: tuple[str, ...] = (),
) -> Node:
    """A running single node on `folder`. Its `stop` is the caller's, most easily with `with`."""
    node = Node(folder, heap=heap, http_port=http_port, settings=settings, java_options=java_options)
    node.start()
    return node
