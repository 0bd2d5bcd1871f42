"""Words of one language that mean the same: `synonyms.tsv`, written by hand.

Columns: `language`; `words` that may stand for each other in any title, separated by `;`; and `derived`, "yes" where one word is
only spelt in several ways, so that what is made of it means the same too (perizinan, perijinan). Strictly so: a vehicle is more
than a car, and a skipjack is one tuna of several.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from search import analysis
from search.analysis import Language

FILE: Final = Path(__file__).parent / "synonyms.tsv"

Words = tuple[str, ...]


class _Tables(NamedTuple):
    """Others by the folded words that they stand for, and their language; and by the Indonesian stem of a word that is spelt in
    several ways."""

    words: Mapping[Words, tuple[str, ...]]
    languages: Mapping[Words, str]
    stems: Mapping[str, tuple[str, ...]]


def synonyms(words: Sequence[str], spoken: Language | None = None) -> tuple[str, ...]:
    """What means the same as these folded words together, as people write it. spoken: the language that they are known to be of.

    >>> synonyms(["satwa"]), synonyms(["automobiles"]), synonyms(["perijinan"])
    (('hewan', 'binatang'), ('car',), ('izin',))
    >>> synonyms(["koran"]), synonyms(["koran"], spoken="en")
    (('surat kabar',), ())
    """
    tables = _tables()
    if spoken and tables.languages.get(tuple(words), spoken) != spoken:
        return ()
    found = tables.words.get(tuple(words), ())
    if found or len(words) != 1:
        return found
    stem = analysis.stem(words[0], "id")
    # A word that is its own stem is made of none: "toda" is what the stemmer leaves of "metoda", and "all" in Spanish.
    return tables.stems.get(stem, ()) if stem != words[0] else ()


@cache
def _tables() -> _Tables:
    """An English word stands with its plural. Its stem would not do: that of globalization is "global"."""
    found: dict[Words, tuple[str, ...]] = {}
    stems: dict[str, tuple[str, ...]] = {}
    languages: dict[Words, str] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines()[1:]:
        language, words, derived = line.split("\t")
        same = [one.strip() for one in words.split(";")]
        for one in same:
            others = tuple(other for other in same if other != one)
            key = tuple(analysis.plain_words(one))
            for form in (key, (*key[:-1], _plural(key[-1]))) if language == "en" else (key,):
                found.setdefault(form, others)
                languages.setdefault(form, language)
            if derived:
                stems.setdefault(analysis.stem(key[0], "id"), others)
    return _Tables(found, languages, stems)


def _plural(word: str) -> str:
    return f"{word}es" if word.endswith("s") else f"{word}s"
