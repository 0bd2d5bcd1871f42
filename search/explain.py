"""Why a hit is there, and the words of it that show so."""

from collections.abc import Sequence
from typing import Final, Literal

from search.document import Document
from search.highlight import highlight, snippet
from search.query import Query
from search.results import Highlight, PageHit, Ranked, Reason
from search.schema import FIELDS


def reasons(document: Document, query: Query, pages: Sequence[PageHit], near: Ranked | None) -> tuple[Reason, ...]:
    """One reason a field the words stand in, in the order of their weight, or where none does, their translations;
    then the e-book's pages, for their words or their translations; then meaning."""
    typed = query.as_typed()
    found = _of_words(document, typed, "words")
    if not found:
        found = _of_words(document, query, "translation")
    marked = [page for page in pages if page.snippet.marks]
    if marked:
        texts = [page.snippet.text[start:end] for page in marked for start, end in page.snippet.marks]
        words = tuple(dict.fromkeys(text.lower() for text in texts))
        kind: Literal["words", "translation"] = "words" if matching_words(words, typed) else "translation"
        found.append(Reason(kind, "pages", words, marked[0].page))
    if near is not None:
        found.append(Reason("meaning", page=near.page))
    return tuple(found)


def _of_words(document: Document, query: Query, kind: Literal["words", "translation"]) -> list[Reason]:
    found = []
    for field in sorted(FIELDS, key=lambda f: -f.weight) if query.wanted else ():
        words = matching_words(document.values(field.name), _asked_of(query, field.name)) if field.weight else ()
        if words:
            found.append(Reason(kind, field.name, words))
    return found


def _asked_of(query: Query, field: str) -> Query:
    """The query without the clauses that were asked of another field."""
    return query.keeping(lambda clause: clause.field in (None, field))


def matching_words(values: Sequence[str], query: Query) -> tuple[str, ...]:
    """The words of `values` that the query matches, lower case, each once."""
    words: dict[str, None] = {}
    for value in values:
        marked = highlight(value, query)
        for start, end in marked.marks:
            words[marked.text[start:end].lower()] = None
    return tuple(words)


def marked_title(document: Document, query: Query) -> Highlight:
    return highlight(document.title, _asked_of(query, "title"))


def summary_snippet(document: Document, query: Query) -> Highlight:
    """The best lines of the summary; of the contents or a note when only they hold the words."""
    candidates = [
        snippet(document.first(name), query) for name in ("summary", "contents", "note") if document.first(name)
    ]
    marked = (candidate for candidate in candidates if candidate.marks)
    return next(marked, candidates[0] if candidates else Highlight(""))


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
