"""Covers drawn from what a record says, so that titles without a picture still stand on a shelf as books do."""

import unicodedata
from functools import lru_cache
from math import floor
from typing import Final, Literal
from zlib import crc32

from markupsafe import Markup, escape

from search.document import Document

Size = Literal["small", "large"]

WIDTH: Final = 120
HEIGHT: Final = 168
LEFT: Final = 15
RIGHT: Final = 108
TOP: Final = 16
# Usual type, the least for the sake of a long word, and the most lines: a small cover is seen, a large one is read.
_TYPE: Final[dict[Size, tuple[float, float, int]]] = {"small": (19.0, 10.4, 4), "large": (14.5, 10.4, 6)}
LEADING: Final = 1.22
MOST_CHARACTERS: Final = 200
# A record page draws ten covers, and the shelf twenty-four; the same come again on the next.
REMEMBERED: Final = 4_096
MOST_TOLD_APART: Final = 1_000
UNCLASSED_COLOURS: Final = 6

# Where a title ends and the rest of it begins (ISBD 1.1.4, 1.3, 1.4), as records write it.
_TITLE_ENDS: Final = (" : ", " = ", " / ", " ; ")


class _Widths(dict[str, float]):
    """Letters and their widths in em; of those that are not there, about what they take."""

    def __missing__(self, letter: str) -> float:
        if letter.isascii():
            return 0.65
        if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            return 0.0
        return 1.05 if unicodedata.east_asian_width(letter) in "WF" else 0.7


# Widths in em of the bold face the covers are lettered in, as Chromium measures them.
_WIDTHS: Final = _Widths(
    {
        **dict.fromkeys("ijl", 0.26),
        **dict.fromkeys("'I!,r", 0.36),
        **dict.fromkeys("1().:;J[]`ft{|}", 0.42),
        **dict.fromkeys('"/sz', 0.52),
        **dict.fromkeys("7*LTZvx", 0.57),
        **dict.fromkeys("23569-?EFacehknuy", 0.62),
        **dict.fromkeys("0ABKUV", 0.72),
        **dict.fromkeys("CDHN", 0.77),
        **dict.fromkeys("&G…", 0.82),
        **dict.fromkeys("#MOQmw", 0.92),
        **dict.fromkeys("@W—%", 1.05),
        " ": 0.2,
    }
)

# Pictures of what a title is, drawn in lines on a square of 24.
_PICTURES: Final = {
    "book": "M4 5.5c3-1.2 5.6-.8 8 1 2.4-1.8 5-2.2 8-1v13c-3-1.2-5.6-.8-8 1-2.4-1.8-5-2.2-8-1zM12 6.5v13",
    "screen": "M6 3h12v18H6zM10.5 18h3",
    "leaves": "M5 4h14v16H5zM8 8.5h8M8 12h8M8 15.5h5",
    "map": "M4 6l5-2 6 2 5-2v14l-5 2-6-2-5 2zM9 4v14M15 6v14",
    "sound": "M5 14v-2a7 7 0 0 1 14 0v2M5 14h3v5H5zM16 14h3v5h-3z",
    "notes": "M9 17.5V6l10-2v11.5M9 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 15.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
    "film": "M4 6h16v12H4zM10 9.5v5l4.5-2.5z",
    "picture": "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 8v1.5",
    "cap": "M3 9.5l9-4 9 4-9 4zM7 11.5V16c3 2 7 2 10 0v-4.5",
    "computer": "M4 5h16v11H4zM8.5 20h7M12 16v4",
    "box": "M4 8l8-4 8 4v9l-8 4-8-4zM4 8l8 4 8-4M12 12v9",
}
_PICTURE_OF: Final = {
    **dict.fromkeys(("book", "large_print", "braille", "manuscript"), "book"),
    "ebook": "screen",
    **dict.fromkeys(("journal", "newspaper", "article"), "leaves"),
    "map": "map",
    **dict.fromkeys(("audio", "audiobook"), "sound"),
    **dict.fromkeys(("music", "score"), "notes"),
    "video": "film",
    **dict.fromkeys(("image", "microform"), "picture"),
    "thesis": "cap",
    **dict.fromkeys(("software", "database", "website"), "computer"),
}
# Shapes in the lower part, so that neighbours on a shelf differ.
_SHAPES: Final = (
    "M0 132q15-11 30 0t30 0 30 0 30 0v36H0z",
    "M120 92a56 56 0 0 0-56 76h56z",
    "M0 168 120 110v58z",
    "M0 122h120v5H0zM0 132h120v2H0z",
    "M0 150q30-34 60-12t60-22v52H0z",
)


