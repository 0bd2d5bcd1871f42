"""Which record a PDF belongs to, and the document that comes of the two."""

import hashlib
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from ingest import fingerprints
from ingest.identity import id_of
from ingest.imprint import (
    IMPRINT_PAGES,
    isbns_in,
    isbns_of,
    language_code,
    language_of,
    says_nothing,
    title_from,
    title_on,
    years_in,
    years_of,
)
from ingest.source import PdfBook
from search.analysis import plain_words
from search.document import Contributor, Document, DocumentId, Ebook, Page, RawRecord
from search.isbn import isbn10, isbn13

# A control number longer than this is none (MARC 21 sets no limit; the longest seen has 38 characters).
_MAX_CONTROL_NUMBER: Final = 100
# A place may lie deeper than anybody's folders do.
_MOST_FOLDERS: Final = 30
# What appears again and again under one title; a PDF is one issue of it at most.
_SERIALS: Final = frozenset(("journal", "newspaper"))


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """What a PDF can be recognised by.

    file_name: base name in lower case, as the field linked_file holds it. stem: the name without its
    extension, as written. isbns: all (13 digits) that the stem, else the imprint, states. title: its
    title's folded words, "" when they could be anybody's. years: when it may have appeared, () when it
    does not say.
    """

    file_name: str
    stem: str
    isbns: tuple[str, ...] = ()
    title: str = ""
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file was found: what stands for the file, and for each folder that it lies in."""

    file: str = ""
    folders: tuple[str, ...] = ()


def candidates(path: Path, book: PdfBook) -> LinkKeys:
    """The keys of a book. `path` gives the name; `book`, the words of its first pages."""
    imprint = book.pages[:IMPRINT_PAGES]
    isbns = set(isbns_in(path.stem)) or set(isbns_of(imprint))
    names = (book.metadata.get("title", ""), title_from(path.name))
    title = next(filter(None, map(_telling, names)), "")
    # A year in the words that must be the record's too ("Pemilu 2014") does not tell the two apart.
    years = years_in(" ".join(names)) - years_in(title) or years_of(imprint, title)
    return LinkKeys(path.name.lower(), path.stem, tuple(sorted(isbns)), title, tuple(sorted(years)))


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
        """Records whose title proper has just these folded words; two are enough. None where they are too
        many to be looked at."""
        ...

    def has(self, id: DocumentId) -> bool: ...

    def document(self, id: DocumentId) -> Document | None: ...


def is_record(document: Document) -> bool:
    """Whether a document comes from a catalogue, and not from a PDF alone."""
    return document.raw is None or document.raw.format != "pdf"


def find_record(keys: LinkKeys, catalogue: Catalogue, source: str) -> DocumentId | None:
    """The record a PDF belongs to: the only one that links to a file of its name (856), else the one
    whose control number is its name (001), else the only one with its ISBN, else with its title, unless ISBN, year
    or format speak against that. None in any doubt.
    """
    return (
        _only(catalogue, "linked_file", (keys.file_name,), source)
        or _by_control_number(catalogue, keys.stem, source)
        or _by_isbn(catalogue, keys.isbns, source)
        or _by_title(catalogue, keys)
    )


def named(path: Path) -> LinkKeys:
    """What a PDF can be recognised by without opening it."""
    return LinkKeys(path.name.lower(), path.stem)


def document_of(book: PdfBook, source: str, place: Place | None = None) -> Document:
    """The document of a PDF that belongs to no record; what it says of itself stands in for one.

    Without a title of its own it gets its file's name, or what its first page begins with where that name says nothing
    ("scan0001"); without /Lang, the language is told from frequent words, Indonesian or English, or left out.
    """
    name = Path(book.origin.file).name
    authors = [part.strip(" ,") for part in book.metadata.get("author", "").split(";") if part.strip(" ,")]
    code = language_code(book.metadata.get("language", "")) or language_of(book.pages)
    ebook = ebook_of(book, place)
    fields = {
        "title": (_title_of(book),),
        "contributor": tuple(authors),
        "access": _access_by(ebook),
        "format": ("ebook",),
        "year": (book.metadata["year"],) if "year" in book.metadata else (),
        "language": (code,) if code else (),
        "source": (source,),
        "ebook_file": _known_by(ebook),
    }
    return Document(
        id=standalone_id(source, book.sha256),
        fields={field: values for field, values in fields.items() if values},
        contributors=tuple(Contributor(name, main=index == 0) for index, name in enumerate(authors)),
        ebook=ebook,
        raw=RawRecord("pdf", b"", name),
        fingerprint=fingerprints.of_file(name, book.sha256),
    )


def _title_of(book: PdfBook) -> str:
    stated = book.metadata.get("title") or (title_on(book.pages) if is_nameless(book) else "")
    return stated or title_from(Path(book.origin.file).name)


def is_nameless(book: PdfBook) -> bool:
    """Whether a PDF states no title, neither itself nor in its name."""
    return not book.metadata.get("title") and says_nothing(Path(book.origin.file).name)


def standalone_id(source: str, sha256: str) -> DocumentId:
    """The id of a PDF that belongs to no record: of its bytes, so that a name used twice is no clash."""
    return DocumentId(f"{source}.pdf-{sha256[:12]}")


def attach(document: Document, book: PdfBook, place: Place | None = None) -> Document:
    """A record's document with its e-book."""
    ebook = ebook_of(book, place)
    name, stem = ebook.file_name.lower(), Path(ebook.file_name).stem
    members = document.records
    by_link = (found.id for found in members if name in found.values("linked_file"))
    by_number = (found.id for found in members if stem in found.values("control_number"))
    return carry_over(document, replace(ebook, record=next(by_link, None) or next(by_number, members[0].id)))


