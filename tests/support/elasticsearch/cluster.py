"""Three Elasticsearch nodes that form one cluster: for replicas, lost nodes, and clients that know several hosts."""

from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.support.elasticsearch.node import FAST_START, HOST, Node
from tests.support.ports import free_port

NAMES: Final = ("node-1", "node-2", "node-3")
HEAP: Final = "512m"


class Cluster:
    """The nodes are public: a test kills, pauses and starts the one it likes, and asks for `wait_until_whole`."""

    def __init__(self, folder: Path, *, heap: str = HEAP) -> None:
        ports = [free_port() for _ in NAMES]
        self.snapshots = folder / "snapshots"  # one for all, as a repository on shared disk has to be
        self.nodes = tuple(
            Node(
                folder / name,
                name=name,
                heap=heap,
                transport_port=port,
                java_options=FAST_START,
                settings={
                    "cluster.name": f"tests-{ports[0]}",
                    "discovery.type": "multi-node",
                    "discovery.seed_hosts": [f"{HOST}:{each}" for each in ports],
                    "cluster.initial_master_nodes": list(NAMES),
                    "path.repo": [str(self.snapshots)],
                },
            )
            for name, port in zip(NAMES, ports, strict=True)
        )

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(node.url for node in self.nodes)

    def start(self) -> None:
        """All nodes at once: none is ready before a majority of them is."""
        self.snapshots.mkdir(parents=True, exist_ok=True)
        try:
            for node in self.nodes:
                node.start(wait=False)
            self.wait_until_whole()
        except BaseException:
            self.stop()
            raise

    def wait_until_whole(self) -> None:
        """Returns when every node sees every node and the health is green."""
        for node in self.nodes:
            node.wait_until_ready(nodes=len(self.nodes), status="green")

    def stop(self) -> None:
        with ExitStack() as stack:  # the next is stopped even when one fails
            for node in self.nodes:
                stack.callback(node.stop)


def start_cluster(folder: Path, *, heap: str = HEAP) -> Cluster:
    """Three running nodes on `folder`. Their `stop` is the caller's."""
    cluster = Cluster(folder, heap=heap)
    cluster.start()
    return cluster
