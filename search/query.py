"""What is asked: the words of a search box read into a Query, within limits, never failing.

Raw text of a user never reaches an engine's own query parser (a 20 kB run of brackets kills
tantivy's): this reader is iterative, bounded, and turns what it cannot use into plain words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from search.schema import BY_NAME, RELEVANCE, SORTS

MAX_CHARACTERS: Final = 512
MAX_TERMS: Final = 32
MAX_FILTERS: Final = 16
MAX_FILTER_CHARACTERS: Final = 500

Mode = Literal["hybrid", "keyword", "semantic"]
MODES: Final[tuple[Mode, ...]] = ("hybrid", "keyword", "semantic")

# What a reader may write before a colon, in both languages, and the field it means.
FIELD_WORDS: Final[Mapping[str, str]] = {
    "judul": "title", "title": "title",
    "pengarang": "contributor", "penulis": "contributor", "author": "contributor", "contributor": "contributor",
    "subjek": "subject", "subject": "subject", "topik": "subject",
    "penerbit": "publisher", "publisher": "publisher",
    "seri": "series", "series": "series",
    "isbn": "isbn", "issn": "issn", "doi": "doi",
    "nomor": "call_number", "callnumber": "call_number",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: a word or a phrase, in one field or anywhere, wanted or unwanted.

    prefix: the word was written with a closing `*`. alternative: it follows OR / ATAU and may
    stand in for the clause before it.
    """

    text: str
    field: str | None = None
    phrase: bool = False
    negated: bool = False
    prefix: bool = False
    alternative: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A chosen facet: the document has at least one of `values` in `field`.

    A value of a "year" field is "2014" or a closed range "2010..2019"; an open end is left out ("2010..").
    """

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A search: its text, the clauses read from it, chosen filters and the order of results.

    shortened: the text was cut at a limit. wordless: the words select nothing by themselves;
    only documents that a caller adds (`also`) are results, as in a search by meaning alone. loose:
    some of the words are enough, because nothing holds them all.
    """

    text: str = ""
    clauses: tuple[Clause, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: str = RELEVANCE
    shortened: bool = False
    wordless: bool = False
    loose: bool = False

    def without_filters(self) -> "Query":
        return replace(self, filters=())

    def without_words(self) -> "Query":
        return replace(self, text="", clauses=(), wordless=False)

    def lifting(self, field: str) -> "Query":
        """The same search without the filter on `field`: what its siblings are counted against."""
        return replace(self, filters=tuple(f for f in self.filters if f.field != field))

    def by_meaning_only(self) -> "Query":
        return replace(self, wordless=True)

    def loosened(self) -> "Query":
        return replace(self, loose=True)

    @property
    def strict(self) -> bool:
        """The text uses a phrase, a field or an unwanted word, so nothing may be added that lacks them."""
        return any(c.phrase or c.negated or c.field for c in self.clauses)

    @property
    def wanted(self) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if not clause.negated)


# A token is a quoted phrase (closed or not) or a run of non-spaces; each may carry -, + and field:.
_TOKEN = re.compile(r'([+-]?)(?:([a-zA-Z_]{2,20}):)?(?:"([^"]*)"?|(\S+))')
_NOT_WORDS = frozenset({"NOT", "BUKAN"})
_OR_WORDS = frozenset({"OR", "ATAU"})
_AND_WORDS = frozenset({"AND", "DAN"})


def parse(text: str, filters: Iterable[Filter] = (), sort: str = RELEVANCE) -> Query:
    """The Query a search text means; any text at all is accepted.

    Words must all be found (an engine may relax this for long texts); `"a phrase"`, `-unwanted`,
    `judul:laut`, `kata*`, and DAN ATAU BUKAN / AND OR NOT in capitals are understood. An unknown
    field, sort or filter is ignored; text beyond MAX_CHARACTERS or MAX_TERMS is cut off and
    `shortened` says so.

    >>> [(c.text, c.field, c.negated) for c in parse('judul:laut "terumbu karang" -ikan').clauses]
    [('laut', 'title', False), ('terumbu karang', None, False), ('ikan', None, True)]
    """
    kept = "".join(ch if ch.isprintable() else " " for ch in text[:MAX_CHARACTERS]).strip()
    clauses: list[Clause] = []
    negate = alternative = False
    shortened = len(text) > MAX_CHARACTERS
    for sign, field_word, phrase, word in _TOKEN.findall(kept):
        if len(clauses) >= MAX_TERMS:
            shortened = True
            break
        if not phrase and not field_word and not sign:
            if word in _NOT_WORDS:
                negate = True
                continue
            if word in _OR_WORDS:
                alternative = bool(clauses)
                continue
            if word in _AND_WORDS and clauses:
                continue
        field = FIELD_WORDS.get(field_word.lower()) if field_word else None
        body = phrase or word
        if field_word and field is None:
            body = f"{field_word} {body}"  # "10:30", "http://...": not a field, so plain words
        prefix = not phrase and body.endswith("*")
        body = body.strip('()*"')
        if any(ch.isalnum() for ch in body):
            clauses.append(
                Clause(
                    body,
                    field,
                    phrase=bool(phrase),
                    negated=negate or sign == "-",
                    prefix=prefix,
                    alternative=alternative,
                )
            )
        negate = alternative = False
    return Query(kept, tuple(clauses), known_filters(filters), sort if sort in SORTS else RELEVANCE, shortened)


def known_filters(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """`filters` merged by field and put in order, without unknown fields, empty or oversized values."""
    merged: dict[str, dict[str, None]] = {}
    for chosen in filters:
        known = BY_NAME.get(chosen.field)
        if known is None or not known.filterable:
            continue
        for value in chosen.values:
            if value and len(value) <= MAX_FILTER_CHARACTERS and (known.kind != "year" or year_range(value)):
                merged.setdefault(chosen.field, {})[value] = None
    kept = [Filter(field, tuple(sorted(values)[:MAX_FILTERS])) for field, values in sorted(merged.items())]
    return tuple(kept[:MAX_FILTERS])


_YEARS = re.compile(r"(\d{1,4})?(\.\.)?(\d{1,4})?")


def year_range(value: str) -> tuple[int, int] | None:
    """First and last year a filter value means, both included; None when it is not one.

    >>> year_range("2014"), year_range("2010..2019"), year_range("2010.."), year_range("x")
    ((2014, 2014), (2010, 2019), (2010, 9999), None)
    """
    match = _YEARS.fullmatch(value)
    if match is None or not (match[1] or match[3]):
        return None
    if match[2] is None:
        return (int(match[1]), int(match[1])) if match[1] and not match[3] else None
    return int(match[1] or 0), int(match[3] or 9999)
