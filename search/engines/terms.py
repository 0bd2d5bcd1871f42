"""What is indexed of a document and of each page, in any engine: its text as words, codes and keys.

Field names are derived from search.schema.FIELDS, by prefix:
  w_  folded words with positions     s_  stems             k_  identifiers as letters and digits only
  r_  the whole value, for filters and facets               o_  one sort key a sort, ending in the id
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from search import analysis
from search.call_numbers import shelf_key
from search.document import Document, Suggestion
from search.query import BODY, MAX_FILTER_CHARACTERS
from search.schema import FIELDS, SORTS
from search.web_addresses import names_of

# The text of the whole e-book, searched with the record; far below a title, above nothing.
BODY_WEIGHT: Final = 0.5

# All texts of a record in one, each as often as `_TIMES` says: a word found anywhere is scored once, by how often and
# where it stands and how long the record is (Robertson, Zaragoza and Taylor 2004, "Simple BM25 extension to multiple
# weighted fields").
ANYWHERE: Final = "anywhere"

TEXTS: Final = tuple(field for field in FIELDS if field.kind == "text" and field.weight > 0)
KEYS: Final = tuple(field for field in FIELDS if field.kind == "keyword" and field.weight > 0)
WHOLE: Final = tuple(field for field in FIELDS if field.filterable and field.kind != "year")
# The keys among which those of a record's links stand.
ADDRESSES: Final = "other_number"
YEARS: Final = tuple(field for field in FIELDS if field.kind == "year")

# The title between two marks that are no words, so that a phrase can ask for its beginning or all of it.
TITLE_BOUNDS: Final = "b_title"
OPENING, CLOSING = "\u2402", "\u2403"

SUGGESTED: Final = ("title", "contributor", "subject")
SUGGEST: Final = "suggest"
_HEADING_PARTS: Final = 4
# A value may be begun in several ways, each a term of its own; so many terms are looked at for a value wanted.
MORE_TERMS: Final = 2
PART: Final = "\x00"  # parts a term that holds several values; stands in no value

# The sort whose order is that of the shelves, and how the keys of those begin that stand on one.
SHELF: Final = "call_number"
ON_SHELF: Final = "0"

_SORT_CHARACTERS: Final = 200
_HEARD_CHARACTERS: Final = 1000  # of each text that tells a record's language
# Headings, publishers and places come again and again, and a title is asked for by four of the terms below.
REPEATED_CHARACTERS: Final = 200
_TIMES: Final = {field.name: max(1, round(field.weight)) for field in TEXTS}
_TEXT_NAMES: Final = frozenset(field.name for field in TEXTS)
_WHOLE_NAMES: Final = frozenset(field.name for field in WHOLE)
_KEY_NAMES: Final = frozenset(field.name for field in KEYS)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RecordTerms:
    """The terms of one document. Keys of the mappings are fields of search.schema, without prefix.

    languages: how its words are stemmed. words: a text a value, folded words joined by spaces; the
    e-book's pages under BODY. values: whole values, decades ("2010..2019") for a year.
    sorts: one key a sort of search.schema.SORTS.
    """

    languages: tuple[analysis.Language, ...]
    words: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, tuple[str, ...]]
    values: Mapping[str, tuple[str, ...]]
    years: Mapping[str, tuple[int, ...]]
    title_bounds: str
    sorts: Mapping[str, str]
    suggestions: tuple[str, ...]


def record_terms(document: Document, pages: Iterable[str]) -> RecordTerms:
    """pages: the words of each page of its e-book, as `word_text` gives them."""
    fields, codes = document.fields, document.values("language")
    texts = {name: tuple(map(word_text, fields[name])) for name in fields if name in _TEXT_NAMES}
    words = {name: tuple(filter(None, found)) for name, found in texts.items()}
    for original in document.vernacular:  # values in their original script (MARC 880) are searched with the others
        if original.field in _TEXT_NAMES and (text := word_text(original.text)):
            words[original.field] = (*words.get(original.field, ()), text)
    words[ANYWHERE] = tuple([text for name, found in words.items() for text in found for _ in range(_TIMES[name])])
    words[BODY] = tuple(filter(None, pages))
    years = {field.name: _years(document, field.name) for field in YEARS}
    values = {name: _choosable(fields[name]) for name in fields if name in _WHOLE_NAMES}
    values |= {name: tuple(dict.fromkeys(map(_decade, sorted(found)))) for name, found in years.items()}
    return RecordTerms(
        analysis.stem_languages(codes, () if codes else _said(words)),
        _without_empty(words),
        _without_empty(_all_keys(document)),
        _without_empty(values),
        _without_empty({name: tuple(sorted(set(found))) for name, found in years.items()}),
        f"{OPENING} {next(iter(texts.get('title', ())), '')} {CLOSING}",
        _sort_keys(document, years),
        tuple(_suggestions(document, texts)),
    )


def _said(words: Mapping[str, Sequence[str]]) -> list[str]:
    """The words of a record, its running text first."""
    texts = [text for name in ("summary", "contents", "note", "title", BODY) for text in words.get(name, ())[:1]]
    return " ".join(text[:_HEARD_CHARACTERS] for text in texts).split()


def word_text(text: str) -> str:
    """The folded words of `text`, joined by spaces."""
    return _known_word_text(text) if len(text) <= REPEATED_CHARACTERS else " ".join(analysis.plain_words(text))


@lru_cache(maxsize=16_384)
def _known_word_text(text: str) -> str:
    return " ".join(analysis.plain_words(text))


def stem_text(words: str, languages: tuple[analysis.Language, ...]) -> str:
    """The stems of folded words, both joined by spaces, as analysis.stems gives them."""
    if len(words) > REPEATED_CHARACTERS:
        return " ".join(analysis.stems(words.split(), languages))
    return _known_stem_text(words, languages)


@lru_cache(maxsize=16_384)
def _known_stem_text(words: str, languages: tuple[analysis.Language, ...]) -> str:
    return " ".join(analysis.stems(words.split(), languages))


def encoded(text: str) -> bytes:
    """UTF-8, with "?" for halves of surrogate pairs, which have no encoding."""
    return text.encode("utf-8", "replace")


def clean(text: str) -> str:
    """`text` as `encoded` would give it back."""
    return text if text.isascii() else encoded(text).decode("utf-8")


def identifier_keys(value: str) -> tuple[str, ...]:
    return tuple(clean(key) for key in analysis.identifier_keys(value))


def suggestion_prefixes(typed: str) -> dict[str, str]:
    """How the terms of SUGGEST begin, by field, for what begins with `typed`; none when it has no words."""
    words = word_text(typed)
    # A space after the last word says that it is complete.
    begun = clean(words + " " if words and typed[-1:].isspace() else words)
    return {field: f"{field}{PART}{begun}" for field in SUGGESTED} if words else {}


def suggestions(terms: Iterable[tuple[str, int]], limit: int) -> list[Suggestion]:
    """The first `limit` values that terms of SUGGEST, with their numbers of documents, stand for."""
    found: dict[tuple[str, str], int] = {}
    for term, documents in terms:
        field, _, value = term.split(PART, 2)
        if documents:
            found[field, value] = documents
    return [Suggestion(value, field, documents) for (field, value), documents in list(found.items())[:limit]]


def sorted_id(sort_key: str) -> str:
    """The document id at the end of a sort key."""
    return sort_key.rpartition(PART)[2]


def _choosable(values: Iterable[str]) -> tuple[str, ...]:
    # A longer value cannot be chosen as a filter, so it is not offered as a facet either.
    return tuple(
        [
            value if value.isascii() else clean(value)
            for value in dict.fromkeys(values)
            if 0 < len(value) <= MAX_FILTER_CHARACTERS
        ]
    )


def _all_keys(document: Document) -> dict[str, tuple[str, ...]]:
    keys = {name: _keys(values) for name, values in document.fields.items() if name in _KEY_NAMES}
    if document.links:
        addresses = _keys([name for link in document.links for name in names_of(link.url)])
        keys[ADDRESSES] = tuple(dict.fromkeys((*keys.get(ADDRESSES, ()), *addresses)))
    return keys


def _keys(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for value in values for key in identifier_keys(value)))


def _years(document: Document, name: str) -> list[int]:
    return [int(text) for text in document.values(name) if text.isascii() and text.isdigit() and len(text) <= 4]


def _decade(year: int) -> str:
    first = year // 10 * 10
    return f"{first}..{first + 9}"


def _sort_keys(document: Document, years: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """Keys whose order is the order of documents: empty values last either way, equal ones by id."""
    keys = {}
    for sort, (name, descending) in SORTS.items():
        if name in years:
            text = f"{years[name][0]:04d}" if years[name] else ""
        elif name == "call_number":
            text = clean(_known_shelf_key(document.first(name))[:_SORT_CHARACTERS])
        else:
            first = (document.first("title_sort") if name == "title" else "") or document.first(name)
            text = clean(word_text(first)[:_SORT_CHARACTERS])
        group = "1" if bool(text) is descending else "0"
        keys[sort] = f"{group}{text}{PART}{document.id}"
    return keys


@lru_cache(maxsize=4_096)
def _known_shelf_key(call_number: str) -> str:
    return shelf_key(call_number)


def place_on_shelf(call_number: str, id: str = "") -> str:
    """Where a document stands among the sort keys of SHELF; without `id`, before all that have this call number."""
    return f"{ON_SHELF}{clean(shelf_key(call_number)[:_SORT_CHARACTERS])}{PART}{clean(id)}"


def _suggestions(document: Document, texts: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """texts: the words of each value of a field of text."""
    return dict.fromkeys(
        [
            f"{name}{PART}{words}{PART}{clean(value)}"
            for name in SUGGESTED
            if name in texts
            for first, value in zip(texts[name], document.fields[name], strict=True)
            if first and len(value) <= MAX_FILTER_CHARACTERS
            for words in _beginnings(name, value, first)
        ]
    )


def _beginnings(name: str, value: str, words: str) -> Sequence[str]:
    """What a reader may type to be offered a value: its words from the first on; of a heading from each of its parts
    on, of a name also as it is spoken ("pramoedya ananta toer"). words: those of the value."""
    if name == "contributor" and "," in value:
        family, given, *_ = value.split(",")
        return (words, word_text(f"{given} {family}"))
    if name == "subject" and " -- " in value:
        return [words, *filter(None, map(word_text, value.split(" -- ")[1:_HEADING_PARTS]))]
    return (words,)


def _without_empty(values: Mapping[str, tuple[_T, ...]]) -> dict[str, tuple[_T, ...]]:
    return {name: held for name, held in values.items() if held}
