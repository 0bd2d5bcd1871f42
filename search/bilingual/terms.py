"""The hand-made terms: `terms.tsv` and `common_words.tsv`, and what their lines mean.

Columns, separated by tabs: `indonesian`, `english`, `topic`, `local`. The first two hold forms of one
meaning separated by `;`, the best first; a form in brackets is understood when it is asked for and never
offered (old spellings, abbreviations, longer wordings). `local` is a word of Manado Malay: it leads to
the forms of its line, and nothing leads to it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from search import analysis

FILES: Final = ("terms.tsv", "common_words.tsv")
COLUMNS: Final = ("indonesian", "english", "topic", "local")

_FORM = re.compile(r"\(([^()]*)\)|([^;()]+)")


@dataclass(frozen=True, slots=True)
class Term:
    """One meaning. indonesian, english: forms to offer, best first; the `_also` ones are only understood."""

    indonesian: tuple[str, ...]
    english: tuple[str, ...]
    topic: str
    local: str = ""
    indonesian_also: tuple[str, ...] = ()
    english_also: tuple[str, ...] = ()


@cache
def read_terms() -> tuple[Term, ...]:
    """The terms of both files in their order. Raises ValueError for a line that has not four columns."""
    folder = Path(__file__).parent
    return tuple(term for name in FILES for term in _read(folder / name))


def _read(path: Path) -> Iterator[Term]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            raise ValueError(f"{path.name}, line {number}: expected {len(COLUMNS)} columns, found {len(cells)}")
        if number == 1:
            continue
        indonesian, indonesian_also = forms(cells[0])
        english, english_also = forms(cells[1])
        yield Term(indonesian, english, cells[2], cells[3], indonesian_also, english_also)


def are_initials(key: str, form: Sequence[str]) -> bool:
    """Whether `key` is made of the first letters of these folded words; those of grammar may be left out.

    >>> are_initials("sd", ("sekolah", "dasar")), are_initials("s", ("sekolah",))
    (True, False)
    >>> are_initials("toefl", "test of english as a foreign language".split())
    True
    """
    left = key
    for word in form:
        if left.startswith(word[0]):
            left = left[1:]
        elif not analysis.is_stop_word(word):
            return False
    return len(key) > 1 and not left


def forms(cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The forms to offer and the ones only understood.

    >>> forms("pos pelayanan terpadu; posyandu; (pos yandu; yandu)")
    (('pos pelayanan terpadu', 'posyandu'), ('pos yandu', 'yandu'))
    """
    offered: list[str] = []
    understood: list[str] = []
    for bracketed, plain in _FORM.findall(cell):
        found = [form.strip() for form in (bracketed or plain).split(";")]
        (understood if bracketed else offered).extend(form for form in found if form)
    return tuple(offered), tuple(understood)
