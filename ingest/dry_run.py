"""A load that keeps nothing: what a report would say of files, without an index, an e-book store or vectors."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.ebooks import EbookStore, Hold
from search.document import DocumentId
from search.engine import Entry, IndexInfo, Searcher, WriteReport
from search.engines.checking import sift
from search.errors import IndexMissing


class _Nowhere:
    """Takes what an engine would take."""

    def put(self, entries: Iterable[Entry]) -> WriteReport:
        sound, refused = sift(entries, 0)
        return WriteReport(tuple(entry.document.id for entry in sound), tuple(refused))

    def delete(self, ids: Iterable[DocumentId]) -> int:  # noqa: ARG002 - the seam's words
        return 0


class NoEngine:
    """An engine without an index. To be loaded as a rebuild: nothing is there to be compared with."""

    exclusive = True

    def info(self) -> IndexInfo:
        raise IndexMissing("A dry run has no index.")

    def damaged(self) -> Sequence[str]:
        return ()

    def searcher(self) -> Searcher:
        raise IndexMissing("A dry run has no index.")

    @contextmanager
    def rebuilding(self, embedder: str = "", dimensions: int = 0) -> Iterator[_Nowhere]:  # noqa: ARG002
        yield _Nowhere()

    updating = rebuilding


class NoEbooks(EbookStore):
    """A store that keeps no file."""

    def __init__(self) -> None:
        super().__init__(Path())

    def clear(self) -> None:
        pass

    def add(self, path: Path, sha256: str) -> None:
        pass

    @contextmanager
    def in_use(self) -> Iterator[Hold]:
        yield Hold(None)

    def give_up(self, names: Iterable[str]) -> None:
        pass

    def given_up(self) -> set[str]:
        return set()
