"""What a reader is looking at, as URL parameters: the one truth that links, Back and reload share.

Names stand in saved links: `q`, `in` (where its words are looked for), `f.<field>` (repeated: any of the values),
`-f.<field>` (none of them), `sort`, `page`, `size`, `mode`, `exact=1` (in no other spelling), `drop` and `words`
(repeated: keys of what was read from the text, to be left out of the search with its words, or searched for as words;
`words=all`: all of it), `hl`, `id` (an open record), `at` (its place among the results, from 1), `children=1` (it was
opened from the children's view) and `facet` (all values of one are listed; `fq`: those that hold this text,
`fsort=az`: by name). Defaults are left out and the order is fixed,
so a search has one address. Names that other catalogues and older forms use are read too (ALSO_READ and its kin), and so
are what the form of years sends (`from`, `to`) and `has=fulltext` (what can be searched inside).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal, cast
from urllib.parse import parse_qsl, quote_plus

from portal.i18n import DEFAULT_LANGUAGE, LANGUAGES, Language
from search.analysis import seen
from search.discovery import MAX_RESULTS_REACHED
from search.query import MODES, Filter, Mode, known_filters
from search.query_language import MAX_CHARACTERS, SCOPES
from search.reading.interpretation import EVERYTHING
from search.schema import FACETS, RELEVANCE, SORTS
from search.understanding import Understanding, understand

# What a page offers; an address may ask for any number up to the last.
SIZES: Final = (10, 20, 50, 100)
DEFAULT_SIZE: Final = 20
DEFAULT_MODE: Final[Mode] = "hybrid"
# More than a search may hold, so that `parse` still sees that the text was too long and says so.
MAX_TEXT: Final = MAX_CHARACTERS + 1
MAX_ID: Final = 200
MAX_FACET_TEXT: Final = 100
FILTER_PREFIX: Final = "f."
WITHOUT_PREFIX: Final = "-f."
FacetOrder = Literal["count", "az"]
# What else a parameter may be called: in links of other catalogues, and in forms and bookmarks from before.
ALSO_READ: Final[Mapping[str, str]] = {
    "lookfor": "q", "keywords": "q", "keyword": "q", "katakunci": "q", "query": "q", "search": "q",
    "lang": "hl", "lng": "hl", "bahasa": "hl",
    "type": "in", "search_field": "in", "search_by": "in", "ruas": "in", "scope": "in",
    "per_page": "size", "limit": "size",
    "halaman": "page",
    "sort_by": "sort", "urut": "sort",
}  # fmt: skip
# What else a scope may be called there, in lower case.
SCOPES_ALSO_READ: Final[Mapping[str, str]] = {
    "judul": "title",
    "pengarang": "author", "penulis": "author", "contributor": "author",
    "subjek": "subject", "topik": "subject", "topic": "subject",
    "seri": "series",
    "nomor-panggil": "callnumber", "call_number": "callnumber",
    "isbn": "number", "issn": "number", "isn": "number", "identifier": "number",
    "isi": "pages", "fulltext": "pages", "ebook": "pages",
}  # fmt: skip
# What else the modes and orders may be called: in Indonesian, in VuFind, in Koha.
MODES_ALSO_READ: Final[Mapping[str, Mode]] = {"gabung": "hybrid", "kata": "keyword", "makna": "semantic"}
SORTS_ALSO_READ: Final[Mapping[str, str]] = {
    "relevansi": RELEVANCE,
    "terbaru": "newest", "year": "newest", "pubdate_dsc": "newest",
    "terlama": "oldest", "year asc": "oldest", "pubdate_asc": "oldest",
    "judul": "title", "title_az": "title",
    "pengarang": "author", "author_az": "author",
    "nomor-panggil": "call_number", "callnumber-sort": "call_number", "call_number_asc": "call_number",
    "baru-ditambahkan": "added", "acqdate_dsc": "added",
}  # fmt: skip
_VALUES_ALSO_READ: Final[Mapping[str, Mapping[str, str]]] = {
    "in": SCOPES_ALSO_READ, "mode": MODES_ALSO_READ, "sort": SORTS_ALSO_READ,
}  # fmt: skip
# Parameters that go with the text: SearchState.asking leaves them behind, and so do scripts that write an address.
OF_THE_TEXT: Final = ("q", "page", "id", "at", "children", "exact", "drop", "words", "facet", "fq", "fsort")
# A text has fewer readings; what is no key of one counts for nothing.
MAX_KEYS: Final = 16
_FULLTEXT: Final = "fulltext"
_KEY: Final = re.compile(r"[a-z]{1,20}(?:\.[1-9]\d?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class SearchState:
    """A search, the page of it being read, the display language, and the record that is open ("" for none).

    at: the record's place among the results it was opened from, 0 when it was not; children: it was opened from the
    children's view. exact, drop, words: as in the
    address; they belong to the text and go with it. scope: a name of SCOPES, "" for anywhere. facet: the one whose
    values are all listed, facet_text those with this text, "" for none. Whatever it is made from, it is valid: values
    outside the limits become the nearest allowed one, or the default.
    """

    q: str = ""
    filters: tuple[Filter, ...] = ()
    sort: str = RELEVANCE
    page: int = 1
    size: int = DEFAULT_SIZE
    mode: Mode = DEFAULT_MODE
    hl: Language = DEFAULT_LANGUAGE
    id: str = ""
    exact: bool = False
    drop: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    scope: str = ""
    facet: str = ""
    facet_text: str = ""
    facet_order: FacetOrder = "count"
    at: int = 0
    children: bool = False

    def __post_init__(self) -> None:
        size = min(self.size, SIZES[-1]) if self.size >= 1 else DEFAULT_SIZE
        q = _printable(self.q, MAX_TEXT)
        words = _keys(self.words) if self.words and q else ()
        id = _printable(self.id, MAX_ID)
        valid = {
            "q": q,
            "filters": known_filters(self.filters) if self.filters else (),
            "sort": self.sort if self.sort in SORTS else RELEVANCE,
            "size": size,
            "page": min(max(self.page, 1), MAX_RESULTS_REACHED // size),
            "mode": self.mode if self.mode in MODES else DEFAULT_MODE,
            "hl": self.hl if self.hl in LANGUAGES else DEFAULT_LANGUAGE,
            "id": id,
            "at": min(max(self.at, 0), MAX_RESULTS_REACHED) if id else 0,
            "children": bool(self.children and id),
            "exact": bool(self.exact and q),
            "drop": _keys(key for key in self.drop if q and EVERYTHING not in words and key not in words)
            if self.drop
            else (),
            "words": (EVERYTHING,) if EVERYTHING in words else words,
            "scope": self.scope if self.scope in SCOPES else "",
            "facet": (facet := self.facet if self.facet in FACETS else ""),
            "facet_text": _printable(self.facet_text, MAX_FACET_TEXT) if facet else "",
            "facet_order": "az" if facet and self.facet_order == "az" else "count",
        }
        for name, value in valid.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]]) -> "SearchState":
        """The state that URL parameters mean; unknown names and unusable values are passed over.

        Of a single-valued name the last one counts.
        """
        single: dict[str, str] = {}
        also: dict[str, str] = {}
        filters: list[Filter] = []
        keys: dict[str, list[str]] = {"drop": [], "words": []}
        for name, value in params:
            if name.startswith(FILTER_PREFIX):
                filters.append(Filter(name.removeprefix(FILTER_PREFIX), (value,)))
            elif name.startswith(WITHOUT_PREFIX):
                filters.append(Filter(name.removeprefix(WITHOUT_PREFIX), (value,), negated=True))
            elif name in keys:
                keys[name].append(value)
            elif name in ALSO_READ:
                also[name] = value
            else:
                single[name] = value
        # Of several the one that stands first there: in "keywords=laut&search=search" the button has a name too.
        single = {ALSO_READ[name]: also[name] for name in reversed([*ALSO_READ]) if name in also} | single
        if years := _span(single.get("from", ""), single.get("to", "")):
            filters = [one for one in filters if one.field != "year" or one.negated] + [Filter("year", (years,))]
        if single.get("has") == _FULLTEXT:
            filters.append(Filter("access", (_FULLTEXT,)))
        single |= {name: _as_ours(name, single[name]) for name in _VALUES_ALSO_READ if name in single}
        return cls(
            q=single.get("q", ""),
            filters=tuple(filters),
            sort=single.get("sort", RELEVANCE),
            page=_whole(single.get("page", ""), 1),
            size=_whole(single.get("size", ""), DEFAULT_SIZE),
            mode=cast(Mode, single.get("mode", DEFAULT_MODE)),
            hl=cast(Language, single.get("hl", DEFAULT_LANGUAGE)),
            id=single.get("id", ""),
            exact=single.get("exact") == "1",
            drop=tuple(keys["drop"]),
            words=tuple(keys["words"]),
            scope=single.get("in", "").lower(),
            facet=single.get("facet", ""),
            facet_text=single.get("fq", ""),
            facet_order=cast(FacetOrder, single.get("fsort", "count")),
            at=_whole(single.get("at", ""), 0),
            children=single.get("children") == "1",
        )

    @classmethod
    def passed_over(cls, params: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Those of some parameters that mean nothing, whatever stands beside them: a name or value that is misspelt.

        >>> SearchState.passed_over([("q", "laut"), ("f.langauge", "ind"), ("f.year", "baru"), ("page", "1")])
        (('f.langauge', 'ind'), ('f.year', 'baru'))
        """
        plain = cls.from_params(_BESIDE)
        ours = ((ALSO_READ.get(name, name), name, value) for name, value in params if value)
        read = (((written, value), (name, _as_ours(name, value))) for name, written, value in ours)
        return tuple(
            written for written, one in read if one not in _DEFAULTS and cls.from_params([*_BESIDE, one]) == plain
        )

    @classmethod
    def from_query_string(cls, text: str) -> "SearchState":
        """The state of a link: "?q=laut&page=2" or a whole address."""
        return cls.from_params(parse_qsl(text.rpartition("?")[2], keep_blank_values=True))

    def to_params(self) -> tuple[tuple[str, str], ...]:
        """URL parameters in their fixed order, without defaults."""
        params = [("q", self.q), ("in", self.scope)]
        for chosen in self.filters:
            name = (WITHOUT_PREFIX if chosen.negated else FILTER_PREFIX) + chosen.field
            params += [(name, value) for value in chosen.values]
        if self.sort != RELEVANCE:
            params.append(("sort", self.sort))
        if self.page != 1:
            params.append(("page", str(self.page)))
        if self.size != DEFAULT_SIZE:
            params.append(("size", str(self.size)))
        if self.mode != DEFAULT_MODE:
            params.append(("mode", self.mode))
        if self.exact:
            params.append(("exact", "1"))
        params += [("drop", key) for key in self.drop]
        params += [("words", key) for key in self.words]
        if self.hl != DEFAULT_LANGUAGE:
            params.append(("hl", self.hl))
        params += [("id", self.id), ("facet", self.facet), ("fq", self.facet_text)]
        if self.facet_order != "count":
            params.append(("fsort", self.facet_order))
        if self.at:
            params.append(("at", str(self.at)))
        if self.children:
            params.append(("children", "1"))
        return tuple([(name, value) for name, value in params if value])

    def to_mapping(self) -> Mapping[str, list[str]]:
        """The same, one entry a name."""
        grouped: dict[str, list[str]] = {}
        for name, value in self.to_params():
            grouped.setdefault(name, []).append(value)
        return grouped

    def query_string(self) -> str:
        """The same as in a link, with its "?"; "" for the plain home page."""
        return query_of(self.to_params())

    def understood(self, today: date) -> Understanding:
        """What the text asks for `today`, with what was chosen beside it."""
        drop, words = frozenset(self.drop), frozenset(self.words)
        return understand(
            self.q, self.filters, self.sort, today, without=drop, as_words=words, within=SCOPES.get(self.scope)
        )

    @property
    def is_home(self) -> bool:
        """Nothing is asked yet. A chosen order or a further page asks for the whole catalogue."""
        asked = self.q or self.filters or self.id or self.facet
        return not asked and self.sort == RELEVANCE and self.page == 1

    def asking(self, q: str) -> "SearchState":
        """A new text in the same language and manner; filters stay, so a reader can refine inside them."""
        return self._changed(q=q, exact=False, drop=(), words=())

    def exactly(self, exact: bool = True) -> "SearchState":
        """The same text in no other spelling, or in others too."""
        return self._changed(exact=exact)

    def dropping(self, *keys: str) -> "SearchState":
        """The same search without these readings of its text and without their words."""
        return self._changed(drop=(*self.drop, *keys))

    def as_words(self, *keys: str) -> "SearchState":
        """The same text with these readings taken back, so that their words are searched for."""
        return self._changed(words=(*self.words, *keys))

    def read_anew(self) -> "SearchState":
        """The same text with nothing that is read from it taken back."""
        return self._changed(drop=(), words=())

    def toggling(self, field: str, value: str) -> "SearchState":
        """The same search with a filter value chosen, or given up when it was."""
        if value in self.chosen(field):
            return self.without(field, value)
        return self._filtered((*self._filters_without(field, value), Filter(field, (value,))))

    def keeping_out(self, field: str, value: str) -> "SearchState":
        """The same search without documents that have this value; it is no longer chosen."""
        return self._filtered((*self._filters_without(field, value), Filter(field, (value,), negated=True)))

    def without(self, field: str, value: str) -> "SearchState":
        """The same search with a value neither chosen nor kept out."""
        return self._filtered(self._filters_without(field, value))

    def _filters_without(self, field: str, value: str) -> tuple[Filter, ...]:
        return tuple(
            replace(f, values=tuple(v for v in f.values if v != value)) if f.field == field else f for f in self.filters
        )

    def choosing_only(self, field: str, *values: str) -> "SearchState":
        """The same search with these values of a field chosen and no others; none at all for none."""
        kept = tuple(f for f in self.filters if f.field != field or f.negated)
        return self._changed(filters=(*kept, Filter(field, values)))

    def without_filters(self) -> "SearchState":
        return self._changed(filters=())

    def with_filters(self, filters: Iterable[Filter]) -> "SearchState":
        """The same search with just these."""
        return self._changed(filters=tuple(filters))

    def chosen(self, field: str) -> tuple[str, ...]:
        return next((f.values for f in self.filters if f.field == field and not f.negated), ())

    def kept_out(self, field: str) -> tuple[str, ...]:
        return next((f.values for f in self.filters if f.field == field and f.negated), ())

    def sorted_by(self, sort: str) -> "SearchState":
        return self._changed(sort=sort)

    def in_mode(self, mode: Mode) -> "SearchState":
        return self._changed(mode=mode)

    def at_page(self, page: int) -> "SearchState":
        return self._changed(page=page)

    def listing(self, facet: str) -> "SearchState":
        """All values of a facet of this search."""
        return self._changed(facet=facet)

    def in_order(self, order: FacetOrder) -> "SearchState":
        """The same values of the same facet in another order."""
        return replace(self, facet_order=order)

    def in_scope(self, scope: str) -> "SearchState":
        return self._changed(scope=scope)

    def sized(self, size: int) -> "SearchState":
        return self._changed(size=size)

    def in_language(self, hl: Language) -> "SearchState":
        return replace(self, hl=hl)

    def opening(self, id: str, at: int = 0) -> "SearchState":
        """A record open. at: its place among the results, which are then at the page that holds it; 0 for elsewhere."""
        id = _printable(id, MAX_ID)
        at = min(max(at, 0), MAX_RESULTS_REACHED) if id else 0
        return self._with({"id": id, "at": at, "page": -(-at // self.size) if at else self.page})

    def closing(self) -> "SearchState":
        """Back to the results the record was opened from."""
        return replace(self, id="", at=0, children=False) if self.id else self

    def followed(self) -> "SearchState":
        """The search as a feed of it has it: without the page, and what is open on it."""
        return replace(self.closing(), page=1, size=DEFAULT_SIZE, facet="")

    def starting_over(self, filters: tuple[Filter, ...] = (), sort: str = RELEVANCE) -> "SearchState":
        """A search of its own, in the same language."""
        return SearchState(filters=filters, sort=sort, hl=self.hl)

    def _changed(self, **changes: Any) -> "SearchState":
        """Another search, from its first page on; what was opened of this one is closed."""
        return replace(self, **_CLOSED | changes)

    def _filtered(self, filters: tuple[Filter, ...]) -> "SearchState":
        """`_changed` where only filters change."""
        return self._with(_CLOSED | {"filters": known_filters(filters)})

    def _with(self, valid: Mapping[str, Any]) -> "SearchState":
        """This search with other values that are valid, which is not looked at again: a page of results has dozens."""
        other = object.__new__(SearchState)
        for name in self.__slots__:
            object.__setattr__(other, name, valid[name] if name in valid else getattr(self, name))
        return other


# What some parameters mean nothing without, and what is meant without a parameter.
_BESIDE: Final = (("q", "x"), ("id", "x"), ("facet", FACETS[0]))
_DEFAULTS: Final = frozenset([
    *_BESIDE, ("sort", RELEVANCE), ("page", "1"), ("size", str(DEFAULT_SIZE)), ("mode", DEFAULT_MODE),
    ("hl", DEFAULT_LANGUAGE), ("fsort", "count"), ("exact", "0"), ("children", "0"), ("at", "0"),
])  # fmt: skip


# What belongs to one page of a search.
_CLOSED: Final[dict[str, Any]] = {
    "page": 1, "id": "", "at": 0, "children": False, "facet": "", "facet_text": "", "facet_order": "count",
}  # fmt: skip


def in_one_line(text: str) -> str:
    """Text as it was meant where it was pasted: what shows nothing goes, control characters become spaces."""
    return text if text.isprintable() else "".join(ch if ch.isprintable() else " " for ch in seen(text))


def _printable(text: str, most: int) -> str:
    """Text as it may stand in an address, without spaces at its ends."""
    return in_one_line(text)[:most].strip()


def query_of(params: Iterable[tuple[str, str]]) -> str:
    """Parameters as they stand in a link, with the "?"; "" without any."""
    # Links of a page of results differ in one value; each value is encoded once.
    written = "&".join([f"{encoded(name)}={encoded(value)}" for name, value in params])
    return f"?{written}" if written else ""


@lru_cache(maxsize=4096)
def encoded(text: str) -> str:
    """A name or value as it stands in an address."""
    return quote_plus(text)


def _as_ours(name: str, value: str) -> str:
    """A value of a parameter as we call it.

    >>> _as_ours("sort", "Terbaru"), _as_ours("sort", "title"), _as_ours("q", "terbaru")
    ('newest', 'title', 'terbaru')
    """
    return _VALUES_ALSO_READ.get(name, {}).get(value.lower(), value)


def _span(first: str, last: str) -> str:
    """Two years as the value of a filter; "" when neither is one.

    >>> _span("2010", "2020"), _span("2020", "2010"), _span("", "1999"), _span("x", "")
    ('2010..2020', '2010..2020', '..1999', '')
    """
    years = [text.strip() if re.fullmatch(r"\s{0,9}\d{1,4}\s{0,9}", text, re.ASCII) else "" for text in (first, last)]
    if all(years):
        years.sort(key=int)
    return "..".join(years) if any(years) else ""


def _keys(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({key for key in keys if _KEY.fullmatch(key)})[:MAX_KEYS])


def _whole(text: str, otherwise: int) -> int:
    """A whole number written in plain digits, else `otherwise`.

    >>> _whole("12", 1), _whole("-5", 1), _whole("²", 1)
    (12, 1, 1)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else otherwise
