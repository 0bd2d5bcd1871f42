"""Why a hit is there, and the words of it that show so."""

from collections.abc import Sequence
from typing import Final

from search.document import Document
from search.highlight import Matcher, highlight, snippet
from search.query import Query
from search.results import Highlight, PageHit, Ranked, Reason
from search.schema import FIELDS

_BY_WEIGHT: Final = tuple(field.name for field in sorted(FIELDS, key=lambda field: -field.weight) if field.weight)


class Explaining:
    """Why hits of one query are there. What it asks of a field is worked out once, not for every hit."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._whole = Matcher(query)
        self._named = {clause.field for clause in query.clauses if clause.field}
        self._matchers: dict[str | None, Matcher] = {}

    def reasons(self, document: Document, pages: Sequence[PageHit], near: Ranked | None) -> tuple[Reason, ...]:
        """One reason a field the words stand in, in the order of their weight; then the e-book's pages; then meaning."""
        found = []
        if self._query.wanted:
            for name in _BY_WEIGHT:
                if values := document.fields.get(name):
                    words = dict.fromkeys(word for value in values for word in self._asked_of(name).words_in(value))
                    if words:
                        found.append(Reason("words", name, tuple(words)))
        marked = [page for page in pages if page.snippet.marks]
        if marked:
            texts = [page.snippet.text[start:end] for page in marked for start, end in page.snippet.marks]
            found.append(Reason("words", "pages", tuple(dict.fromkeys(text.lower() for text in texts)), marked[0].page))
        if near is not None:
            found.append(Reason("meaning", page=near.page))
        return tuple(found)

    def title(self, document: Document) -> Highlight:
        """The title with its words marked."""
        return highlight(document.title, self._asked_of("title"))

    def summary(self, document: Document) -> Highlight:
        """The best lines of the summary; of the contents or a note when only they hold the words."""
        texts = [text for name in ("summary", "contents", "note") if (text := document.first(name))]
        holding = (snippet(text, self._whole) for text in texts if self._whole.finds(text))
        marked = next((candidate for candidate in holding if candidate.marks), None)
        return marked or (snippet(texts[0], self._whole) if texts else Highlight(""))

    def _asked_of(self, field: str) -> Matcher:
        """Of the clauses those that were not asked of another field."""
        key = field if field in self._named else None
        if key not in self._matchers:
            self._matchers[key] = Matcher(self._query.keeping(lambda clause: clause.field in (None, key)))
        return self._matchers[key]
