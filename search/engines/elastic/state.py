"""What is published under one name: the indexes behind the aliases, and what they say of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from search.engines.elastic.mapping import LAYOUT
from search.errors import SchemaMismatch
from search.schema import SCHEMA_VERSION

REBUILD = "Make it anew with: telusur ingest --rebuild PATH"


@dataclass(frozen=True, slots=True)
class Names:
    """Names in the cluster that begin with `prefix`. records and pages are aliases of the published indexes."""

    prefix: str

    @property
    def records(self) -> str:
        return f"{self.prefix}-records"

    @property
    def pages(self) -> str:
        return f"{self.prefix}-pages"

    @property
    def writers(self) -> str:
        return f"{self.prefix}-writers"

    def generation(self, name: str) -> "Generation":
        return Generation(name, f"{self.records}-{name}", f"{self.pages}-{name}")


@dataclass(frozen=True, slots=True)
class Generation:
    """The two indexes of a generation."""

    name: str
    records: str
    pages: str


@dataclass(frozen=True, slots=True)
class State:
    """What the records index says of itself in its mapping. dimensions: 0 when it holds no vectors."""

    index: str
    layout: int = LAYOUT
    schema_version: int = SCHEMA_VERSION
    embedder: str = ""
    dimensions: int = 0

    def meta(self) -> dict[str, Any]:
        return {
            "layout": self.layout,
            "schema_version": self.schema_version,
            "embedder": self.embedder,
            "dimensions": self.dimensions,
        }

    def require_same_schema(self) -> None:
        if (self.layout, self.schema_version) != (LAYOUT, SCHEMA_VERSION):
            raise SchemaMismatch(
                f"The index was made by another version (schema {self.schema_version}, mapping {self.layout}; "
                f"this is {SCHEMA_VERSION} and {LAYOUT}). {REBUILD}"
            )

    def require_same_model(self, embedder: str, dimensions: int) -> None:
        held = (self.embedder, self.dimensions)
        if embedder and self.embedder and held != (embedder, dimensions):
            raise SchemaMismatch(
                f"The index holds vectors of {held[0]} ({held[1]} dimensions), this load makes those of {embedder} "
                f"({dimensions}). {REBUILD}"
            )


def state_of(mappings: Mapping[str, Any]) -> State:
    """The state a mapping answer tells; one of a foreign index differs in layout. mappings: {index: {"mappings": ...}}."""
    ((index, body),) = mappings.items()
    meta = body.get("mappings", {}).get("_meta", {})
    return State(
        index,
        int(meta.get("layout", 0)),
        int(meta.get("schema_version", 0)),
        str(meta.get("embedder", "")),
        int(meta.get("dimensions", 0)),
    )
