"""Engines for tests, each without an index, and nothing of it left behind."""

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

from elasticsearch import Elasticsearch

from search.engine import Engine
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine
from search.settings import ServerSettings
from tests.support.quick_places import quick_place

Fresh: TypeAlias = Callable[[], AbstractContextManager[Engine]]


@contextmanager
def fresh_embedded() -> Iterator[Engine]:
    folder = Path(tempfile.mkdtemp(prefix="telusur-engine-", dir=quick_place()))
    try:
        yield EmbeddedEngine(folder / "index", heap_bytes=30_000_000)
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """tantivy reads an index a second time just after it was opened, in a thread of its own, and makes a file as a lock
    for that: a folder that is removed within these milliseconds is not empty any more when it should go."""
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)
    shutil.rmtree(folder)


@contextmanager
def fresh_elastic(*urls: str, shards: int = 1) -> Iterator[ElasticEngine]:
    """An engine whose names in the cluster are its own."""
    settings = ServerSettings(urls, index=f"test-{secrets.token_hex(6)}", shards=shards)
    engine = ElasticEngine(settings)
    try:
        yield engine
    finally:
        engine.close()
        remove_indexes(urls, settings.index)


def remove_indexes(urls: tuple[str, ...], prefix: str) -> None:
    with Elasticsearch(list(urls), request_timeout=60) as client:
        names = list(client.indices.get(index=f"{prefix}-*", expand_wildcards="all", features="aliases").body)
        if names:
            client.indices.delete(index=names)
