"""The sentences of a page of text: what can be quoted by itself, without headings, tables of contents, rows and code."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

# Shorter says nothing alone; longer is no quotation but a page.
SHORTEST_WORDS: Final = 4
SHORTEST, LONGEST = 20, 420
# More on one page is no page of a book.
MOST_CHARACTERS: Final = 20_000
# A line with this share of capitals is a heading.
SHOUTED: Final = 0.8
# Enough of the end of a text to see how it ends.
_TAIL: Final = 12

# The dots that lead the eye across a table of contents, or a row of figures.
_LEADERS = re.compile(r"(?:\. ?){4}")
# What stands before an article, a paragraph or an item: "Pasal 31", "Article 5", "(2)", "1.3.", "a.", "•".
_NUMBER = r"(?:\d{1,3}|[IVXL]{1,6})"
_ARTICLE = rf"(?:Pasal|PASAL|Ayat|Article|ARTICLE|§)\s?{_NUMBER}(?=\s*$|\s+[^\W\d_a-z(]|\s+\()"
_ITEM = r"(?:\((?:\d{1,2}|[a-z]|[ivx]{1,4})\)|\d{1,2}(?:\.\d{1,2}){0,3}\.|[a-z][.)]|[IVXL]{1,6}\.|[•■▪◦–*-])(?=\s)"
_CLUNG = r"(?:\d{1,2}|[IVXL]{1,6})\.(?=[^\W\d_a-z][^\W\d_A-Z])"  # "I.Indonesia", of a careless typist
_MARKER = re.compile(rf"\s*(?:{_ARTICLE}|{_ITEM}|{_CLUNG})\s*")
# Where one stands inside a line: after the end of a sentence, or after a heading in capitals.
_INSIDE = re.compile(rf"(?:(?<=[.;:!?])|(?<=[A-Z]{{2}}))\s+(?=(?:{_ARTICLE}|\(\d{{1,2}}\)\s))|\s+(?=[•■▪◦]\s)")
# A section's number before a line that is no sentence: "1.6. Software yang Dibangun".
_SECTION = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2}){1,3}\.?|[IVXL]{1,6}\.)\s")
_HEADING = re.compile(r"(?:BAB|Bab|BAGIAN|Bagian|LAMPIRAN|CHAPTER|Chapter|PART|Part|APPENDIX)\s+[\dIVXLA-Z]{1,6}\b")
_ENDED = re.compile(r"[.!?;:][\"”’)\]]*$")
_CLOSED = re.compile(r"[.!?][\"”’)\]]*$")
# A footnote's number may cling to its first word: "docket. 8MCAS is a function".
_SENTENCE_END = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"”’)])|(?<=[.!?][\"”’)]{2}))\s+(?=[\"“‘(]{0,2}\d{0,2}[^\W\d_a-z])"
)
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:[^\W\d_]|Dr|Drs|Ir|Prof|Hj|St|No|Vol|Mr|Mrs|Ms|Jr|Inc|Ltd|Co|Jl|Kab|hlm|tgl|cf|[A-Z]\.[A-Z])\.$"
)
_CLINGING = re.compile(r"\d{1,2}(?=[^\W\d_a-z])")
_LAST_NUMBER = re.compile(r"(?<=[.!?;])\s\d{1,2}(?:\.\d{1,2}){0,3}\.$")
# Lines and boxes are drawn; "Halaman 5 / 10" stands at the edge of a page, and so does what is run together with it.
_NOT_SAID = re.compile(r"[\u2500-\u25ff]{2}|\b(?:halaman|hal\.|hlm\.|page) ?\d+ ?(?:/|dari|of) ?\d", re.IGNORECASE)
# A line this long was broken where the margin was; a shorter one ended where it was meant to.
_WRAPPED: Final = 45


def sentences(text: str) -> Iterator[str]:
    """The sentences of a page in order, each whole and without the number before it.

    One that leads to a list has the list's items with it, as far as LONGEST allows.

    >>> list(sentences("BAB XV BENDERA DAN BAHASA Pasal 35 Bendera Negara ialah Sang Merah Putih. Pasal 36\\nBahasa negara ialah bahasa Indonesia."))
    ['Bendera Negara ialah Sang Merah Putih.', 'Bahasa negara ialah bahasa Indonesia.']
    """
    blocks = [*_blocks(text[:MOST_CHARACTERS])]
    for place, (block, marked) in enumerate(blocks):
        if block.endswith(":"):
            # The last sentence of the block leads to what follows.
            *before, leading = _split(block)
            yield from (one for one in before if _is_whole(one, marked=True))
            listed = _with_items(leading, blocks, place + 1)
            if listed != leading and (marked or before or not leading[:1].islower()) and _fits(listed):
                yield listed
            continue
        # "npm merupakan ...": what comes before has ended.
        fresh = marked or (place > 0 and bool(_CLOSED.search(blocks[place - 1][0][-_TAIL:])))
        yield from (one for n, one in enumerate(_split(block)) if _is_whole(one, marked=fresh or n > 0))


def _with_items(leading: str, blocks: Sequence[tuple[str, bool]], first: int) -> str:
    text = leading
    for place in range(first, len(blocks)):
        item, marked = blocks[place]
        if not marked or len(text) + len(item) + 2 > LONGEST:
            break
        text += f" {item}" if text.endswith((":", ".", ";", ",")) else f"; {item}"
    return text


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of lines that belong together, and whether a number or bullet stood before each; headings are left out."""
    block, marked = "", False
    for line in _lines(text):
        marker = _MARKER.match(line)
        if not block or marker or _LEADERS.search(line) or not _goes_on(block, line):
            if block:
                yield block, marked
            block, marked = "", marker is not None
            bare = _bare(line)
            numbered_heading = _SECTION.match(line) and not _ENDED.search(line[-_TAIL:])
            if not (numbered_heading or _LEADERS.search(line) or _is_heading(bare)):
                block = bare
        else:
            block = f"{block} {line}"
    if block:
        yield block, marked


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for part in _INSIDE.split(" ".join(line.split())):
            if part:
                yield part


