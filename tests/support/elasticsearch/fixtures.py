"""Fixtures over the Elasticsearch of this package. A node starts when the first test asks for it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.elasticsearch.cluster import Cluster, start_cluster
from tests.support.elasticsearch.installation import unavailable
from tests.support.elasticsearch.jars import Unavailable
from tests.support.elasticsearch.node import FAST_START, Node, start_node
from tests.support.elasticsearch.proxies import StallingProxy, TlsPasswordProxy
from tests.support.nginx import nginx_program
from tests.support.quick_places import quick_folder


@pytest.fixture(scope="session")
def elasticsearch_installed() -> None:
    """Skips where no Elasticsearch can run, except where CI is set: there a skip would hide that nothing was tested."""
    if reason := unavailable():
        if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def elasticsearch_node(elasticsearch_installed: None) -> Iterator[Node]:
    """One node for the whole run. A test that stops or kills one starts its own with `start_node` instead."""
    with quick_folder("elasticsearch") as folder, start_node(folder, java_options=FAST_START) as node:
        yield node


@pytest.fixture(scope="module")
def elasticsearch_cluster(elasticsearch_installed: None) -> Iterator[Cluster]:
    """Three nodes for one module: its tests may kill one, and start it again before they end."""
    with ExitStack() as stack:
        cluster = start_cluster(stack.enter_context(quick_folder("elasticsearch-cluster")))
        for node in cluster.nodes:
            stack.enter_context(node)
        yield cluster


@pytest.fixture
def elasticsearch_stalling(elasticsearch_node: Node) -> Iterator[StallingProxy]:
    """A proxy to the one node that passes everything, until the test changes its mode."""
    with StallingProxy(elasticsearch_node.url) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def elasticsearch_tls(elasticsearch_node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsPasswordProxy]:
    """The one node behind TLS and credentials. Skips without nginx, which is a system package and needs root."""
    try:
        nginx_program()
    except Unavailable as reason:
        pytest.skip(str(reason))
    with TlsPasswordProxy(elasticsearch_node.url, tmp_path_factory.mktemp("nginx")) as proxy:
        yield proxy
