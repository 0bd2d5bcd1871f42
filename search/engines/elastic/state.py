"""What is published under one name: the indexes behind the aliases, and what they say of themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from search.engines.compatibility import require_same_model, require_same_schema
from search.engines.elastic.mapping import LAYOUT
from search.errors import IndexBusy, SchemaMismatch
from search.publications import UNPUBLISHED, Publications, publications_of
from search.schema import SCHEMA_VERSION

# The generation that the first load makes; loads that come at once to an empty cluster meet in it.
FIRST: Final = "first"
# Those of rebuilds: when they began, and a number drawn by lot.
_GENERATION: Final = rf"(?:{FIRST}|\d{{14}}-[0-9a-f]{{6}})"


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

    def are_of(self, index: str) -> bool:
        """Whether an index is one that a load made under these names; any other is somebody else's."""
        return re.fullmatch(rf"{re.escape(self.prefix)}-(?:records|pages)-{_GENERATION}", index) is not None

    def foreign(self, index: str) -> SchemaMismatch:
        return SchemaMismatch(
            f"{index} in Elasticsearch is not an index of this program. Take it away, or name another one in "
            "TELUSUR_ENGINE_INDEX."
        )

    def generation(self, name: str) -> "Generation":
        return Generation(f"{self.records}-{name}", f"{self.pages}-{name}")


def made_anew() -> IndexBusy:
    """Of a load whose index was replaced under it."""
    return IndexBusy(
        "The index was made anew by another load while this one was writing. Run this load again, so that "
        "nothing of it is missing."
    )


@dataclass(frozen=True, slots=True)
class Generation:
    """The two indexes of a generation."""

    records: str
    pages: str


@dataclass(frozen=True, slots=True)
class State:
    """What the records index says of itself in its mapping. dimensions: 0 when it holds no vectors.

    publications: those of this generation. Of two loads that end at once one may overwrite the other's; a load looks
    whether its own is there, or a later one that dates what it wrote.
    """

    index: str
    layout: int = LAYOUT
    schema_version: int = SCHEMA_VERSION
    embedder: str = ""
    dimensions: int = 0
    publications: Publications = UNPUBLISHED

    def meta(self) -> dict[str, Any]:
        return {
            "layout": self.layout,
            "schema_version": self.schema_version,
            "embedder": self.embedder,
            "dimensions": self.dimensions,
            "publications": self.publications.plain(),
        }

    def require_same_schema(self) -> None:
        require_same_schema((self.layout, self.schema_version), LAYOUT, "mapping")

    def require_same_model(self, embedder: str, dimensions: int) -> None:
        require_same_model((self.embedder, self.dimensions), embedder, dimensions)


def state_of(mappings: Mapping[str, Any]) -> State:
    """The state a mapping answer tells; one without ours has the layout 0. mappings: {index: {"mappings": ...}}."""
    ((index, body),) = mappings.items()
    meta = body.get("mappings", {}).get("_meta", {})
    return State(
        index,
        _number(meta.get("layout")),
        _number(meta.get("schema_version")),
        str(meta.get("embedder", "")),
        _number(meta.get("dimensions")),
        publications_of(meta.get("publications", ())),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
