"""A judged corpus as index entries, so that ranking is measured on the path that readers use."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from ingest.passages import split
from ingest.pipeline import embedded
from search.document import Document, Page, Passage
from search.embedding import Embedder
from search.engine import Entry
from search.evaluation import CorpusText

BATCH = 256


def entries_of(texts: Iterable[CorpusText], embedder: Embedder | None) -> Iterator[list[Entry]]:
    """Entries in batches. The text is a summary to the words, and passages of its own to the vectors."""
    remaining = iter(texts)
    while batch := list(islice(remaining, BATCH)):
        yield embedded([_entry(text) for text in batch], embedder)


def _entry(text: CorpusText) -> Entry:
    title = text.title or " ".join(text.text.split()[:12])
    titled = Document(text.id, {"title": (title,)})
    # What the text is called is said with all of its passages, as a record's title stands before its summary.
    pages = (Page(1, "", text.text, section=text.title),) if text.text else ()
    passages = split(titled, pages)
    if text.title and len(passages) > 1:
        passages = passages[1:]
    whole = tuple(Passage(number, passage.text) for number, passage in enumerate(passages))
    return Entry(replace(titled, fields={"title": (title,), "summary": (text.text,)}), (), whole)
