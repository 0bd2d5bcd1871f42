"""Which record a PDF belongs to, and the document that comes of the two."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote

from ingest import fingerprints
from ingest.identity import id_of
from ingest.source import PdfBook
from search.analysis import plain_words
from search.document import Contributor, Document, DocumentId, Ebook, Page, RawRecord
from search.engine import Searcher
from search.query import Filter, Query, parse

# The copyright page stands among the first leaves; further on, an ISBN is another book's.
_IMPRINT_PAGES: Final = 6
# A control number longer than this is none (MARC 21 sets no limit; the longest seen has 38 characters).
_MAX_CONTROL_NUMBER: Final = 100
_TITLES_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """What a PDF can be recognised by.

    file_name: base name in lower case, as the field linked_file holds it. stem: the name without its
    extension, as written. isbn: the one ISBN (13 digits) that the stem, else the imprint, states; ""
    when it states none or several. title: its title's folded words, "" when they could be anybody's.
    """

    file_name: str
    stem: str
    isbn: str = ""
    title: str = ""


def candidates(path: Path, book: PdfBook) -> LinkKeys:
    """The keys of a book. `path` gives the name; `book`, the words of its first pages."""
    stem_isbns = {isbn for match in _ISBN.finditer(path.stem) if (isbn := isbn13(match[0]))}
    isbns = stem_isbns or set(_imprint_isbns(book.pages[:_IMPRINT_PAGES]))
    title = _telling(book.metadata.get("title", "")) or _telling(title_from(path.name))
    return LinkKeys(path.name.lower(), path.stem, isbns.pop() if len(isbns) == 1 else "", title)


# "Laporan tahunan" is the title of many; what has four words, or three long ones, is hardly another book's too.
_TELLING_WORDS: Final = 3
_TELLING_CHARACTERS: Final = 18


def _telling(title: str) -> str:
    """The folded words of a title proper, "" when they are too few to tell one book from another.

    >>> _telling("Terumbu karang Selat Lembeh : panduan"), _telling("Laporan tahunan")
    ('terumbu karang selat lembeh', '')
    """
    words = title_words(title)
    return words if words.count(" ") + 1 >= _TELLING_WORDS and len(words) >= _TELLING_CHARACTERS else ""


def title_words(title: str) -> str:
    """The folded words of a title proper: what stands before other title information (ISBD " : " and " = ")."""
    return " ".join(plain_words(title.partition(" : ")[0].partition(" = ")[0]))


class Catalogue(Protocol):
    """Where a PDF's record is looked for."""

    def holding(self, field: str, values: tuple[str, ...], source: str = "") -> Sequence[DocumentId]:
        """Records with any of `values` in `field`, of one source if that is named; two are enough."""
        ...

    def titled(self, words: str) -> Sequence[DocumentId]:
        """Records whose title proper has just these folded words; two are enough."""
        ...

    def has(self, id: DocumentId) -> bool: ...


class Published:
    """The records of a published index."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def holding(self, field: str, values: tuple[str, ...], source: str = "") -> Sequence[DocumentId]:
        filters = (Filter(field, values), *((Filter("source", (source,)),) if source else ()))
        return [item.id for item in self._searcher.keyword(Query(filters=filters), depth=2).items]

    def titled(self, words: str) -> Sequence[DocumentId]:
        ranked = self._searcher.keyword(parse(f'judul:"{words}"'), depth=_TITLES_LOOKED_AT).items
        documents = self._searcher.fetch([item.id for item in ranked])
        return [found.id for found in documents if title_words(found.title) == words and is_record(found)][:2]

    def has(self, id: DocumentId) -> bool:
        return bool(self._searcher.fetch([id]))


def is_record(document: Document) -> bool:
    """Whether a document comes from a catalogue, and not from a PDF alone."""
    return document.raw is None or document.raw.format != "pdf"


def find_record(keys: LinkKeys, catalogue: Catalogue, source: str) -> DocumentId | None:
    """The record a PDF belongs to: the only one that links to a file of its name (856), else the one
    whose control number is its name (001), else the only one with its ISBN, else with its title. None in any doubt.
    """
    return (
        _only(catalogue, "linked_file", (keys.file_name,), source)
        or _by_control_number(catalogue, keys.stem, source)
        or _by_isbn(catalogue, keys.isbn, source)
        or _by_title(catalogue, keys.title)
    )


def named(path: Path) -> LinkKeys:
    """What a PDF can be recognised by without opening it."""
    return LinkKeys(path.name.lower(), path.stem)


def document_of(book: PdfBook, source: str) -> Document:
    """The document of a PDF that belongs to no record; what it says of itself stands in for one.

    Without a title of its own it gets its file's name; without /Lang, the language is told from
    frequent words, Indonesian or English, or left out.
    """
    name = Path(book.origin.file).name
    authors = [part.strip(" ,") for part in book.metadata.get("author", "").split(";") if part.strip(" ,")]
    code = language_code(book.metadata.get("language", "")) or language_of(book.pages)
    fields = {
        "title": (book.metadata.get("title") or title_from(name),),
        "contributor": tuple(authors),
        "access": ("fulltext",) if any(page.text for page in book.pages) else (),
        "format": ("ebook",),
        "year": (book.metadata["year"],) if "year" in book.metadata else (),
        "language": (code,) if code else (),
        "source": (source,),
        "ebook_file": (book.sha256,),
    }
    return Document(
        id=standalone_id(source, book.sha256),
        fields={field: values for field, values in fields.items() if values},
        contributors=tuple(Contributor(name, main=index == 0) for index, name in enumerate(authors)),
        ebook=ebook_of(book),
        raw=RawRecord("pdf", b"", name),
        fingerprint=fingerprints.of_file(name, book.sha256),
    )


def standalone_id(source: str, sha256: str) -> DocumentId:
    """The id of a PDF that belongs to no record: of its bytes, so that a name used twice is no clash."""
    return DocumentId(f"{source}.pdf-{sha256[:12]}")


def attach(document: Document, book: PdfBook) -> Document:
    """A record's document with its e-book."""
    return carry_over(document, ebook_of(book))


