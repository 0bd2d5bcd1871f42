"""The statement of responsibility, where a record has it in its title: 245 $a "Fikih sunnah / Sayyid Sabiq"."""

import re
from collections.abc import Sequence
from typing import Final

from ingest.extract import MarcView
from ingest.mapping import words
from ingest.record import Field, Subfield
from search.analysis import plain_words

_MARK: Final = re.compile(r"\s/(\s*)(?=[\w\[(])")
_TITLE: Final = frozenset("abnp")
_NAMES: Final = ("100", "110", "111", "700", "710", "711", "720")
_SHORTEST_NAME: Final = 3
_NO_NAMES: Final = frozenset(("and", "dan", "del", "der", "des", "for", "the", "und", "van", "von"))
# Where a name stands that begins a statement, initials apart: "M. Quraish Shihab", but not "specialists at the Department".
_FIRST_WORDS: Final = 2


def place_statement(view: MarcView) -> None:
    """A title with a statement of responsibility in it counts as one with that statement in $c.

    A title may hold a stroke of its own ("J / psi"), so what follows it must say that it is a statement: by a name that
    the record has as a heading, or by the word that it begins with. Where $c has it too, the title only loses it.
    """
    titles = view.fields.get("245", ())
    for number, field in enumerate(titles):
        if subfields := _parted(view, field):
            parted = Field(field.tag, field.indicators, subfields)
            view.fields["245"] = titles = [*titles[:number], parted, *titles[number + 1 :]]


def _parted(view: MarcView, field: Field) -> Sequence[Subfield]:
    """The subfields with the statement in its place, () where the last of the title holds none."""
    place = max((place for place, (code, _) in enumerate(field.subfields) if code in _TITLE), default=-1)
    if place < 0 or "/" not in field.subfields[place][1].rstrip(" /"):  # nearly all
        return ()
    code, text = field.subfields[place]
    stated = set(plain_words(field.get("c")))
    for mark in _MARK.finditer(text):
        title, statement = text[: mark.start()], text[mark.end() :]
        if not title.strip():
            continue
        if stated.issuperset(plain_words(statement)) if stated else _is_statement(view, statement, bool(mark[1])):
            moved = [] if stated else [("c", statement)]
            return [*field.subfields[:place], (code, f"{title} /"), *moved, *field.subfields[place + 1 :]]
    return ()


def _is_statement(view: MarcView, text: str, after_space: bool) -> bool:
    said = plain_words(text)
    if said and said[0] in words("responsibility", "first"):
        return True
    first = [word for word in plain_words(text.partition(" / ")[0]) if len(word) > 1][:_FIRST_WORDS]
    return after_space and not view.once(_name_words).isdisjoint(first)


def _name_words(view: MarcView) -> set[str]:
    names = [part for field in view.of(*_NAMES) for part in field.get_subfields("a", "b")]
    return {word for name in names for word in plain_words(name) if len(word) >= _SHORTEST_NAME} - _NO_NAMES
