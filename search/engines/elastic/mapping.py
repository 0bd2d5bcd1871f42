"""The two indexes of a catalogue in Elasticsearch, derived from search.schema through search.engines.terms.

records   one document a title, its passages with their vectors nested in it: written and replaced as one
pages     one document a page of an e-book, for page hits and reading

Words come folded and stemmed (search.analysis), as in the embedded engine, so a whitespace is all that splits them.
Nothing here needs a licence or a module beyond the standard distribution's core.
"""

import base64
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from search import analysis
from search.document import Document, Page, to_json
from search.engine import Entry
from search.engines.spelling import SPELLED_FIELDS
from search.engines.terms import (
    ANYWHERE,
    KEYS,
    SUGGEST,
    TEXTS,
    TITLE_BOUNDS,
    WHOLE,
    YEARS,
    encoded,
    record_terms,
    stem_text,
    word_text,
)
from search.publications import Stamp
from search.query import BODY
from search.schema import SORTS
from search.vectors import Vector

# Raised when the mapping changes in a way that an older index cannot answer.
LAYOUT: Final = 4

# A book of 2,000 pages makes some 5,000 passages; the server's own limit is 10,000 a document.
_MAX_NESTED: Final = 50_000

# Shown and never searched: it lives in _source alone.
_STORED: Final = {"type": "keyword", "index": False, "doc_values": False}
_CODE: Final = {"type": "keyword"}
# The words that a misspelt one may mean, of all fields that they are taken from.
SPELLED: Final = "spelled"
_WORDS: Final = {"type": "text", "analyzer": "whitespace"}
_WITHOUT_PLACES: Final = {**_WORDS, "index_options": "freqs"}

Body = dict[str, Any]


def index_settings(shards: int) -> Body:
    return {
        "number_of_shards": shards,
        # A copy on a second machine as soon as there is one.
        "auto_expand_replicas": "0-1",
        # A load says when what it wrote is to be seen.
        "refresh_interval": "-1",
        "mapping.nested_objects.limit": _MAX_NESTED,
    }


def record_mappings(meta: Body) -> Body:
    properties: Body = {"page_numbers": {"type": "integer", "index": False}, "stamp": {"type": "long"}}
    properties |= dict.fromkeys(("json", "fingerprint", "own_vector"), _STORED)
    for name in [field.name for field in TEXTS] + [BODY]:
        properties |= _word_fields(name)
    properties |= dict.fromkeys((f"w_{ANYWHERE}", f"s_{ANYWHERE}"), _WITHOUT_PLACES)
    for name in SPELLED_FIELDS:
        properties[f"w_{name}"] = {**_WORDS, "copy_to": SPELLED}
    properties[SPELLED] = {**_WORDS, "index_options": "docs", "norms": False}
    properties[TITLE_BOUNDS] = {**_WORDS, "norms": False}
    for field in KEYS:
        properties[f"k_{field.name}"] = _CODE
    for field in WHOLE:
        properties[f"r_{field.name}"] = _CODE if field.facet else {**_CODE, "doc_values": False}
    for field in YEARS:
        properties |= {field.name: {"type": "short"}, f"r_{field.name}": _CODE}
    properties |= {f"o_{sort}": {**_CODE, "index": False} for sort in SORTS}
    properties[SUGGEST] = _CODE
    properties["passages"] = {"type": "nested", "properties": {"page": {"type": "integer", "index": False}}}
    # What is indexed only is left out of _source: an index is never filled from another one.
    return _mappings(properties, meta, ("json", "stamp", "fingerprint", "own_vector", "page_numbers"))


def page_mappings() -> Body:
    properties: Body = {"parent": _CODE, "number": {"type": "integer"}, **_word_fields(BODY)}
    properties |= dict.fromkeys(("label", "section", "text"), _STORED)
    return _mappings(properties, {}, ("number", "label", "section", "text"))


def vector_properties(dimensions: int) -> Body:
    """The field of the passages' vectors: HNSW over bytes, the nearest ranked again by the whole numbers."""
    vector = {
        "type": "dense_vector",
        "dims": dimensions,
        "similarity": "cosine",
        "index_options": {"type": "int8_hnsw"},
    }
    return {"passages": {"type": "nested", "properties": {"vector": vector}}}


def record_body(entry: Entry, stamp: Stamp) -> Body:
    """What the records index holds of an entry."""
    document = entry.document
    terms = record_terms(document, (word_text(page.text) for page in entry.pages))
    body: Body = {"json": to_json(document), "stamp": stamp, "fingerprint": document.fingerprint}
    body |= {TITLE_BOUNDS: terms.title_bounds, SUGGEST: terms.suggestions}
    for name, texts in terms.words.items():
        body |= _words(name, texts, terms.languages)
    body |= {f"k_{name}": keys for name, keys in terms.keys.items()}
    body |= {f"r_{name}": values for name, values in terms.values.items()}
    body |= {f"o_{sort}": key for sort, key in terms.sorts.items()}
    body |= terms.years
    if entry.pages:
        body["page_numbers"] = [page.number for page in entry.pages]
    if entry.vectors is not None:
        rows = [packed(row) for row in np.asarray(entry.vectors, np.float32)]
        firsts = [passage.first_page for passage in entry.passages]
        body["passages"] = [{"page": page, "vector": row} for page, row in zip(firsts, rows, strict=True)]
        own = [row for page, row in zip(firsts, rows, strict=True) if page == 0]
        body |= {"own_vector": own[0]} if own else {}
    return body


def page_body(document: Document, page: Page) -> Body:
    """What the pages index holds of one page."""
    words = word_text(page.text)
    body: Body = {"parent": document.id, "number": page.number}
    body |= {"label": page.label, "section": page.section, "text": page.text}
    return body | _words(
        BODY, (words,) if words else (), analysis.stem_languages(document.values("language"), words.split())
    )


def page_id(id: str, number: int) -> str:
    return f"{id}#{number}"


def packed(row: Vector) -> str:
    """A vector as the server takes it in one piece: base64 of big-endian float32."""
    return base64.b64encode(row.astype(">f4").tobytes()).decode("ascii")


def unpacked(text: str) -> Vector:
    return np.frombuffer(base64.b64decode(text), ">f4").astype(np.float32)


def readable(text: str) -> str:
    """`text` without halves of surrogate pairs, which no JSON holds."""
    return encoded(text).decode("utf-8")


def _mappings(properties: Body, meta: Body, kept: Iterable[str]) -> Body:
    return {"dynamic": "strict", "_meta": meta, "_source": {"includes": list(kept)}, "properties": properties}


def _word_fields(name: str) -> Body:
    """A text as it was written, and its stems."""
    return {f"w_{name}": _WORDS, f"s_{name}": _WITHOUT_PLACES}


def _words(name: str, texts: tuple[str, ...], languages: tuple[analysis.Language, ...]) -> Body:
    return {f"w_{name}": texts, f"s_{name}": [stem_text(text, languages) for text in texts]} if texts else {}
