"""What a published index says of the records that a PDF may belong to."""

from collections.abc import Collection, Sequence
from typing import Final

from ingest.linking import is_record, title_words
from search.document import Document, DocumentId
from search.engine import Searcher
from search.query import Clause, Filter, Query
from search.questions import Keyword

# Records that hold the words in a title; among more than these, a second one with just this title may go unseen.
_TITLES_LOOKED_AT: Final = 100


class Published:
    """The records of a published index."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def holding(self, field: str, values: tuple[str, ...], source: str = "") -> Sequence[DocumentId]:
        filters = (Filter(field, values), *((Filter("source", (source,)),) if source else ()))
        return [item.id for item in self._searcher.keyword(Query(filters=filters), depth=2).items]

    def titled(self, words: str) -> Sequence[DocumentId]:
        # No clause asks for the whole title proper; what follows it (other title information) is in the same field.
        holding = Query(parts=(Clause(words, "title", phrase=True),))
        ranking = self._searcher.keyword(holding, depth=_TITLES_LOOKED_AT)
        if ranking.total > len(ranking.items):
            return ()
        documents = self._searcher.fetch([item.id for item in ranking.items])
        return [found.id for found in documents if title_words(found.title) == words and is_record(found)][:2]

    def has(self, id: DocumentId) -> bool:
        return self.document(id) is not None

    def document(self, id: DocumentId) -> Document | None:
        return next(iter(self._searcher.fetch([id])), None)


def ebooks_held(searcher: Searcher, names: Collection[str]) -> set[str]:
    """Of e-book files, by the SHA-256 of their bytes, those that a title of the index has."""
    asked = {name: Keyword(Query(filters=(Filter("ebook_file", (name,)),)), 1) for name in names}
    answers = searcher.answer(tuple(asked.values()))
    return {name for name, question in asked.items() if answers[question].total}
