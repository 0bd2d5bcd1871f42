"""What a title is called in each form it is handed out in: one table for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

OpenUrl = Literal["book", "journal", "dissertation", "dc"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing. ris: TY. bibtex: the entry. csl: `type` of CSL 1.0.2. schema: a type of schema.org.

    openurl and genre: the format and genre of a ContextObject (Z39.88-2004); dc has no genre.
    """

    ris: str
    bibtex: str
    csl: str
    schema: str
    openurl: OpenUrl
    genre: str = ""


ARTICLE: Final = Kind("JOUR", "article", "article-journal", "ScholarlyArticle", "journal", "article")
CHAPTER: Final = Kind("CHAP", "incollection", "chapter", "Chapter", "book", "bookitem")
_PERIODICAL: Final = Kind("JFULL", "misc", "periodical", "Periodical", "journal", "journal")
_BOOK: Final = Kind("BOOK", "book", "book", "Book", "book", "book")
_OTHER: Final = Kind("GEN", "misc", "document", "CreativeWork", "dc")

# Codes of the field "format". Of a title with several the first in this order counts: what it is before how it comes.
KINDS: Final[Mapping[str, Kind]] = {
    "article": ARTICLE,
    "thesis": Kind("THES", "phdthesis", "thesis", "Thesis", "dissertation"),
    "newspaper": Kind("JFULL", "misc", "periodical", "Newspaper", "journal", "journal"),
    "journal": _PERIODICAL,
    "map": Kind("MAP", "misc", "map", "Map", "dc"),
    "score": Kind("MUSIC", "misc", "musical_score", "SheetMusic", "dc"),
    "music": Kind("SOUND", "misc", "song", "MusicRecording", "dc"),
    "audiobook": Kind("SOUND", "misc", "song", "Audiobook", "dc"),
    "audio": Kind("SOUND", "misc", "song", "AudioObject", "dc"),
    "video": Kind("VIDEO", "misc", "motion_picture", "VideoObject", "dc"),
    "image": Kind("ART", "misc", "graphic", "ImageObject", "dc"),
    "manuscript": Kind("MANSCPT", "unpublished", "manuscript", "Manuscript", "dc"),
    "software": Kind("COMP", "misc", "software", "SoftwareApplication", "dc"),
    "database": Kind("DBASE", "misc", "dataset", "Dataset", "dc"),
    "kit": _OTHER,
    "ebook": Kind("EBOOK", "book", "book", "Book", "book", "book"),
    "book": _BOOK,
    "braille": _BOOK,
    "large_print": _BOOK,
    "website": Kind("ELEC", "misc", "webpage", "WebPage", "dc"),
    "microform": _OTHER,
    "other": _OTHER,
}


def kind_of(formats: Sequence[str]) -> Kind:
    """
    >>> kind_of(("image", "ebook")).csl, kind_of(("website", "map")).ris, kind_of(()).ris
    ('graphic', 'MAP', 'GEN')
    """
    return next((kind for format, kind in KINDS.items() if format in formats), _OTHER)
