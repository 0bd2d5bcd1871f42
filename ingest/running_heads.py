"""Running heads and feet of a book: lines at the edge of a page that its neighbours repeat."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from search.document import Page
from search.numerals import roman_value

# Heads change with the chapter and differ on left and right pages, so neighbours decide, not the whole
# book: the line stands on so many of the pages that are at most so far away.
NEIGHBOURS: Final = 6
REPEATED: Final = 2
# What ends as a sentence does ("Bukti:", "Cukup jelas.") is mostly text that happens to lie at the edge.
SENTENCE_REPEATED: Final = 5
# A head of two lines and a page number; longer ones are text.
EDGE_LINES: Final = 3
MAX_LENGTH: Final = 160
# A line of more numbers is a row of a table.
MAX_NUMBERS: Final = 4

_ENDS_SENTENCE: Final = re.compile(r"[.!?:;]\W*\Z")
# Roman ones, as front matter has them, only where a page number stands: at either end.
_NUMBER: Final = re.compile(r"\d{1,5}|^[ivxlc]{1,7}(?= |$)|(?<= )[ivxlc]{1,7}$")


def without_running_heads(pages: Sequence[Page]) -> list[Page]:
    """`pages` without the lines at their top and bottom that nearby pages repeat.

    A number in such a line may be the same everywhere or count with the pages ("Bab 3 · 45"); one that
    does neither ("Pasal 45") makes another line. A page keeps at least one line.
    """
    lines = [page.text.split("\n") for page in pages]
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for index, page_lines in enumerate(lines):
        # A head that the file draws last comes at the bottom of the text, so both edges count as one.
        edge = {*page_lines[:EDGE_LINES], *page_lines[-EDGE_LINES:]}
        for key in {key for line in edge for key in _keys(line, index)}:
            seen[key].append(index)

    heads = [_heads(page_lines, index, seen) for index, page_lines in enumerate(lines)]
    return [_stripped(page, page_lines, *count) for page, page_lines, count in zip(pages, lines, heads, strict=True)]


def _heads(lines: Sequence[str], index: int, seen: Mapping[str, Sequence[int]]) -> tuple[int, int]:
    """How many lines at the top and at the bottom of a page are repeated nearby."""

    def is_head(line: str) -> bool:
        if len(line) > MAX_LENGTH:
            return False
        least = SENTENCE_REPEATED if _ENDS_SENTENCE.search(line) else REPEATED
        return any(_others_near(seen[key], index) >= least for key in _keys(line, index))

    def count(edge: Sequence[str]) -> int:
        return sum(1 for _ in takewhile(is_head, edge))

    top = count(lines[: min(EDGE_LINES, len(lines) - 1)])
    bottom = count(lines[: max(-EDGE_LINES - 1, top - len(lines)) : -1])
    return top, bottom


def _others_near(indices: Sequence[int], index: int) -> int:
    return bisect_right(indices, index + NEIGHBOURS) - bisect_left(indices, index - NEIGHBOURS) - 1


def _stripped(page: Page, lines: Sequence[str], top: int, bottom: int) -> Page:
    return replace(page, text="\n".join(lines[top : len(lines) - bottom])) if top or bottom else page


def _keys(line: str, index: int) -> Iterator[str]:
    """What a line has in common with the same head on another page; one key for each number that may count pages.

    >>> list(_keys("BAB 2 | 14", 13))
    ['bab 2 | 14', 'bab <-11> | 14', 'bab 2 | <1>']
    >>> list(_keys("xiv PREFACE", 13))
    ['xiv preface', '<1> preface']
    """
    if len(line) > MAX_LENGTH:
        return
    line = line.casefold()
    yield line
    numbers = list(_NUMBER.finditer(line))
    if len(numbers) <= MAX_NUMBERS:
        for number in numbers:
            yield f"{line[: number.start()]}<{_value(number[0]) - index}>{line[number.end() :]}"


def _value(number: str) -> int:
    """The value of a number as _NUMBER finds it.

    >>> _value("14"), _value("xiv"), _value("xl")
    (14, 14, 40)
    """
    return int(number) if number.isdecimal() else roman_value(number)
