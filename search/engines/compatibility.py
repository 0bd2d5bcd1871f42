"""Whether an index can be used with this version and this model, and what is said when it cannot: for every engine."""

from typing import Final

from search.errors import SchemaMismatch
from search.schema import SCHEMA_VERSION
from search.vectors import Vector

REBUILD: Final = "Make it anew, of everything that it should hold, with: telusur ingest --rebuild PATH..."


def require_same_schema(held: tuple[int, int], layout: int, what: str) -> None:
    """held: layout and schema version of the index. layout: this version's own, of what the engine calls `what`."""
    if held != (layout, SCHEMA_VERSION):
        raise SchemaMismatch(
            f"The index was made by another version (schema {held[1]}, {what} {held[0]}; "
            f"this is {SCHEMA_VERSION} and {layout}). {REBUILD}"
        )


def require_same_model(held: tuple[str, int], embedder: str, dimensions: int) -> None:
    """held: embedder and dimensions of the index's vectors. "" on either side is no model, and agrees with any."""
    if embedder and held[0] and held != (embedder, dimensions):
        raise SchemaMismatch(
            f"The index holds vectors of {held[0]} ({held[1]} dimensions), this load makes those of {embedder} "
            f"({dimensions}). {REBUILD}"
        )


def require_dimensions(held: int, vector: Vector) -> None:
    """held: the dimensions of the index's vectors."""
    if vector.shape != (held,):
        raise SchemaMismatch(
            f"The index holds vectors of {held} dimensions, the embedding model gives "
            f"{vector.shape[-1] if vector.ndim else 0}. Rebuild the index with this model."
        )
