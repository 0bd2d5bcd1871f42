"""Theses, by their note (MARC 502) or, where that is missing, by the words of a title or another note."""

import re
from functools import cache
from typing import Final

from ingest.extract import MarcView, joined
from ingest.mapping import words

_CLAUSE: Final = re.compile(r"[:;.]\s")


def place_notes(view: MarcView) -> None:
    """A note (500) in the words of a thesis note counts as the 502 that it should have been.

    "Originally presented as the author's thesis" and "Revision of ..." speak of what the book was before.
    """
    fields = view.fields
    if "502" in fields or "500" not in fields:
        return
    if theses := [field for field in fields["500"] if _is_thesis_note(field.get("a"))]:
        fields["500"] = [field for field in fields["500"] if field not in theses]
        fields["502"] = theses


def thesis_statements(view: MarcView) -> list[str]:
    """What says that a title is a thesis: the degree or text of each 502, else 245 $b or $c; () for none."""
    if "502" in view.fields:
        return [field.get("b") or joined(field, "ag") for field in view.fields["502"]]
    if view.continuing:  # a journal of theses is none
        return []
    statements = [text for field in view.of("245") for text in field.get_subfields("b", "c")]
    return [text for text in statements if any(map(_is_thesis_note, _CLAUSE.split(text)))]


def _is_thesis_note(text: str) -> bool:
    """
    >>> texts = ("Skripsi (S1)--Universitas Sam Ratulangi, 2019", "a thesis submitted to Leiden University", "thesis /")
    >>> [_is_thesis_note(text) for text in texts]
    [True, True, True]
    >>> texts = ("Originally presented as the author's thesis", "skripsi, tesis dan disertasi", "fermilab-thesis-2011-13")
    >>> [_is_thesis_note(text) for text in texts]
    [False, False, False]
    """
    return _pattern().match(text) is not None


@cache
def _pattern() -> re.Pattern[str]:
    """The word, perhaps with its degree, at the beginning; then nothing, a dash, or what follows it in thesis notes."""
    thesis, before, after = ("|".join(map(re.escape, words("theses", name))) for name in ("thesis", "before", "after"))
    return re.compile(
        rf"[\W_]*(?:an?\s+)?(?:(?:{before})[\s-]+)?(?:{thesis})\b(?:\s*\([^()]*\))?"
        rf"(?:[\s.,:;/]*$|\s*(?:--|[—–])|[\s.,:-]*(?:{after}))",
        re.IGNORECASE,
    )
