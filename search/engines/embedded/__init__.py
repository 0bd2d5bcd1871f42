"""The embedded engine: tantivy for words, numpy for vectors, one folder, no server."""

from search.engines.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
