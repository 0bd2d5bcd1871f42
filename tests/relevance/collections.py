"""Public retrieval collections that lie in the shared data."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from ingest.corpus import entries_of
from search.document import DocumentId
from search.embedding import Embedder
from search.engine import Engine
from search.evaluation import CorpusText, read_corpus, read_judgements, read_queries
from tests.relevance.judged import JudgedQuery, JudgedSet, halved, stamp_of
from tests.support.shared_data import shared

IDK_QUERIES: Final = 500


def cisi() -> JudgedSet:
    """CISI: 1,460 abstracts of library and information science, 76 judged English queries."""
    source = shared("data/ir/cisi")
    texts = [
        CorpusText(DocumentId(n), _part(body, "T"), _part(body, "W")) for n, body in _numbered(source / "CISI.ALL")
    ]
    relevant: dict[str, dict[DocumentId, int]] = {}
    for line in (source / "CISI.REL").read_text(encoding="latin-1").splitlines():
        if line.strip():
            query, document = line.split()[:2]
            relevant.setdefault(query, {})[DocumentId(document)] = 1
    queries = [
        JudgedQuery(n, _part(body, "W"), relevant[n], kind="abstracts", language="eng")
        for n, body in _numbered(source / "CISI.QRY")
        if n in relevant
    ]
    return _of_texts("cisi", "English questions about library science, whole paragraphs long", texts, queries)


def idk_mrc() -> JudgedSet:
    """IDK-MRC: Indonesian questions, each answered by one paragraph of Wikipedia."""
    texts, queries = [], []
    paragraphs = json.loads(shared("data/ir/idk_mrc_id/train.json").read_text(encoding="utf-8"))
    paragraphs += json.loads(shared("data/ir/idk_mrc_id/valid.json").read_text(encoding="utf-8"))
    for number, paragraph in enumerate(paragraphs):
        id = DocumentId(str(number))
        texts.append(CorpusText(id, "", paragraph["context"]))
        for question in paragraph["qas"]:
            if not question["is_impossible"]:
                queries.append(
                    JudgedQuery(question["id"], question["question"], {id: 1}, kind="questions", language="ind")
                )
    return _of_texts(
        "idk_mrc", "Indonesian questions, each answered by a paragraph of Wikipedia", texts, queries[:IDK_QUERIES]
    )


def id_en() -> JudgedSet:
    """Indonesian questions (machine-translated), English paragraphs."""
    return _beir("id_en", "Indonesian questions of English paragraphs", "id_questions_en_passages", "ind")


def en_id() -> JudgedSet:
    """English questions, Indonesian paragraphs (machine-translated)."""
    return _beir("en_id", "English questions of Indonesian paragraphs", "en_questions_id_passages", "eng")


def en_en() -> JudgedSet:
    """The English questions of the English paragraphs: what the two above could reach if language were no hindrance."""
    return _beir("en_en", "English questions of English paragraphs", "en_questions_en_passages", "eng")


def _beir(name: str, about: str, folder: str, language: str) -> JudgedSet:
    source = shared(f"data/ir/cross_language/{folder}")
    judged = read_judgements(source / "qrels.tsv")
    queries = [
        JudgedQuery(id, text, {d: grade for d, grade in judged[id].items() if grade > 0}, "questions", language)
        for id, text in read_queries(source / "queries.jsonl").items()
        if any(grade > 0 for grade in judged.get(id, {}).values())
    ]
    return _of_texts(name, about, list(read_corpus(source / "corpus.jsonl")), queries)


def _of_texts(name: str, about: str, texts: Sequence[CorpusText], queries: Iterable[JudgedQuery]) -> JudgedSet:
    def fill(engine: Engine, embedder: Embedder | None, _: Path) -> None:
        model, dimensions = (embedder.name, embedder.dimensions) if embedder else ("", 0)
        with engine.rebuilding(model, dimensions) as writer:
            for batch in entries_of(texts, embedder):
                writer.put(batch)

    stamp = stamp_of(part for text in texts for part in (text.id, text.title, text.text))
    return JudgedSet(name, about, halved(queries), fill, stamp, tuple(texts))


def _numbered(path: Path) -> list[tuple[str, str]]:
    parts = re.split(r"^\.I (\d+)\s*$", path.read_text(encoding="latin-1"), flags=re.M)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def _part(body: str, letter: str) -> str:
    match = re.search(rf"^\.{letter}\s*$\n(.*?)(?=^\.[A-Z]\s*$|\Z)", body, flags=re.M | re.S)
    return " ".join(match[1].split()) if match else ""
