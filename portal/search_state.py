"""What a reader is looking at, as URL parameters: the one truth that links, Back and reload share.

Names stand in saved links: `q`, `f.<field>` (repeated: any of the values), `sort`, `page`, `size`,
`mode`, `exact=1` (in no other spelling), `drop` and `words` (repeated: keys of what was read from the text, to
be left out of the search with its words, or searched for as words; `words=all`: all of it), `hl` and `id` (an
open record). Defaults are left out and the order is fixed, so a search has one address.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, cast
from urllib.parse import parse_qsl, quote_plus

from portal.i18n import DEFAULT_LANGUAGE, LANGUAGES, Language
from search.discovery import MAX_RESULTS_REACHED
from search.query import MODES, Filter, Mode, known_filters
from search.query_language import MAX_CHARACTERS
from search.reading.interpretation import EVERYTHING
from search.schema import RELEVANCE, SORTS
from search.understanding import Understanding, understand

SIZES: Final = (10, 20, 50, 100)
DEFAULT_SIZE: Final = 20
DEFAULT_MODE: Final[Mode] = "hybrid"
# More than a search may hold, so that `parse` still sees that the text was too long and says so.
MAX_TEXT: Final = MAX_CHARACTERS + 1
MAX_ID: Final = 200
FILTER_PREFIX: Final = "f."
# A text has fewer readings; what is no key of one counts for nothing.
MAX_KEYS: Final = 16
_KEY: Final = re.compile(r"[a-z]{1,20}(?:\.[1-9]\d?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class SearchState:
    """A search, the page of it being read, the display language, and the record that is open ("" for none).

    exact, drop, words: as in the address; they belong to the text and go with it. Whatever it is made from, it is valid: values outside the limits become the nearest allowed
    one, or the default.
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

    def __post_init__(self) -> None:
        size = self.size if self.size in SIZES else DEFAULT_SIZE
        q = _printable(self.q, MAX_TEXT)
        words = _keys(self.words) if self.words and q else ()
        valid = {
            "q": q,
            "filters": known_filters(self.filters),
            "sort": self.sort if self.sort in SORTS else RELEVANCE,
            "size": size,
            "page": min(max(self.page, 1), MAX_RESULTS_REACHED // size),
            "mode": self.mode if self.mode in MODES else DEFAULT_MODE,
            "hl": self.hl if self.hl in LANGUAGES else DEFAULT_LANGUAGE,
            "id": _printable(self.id, MAX_ID),
            "exact": bool(self.exact and q),
            "drop": _keys(key for key in self.drop if q and EVERYTHING not in words and key not in words)
            if self.drop
            else (),
            "words": (EVERYTHING,) if EVERYTHING in words else words,
        }
        for name, value in valid.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]]) -> "SearchState":
        """The state that URL parameters mean; unknown names and unusable values are passed over.

        Of a single-valued name the last one counts.
        """
        single: dict[str, str] = {}
        filters: list[Filter] = []
        keys: dict[str, list[str]] = {"drop": [], "words": []}
        for name, value in params:
            if name.startswith(FILTER_PREFIX):
                filters.append(Filter(name.removeprefix(FILTER_PREFIX), (value,)))
            elif name in keys:
                keys[name].append(value)
            else:
                single[name] = value
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
        )

    @classmethod
    def from_query_string(cls, text: str) -> "SearchState":
        """The state of a link: "?q=laut&page=2" or a whole address."""
        return cls.from_params(parse_qsl(text.rpartition("?")[2], keep_blank_values=True))

    def to_params(self) -> tuple[tuple[str, str], ...]:
        """URL parameters in their fixed order, without defaults."""
        params = [("q", self.q)]
        params += [(FILTER_PREFIX + chosen.field, value) for chosen in self.filters for value in chosen.values]
        params += [
            ("sort", "" if self.sort == RELEVANCE else self.sort),
            ("page", "" if self.page == 1 else str(self.page)),
            ("size", "" if self.size == DEFAULT_SIZE else str(self.size)),
            ("mode", "" if self.mode == DEFAULT_MODE else self.mode),
            ("exact", "1" if self.exact else ""),
            *(("drop", key) for key in self.drop),
            *(("words", key) for key in self.words),
            ("hl", "" if self.hl == DEFAULT_LANGUAGE else self.hl),
            ("id", self.id),
        ]
        return tuple((name, value) for name, value in params if value)

    def to_mapping(self) -> Mapping[str, list[str]]:
        """The same, one entry a name."""
        grouped: dict[str, list[str]] = {}
        for name, value in self.to_params():
            grouped.setdefault(name, []).append(value)
        return grouped

    def query_string(self) -> str:
        """The same as in a link, with its "?"; "" for the plain home page."""
        # A page of results has 150 links that differ in one value; each value is encoded once.
        encoded = "&".join([f"{_encoded(name)}={_encoded(value)}" for name, value in self.to_params()])
        return f"?{encoded}" if encoded else ""

    def understood(self, today: date) -> Understanding:
        """What the text asks for `today`, with what was chosen beside it."""
        drop, words = frozenset(self.drop), frozenset(self.words)
        return understand(self.q, self.filters, self.sort, today, without=drop, as_words=words)

    @property
    def is_home(self) -> bool:
        """Nothing is asked yet. A chosen order or a further page asks for the whole catalogue."""
        return not self.q and not self.filters and self.sort == RELEVANCE and self.page == 1 and not self.id

    def asking(self, q: str) -> "SearchState":
        """A new text in the same language and manner; filters stay, so a reader can refine inside them."""
        return replace(self, q=q, page=1, id="", exact=False, drop=(), words=())

    def exactly(self, exact: bool = True) -> "SearchState":
        """The same text in no other spelling, or in others too."""
        return replace(self, exact=exact, page=1, id="")

    def dropping(self, *keys: str) -> "SearchState":
        """The same search without these readings of its text and without their words."""
        return replace(self, drop=(*self.drop, *keys), page=1, id="")

    def as_words(self, *keys: str) -> "SearchState":
        """The same text with these readings taken back, so that their words are searched for."""
        return replace(self, words=(*self.words, *keys), page=1, id="")

    def read_anew(self) -> "SearchState":
        """The same text with nothing that is read from it taken back."""
        return replace(self, drop=(), words=(), page=1, id="")

    def toggling(self, field: str, value: str) -> "SearchState":
        """The same search with a filter value chosen, or given up when it was."""
        if value in self.chosen(field):
            return self.without(field, value)
        return replace(self, filters=(*self.filters, Filter(field, (value,))), page=1, id="")

    def without(self, field: str, value: str) -> "SearchState":
        kept = tuple(
            Filter(f.field, tuple(v for v in f.values if (f.field, v) != (field, value))) for f in self.filters
        )
        return replace(self, filters=kept, page=1, id="")

    def without_filters(self) -> "SearchState":
        return replace(self, filters=(), page=1, id="")

    def chosen(self, field: str) -> tuple[str, ...]:
        return next((f.values for f in self.filters if f.field == field), ())

    def sorted_by(self, sort: str) -> "SearchState":
        return replace(self, sort=sort, page=1, id="")

    def in_mode(self, mode: Mode) -> "SearchState":
        return replace(self, mode=mode, page=1, id="")

    def at_page(self, page: int) -> "SearchState":
        return replace(self, page=page, id="")

    def in_language(self, hl: Language) -> "SearchState":
        return replace(self, hl=hl)

    def opening(self, id: str) -> "SearchState":
        return replace(self, id=id)

    def closing(self) -> "SearchState":
        """Back to the results the record was opened from."""
        return replace(self, id="")

    def starting_over(self, filters: tuple[Filter, ...] = (), sort: str = RELEVANCE) -> "SearchState":
        """A search of its own, in the same language."""
        return SearchState(filters=filters, sort=sort, hl=self.hl)


def _printable(text: str, most: int) -> str:
    """Text as it may stand in an address: control characters become spaces, none at the ends."""
    if not text.isprintable():
        text = "".join(ch if ch.isprintable() else " " for ch in text)
    return text[:most].strip()


@lru_cache(maxsize=4096)
def _encoded(text: str) -> str:
    return quote_plus(text)


def _keys(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({key for key in keys if _KEY.fullmatch(key)})[:MAX_KEYS])


def _whole(text: str, otherwise: int) -> int:
    """A whole number written in plain digits, else `otherwise`.

    >>> _whole("12", 1), _whole("-5", 1), _whole("²", 1)
    (12, 1, 1)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else otherwise