def cover(document: Document, size: Size = "small") -> Markup:
    """The cover of a document, as an inline picture. It says nothing that the title beside it does not."""
    return drawn_cover(document.title[:MOST_TOLD_APART], document.first("format"), document.first("dewey_class"), size)


@lru_cache(maxsize=REMEMBERED)
def drawn_cover(title: str, format: str = "", dewey_class: str = "", size: Size = "small") -> Markup:
    """A picture in the colour of `dewey_class` ("500"), or in one that goes by the title where there is none.

    The same title always has the same cover.
    """
    chance = crc32(title.encode())
    text = main_title(title)
    longest = max(map(text_width, text.split()), default=1.0)
    type_size, lines = _set(text, longest, size)
    if lines and lines[-1].endswith("…"):  # there is to be room for it after any word
        type_size, lines = _set(text, longest + text_width("…"), size)
    # Put together as text: `Markup.format` escapes thrice a page of results what cannot hold a mark. Only the title can.
    picture = _PICTURES[_PICTURE_OF.get(format, "box" if format else "book")]
    return Markup(  # noqa: S704
        f'<svg class="cover {_colour(dewey_class, chance)} cover-{size}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true"'
        f' focusable="false"><path class="cover-shape" d="{_SHAPES[chance % len(_SHAPES)]}"/>'
        f'<path class="cover-spine" d="M0 0h7v168H0z"/>{_lettering(lines, type_size)}'
        f'<path class="cover-picture" transform="translate(12 136)" d="{picture}"/></svg>'
    )


def _set(text: str, longest: float, size: Size) -> tuple[float, list[str]]:
    """The type for a text of which a line must hold `longest` em, and its lines in that type."""
    usual, least, most_lines = _TYPE[size]
    # Rounded down: by a hair too large, the longest word would be broken.
    type_size = floor(10 * max(least, min(usual, (RIGHT - LEFT) / max(longest, 1.0)))) / 10
    return type_size, wrapped(text, (RIGHT - LEFT) / type_size, most_lines)


def _lettering(lines: list[str], type_size: float) -> str:
    right_to_left = _reads_from_the_right("".join(lines))
    left = RIGHT if right_to_left else LEFT
    spans = "".join(
        f'<tspan x="{left}" y="{TOP + type_size * (1 + LEADING * n):.1f}">{escape(line)}</tspan>'
        for n, line in enumerate(lines)
    )
    direction = ' direction="rtl"' if right_to_left else ""
    return f'<text font-size="{type_size:g}"{direction}>{spans}</text>'


def _colour(dewey_class: str, chance: int) -> str:
    """
    >>> _colour("590", 0), _colour("", 8)
    ('dewey-5', 'unclassed-2')
    """
    first = dewey_class[:1]
    return f"dewey-{first}" if first and first in "0123456789" else f"unclassed-{chance % UNCLASSED_COLOURS}"


def main_title(title: str) -> str:
    """The title without what follows it.

    >>> main_title("Terumbu karang Selat Lembeh : panduan lapangan / Maria Wenas")
    'Terumbu karang Selat Lembeh'
    """
    text = " ".join(title[:MOST_CHARACTERS].split())
    ends = [at for mark in _TITLE_ENDS if (at := text.find(mark)) > 0]
    return text[: min(ends)] if ends else text


def wrapped(text: str, width: float, most: int) -> list[str]:
    """At most `most` lines of at most `width` em; the last one ends in "…" where something is left out.

    >>> wrapped("Ikan karang Indonesia Timur", 6.5, 2)
    ['Ikan karang', 'Indonesia…']
    """
    lines: list[str] = []
    held = 0.0  # by the last line
    for word in text.split():
        for piece, wide in _pieces(word, width):
            if lines and held + _WIDTHS[" "] + wide <= width:
                lines[-1] += f" {piece}"
                held += _WIDTHS[" "] + wide
            else:
                lines.append(piece)
                held = wide
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and text_width(f"{last}…") > width:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip(' .,:;-')}…"]


def _pieces(word: str, width: float) -> list[tuple[str, float]]:
    """A word in parts that a line can hold, each with its width: whole where it can, letter by letter in scripts
    without spaces."""
    whole = text_width(word)
    if whole <= width:
        return [(word, whole)]
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return [(piece, text_width(piece)) for piece in pieces]


@lru_cache(maxsize=REMEMBERED)  # of a title's words, most stand in others too
def text_width(text: str) -> float:
    """About how wide a text is, in em."""
    return sum(map(_WIDTHS.__getitem__, text))


def _reads_from_the_right(text: str) -> bool:
    """Whether the first letter that has a direction is of a script written from right to left."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((d for d in directions if d in ("L", "R", "AL")), "L") != "L"
