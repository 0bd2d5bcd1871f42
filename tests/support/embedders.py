"""An embedder for tests that need vectors but not meaning: quick, the same everywhere."""

from collections.abc import Sequence

import numpy as np

from search.engine import Matrix, Vector


class LetterEmbedder:
    """Vectors of how often each letter stands in a text; counts the texts it was given."""

    name = "letters"
    dimensions = 26

    def __init__(self, languages: frozenset[str] | None = None) -> None:
        self.languages = languages
        self.embedded = 0

    def passages(self, texts: Sequence[str]) -> Matrix:
        self.embedded += len(texts)
        return np.stack([self.query(text) for text in texts]) if texts else np.empty((0, 26), np.float32)

    def query(self, text: str) -> Vector:
        # A little of every letter, so that no text has the zero vector.
        counts = np.array([text.lower().count(chr(97 + n)) + 0.01 for n in range(26)], dtype=np.float32)
        return np.asarray(counts / np.linalg.norm(counts), dtype=np.float32)
