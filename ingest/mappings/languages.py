"""Language codes: MARC 21 codes, or what small systems write for them."""

import re
from typing import Final

from ingest.extract import MarcView
from ingest.mapping import table, words
from ingest.transform import remembered

_CODES: Final = re.compile(r"[a-z]{3}")
_NEAR: Final = (35, 36, 34, 37, 33)


@remembered
def language_codes(text: str) -> tuple[str, ...]:
    """Codes in a subfield or in 008/35-37; older catalogues write several without a space.

    >>> language_codes("engind"), language_codes("zxx"), language_codes("id"), language_codes("|||")
    (('eng', 'ind'), (), ('ind',), ())
    """
    text = text.strip(" .,;|").lower()
    known = table("languages", "replaced")
    if text in known:
        return (known[text],)
    parts = re.split(r"[\s,;/]+", text)
    codes = [part[at : at + 3] for part in parts if len(part) % 3 == 0 for at in range(0, len(part), 3)]
    return tuple(known.get(c, c) for c in codes if _CODES.fullmatch(c) and c not in words("languages", "none"))


def misplaced_language(view: MarcView) -> list[str]:
    """A known code within two places of 008/35: INDOMARC records are seen with a longer 008."""
    known = words("languages", "codes")
    found = (view.at("008", start, 3).lower() for start in _NEAR)
    return [next((code for code in found if code in known), "")]
