"""What the model learns from: only texts that may be used and passed on freely, each with its licence and checksum.

NusaX reviews and the Wiktionary column of the wordnet table are left out though they are at hand: CC BY-SA may bind
what is made of them. TICO-19 is left out because it is the development test.
"""

import gzip
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import search
from ingest.files import find, open_stream
from ingest.mappings.marc21 import to_document
from ingest.passages import record_text
from ingest.readers import marc, pdf
from ingest.source import PdfBook, Rejected, SourceRecord


@dataclass(frozen=True, slots=True)
class Source:
    """paths: patterns below the data folder."""

    name: str
    paths: tuple[str, ...]
    licence: str
    origin: str


PAIRS: Final = (
    Source(
        "tatoeba_sentences",
        ("parallel/tsv/tatoeba_sentences.tsv",),
        "CC BY 2.0 FR",
        "Tatoeba (tatoeba.org), short sentences and their translations by its contributors",
    ),
    Source(
        "tldr_pages_software",
        ("parallel/tsv/tldr_pages_software.tsv",),
        "CC BY 4.0",
        "tldr-pages/tldr, the tldr authors",
    ),
    Source(
        "gnome_user_docs",
        ("parallel/tsv/gnome_user_docs.tsv",),
        "CC BY 3.0",
        "GNOME/gnome-user-docs, the GNOME documentation and translation projects",
    ),
    Source(
        "reactjs_docs", ("parallel/tsv/reactjs_docs.tsv",), "CC BY 4.0", "reactjs/reactjs.org, reactjs/id.reactjs.org"
    ),
    Source(
        "msdocs_project_operations",
        ("parallel/tsv/msdocs_project_operations.tsv",),
        "CC BY 4.0",
        "MicrosoftDocs/dynamics-365-project-operations and its Indonesian counterpart",
    ),
    Source(
        "opensource_guide_paragraphs",
        ("parallel/tsv/opensource_guide_paragraphs.tsv",),
        "CC BY 4.0",
        "github/opensource.guide",
    ),
    Source("openstreetmap_tags", ("parallel/tsv/openstreetmap_tags.tsv",), "ISC", "openstreetmap/id-tagging-schema"),
)
WORDNETS: Final = Source(
    "wordnets",
    ("parallel/wordnet_en_id.tsv.gz",),
    "CC BY 4.0; Indonesian lemmas MIT; interlingual index CC BY 4.0",
    "Open English WordNet, joined through CILI to Wordnet Bahasa (Bond and others 2011-2015)",
)
RECORDS: Final = Source(
    "records",
    ("marc/gpo_history/*.mrc.gz", "marc/gpo_collections/COVID-19*.mrc.gz"),
    "public domain (17 USC 105)",
    "usgpo/cataloging-records, catalogue of US Government publications",
)
LAWS: Final = Source(
    "laws",
    ("pdf/id_peraturan/*.pdf",),
    "no copyright (Indonesian Law 28/2014, article 42)",
    "the constitution and Law 23/2014 of the Republic of Indonesia",
)
SCHOOL_BOOKS: Final = Source(
    "school_books",
    ("catalog_id/indeks_bse/docs__*.md",),
    "CC BY 4.0",
    "Hans5958/Indeks-BSE, an index of Indonesian school books (titles)",
)
NAMES: Final = Source(
    "names",
    (),
    "Unicode-3.0",
    "Unicode CLDR as the package Babel carries it: names of countries, languages, scripts and currencies",
)
TERMS: Final = Source(
    "terms",
    (),
    "Apache-2.0",
    "this repository: search/bilingual/terms.tsv and common_words.tsv, words that Wordnet Bahasa lacks",
)
_TABLES: Final = tuple(Path(search.__path__[0], "bilingual", name) for name in ("terms.tsv", "common_words.tsv"))
SOURCES: Final = (*PAIRS, NAMES, TERMS, WORDNETS, RECORDS, LAWS, SCHOOL_BOOKS)

# Sources whose lines stand in the order of a running text: neighbours joined make a passage.
RUNNING: Final = frozenset(
    {
        "gnome_user_docs",
        "reactjs_docs",
        "msdocs_project_operations",
        "opensource_guide_paragraphs",
        "tldr_pages_software",
    }
)
# A translation is not more than this much longer or shorter, in words; else the two were not well aligned.
MAX_RATIO: Final = 2.5
MAX_PAIR_WORDS: Final = 120


@dataclass(frozen=True, slots=True)
class Pair:
    source: str
    english: str
    indonesian: str


@dataclass(frozen=True, slots=True)
class Synset:
    """A meaning: its English and Indonesian words, what it is, sentences that use it."""

    english: tuple[str, ...]
    gloss: str
    examples: tuple[str, ...]
    indonesian: tuple[str, ...]

    @property
    def text(self) -> str:
        """Words and gloss as one text: what the teacher sees of the meaning."""
        return f"{', '.join(self.english[:4])}: {self.gloss}" if self.gloss else ", ".join(self.english[:4])


