"""The titles that a text may name: what is left of it without what people put before and after one."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from search import analysis

_SAID_BEFORE: Final = """
    cari carikan cariin mencari nyari mau ingin pengen butuh perlu minta tolong mohon bisa saya sy aku kami ada adakah apakah punya
    pinjam meminjam baca membaca beli di mana dimana letak posisi rak lokasi buku bukunya novel novelnya komik kumpulan judul berjudul
    judulnya yang yg
    do does you have is there any where can could i am im we looking for find get borrow read want need to please the a an book
    books novels comic called titled entitled copy of
"""
_SAID_AFTER: Final = """
    ada adakah ga gak gk nggak ngga tidak nda ya yah dong kak min pak bu pdf gratis unduh buku novel komik
    please available book books ebook ebooks e download free online
"""
# Who made it, or brought it out, is named behind these.
_MAKERS: Final = "karya karangan tulisan ciptaan oleh by penulis pengarang penerbit terbitan publisher author"
_BEFORE, _AFTER, _BY = (frozenset(words.split()) for words in (_SAID_BEFORE, _SAID_AFTER, _MAKERS))
# Between author and title, or title and author: "Hirata - Laskar pelangi", "Laskar pelangi / Hirata".
_BETWEEN: Final = re.compile(r"[,;] | [-–/] ")
_MOST_BEFORE, _MOST_AFTER = 6, 3
# A longer text is no request for a title, and each of its titles is looked for as a row of words.
_MOST_WORDS: Final = 20
_YEAR_DIGITS: Final = 4

Words = tuple[str, ...]


def titles_named(text: str) -> tuple[Words, ...]:
    """The titles that a text may name beside being one itself, as folded words, the longest first.

    >>> [" ".join(title) for title in titles_named("ada buku harian nayla?")]
    ['buku harian nayla', 'harian nayla']
    >>> titles_named("bumi manusia")
    ()
    """
    words = analysis.plain_words(text)
    return tuple(title for title in _without_ends(words) if len(title) < len(words))


def titles_with_more(text: str) -> tuple[Words, ...]:
    """The titles that a text may name beside who made it, or from what year it is.

    >>> [" ".join(title) for title in titles_with_more("novel pulang karya leila chudori")]
    ['novel pulang', 'pulang']
    >>> [" ".join(title) for title in titles_with_more("Hirata, Laskar Pelangi")]
    ['hirata', 'laskar pelangi']
    >>> titles_with_more("politik hukum di indonesia (2019)")
    (('politik', 'hukum', 'di', 'indonesia'),)
    """
    if (parted := _BETWEEN.split(text, maxsplit=1))[1:]:
        return tuple(title for part in parted for title in _without_ends(analysis.plain_words(part)))
    words = analysis.plain_words(text)
    told = next((place for place, word in enumerate(words) if place and word in _BY), len(words))
    if told == len(words) > 1 and _is_year(words[-1]):
        told -= 1
    return tuple(_without_ends(words[:told])) if told < len(words) else ()


def _without_ends(words: Sequence[str]) -> Iterator[Words]:
    """The words, and what is left without any of those that may stand before or behind a title; nothing of a long text."""
    if len(words) > _MOST_WORDS:
        return
    first = _leading(words, _BEFORE, _MOST_BEFORE)
    last = _leading(words[::-1], _AFTER, _MOST_AFTER)
    left = [words[start : len(words) - end] for start in range(first + 1) for end in range(last + 1)]
    yield from (tuple(title) for title in sorted(filter(None, left), key=len, reverse=True))


def _leading(words: Sequence[str], of: frozenset[str], most: int) -> int:
    return next((count for count, word in enumerate(words[:most]) if word not in of), min(most, len(words)))


def _is_year(word: str) -> bool:
    return len(word) == _YEAR_DIGITS and word.isdecimal()
