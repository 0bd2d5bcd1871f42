"""Real titles of the sample records, for tests of what is handed out."""

from functools import cache

from marc_samples import SAMPLES
from search.document import Document
from tests.support.catalogue import documents


@cache
def sample_documents() -> tuple[Document, ...]:
    found = tuple(documents([SAMPLES]))
    assert len(found) > 600
    return found
