"""Settings to services: the only place that chooses an engine."""

from search.embedding import Embedder, SentenceTransformerEmbedder
from search.engine import Engine
from search.errors import EngineUnavailable
from search.settings import EMBEDDED, NO_MODEL, SearchSettings


def open_engine(settings: SearchSettings) -> Engine:
    """The engine the settings name. Opens no index yet."""
    if settings.engine == EMBEDDED:
        # Imported when named, so that a library with a cluster needs no tantivy.
        from search.engines.embedded import EmbeddedEngine

        return EmbeddedEngine(settings.data / "index")
    raise EngineUnavailable(f"TELUSUR_ENGINE={settings.engine} is not an engine of this version; use {EMBEDDED!r}.")


def open_embedder(settings: SearchSettings) -> Embedder | None:
    """The model the settings name, loaded; None for "none". Raises EmbedderMissing."""
    return None if settings.model == NO_MODEL else SentenceTransformerEmbedder(settings.model)
