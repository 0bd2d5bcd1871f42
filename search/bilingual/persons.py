"""Names of one person: `persons.tsv`, written by hand.

Columns: `names`, all that the same person is called in books and catalogues, separated by `;`, the usual one first; and what the
person is `known for`, so that nobody adds another's. A name that is a word besides ("Dee", "Pram") is none of them, nor is one
that others bear as well ("Iskandar Agung" teaches, "St. Augustine" is a town). Words of a name are looked for in a row, the surname
last or first, so a form with other initials or in the old spelling is a name by itself; initials stand with their dots and without:
"HB Jassin".
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from search import analysis

FILE: Final = Path(__file__).parent / "persons.tsv"

Words = tuple[str, ...]


def words_of_name(words: Sequence[str]) -> int:
    """How many of these folded words are the longest name of a known person that they begin with; 0 if none is.

    >>> words_of_name(["bung", "karno", "muda"]), words_of_name(["biografi", "bung", "karno"])
    (2, 0)
    """
    names = (tuple(words[:length]) for length in (_lengths().get(words[0], ()) if words else ()))
    return next((len(name) for name in names if name in _table()), 0)


def also_called(words: Sequence[str]) -> tuple[str, ...]:
    """The other names of who is called these folded words, as people write them.

    >>> also_called(["bung", "karno"]), also_called(["avicenna"])
    (('Sukarno',), ('Ibnu Sina', 'Ibn Sina'))
    """
    return _table().get(tuple(words), ())


def in_names_beside(words: Sequence[str], place: int) -> frozenset[str]:
    """What stands at `place` in the names of known persons that all other words are those of `words` around it.

    >>> in_names_beside(["pidato", "bung", "karni"], 2), in_names_beside(["karni"], 0)
    (frozenset({'karno'}), frozenset())
    """
    fitting = (
        name[at]
        for name in _table()
        for at in range(len(name) if len(name) > 1 else 0)
        if at <= place
        and (*name[:at], words[place], *name[at + 1 :]) == tuple(words[place - at : place - at + len(name)])
    )
    return frozenset(fitting)


@cache
def _table() -> Mapping[Words, tuple[str, ...]]:
    found: dict[Words, tuple[str, ...]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines()[1:]:
        names = [name.strip() for name in line.split("\t")[0].split(";")]
        keys = [tuple(analysis.plain_words(name)) for name in names]
        for key in keys:
            others = {other: name for other, name in zip(keys, names, strict=True) if other != key}
            found[key] = tuple(others.values())
    return found


@cache
def _lengths() -> Mapping[str, tuple[int, ...]]:
    """By the first word of a name, how many words such names have, the longest first."""
    found: dict[str, set[int]] = {}
    for first, *rest in _table():
        found.setdefault(first, set()).add(1 + len(rest))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}
