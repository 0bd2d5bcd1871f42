"""Which words of an index are near to one that was typed: one rule for every engine."""

from collections.abc import Iterable, Mapping
from typing import Final

from rapidfuzz.distance import OSA

from search.results import Spelling

# Words of names, titles and headings; notes and pages hold misprints of their own.
SPELLED_FIELDS: Final = ("title", "title_other", "contributor", "subject", "series", "genre", "place")
MOST_SPELLINGS: Final = 5

_SHORTEST: Final = 4
_LONG: Final = 8
# The last character of the Greek and Cyrillic blocks. Of the scripts behind them many write no vowels, or whole syllables and words,
# so that another letter is another word: one apart are the Arabic for "Quran" and for "decree".
_LAST_OF_ALPHABETS: Final = "\u052f"


def edits_allowed(word: str) -> int:
    """How many letters may be wrong, missing, too many or swapped; none in short words, in numbers and in scripts like the Arabic.

    >>> [edits_allowed(word) for word in ("ikan", "laut1945", "aku", "terumbuh", "القرآن", "море")]
    [1, 0, 0, 2, 0, 1]
    """
    if len(word) < _SHORTEST or not word.isalpha() or max(word) > _LAST_OF_ALPHABETS:
        return 0
    return 2 if len(word) >= _LONG else 1


def nearest(word: str, found: Mapping[str, int]) -> tuple[Spelling, ...]:
    """The MOST_SPELLINGS of `found` (words with their numbers of documents) that are nearest to `word`, itself first.

    Of equally near words those with the same first letter come first, then those of most documents.
    """
    near = (Spelling(other, documents, OSA.distance(word, other)) for other, documents in found.items() if documents)
    return tuple(sorted(_allowed(word, near), key=lambda s: _order(word, s)))[:MOST_SPELLINGS]


def _allowed(word: str, near: Iterable[Spelling]) -> Iterable[Spelling]:
    most = edits_allowed(word)
    return (spelling for spelling in near if spelling.distance <= most)


def _order(word: str, spelling: Spelling) -> tuple[int, bool, int, str]:
    return (spelling.distance, spelling.word[0] != word[0], -spelling.documents, spelling.word)