def carry_over(document: Document, ebook: Ebook) -> Document:
    """A record's document, read anew, with the e-book that was attached before. Twice is once."""
    added = _access_by(ebook)
    access = (*added, *(value for value in document.values("access") if value not in added))
    formats = document.values("format")
    adds_format = "ebook" not in formats or (document.ebook is not None and document.ebook.adds_format)
    formats = formats if "ebook" in formats else (*formats, "ebook")
    ebook = replace(ebook, adds_format=adds_format)
    fields = {**document.fields, "access": access, "format": formats, "ebook_file": _known_by(ebook)}
    return replace(
        document,
        fields={field: values for field, values in fields.items() if values},
        ebook=ebook,
        fingerprint=fingerprints.with_ebook(document.fingerprint, ebook.sha256),
    )


def _access_by(ebook: Ebook) -> tuple[str, ...]:
    """How a title can be had by its e-book: read here, whatever its record links to, and searched where it has text."""
    return ("fulltext", "online") if ebook.pages_without_text < ebook.page_count else ("online",)


def found_at(document: Document, place: Place) -> Document:
    """The document of an e-book whose file lies elsewhere now."""
    assert document.ebook is not None  # noqa: S101 - it was found by it
    ebook = replace(document.ebook, place=place.file, folders=place.folders)
    return replace(document, ebook=ebook, fields={**document.fields, "ebook_file": _known_by(ebook)})


def without_ebook(document: Document) -> Document:
    """The document as its records alone make it."""
    ebook = document.ebook
    if ebook is None:
        return document
    ebook_files = set(document.values("ebook_file"))
    own_link = any(link.kind == "read" for link in document.links)
    access = {"fulltext"} if own_link else {"fulltext", "online"}
    gone = {"access": access, "format": {"ebook"} if ebook.adds_format else set(), "ebook_file": ebook_files}
    fields = {
        name: tuple(value for value in values if value not in gone.get(name, ()))
        for name, values in document.fields.items()
    }
    return replace(
        document,
        fields={name: values for name, values in fields.items() if values},
        ebook=None,
        fingerprint=fingerprints.without_ebook(document.fingerprint),
    )


def ebook_of(book: PdfBook, place: Place | None = None) -> Ebook:
    """What a document keeps of its PDF. place: None where it is not known."""
    place = place or Place()
    return Ebook(
        book.sha256,
        Path(book.origin.file).name,
        len(book.pages),
        sum(not page.text for page in book.pages),
        book.outline,
        ocr_done=book.ocr_done,
        place=place.file,
        folders=place.folders,
    )


