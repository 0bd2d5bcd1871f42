from pathlib import Path

import pytest

from search.document import DocumentId
from search.evaluation import evaluate, ndcg_at, read_corpus, read_judgements, read_queries

A, B, C = (DocumentId(c) for c in "abc")


def test_perfect_ranking_scores_one() -> None:
    result = evaluate(lambda _: [A, B], {"q": "laut"}, {"q": {A: 2, B: 1}})
    assert (result.ndcg_at_10, result.recall_at_10, result.mrr_at_10) == (1.0, 1.0, 1.0)


def test_graded_judgements_want_the_best_first() -> None:
    # By hand: (1 + 2/log2(3)) / (2 + 1/log2(3)).
    assert ndcg_at(10, [B, A], {A: 2, B: 1}) == pytest.approx(0.8597, abs=1e-4)


def test_queries_without_a_relevant_document_are_left_out() -> None:
    result = evaluate(lambda _: [C], {"q": "laut", "none": "ikan"}, {"q": {A: 1}, "none": {B: 0}})
    assert result.queries == 1
    assert result.ndcg_at_10 == 0.0


def test_reads_the_files_of_beir(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"_id": "a", "title": "Laut", "text": "biru"}\n\n', encoding="utf-8")
    (tmp_path / "q.jsonl").write_text('{"_id": "q", "text": "laut biru"}\n', encoding="utf-8")
    (tmp_path / "r.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n", encoding="utf-8")
    assert [text.title for text in read_corpus(tmp_path / "c.jsonl")] == ["Laut"]
    assert read_queries(tmp_path / "q.jsonl") == {"q": "laut biru"}
    assert read_judgements(tmp_path / "r.tsv") == {"q": {A: 1}}


def test_names_the_line_that_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"_id": "q", "text": "x"}\n{oops\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 2"):
        read_queries(tmp_path / "q.jsonl")
