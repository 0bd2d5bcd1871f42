"""Settings to services: the only place that chooses an engine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from search.discovery import Discovery
from search.embedding import Embedder, SentenceTransformerEmbedder
from search.engine import Engine
from search.errors import EngineUnavailable

EMBEDDED: Final = "embedded"
NO_MODEL: Final = "none"


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """engine: "embedded" or the URL of an Elasticsearch. model: "" shipped, "none", or a folder or name."""

    data: Path
    engine: str = EMBEDDED
    model: str = ""


def open_engine(settings: SearchSettings) -> Engine:
    """The engine the settings name. Opens no index yet."""
    if settings.engine == EMBEDDED:
        # Imported when named, so that a library with a cluster needs no tantivy.
        from search.engines.embedded import EmbeddedEngine

        return EmbeddedEngine(settings.data / "index")
    raise EngineUnavailable(
        f"TELUSUR_ENGINE={settings.engine} is not an engine of this version; use {EMBEDDED!r}."
    )


def open_embedder(settings: SearchSettings) -> Embedder | None:
    """The model the settings name, loaded; None for "none". Raises EmbedderMissing."""
    return None if settings.model == NO_MODEL else SentenceTransformerEmbedder(settings.model)


def open_discovery(settings: SearchSettings, embedder: Embedder | None) -> Discovery:
    return Discovery(open_engine(settings), embedder)