def _bare(line: str) -> str:
    """The line without what numbers it: "Pasal 13 (1) Presiden ..." begins with "Presiden"."""
    place = 0
    while (marker := _MARKER.match(line, place)) and marker.end() > place:
        place = marker.end()
    return line[place:]


def _goes_on(block: str, line: str) -> bool:
    if _ENDED.search(block[-_TAIL:]) or _is_heading(line):
        return False
    return line[:1].islower() or len(block) >= _WRAPPED


def _is_heading(line: str) -> bool:
    letters = [ch for ch in line if ch.isalpha()]
    capitals = sum(ch.isupper() for ch in letters)
    shouted = capitals > SHOUTED * len(letters) and len(letters) > 3
    return not letters or shouted or (_HEADING.match(line) is not None and not _CLOSED.search(line[-_TAIL:]))


def _split(block: str) -> list[str]:
    found: list[str] = []
    for part in _SENTENCE_END.split(block):
        if found and _ABBREVIATED.search(found[-1][-_TAIL:]):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return [
        _LAST_NUMBER.sub("", _bare(_CLINGING.sub("", one, count=1) if _CLINGING.match(one) else one)) for one in found
    ]


def _is_whole(sentence: str, *, marked: bool) -> bool:
    """It ends, and does not begin in the middle of what the page before began."""
    return bool(_CLOSED.search(sentence[-_TAIL:])) and (marked or not sentence[:1].islower()) and _fits(sentence)


def _fits(sentence: str) -> bool:
    return (
        not _NOT_SAID.search(sentence)
        and SHORTEST <= len(sentence) <= LONGEST
        and len(sentence.split()) >= SHORTEST_WORDS
    )
