"""The embedded engine: searchers of the published generation, and loads that make the next one."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from search.engine import IndexInfo
from search.engines.compatibility import require_same_model, require_same_schema
from search.engines.embedded.generations import Generation, Generations, Manifest
from search.engines.embedded.guard import not_written
from search.engines.embedded.searcher import EmbeddedSearcher
from search.engines.embedded.words import LAYOUT
from search.engines.embedded.writer import EmbeddedWriter
from search.errors import EngineUnavailable, IndexGone, IndexMissing
from search.schema import SCHEMA_VERSION

# Where a batch of records does not fit into its part, it becomes several segments, which are joined later.
HEAP_BYTES: Final = 192_000_000
_TRIES: Final = 3


class EmbeddedEngine:
    """One folder, no server. One writer at a time, of any process; readers are never blocked."""

    exclusive = True

    def __init__(self, root: Path, *, heap_bytes: int = HEAP_BYTES) -> None:
        self._root = root
        self._generations = Generations(root)
        self._heap_bytes = heap_bytes
        self._searcher: EmbeddedSearcher | None = None

    def info(self) -> IndexInfo:
        generation = self._current()
        manifest = generation.manifest
        return IndexInfo(
            engine="embedded",
            schema_version=manifest.schema_version,
            embedder=manifest.embedder,
            dimensions=manifest.dimensions,
            documents=manifest.documents,
            pages=manifest.pages,
            passages=manifest.passages,
            generation=generation.name,
            size_bytes=manifest.size_bytes,
        )

    def damaged(self) -> list[str]:
        """Files whose bytes have changed since they were written; reads the whole index."""
        return self._generations.damaged()

    def searcher(self) -> EmbeddedSearcher:
        held = self._searcher
        if held is not None and held.generation == self._generations.published():
            return held
        for _ in range(_TRIES - 1):
            published = self._generations.published()
            # Two publications while we open remove the folder under us: then the newest is another one.
            with suppress(EngineUnavailable):
                return self._open()
            if published == self._generations.published():
                break
        return self._open()

    def _current(self) -> Generation:
        try:
            return self._generations.current()
        except IndexMissing as error:
            if self._searcher is None:
                raise
            # A disk that is away, a folder that was moved: who has searched here is not to be told to load records.
            raise IndexGone(
                f"The index that was in {self._root.absolute()} is no longer there. Put the folder back, "
                "or see that its disk is there; without a backup, load the records again."
            ) from error

    def _open(self) -> EmbeddedSearcher:
        generation = self._current()
        _require_usable(generation.manifest)
        self._searcher = EmbeddedSearcher(generation)
        return self._searcher

    @contextmanager
    def updating(self, embedder: str = "", dimensions: int = 0) -> Iterator[EmbeddedWriter]:
        with self._generations.writing():
            base: Generation | None = None
            with suppress(IndexMissing):
                base = self._generations.current()
                _require_usable(base.manifest)
                require_same_model((base.manifest.embedder, base.manifest.dimensions), embedder, dimensions)
            with self._load(base, embedder, dimensions) as writer:
                yield writer

    @contextmanager
    def rebuilding(self, embedder: str = "", dimensions: int = 0) -> Iterator[EmbeddedWriter]:
        with self._generations.writing(), self._load(None, embedder, dimensions) as writer:
            yield writer

    @contextmanager
    def _load(self, base: Generation | None, embedder: str, dimensions: int) -> Iterator[EmbeddedWriter]:
        """Makes the generation after `base`, and publishes it when the block ends without an exception."""
        manifest = Manifest(LAYOUT, SCHEMA_VERSION) if base is None else base.manifest
        manifest = replace(
            manifest, embedder=embedder or manifest.embedder, dimensions=dimensions or manifest.dimensions
        )
        try:
            folder = self._generations.begin(base)
        except OSError as error:
            raise not_written(error) from error
        writer: EmbeddedWriter | None = None
        try:
            writer = EmbeddedWriter(folder, embedder, manifest.dimensions, self._heap_bytes, manifest.publications.last)
            yield writer
            counts = writer.close()
            finished = replace(manifest, documents=counts.documents, pages=counts.pages, passages=counts.passages)
            self._generations.publish(folder, finished, base, counts.stamp)
        except BaseException as error:
            if writer is not None:
                with suppress(EngineUnavailable):
                    writer.abandon()
            self._generations.discard(folder)
            if isinstance(error, OSError):
                raise not_written(error) from error
            raise


def _require_usable(manifest: Manifest) -> None:
    require_same_schema((manifest.layout, manifest.schema_version), LAYOUT, "files")
