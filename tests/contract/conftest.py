"""The engines the suite runs over. Another engine is another line in ENGINES."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from search.engine import Engine
from search.engines.embedded import EmbeddedEngine

ENGINES: Final[Mapping[str, Callable[[Path], Engine]]] = {
    "embedded": lambda folder: EmbeddedEngine(folder / "index", heap_bytes=30_000_000),
}


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An engine without an index."""
    return ENGINES[request.param](tmp_path)
