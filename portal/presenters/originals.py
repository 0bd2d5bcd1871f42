"""Texts in their original script (MARC 880), beside the romanised forms that they belong to."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from portal.presenters.wording import html_language
from search.document import Document, Vernacular

# Where a field in original script is shown, if not in its own row.
_ROW_OF: Final = {"series": "series_statement"}
# What is written as it stands on the piece, in its language; a name or heading may be of another.
_OF_THE_PIECE: Final = frozenset(("title", "responsibility"))
# Fields that are searched in parts of what stands in original script, and of which fields there.
_SEARCHED_IN: Final = {"note": frozenset(("publisher", "series")), "title_other": frozenset(("title_other",))}
# As the mapping writes a series before its volume.
VOLUME: Final = " ; "
_WORD: Final = re.compile(r"\w+")
_VOLUME_WORD: Final = re.compile(r"\b(?:no|nomor|vol|v|jil|jilid)\b\.?")


@dataclass(frozen=True, slots=True)
class OriginalScript:
    """A text in its original script. direction and lang: as HTML has them."""

    text: str
    direction: str
    lang: str


def originals(document: Document) -> dict[str, tuple[OriginalScript, ...]]:
    """What stands in its original script, by the field it is shown with; equal texts once."""
    found: dict[str, dict[str, OriginalScript]] = {}
    for text in document.vernacular:
        name = _ROW_OF.get(text.field, text.field)
        key = _series_key(text.text) if name == "series_statement" else _words(text.text)
        found.setdefault(name, {}).setdefault(key, _original_script(text, document))
    return {name: tuple(texts.values()) for name, texts in found.items()}


def _original_script(text: Vernacular, document: Document) -> OriginalScript:
    language = html_language(document) if text.field in _OF_THE_PIECE else ""
    lang = f"{language or 'und'}-{text.script}" if text.script else language
    return OriginalScript(text.text, "rtl" if text.right_to_left else "auto", lang)


def romanised(document: Document, field: str) -> list[str]:
    """A field's values without those in original script, which are in it to be found and are shown beside it."""
    values = list(document.values(field))
    if not document.vernacular:
        return values
    originals = {_words(text.text) for text in document.vernacular}
    whole = _SEARCHED_IN.get(field, frozenset())
    statements = [_words(text.text) for text in document.vernacular if text.field in whole]
    return [value for value in values if not _is_original(_words(value), originals, statements)]


def _is_original(words: str, originals: set[str], statements: Sequence[str]) -> bool:
    return bool(words.strip()) and (words in originals or any(words in statement for statement in statements))


def unlike(statements: Iterable[str]) -> list[str]:
    """Each series and volume once, as first spelt."""
    found: dict[str, str] = {}
    for statement in statements:
        found.setdefault(_series_key(statement), statement)
    return list(found.values())


def _words(text: str) -> str:
    """The words alone, with a space before and after, so that some of them can be looked for in others.

    >>> _words("Kairo : Dar,") in _words("[Kairo] : Dar, 2006")
    True
    """
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _series_key(statement: str) -> str:
    """What two spellings of one series and volume share.

    >>> _series_key("Seri laut ; no. 93") == _series_key("Seri Laut ; 93")
    True
    """
    name, _, volume = statement.casefold().partition(VOLUME)
    return _words(f"{name} {_VOLUME_WORD.sub(' ', volume)}")
