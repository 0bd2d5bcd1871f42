"""When a title was published, as it is cited: a year, a span of years, or what a cataloguer could only guess."""

import re
from dataclasses import dataclass
from typing import Final

from ingest.transform import is_guessed
from search.document import Document

_OR: Final = r"(?:\s*\b(?:or|atau)\s*(\d{4}|\d\d))?"
# "1906–1912", "1988–91", "1954 or 1955–1972 or 1973".
_SPAN: Final = re.compile(rf"(\d{{4}}){_OR}[?\]>]*\s*–\s*[<\[]?(\d{{4}}|\d\d)(?!\d){_OR}", re.IGNORECASE)
# "[between 1906 and 1912]", "1943 or 1944", and no "1988 or 1989–".
_BETWEEN: Final = re.compile(
    r"(\d{4})[?\]>]*\s*\b(?:and|or|dan|atau)\b\s*[<\[]?(\d{4}|\d\d)(?!\d)(?!\W*–)", re.IGNORECASE
)
_END: Final = "–"


@dataclass(frozen=True, slots=True)
class Issued:
    """Years, "" for none. until: the last of several. circa: they are guessed."""

    year: str = ""
    until: str = ""
    circa: bool = False


def issued(document: Document) -> Issued:
    """By its year and the date in words, which a document has only where it says more."""
    return _issued(document.first("year"), document.first("published"))


def _issued(year: str, said: str) -> Issued:
    """
    >>> _issued("1830", "[183-?]"), _issued("2014", "")
    (Issued(year='1830', until='', circa=True), Issued(year='2014', until='', circa=False))
    >>> _issued("1906", "[between 1906 and 1912]"), _issued("1988", "1988–91")
    (Issued(year='1906', until='1912', circa=True), Issued(year='1988', until='1991', circa=False))
    >>> _issued("1954", "5715–733 [1954 or 1955–1972 or 1973]"), _issued("1988", "[1988 or 1989–]")
    (Issued(year='1954', until='1973', circa=True), Issued(year='1988', until='', circa=True))
    >>> _issued("1950", "195?–"), _issued("1964", "1964–201?"), _issued("", "19??–")
    (Issued(year='1950', until='', circa=True), Issued(year='1964', until='', circa=False), Issued(year='', until='', circa=False))
    """
    if not (year.isascii() and year.isdigit()):
        return Issued()
    span = _SPAN.search(said) or _BETWEEN.search(said)
    if span is not None and span[1] == year:
        end = span[span.lastindex or 1]
        until = year[: -len(end)] + end
        if until > year:
            return Issued(year, until, is_guessed(said))
    return Issued(year, "", is_guessed(said.partition(_END)[0]))
