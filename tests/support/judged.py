"""Judged retrieval sets in BEIR's file formats, made from what lies in the shared data."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.shared_data import shared


@dataclass(frozen=True, slots=True)
class JudgedFiles:
    corpus: Path
    queries: Path
    qrels: Path

    @property
    def arguments(self) -> list[str]:
        return ["--corpus", str(self.corpus), "--queries", str(self.queries), "--qrels", str(self.qrels)]


def cisi(folder: Path) -> JudgedFiles:
    """CISI: 1,460 abstracts of library and information science, 76 judged English queries."""
    source = shared("data/ir/cisi")
    texts = [
        {"_id": n, "title": _part(body, "T"), "text": _part(body, "W")} for n, body in _numbered(source / "CISI.ALL")
    ]
    queries = [{"_id": n, "text": _part(body, "W")} for n, body in _numbered(source / "CISI.QRY")]
    lines = (source / "CISI.REL").read_text(encoding="latin-1").splitlines()
    judged = [(*line.split()[:2], 1) for line in lines if line.strip()]
    return _write(folder, texts, queries, judged)


def idk_mrc(folder: Path) -> JudgedFiles:
    """IDK-MRC: Indonesian questions, each answered by one paragraph of Wikipedia."""
    texts, queries, judged = [], [], []
    paragraphs = json.loads(shared("data/ir/idk_mrc_id/train.json").read_text(encoding="utf-8"))
    paragraphs += json.loads(shared("data/ir/idk_mrc_id/valid.json").read_text(encoding="utf-8"))
    for number, paragraph in enumerate(paragraphs):
        texts.append({"_id": str(number), "title": "", "text": paragraph["context"]})
        for question in paragraph["qas"]:
            if not question["is_impossible"]:
                queries.append({"_id": question["id"], "text": question["question"]})
                judged.append((question["id"], str(number), 1))
    return _write(folder, texts, queries[:500], judged)


def _numbered(path: Path) -> list[tuple[str, str]]:
    parts = re.split(r"^\.I (\d+)\s*$", path.read_text(encoding="latin-1"), flags=re.M)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def _part(body: str, letter: str) -> str:
    match = re.search(rf"^\.{letter}\s*$\n(.*?)(?=^\.[A-Z]\s*$|\Z)", body, flags=re.M | re.S)
    return " ".join(match[1].split()) if match else ""


def _write(folder: Path, texts: object, queries: object, judged: Iterable[tuple[object, ...]]) -> JudgedFiles:
    files = JudgedFiles(folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels.tsv")
    for path, rows in ((files.corpus, texts), (files.queries, queries)):
        assert isinstance(rows, list)
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    rows = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in judged)]
    files.qrels.write_text("\n".join(rows), encoding="utf-8")
    return files
