"""A large library made of real records, and what its readers ask: what benchmarks of searching run over.

Records are those of the shared data's US government and Open Library sets, 71,000 in all. From the second time round each
is joined of two of them: one gives title, year, language and format, another subjects, names and notes, so that no two
are alike and every value is as frequent as it really is. Vectors are made of the words of each text
(tests.support.embedders.WordEmbedder): near ones share words, so they lie in clusters as a language model's do, and
cost no model.
"""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from search.document import Document, DocumentId
from search.query import Filter, Query
from search.query_language import parse
from tests.support.catalogue import documents
from tests.support.shared_data import SHARED

SOURCES: Final = [
    SHARED / "data/marc" / name for name in ("gpo_collections", "gpo_monthly", "gpo_history", "openlibrary")
]
DIMENSIONS: Final = 256

# What a record of a later round has of another one.
_OF_ANOTHER: Final = (
    "subject", "topic", "genre", "place", "era", "contributor", "summary", "contents", "note", "series", "publisher",
)  # fmt: skip
_BETWEEN: Final = 7  # records between the two, times the round

_INDONESIAN: Final = (
    "terumbu karang", "gempa bumi", "kesehatan masyarakat", "perikanan laut", "hak asasi manusia", "undang-undang",
    "sejarah perang", "peta gunung api", "buku anak", "perubahan iklim", "pendidikan dasar", "air minum", "hutan",
    "pertanian jagung", "perempuan dan pekerjaan", "keuangan negara", "perpustakaan", "penyakit menular", "banjir",
    "kapal laut", "cuaca", "lalu lintas udara", "pajak penghasilan", "energi matahari", "minyak dan gas", "ikan",
    "burung", "taman nasional", "suku asli", "pemilihan umum", "tata bahasa inggris", "komputer", "bahasa indonesia",
)  # fmt: skip
_QUESTIONS: Final = (
    "what is {}", "how do I learn about {}?", "where can I find reports on {}", "apa itu {}?", "buku tentang {}",
    "bagaimana {} bekerja", "why does {} matter for children",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as readers ask it. kind: what it was made of."""

    kind: str
    query: Query


def records(count: int) -> Iterator[Document]:
    """`count` documents, no two with one id. Raises FileNotFoundError where the shared data is missing."""
    given, round_ = 0, 0
    while given < count:
        before: deque[Document] = deque(maxlen=_BETWEEN * round_ or 1)
        for document in documents(SOURCES):
            yield _joined(document, before[0] if before else document, round_) if round_ else document
            before.append(document)
            given += 1
            if given >= count:
                return
        if not given:
            raise FileNotFoundError(f"no records under {SHARED}: the shared data is needed here")
        round_ += 1


def _joined(document: Document, other: Document, round_: int) -> Document:
    fields = {name: values for name, values in document.fields.items() if name not in _OF_ANOTHER}
    fields |= {name: other.fields[name] for name in _OF_ANOTHER if name in other.fields}
    return replace(document, id=DocumentId(f"{document.id}-{round_}"), fields=fields, vernacular=())


def searches(count: int, seed: int = 3) -> list[Asked]:
    """Words of titles, subjects, names, whole titles, questions and Indonesian words; every third with a filter."""
    chance = random.Random(seed)
    made: dict[tuple[str, tuple[Filter, ...]], Asked] = {}
    for document in islice(documents(SOURCES), seed, None, 29):
        kind, text = _search(chance, document)
        filters = [_filter(chance, document)] if chance.random() < 1 / 3 else []
        query = parse(text, [chosen for chosen in filters if chosen.values[0]])
        if query.wanted:
            made.setdefault((text, query.filters), Asked(f"{kind}, filtered" if query.filters else kind, query))
        if len(made) == count:
            break
    return list(made.values())


def _search(chance: random.Random, document: Document) -> tuple[str, str]:
    title = document.title.partition(" : ")[0].partition(" / ")[0]
    words = [word.strip(".,;:()[]\"'") for word in document.title.split()]
    words = [word for word in words if word.isalpha() and len(word) > 3] or ["history"]
    start = chance.randrange(len(words))
    some = " ".join(words[start : start + chance.randint(1, 3)])
    kinds = {
        "words": some,
        "subject": document.first("subject").partition(" -- ")[0] or some,
        "name": document.first("contributor").partition(",")[0] or some,
        "title": title,
        "question": chance.choice(_QUESTIONS).format(some.lower()),
        "Indonesian": chance.choice(_INDONESIAN),
    }
    kind = chance.choice(list(kinds))
    return kind, kinds[kind]


def _filter(chance: random.Random, document: Document) -> Filter:
    name = chance.choice(["format", "language", "topic", "year"])
    value = document.first(name)
    return Filter(name, (f"{value[:3]}0..{value[:3]}9" if name == "year" and value else value,))
