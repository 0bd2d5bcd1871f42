"""What a text asks of the library itself and no book can answer: "jam buka perpustakaan", "how do I renew a book"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, get_args

from search import analysis
from search.reading.phrases import tables

Service = Literal["hours", "membership", "borrowing", "renewal", "return", "sign_in", "place"]
SERVICES: Final[tuple[Service, ...]] = get_args(Service)
# A question of more words says more than what it asks for.
_MOST_WORDS: Final = 12
_MOST_CHARACTERS: Final = 160
# As catalogues write what stands behind a title (ISBD).
_SUBTITLE: Final = " : "
# Who writes the query language looks for books.
_SIGNS: Final = frozenset('"“”„«»()*:')


@dataclass(frozen=True, slots=True)
class _Asked:
    """ways: each some sets of words, of every one of which a word is said, in any order. known: all words that are said of it."""

    ways: tuple[tuple[frozenset[str], ...], ...]
    known: frozenset[str]


def service(text: str, library: str = "", titles: Iterable[str] = ()) -> Service | None:
    """What `text` asks of the library; None where it says a word more than such a question does, which may name a book.

    library: its name, whose words may stand in the question. titles: of what the text finds; where it is one of them, that is
    asked for, and no question: "Closing time".

    >>> service("bolehkah saya pinjam buku"), service("bolehkah saya pinjam buku sejarah"), service("library hours")
    ('borrowing', None, 'hours')
    """
    if len(text) > _MOST_CHARACTERS or not _SIGNS.isdisjoint(text):
        return None
    said = analysis.plain_words(text)
    words = frozenset(said)
    if not words or len(words) > _MOST_WORDS:
        return None
    own = frozenset(analysis.plain_words(library))
    telling = frozenset(word for word in words - own if not analysis.is_stop_word(word))
    asked = next((name for name, one in _services().items() if telling <= one.known and _is_asked(words, one)), None)
    return None if asked and any(said == _main_title(title) for title in titles) else asked


def _main_title(title: str) -> list[str]:
    return analysis.plain_words(title.partition(_SUBTITLE)[0])


def _is_asked(words: frozenset[str], asked: _Asked) -> bool:
    return any(all(not words.isdisjoint(one) for one in way) for way in asked.ways)


@cache
def _services() -> Mapping[Service, _Asked]:
    """What the tables of both languages say, together: a question may mix them."""
    both = tables()
    beside = _words(word for table in both for word in table["request"]["beside_services"])
    return {name: _asked([table["service"][name] for table in both], beside) for name in SERVICES}


def _asked(entries: Iterable[Mapping[str, Any]], beside: frozenset[str]) -> _Asked:
    entries = tuple(entries)
    ways = tuple(tuple(_words(one.split("|")) for one in way.split()) for entry in entries for way in entry["asked"])
    known = beside | _words(word for entry in entries for word in entry["beside"])
    return _Asked(ways, known.union(*(one for way in ways for one in way)))


def _words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for each in words for word in analysis.plain_words(each))
