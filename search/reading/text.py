"""The words of a query and what stands between them: what a phrase may run over, and what it may not."""

import re
from typing import Final

from search import analysis
from search.bilingual.abbreviations import written_out

# A construction lies within a sentence; a hyphen, a slash, the point of "thn." or the plus of "17+" parts nothing.
_PARTING: Final = re.compile(r"[^\s.+\-\u2010-\u2014/'’&]")
_PLAIN_GAPS: Final = frozenset(("", " ", "-"))  # nearly all, so not looked into
_CHUNK: Final = re.compile(r"\S+")


class Text:
    """A query as folded words (search.analysis), each with its place and its neighbourhood.

    words: as folded, reduplications as one; in capitals where they are short names ("MIN" is no "min"). chunks: the runs of non-spaces, as (start, end); `chunk[i]` is
    the one that word i begins in, `last[i]` the one it ends in.
    """

    __slots__ = ("capital", "chunk", "chunks", "ends", "last", "parted", "raw", "starts", "words")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        found = analysis.words(raw)
        self.words = [raw[start:end] if written_out(raw[start:end], raw) else word for word, start, end in found]
        self.starts = [word.start for word in found]
        self.ends = [word.end for word in found]
        self.chunks = [match.span() for match in _CHUNK.finditer(raw)]
        self.chunk, self.last = self._places()
        between = [raw[end:start] for end, start in zip([0, *self.ends], self.starts, strict=False)]
        self.parted = [gap not in _PLAIN_GAPS and bool(_PARTING.search(gap)) for gap in between]
        mixed = any(character.islower() for character in raw)
        # A name or a title is told by capitals, unless everything is in capitals; of "SD" and "A" nothing is told.
        self.capital = [
            mixed and raw[start].isupper() and not raw[start:end].isupper()
            for start, end in zip(self.starts, self.ends, strict=True)
        ]

    def __len__(self) -> int:
        return len(self.words)

    def _places(self) -> tuple[list[int], list[int]]:
        first, last, at = [], [], 0
        for start, end in zip(self.starts, self.ends, strict=True):
            while self.chunks[at][1] <= start:
                at += 1
            first.append(at)
            while self.chunks[at][1] < end:
                at += 1
            last.append(at)
        return first, last

    def doubled(self, i: int) -> bool:
        """Whether word i is written twice, as "anak-anak"."""
        return self.ends[i] - self.starts[i] > 2 * len(self.words[i])

    def whole(self, start: int, end: int) -> bool:
        """Whether the words from `start` to before `end` are whole runs of non-spaces, so that they can be cut out."""
        begins = start == 0 or self.last[start - 1] < self.chunk[start]
        return begins and (end == len(self.words) or self.last[end - 1] < self.chunk[end])

    def between(self, i: int) -> str:
        """What stands before word i, after the word before it."""
        return self.raw[self.ends[i - 1] if i else 0 : self.starts[i]]

    def said(self, start: int, end: int) -> str:
        """The words from `start` to before `end` as they were written."""
        return self.raw[self.starts[start] : self.ends[end - 1]]
