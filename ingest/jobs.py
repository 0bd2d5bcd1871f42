"""What a load is asked to do, and how far it is."""

from dataclasses import dataclass
from pathlib import Path

from search.embedding import Embedder


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is: work done of all there is (FoundFile.effort), items read, seconds gone."""

    file: str
    done: float
    total: float
    read: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """By the work so far; None at the start."""
        if not self.done:
            return None
        return self.seconds * (self.total - self.done) / self.done


@dataclass(frozen=True, slots=True)
class IngestJob:
    """What to load and how. embedder: None for words only."""

    paths: tuple[Path, ...]
    source: str = "katalog"
    embedder: Embedder | None = None
    rebuild: bool = False
    workers: int = 1
