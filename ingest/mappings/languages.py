"""Language codes: MARC 21 codes, or what small systems write for them."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from ingest.extract import MarcView
from ingest.mapping import table, words
from ingest.transform import remembered

_CODE: Final = re.compile(r"[a-z]{3}")
_CODE_ALONE: Final = re.compile(r"(?<![^\W_])[a-z]{3}(?![^\W_])")
# "dan" is Danish too, but between two others it is the Indonesian "and".
_BETWEEN: Final = re.compile(r"[,;/&]|\s(?:dan|and)\s")
_NEAR: Final = (35, 36, 34, 37, 33)


@remembered
def language_codes(text: str) -> tuple[str, ...]:
    """Codes in a subfield, a cell or 008/35-37; older catalogues write several without a space, others write names.

    >>> language_codes("engind"), language_codes("zxx"), language_codes("id"), language_codes("|||")
    (('eng', 'ind'), (), ('ind',), ())
    >>> language_codes("Bahasa Indonesia dan Inggris"), language_codes("Sangir"), language_codes("qqq")
    (('ind', 'eng'), (), ('qqq',))
    >>> language_codes("ind (asli)"), language_codes("eng [i.e. ind]"), language_codes("ind. eng.")
    (('ind',), ('eng', 'ind'), ('ind', 'eng'))
    """
    codes = [code for part in _BETWEEN.split(text.lower()) for code in _codes_of(part.strip(" .|"))]
    return tuple(dict.fromkeys(code for code in codes if code not in words("languages", "none")))


def _codes_of(part: str) -> Sequence[str]:
    """What a name or some codes stand for; nothing where a word is neither: "Jawa Banyumas" may be another language."""
    names = table("languages", "replaced")
    part = " ".join(part.split())
    unprefixed = part.removeprefix("bahasa ")
    if found := names.get(part) or names.get(unprefixed):
        return (found,)
    codes = [_codes_of_word(word) for word in unprefixed.split(" ")]
    if all(codes):
        return [code for found in codes for code in found]
    known = _known_codes()
    return [names.get(code, code) for code in _CODE_ALONE.findall(part) if code in known]  # "ind (asli)"


def _codes_of_word(word: str) -> Sequence[str]:
    """A single code is believed, known or not; a longer word is cut only into codes that are known ("Sangir" is none)."""
    replaced = table("languages", "replaced")
    if word in replaced or _CODE.fullmatch(word):
        return (replaced.get(word, word),)
    codes = [word[at : at + 3] for at in range(0, len(word), 3)]
    return [replaced.get(code, code) for code in codes] if _known_codes().issuperset(codes) else ()


@cache
def _known_codes() -> frozenset[str]:
    replaced = (code for code in table("languages", "replaced") if _CODE.fullmatch(code))
    return frozenset((*words("languages", "codes"), *words("languages", "none"), *replaced))


def misplaced_language(view: MarcView) -> list[str]:
    """A known code within two places of 008/35: INDOMARC records are seen with a longer 008."""
    known = words("languages", "codes")
    found = (view.at("008", start, 3).lower() for start in _NEAR)
    return [next((code for code in found if code in known), "")]
