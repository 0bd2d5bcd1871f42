"""Texts to vectors: what an embedding model is to search, whichever it is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from search.engine import Matrix, Vector


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

    @property
    def floor(self) -> float:
        """The cosine from which a text may be near in meaning to a question; below it, so is typed nonsense."""
        ...

    def passages(self, texts: Sequence[str]) -> Matrix:
        """One row a text, in order: shape (len(texts), dimensions)."""
        ...

    def knows(self, text: str) -> bool:
        """Whether it knows any word of a text, by more than some of its letters. To a model all that it does not know is alike,
        whatever it means."""
        ...

    @property
    def weighs_words(self) -> bool:
        """Whether `query` heeds what is told of words."""
        ...

    def query(self, text: str, telling: Mapping[str, float] | None = None) -> Vector:
        """The vector of a search text: shape (dimensions,).

        telling: what its folded words count, compared with each other (search.telling); None for all the same.
        """
        ...