def carry_over(document: Document, ebook: Ebook) -> Document:
    """A record's document, read anew, with the e-book that was attached before. Twice is once."""
    access = document.values("access")
    if ebook.pages_without_text < ebook.page_count:
        access = ("fulltext", *(value for value in access if value != "fulltext"))
    formats = document.values("format")
    formats = formats if "ebook" in formats else (*formats, "ebook")
    fields = {**document.fields, "access": access, "format": formats, "ebook_file": (ebook.sha256,)}
    return replace(
        document,
        fields={field: values for field, values in fields.items() if values},
        ebook=ebook,
        fingerprint=fingerprints.with_ebook(document.fingerprint, ebook.sha256),
    )


def ebook_of(book: PdfBook) -> Ebook:
    """What a document keeps of its PDF."""
    without_text = sum(not page.text for page in book.pages)
    return Ebook(book.sha256, Path(book.origin.file).name, len(book.pages), without_text, book.outline)


def _only(catalogue: Catalogue, field: str, values: tuple[str, ...], source: str) -> DocumentId | None:
    """The one record with any of `values`, of the PDF's own source if that has some, else of any."""
    for of_source in (source, ""):
        found = catalogue.holding(field, values, of_source)
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _by_control_number(catalogue: Catalogue, stem: str, source: str) -> DocumentId | None:
    name = stem.strip()
    if not name or len(name) > _MAX_CONTROL_NUMBER or not name.isprintable():
        return None
    id = id_of(source, name)
    return id if catalogue.has(id) else None


def _by_title(catalogue: Catalogue, words: str) -> DocumentId | None:
    found = catalogue.titled(words) if words else ()
    return found[0] if len(found) == 1 else None


def _by_isbn(catalogue: Catalogue, isbn: str, source: str) -> DocumentId | None:
    return _only(catalogue, "isbn", (isbn, *_isbn10(isbn)), source) if isbn else None


# Ten or thirteen digits, with or without hyphens or blanks, that no further digit touches.
_ISBN = re.compile(r"(?<![\dXx])(?:97[89][ \-‐–]?)?(?:\d[ \-‐–]?){9}[\dXx](?![\dXx])")
_ISBN_WORD = re.compile(r"ISBN", re.IGNORECASE)
_AFTER_ISBN_WORD: Final = 100


def _imprint_isbns(pages: Iterable[Page]) -> Iterable[str]:
    """The ISBNs that follow the word ISBN on these pages."""
    for page in pages:
        for word in _ISBN_WORD.finditer(page.text):
            # "ISBN-13:" must not lend its own 13 to the number.
            after = re.sub(r"\A[- ]?1[03]\b", "", page.text[word.end() : word.end() + _AFTER_ISBN_WORD])
            for match in _ISBN.finditer(after):
                if isbn := isbn13(match[0]):
                    yield isbn


def isbn13(text: str) -> str:
    """An ISBN of ten or thirteen places as thirteen digits, "" when the check digit is wrong.

    >>> isbn13("0-306-40615-2"), isbn13("978-602-03-3295-6"), isbn13("978-602-03-3295-7")
    ('9780306406157', '9786020332956', '')
    """
    key = "".join(character for character in text.upper() if character in "0123456789X")
    if re.fullmatch(r"\d{9}[\dX]", key):
        total = sum((10 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(key))
        return "" if total % 11 else f"978{key[:9]}{_check13('978' + key[:9])}"
    return key if re.fullmatch(r"97[89]\d{10}", key) and key[12] == _check13(key[:12]) else ""


def _check13(first_twelve: str) -> str:
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first_twelve)) % 10)


def _isbn10(isbn: str) -> tuple[str, ...]:
    """The older form of a 13-digit ISBN, as records before 2007 have it; only 978 has one."""
    if not isbn.startswith("978"):
        return ()
    body = isbn[3:12]
    check = -sum((10 - place) * int(digit) for place, digit in enumerate(body)) % 11
    return (f"{body}{'X' if check == 10 else check}",)


def title_from(file_name: str) -> str:
    """A title for want of any: the file's name without its extension, its marks read as blanks.

    >>> title_from("UU_Nomor_23--Tahun%202014.pdf"), title_from(".pdf")
    ('UU Nomor 23 Tahun 2014', '.pdf')
    """
    words = re.sub(r"[-_+\s]+", " ", unquote(Path(file_name).stem)).strip()
    return words if any(character.isalnum() for character in words) else file_name


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
