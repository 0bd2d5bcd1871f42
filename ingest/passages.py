"""Texts that get one vector each: the record itself, then the e-book's pages in pieces of a paragraph or two."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from ingest.readers.pdf_text import mended
from ingest.running_heads import without_running_heads
from search.document import Document, Page, Passage

# The usual embedding models read 256 tokens, about 180 words; what lies beyond is not embedded at all.
MAX_WORDS: Final = 180
MAX_CHARACTERS: Final = 1_200
# A heading stands before each passage under it and must leave room for the text.
MAX_HEADING: Final = 120


def split(document: Document, pages: Sequence[Page]) -> tuple[Passage, ...]:
    """Passage 0 for the record, then the pages in order.

    A passage is whole sentences of one page under one heading, at most MAX_WORDS words and
    MAX_CHARACTERS characters with the heading, which comes first ("Section. text"). It runs over the
    end of a page only where a sentence does. Pieces without a letter (page numbers, rows of figures,
    dot leaders) are left out; search by words still finds them on their pages. Passages do not
    overlap: words are searched on whole pages, and every repeated sentence would be embedded twice.
    Running heads are left out too: every passage of a book would tell its title, and none would cross a page.
    """
    passages = [Passage(0, record_text(document))]
    for run in _runs(_sentences(without_running_heads(pages))):
        for group in _groups(run):
            text = f"{run[0].heading}{' '.join(piece.text for piece in group)}"
            passages.append(Passage(len(passages), text, group[0].first_page, group[-1].last_page))
    return tuple(passages)


def record_text(document: Document) -> str:
    """What the record says of its subject, most telling first, cut at MAX_CHARACTERS."""
    values = (
        *document.values("title")[:1],
        *document.values("title_other"),
        *(contributor.name for contributor in document.contributors),
        *document.values("subject"),
        *document.values("genre"),
        *document.values("summary"),
    )
    parts = [" ".join(value.split()) for value in dict.fromkeys(values)]
    return _cut(". ".join(part.rstrip(" .") for part in parts if part), MAX_CHARACTERS)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of a very long one. heading: the section's title ready to stand before it, or ""."""

    text: str
    heading: str
    first_page: int
    last_page: int

    @property
    def words(self) -> int:
        return self.text.count(" ") + 1


_ENDS_SENTENCE = re.compile(r"[.!?:;…。！？][\"'”’)\]»]*$")
_SENTENCE_BREAK = re.compile(r"(?<=[.!?…])[\"'”’)\]»]* +(?=[\"'“‘(\[«]*[^\W_a-z])|(?<=[。！？])|\n+")
_HAS_LETTER = re.compile(r"[^\W\d_]")
_LEADERS = re.compile(r"(?:[.·_…•‧\-–—=*~] ?){4,}")


def _sentences(pages: Iterable[Page]) -> Iterator[_Piece]:
    """The sentences of all pages in order; one that a page breaks in two is whole again."""
    open_piece: _Piece | None = None
    for page in pages:
        pieces = [_Piece(text, _heading(page.section), page.number, page.number) for text in _texts(page.text)]
        if open_piece is not None and pieces and pieces[0].text[:1].islower():
            pieces[0] = _joined(open_piece, pieces[0])
        elif open_piece is not None:
            yield open_piece
        elif not pieces:
            continue
        open_piece = None
        if pieces and not _ENDS_SENTENCE.search(pieces[-1].text):
            open_piece = pieces.pop()
        yield from pieces
    if open_piece is not None:
        yield open_piece


def _joined(first: _Piece, second: _Piece) -> _Piece:
    text = mended(f"{first.text}\n{second.text}").replace("\n", " ")
    return _Piece(text, first.heading, first.first_page, second.last_page)


def _texts(text: str) -> Iterator[str]:
    for part in _SENTENCE_BREAK.split(_LEADERS.sub(" ", text)):
        part = " ".join(part.split())
        if _HAS_LETTER.search(part):
            yield part


def _heading(section: str) -> str:
    section = _cut(" ".join(section.split()), MAX_HEADING).rstrip(" .")
    return f"{section}. " if section else ""


def _runs(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces that may stand together: of one page, or bound by a sentence that crosses, under one heading."""
    run: list[_Piece] = []
    for piece in pieces:
        if run and (piece.first_page != run[-1].last_page or piece.heading != run[0].heading):
            yield run
            run = []
        run.extend(_parts(piece))
    if run:
        yield run


def _parts(piece: _Piece) -> Iterator[_Piece]:
    """The piece itself, or as many as it takes when it is too long for one passage."""
    room = MAX_CHARACTERS - len(piece.heading)
    if piece.words <= MAX_WORDS and len(piece.text) <= room:
        yield piece
        return
    part: list[str] = []
    size = 0
    for word in _words(piece.text, room):
        if part and (len(part) >= MAX_WORDS or size + len(word) > room):
            yield _Piece(" ".join(part), piece.heading, piece.first_page, piece.last_page)
            part, size = [], 0
        part.append(word)
        size += len(word) + 1
    yield _Piece(" ".join(part), piece.heading, piece.first_page, piece.last_page)


def _words(text: str, room: int) -> Iterator[str]:
    """Words of a text; one longer than `room` (a script without spaces, a row of code) in parts."""
    for word in text.split():
        yield from (word[start : start + room] for start in range(0, len(word), room))


def _groups(run: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """The pieces of a run in passages of about equal length, so that none is a remnant of three words."""
    words = sum(piece.words for piece in run)
    aim = ceil(words / ceil(words / MAX_WORDS))
    room = MAX_CHARACTERS - len(run[0].heading)
    group: list[_Piece] = []
    in_group = characters = 0
    for piece in run:
        full = in_group + piece.words > MAX_WORDS or characters + len(piece.text) > room
        if group and (full or in_group >= aim):
            yield group
            group, in_group, characters = [], 0, 0
        group.append(piece)
        in_group += piece.words
        characters += len(piece.text) + 1
    yield group


def _cut(text: str, most: int) -> str:
    """`text`, cut at the last word that ends within `most` characters."""
    if len(text) <= most:
        return text
    return text[: most + 1].rpartition(" ")[0] or text[:most]
