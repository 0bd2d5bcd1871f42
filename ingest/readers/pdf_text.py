"""The words of a PDF page, put in reading order and made clean. Pure text work, no PDF library."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

# Beyond this many boxes (a map, a chart) cutting costs more than the order is worth.
MAX_CUT_BOXES: Final = 1_000
MAX_CUT_DEPTH: Final = 40
# A column takes at least this part of the width it shares; narrower ones are list numbers and bullets.
COLUMN_SHARE: Final = 1 / 6
# A line that ends this far (of its block's width) before the right edge closes a paragraph.
SHORT_LINE: Final = 0.25
# Lines of a block lie at most so many times the height of their type apart, and evenly.
BLOCK_PITCH: Final = 2.2
EVEN_PITCH: Final = 1.3
# Lines that lie nearer than this (of their height) are one: formulas raise and lower their parts.
SAME_LINE: Final = 0.6
# A line with more than this share of control characters is set in a font that tells no letters.
UNMAPPED_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type and where it ends, in points from the left."""

    text: str
    right: float


@dataclass(frozen=True, slots=True)
class Box:
    """A block of lines as set on the page; the origin is the lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    lines: tuple[Line, ...]


class PlacedLine(NamedTuple):
    """A line of type and its place on the page; the origin is the lower left corner.

    A tuple because a book has 20,000 of them, and a frozen dataclass takes four times as long to make.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float


def flowing_text(lines: Sequence[PlacedLine]) -> str:
    """The text of a page from its lines in the file's own order, one paragraph a line, not yet cleaned.

    That order is nearly always the one of reading, for programs write text as it flows. Where it is not
    (text boxes of an office program come after all else) the places on the page decide.
    """
    boxes = blocks(lines)
    return page_text(reading_order(boxes) if _jumps_up(boxes) else boxes)


def _jumps_up(boxes: Sequence[Box]) -> bool:
    """Whether a block of several lines stands above the one that precedes it, in the same column.

    Single lines do not count: running heads, page numbers and labels of figures come when they like.
    """
    several = [box for box in boxes if len(box.lines) > 1]
    return any(second.bottom >= first.top and _common_width(first, second) > 0.5 for first, second in pairwise(several))


def _common_width(first: Box, second: Box) -> float:
    """The part of the narrower box's width that both take."""
    common = min(first.right, second.right) - max(first.left, second.left)
    return common / max(1.0, min(first.right - first.left, second.right - second.left))


def blocks(lines: Sequence[PlacedLine]) -> list[Box]:
    """Lines that follow each other evenly down the page, together; their order stays."""
    found: list[Box] = []
    block: list[PlacedLine] = []
    pitch = 0.0
    for line in lines:
        if block:
            last = block[-1]
            height = line.top - line.bottom
            if height < last.top - last.bottom:
                height = last.top - last.bottom
            down = last.bottom - line.bottom
            beside = line.left < last.right and line.right > last.left
            if abs(down) < SAME_LINE * height and line.left >= last.right - height:
                block[-1] = _continued(last, line)
                continue
            if beside and 0 < down <= min(BLOCK_PITCH * height, EVEN_PITCH * (pitch or down)):
                if len(block) == 2 and down * EVEN_PITCH < pitch:  # the first was a running head or a title
                    found.append(_block(block[:1]))
                    block, pitch = [last], down
                pitch = min(pitch, down) if pitch else down
                block.append(line)
                continue
            found.append(_block(block))
        block, pitch = [line], 0.0
    if block:
        found.append(_block(block))
    return found


def _continued(first: PlacedLine, second: PlacedLine) -> PlacedLine:
    """One line of two that stand beside each other; the first says how high it stands."""
    return PlacedLine(f"{first.text} {second.text}", first.left, first.bottom, second.right, first.top)


def _block(lines: Sequence[PlacedLine]) -> Box:
    texts, lefts, bottoms, rights, tops = zip(*lines, strict=True)
    return Box(min(lefts), min(bottoms), max(rights), max(tops), tuple(map(Line, texts, rights)))


