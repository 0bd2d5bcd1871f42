"""What a model alone finds, by the cosines of whole texts: no engine, no words, no fusion."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from search.document import DocumentId
from search.embedding import Embedder
from search.evaluation import evaluate, read_corpus, read_judgements, read_queries
from tests.support.judged import JudgedFiles, cisi, idk_mrc
from tests.support.shared_data import shared

DEPTH = 100


def cross_language(name: str) -> Callable[[Path], JudgedFiles]:
    """Questions in one language, passages in the other: "id_questions_en_passages" or "en_questions_id_passages"."""

    def files(_: Path) -> JudgedFiles:
        folder = shared(f"data/ir/cross_language/{name}")
        return JudgedFiles(folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels.tsv")

    return files


SETS = {
    "Indonesian questions, English passages": cross_language("id_questions_en_passages"),
    "English questions, Indonesian passages": cross_language("en_questions_id_passages"),
    "IDK-MRC": idk_mrc,
    "CISI": cisi,
}


def ndcg_at_10(embedder: Embedder, judged: Callable[[Path], JudgedFiles]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        files = judged(Path(folder))
        texts = list(read_corpus(files.corpus))
        queries, judgements = read_queries(files.queries), read_judgements(files.qrels)
    ids = [DocumentId(text.id) for text in texts]
    rows = embedder.passages([f"{text.title}. {text.text}" if text.title else text.text for text in texts])

    def rank(query: str) -> list[DocumentId]:
        return [ids[place] for place in np.argsort(-(rows @ embedder.query(query)), kind="stable")[:DEPTH]]

    return evaluate(rank, queries, judgements).ndcg_at_10


def tico() -> tuple[list[str], list[str]]:
    """English sentences on public health (TICO-19) and their Indonesian translations; repeated and very short ones left out."""
    seen: set[str] = set()
    found = []
    for line in shared("data/parallel/tsv/tico19_covid_health.tsv").read_text(encoding="utf-8").splitlines():
        english, _, indonesian = line.partition("\t")
        keys = {re.sub(r"\W+", " ", text.lower()).strip() for text in (english, indonesian)}
        if len(english.split()) >= 4 and len(indonesian.split()) >= 3 and not keys & seen:
            seen |= keys
            found.append((english, indonesian))
    return [english for english, _ in found], [indonesian for _, indonesian in found]


def translations_found(embedder: Embedder, texts: list[str], translations: list[str]) -> float:
    """Share of the texts whose nearest among all translations is their own."""
    likeness = embedder.passages(texts) @ embedder.passages(translations).T
    return float((likeness.argmax(axis=1) == np.arange(len(texts))).mean())
