"""A known-item test made from MARC itself: readers who know a book's title, or nearly, among 20,000 real records."""

import gzip
import random
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.ebooks import EbookStore
from ingest.identity import id_of
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from search.document import DocumentId
from search.embedding import Embedder
from search.engine import Engine
from tests.relevance.judged import JudgedQuery, JudgedSet, halved, stamp_of
from tests.support.shared_data import shared

RECORDS: Final = 20_000
QUERIES_OF_A_KIND: Final = 200
SOURCE: Final = "marc"
_SEED: Final = 245
# In this order until there are enough: libraries of many kinds first, then the catalogue of the US government.
FOLDERS: Final = ("openlibrary", "evergreen", "psu", "nypl", "gwu", "gpo_monthly", "gpo_collections", "gpo_history")
# Readers type little, and a long title finds itself: with any length, 200 of 200 titles came first.
MOST_WORDS: Final = 8
_LEAST_IN_TYPO: Final = 5  # letters of a word that gets one
_SHORT: Final = {"title": "t", "title + author": "ta", "title, one typo": "typo", "3 words + surname": "3w"}
_END, _FIELD, _SUBFIELD = b"\x1d", b"\x1e", b"\x1f"


@dataclass(frozen=True, slots=True)
class _Item:
    """title: 245 $a $b as a reader would type it. person: the first personal name, in natural order, "" without."""

    id: DocumentId
    title: str
    person: str
    surname: str
    names: str

    @property
    def same_title(self) -> str:
        return folded(self.title)

    @property
    def first_words(self) -> tuple[str, ...]:
        return tuple(folded(self.title).split()[:3])


def known_items(records: int = RECORDS, of_a_kind: int = QUERIES_OF_A_KIND) -> JudgedSet:
    """Documents with the same title are equally right: the record itself cannot be told from them by what is typed."""
    raw = list(_selected(records))
    items = [_item(record) for record in raw]
    queries = tuple(_queries(items, of_a_kind))

    def fill(engine: Engine, embedder: Embedder | None, folder: Path) -> None:
        path = folder / "records.mrc"
        path.write_bytes(b"".join(record + _END for record in raw))
        job = IngestJob((path,), SOURCE, embedder)
        report = Load(engine, EbookStore(folder / "ebooks"), job).run()
        path.unlink()
        if report.outcomes["indexed"] < 0.99 * len(raw):
            raise ValueError(f"of {len(raw):,} records only {report.outcomes['indexed']:,} were loaded")

    about = f"known items among {len(raw):,} real records, made from their MARC"
    return JudgedSet("known_items", about, halved(queries), fill, stamp_of(raw), depth=10)


def folded(text: str) -> str:
    """Letters and digits only, without case and accents.

    >>> folded("Sejarah Minahasa : dari masa ke masa /")
    'sejarah minahasa dari masa ke masa'
    """
    plain = "".join(ch for ch in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(ch))
    return " ".join(re.findall(r"\w+", plain))


def misspelt(text: str, chance: random.Random) -> str:
    """`text` with two letters swapped, or one left out, doubled or replaced, in a word of five letters or more;
    "" when it has none.

    >>> misspelt("terumbu karang", random.Random(1))
    'terubmu karang'
    """
    words = text.split()
    places = [n for n, word in enumerate(words) if word.isalpha() and len(word) >= _LEAST_IN_TYPO]
    if not places:
        return ""
    place = chance.choice(places)
    word = words[place]
    at = chance.randrange(len(word) - 1)
    edits = [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[: at + 1] + word[at:],
        word[:at] + chance.choice(string.ascii_lowercase) + word[at + 1 :],
    ]
    return " ".join([*words[:place], chance.choice([edit for edit in edits if edit != word]), *words[place + 1 :]])


