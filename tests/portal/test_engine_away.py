"""The portal as its own process, over an Elasticsearch that comes and goes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.support.elasticsearch.node import FAST_START, Node, NodeFailed, start_node
from tests.support.engines import remove_indexes
from tests.support.ports import free_port
from tests.support.quick_places import quick_folder
from tests.support.records import record, write

DEADLINE_S: Final = 60.0
NOTICE: Final = {"id": "Pencarian sedang tidak tersedia", "en": "Search is not available right now"}


class Portal:
    """`telusur portal` with its settings in the environment, and what it answers."""

    def __init__(self, folder: Path, node: Node) -> None:
        self._folder, self._port = folder, free_port()
        self.log = folder / "portal.log"
        self._environment = {
            **os.environ,
            "TELUSUR_DATA": str(folder / "data"),
            "TELUSUR_ENGINE": node.url,
            "TELUSUR_MODEL": "none",
            "TELUSUR_PORT": str(self._port),
        }
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=30)

    def __enter__(self) -> "Portal":
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command("portal"), cwd=self._folder, env=self._environment, stdout=log, stderr=log
            )
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(30)

    def load(self, *paths: Path) -> None:
        command = self._command("ingest", *map(str, paths))
        subprocess.run(command, cwd=self._folder, env=self._environment, check=True, timeout=120, capture_output=True)

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def wait_for(self, path: str, status: int) -> httpx.Response:
        """The first answer with this status."""

        def right() -> httpx.Response | None:
            try:
                answer = self.get(path)
            except httpx.TransportError:
                return None  # the process is still starting
            return answer if answer.status_code == status else None

        return _wait(right)

    @staticmethod
    def _command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "portal.cli", *arguments]


def _wait(found: Callable[[], httpx.Response | None]) -> httpx.Response:
    deadline = time.monotonic() + DEADLINE_S
    while (answer := found()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return answer


@pytest.fixture(scope="module")
def node(elasticsearch_installed: None) -> Iterator[Node]:
    with quick_folder("elasticsearch") as folder, start_node(folder, java_options=FAST_START) as node:
        yield node


@pytest.fixture
def running(node: Node) -> Iterator[Node]:
    """The node, which is there again when the test ends."""
    yield node
    with suppress(NodeFailed):  # it runs
        node.start()


def test_a_portal_goes_on_without_its_cluster_and_finds_it_again(running: Node, tmp_path: Path) -> None:
    with Portal(tmp_path, running) as portal:
        portal.load(write(tmp_path / "a.mrc", [record("1", "Terumbu karang Selat Lembeh")]))
        assert "Terumbu" in portal.wait_for("/cari?q=terumbu", 200).text
        running.stop()
        for hl, notice in NOTICE.items():
            page = portal.wait_for(f"/cari?q=terumbu&hl={hl}", 503).text
            assert notice in page
            assert "/cari?q=terumbu" in page  # to try again
        for path in ("/api/v1/search?q=terumbu", "/health", "/katalog/katalog.1", "/"):
            answer = portal.get(path)
            assert answer.status_code == 503
            assert str(running.http_port) not in answer.text
            assert str(tmp_path) not in answer.text
        # Told at once, not after a wait of its own.
        started = time.monotonic()
        assert portal.get("/cari?q=karang").status_code == 503
        assert time.monotonic() - started < 2
        running.start()
        assert "Terumbu" in portal.wait_for("/cari?q=terumbu", 200).text
        assert portal.get("/health").json()["documents"] == 1
        log = portal.log.read_text(encoding="utf-8")
    assert "cannot be reached" in log
    assert "answers again" in log
    assert "terumbu" not in log


def test_an_index_that_is_deleted_under_a_portal_is_not_told_as_an_empty_catalogue(
    running: Node, tmp_path: Path
) -> None:
    with Portal(tmp_path, running) as portal:
        file = write(tmp_path / "a.mrc", [record("1", "Terumbu karang Selat Lembeh")])
        portal.load(file)
        assert "Terumbu" in portal.wait_for("/cari?q=terumbu", 200).text
        remove_indexes((running.url,), "telusur")
        for hl, notice in NOTICE.items():
            assert notice in portal.wait_for(f"/cari?q=karang&hl={hl}", 503).text
        portal.load(file)
        assert "Terumbu" in portal.wait_for("/cari?q=terumbu", 200).text


def test_a_portal_that_started_before_its_cluster_finds_it(running: Node, tmp_path: Path) -> None:
    running.kill()
    with Portal(tmp_path, running) as portal:
        assert NOTICE["id"] in portal.wait_for("/cari?q=terumbu", 503).text
        running.start()
        portal.load(write(tmp_path / "a.mrc", [record("1", "Terumbu karang Selat Lembeh")]))
        assert "Terumbu" in portal.wait_for("/cari?q=terumbu", 200).text
