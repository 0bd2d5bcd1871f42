"""A title in a table's cell, in the subfields of 245: "Laut : cerita / Leila S. Chudori"."""

import re
from collections.abc import Sequence
from typing import Final

from ingest.mappings.responsibility import title_and_statement
from ingest.record import Field, Subfield
from search.analysis import plain_words

_STROKE: Final = re.compile(r"\s+/\s+")
_COLON: Final = re.compile(r"\s*:\s+|\s+:\s*")
# Of a name that is written with capitals: "Hamka dan Buya", "Abdullah bin Umar".
_PARTICLES: Final = frozenset(
    ("and", "bin", "binti", "dan", "de", "der", "di", "et", "ibn", "of", "the", "untuk", "van", "von")
)
_LEAST_WORDS: Final = 2
# Of schoolbooks for two kinds of school: "Matematika SMP / MTs Kelas VII".
_OF_SCHOOLBOOKS: Final = frozenset(("kelas", "jilid", "semester", "edisi", "kurikulum"))


def has_stroke(text: str) -> bool:
    return _STROKE.search(text) is not None


def title_parts(code: str, text: str, stated: str = "", names: Sequence[Field] = ()) -> list[Subfield]:
    """A title with the punctuation of ISBD, in its subfields.

    stated: what the row has as the statement of responsibility besides; names: the fields of its names.

    >>> title_parts("a", "Laut : cerita / Leila S. Chudori")
    [('a', 'Laut :'), ('b', 'cerita /'), ('c', 'Leila S. Chudori')]
    >>> title_parts("a", "AC / DC"), title_parts("a", "Laut / Leila S. Chudori", stated="Leila S. Chudori")
    ([('a', 'AC / DC')], [('a', 'Laut')])
    """
    title, statement = (
        title_and_statement(text, stated, names) or (() if stated or names else _alone(text)) or (text, "")
    )
    return isbd_parts(code, title.strip(), statement, " /")


def isbd_parts(code: str, text: str, last: str, mark: str) -> list[Subfield]:
    """A text as subfields with the punctuation of ISBD: what a colon parts from its beginning is $b, `last` is $c behind `mark`."""
    first, *rest = _COLON.split(text, maxsplit=1)
    found = [(code, first), *(("b", part) for part in rest if part), *([("c", last)] if last else [])]
    marks = {"b": " :", "c": mark}
    following = [marks[next_code] for next_code, _ in found[1:]] + [""]
    return [(code, part + mark) for (code, part), mark in zip(found, following, strict=True)]


def _alone(text: str) -> Sequence[str]:
    """Title and statement where the row has no name to tell by: what reads as names of somebody, and repeats no title.

    >>> _alone("Kota Bitung dalam angka / BPS Kota Bitung"), _alone("Ekonomi Mikro / Ekonomi Makro")
    (['Kota Bitung dalam angka', 'BPS Kota Bitung'], ())
    >>> _alone("Tata boga / makanan dan minuman"), _alone("Input / Output"), _alone("Matematika SMP / MTs Kelas VII")
    ((), (), ())
    """
    parts = _STROKE.split(text, maxsplit=1)
    before, after = map(plain_words, (parts[0], parts[-1]))
    if len(parts) < _LEAST_WORDS or len(after) < _LEAST_WORDS or not before:
        return ()
    if not _OF_SCHOOLBOOKS.isdisjoint(after):
        return ()
    repeats = before[0] == after[0] or set(before).issuperset(after)
    words = re.findall(r"[^\W\d_][\w'-]*", parts[1])
    is_name = all(word[0].isupper() or word in _PARTICLES for word in words)
    return () if repeats or not is_name else parts
