"""Why a hit is there, and the words of it that show so."""

from collections.abc import Sequence, Set
from functools import cached_property
from typing import Final, Literal

from search.analysis import is_plain, plain_words, words_among
from search.document import Document
from search.highlight import Matcher, highlight, snippet
from search.query import BODY, Query
from search.results import Highlight, PageHit, Ranked, Reason
from search.schema import FIELDS

_BY_WEIGHT: Final = tuple(field.name for field in sorted(FIELDS, key=lambda field: -field.weight) if field.weight)

# The values of each field, with their words.
_Said = list[tuple[str, list[tuple[str, Sequence[str]]]]]


class _Asked:
    """What a query asks of each field, worked out once and not for every hit."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self.named = {clause.field for clause in query.clauses if clause.field}
        self._matchers: dict[str | None, Matcher] = {}

    def of(self, field: str) -> Matcher:
        """The clauses that were not asked of another field."""
        key = field if field in self.named else None
        if key not in self._matchers:
            self._matchers[key] = Matcher(self._query.keeping(lambda clause: clause.field in (None, key)))
        return self._matchers[key]


class Explaining:
    """Why hits of one query are there."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._asked = _Asked(query)
        typed = query.as_typed()
        self._typed = _Asked(typed) if typed != query else self._asked
        # Of each value: the same headings and publishers stand in hit after hit.
        self._words: dict[str, Sequence[str]] = {}

    @cached_property  # who asks for reasons alone needs none
    def _whole(self) -> Matcher:
        return Matcher(self._query) if self._asked.named else self._asked.of("")

    def reasons(self, document: Document, pages: Sequence[PageHit], near: Ranked | None) -> tuple[Reason, ...]:
        """One reason a field the words stand in, in the order of their weight, or where none does, their translations;
        then the e-book's pages, for their words or their translations; then meaning."""
        found: list[Reason] = []
        if self._query.wanted:
            said = self._said(document)
            found = _of_words(said, self._typed, "words")
            if not found and self._asked is not self._typed:
                found = _of_words(said, self._asked, "translation")
        marked = [page for page in pages if page.snippet.marks]
        if marked:
            texts = [page.snippet.text[start:end] for page in marked for start, end in page.snippet.marks]
            words = tuple(dict.fromkeys(text.lower() for text in texts))
            kind: Literal["words", "translation"] = "translation"
            typed = self._typed.of(BODY)
            if any(typed.matching(set(plain_words(word))) for word in words):
                kind = "words"
            found.append(Reason(kind, "pages", words, marked[0].page))
        if near is not None:
            found.append(Reason("meaning", page=near.page))
        return tuple(found)

    def _said(self, document: Document) -> _Said:
        """What a document says, the fields in the order of their weight."""
        held, words = document.fields, self._words
        said: _Said = []
        for name in _BY_WEIGHT:
            if name in held:
                for value in held[name]:
                    if value not in words:
                        words[value] = plain_words(value)
                said.append((name, [(value, words[value]) for value in held[name]]))
        return said

    def title(self, document: Document) -> Highlight:
        """The title with its words marked."""
        return highlight(document.title, self._asked.of("title"))

    def summary(self, document: Document) -> Highlight:
        """The best lines of the summary; of the contents or a note when only they hold the words."""
        texts = [text for name in ("summary", "contents", "note") if (text := document.first(name))]
        holding = (snippet(text, self._whole) for text in texts if self._whole.finds(text))
        marked = next((candidate for candidate in holding if candidate.marks), None)
        return marked or (snippet(texts[0], self._whole) if texts else Highlight(""))


def _of_words(said: _Said, asked: _Asked, kind: Literal["words", "translation"]) -> list[Reason]:
    every_word: set[str] = set().union(*(words for _, values in said for _, words in values))
    matching = {matcher: matcher.matching(every_word) for matcher in {asked.of(name) for name, _ in said}}
    found = []
    for name, values in said:
        matcher = asked.of(name)
        wanted = matching[matcher]
        texts = [(value, words) for value, words in values if not wanted.isdisjoint(words)]
        if matcher.has_phrases:
            marked = [value[word.start : word.end].lower() for value, _ in texts for word in matcher.found_in(value)]
        else:
            marked = [word for value, words in texts for word in _as_written(value, words, wanted)]
        if marked:
            found.append(Reason(kind, name, tuple(dict.fromkeys(marked))))
    return found


def _as_written(text: str, words: Sequence[str], wanted: Set[str]) -> list[str]:
    """The wanted ones of a text's words, as they stand there but in lower case."""
    if is_plain(text):
        return [word for word in words if word in wanted]
    return [text[word.start : word.end].lower() for word in words_among(text, wanted.__contains__)]


# What a reader takes for a likeness of two documents, the most telling first.
_SHARED_FIELDS: Final = ("title_uniform", "series", "contributor", "subject", "topic")


def likeness(document: Document, other: Document, near: bool) -> tuple[Reason, ...]:
    """Why `other` is like `document`: what both have in a field, each with its values; then nearness in meaning."""
    shared: list[Reason] = []
    for field in _SHARED_FIELDS:
        both = tuple(value for value in other.values(field) if value in set(document.values(field)))
        if both and not (field == "topic" and any(reason.field == "subject" for reason in shared)):
            shared.append(Reason("shared", field, both))
    return (*shared, Reason("meaning")) if near else tuple(shared)
