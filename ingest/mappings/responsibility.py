"""The statement of responsibility, where a record has it in its title: 245 $a "Fikih sunnah / Sayyid Sabiq"."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from ingest.extract import MarcView, indicator, joined
from ingest.mapping import words
from ingest.record import Field, Subfield
from search.analysis import plain_words

_MARK: Final = re.compile(r"\s/(\s*)(?=[\w\[(])")
_TITLE: Final = frozenset("abnp")
NAMES: Final = ("100", "110", "111", "700", "710", "711", "720")
_SHORTEST_NAME: Final = 3
_NO_NAMES: Final = frozenset(("and", "dan", "del", "der", "des", "for", "the", "und", "van", "von"))
# Where a name stands that begins a statement, initials and honours apart: "Prof. M. Quraish Shihab", but not "specialists
# at the Department".
_FIRST_WORDS: Final = 2
# A title of more is one made to do harm, for each is looked at to the end of the title.
_MOST_STROKES: Final = 10


def place_statement(view: MarcView) -> None:
    """A title with a statement of responsibility in it counts as one with that statement in $c.

    A title may hold a stroke of its own ("J / psi"), so what follows it must say that it is a statement: by a name that
    the record has as a heading, or by the words that it begins with. Where $c has it too, the title only loses it.
    """
    for number, field in enumerate(view.fields.get("245", ())):
        last = ""
        for code, value in field.subfields:
            if code in _TITLE:
                last = value
        if -1 < last.find("/") < len(last) - 2 and (subfields := _parted(view, field)):  # hardly any
            titles = list(view.fields["245"])
            titles[number] = Field(field.tag, field.indicators, subfields)
            view.fields["245"] = titles


def _parted(view: MarcView, field: Field) -> Sequence[Subfield]:
    """The subfields with the statement in its place, () where the last of the title holds none."""
    place = max(place for place, (code, _) in enumerate(field.subfields) if code in _TITLE)
    code, text = field.subfields[place]
    found = title_and_statement(text, field.get("c"), view.of(*NAMES))
    if found is None:
        return ()
    title, statement = found
    before, after = [*field.subfields[:place], (code, f"{title} /")], field.subfields[place + 1 :]
    if not statement:
        return [*before, *after]
    said = set(plain_words(statement))
    more = [(code, value) for code, value in after if code != "c" or not said.issuperset(plain_words(value))]
    return [*before, ("c", statement), *more]


def title_and_statement(text: str, stated: str, names: Sequence[Field]) -> tuple[str, str] | None:
    """A title without the statement that it holds, and this, "" where it is stated already; None for one that holds none.

    stated: what is known as the statement besides. names: the headings of the record's names.
    """
    known = set(plain_words(stated))
    for mark in islice(_MARK.finditer(text), _MOST_STROKES):
        title, statement = text[: mark.start()], text[mark.end() :]
        said = plain_words(statement)
        if not title.strip() or not said:
            continue
        if known.issuperset(said):
            return title, ""
        if _is_lower_than(statement, title):
            continue
        if _says_so(said) or (not known and mark[1] and _begins_with_name(names, statement)):
            return title, statement
    return None


def _is_lower_than(text: str, title: str) -> bool:
    """Whether a text is in small letters where the title is not, and so names nobody: "Hitam / putih"."""
    return text.islower() and not title.islower()


def _says_so(said: Sequence[str]) -> bool:
    return f"{' '.join(said)} ".startswith(tuple(f"{word} " for word in words("responsibility", "first")))


def _begins_with_name(names: Sequence[Field], text: str) -> bool:
    """Whether a heading of the record stands at the beginning: one word of a person, of a body two or all of them.

    One word of a body says nothing: "Kamus Inggris-Indonesia / Indonesia-Inggris" of a ministry in Indonesia.
    """
    said = [word for word in plain_words(text.partition(" / ")[0]) if len(word) > 1]
    honours = words("responsibility", "honours")
    first = [word for word in said if word not in honours][:_FIRST_WORDS]
    for field in names:
        name = {word for word in plain_words(joined(field, "ab")) if len(word) >= _SHORTEST_NAME} - _NO_NAMES
        is_enough = _is_person(field) or len(name.intersection(said)) > 1 or name == set(said)
        if is_enough and not name.isdisjoint(first):
            return True
    return False


def _is_person(field: Field) -> bool:
    return field.tag[1:] == "00" or (field.tag == "720" and indicator(field, 1) != "2")