def _queries(items: Sequence[_Item], of_a_kind: int) -> Iterator[JudgedQuery]:
    chance = random.Random(_SEED)
    titled: dict[str, list[_Item]] = {}
    begun: dict[tuple[str, ...], list[_Item]] = {}
    for item in items:
        titled.setdefault(item.same_title, []).append(item)
        begun.setdefault(item.first_words, []).append(item)
    usable = [item for item in items if 2 <= len(item.same_title.split()) <= MOST_WORDS]
    written = [item for item in usable if item.person]

    def query(kind: str, item: _Item, text: str, right: Iterable[_Item]) -> JudgedQuery:
        return JudgedQuery(f"{_SHORT[kind]}-{item.id}", text, {other.id: 1 for other in right}, kind)

    for item in _drawn(usable, of_a_kind, chance):
        yield query("title", item, item.title, titled[item.same_title])
    for item in _drawn(written, of_a_kind, chance):
        yield query("title + author", item, f"{item.title} {item.person}", titled[item.same_title])
    misspellable = [
        item for item in usable if any(len(w) >= _LEAST_IN_TYPO and w.isalpha() for w in item.title.split())
    ]
    for item in _drawn(misspellable, of_a_kind, chance):
        yield query("title, one typo", item, misspelt(item.title, chance), titled[item.same_title])
    for item in _drawn([item for item in items if item.person and len(item.first_words) == 3], of_a_kind, chance):
        right = [other for other in begun[item.first_words] if folded(item.surname) in folded(other.names)]
        yield query("3 words + surname", item, f"{' '.join(item.title.split()[:3])} {item.surname}", right)


def _drawn(items: Sequence[_Item], count: int, chance: random.Random) -> Sequence[_Item]:
    return chance.sample(items, min(count, len(items)))


def _selected(count: int) -> Iterator[bytes]:
    """The first `count` sound bibliographic records of `FOLDERS`, each control number once."""
    seen = set()
    for folder in FOLDERS:
        for path in sorted(shared(f"data/marc/{folder}").glob("*.mrc*")):
            if "marc8" in path.name.lower():  # the same records again in UTF-8
                continue
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for record in data.split(_END):
                if not _is_sound(record) or not _values(record, b"245"):
                    continue
                number = _number(record)
                if number and number not in seen:
                    seen.add(number)
                    yield record
                    if len(seen) == count:
                        return


def _is_sound(record: bytes) -> bool:
    head = record[:24]
    return (
        len(record) > 100
        and head[:5].isdigit()
        and int(head[:5]) == len(record) + 1
        and head[12:17].isdigit()
        and head[6:7] in b"acdefgijkmoprt"
        and head[5:6] != b"d"
    )


def _fields(record: bytes, tag: bytes) -> Iterator[bytes]:
    base = int(record[12:17])
    for at in range(24, base - 12, 12):
        entry = record[at : at + 12]
        if entry[:3] == tag and entry[3:].isdigit():
            start = base + int(entry[7:12])
            yield record[start : start + int(entry[3:7])].rstrip(_FIELD)


def _values(record: bytes, tag: bytes) -> list[list[tuple[str, str]]]:
    """(code, value) of the subfields of each such field. MARC-8 letters with accents come out damaged, which is
    why records that have any in a title are in no query."""
    return [
        [
            (part[:1].decode("latin-1"), part[1:].decode("utf-8", "replace").strip())
            for part in field.split(_SUBFIELD)[1:]
        ]
        for field in _fields(record, tag)
    ]


def _number(record: bytes) -> str:
    return next((field.decode("utf-8", "replace").strip() for field in _fields(record, b"001")), "")


def _item(record: bytes) -> _Item:
    title = next(iter(_values(record, b"245")))
    shown = " ".join(_without_punctuation(value) for code, value in title if code in "ab")
    people = [field for tag in (b"100", b"700") for field in _values(record, tag)]
    written = [value for field in people for code, value in field if code == "a" and "," in value]
    surname, _, given = written[0].partition(",") if written else ("", "", "")
    person = f"{given.strip(' ,')} {surname.strip()}".strip()
    damaged = "�" in shown + person or (record[9:10] != b"a" and not (shown + person).isascii())
    names = " ".join(value for field in [*people, title] for code, value in field if code in "ac")
    return _Item(
        id_of(SOURCE, _number(record)), "" if damaged else shown, "" if damaged else person, surname.strip(), names
    )


def _without_punctuation(value: str) -> str:
    # ISBD separates parts by these (A.3); nobody types them.
    return value.strip().rstrip(" /:;,=.[]").lstrip("[").strip()
