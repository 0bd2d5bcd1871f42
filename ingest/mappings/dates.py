"""When a title was published: the statements that give its year, and its dates as the record has them."""

import re
from typing import Final

from ingest.extract import MarcView, marc
from ingest.transform import is_end_of_span, is_guessed, is_hijri, trim_isbd, year

TAGS: Final = "008 260 264"
_STATEMENTS: Final = marc("264|*1|c:264|*#|c:260c")
_COPYRIGHT: Final = marc("264|*4|c")
# 008/06 with two dates that are a beginning and an end; those of q, r and t are not.
_SPANS: Final = frozenset("cdikmu")
_CODED_YEAR: Final = re.compile(r"[0-9]{1,4}u{0,3}|uuuu")
_OPEN: Final = "9999"
_UNKNOWN: Final = "uuuu"
# Not the dash in a word: "Cet. ke-3, 2010" is one year; but "19uu-" and "1998M-2000M" are several.
_SEVERAL: Final = re.compile(r"(?:^|[\W\d_]|[0-9][^\W\d_]{1,2})[-–]|<")
_SIGN: Final = re.compile(r"^[c©\s]+(?=[0-9])")
_DASH: Final = re.compile(r"((?<![0-9])[0-9]{4}[?\]>]*)\s*-(?!-|[0-9]{2}-[0-9]{2})\s*")


def statements(view: MarcView) -> list[str]:
    """Dates of 264 _1 and 260. A serial has one for each of its publishers, the latest often first: it began with the
    earliest."""
    found = view.once(_STATEMENTS)
    if len(found) > 1 and view.continuing:
        return sorted(found, key=lambda text: year(text) or _OPEN)
    return found


def published(view: MarcView) -> list[str]:
    """The dates in words, where they say more than the year: "1873–", "1960–1995", "[183-?]"."""
    texts = view.once(_STATEMENTS) or _COPYRIGHT(view)
    coded = view.at("008", 6)
    if not texts:
        return _coded(view)
    text = texts[0]
    bare = text.strip("[]c©., ")
    if bare.isdigit() and len(texts) == 1 and coded not in _SPANS:
        return []  # nearly all
    span = _span(view) if coded in _SPANS else ""
    if bare.isdigit() and len(texts) == 1:
        return [span] if span.startswith(bare) and span != bare else []
    if span and len(texts) > 1 and view.continuing:
        return [span]
    if is_end_of_span(text):
        # "-1951." of a serial that still appears is the end of its first publisher.
        begin = span.partition("–")[0]
        return [span if span and coded == "c" else f"{begin}–{_as_written(text).strip('[]<>-– ')}"]
    return [_as_written(text)] if _says_more(text) else []


def _says_more(text: str) -> bool:
    """Whether a date says more than one sure year: a span, a decade, a guess, a year that two of ours share."""
    return any(map(str.isdigit, text)) and (_SEVERAL.search(text) is not None or is_guessed(text) or is_hijri(text))


def _as_written(text: str) -> str:
    """The date without what parts it from the next element, half a pair of brackets and the sign of copyright.

    >>> [_as_written(text) for text in ("c1960-1995.", "[183-?]", "<2000->", "-[2004", "1988-91", "2010-05-13")]
    ['1960–1995', '[183-?]', '<2000–>', '-2004', '1988–91', '2010-05-13']
    >>> _as_written("ca. 1850"), _as_written("© 1960-")
    ('ca. 1850', '1960–')
    """
    text = _SIGN.sub("", trim_isbd(text))
    if text.count("[") != text.count("]"):
        text = text.replace("[", "").replace("]", "")
    return _DASH.sub(r"\1–", text)


def _coded(view: MarcView) -> list[str]:
    """By 008 alone: a span, or a year that is known in part."""
    if view.at("008", 6) in _SPANS:
        span = _span(view)
        return [span] if span and not span.isdigit() else []
    first = _coded_year(view.at("008", 7, 4))
    return [first] if "?" in first[1:] else []


def _span(view: MarcView) -> str:
    """008/07-14 as "1873–", "1960–1995" or "195?–", "" where nothing of it is known."""
    coded, first, last = view.at("008", 6), view.at("008", 7, 4), view.at("008", 11, 4)
    begin, end = _coded_year(first), _coded_year(last)
    if coded == "c" or last == _OPEN:
        end = ""
    elif coded == "u":
        end = "?"  # nobody knows whether it ended
    elif not end:
        return ""
    if begin == end or not any(map(str.isdigit, begin + end)):
        return begin if begin.isdigit() else ""
    return f"{begin}–{end}"


def _coded_year(text: str) -> str:
    """
    >>> _coded_year("1873"), _coded_year("195u"), _coded_year("uuuu"), _coded_year("    ")
    ('1873', '195?', '?', '')
    """
    if len(text) != 4 or not _CODED_YEAR.fullmatch(text):
        return ""
    return "?" if text == _UNKNOWN else text.replace("u", "?")
