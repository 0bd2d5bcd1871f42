"""Settings to services: the only place that chooses an engine."""

from search.embedding import Embedder
from search.engine import Engine
from search.errors import EngineUnavailable
from search.settings import NO_MODEL, SearchSettings
from search.static_embedding import StaticEmbedder


def open_engine(settings: SearchSettings) -> Engine:
    """The engine the settings name. Opens no index and no connection yet. Raises EngineUnavailable."""
    # An engine is imported when it is named: a library with a cluster needs no tantivy, and the other way round.
    if settings.server is None:
        from search.engines.embedded import EmbeddedEngine

        return EmbeddedEngine(settings.data / "index")
    try:
        from search.engines.elastic import ElasticEngine
    except ImportError as error:
        raise EngineUnavailable(
            'Elasticsearch needs its Python client, which is not installed. Install it with: pip install "telusur[elastic]"'
        ) from error
    return ElasticEngine(settings.server)


def open_embedder(settings: SearchSettings) -> Embedder | None:
    """The model the settings name, loaded; None for "none". Raises EmbedderMissing."""
    if settings.model == NO_MODEL:
        return None
    if not settings.model:
        return StaticEmbedder()
    # Importing it costs nothing, but opening it brings torch into the process.
    from search.sentence_embedding import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(settings.model)
