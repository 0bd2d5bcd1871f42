"""What the portal says, and how soon, while its cluster cannot be reached or is silent: in a process of its own."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest

from search.engine import Entry
from search.engines.elastic import ElasticEngine
from search.engines.elastic.cluster import READ_TIMEOUT_S
from search.settings import ServerSettings
from tests.support.elasticsearch.node import Node
from tests.support.elasticsearch.proxies import StallingProxy
from tests.support.engines import remove_indexes
from tests.support.ports import free_port
from tests.support.small_library import EBOOK_ID, REEF_ID, documents, ebook

ROOT: Final = Path(__file__).resolve().parents[2]
DEADLINE_S: Final = 60.0
TITLES: Final = {"id": "Pencarian sedang tidak tersedia", "en": "Search is not available right now"}
PAGES: Final = ("/cari", "/cari?q=karang", f"/katalog/{REEF_ID}", f"/baca/{EBOOK_ID}/5", f"/berkas/{EBOOK_ID}.pdf")
OTHERS: Final = ("/", f"/?id={REEF_ID}", "/health", "/api/v1/search?q=karang", f"/baca/{EBOOK_ID}/5.png")
KEY: Final = "a2F0YS1zYW5kaQ=="


@dataclass(frozen=True, slots=True)
class Portal:
    """A running portal: how it is asked, and what it says in its log."""

    client: httpx.Client
    log: Path

    def seconds_to_say_so(self, path: str) -> float:
        began = time.monotonic()
        assert self.client.get(path).status_code == 503
        return time.monotonic() - began

    def wait_for_results(self) -> None:
        wait_until(lambda: "Terumbu" in self.client.get("/cari?q=karang").text, self.log)


def wait_until(true: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < end, f"not within {DEADLINE_S:.0f} s; the portal says: {log.read_text()[-2000:]}"
        time.sleep(0.1)


@contextmanager
def running(folder: Path, engine: str, index: str, model: str = "none") -> Iterator[Portal]:
    """A portal that takes connections, whether or not its engine does."""
    port = free_port()
    settings = {
        "TELUSUR_DATA": str(folder / "data"),
        "TELUSUR_ENGINE": engine,
        "TELUSUR_ENGINE_INDEX": index,
        "TELUSUR_ENGINE_API_KEY": KEY,  # the tests' node asks for none
        "TELUSUR_MODEL": model,
        "TELUSUR_PORT": str(port),
    }
    log = folder / "portal.log"
    with log.open("wb") as out, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        command = [sys.executable, "-m", "portal.cli", "portal"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        with subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out) as process:
            try:
                wait_until(lambda: process.poll() is not None or listens(client), log)
                assert process.poll() is None, log.read_text()
                yield Portal(client, log)
            finally:
                process.terminate()


def listens(client: httpx.Client) -> bool:
    try:
        return client.get("/robots.txt").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def index(elasticsearch_node: Node) -> Iterator[str]:
    """The small library in the node; gives what its names begin with."""
    name = f"test-{secrets.token_hex(6)}"
    electronic, book, _ = ebook()
    with closing(ElasticEngine(ServerSettings((elasticsearch_node.url,), index=name))) as engine:
        with engine.rebuilding() as writer:
            report = writer.put([*(Entry(document) for document in documents()), Entry(electronic, book.pages)])
        assert not report.refused
    yield name
    remove_indexes((elasticsearch_node.url,), name)


def test_a_portal_without_its_cluster_says_so_in_words_for_readers_and_nothing_of_the_house(
    elasticsearch_stalling: StallingProxy, index: str, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    elasticsearch_stalling.mode = "refuse"
    with running(tmp_path, elasticsearch_stalling.url, index, model=str(tmp_path / "model")) as portal:
        for hl, title in TITLES.items():
            for path in PAGES:
                answer = portal.client.get(path, params={**httpx.URL(path).params, "hl": hl})
                assert (answer.status_code, title in answer.text) == (503, True), path
        node = elasticsearch_stalling.url.removeprefix("http://")
        for path in (*PAGES, *OTHERS):
            answer = portal.client.get(path)
            assert answer.status_code == 503, path
            for word in (node, index, KEY, str(tmp_path), "lastic", "TELUSUR_", "Traceback", "Errno"):
                assert word not in answer.text, path
        error = portal.client.get("/api/v1/search?q=karang&hl=en").json()["error"]
        assert (error["code"], "cannot be opened" in error["message"]) == ("EngineUnavailable", True)
        assert portal.client.get("/health").json()["status"] == "unavailable"
        # There may be vectors, so a model is looked for; there is none in that folder.
        assert "The portal searches by words only." in portal.log.read_text()
        elasticsearch_stalling.mode = "pass"
        portal.wait_for_results()
        for path in (*PAGES[:4], *OTHERS[:4]):
            assert portal.client.get(path).status_code == 200, path


def test_a_silent_cluster_costs_one_reader_a_wait_and_the_next_ones_none(
    elasticsearch_stalling: StallingProxy, index: str, tmp_path: Path
) -> None:
    with running(tmp_path, elasticsearch_stalling.url, index) as portal:
        portal.wait_for_results()
        elasticsearch_stalling.mode = "stall"
        # Nobody asked this before: a page that was just made is given again without the cluster.
        assert portal.seconds_to_say_so("/cari?q=laut") < 2 * READ_TIMEOUT_S
        asked = elasticsearch_stalling.unanswered
        for path in ("/cari?q=karang", "/api/v1/search?q=karang", "/health", "/"):
            assert portal.client.get(path).status_code == 503, path
        assert elasticsearch_stalling.unanswered == asked > 0
        elasticsearch_stalling.mode = "pass"
        portal.wait_for_results()
        log = portal.log.read_text()
    assert log.count("did not answer in time") == log.count("answers again") == 1
    assert not any(word in log for word in ("karang", "laut", KEY, "Traceback"))
