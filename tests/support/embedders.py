"""An embedder for tests that need vectors but not meaning: quick, the same everywhere."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from search import analysis
from search.engine import Matrix, Vector


class LetterEmbedder:
    """Vectors of how often each letter stands in a text; counts the texts it was given."""

    name = "letters"
    dimensions = 26
    floor = 0.43
    weighs_words = False

    def __init__(self, languages: frozenset[str] | None = None) -> None:
        self.languages = languages
        self.embedded = 0

    def passages(self, texts: Sequence[str]) -> Matrix:
        self.embedded += len(texts)
        return np.stack([self.query(text) for text in texts]) if texts else np.empty((0, 26), np.float32)

    def knows(self, text: str) -> bool:
        return True

    def query(self, text: str, telling: Mapping[str, float] | None = None) -> Vector:
        # A little of every letter, so that no text has the zero vector.
        counts = np.array([text.lower().count(chr(97 + n)) + 0.01 for n in range(26)], dtype=np.float32)
        return np.asarray(counts / np.linalg.norm(counts), dtype=np.float32)


class WordEmbedder:
    """Vectors by which texts are near that share words: each word points somewhere, always the same way."""

    name = "words"
    languages: frozenset[str] | None = None
    floor = 0.43
    weighs_words = True

    def __init__(self, dimensions: int = 64) -> None:
        self.dimensions = dimensions
        self._directions: dict[str, Vector] = {}

    def passages(self, texts: Sequence[str]) -> Matrix:
        return np.stack([self.query(text) for text in texts]) if texts else np.empty((0, self.dimensions), np.float32)

    def knows(self, text: str) -> bool:
        return True

    def query(self, text: str, telling: Mapping[str, float] | None = None) -> Vector:
        # A little of one direction, so that a text without words has a vector too.
        told = telling or {}
        total = self._direction("") * 0.1 + sum(
            self._direction(word) * np.float32(told.get(word, 1.0)) for word in analysis.plain_words(text)
        )
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def _direction(self, word: str) -> Vector:
        if word not in self._directions:
            seed = np.frombuffer(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], np.uint64)
            drawn = np.random.default_rng(int(seed[0])).standard_normal(self.dimensions).astype(np.float32)
            # Frequent words say little; long ones tend to be rare.
            self._directions[word] = drawn * np.float32(min(len(word), 12))
        return self._directions[word]
