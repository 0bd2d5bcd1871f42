"""Texts of records as they may stand in a file: on one line, bounded, of characters that every form can hold."""

import re
from typing import Final

# Of one text; a field of a hostile record may be as long as the record.
MAX_TEXT: Final = 2_000
_SPACES: Final = re.compile(r"\s+")


def line(text: str, most: int = MAX_TEXT) -> str:
    """`text` on one line, without characters that no form can hold.

    >>> line("a\\r\\nTY  - BOOK\\x00 b")
    'a TY - BOOK b'
    """
    if len(text) <= most and text.isprintable():  # then its only spaces are blanks
        return " ".join(text.split())
    held = "".join(ch if ch.isprintable() else " " for ch in text[: most * 2].encode("utf-8", "replace").decode())
    return _SPACES.sub(" ", held).strip()[:most]


def title_line(text: str) -> str:
    """A title with its subtitle as it is cited, without the blank that ISBD puts before a colon.

    >>> title_line("Terumbu karang : panduan")
    'Terumbu karang: panduan'
    """
    return line(text).replace(" : ", ": ").replace(" ; ", "; ")
