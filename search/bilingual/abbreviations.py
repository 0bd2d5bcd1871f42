"""Short names that are words besides, where they stand in capitals: `abbreviations.tsv`, written by hand.

Columns: `abbreviation`; what it is written out, in `indonesian` and in `english`, several with `;` between. Of short names that
are no words ("UNSRAT", "PAUD") `terms.tsv` and `synonyms.tsv` tell, however they are written.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from search import analysis

# A text in capitals of which no word is longer may be made of short names: "PAI SMA".
LONGEST: Final = 4

FILE: Final = Path(__file__).parent / "abbreviations.tsv"


class WrittenOut(NamedTuple):
    indonesian: tuple[str, ...]
    english: tuple[str, ...]


def written_out(word: str, text: str) -> WrittenOut | None:
    """What `word` of `text`, as it is written there, is short for; None where it is none of them, or the whole text is shouted.

    >>> written_out("MIN", "guru MIN"), written_out("min", "guru min"), written_out("MIN", "SEKOLAH MIN")
    (WrittenOut(indonesian=('madrasah ibtidaiyah negeri',), english=('state Islamic primary school',)), None, None)
    """
    found = _table().get(word)
    return found if found and not _is_shouted(text) else None


def _is_shouted(text: str) -> bool:
    """Whether a text in capitals is made of words: one is too long for a short name, or is grammar, as in "LET IT BE"."""
    if not text.isupper():
        return False
    names = {analysis.fold(name) for name in _table()}
    words = analysis.plain_words(text)
    return any(len(word) > LONGEST or (analysis.is_stop_word(word) and word not in names) for word in words)


@cache
def _table() -> Mapping[str, WrittenOut]:
    rows = (line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:])
    return {short: WrittenOut(_forms(indonesian), _forms(english)) for short, indonesian, english in rows}


def _forms(cell: str) -> tuple[str, ...]:
    return tuple(form.strip() for form in cell.split(";"))
