"""A judged set: queries, what answers them, and how the index they are asked of is filled."""

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from search.document import DocumentId
from search.embedding import Embedder
from search.engine import Engine
from search.evaluation import CorpusText

Half = Literal["dev", "test"]
_SEED: Final = 1945

Fill: TypeAlias = Callable[[Engine, Embedder | None, Path], None]


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and its relevant documents with their grades, from 1.

    half: "dev" for those that ranking is tuned by, "test" for those that only report. pages: of relevant e-books,
    where the answer stands.
    """

    id: str
    text: str
    relevant: Mapping[DocumentId, int]
    kind: str = ""
    language: str = ""
    half: Half = "dev"
    pages: frozenset[tuple[DocumentId, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """fill: puts what is searched into an empty index; the folder is for what a load leaves beside it.

    stamp: changes when what is searched does. texts: the corpus, of a set that has one in BEIR's form. depth: of the
    rankings that are measured; less than 100 where a reader who does not find it at once has not found it.
    """

    name: str
    about: str
    queries: tuple[JudgedQuery, ...]
    fill: Fill
    stamp: str
    texts: tuple[CorpusText, ...] = field(default=(), repr=False)
    depth: int = 100

    @property
    def kinds(self) -> Sequence[str]:
        return list(dict.fromkeys(query.kind for query in self.queries))

    def write(self, folder: Path) -> list[str]:
        """The set as BEIR's files; gives the arguments of `telusur evaluate` that name them."""
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{"_id": query.id, "text": query.text} for query in self.queries]
        judgements = [(query.id, id, grade) for query in self.queries for id, grade in query.relevant.items()]
        lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in judgements)]
        (folder / "qrels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        arguments = ["--queries", _json_lines(folder / "queries.jsonl", rows), "--qrels", str(folder / "qrels.tsv")]
        if self.texts:
            texts = [{"_id": text.id, "title": text.title, "text": text.text} for text in self.texts]
            arguments = ["--corpus", _json_lines(folder / "corpus.jsonl", texts), *arguments]
        return arguments


def _json_lines(path: Path, rows: Iterable[Mapping[str, str]]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def halved(queries: Iterable[JudgedQuery]) -> tuple[JudgedQuery, ...]:
    """The same queries, a random half of each kind for tuning and the rest for reporting; the same halves every time."""
    by_kind: dict[str, list[JudgedQuery]] = {}
    for query in queries:
        by_kind.setdefault(query.kind, []).append(query)
    chance = random.Random(_SEED)
    half: dict[str, Half] = {}
    for kind in sorted(by_kind):
        ids = sorted(query.id for query in by_kind[kind])
        chance.shuffle(ids)
        half |= {id: "dev" if place < len(ids) / 2 else "test" for place, id in enumerate(ids)}
    return tuple(replace(query, half=half[query.id]) for same in by_kind.values() for query in same)


def stamp_of(parts: Iterable[str | bytes]) -> str:
    """A digest of what a set is made of."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8") if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()[:16]
