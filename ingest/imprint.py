"""What a PDF says of itself on its first pages and in its name: ISBNs, years, a title, a language."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from ingest.mapping import words
from search.document import Page
from search.isbn import isbn13

# The copyright page stands among the first leaves; further on, an ISBN is another book's.
IMPRINT_PAGES: Final = 6
# Ten or thirteen digits, with or without hyphens or blanks, that no further digit touches.
_ISBN = re.compile(r"(?<![\dXx])(?:97[89][ \-‐–]?)?(?:\d[ \-‐–]?){9}[\dXx](?![\dXx])")
_ISBN_WORD = re.compile(r"ISBN", re.IGNORECASE)
_AFTER_ISBN_WORD: Final = 100


def isbns_in(text: str) -> Iterator[str]:
    """The sound ISBNs in a text, as thirteen digits."""
    return (isbn for match in _ISBN.finditer(text) if (isbn := isbn13(match[0])))


def isbns_of(pages: Iterable[Page]) -> Iterable[str]:
    """The ISBNs that follow the word ISBN on these pages."""
    for page in pages:
        for word in _ISBN_WORD.finditer(page.text):
            # "ISBN-13:" must not lend its own 13 to the number.
            after = re.sub(r"\A[- ]?1[03]\b", "", page.text[word.end() : word.end() + _AFTER_ISBN_WORD])
            yield from isbns_in(after)


_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
# Every Indonesian imprint cites the law on copyright, "UU No. 28 Tahun 2014"; its year is not the book's.
_LAW = re.compile(r"\b(?:nomor|no\.?|uu)\s*\d{1,3}\s*(?:tahun|th\.?|/)\s*\d{4}", re.IGNORECASE)
_EDITION_WORD = re.compile(r"ISBN|©|\(c\)(?=\s*\d)|copyright|hak cipta|cetakan|\bcet\.|edisi|edition", re.IGNORECASE)
_NEAR_EDITION_WORD: Final = 80
# A cover or title page has few words, and no other year but in the title ("Statistik daerah 2021", "Bitung, 2021").
_COVER_PAGES: Final = 2
_COVER_WORDS: Final = 100


def years_in(text: str) -> set[int]:
    """The years that stand in a text; digits of an ISBN are none.

    >>> years_in("978-602-1997-12-3 Statistik_2021.pdf")
    {2021}
    """
    return {int(year) for year in _YEAR.findall(_ISBN.sub(" ", text))}


def years_of(pages: Iterable[Page], title: str) -> set[int]:
    """Years that the first pages give for the edition; the day the file was made (its metadata) says nothing of it."""
    years: set[int] = set()
    for page in pages:
        text = _LAW.sub(" ", _ISBN.sub(" ", page.text))
        if page.number <= _COVER_PAGES and len(text.split()) <= _COVER_WORDS:
            years |= years_in(text) - years_in(title)
        for word in _EDITION_WORD.finditer(text):
            years |= years_in(text[max(0, word.start() - _NEAR_EDITION_WORD) : word.end() + _NEAR_EDITION_WORD])
    return years


def title_from(file_name: str) -> str:
    """A title for want of any: the file's name without its extension, its marks read as blanks.

    >>> title_from("UU_Nomor_23--Tahun%202014.pdf"), title_from(".pdf")
    ('UU Nomor 23 Tahun 2014', '.pdf')
    """
    words = re.sub(r"[-_+\s]+", " ", unquote(Path(file_name).stem)).strip()
    return words if any(character.isalnum() for character in words) else file_name


# What programs of journals and cameras number their files with: "1234-5678-1-PB".
_NUMBER_LIKE: Final = re.compile(r"[ivxlc]+|[a-z]?[0-9]+[a-z]?|(?=[a-f]*[0-9])[0-9a-f]{6,}")
_NAME_WORD: Final = re.compile(r"[^\W_]+")
_TITLE_PAGES: Final = 2
_TITLE_LINES: Final = 3
_TITLE_WORDS: Final = range(3, 26)
_TITLE_CHARACTERS: Final = 200
# What stands above a title, or in place of one.
_NO_TITLE: Final = re.compile(
    r"\b(?:vol|volume|no|nomor|issn|isbn|doi|https?|www|copyright|hak cipta|universitas|university|fakultas|kementerian|departemen|dinas|badan"
    r"|pemerintah|republik|jurnal|journal|proceedings|prosiding|halaman|hal|page|bab|chapter|daftar isi|contents?|name|nama|header|kata pengantar|preface|abstra[ck]t?|oleh|by"
    r"|disusun|diajukan|kepada|dear|lampiran|tanggal|telp|fax|alamat)\b|[@©]",
    re.IGNORECASE,
)
_KIND_OF_BOOK: Final = re.compile(r"skripsi|tesis|disertasi|thesis|tugas akhir|makalah|laporan", re.IGNORECASE)
_LETTERS: Final = 0.8  # of what is no blank
_SHORTEST_WORDS: Final = 3  # letters a word, on average; drawn letters that no font tells stand alone
_PAGE_NUMBER: Final = re.compile(r"\s[0-9]{1,3}$")


def says_nothing(file_name: str) -> bool:
    """Whether the name of a file tells nothing of what is in it.

    >>> [says_nothing(name) for name in ("scan0001.pdf", "Microsoft Word - BAB I.doc.pdf", "1234-5678-1-PB.pdf")]
    [True, True, True]
    >>> [says_nothing(name) for name in ("UU 23 2014.pdf", "Buku Panduan Nelayan.pdf", "laut.pdf")]
    [False, False, False]
    """
    empty = words("file_names", "empty")
    name = _NAME_WORD.findall(title_from(file_name).casefold())
    return all(word.rstrip("0123456789") in empty or _NUMBER_LIKE.fullmatch(word) for word in name)


def title_on(pages: Iterable[Page]) -> str:
    """The title that the first page with text begins with; "" where what stands there may be something else.

    Only words that stand above everything else are taken, on up to three lines that are all in capitals or go on in small letters.
    """
    page = next((page for page in islice(pages, _TITLE_PAGES) if page.text.strip()), None)
    lines = [line.strip() for line in page.text.strip().split("\n")] if page is not None else []
    if _KIND_OF_BOOK.fullmatch(lines[0] if lines else ""):
        lines = lines[1:]
    taken: list[str] = []
    for line in lines:
        if _NO_TITLE.search(line) or (taken and not _goes_on(line, taken[0])):
            break
        taken.append(line)
    if len(taken) > _TITLE_LINES:  # a text, or a title with what stands under it
        return ""
    title = " ".join(" ".join(taken).split())
    said = title.split()
    letters = sum(map(str.isalpha, title))
    is_title = (
        len(said) in _TITLE_WORDS
        and len(title) <= _TITLE_CHARACTERS
        and (title[0].isupper() or title[0].isdigit())
        and not title.endswith((".", ",", ":", ";", "-"))
        and not _PAGE_NUMBER.search(title)
        and letters >= _LETTERS * sum(map(len, said))
        and letters >= _SHORTEST_WORDS * len(said)
    )
    return title if is_title else ""


def _goes_on(line: str, first: str) -> bool:
    """Whether a title that begins with the line `first` goes on in this one."""
    return line[:1].islower() or (first.isupper() and line.isupper() and len(line.split()) > 1)


# ISO 639-1 of /Lang to the bibliographic codes of ISO 639-2 that MARC uses.
_LANGUAGES: Final = {
    "ar": "ara", "de": "ger", "en": "eng", "es": "spa", "fr": "fre", "hi": "hin", "id": "ind", "in": "ind",
    "it": "ita", "ja": "jpn", "jv": "jav", "ko": "kor", "la": "lat", "ms": "may", "nl": "dut", "pt": "por",
    "ru": "rus", "su": "sun", "th": "tha", "tl": "tgl", "vi": "vie", "zh": "chi",
}  # fmt: skip


def language_code(tag: str) -> str:
    """The MARC code of a language tag (BCP 47), "" when it is not among the known.

    >>> language_code("id-ID"), language_code("EN"), language_code("ind"), language_code("x-klingon")
    ('ind', 'eng', 'ind', '')
    """
    primary = re.split("[-_]", tag.strip().lower(), maxsplit=1)[0]
    return primary if primary in _LANGUAGES.values() else _LANGUAGES.get(primary, "")


# Words frequent in one language and no words of the other ("di", "dan" are Indonesian, "the" is not).
_FREQUENT: Final = {
    "ind": frozenset(
        {"yang", "dan", "di", "dari", "untuk", "dengan", "pada", "dalam", "ini", "itu", "adalah", "tidak"}
    ),
    "eng": frozenset({"the", "and", "of", "to", "in", "is", "that", "for", "it", "was", "with", "as", "on", "are"}),
}
_SAMPLE_WORDS: Final = 5_000
# One word in twelve of running text is among these; tables and other languages stay well below.
_FREQUENT_SHARE: Final = 1 / 12


def language_of(pages: Iterable[Page]) -> str:
    """ "ind" or "eng" by the frequent words of the first pages with text, "" when neither is plain."""
    words: list[str] = []
    for page in pages:
        words += re.findall(r"[^\W\d_]+", page.text.lower())
        if len(words) >= _SAMPLE_WORDS:
            break
    if len(words) < 50:
        return ""
    counts = Counter({code: sum(word in frequent for word in words) for code, frequent in _FREQUENT.items()})
    (best, most), (_, second) = counts.most_common(2)
    return best if most >= _FREQUENT_SHARE * len(words) and most > 3 * second else ""
