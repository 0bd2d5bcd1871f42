"""What a load is asked to do, and how far it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from ingest.harvest import Harvest
from ingest.readers.columns import TableMapping
from ingest.readers.ocr import Ocr
from search.embedding import Embedder


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is: work done of all there is (FoundFile.effort; records of a repository), items that are in one of
    the report's counts, seconds gone.

    What is only read counts for a part of its work. total is 0 where nobody knows it.
    """

    file: str
    done: float
    total: float
    read: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """By the work so far; None at the start."""
        if not self.done or not self.total:
            return None
        return self.seconds * (self.total - self.done) / self.done


Missing = Literal["told", "removed", "ignored"]

# A stopped or killed load loses at most this much work; publishing costs well under a second.
CHECKPOINT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class IngestJob:
    """What to load and how.

    paths, or a repository to harvest. embedder: None for words only. checkpoint_s: how often what is written is
    published, in seconds. columns: how tables are read, None for the maps that come with us. ocr: how pages of
    pictures are read, None to leave them without text. dry: nothing is kept, so nothing can be given up.
    links: whether files in a folder may be links to others; not where strangers put the folder there. missing: what
    becomes of e-books whose files were in a folder of `paths` before and are there no more.
    """

    paths: tuple[Path, ...] = ()
    source: str = "katalog"
    embedder: Embedder | None = None
    rebuild: bool = False
    workers: int = 1
    harvest: Harvest | None = None
    checkpoint_s: float = CHECKPOINT_S
    columns: TableMapping | None = None
    ocr: Ocr | None = None
    dry: bool = False
    links: bool = True
    missing: Missing = "told"
