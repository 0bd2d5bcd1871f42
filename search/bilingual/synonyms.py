"""Words of one language that mean the same: `synonyms.tsv`, written by hand.

Columns: `language`, and `words` that may stand for each other in any title, separated by `;`. Strictly so: a vehicle is more
than a car, and a skipjack is one tuna of several.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from search import analysis

FILE: Final = Path(__file__).parent / "synonyms.tsv"

Words = tuple[str, ...]


def synonyms(words: Sequence[str]) -> tuple[str, ...]:
    """What means the same as these folded words together, as people write it.

    >>> synonyms(["satwa"]), synonyms(["automobiles"])
    (('hewan', 'binatang'), ('car',))
    >>> synonyms(["surat", "kabar"])
    ('koran',)
    """
    return _table().get(tuple(words), ())


@cache
def _table() -> Mapping[Words, tuple[str, ...]]:
    """An English word stands with its plural. Its stem would not do: that of globalization is "global"."""
    found: dict[Words, tuple[str, ...]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines()[1:]:
        language, words = line.split("\t")
        same = [one.strip() for one in words.split(";")]
        for one in same:
            key = tuple(analysis.plain_words(one))
            for form in (key, (*key[:-1], _plural(key[-1]))) if language == "en" else (key,):
                found.setdefault(form, tuple(other for other in same if other != one))
    return found


def _plural(word: str) -> str:
    return f"{word}es" if word.endswith("s") else f"{word}s"
