"""A library that starts empty, and loads into it."""

from pathlib import Path

from ingest.ebooks import EbookStore
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from ingest.report import IngestReport
from ingest.tombstones import Tombstones
from search.discovery import Discovery
from search.document import Document, DocumentId
from search.engines.embedded import EmbeddedEngine
from search.query_language import parse


class Library:
    """An empty index and e-book store in a folder, and loads into it."""

    def __init__(self, folder: Path, ebooks: Path | None = None, name: str = "") -> None:
        """ebooks: the folder of a store that is shared. name: that of the index."""
        self.engine = EmbeddedEngine(folder / "index")
        self.ebooks = EbookStore(ebooks or folder / "ebooks", name)
        self.discovery = Discovery(self.engine)
        self.tombstones = Tombstones(folder / "tombstones.sqlite3")

    def load(self, *paths: Path, **options: object) -> IngestReport:
        job = IngestJob(paths, **options)  # type: ignore[arg-type]
        return Load(self.engine, self.ebooks, job, tombstones=self.tombstones).run()

    def document(self, id: str) -> Document | None:
        return self.discovery.document(DocumentId(id))

    def titles(self, text: str) -> list[str]:
        return [hit.document.title for hit in self.discovery.search(parse(text)).hits]
