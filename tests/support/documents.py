"""Small documents and entries for tests."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from search.document import Document, DocumentId, Page, Passage
from search.engine import Entry, Vector
from search.engines.embedded import EmbeddedEngine


def document(id: str, title: str = "", **fields: str | Sequence[str]) -> Document:
    """A document; a field may be given as one text or several."""
    named = {"title": title, **fields} if title else fields
    values = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in named.items()}
    return Document(DocumentId(id), {name: given for name, given in values.items() if given})


def entry(
    id: str,
    title: str = "",
    *,
    pages: Sequence[str] = (),
    vectors: Sequence[Vector] = (),
    **fields: str | Sequence[str],
) -> Entry:
    """An entry. pages: their texts, numbered from 1. vectors: of the record, then of one page each."""
    passages = tuple(Passage(number, "", number, number) for number in range(len(vectors)))
    return Entry(
        document(id, title, **fields),
        tuple(Page(number, str(number), text) for number, text in enumerate(pages, start=1)),
        passages,
        np.stack(vectors) if len(vectors) else None,
    )


def unit(*values: float) -> Vector:
    """A vector of unit length in the direction of `values`."""
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def loaded(folder: Path, *entries: Entry) -> EmbeddedEngine:
    """The embedded engine of a folder, with these documents put into it."""
    engine = EmbeddedEngine(folder)
    with engine.updating() as writer:
        writer.put(entries)
    return engine
