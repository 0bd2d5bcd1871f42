"""Short names that are words besides, where they stand in capitals: `abbreviations.tsv`, written by hand.

Columns: `abbreviation`; what it is written out, in `indonesian` and in `english`, several with `;` between. Of short names that
are no words ("UNSRAT", "PAUD") `terms.tsv` and `synonyms.tsv` tell, however they are written.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from search import analysis
from search.bilingual.terms import are_initials, read_terms
from search.numerals import ROMAN

# A text in capitals of which no word is longer may be made of short names: "PAI SMA".
LONGEST: Final = 4
_VOWELS: Final = frozenset("aeiouy")
# What a patron writes beside the short name of a school or a subject: "SOAL UN", "BUKU PAI".
_BESIDE: Final = frozenset(("buku", "guru", "soal", "tes"))
# Before a school year, which tells as much as a second short name: "pai kelas 5", "ipas kls iv".
_CLASS: Final = frozenset(("kelas", "kls"))
_BESIDE_SHORT: Final = _BESIDE | _CLASS

FILE: Final = Path(__file__).parent / "abbreviations.tsv"


class WrittenOut(NamedTuple):
    indonesian: tuple[str, ...]
    english: tuple[str, ...]


def written_out(word: str, text: str) -> WrittenOut | None:
    """What `word` of `text`, as it is written there, is short for; None where it is none of them, or the whole text is shouted.

    Where all words are short names or those of a school, they are so in small letters too: "pai sma", "buku tik kelas 7".

    >>> written_out("MIN", "guru MIN"), written_out("min", "guru min"), written_out("MIN", "SEKOLAH MIN")
    (WrittenOut(indonesian=('madrasah ibtidaiyah negeri',), english=('state Islamic primary school',)), None, None)
    """
    found = _table().get(word) or (_table().get(word.upper()) if _is_of_short_names(text) else None)
    return found if found and not is_shouted(text) else None


def _is_of_short_names(text: str) -> bool:
    """Whether a text in small letters is made of short names, none of them grammar besides, and of what stands beside them; one
    alone is none of them: "guru min"."""
    words = [word for word in text.split() if not (word.isdigit() or word in ROMAN)]
    short = [word for word in words if word not in _BESIDE_SHORT]
    told = len(short) > 1 or (len(short) == 1 and not _CLASS.isdisjoint(words))
    return told and all(word in _short_names() and not analysis.is_stop_word(word) for word in short)


def is_shouted(text: str) -> bool:
    """Whether a text in capitals is made of words, so that its capitals tell nothing: one is too long for an unknown short name,
    or is grammar, as in "LET IT BE", or is none of the short names that are known, beside another word; "BPK" and "SNMPTN" can be
    nothing else.

    >>> is_shouted("OLD MAN"), is_shouted("PAI SMA"), is_shouted("MAN"), is_shouted("old man"), is_shouted("SNMPTN SBMPTN")
    (True, False, False, False, False)
    """
    if not text.isupper():
        return False
    words = [word for word in analysis.plain_words(text) if not word.isdigit()]
    return any(
        (len(word) > LONGEST and not (word in _short_names() or _VOWELS.isdisjoint(word)))
        or (analysis.is_stop_word(word) and word not in _own_names())
        or (len(words) > 1 and not _goes_with_short_names(word))
        for word in words
    )


def _goes_with_short_names(word: str) -> bool:
    return word in _short_names() or word in _BESIDE or _VOWELS.isdisjoint(word)


@cache
def _own_names() -> frozenset[str]:
    return frozenset(analysis.fold(name) for name in _table())


def stands_for(word: str) -> str:
    """What a short name that is no word besides is short for, in Indonesian where a term has it so; "" for any other word.

    >>> stands_for("KUHP"), stands_for("MAN")
    ('kitab undang-undang hukum pidana', '')
    """
    return _first_letters().get(analysis.fold(word), "")


def is_short_name(word: str) -> bool:
    """Whether a folded word is a short name that is known, besides what it may be else.

    >>> is_short_name("us"), is_short_name("jk")
    (True, False)
    """
    return word in _short_names()


@cache
def _short_names() -> frozenset[str]:
    """Those of the table, and those of the terms, folded."""
    return _own_names() | _first_letters().keys()


@cache
def _first_letters() -> Mapping[str, str]:
    """Forms of the terms that are the first letters of what they stand for, folded, with that."""
    found: dict[str, str] = {}
    for term in read_terms():
        for first, *others in ((*term.indonesian, *term.indonesian_also), (*term.english, *term.english_also)):
            # "KUHP" has one letter for "undang-undang", "UUD" has two.
            spelt = analysis.plain_words(first), analysis.plain_words(first.replace("-", " "))
            folded = map(analysis.fold, others)
            keys = (key for key in folded if any(are_initials(key, words) for words in spelt))
            found |= {key: first for key in keys if key not in found and key not in _own_names()}
    return found


@cache
def _table() -> Mapping[str, WrittenOut]:
    rows = (line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:])
    return {short: WrittenOut(_forms(indonesian), _forms(english)) for short, indonesian, english in rows}


def _forms(cell: str) -> tuple[str, ...]:
    return tuple(form.strip() for form in cell.split(";"))
