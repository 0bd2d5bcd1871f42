"""Who writes: each open writer announces itself in the cluster, and a rebuild is alone.

A lease is a document that is renewed while the writer lives. That of a process that was killed runs
out after LEASE_S; until then only rebuilds wait for it. Clocks of the loading machines must agree
within less than that.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Literal

from search.engines.elastic.cluster import PATIENCE_S, Cluster
from search.engines.elastic.state import Names
from search.errors import IndexBusy, SearchError

logger = logging.getLogger(__name__)

LEASE_S: Final = 120.0
_RENEWALS: Final = 6  # in the time of a lease, so that some may fail
_TIMEOUT_S: Final = 10.0  # a load that ends waits no longer for its last renewal
_AGAIN_S: Final = 2.0  # after a renewal that failed

Kind = Literal["update", "rebuild"]

_MAPPINGS: Final = {
    "dynamic": "strict",
    "properties": {
        "kind": {"type": "keyword"},
        "holder": {"type": "keyword", "index": False},
        "until": {"type": "double"},  # seconds since 1970
    },
}


@contextmanager
def leased(cluster: Cluster, names: Names, kind: Kind) -> Iterator["Lease"]:
    """Holds a lease. Raises IndexBusy when a rebuild is open, or, for a rebuild, any other writer."""
    lease = Lease(cluster, names, kind)
    lease.renew()  # announced first, looked around second: of two that come at once, none overlooks the other
    try:
        rival = lease.rival()
        if rival:
            raise IndexBusy(
                f"Another load is writing to the index {names.prefix!r} ({rival}). Wait until it has finished, then "
                f"try again; one that was killed is waited for {LEASE_S:.0f} seconds."
            )
        with lease.kept():
            yield lease
    finally:
        with suppress(SearchError):  # it runs out by itself
            lease.give_back()


class Lease:
    """One writer's announcement."""

    def __init__(self, cluster: Cluster, names: Names, kind: Kind) -> None:
        self._cluster, self._index, self._kind = cluster, names.writers, kind
        self._id = secrets.token_hex(8)
        self._holder = f"process {os.getpid()} on {socket.gethostname()}"
        self._until = 0.0

    @property
    def lost(self) -> bool:
        """It could not be renewed in time, so another writer may have come in."""
        return time.time() > self._until

    def renew(self, patience_s: float = PATIENCE_S) -> None:
        until = time.time() + LEASE_S
        document = {"kind": self._kind, "holder": self._holder, "until": until}
        self._make_index()
        self._cluster.write(
            "note who writes",
            lambda client: client.index(
                index=self._index, id=self._id, document=document, refresh=True, timeout=f"{_TIMEOUT_S / 2:.0f}s"
            ),
            patience_s,
            _TIMEOUT_S,
        )
        self._until = until

    def rival(self) -> str:
        """Another writer that bars this one, in words; "" when there is none."""
        live = {"range": {"until": {"gt": time.time()}}}
        kinds = ["rebuild"] if self._kind == "update" else ["rebuild", "update"]
        query = {"bool": {"filter": [live, {"terms": {"kind": kinds}}], "must_not": [{"ids": {"values": [self._id]}}]}}
        found = self._cluster.write(
            "see who writes",
            lambda client: client.search(index=self._index, query=query, size=1, allow_partial_search_results=False),
        )
        return next((str(hit["_source"]["holder"]) for hit in found["hits"]["hits"]), "")

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renews the lease from time to time while the block runs."""
        over = threading.Event()

        def renewing() -> None:
            pause_s, told = LEASE_S / _RENEWALS, False
            while not over.wait(pause_s):
                try:
                    self.renew(patience_s=0)
                    pause_s, told = LEASE_S / _RENEWALS, False
                except SearchError as error:
                    if not told:  # of a cluster that is away, once for all tries
                        logger.warning("The lease of this load could not be renewed: %s", error)
                    pause_s, told = _AGAIN_S, True

        thread = threading.Thread(target=renewing, name="telusur-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def give_back(self) -> None:
        self._cluster.write(
            "take back a note",
            lambda client: client.options(ignore_status=404).delete(index=self._index, id=self._id, refresh=True),
            patience_s=0,
            timeout_s=_TIMEOUT_S,
        )

    def _make_index(self) -> None:
        if self._until:
            return
        settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "hidden": True}
        self._cluster.make_index("note who writes", self._index, settings=settings, mappings=_MAPPINGS)