def files(data: Path, source: Source) -> list[Path]:
    """The source's files, in order. Raises FileNotFoundError when a pattern finds none."""
    found = []
    for pattern in source.paths:
        matches = sorted(data.glob(pattern))
        if not matches:
            raise FileNotFoundError(f"{data} holds no {pattern} ({source.origin})")
        found += matches
    return found


def checksum(data: Path, source: Source) -> str:
    """SHA-256 over the files' own SHA-256, in order; of names, the version of the package that has them."""
    if source is NAMES:
        return f"babel {version('babel')}"
    whole = hashlib.sha256()
    for path in _TABLES if source is TERMS else files(data, source):
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def pairs(data: Path) -> list[Pair]:
    """Sentences and names with their translation, in the order of the files; each once, badly aligned ones left out."""
    found, seen = [], set()
    for pair in (*_lines(data), *_names()):
        key = (_bare(pair.english), _bare(pair.indonesian))
        if all(key) and key[0] != key[1] and key not in seen and _aligned(pair.english, pair.indonesian):
            seen.add(key)
            found.append(pair)
    return found


def _lines(data: Path) -> Iterator[Pair]:
    for source in PAIRS:
        for path in files(data, source):
            for line in path.read_text(encoding="utf-8").splitlines():
                english, _, indonesian = (tidy(part) for part in line.partition("\t"))
                yield Pair(source.name, english, indonesian)


def _names() -> Iterator[Pair]:
    from babel import Locale  # only training needs it, the tests of training do not

    english, indonesian = Locale("en"), Locale("id")
    for kind in ("territories", "languages", "scripts", "currencies"):
        theirs = getattr(indonesian, kind)
        for code, name in sorted(getattr(english, kind).items()):
            if code in theirs:
                yield Pair(NAMES.name, tidy(name), tidy(theirs[code]))


def synsets(data: Path) -> list[Synset]:
    """The meanings of Open English WordNet, with the words of Wordnet Bahasa where it has some."""
    (path,) = files(data, WORDNETS)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        rows = [line.rstrip("\n").split("\t") for line in lines]
    return [
        Synset(_list(english), tidy(gloss), _list(examples), tuple(w.lower() for w in _list(indonesian)))
        for _, english, gloss, examples, indonesian, *_ in rows
    ]


def terms() -> list[Synset]:
    """Our own tables of terms and words as meanings without a gloss. Brackets there mark the less usual words."""
    found = []
    for table in _TABLES:
        for line in table.read_text(encoding="utf-8").splitlines()[1:]:
            indonesian, english, *_ = line.split("\t")
            sides = [
                tuple(filter(None, (tidy(w).strip("()") for w in side.split(";")))) for side in (english, indonesian)
            ]
            found.append(Synset(sides[0], "", (), tuple(word.lower() for word in sides[1])))
    return found


def record_texts(data: Path) -> list[str]:
    """What the product embeds of a catalogue record, for each distinct record in English."""
    found: dict[str, None] = {}
    for file in find(files(data, RECORDS)):
        if isinstance(file, Rejected):
            raise ValueError(f"{file.origin}: {file.reason}")
        with open_stream(file) as (stream, _):
            for record in marc.read(stream, ""):
                document = to_document(record, "training") if isinstance(record, SourceRecord) else record
                if not isinstance(document, Rejected) and document.values("language") == ("eng",):
                    found[tidy(record_text(document))] = None
    return list(found)


def indonesian_texts(data: Path) -> list[str]:
    """Indonesian without a translation: lines of laws, titles of school books."""
    found: dict[str, None] = {}
    for path in files(data, LAWS):
        book = pdf.read(path)
        if not isinstance(book, PdfBook):
            raise ValueError(f"{path}: {book.reason}")
        for page in book.pages:
            found.update(dict.fromkeys(map(tidy, re.split(r"(?<=[.;:])\s", page.text))))
    for path in files(data, SCHOOL_BOOKS):
        rows = (line.split("|") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| "))
        found.update(dict.fromkeys(tidy(row[1]) for row in rows))
    return [text for text in found if len(text.split()) > 1]


def tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def running(all_pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    """Stretches of one source that reads on from line to line."""
    start = 0
    for end in range(1, len(all_pairs) + 1):
        if end == len(all_pairs) or all_pairs[end].source != all_pairs[start].source:
            if all_pairs[start].source in RUNNING:
                yield all_pairs[start:end]
            start = end


def _aligned(english: str, indonesian: str) -> bool:
    shorter, longer = sorted((len(english.split()), len(indonesian.split())))
    return longer <= MAX_PAIR_WORDS and (longer <= 6 or longer <= MAX_RATIO * shorter)


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def _list(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, map(tidy, cell.split("|"))))
