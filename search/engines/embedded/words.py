"""The two tantivy indexes of a generation: what is stored of a document, and of each page.

Fields are named as search.engines.terms says; s_ fields hold the stems of the document's languages.
"""

from typing import Final

import tantivy

from search import analysis
from search.document import Document, Page, to_json
from search.engines.terms import (
    ANYWHERE,
    KEYS,
    SUGGEST,
    TEXTS,
    TITLE_BOUNDS,
    WHOLE,
    YEARS,
    RecordTerms,
    encoded,
    stem_text,
)
from search.publications import Stamp
from search.query import BODY
from search.schema import SORTS

# Raised when these files change in a way that an older index cannot answer.
LAYOUT: Final = 5


def record_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("number", fast=True)
    builder.add_unsigned_field("stamp", stored=True, indexed=True, fast=True)
    builder.add_bytes_field("json", stored=True)
    builder.add_bytes_field("fingerprint", stored=True)
    for name in [field.name for field in TEXTS] + [BODY]:
        builder.add_text_field(f"w_{name}", tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"s_{name}", tokenizer_name="whitespace", index_option="freq")
    for prefix in ("w", "s"):
        builder.add_text_field(f"{prefix}_{ANYWHERE}", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(TITLE_BOUNDS, tokenizer_name="whitespace", index_option="position")
    for field in KEYS:
        builder.add_text_field(f"k_{field.name}", tokenizer_name="raw", index_option="basic")
    for field in WHOLE:
        builder.add_text_field(f"r_{field.name}", tokenizer_name="raw", index_option="basic")
    for field in YEARS:
        builder.add_unsigned_field(field.name, indexed=True, fast=True)
        builder.add_text_field(f"r_{field.name}", tokenizer_name="raw", index_option="basic")
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


def record(document: Document, terms: RecordTerms, number: int, stamp: Stamp) -> tantivy.Document:
    """What the records index holds of a document. number: where its columns are (search.engines.embedded.columns)."""
    made = tantivy.Document()
    made.add_text("id", document.id)
    made.add_unsigned("number", number)
    made.add_unsigned("stamp", stamp)
    made.add_bytes("json", encoded(to_json(document)))
    made.add_bytes("fingerprint", encoded(document.fingerprint))
    anywhere = terms.words.get(ANYWHERE, ())
    stemmed = {text: stem_text(text, terms.languages) for text in dict.fromkeys(anywhere)}
    for name, texts in terms.words.items():
        for text in texts if name != ANYWHERE else ():
            made.add_text(f"w_{name}", text)
            made.add_text(f"s_{name}", stemmed[text] if text in stemmed else stem_text(text, terms.languages))
    # Without positions, all texts are one.
    made.add_text(f"w_{ANYWHERE}", " ".join(anywhere))
    made.add_text(f"s_{ANYWHERE}", " ".join([stemmed[text] for text in anywhere]))
    made.add_text(TITLE_BOUNDS, terms.title_bounds)
    for prefix, held in (("k", terms.keys), ("r", terms.values)):
        for name, values in held.items():
            for value in values:
                made.add_text(f"{prefix}_{name}", value)
    for name, years in terms.years.items():
        for year in years:
            made.add_unsigned(name, year)
    for sort, key in terms.sorts.items():
        made.add_text(f"o_{sort}", key)
    for term in terms.suggestions:
        made.add_text(SUGGEST, term)
    return made


def page(document: Document, page: Page, words: str) -> tantivy.Document:
    """What the pages index holds of one page. words: those of its text."""
    made = tantivy.Document()
    made.add_text("parent", document.id)
    made.add_unsigned("number", page.number)
    for name, value in (("label", page.label), ("section", page.section), ("text", page.text)):
        made.add_bytes(name, encoded(value))
    if words:
        _add_words(made, BODY, words, analysis.stem_languages(document.values("language"), words.split()))
    return made


def _add_words(made: tantivy.Document, name: str, words: str, languages: tuple[analysis.Language, ...]) -> None:
    made.add_text(f"w_{name}", words)
    made.add_text(f"s_{name}", stem_text(words, languages))
