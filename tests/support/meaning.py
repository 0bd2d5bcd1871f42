"""What a model alone finds, by the cosines of whole texts: no engine, no words, no fusion."""

import re
from collections.abc import Callable, Mapping

import numpy as np

from search.document import DocumentId
from search.embedding import Embedder
from search.evaluation import evaluate
from tests.relevance import collections
from tests.relevance.judged import JudgedSet
from tests.support.shared_data import shared

DEPTH = 100


SETS: Mapping[str, Callable[[], JudgedSet]] = {
    "Indonesian questions, English passages": collections.id_en,
    "English questions, Indonesian passages": collections.en_id,
    "IDK-MRC": collections.idk_mrc,
    "CISI": collections.cisi,
}


def ndcg_at_10(embedder: Embedder, judged: Callable[[], JudgedSet]) -> float:
    asked = judged()
    ids = [DocumentId(text.id) for text in asked.texts]
    rows = embedder.passages([f"{text.title}. {text.text}" if text.title else text.text for text in asked.texts])

    def rank(query: str) -> list[DocumentId]:
        return [ids[place] for place in np.argsort(-(rows @ embedder.query(query)), kind="stable")[:DEPTH]]

    queries = {query.id: query.text for query in asked.queries}
    return evaluate(rank, queries, {query.id: query.relevant for query in asked.queries}).ndcg_at_10


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
