"""For whom a title is, by the best evidence that a record gives."""

import re
from collections.abc import Iterable
from typing import Final

from ingest.extract import MarcView, indicator
from ingest.mapping import table
from ingest.mappings.subjects import headings
from ingest.record import Field
from ingest.transform import remembered
from search.numerals import roman_value

# 008/22 means something else in serials and maps.
_KINDS_WITH_AUDIENCE: Final = frozenset("acdgijkmoprt")
_CODES_OF_008: Final = "marctarget"
_AGE: Final = re.compile(r"(?:ages?|usia|umur)\D{0,10}(\d{1,2})", re.IGNORECASE)
_GRADE: Final = re.compile(r"(?:grades?|kelas)\D{0,10}(\d{1,2})", re.IGNORECASE)
_CLASS: Final = re.compile(r"(?:[Kk]elas|KELAS)\s+([IVX]+)\b")  # of Indonesian schools, in capitals
_NUMBER: Final = re.compile(r"\s*0*(\d{1,2})(?!\d)")  # "012-018." is from 12 to 18
_KINDERGARTEN: Final = re.compile(r"\s*(?:P?K|TK)\b", re.IGNORECASE)
_TEEN_AGE, _ADULT_AGE, _TEEN_GRADE, _LAST_GRADE = 13, 18, 7, 12


def audience(view: MarcView) -> list[str]:
    """Audience codes: what 385 says, else 521, else 526, else 008/22, else children's headings and genres."""
    fields = view.fields
    if "385" in fields and (found := [code for field in fields["385"] for code in _stated(field)]):
        return found
    if "521" in fields and (found := [code for field in fields["521"] for code in _noted(field)]):
        return found
    if "526" in fields:
        levels = table("audience", "interest_526")
        stated = [text.strip(" .").lower() for field in fields["526"] for text in field.get_subfields("b")]
        if found := [levels[text] for text in stated if text in levels]:
            return found
    return _in_008(view) or _in_headings(view)


def _stated(field: Field) -> list[str]:
    """What 385 says in words, else by a code of 008/22, if $2 says that it is one."""
    if found := _in_words(field.get_subfields("a", "m")):
        return found
    if field.get("2").strip().lower() != _CODES_OF_008:
        return []
    known = table("audience", "code_008")
    return [known[code] for text in field.get_subfields("b") if (code := text.strip().lower()) in known]


def _noted(field: Field) -> list[str]:
    """What 521 says; its first indicator tells what a bare number is."""
    texts = field.get_subfields("a")
    found = [code for text in texts if (code := _of_number(text, indicator(field, 1)))]
    return [*found, *_in_words(texts)]


def _of_number(text: str, kind: str) -> str:
    """By the youngest age, or the lowest grade ("K-3" begins before the first)."""
    age = _AGE.search(text) or (_NUMBER.match(text) if kind == "1" else None)
    if age:
        years = int(age.group(1))
        return "children" if years < _TEEN_AGE else "teens" if years < _ADULT_AGE else "adults"
    if (level := _grade(text, kind)) is not None:
        return "" if level > _LAST_GRADE else "children" if level < _TEEN_GRADE else "teens"
    return "children" if kind == "2" and _KINDERGARTEN.match(text) else ""


def _grade(text: str, kind: str) -> int | None:
    if found := _CLASS.search(text):
        return roman_value(found.group(1))
    found = _GRADE.search(text) or (_NUMBER.match(text) if kind in ("0", "2") else None)
    return int(found.group(1)) if found else None


def _in_008(view: MarcView) -> list[str]:
    if view.leader[6] not in _KINDS_WITH_AUDIENCE or view.continuing:
        return []
    code = table("audience", "code_008").get(view.at("008", 22))
    return [code] if code else []


def _in_headings(view: MarcView) -> list[str]:
    found = view.once(headings)
    return ["children"] if found.for_children else [code for genre in found.parts["v"] if (code := _in_genre(genre))]


@remembered
def _in_genre(text: str) -> str:
    return _first_word(text, "forms")


def _in_words(texts: Iterable[str]) -> list[str]:
    return [code for text in texts if (code := _first_word(text, "words"))]


def _first_word(text: str, list_name: str) -> str:
    """The code of the first word in the list that stands in a text, "" for none."""
    small = text.casefold()
    for word, code in table("audience", list_name).items():
        # Short words ("SD", "SMA") stand alone; of others the beginning is enough ("adolescents").
        end = r"\b" if len(word) < 4 else ""
        if word in small and re.search(rf"\b{re.escape(word)}{end}", small):
            return code
    return ""
