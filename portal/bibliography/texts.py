"""Texts of records as they may stand in a file: on one line, bounded, of characters that every form can hold."""

import re
from typing import Final

# Of one text; a field of a hostile record may be as long as the record.
MAX_TEXT: Final = 2_000
_SPACES: Final = re.compile(r"\s+")
# A mark that ends a sentence needs no colon behind it.
_AFTER_MARK: Final = re.compile(r"([?!]) : (\w?)")
# Cataloguers' dots for what changes from issue to issue: "... annual report".
_LEFT_OUT: Final = re.compile(r"(?:\.\.\.|…)\s*(\w)")


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
    >>> title_line("Mengapa karang? : sebuah kisah"), title_line("... annual report")
    ('Mengapa karang? Sebuah kisah', 'Annual report')
    """
    held = line(text)
    if held.startswith((".", "…")):
        held = _LEFT_OUT.sub(lambda found: found[1].upper(), held, count=1)
    held = _AFTER_MARK.sub(lambda found: f"{found[1]} {found[2].upper()}", held)
    return held.replace(" : ", ": ").replace(" ; ", "; ")
