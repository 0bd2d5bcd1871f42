"""How Indonesian spells the learned words it shares with English: "computation" is "komputasi".

Our own list of the regular endings and letters of the Pedoman Umum Pembentukan Istilah (Pusat Bahasa
2007), read from English to Indonesian, where the spelling is the more regular.
"""

import re
from typing import Final

MIN_CHARACTERS: Final = 6

# English ending -> Indonesian one; the longest that fits is taken. A word with none of them is not a loan we can tell.
_ENDINGS: Final = {
    "isation": "isasi", "ization": "isasi", "ation": "asi", "ction": "ksi", "ption": "psi", "ition": "isi",
    "ution": "usi", "ology": "ologi", "graphy": "grafi", "metry": "metri", "nomy": "nomi", "pathy": "pati",
    "scopy": "skopi", "therapy": "terapi", "ality": "alitas", "ility": "ilitas", "ivity": "ivitas", "osity": "ositas",
    "icity": "isitas", "arity": "aritas", "exity": "eksitas", "ism": "isme", "istic": "istik", "ist": "is", "ical": "ik", "ics": "ika",
    "ic": "ik", "ive": "if", "ence": "ensi", "ency": "ensi", "ance": "ansi", "ancy": "ansi", "cracy": "krasi",
    "ogue": "og", "oid": "oid", "ose": "osa", "ide": "ida", "ium": "ium", "ator": "ator",
    "gram": "gram", "phone": "fon", "scope": "skop", "meter": "meter", "sphere": "sfer", "phyte": "fit", "cyte": "sit",
}  # fmt: skip
_BY_LENGTH: Final = sorted(_ENDINGS, key=lambda ending: (-len(ending), ending))

# In this order, each over the whole stem.
_LETTERS: Final = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        ("sch", "sk"), ("ph", "f"), ("th", "t"), ("rh", "r"), ("ch", "k"), ("ck", "k"), ("cc(?=[eiy])", "ks"),
        ("sc(?=[eiy])", "s"), ("c(?=[eiy])", "s"), ("ae|oe", "e"), ("c", "k"), ("qu", "ku"), ("(?<=.)x", "ks"),
        ("(?<=[^aeiou])y(?=[^aeiou])|(?<=[^aeiou])y$", "i"), ("ou", "u"), (r"([b-df-hj-np-tv-z])\1", r"\1"),
    )
)  # fmt: skip


def indonesian_spelling(english: str) -> str | None:
    """The Indonesian spelling of a folded English word, None where no rule tells it.

    >>> [indonesian_spelling(word) for word in ("computation", "psychology", "complexity", "library")]
    ['komputasi', 'psikologi', 'kompleksitas', None]
    """
    if len(english) < MIN_CHARACTERS or not (english.isascii() and english.isalpha()):
        return None
    ending = next((ending for ending in _BY_LENGTH if english.endswith(ending)), None)
    if ending is None or len(english) - len(ending) < 2:
        return None
    stem = english[: -len(ending)]
    for pattern, into in _LETTERS:
        stem = pattern.sub(into, stem)
    return stem + _ENDINGS[ending]
