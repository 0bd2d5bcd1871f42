"""Real records as index entries, straight from files: for tests and benchmarks that fill more than one engine."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from ingest.files import find, open_stream
from ingest.mappings.marc21 import is_deleted, to_document
from ingest.passages import split
from ingest.pipeline import embedded
from ingest.readers import marc, marcxml
from ingest.source import Rejected, SourceRecord
from search.document import Document
from search.embedding import Embedder
from search.engine import Entry

_READERS = {"marc": marc.read, "marcxml": marcxml.read}


def documents(paths: Iterable[Path], from_each: int | None = None) -> Iterator[Document]:
    """The documents of all sound records in these files, each id once, the first of it.

    from_each: read so many records of a file at most, so that a few thousand come from all of them.
    """
    seen = set()
    for found in find(paths):
        if isinstance(found, Rejected) or found.kind == "pdf":
            continue
        with open_stream(found) as (stream, _):
            for item in islice(_READERS[found.kind](stream, str(found.path)), from_each):
                made = to_document(item, "x") if isinstance(item, SourceRecord) and not is_deleted(item) else None
                if isinstance(made, Document) and made.id not in seen:
                    seen.add(made.id)
                    yield made


def entries(made: Iterable[Document], embedder: Embedder | None) -> list[Entry]:
    """Entries without e-books, with vectors if there is an embedder."""
    return embedded([Entry(d, (), split(d, ()) if embedder else ()) for d in made], embedder)