def _known_by(ebook: Ebook) -> tuple[str, ...]:
    """The values of "ebook_file", by which a document is found from its file."""
    return (ebook.sha256, *filter(None, (ebook.place,)), *ebook.folders)


def place_of(path: Path) -> Place:
    whole = _whole(path)
    folders = itertools.islice(whole.parents, _MOST_FOLDERS)
    return Place(_stands_for("at", whole), tuple(_stands_for("in", folder) for folder in folders if folder.name))


def folder_of(path: Path) -> str:
    """What stands for a folder in the places of the files that lie in it, however deep."""
    return _stands_for("in", _whole(path))


def _whole(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _stands_for(kind: str, path: Path) -> str:
    """Nobody who reads the index need see the paths of this machine."""
    return f"{kind}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}"


# Share of the words of two texts that both have, from which on they are two states of one. Of two books in one language it
# is a third at most, of a text that was corrected nine tenths. A telling title speaks for the same book as well, but issues
# of a bulletin have that in common too.
_SAME_TEXT: Final = 0.8
_SAME_TEXT_AND_TITLE: Final = 0.5
_COMPARED_PAGES: Final = 20


def is_newer_state(former: Document, pages: Sequence[Page], keys: LinkKeys, book: PdfBook) -> bool:
    """Whether what a file holds now is its earlier content corrected, and not another book under its name ("scan.pdf").

    former: the document that has the earlier content; pages: its first ones. It is by its words, unless the two state
    other ISBNs or years; where there were none to be read, by its title. In doubt it is another book: that costs a title
    too many, the other way one would be lost.
    """
    has_its_title = bool(keys.title) and keys.title == _telling(former.title)
    before, now = _words_of(pages), _words_of(book.pages)
    if not before:
        return has_its_title and bool(now) and not (is_record(former) and _is_another(former, keys))
    if _states_another(pages[:IMPRINT_PAGES], book.pages[:IMPRINT_PAGES]):
        return False
    return len(before & now) >= (_SAME_TEXT_AND_TITLE if has_its_title else _SAME_TEXT) * len(before | now)


def _states_another(before: Sequence[Page], now: Sequence[Page]) -> bool:
    """Whether two imprints have no ISBN in common, or no year, though both state one."""
    stated = ((set(isbns_of(pages)), years_of(pages, "")) for pages in (before, now))
    return any(one and other and one.isdisjoint(other) for one, other in zip(*stated, strict=True))


def _words_of(pages: Sequence[Page]) -> set[str]:
    return {word for page in pages[:_COMPARED_PAGES] for word in plain_words(page.text)}


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
    if catalogue.has(id):
        return id
    # Joined to a record of another source, it is in the document that has the other's id.
    homes = catalogue.holding("record_id", (id,))
    return homes[0] if len(homes) == 1 else None


def _by_title(catalogue: Catalogue, keys: LinkKeys) -> DocumentId | None:
    found = catalogue.titled(keys.title) if keys.title else ()
    record = catalogue.document(found[0]) if len(found) == 1 else None
    return None if record is None or _is_another(record, keys) else record.id


def _is_another(record: Document, keys: LinkKeys) -> bool:
    """Whether a record is plainly not that of the PDF, alike as their titles are: another edition, another year's
    report, or a periodical of which it can be one issue only.

    Years one apart are no difference: what is printed in December is catalogued as of the next year.
    """
    isbns = {isbn for value in record.values("isbn") if (isbn := isbn13(value))}
    if isbns and keys.isbns and isbns.isdisjoint(keys.isbns):
        return True
    if record.year is not None and keys.years and all(abs(year - record.year) > 1 for year in keys.years):
        return True
    return not _SERIALS.isdisjoint(record.values("format"))


def _by_isbn(catalogue: Catalogue, isbns: tuple[str, ...], source: str) -> DocumentId | None:
    if len(isbns) != 1:
        return None
    forms = tuple(form for form in (isbns[0], isbn10(isbns[0])) if form)
    return _only(catalogue, "isbn", forms, source)
