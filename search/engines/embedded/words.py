"""The two tantivy indexes of a generation: what is stored of a document, and of each page.

Field names are derived from search.schema.FIELDS, by prefix:
  w_  folded words with positions     s_  stems             k_  identifiers as letters and digits only
  r_  the whole value, for filters and facets               o_  one sort key a sort, ending in the id
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import tantivy

from search import analysis
from search.document import Document, Page, to_json
from search.query import MAX_FILTER_CHARACTERS
from search.schema import BY_NAME, FIELDS, SORTS, Field

# Raised when these files change in a way that an older index cannot answer.
LAYOUT: Final = 1

# The text of the whole e-book, searched with the record; far below a title, above nothing.
BODY: Final = "pages"
BODY_WEIGHT: Final = 0.5

TEXTS: Final = tuple(field for field in FIELDS if field.kind == "text" and field.weight > 0)
KEYS: Final = tuple(field for field in FIELDS if field.kind == "keyword" and field.weight > 0)
WHOLE: Final = tuple(field for field in FIELDS if field.kind in ("text", "keyword"))

# The title between two marks that are no words, so that a phrase can ask for its beginning or all of it.
TITLE_BOUNDS: Final = "b_title"
OPENING, CLOSING = "\u2402", "\u2403"

SUGGESTED: Final = ("title", "contributor", "subject")
SUGGEST: Final = "suggest"
PART: Final = "\x00"  # parts a term that holds several values; stands in no value

_SORT_CHARACTERS: Final = 200


def record_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("json", stored=True)
    for name in [field.name for field in TEXTS] + [BODY]:
        builder.add_text_field(f"w_{name}", tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"s_{name}", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(TITLE_BOUNDS, tokenizer_name="whitespace", index_option="position")
    for field in KEYS:
        builder.add_text_field(f"k_{field.name}", tokenizer_name="raw", index_option="basic")
    for field in WHOLE:
        builder.add_text_field(f"r_{field.name}", fast=field.facet, tokenizer_name="raw", index_option="basic")
    for field in FIELDS:
        if field.kind == "year":
            builder.add_unsigned_field(field.name, indexed=True, fast=True)
            builder.add_text_field(f"r_{field.name}", fast=True, tokenizer_name="raw", index_option="basic")
    for sort in SORTS:
        builder.add_text_field(f"o_{sort}", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(SUGGEST, tokenizer_name="raw", index_option="basic")
    return builder.build()


def page_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("parent", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("number", stored=True, indexed=True, fast=True)
    for name in ("label", "section", "text"):
        builder.add_bytes_field(name, stored=True)
    builder.add_text_field(f"w_{BODY}", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(f"s_{BODY}", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class Analysed(NamedTuple):
    """The words of a text and their stems, each joined by spaces."""

    words: str
    stems: str


def analysed(document: Document, text: str) -> Analysed:
    """`text` of `document` as it is indexed, stemmed in its languages."""
    found = analysis.plain_words(text)
    languages = analysis.stem_languages(document.values("language"))
    return Analysed(" ".join(found), " ".join(analysis.stems(found, languages)))


def record(document: Document, pages: Iterable[Analysed]) -> tantivy.Document:
    """What the records index holds of a document and the text of its e-book."""
    made = tantivy.Document()
    made.add_text("id", document.id)
    made.add_bytes("json", encoded(to_json(document)))
    for field in TEXTS:
        for value in _searched(document, field):
            _add_words(made, field.name, analysed(document, value))
    for text in pages:
        _add_words(made, BODY, text)
    made.add_text(TITLE_BOUNDS, f"{OPENING} {' '.join(analysis.plain_words(document.title))} {CLOSING}")
    for field in KEYS:
        for key in dict.fromkeys(key for value in document.values(field.name) for key in identifier_keys(value)):
            made.add_text(f"k_{field.name}", key)
    for field in WHOLE:
        for value in dict.fromkeys(document.values(field.name)):
            # A longer value cannot be chosen as a filter, so it is not offered as a facet either.
            if 0 < len(value) <= MAX_FILTER_CHARACTERS:
                made.add_text(f"r_{field.name}", clean(value))
    for field in FIELDS:
        if field.kind == "year":
            years = sorted(set(_years(document, field.name)))
            for year in years:
                made.add_unsigned(field.name, year)
            for decade in dict.fromkeys(year // 10 * 10 for year in years):
                made.add_text(f"r_{field.name}", f"{decade}..{decade + 9}")
    for sort, (name, descending) in SORTS.items():
        made.add_text(f"o_{sort}", _sort_key(document, BY_NAME[name], descending))
    for term in _suggestions(document):
        made.add_text(SUGGEST, term)
    return made


def page(document: Document, page: Page, text: Analysed) -> tantivy.Document:
    """What the pages index holds of one page."""
    made = tantivy.Document()
    made.add_text("parent", document.id)
    made.add_unsigned("number", page.number)
    for name, value in (("label", page.label), ("section", page.section), ("text", page.text)):
        made.add_bytes(name, encoded(value))
    _add_words(made, BODY, text)
    return made


def encoded(text: str) -> bytes:
    """UTF-8, with "?" for halves of surrogate pairs, which have no encoding."""
    return text.encode("utf-8", "replace")


def clean(text: str) -> str:
    """`text` as `encoded` would give it back."""
    return text if text.isascii() else encoded(text).decode("utf-8")


def identifier_keys(value: str) -> tuple[str, ...]:
    return tuple(clean(key) for key in analysis.identifier_keys(value))


def suggestion_prefix(text: str) -> str:
    """How the terms of SUGGEST begin for a value that begins with `text`."""
    return " ".join(analysis.plain_words(text))


def _searched(document: Document, field: Field) -> list[str]:
    """A field's values, with those of its original script (MARC 880)."""
    return [*document.values(field.name), *(v.text for v in document.vernacular if v.field == field.name)]


def _add_words(made: tantivy.Document, name: str, text: Analysed) -> None:
    if text.words:
        made.add_text(f"w_{name}", text.words)
        made.add_text(f"s_{name}", text.stems)


def _years(document: Document, name: str) -> list[int]:
    return [int(text) for text in document.values(name) if text.isascii() and text.isdigit() and len(text) <= 4]


def _sort_key(document: Document, field: Field, descending: bool) -> str:
    """A key whose order is the order of documents: empty values last either way, equal ones by id."""
    if field.kind == "year":
        years = _years(document, field.name)
        text = f"{years[0]:04d}" if years else ""
    else:
        text = " ".join(analysis.plain_words(document.first(field.name)))[:_SORT_CHARACTERS]
    group = "1" if bool(text) is descending else "0"
    return f"{group}{clean(text)}{PART}{document.id}"


def _suggestions(document: Document) -> list[str]:
    values = [(name, value) for name in SUGGESTED for value in document.values(name)]
    return list(
        dict.fromkeys(
            f"{suggestion_prefix(value)}{PART}{name}{PART}{clean(value)}"
            for name, value in values
            if 0 < len(value) <= MAX_FILTER_CHARACTERS and analysis.words(value)
        )
    )
