"""The engines the suite runs over. Another engine is another line in FRESH."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

import pytest

from search.engine import Engine
from tests.support.elasticsearch.node import Node
from tests.support.engines import Fresh, fresh_elastic, fresh_embedded

FRESH: Final[Mapping[str, Callable[[pytest.FixtureRequest], Fresh]]] = {
    "embedded": lambda _: fresh_embedded,
    # Shards count and score by themselves; what is shown must not depend on there being several.
    "elasticsearch": lambda request: partial(fresh_elastic, _node(request).url, shards=2),
}


def _node(request: pytest.FixtureRequest) -> Node:
    node: Node = request.getfixturevalue("elasticsearch_node")
    return node


@pytest.fixture(scope="session", params=sorted(FRESH))
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """Opens an engine without an index."""
    return FRESH[request.param](request)


@pytest.fixture
def engine(fresh: Fresh) -> Iterator[Engine]:
    """An engine without an index."""
    with fresh() as opened:
        yield opened


@pytest.fixture(params=["embedded"])
def exclusive_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine of one writer at a time, and updates that are published whole or not at all."""
    with FRESH[request.param](request)() as opened:
        assert opened.exclusive
        yield opened


@pytest.fixture(params=["elasticsearch"])
def shared_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine that several writers may update at once."""
    with FRESH[request.param](request)() as opened:
        assert not opened.exclusive
        yield opened