# Without the tab, line ends and the mark of a broken word.
_CONTROL = re.compile(r"[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def has_control(text: str) -> bool:
    """Whether any character is one that no font should ask for."""
    return _CONTROL.search(text) is not None


def unmapped(line: str) -> bool:
    """Whether a line is set in a font whose codes stand for no letters: what is there is no text.

    >>> unmapped("\\x04\\x05s\\x06h\\x07"), unmapped("tab\\tand more")
    (True, False)
    """
    return len(_CONTROL.findall(line)) > UNMAPPED_SHARE * len(line)


def page_text(boxes: Sequence[Box]) -> str:
    """The text of these boxes in their order, one paragraph a line, not yet cleaned."""
    return "\n".join(paragraphs(box) for box in boxes)


def paragraphs(box: Box) -> str:
    """The lines of a box, joined by spaces; "\\n" only where a paragraph seems to end."""
    edge = box.right - SHORT_LINE * (box.right - box.left)
    parts: list[str] = []
    for line, following in zip(box.lines, (*box.lines[1:], None), strict=True):
        parts.append(line.text.strip())
        if following is None:
            break
        text = parts[-1]
        if text.endswith(_HYPHENS) or following.text.lstrip()[:1].islower() or line.right >= edge:
            parts.append(SOFT_BREAK)
        else:
            parts.append("\n")
    return "".join(parts)


def reading_order(boxes: Sequence[Box]) -> list[Box]:
    """`boxes` column by column, top to bottom: the page is cut at its widest gaps.

    The recursive X-Y cut of Nagy and Seth (1984): a gutter between columns is sought first, then
    the widest white strip from edge to edge, and each part is cut again.
    """
    if len(boxes) > MAX_CUT_BOXES:
        return _from_top(boxes)
    ordered: list[Box] = []
    pending: list[tuple[Sequence[Box], int]] = [(boxes, 0)]
    while pending:
        part, depth = pending.pop()
        cut = None if len(part) < 2 or depth >= MAX_CUT_DEPTH else _columns(part) or _bands(part)
        if cut is None:
            ordered.extend(_from_top(part))
        else:
            first, second = cut
            pending += [(second, depth + 1), (first, depth + 1)]
    return ordered


def _from_top(boxes: Sequence[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: (-box.top, box.left))


def _columns(boxes: Sequence[Box]) -> tuple[list[Box], list[Box]] | None:
    at = _widest_gap([(box.left, box.right) for box in boxes])
    if at is None:
        return None
    first, second = [b for b in boxes if b.left < at], [b for b in boxes if b.left >= at]
    least = COLUMN_SHARE * (max(b.right for b in boxes) - min(b.left for b in boxes))
    if any(max(b.right for b in side) - min(b.left for b in side) < least for side in (first, second)):
        return None
    return first, second


def _bands(boxes: Sequence[Box]) -> tuple[list[Box], list[Box]] | None:
    at = _widest_gap([(box.bottom, box.top) for box in boxes])
    return None if at is None else ([b for b in boxes if b.bottom >= at], [b for b in boxes if b.bottom < at])


def _widest_gap(spans: list[tuple[float, float]]) -> float | None:
    """Where the span after the widest gap begins, None when the spans leave no gap."""
    spans.sort()
    reach, widest, at = spans[0][1], 0.0, None
    for start, end in spans[1:]:
        if start - reach > widest:
            widest, at = start - reach, start
        reach = max(reach, end)
    return at


# A line break inside a paragraph, until hyphens are mended. In a file's own text it is as good as a blank.
SOFT_BREAK: Final = "\x1e"
_HYPHENS: Final = ("-", "\u00ad", "\u2010")

_UNMAPPED = re.compile(r"\(cid:\d{1,10}\)")
# U+0002 or U+FFFE is how pdfium marks a hyphen at a line end; the word goes on right behind it.
# The letter before is looked for last: a pattern that begins with a few characters is found ten times faster.
_BROKEN_WORD = re.compile(
    r"(?:[-\u2010\u00ad](?<=[^\W\d_].) ?[\x1e\n]|[\x02\ufffe](?<=[^\W\d_].)[\r\n]*)(?=([^\W\d_]{0,40}))"
)
_LAST_WORD = re.compile(r"[^\W\d_]{1,40}\Z")
_UNWANTED = re.compile(
    "[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ue000-\uf8ff\ufff9-\uffff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
# TeX sets an accent as a sign of its own before its letter.
_APART_ACCENT = re.compile("([\u00a8\u00b4\u02c6\u02dc\u02c7]) ?([A-Za-z\u0131])")
_COMBINING: Final = {"\u00a8": "\u0308", "\u00b4": "\u0301", "\u02c6": "\u0302", "\u02dc": "\u0303", "\u02c7": "\u030c"}


def clean(text: str, most: int) -> str:
    """`text` for searching and showing, at most `most` characters.

    Ligatures and other compatibility forms are written out (NFKC), words broken at a line end are
    mended, glyphs without a meaning, control characters and lone surrogates are dropped.

    >>> clean("Perpus-\\nTakaan \\ufb01le perpus-\\ntakaan buku-\\nbuku (cid:12)x\\x00", 100)
    'Perpus-\\nTakaan file perpustakaan buku-buku x'
    """
    text = _UNMAPPED.sub("", text[:most]).replace("\r\n", "\n")
    text = mended(text).replace(SOFT_BREAK, " ")
    text = _INVISIBLE.sub("", _UNWANTED.sub(" ", text))
    text = _APART_ACCENT.sub(lambda m: m[2].replace("\u0131", "i") + _COMBINING[m[1]], text)
    text = unicodedata.normalize("NFKC", text)  # may lengthen: one Arabic ligature is 18 letters
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(filter(None, lines))[:most]


def mended(text: str) -> str:
    """`text` with the words whole that a line end breaks in two.

    >>> mended("per-\\npustakaan, buku-\\nbuku, Timur-\\nLaut")
    'perpustakaan, buku-buku, Timur-\\nLaut'
    """
    return _BROKEN_WORD.sub(_mend, text)


_ROMAN_NUMBER = re.compile(r"[ivxlc]+")


def _mend(broken: re.Match[str]) -> str:
    """What stands for a hyphen and its line break: nothing, unless the hyphen belongs to the word."""
    after = broken[1]
    ends_block = broken[0].endswith("\n")
    # The last word of a page goes on overleaf, not in the page number under it: "be-", "xiv PREFACE".
    if not after[:1].islower() or (ends_block and _ROMAN_NUMBER.fullmatch(after)):
        return "-\n" if ends_block else "-"
    before = _LAST_WORD.search(broken.string, max(0, broken.start() - 40), broken.start())
    return "-" if before is not None and _doubled(before[0].lower(), after) else ""


def _doubled(before: str, after: str) -> bool:
    """Whether Indonesian doubles a word here, so that the hyphen stays: buku-buku, perundang-undangan.

    >>> _doubled("buku", "bukunya"), _doubled("perundang", "undangan"), _doubled("perpus", "takaan")
    (True, True, False)
    """
    return any(after.startswith(before[start:]) for start in range(len(before) - 2))
