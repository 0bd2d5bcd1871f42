"""For whom a title is, by the best evidence that a record gives."""

import re
from collections.abc import Iterable
from typing import Final

from ingest.extract import MarcView
from ingest.mapping import table
from ingest.mappings.subjects import genres, headings

# 008/22 means something else in serials and maps.
_KINDS_WITH_AUDIENCE: Final = frozenset("acdgijkmoprt")
_SERIAL_LEVELS: Final = frozenset("bis")
_AGE: Final = re.compile(r"(?:ages?|usia|umur)\D{0,10}(\d{1,2})", re.IGNORECASE)
_GRADE: Final = re.compile(r"(?:grades?|kelas)\D{0,10}(\d{1,2})", re.IGNORECASE)
_TEEN_AGE, _ADULT_AGE, _TEEN_GRADE, _LAST_GRADE = 13, 18, 7, 12


def audience(view: MarcView) -> list[str]:
    """Audience codes: what 385 says, else 521, else 008/22, else children's headings and genres."""
    stated = [text for field in view.of("385") for text in field.get_subfields("a", "m")]
    noted = [text for field in view.of("521") for text in field.get_subfields("a")]
    for found in (_in_words(stated), [*_in_numbers(noted), *_in_words(noted)], _in_008(view), _in_headings(view)):
        if found:
            return list(dict.fromkeys(found))
    return []


def _in_008(view: MarcView) -> list[str]:
    if view.leader[6] not in _KINDS_WITH_AUDIENCE or view.leader[7] in _SERIAL_LEVELS:
        return []
    code = table("audience", "code_008").get(view.at("008", 22))
    return [code] if code else []


def _in_headings(view: MarcView) -> list[str]:
    if any(heading.for_children for heading in view.once(headings)):
        return ["children"]
    return _first_words(view.once(genres), "forms")


def _in_words(texts: Iterable[str]) -> list[str]:
    return _first_words(texts, "words")


def _first_words(texts: Iterable[str], list_name: str) -> list[str]:
    found = []
    for text in texts:
        small = text.casefold()
        for word, code in table("audience", list_name).items():
            # Short words ("SD", "SMA") stand alone; of others the beginning is enough ("adolescents").
            end = r"\b" if len(word) < 4 else ""
            if word in small and re.search(rf"\b{re.escape(word)}{end}", small):
                found.append(code)
                break
    return found


def _in_numbers(texts: Iterable[str]) -> list[str]:
    found = []
    for text in texts:
        if age := _AGE.search(text):
            years = int(age.group(1))
            found.append("children" if years < _TEEN_AGE else "teens" if years < _ADULT_AGE else "adults")
        elif (grade := _GRADE.search(text)) and int(grade.group(1)) <= _LAST_GRADE:
            found.append("children" if int(grade.group(1)) < _TEEN_GRADE else "teens")
    return found
