"""What a search needs to be told: where, with which engine, with which model."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

EMBEDDED: Final = "embedded"
NO_MODEL: Final = "none"


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """An Elasticsearch cluster. urls: several nodes of it, any of which may be away.

    api_key goes before user and password; all empty for a cluster without them. ca: path of a certificate authority's
    file, "" for those the machine trusts. index: begins the names of everything of ours in the cluster.
    shards: parts a new index is made of.
    """

    urls: tuple[str, ...] = ()
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca: str = ""
    index: str = "telusur"
    shards: int = 1


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """server: the cluster that is the engine, None for the embedded one. model: "" shipped, "none", or a folder or name."""

    data: Path
    server: ServerSettings | None = None
    model: str = ""

    @property
    def index(self) -> tuple[str, ...]:
        """What tells the index from others that are built with one data folder: the addresses of its cluster and its
        name there."""
        if self.server is None:
            return (EMBEDDED,)
        return (*sorted(url.rstrip("/") for url in self.server.urls), self.server.index)
